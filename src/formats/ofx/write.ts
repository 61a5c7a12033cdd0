/**
 * Writes statements as OFX 1 or 2, as QFX (Quicken) or QBO (QuickBooks Web Connect), in a stream. It writes what is
 * known: without a ledger balance there is no LEDGERBAL (which the DTD wants), never an invented one; pending rows are
 * left out, since they have no place in a file that is imported once.
 */
import type { Day } from '../../domain/day.ts'
import { decimalsOf, type Currency, type Decimal } from '../../domain/money.ts'
import type { AccountKind, StatedBalance, StatementAccount, StatementRow } from '../../domain/statement.ts'
import { cut, isXml, ofxWriter, plain, type Markup, type OfxVersion, type OfxWriter } from './markup.ts'
import { DIRECTIONS } from './signs.ts'
import { NO_CURRENCY } from './statements.ts'
import { toWindows1252 } from './text.ts'

export type OfxStatement = {
  readonly account: StatementAccount
  readonly currency: Currency | null
  /** The days that the rows cover; what is null is taken from the time of writing. */
  readonly covers: { readonly from: Day | null; readonly to: Day | null }
  readonly rows: Iterable<StatementRow> | AsyncIterable<StatementRow>
  readonly balances: readonly StatedBalance[]
}

export type OfxFileOptions = {
  /** QBO is always 1.0.2, whatever is asked: QuickBooks reads nothing else. */
  readonly version: OfxVersion
  readonly flavour: 'ofx' | 'qfx' | 'qbo'
  /** The time of writing, milliseconds since 1970. */
  readonly writtenAtMs: number
  readonly language?: string
  readonly institution?: { readonly org: string; readonly fid: string | null }
  /** Intuit's number of the bank (INTU.BID), which Quicken and QuickBooks look up. */
  readonly intuBid?: string
  readonly intuUserId?: string
}

/** A number that Intuit's programs know; files for banks without their own commonly carry it. */
const DEFAULT_BID = '3000'
const CHUNK = 65_536
const QUESTION = 63

type MessageSet = { readonly prefix: string; readonly messages: string; readonly list: string; readonly account: string }
/** OFX 2.2 chapters 11 and 13. */
const BANK: MessageSet = { prefix: '', messages: 'BANKMSGSRSV1', list: 'BANKTRANLIST', account: 'BANKACCTFROM' }
const CARD: MessageSet = { prefix: 'CC', messages: 'CREDITCARDMSGSRSV1', list: 'BANKTRANLIST', account: 'CCACCTFROM' }
const INVESTMENT: MessageSet = { prefix: 'INV', messages: 'INVSTMTMSGSRSV1', list: 'INVTRANLIST', account: 'INVACCTFROM' }

/** Section 11.3.1.1; the specification has no type for loans and for what is none of these. */
const ACCOUNT_TYPES: Readonly<Partial<Record<AccountKind, string>>> = {
  savings: 'SAVINGS',
  money_market: 'MONEYMRKT',
  credit_line: 'CREDITLINE',
  loan: 'CREDITLINE',
}

/** Section 11.4.3.1. HOLD came with OFX 2. */
const ROW_TYPES = new Set('CREDIT DEBIT INT DIV FEE SRVCHG DEP ATM POS XFER CHECK PAYMENT CASH DIRECTDEP DIRECTDEBIT REPEATPMT OTHER'.split(' '))

/** The file as bytes: windows-1252 for OFX 1 (what it lacks is simplified), UTF-8 for OFX 2. */
export async function* writeOfx(statements: readonly OfxStatement[], options: OfxFileOptions): AsyncGenerator<Uint8Array> {
  const version = options.flavour === 'qbo' ? '102' : options.version
  const encode = isXml(version) ? (text: string) => Buffer.from(text, 'utf8') : western
  let pending = ''
  for await (const piece of pieces(statements, options, version)) {
    pending += piece
    if (pending.length < CHUNK) continue
    yield encode(pending)
    pending = ''
  }
  yield encode(pending)
}

async function* pieces(statements: readonly OfxStatement[], options: OfxFileOptions, version: OfxVersion): AsyncGenerator<Markup> {
  const ofx = ofxWriter(version)
  yield ofx.header()
  yield ofx.open('OFX')
  yield signOn(ofx, options)
  let trnuid = 0
  for (const set of [BANK, CARD, INVESTMENT]) {
    const own = statements.filter((statement) => messageSetOf(statement.account.kind) === set)
    if (own.length === 0) continue
    yield ofx.open(set.messages)
    for (const statement of own) yield* statementPieces(ofx, set, statement, ++trnuid, options, version)
    yield ofx.close(set.messages)
  }
  yield ofx.close('OFX')
}

function messageSetOf(kind: AccountKind): MessageSet {
  return kind === 'credit_card' ? CARD : kind === 'investment' ? INVESTMENT : BANK
}

function signOn(ofx: OfxWriter, options: OfxFileOptions): Markup {
  const intuit = options.flavour !== 'ofx'
  const bid = options.intuBid ?? DEFAULT_BID
  // QuickBooks and Quicken want to see a bank; a file of an unknown one names their own default.
  const institution = options.institution ?? (intuit ? { org: 'RELINK', fid: bid } : null)
  return ofx.aggregate(
    'SIGNONMSGSRSV1',
    ofx.aggregate(
      'SONRS',
      success(ofx),
      ofx.leaf('DTSERVER', dateTime(options.writtenAtMs)),
      ofx.leaf('LANGUAGE', options.language ?? 'ENG'),
      ...(institution === null ? [] : [ofx.aggregate('FI', ofx.leaf('ORG', institution.org, 32), ofx.leaf('FID', institution.fid, 32))]),
      ...(intuit ? [ofx.leaf('INTU.BID', bid, 32), ofx.leaf('INTU.USERID', options.intuUserId ?? null, 32)] : []),
    ),
  )
}

function success(ofx: OfxWriter): Markup {
  return ofx.aggregate('STATUS', ofx.leaf('CODE', '0'), ofx.leaf('SEVERITY', 'INFO'))
}

async function* statementPieces(
  ofx: OfxWriter,
  set: MessageSet,
  statement: OfxStatement,
  trnuid: number,
  options: OfxFileOptions,
  version: OfxVersion,
): AsyncGenerator<Markup> {
  const today = dateTime(options.writtenAtMs).slice(0, 8)
  const currency = statement.currency ?? NO_CURRENCY
  yield ofx.open(`${set.prefix}STMTTRNRS`)
  yield (ofx.leaf('TRNUID', String(trnuid)) + success(ofx)) as Markup
  yield ofx.open(`${set.prefix}STMTRS`)
  if (set === INVESTMENT) yield ofx.leaf('DTASOF', dateTime(options.writtenAtMs))
  yield ofx.leaf('CURDEF', currency)
  yield accountOf(ofx, set, statement.account, version)
  yield ofx.open(set.list)
  const to = statement.covers.to === null ? today : date(statement.covers.to)
  yield (ofx.leaf('DTSTART', statement.covers.from === null ? to : date(statement.covers.from)) + ofx.leaf('DTEND', to)) as Markup
  const ids = new FitIds()
  for await (const row of statement.rows) {
    if (row.status === 'pending') continue
    const markup = rowOf(ofx, row, ids.of(row), currency, options.flavour, version)
    yield set === INVESTMENT ? ofx.aggregate('INVBANKTRAN', markup, ofx.leaf('SUBACCTFUND', 'CASH')) : markup
  }
  yield ofx.close(set.list)
  if (set !== INVESTMENT) yield balancesOf(ofx, statement.balances, currency)
  yield ofx.close(`${set.prefix}STMTRS`)
  yield ofx.close(`${set.prefix}STMTTRNRS`)
}

/** Account numbers are never cut, not even to the 22 characters of the specification: half a number is another account. */
function accountOf(ofx: OfxWriter, set: MessageSet, account: StatementAccount, version: OfxVersion): Markup {
  const number = ofx.leaf('ACCTID', account.number || 'UNKNOWN')
  if (set === CARD) return ofx.aggregate(set.account, number)
  if (set === INVESTMENT) return ofx.aggregate(set.account, ofx.leaf('BROKERID', account.bankId || 'UNKNOWN'), number)
  const type = account.kind === 'certificate' ? (isXml(version) ? 'CD' : 'SAVINGS') : (ACCOUNT_TYPES[account.kind] ?? 'CHECKING')
  return ofx.aggregate(
    set.account,
    ofx.leaf('BANKID', account.bankId || '000000000'),
    ofx.leaf('BRANCHID', account.branchId),
    number,
    ofx.leaf('ACCTTYPE', type),
  )
}

function balancesOf(ofx: OfxWriter, balances: readonly StatedBalance[], currency: Currency): Markup {
  const ledger = balances.findLast((balance) => balance.kind === 'ledger' || balance.kind === 'closing')
  const available = balances.findLast((balance) => balance.kind === 'available')
  const written = [
    ['LEDGERBAL', ledger],
    ['AVAILBAL', available],
  ] as const
  return written
    .map(([name, balance]) =>
      balance === undefined ? '' : ofx.aggregate(name, ofx.leaf('BALAMT', amount(balance.amount, currency)), ofx.leaf('DTASOF', asOf(balance))),
    )
    .join('') as Markup
}

function rowOf(ofx: OfxWriter, row: StatementRow, id: string, currency: Currency, flavour: OfxFileOptions['flavour'], version: OfxVersion): Markup {
  // Noon: importers that take the time for GMT and show it in their own zone keep the day.
  const day = (value: Day | null): string | null => (value === null ? null : `${date(value)}120000`)
  const type = rowType(row, version)
  const fullName = plain(row.name ?? '')
  const memo = plain(row.memo ?? '')
  const name = cut(fullName, 32) || (flavour === 'qbo' ? cut(memo, 32) || type : '')
  const check = plain(row.checkNumber ?? '')
  return ofx.aggregate(
    'STMTTRN',
    ofx.leaf('TRNTYPE', type),
    ofx.leaf('DTPOSTED', day(row.postedOn)),
    ofx.leaf('DTUSER', day(row.transactedOn)),
    ofx.leaf('DTAVAIL', day(row.valueOn)),
    // What takes money out by its type and brings some in shows that its sign is meant: readers may take it for an amount without sign (signs.ts).
    ofx.leaf('TRNAMT', `${(DIRECTIONS.get(type) === 'out' || type === 'PAYMENT') && !row.amount.startsWith('-') ? '+' : ''}${amount(row.amount, currency)}`),
    ofx.leaf('FITID', id, 255),
    ...(row.corrects === null
      ? []
      : [ofx.leaf('CORRECTFITID', row.corrects.providerId, 255), ofx.leaf('CORRECTACTION', row.corrects.action.toUpperCase())]),
    ofx.leaf('CHECKNUM', check.slice(-12)),
    ofx.leaf('REFNUM', row.reference, 32),
    ofx.leaf('NAME', name),
    // A name that NAME cannot hold goes on in the memo rather than being lost.
    ofx.leaf('MEMO', [...fullName].length > 32 && !memo.includes(fullName) ? `${fullName} ${memo}` : memo, 255),
    foreignOf(ofx, row),
  )
}

function rowType(row: StatementRow, version: OfxVersion): string {
  const kind = row.kind ?? ''
  if (ROW_TYPES.has(kind) || (kind === 'HOLD' && isXml(version))) return kind
  return row.amount.startsWith('-') ? 'DEBIT' : 'CREDIT'
}

/** Section 5.2: a row's amount is in the currency of its account, so it is one that was converted. Without the rate nothing true can be written. */
function foreignOf(ofx: OfxWriter, row: StatementRow): Markup {
  const foreign = row.foreign
  if (foreign === null || foreign.rate === null || !/^[A-Z]{3}$/.test(foreign.currency)) return '' as Markup
  return ofx.aggregate(
    'ORIGCURRENCY',
    ofx.leaf('CURRATE', foreign.rate, 32),
    ofx.leaf('CURSYM', foreign.currency),
  )
}

/**
 * FITIDs: the row's own id, or for a row without one its content with an ordinal among equals, so that the same rows
 * get the same ids when they are written again.
 */
class FitIds {
  readonly #seen = new Map<string, number>()

  of(row: StatementRow): string {
    const own = plain(row.providerId ?? '')
    if (own !== '') return own
    const content = `${date(row.postedOn)}.${row.amount}`
    const ordinal = (this.#seen.get(content) ?? 0) + 1
    this.#seen.set(content, ordinal)
    return `${content}.${ordinal}`
  }
}

/** All decimals of the currency, for importers that want to see cents. */
function amount(value: Decimal, currency: Currency): string {
  const [whole = '', fraction = ''] = value.split('.')
  const padded = fraction.padEnd(decimalsOf(currency), '0')
  return padded === '' ? whole : `${whole}.${padded}`
}

function date(value: Day): string {
  return value.replaceAll('-', '')
}

function dateTime(epochMs: number): string {
  return new Date(epochMs)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:T]/g, '')
}

/** The instant when the balance has one, in GMT with the bank's day kept; else the day alone. */
function asOf(balance: StatedBalance): string {
  const match = /T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|([+-])(\d{2}):(\d{2}))$/.exec(balance.at ?? '')
  if (match === null) return date(balance.on)
  const [, hour, minute, second, zone, sign = '', hours = '0', minutes = '00'] = match
  const offset = zone === 'Z' ? '0:GMT' : `${sign}${Number(hours)}${minutes === '00' ? '' : `.${minutes}`}`
  return `${date(balance.on)}${hour}${minute}${second}.000[${offset}]`
}

/**
 * Windows-1252 bytes, as the header says. What it lacks is written without its accents, or as `?`: numeric references
 * would keep it, but they are no characters of OFX 1 and readers built on the document type drop them. OFX 2 keeps all.
 */
function western(text: string): Uint8Array {
  if (!/[^\x00-\x7f]/.test(text)) return Buffer.from(text, 'latin1')
  const bytes: number[] = []
  for (const character of text) {
    const byte = westernByte(character)
    if (byte !== -1) bytes.push(byte)
    else
      for (const plainer of character.normalize('NFKD').replace(/\p{M}/gu, ''))
        bytes.push(westernByte(plainer) === -1 ? QUESTION : westernByte(plainer))
  }
  return Uint8Array.from(bytes)
}

function westernByte(character: string): number {
  return toWindows1252(character.codePointAt(0) ?? 0)
}
