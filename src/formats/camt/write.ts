/**
 * Writes booked rows as CAMT.053.001.02, the version that most programs read. Balances are written when
 * they are known and never invented; the schema wants at least one, so a statement without any is well
 * formed but not valid. Texts are cut where the schema limits them.
 */
import type { AccountKind } from '../../domain/statement.ts'
import { isIban } from '../iban.ts'
import { cleanText } from '../clean-text.ts'
import { amountText, bookedRows, type ExportBalance, type ExportRow, type ExportStatement } from '../export.ts'
import { magnitude } from '../written-amount.ts'

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'

/** What the type codes of the message can say of an account's kind. */
const TYPES: Readonly<Partial<Record<AccountKind, string>>> = { checking: 'CACC', savings: 'SVGS', loan: 'LOAN', money_market: 'MOMA', credit_line: 'ODFT' }
/** The list of codes has none for a card. */
const CARD = '<Tp><Prtry>CARD</Prtry></Tp>'

/** The file in pieces, one entry each. `writtenAtMs`: the time of writing, milliseconds since 1970. */
export async function* writeCamt053(statement: ExportStatement, writtenAtMs: number): AsyncGenerator<string> {
  const created = new Date(writtenAtMs).toISOString()
  const id = `RELINK${writtenAtMs}`
  const { account, covers, opening, closing } = statement
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}">\n<BkToCstmrStmt>\n`
  yield `<GrpHdr>${leaf('MsgId', id, 35)}${leaf('CreDtTm', created)}</GrpHdr>\n`
  yield `<Stmt>${leaf('Id', id, 35)}${leaf('CreDtTm', created)}\n`
  if (covers.from !== null && covers.to !== null) {
    yield `<FrToDt>${leaf('FrDtTm', `${covers.from}T00:00:00`)}${leaf('ToDtTm', `${covers.to}T23:59:59`)}</FrToDt>\n`
  }
  // An id of ours is two characters longer than what the schema takes (Max34Text), and as good without its hyphens.
  const number = account.number?.replace(/ /g, '') ?? account.id.replaceAll('-', '')
  const identification = isIban(number) ? leaf('IBAN', number) : `<Othr>${leaf('Id', number, 34)}</Othr>`
  const code = leaf('Cd', TYPES[account.kind] ?? null)
  const type = account.kind === 'credit_card' ? CARD : code === '' ? '' : `<Tp>${code}</Tp>`
  yield `<Acct><Id>${identification}</Id>${type}${leaf('Ccy', account.currency)}${leaf('Nm', account.name, 70)}</Acct>\n`
  if (opening !== null) yield balance('OPBD', opening)
  if (closing !== null) yield balance('CLBD', closing)
  for await (const row of bookedRows(statement.rows)) yield entry(row)
  if (statement.leftOut !== null) yield entry(statement.leftOut)
  yield '</Stmt>\n</BkToCstmrStmt>\n</Document>\n'
}

function balance(code: 'OPBD' | 'CLBD', { amount, currency, on }: ExportBalance): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${figure(amount, currency)}<Dt>${leaf('Dt', on)}</Dt></Bal>\n`
}

function entry(row: ExportRow): string {
  const incoming = !row.amount.startsWith('-')
  const party = incoming ? 'Dbtr' : 'Cdtr'
  const references = leaf('EndToEndId', row.reference, 35) + leaf('ChqNb', row.checkNumber, 35)
  const lines = pieces(cleanText(row.memo) ?? '', 140).map((line) => leaf('Ustrd', line))
  const details = [
    references === '' ? '' : `<Refs>${references}</Refs>`,
    row.name === null ? '' : `<RltdPties><${party}>${leaf('Nm', row.name, 140)}</${party}></RltdPties>`,
    lines.length === 0 ? '' : `<RmtInf>${lines.join('')}</RmtInf>`,
  ].join('')
  return [
    `<Ntry>${figure(row.amount, row.currency)}<Sts>BOOK</Sts><BookgDt>${leaf('Dt', row.postedOn)}</BookgDt>`,
    // 35 characters are allowed; the hyphens of a UUID are the only ones that tell nothing.
    leaf('AcctSvcrRef', row.id.replaceAll('-', ''), 35),
    `<BkTxCd><Prtry>${leaf('Cd', row.kind ?? 'NTRF', 35)}</Prtry></BkTxCd>`,
    details === '' ? '' : `<NtryDtls><TxDtls>${details}</TxDtls></NtryDtls>`,
    '</Ntry>\n',
  ].join('')
}

function figure(amount: ExportBalance['amount'], currency: string): string {
  const direction = amount.startsWith('-') ? 'DBIT' : 'CRDT'
  return `<Amt Ccy="${escaped(currency)}">${amountText(magnitude(amount), currency)}</Amt><CdtDbtInd>${direction}</CdtDbtInd>`
}

/** Empty when the text is; cut to `max` characters. */
function leaf(name: string, text: string | null, max?: number): string {
  const cleaned = cleanText(text)
  return cleaned === null ? '' : `<${name}>${escaped(max === undefined ? cleaned : pieces(cleaned, max)[0]!)}</${name}>`
}

/** The text in pieces of at most `max` characters, none of them cut inside a character. */
function pieces(text: string, max: number): readonly string[] {
  const characters = Array.from(text)
  const cut: string[] = []
  for (let at = 0; at < characters.length; at += max)
    cut.push(
      characters
        .slice(at, at + max)
        .join('')
        .trim(),
    )
  return cut.filter((piece) => piece !== '')
}

/** Lone surrogates and U+FFFE/U+FFFF are no XML characters. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
