/**
 * Files that a person downloads from the web site: OFX, the flavours QFX and QBO (Web Connect), CSV, and
 * those of statement-files.ts. They hold the truth of the ledger under the ids of the feed; no fault changes them.
 */
import { addDays, parseDay } from '../../src/domain/day.ts'
import { decimalsOf, formatMinor } from '../../src/domain/money.ts'
import type { Statement } from '../faults/fault.ts'
import { isBooked } from '../ledger/row.ts'
import { leaf, node } from '../ofx/element.ts'
import { signonAnswer, statusOf } from '../ofx/envelope.ts'
import { writeMessage } from '../ofx/message.ts'
import { trueStatement, writeStatement } from '../ofx/statement.ts'
import type { AccountState, BankState, LoginState } from '../state.ts'
import { answer, type HttpAnswer } from '../wire.ts'
import { type Balanced, csv, STATEMENT_FILES } from './statement-files.ts'

const OWN_FORMATS = ['ofx', 'qfx', 'qbo', 'csv'] as const
type OwnFormat = (typeof OWN_FORMATS)[number]
export type Format = OwnFormat | keyof typeof STATEMENT_FILES
export const FORMATS: readonly Format[] = [...OWN_FORMATS, ...(Object.keys(STATEMENT_FILES) as (keyof typeof STATEMENT_FILES)[])]

/** The number by which Intuit's programs know the institution of a Web Connect file; this one is nobody's. */
const INTUIT_BANK_ID = '99001'
const TYPES: Readonly<Record<OwnFormat, string>> = {
  ofx: 'application/x-ofx',
  qfx: 'application/vnd.intu.qfx',
  qbo: 'application/vnd.intu.qbo',
  csv: 'text/csv; charset=utf-8',
}

type Order = { readonly format: Format; readonly from: string | null; readonly to: string | null }

/** The file, from 90 days ago to today unless the order says otherwise. */
export function download(
  login: LoginState,
  account: AccountState,
  order: Order,
  moment: { readonly bank: BankState; readonly now: number },
): HttpAnswer {
  const today = moment.bank.zone.dayOf(moment.now)
  const window = { from: parseDay(order.from ?? '') ?? addDays(today, -90), to: parseDay(order.to ?? '') ?? today }
  const statement = trueStatement(login, account, window, moment)
  const file = (extension: string, type: string, body: string | Uint8Array): HttpAnswer => named(`${account.number.slice(-4)}-${window.from}-${window.to}.${extension}`, type, body)
  if (order.format === 'csv') return file('csv', TYPES.csv, csvOf(statement))
  if (order.format === 'ofx' || order.format === 'qfx' || order.format === 'qbo') return file(order.format, TYPES[order.format], webConnect(statement, order.format, moment))
  const { type, extension, write } = STATEMENT_FILES[order.format]
  return file(extension, type, write(balanced(statement, login, account, moment.now)))
}

/** With what the ledger holds at both ends: the balance of now without the rows after the last day is that of its end. */
function balanced(statement: Statement, { ledger }: LoginState, { spec }: AccountState, now: number): Balanced {
  const sum = (rows: readonly { readonly minor: bigint }[]): bigint => rows.reduce((total, { minor }) => total + minor, 0n)
  const later = ledger.rows(spec.key, now).filter((row) => isBooked(row, now) && row.bookedOn > statement.to)
  const closingMinor = statement.ledgerMinor - sum(later)
  return { statement, closingMinor, openingMinor: closingMinor - sum(statement.rows) }
}

function named(name: string, type: string, body: string | Uint8Array): HttpAnswer {
  return answer(200, type, body, { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' })
}

function webConnect(statement: Statement, format: Exclude<OwnFormat, 'csv'>, moment: { readonly bank: BankState; readonly now: number }): Uint8Array {
  const success = { code: 0, message: 'Success' }
  const intuit = format === 'ofx' ? null : leaf('INTU.BID', INTUIT_BANK_ID)
  const content = writeStatement(statement, { withRows: true, withPending: false }, moment)
  const [set, transaction] = statement.account.spec.kind === 'card' ? ['CREDITCARDMSGSRSV1', 'CCSTMTTRNRS'] : ['BANKMSGSRSV1', 'STMTTRNRS']
  const tree = node(
    'OFX',
    signonAnswer(success, moment.now, intuit),
    node(set, node(transaction, leaf('TRNUID', '0'), statusOf(success), content)),
  )
  return writeMessage(tree, 102, 'NONE')
}

/** Day, text, memo, amount, currency. */
function csvOf(statement: Statement): string {
  const decimals = decimalsOf(statement.currency)
  const lines = statement.rows.map((row) => [row.day, row.name, row.memo ?? '', formatMinor(row.minor, decimals), statement.currency])
  return csv(',', [['Date', 'Description', 'Memo', 'Amount', 'Currency'], ...lines])
}
