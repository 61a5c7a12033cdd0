/**
 * An account as a file for other programs, streamed from the store page by page: memory does not
 * grow with the account. Files hold what is booked and still stands, with opening and closing balance;
 * JSON and CSV hold pending and withdrawn rows too, with their state, what was decided and no balance, of one account or of all. What a
 * person deleted or keeps out of the books is in none, unless just these are asked for.
 */
import type { Account } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { Mark, TransactionFilter } from '../ports/feed.ts'
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

/** As a list of rows is narrowed. */
export type Only = Pick<TransactionFilter, 'text' | 'states' | 'review' | 'category' | 'mark'>

export type ExportRequest = {
  readonly format: ExportFormat
  readonly from?: Day
  readonly to?: Day
  /** Of a format without balances alone (`NARROWED`): of these rows those that are listed so. */
  readonly only?: Only
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
  return { fileName: `${plain(account.name)}.${EXTENSIONS[request.format]}`, contentType: CONTENT_TYPES[request.format], content: contentOf(store, account, request) }
}

/** As `exportAccount` names the file, and told apart from those of all other accounts, at whatever bank, as `apart` does: the same account has the same file each time. */
export function fileNameAmong(account: Account, all: readonly Account[], format: ExportFormat): string {
  const inFiles = (one: Account): Account => ({ ...one, institutionName: null, name: plain(one.name) })
  return `${plain(apart(inFiles(account), all.map(inFiles)).name)}.${EXTENSIONS[format]}`
}

/** In letters that every file system and program takes. */
function plain(name: string): string {
  return name.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase() || 'account'
}

/** The rows of all accounts, or of these, one account after the other, oldest first, each with the name of its account. */
export function exportTable(store: TenantStore, accountIds: readonly string[] | null, request: Omit<ExportRequest, 'format' | 'continues'> & { readonly format: 'csv' | 'json' }): ExportedFile {
  return { fileName: `transactions.${EXTENSIONS[request.format]}`, contentType: CONTENT_TYPES[request.format], content: tableOf(store, accountIds, request) }
}

async function* contentOf(store: TenantStore, account: AccountSummary, request: ExportRequest): AsyncGenerator<Uint8Array | string> {
  if (request.format === 'csv' || request.format === 'json') return yield* tableOf(store, [account.id], request)
  const asked = { from: request.from ?? null, to: request.to ?? null }
  const rows = exportRows(transactionsOf(store, account.id, request))
  yield* statementText({ account: apart(account, await store.accounts.all()), ...(await boundsOf(store.feed, account, transactionsOf(store, account.id, request), asked, request.now)), continues: request.continues === true, rows }, request.format, request.now)
}

/** The formats that hold any rows; `accountIds` null: of all accounts. */
async function* tableOf(store: TenantStore, accountIds: readonly string[] | null, request: ExportRequest): AsyncGenerator<string> {
  const all = await store.accounts.all()
  async function* named(): AsyncGenerator<ExportRow> {
    for (const account of all.filter(({ id }) => accountIds === null || accountIds.includes(id))) {
      const { name } = apart(account, all)
      for await (const row of exportRows(transactionsOf(store, account.id, request), request.only?.mark)) yield { ...row, account: name }
    }
  }
  yield* request.format === 'csv' ? writeCsv({ rows: named() }) : jsonOf(named())
}

/** One array, a row a line. */
async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const { decided, account, ...row } of rows) {
    yield `${before}${JSON.stringify({ ...row, ...decided, account, amount: amountText(row.amount, row.currency) })}`
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

/** `mark`: where it names what is kept out of the books, just that is wanted. */
async function* exportRows(rows: AsyncIterable<Transaction>, mark?: Mark): AsyncGenerator<ExportRow> {
  for await (const row of rows) {
    if (mark !== 'excluded' && mark !== 'deleted' && !isInBooks(row)) continue
    const { id, postedOn, currency, name, memo, checkNumber, reference, kind, state, amount, decisions: { category, note, review, excluded, transfer } } = row
    yield { id, postedOn, currency, name, memo, checkNumber, reference, kind, state, amount: exactDecimal(amount, currency), decided: { category, note, review, excluded, transfer } }
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
