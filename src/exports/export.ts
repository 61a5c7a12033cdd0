/**
 * An account as a file for other programs, streamed from the store page by page: memory does not
 * grow with the account. Files hold what is booked and still stands, with opening and closing balance;
 * JSON and CSV hold pending and withdrawn rows too, with their state, and no balance. What a person deleted or keeps out of
 * the books is in none.
 */
import type { Day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { TransactionFilter } from '../ports/feed.ts'
import type { AccountSummary, TenantStore } from '../ports/store.ts'
import { writeBeancount } from '../formats/beancount/write.ts'
import { writeCamt053 } from '../formats/camt/write.ts'
import { writeCsv } from '../formats/csv/write.ts'
import { amountText, bookedRows, toStatementAccount, toStatementRow, type ExportRow, type ExportStatement } from '../formats/export.ts'
import { writeHledger } from '../formats/hledger/write.ts'
import { writeLedger } from '../formats/ledger/write.ts'
import { writeOfx, type OfxStatement } from '../formats/ofx/write.ts'
import { writeQif } from '../formats/qif/write.ts'
import { boundsOf, exactDecimal, isInBooks } from './balances.ts'
import { apart } from './apart.ts'

export const EXPORT_FORMATS = ['ofx', 'qfx', 'qbo', 'csv', 'camt053', 'qif', 'hledger', 'ledger', 'beancount', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
/** A balance beside some rows of its days would not be theirs. */
export const NARROWED: ReadonlySet<ExportFormat> = new Set(['csv', 'json'])

export type ExportRequest = {
  readonly format: ExportFormat
  readonly from?: Day
  readonly to?: Day
  /** Of a format without balances alone (`NARROWED`): of these rows those that are listed so. */
  readonly only?: Pick<TransactionFilter, 'text' | 'states' | 'review'>
  /** Of a journal or QIF: it goes on after a file of the days before, which has the opening balance. */
  readonly continues?: boolean
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
  const rows = exportRows(transactionsOf(store, account.id, request))
  const asked = { from: request.from ?? null, to: request.to ?? null }
  switch (request.format) {
    case 'json':
      yield* jsonOf(rows)
      return
    case 'csv':
      yield* writeCsv({ account, covers: asked, opening: null, closing: null, leftOut: null, continues: false, rows })
      return
    default:
      yield* statementText({ account: apart(account, await store.accounts.all()), ...(await boundsOf(store.feed, account, transactionsOf(store, account.id, request), asked, request.now)), continues: request.continues === true, rows }, request.format, request.now)
  }
}

/** One array, a row a line. */
async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const row of rows) {
    yield `${before}${JSON.stringify({ ...row, amount: amountText(row.amount, row.currency) })}`
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** The formats that carry balances. */
async function* statementText(statement: ExportStatement, format: Exclude<ExportFormat, 'csv' | 'json'>, now: number): AsyncGenerator<Uint8Array | string> {
  switch (format) {
    case 'ofx':
    case 'qfx':
    case 'qbo':
      yield* writeOfx([ofxStatement(statement)], { version: OFX_VERSION_OF[format], flavour: format, writtenAtMs: now })
      return
    case 'camt053':
      yield* writeCamt053(statement, now)
      return
    default:
      yield* JOURNALS[format](statement)
  }
}

/** OFX 2 carries every letter; what Quicken and QuickBooks import is OFX 1.0.2. */
const OFX_VERSION_OF = { ofx: '220', qfx: '102', qbo: '102' } as const

const JOURNALS = { qif: writeQif, hledger: writeHledger, ledger: writeLedger, beancount: writeBeancount } as const

/** All rows oldest first, also those that are in no file: the balances count them. */
async function* transactionsOf(store: TenantStore, accountId: string, { from, to, only }: ExportRequest): AsyncGenerator<Transaction> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({
      accountId, order: 'oldest', limit: PAGE, includeDeleted: true, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...only, ...(cursor === null ? {} : { cursor }),
    })
    yield* page.rows
    cursor = page.next
  } while (cursor !== null)
}

async function* exportRows(rows: AsyncIterable<Transaction>): AsyncGenerator<ExportRow> {
  for await (const row of rows) {
    if (!isInBooks(row)) continue
    const { id, postedOn, currency, name, memo, checkNumber, reference, kind, state, amount } = row
    yield { id, postedOn, currency, name, memo, checkNumber, reference, kind, state, amount: exactDecimal(amount, currency) }
  }
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

async function* statementRows(statement: ExportStatement): AsyncGenerator<StatementRow> {
  for await (const row of bookedRows(statement.rows)) yield toStatementRow(row)
}
