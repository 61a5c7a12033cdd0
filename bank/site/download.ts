/**
 * Files that a person downloads from the web site: OFX, the flavours QFX and QBO (Web Connect), and
 * CSV. They hold the truth of the ledger under the ids of the feed; no fault changes them.
 */
import { addDays, parseDay } from '../../src/domain/day.ts'
import { decimalsOf, formatMinor } from '../../src/domain/money.ts'
import type { Statement } from '../faults/fault.ts'
import { leaf, node } from '../ofx/element.ts'
import { signonAnswer, statusOf } from '../ofx/envelope.ts'
import { writeMessage } from '../ofx/message.ts'
import { trueStatement, writeStatement } from '../ofx/statement.ts'
import type { AccountState, BankState, LoginState } from '../state.ts'
import { answer, type HttpAnswer } from '../wire.ts'

export const FORMATS = ['ofx', 'qfx', 'qbo', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** The number by which Intuit's programs know the institution of a Web Connect file; this one is nobody's. */
const INTUIT_BANK_ID = '99001'
const TYPES: Readonly<Record<Format, string>> = {
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
  const body = order.format === 'csv' ? csv(statement) : webConnect(statement, order.format, moment)
  const name = `${account.number.slice(-4)}-${window.from}-${window.to}.${order.format}`
  return answer(200, TYPES[order.format], body, { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' })
}

function webConnect(statement: Statement, format: Format, moment: { readonly bank: BankState; readonly now: number }): Uint8Array {
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

/** Day, text, memo, amount, currency; fields quoted where needed (RFC 4180). */
function csv(statement: Statement): string {
  const decimals = decimalsOf(statement.currency)
  const quote = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  const lines = statement.rows.map((row) => [row.day, row.name, row.memo ?? '', formatMinor(row.minor, decimals), statement.currency])
  return [['Date', 'Description', 'Memo', 'Amount', 'Currency'], ...lines].map((line) => `${line.map(quote).join(',')}\r\n`).join('')
}
