/**
 * Reads CAMT.052 (report), CAMT.053 (statement) and CAMT.054 (notification) of any version as a stream
 * in flat memory: versions differ in what they add, and are read by local names. Limits, entities and
 * encodings as in elements.ts. A notification tells of some entries only, so it covers no days.
 */
import { addDays, minDay, type Day } from '../../domain/day.ts'
import { DecimalSum, type Currency } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type {
  AccountKind,
  BalanceKind,
  FormatFailure,
  StatedBalance,
  StatementAccount,
  StatementPart,
  StatementRow,
} from '../../domain/statement.ts'
import { totalsAt } from '../adds-up.ts'
import { cleanText } from '../clean-text.ts'
import { decodeText } from '../decode.ts'
import { openingDay } from '../opening-day.ts'
import { ElementParser, find, textAt, type Element } from '../xml-elements.ts'
import { readEntry } from './entry.ts'
import { Totals } from './totals.ts'
import { fail, momentOf, readMoment, signedAmount } from './values.ts'

const ROWS_A_BATCH = 500

/** Entries and statement elements by message; version 1 names the message `BkToCstmrAcctRptV01`. */
const MESSAGES: readonly { readonly name: RegExp; readonly statement: string; readonly type: '052' | '053' | '054' }[] = [
  { name: /^BkToCstmrAcctRpt/, statement: 'Rpt', type: '052' },
  { name: /^BkToCstmrStmt/, statement: 'Stmt', type: '053' },
  { name: /^BkToCstmrDbtCdtNtfctn/, statement: 'Ntfctn', type: '054' },
]

const PARTS_READ = new Set(['StmtPgntn', 'ElctrncSeqNb', 'CreDtTm', 'FrToDt', 'Acct', 'Bal', 'TxsSummry', 'Ntry'])

/** ISO external balance type codes that have a meaning here; others (forward, interim opening) are passed over. */
const BALANCE_KINDS: ReadonlyMap<string, BalanceKind> = new Map([
  ['OPBD', 'opening'],
  ['PRCD', 'opening'],
  ['CLBD', 'closing'],
  ['ITBD', 'ledger'],
  ['CLAV', 'available'],
  ['ITAV', 'available'],
])

const ACCOUNT_KINDS: ReadonlyMap<string, AccountKind> = new Map([
  ['CACC', 'checking'],
  ['SVGS', 'savings'],
  ['LOAN', 'loan'],
  ['MOMA', 'money_market'],
  ['CARD', 'credit_card'],
  ['ODFT', 'credit_line'],
])

type Message = (typeof MESSAGES)[number]

/** Reads a whole file. */
export async function* readCamt(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Result<StatementPart, FormatFailure>> {
  const { declared, bytes } = await declaredEncoding(chunks)
  const reader = new CamtReader()
  const parser = new ElementParser({
    wanted: (path) => reader.wants(path),
    opened: (path, line) => reader.opened(path, line),
    read: (element) => reader.read(element),
    closed: (path) => reader.closed(path),
  })
  for await (const text of decodeText(bytes, declared)) {
    const failure = parser.write(text)
    for (const part of reader.take()) yield ok(part)
    if (failure !== null) return yield failed(failure)
  }
  const failure = parser.end() ?? reader.finish()
  for (const part of reader.take()) yield ok(part)
  if (failure !== null) yield failed(failure)
}

/** What is known of the statement under way. */
type Open = {
  readonly type: Message['type']
  readonly line: number
  /** The bank's number of the statement, and its page. */
  number: number | null
  page: number | null
  account: StatementAccount
  accountCurrency: Currency | null
  /** Null until the head has been given out: the first entry may have to tell the currency. */
  currency: Currency | null
  started: boolean
  createdOn: Day | null
  covers: { readonly from: Day | null; readonly to: Day | null }
  firstRowOn: Day | null
  readonly sum: DecimalSum
  readonly totals: Totals
  /** Balances wait for the end: the day of the opening one depends on the rows. */
  balances: readonly Stated[]
}

type Stated = { readonly code: string; readonly kind: BalanceKind; readonly balance: StatedBalance }

const NO_ACCOUNT: StatementAccount = { number: null, bankId: null, branchId: null, kind: 'other', name: null }
const BALANCES_MAX = 1_000

class CamtReader {
  #parts: StatementPart[] = []
  #rows: StatementRow[] = []
  #message: Message | null = null
  #messageLine = 0
  #messageDepth = 0
  #statements = 0
  /** When the message was made: a report that does not tell its own day is of that day. */
  #createdOn: Day | null = null
  #open: Open | null = null
  /** A page that ended with an interim balance: the next may go on from it. */
  #page: Open | null = null

  take(): readonly StatementPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  wants(path: readonly string[]): boolean {
    if (path.length !== this.#messageDepth + 2) return false
    return this.#open === null ? path.at(-2) === 'GrpHdr' && path.at(-1) === 'CreDtTm' : PARTS_READ.has(path.at(-1)!)
  }

  opened(path: readonly string[], line: number): FormatFailure | null {
    const name = path.at(-1)!
    if (this.#message === null) {
      const message = MESSAGES.find((candidate) => candidate.name.test(name))
      if (message === undefined) return null
      this.#message = message
      this.#messageLine = line
      this.#messageDepth = path.length
    } else if (path.length === this.#messageDepth + 1 && name === this.#message.statement) {
      this.#statements += 1
      this.#open = {
        type: this.#message.type,
        line,
        number: null,
        page: null,
        account: NO_ACCOUNT,
        accountCurrency: null,
        currency: null,
        started: false,
        createdOn: this.#createdOn,
        covers: { from: null, to: null },
        firstRowOn: null,
        sum: new DecimalSum(),
        totals: new Totals(),
        balances: [],
      }
    }
    return null
  }

  read(element: Element): FormatFailure | null {
    const open = this.#open
    if (open === null) {
      const created = readMoment(element.text, element)
      this.#createdOn = created.ok ? created.value.on : null
      return null
    }
    switch (element.name) {
      case 'ElctrncSeqNb':
        open.number = wholeNumber(element.text)
        return null
      case 'StmtPgntn':
        open.page = wholeNumber(textAt(element, 'PgNb'))
        if ((open.page ?? 1) > 1 || textAt(element, 'LastPgInd') === 'false') open.totals.leave()
        return null
      case 'CreDtTm': {
        const created = readMoment(element.text, element)
        if (created.ok) open.createdOn = created.value.on
        return created.ok ? null : created.failure
      }
      case 'FrToDt':
        open.covers = open.type === '053' ? wholeDays(element) : open.covers
        return null
      case 'Acct':
        open.account = readAccount(element)
        open.accountCurrency = textAt(element, 'Ccy')
        return null
      case 'Bal':
        return this.#readBalance(open, element)
      case 'TxsSummry':
        open.totals.read(element)
        return null
      default:
        return this.#readEntry(open, element)
    }
  }

  closed(path: readonly string[]): FormatFailure | null {
    if (path.length === this.#messageDepth + 1 && path.at(-1) === this.#message?.statement) return this.#endStatement()
    if (path.length === this.#messageDepth && this.#message !== null) {
      const { statement } = this.#message
      this.#message = null
      if (this.#statements === 0) {
        return {
          code: 'missing_field',
          message: `The message on line ${this.#messageLine} holds no statement (${statement}).`,
          line: this.#messageLine,
        }
      }
    }
    return null
  }

  finish(): FormatFailure | null {
    this.#finishPage()
    if (this.#statements > 0) return null
    return { code: 'not_statements', message: 'The XML holds no CAMT.052, CAMT.053 or CAMT.054 message.', line: 1 }
  }

  #readBalance(open: Open, element: Element): FormatFailure | null {
    const code = textAt(element, 'Tp', 'CdOrPrtry', 'Cd') ?? textAt(element, 'Tp', 'Cd') ?? textAt(element, 'Tp', 'Prtry') ?? ''
    const kind = BALANCE_KINDS.get(code)
    if (kind === undefined) return null
    const amount = signedAmount(element)
    if (!amount.ok) return amount.failure
    const moment = momentOf(find(element, 'Dt'))
    if (!moment.ok) return moment.failure
    if (moment.value === null) return fail('missing_field', `The balance on line ${element.line} has no date (Dt).`, element).failure
    if (open.balances.length >= BALANCES_MAX)
      return fail('limit_exceeded', `The statement on line ${open.line} has more than ${BALANCES_MAX} balances.`, element).failure
    open.balances = [...open.balances, { code, kind, balance: { kind, ...amount.value, on: moment.value.on, at: moment.value.at } }]
    return null
  }

  #readEntry(open: Open, element: Element): FormatFailure | null {
    const entry = readEntry(element, open.type === '053' ? null : open.createdOn)
    if (!entry.ok) return entry.failure
    const { row, currency, informationOnly } = entry.value
    if (!open.started) this.#start(open, currency)
    if (currency !== open.currency) {
      return fail(
        'malformed',
        `The entry on line ${element.line} is in ${currency}, but the account is kept in ${open.currency}; an entry must be in the currency of its account.`,
        element,
      ).failure
    }
    if (informationOnly) {
      this.#flushRows()
      this.#parts.push({
        part: 'notice',
        code: 'INFO',
        severity: 'INFO',
        message: 'An entry with status INFO is no booking and was left out.',
        line: element.line,
      })
      return null
    }
    open.firstRowOn = open.firstRowOn === null ? row.postedOn : minDay(open.firstRowOn, row.postedOn)
    open.sum.add(row.amount)
    open.totals.add(row, textAt(element, 'RvslInd') === 'true')
    this.#rows.push(row)
    if (this.#rows.length >= ROWS_A_BATCH) this.#flushRows()
    return null
  }

  /** The account's currency is told by itself, else by its entries, else by its balances. */
  #start(open: Open, entryCurrency: Currency | null): void {
    open.currency = open.accountCurrency ?? entryCurrency ?? open.balances[0]?.balance.currency ?? null
    open.started = true
    if (this.#goesOn(open)) return
    this.#finishPage()
    const { account, currency, covers, line, type, number, page } = open
    const numbered = type === '053' ? { number: [number, page].filter((part) => part !== null) } : {}
    this.#parts.push({ part: 'start', head: { account, currency, covers, line, program: 'camt', ...numbered } })
  }

  #endStatement(): FormatFailure | null {
    const open = this.#open
    if (open === null) return null
    this.#open = null
    if (open.account.number === null) {
      return { code: 'missing_field', message: `The statement on line ${open.line} names no account (Acct/Id).`, line: open.line }
    }
    if (!open.started) this.#start(open, null)
    this.#flushRows()
    if (lastInterim(open) === null) this.#finishStatement(open)
    else this.#page = open
    return null
  }

  /** Large statements come in pages: one ends with the interim balance with which the next begins. Takes over what the page before told. */
  #goesOn(open: Open): boolean {
    const page = this.#page
    if (page === null || page.account.number !== open.account.number || page.currency !== open.currency) return false
    const [last, first] = [lastInterim(page), open.balances.find(({ code }) => code === 'ITBD') ?? null]
    if (last === null || first === null || open.balances.some(({ kind }) => kind === 'opening') || first.balance.amount !== last.balance.amount) return false
    this.#page = null
    open.balances = [...page.balances.filter((stated) => stated !== last), ...open.balances.filter((stated) => stated !== first)]
    open.firstRowOn = page.firstRowOn
    open.covers = { from: page.covers.from, to: open.covers.to }
    open.sum.add(page.sum.toDecimal())
    open.totals.leave()
    return true
  }

  #finishPage(): void {
    if (this.#page !== null) this.#finishStatement(this.#page)
    this.#page = null
  }

  #finishStatement(open: Open): void {
    const { opening, closing } = bordersOf(open)
    const closingOn = closing?.balance.on ?? null
    const differ = open.totals.differ()
    if (differ !== null) this.#parts.push({ part: 'notice', code: 'totals_differ', severity: 'WARN', message: totalsAt(differ), line: 0 })
    let from = open.covers.from
    for (const stated of open.balances) {
      if (stated === opening) {
        const on = openingDay(stated.balance.on, open.firstRowOn, closingOn)
        this.#parts.push({ part: 'balance', balance: { ...stated.balance, kind: 'opening', on, at: null } })
        if (open.type === '053' && open.covers.to === null) from = on
      } else if (stated === closing) this.#parts.push({ part: 'balance', balance: { ...stated.balance, kind: 'closing' } })
      else if (stated.kind !== 'opening') this.#parts.push({ part: 'balance', balance: stated.balance })
    }
    const to = open.covers.to ?? (open.type === '053' ? closingOn : null)
    this.#parts.push({ part: 'end', covers: { from: to === null ? null : from, to } })
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#parts.push({ part: 'rows', rows: this.#rows })
    this.#rows = []
  }
}

/** The interim balance with which a page ends that others follow; null where the statement is whole. */
function lastInterim({ type, balances }: Open): Stated | null {
  const interims = balances.filter(({ code }) => code === 'ITBD')
  const begins = balances.some(({ kind }) => kind === 'opening') || interims.length > 1
  return type === '053' && begins && !balances.some(({ kind }) => kind === 'closing') ? (interims.at(-1) ?? null) : null
}

/**
 * The bank may state the opening balance twice, as such and as the former closing one. A page of a large statement begins
 * or ends with an interim balance: one from which, or to which, the rows lead.
 */
function bordersOf(open: Open): { readonly opening: Stated | undefined; readonly closing: Stated | undefined } {
  const { type, balances, sum } = open
  const openings = balances.filter(({ kind }) => kind === 'opening')
  const opening = openings.find(({ code }) => code === 'OPBD') ?? openings[0]
  const closing = balances.find(({ kind }) => kind === 'closing')
  if (type !== '053') return { opening, closing }
  const leads = (from: Stated, to: Stated | undefined): boolean => {
    const after = new DecimalSum()
    after.add(from.balance.amount)
    after.add(sum.toDecimal())
    return after.toDecimal() === to?.balance.amount
  }
  const last = closing ?? lastInterim(open) ?? undefined
  const first = opening ?? balances.find((stated) => stated.code === 'ITBD' && stated !== last && leads(stated, last))
  return { opening: first, closing: closing ?? (first !== undefined && leads(first, last) ? last : undefined) }
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** IBAN, else the other forms of versions 1 (`PrtryAcct`, `BBAN`, `UPIC`) and 2 and later (`Othr`). */
function readAccount(element: Element): StatementAccount {
  const id = find(element, 'Id')
  const number = textAt(id, 'IBAN') ?? textAt(id, 'Othr', 'Id') ?? textAt(id, 'PrtryAcct', 'Id') ?? textAt(id, 'BBAN') ?? textAt(id, 'UPIC')
  const institution = find(element, 'Svcr', 'FinInstnId')
  const bankId =
    textAt(institution, 'BICFI') ??
    textAt(institution, 'BIC') ??
    textAt(institution, 'CmbndId', 'BIC') ??
    textAt(institution, 'ClrSysMmbId', 'MmbId')
  return {
    number: cleanText(number),
    bankId: cleanText(bankId),
    branchId: cleanText(textAt(element, 'Svcr', 'BrnchId', 'Id')),
    kind: ACCOUNT_KINDS.get(textAt(element, 'Tp', 'Cd') ?? '') ?? 'other',
    name: cleanText(textAt(element, 'Nm')),
  }
}

/** Only days that the range holds completely count as covered; a range inside one day covers none. */
function wholeDays(element: Element): Open['covers'] {
  const [from, to] = [textAt(element, 'FrDtTm') ?? textAt(element, 'FrDt'), textAt(element, 'ToDtTm') ?? textAt(element, 'ToDt')]
  const none = { from: null, to: null }
  if (from === null || to === null) return none
  const [first, last] = [readMoment(from, element), readMoment(to, element)]
  if (!first.ok || !last.ok) return none
  const midnight = (text: string): boolean => !text.includes('T') || /T00:00(:00(\.0+)?)?(Z|[+-]|$)/.test(text)
  const start = midnight(from) ? first.value.on : addDays(first.value.on, 1)
  const ends = !to.includes('T') || /T(23:59|24:00)/.test(to) || (midnight(to) && first.value.on === last.value.on)
  const end = ends ? last.value.on : addDays(last.value.on, -1)
  return start <= end ? { from: start, to: end } : none
}

/** Looks for the encoding that the XML declaration names, and hands all bytes on. */
async function declaredEncoding(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly declared: string | null; readonly bytes: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let prolog = ''
  while (prolog.length < 200) {
    const next = await iterator.next()
    if (next.done === true) break
    held.push(next.value)
    prolog += String.fromCharCode(...next.value.subarray(0, 200))
  }
  const declared = /^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(prolog)?.[1] ?? null
  return {
    declared,
    bytes: (async function* () {
      yield* held
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    })(),
  }
}
