/**
 * The other files of the web site: CAMT.053, MT940, and CSV as banks of other habits write it. They
 * show the truth of the ledger between two balances. Written for themselves: nothing of Relink's own
 * writers is in them, so that a mistake of both cannot hide.
 */
import type { Day } from '../../src/domain/day.ts'
import { decimalsOf, formatMinor } from '../../src/domain/money.ts'
import { BANK_ID } from '../customers.ts'
import type { Statement, WireRow } from '../faults/fault.ts'

/** A statement with the balance before its first row and after its last. */
export type Balanced = { readonly statement: Statement; readonly openingMinor: bigint; readonly closingMinor: bigint }

export type StatementFile = { readonly type: string; readonly extension: string; readonly write: (file: Balanced) => string }

export const STATEMENT_FILES = {
  camt053: { type: 'application/xml', extension: 'xml', write: camt053 },
  mt940: { type: 'text/plain; charset=us-ascii', extension: 'sta', write: mt940 },
  'csv-german': { type: 'text/csv; charset=utf-8', extension: 'csv', write: csvGerman },
  'csv-columns': { type: 'text/csv; charset=utf-8', extension: 'csv', write: csvColumns },
} as const satisfies Readonly<Record<string, StatementFile>>

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const positive = (minor: bigint): bigint => (minor < 0n ? -minor : minor)

/** ISO 20022 camt.053.001.02: GrpHdr, then one Stmt with OPBD, CLBD and its entries. */
function camt053({ statement, openingMinor, closingMinor }: Balanced): string {
  const { account, currency, from, to, rows } = statement
  const amount = (minor: bigint): string => `<Amt Ccy="${currency}">${formatMinor(positive(minor), decimalsOf(currency))}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`
  const balance = (code: string, minor: bigint, day: Day): string => `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor)}<Dt><Dt>${day}</Dt></Dt></Bal>`
  const entry = ({ minor, day, fitid, name, memo }: WireRow): string =>
    `<Ntry>${amount(minor)}<Sts>BOOK</Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt><AcctSvcrRef>${fitid}</AcctSvcrRef><BkTxCd/>` +
    `<NtryDtls><TxDtls><RltdPties>${minor < 0n ? `<Cdtr><Nm>${escaped(name)}</Nm></Cdtr>` : `<Dbtr><Nm>${escaped(name)}</Nm></Dbtr>`}</RltdPties>` +
    `${memo === null ? '' : `<RmtInf><Ustrd>${escaped(memo)}</Ustrd></RmtInf>`}</TxDtls></NtryDtls></Ntry>`
  const made = `${to}T20:00:00`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>',
    `<GrpHdr><MsgId>${account.number}-${to}</MsgId><CreDtTm>${made}</CreDtTm></GrpHdr>`,
    `<Stmt><Id>${from}-${to}</Id><CreDtTm>${made}</CreDtTm><FrToDt><FrDtTm>${from}T00:00:00</FrDtTm><ToDtTm>${to}T23:59:59</ToDtTm></FrToDt>`,
    `<Acct><Id><Othr><Id>${account.number}</Id></Othr></Id><Ccy>${currency}</Ccy></Acct>`,
    balance('OPBD', openingMinor, from),
    balance('CLBD', closingMinor, to),
    ...rows.map(entry),
    '</Stmt></BkToCstmrStmt></Document>',
    '',
  ].join('\n')
}

/** SWIFT MT940: the letters that its network carries, :86: in lines of 65. */
function mt940({ statement, openingMinor, closingMinor }: Balanced): string {
  const { account, currency, from, to, rows } = statement
  const decimals = decimalsOf(currency)
  const amount = (minor: bigint): string => {
    const [whole, cents = ''] = formatMinor(positive(minor), decimals).split('.')
    return `${whole},${cents}`
  }
  const short = (day: Day): string => day.slice(2).replaceAll('-', '')
  const balance = (tag: string, minor: bigint, day: Day): string => `:${tag}:${minor < 0n ? 'D' : 'C'}${short(day)}${currency}${amount(minor)}`
  const lines = rows.flatMap(({ minor, day, fitid, name, memo }) => [
    `:61:${short(day)}${day.slice(5).replace('-', '')}${minor < 0n ? 'D' : 'C'}${amount(minor)}NMSCNONREF//${fitid.slice(-16)}`,
    `:86:${(plain(memo === null ? name : `${name} ${memo}`).match(/.{1,65}/g) ?? []).slice(0, 6).join('\r\n')}`,
  ])
  return [':20:SANDBOX', `:25:${BANK_ID}/${account.number}`, ':28C:1/1', balance('60F', openingMinor, from), ...lines, balance('62F', closingMinor, to), '-', ''].join('\r\n')
}

/** Without marks, and a full stop for what the SWIFT character set x lacks. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^A-Za-z0-9/?:().,'+ -]/g, '.')
}

/** German headings, days and figures; the balance after each row. */
function csvGerman({ statement, openingMinor }: Balanced): string {
  const decimals = decimalsOf(statement.currency)
  const figure = (minor: bigint): string => formatMinor(minor, decimals).replace('.', ',').replace(/\B(?<!,\d*)(?=(\d{3})+(?!\d))/g, '.')
  let balance = openingMinor
  const lines = statement.rows.map(({ day, name, memo, minor }) => [day.split('-').reverse().join('.'), name, memo ?? '', figure(minor), statement.currency, figure((balance += minor))])
  return csv(';', [['Buchungstag', 'Empfänger/Auftraggeber', 'Verwendungszweck', 'Betrag', 'Währung', 'Saldo'], ...lines])
}

/** The month first, money out and in in columns of their own, the newest row first. */
function csvColumns({ statement, openingMinor }: Balanced): string {
  const decimals = decimalsOf(statement.currency)
  let balance = openingMinor
  const lines = statement.rows.map(({ day, name, memo, minor }) => {
    const figure = formatMinor(positive(minor), decimals)
    return [`${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`, memo === null ? name : `${name} ${memo}`, minor < 0n ? figure : '', minor < 0n ? '' : figure, formatMinor((balance += minor), decimals)]
  })
  return csv(',', [['Posting Date', 'Description', 'Debit', 'Credit', 'Balance'], ...lines.reverse()])
}

/** Fields quoted where needed (RFC 4180). */
export function csv(separator: string, lines: readonly (readonly string[])[]): string {
  const quote = (field: string): string => (/[",;\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  return lines.map((line) => `${line.map(quote).join(separator)}\r\n`).join('')
}
