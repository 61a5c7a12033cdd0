/**
 * An account as a file for other programs, streamed from the store page by page: memory does not
 * grow with the account. Files hold what is booked and still stands; JSON and CSV hold pending and
 * withdrawn rows too, with their state.
 */
import type { Day } from '../domain/day.ts'
import { formatMoney, parseDecimal, type Decimal } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { AccountSummary, TenantStore } from '../ports/store.ts'
import { writeBeancount } from '../formats/beancount/write.ts'
import { writeCamt053 } from '../formats/camt/write.ts'
import { writeCsv } from '../formats/csv/write.ts'
import { bookedRows, toStatementAccount, toStatementRow, type ExportBalance, type ExportRow, type ExportStatement } from '../formats/export.ts'
import { writeHledger } from '../formats/hledger/write.ts'
import { writeLedger } from '../formats/ledger/write.ts'
import { writeOfx, type OfxStatement } from '../formats/ofx/write.ts'
import { writeQif } from '../formats/qif/write.ts'

export const EXPORT_FORMATS = ['ofx', 'qfx', 'qbo', 'csv', 'camt053', 'qif', 'hledger', 'ledger', 'beancount', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export type ExportRequest = {
  readonly format: ExportFormat
  readonly from?: Day
  readonly to?: Day
  /** Epoch ms of writing. */
  readonly now: number
}

export type ExportedFile = { readonly fileName: string; readonly contentType: string; readonly content: AsyncIterable<Uint8Array | string> }

const PAGE = 500

const CONTENT_TYPES: Record<ExportFormat, string> = {
  ofx: 'application/x-ofx', qfx: 'application/vnd.intu.qfx', qbo: 'application/vnd.intu.qbo', csv: 'text/csv; charset=utf-8', camt053: 'application/xml', qif: 'application/qif',
  hledger: 'text/plain; charset=utf-8', ledger: 'text/plain; charset=utf-8', beancount: 'text/plain; charset=utf-8', json: 'application/json',
}

const EXTENSIONS: Record<ExportFormat, string> = { ofx: 'ofx', qfx: 'qfx', qbo: 'qbo', csv: 'csv', camt053: 'xml', qif: 'qif', hledger: 'journal', ledger: 'ledger', beancount: 'beancount', json: 'json' }

/** The file; its content is read from the store while it is taken. */
export function exportAccount(store: TenantStore, account: AccountSummary, request: ExportRequest): ExportedFile {
  const name = account.name.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase() || 'account'
  return { fileName: `${name}.${EXTENSIONS[request.format]}`, contentType: CONTENT_TYPES[request.format], content: contentOf(store, account, request) }
}

async function* contentOf(store: TenantStore, account: AccountSummary, request: ExportRequest): AsyncGenerator<Uint8Array | string> {
  const statement = await statementOf(store, account, request)
  switch (request.format) {
    case 'ofx':
    case 'qfx':
    case 'qbo':
      yield* writeOfx([ofxStatement(statement)], { version: '102', flavour: request.format, writtenAtMs: request.now })
      return
    case 'json':
      for await (const row of statement.rows) yield `${JSON.stringify(row)}\n`
      return
    default:
      yield* TEXT_WRITERS[request.format](statement, request.now)
  }
}

const TEXT_WRITERS: Record<Exclude<ExportFormat, 'ofx' | 'qfx' | 'qbo' | 'json'>, (statement: ExportStatement, now: number) => AsyncIterable<string>> = {
  csv: writeCsv,
  qif: writeQif,
  camt053: writeCamt053,
  hledger: writeHledger,
  ledger: writeLedger,
  beancount: writeBeancount,
}

/** The closing balance is only claimed where it is the bank's own and nothing after it was left out. */
async function statementOf(store: TenantStore, account: AccountSummary, { from, to }: ExportRequest): Promise<ExportStatement> {
  const stated = account.balanceIsStated && account.balanceOn !== null && (to === undefined || to >= account.balanceOn)
  const closing: ExportBalance | null = stated && account.balanceOn !== null ? { amount: exact(account.balance, account.currency), currency: account.currency, on: account.balanceOn } : null
  return { account, covers: { from: from ?? null, to: to ?? null }, opening: null, closing, rows: rowsOf(store, account.id, from, to) }
}

/** All rows oldest first. */
async function* rowsOf(store: TenantStore, accountId: string, from: Day | undefined, to: Day | undefined): AsyncGenerator<ExportRow> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({
      accountId, order: 'oldest', limit: PAGE, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(cursor === null ? {} : { cursor }),
    })
    for (const row of page.rows) yield exportRow(row)
    cursor = page.next
  } while (cursor !== null)
}

function exportRow(row: Transaction): ExportRow {
  const { id, postedOn, currency, name, memo, checkNumber, reference, kind, state } = row
  return { id, postedOn, currency, name, memo, checkNumber, reference, kind, state, amount: exact(row.amount, currency) }
}

function exact(minor: bigint, currency: string): Decimal {
  const decimal = parseDecimal(formatMoney({ minor, currency }))
  if (decimal === null) throw new Error('money is written as a decimal')
  return decimal
}

function ofxStatement(statement: ExportStatement): OfxStatement {
  const { account, covers, closing } = statement
  return {
    account: toStatementAccount(account),
    currency: account.currency,
    covers,
    rows: statementRows(statement),
    balances: closing === null ? [] : [{ kind: 'ledger', amount: closing.amount, currency: closing.currency, on: closing.on, at: null }],
  }
}

async function* statementRows(statement: ExportStatement) {
  for await (const row of bookedRows(statement.rows)) yield toStatementRow(row)
}
