/**
 * What every writer gets: one account with its rows as the books know them. Amounts and days are final
 * here; writers choose spelling, never values. Rows come in the order in which they are to be written,
 * oldest first, and are read once, so that an export of any length flows in flat memory.
 */
import type { Day } from '../domain/day.ts'
import { formatMoney, moneyOf, type Currency, type Decimal } from '../domain/money.ts'
import type { AccountKind, StatementAccount, StatementRow } from '../domain/statement.ts'

export type ExportAccount = {
  /** Relink's own id of the account. */
  readonly id: string
  readonly name: string
  readonly number: string | null
  readonly bankId: string | null
  readonly kind: AccountKind
  readonly currency: Currency
  readonly institutionName: string | null
}

export type ExportRow = {
  /** Relink's own id of the transaction: it never changes, so importers can tell rows they know. */
  readonly id: string
  readonly postedOn: Day
  /** Positive: money into the account. */
  readonly amount: Decimal
  readonly currency: Currency
  readonly name: string | null
  readonly memo: string | null
  readonly checkNumber: string | null
  readonly reference: string | null
  readonly kind: string | null
  readonly state: 'pending' | 'posted' | 'withdrawn'
  /** What a person decided of it; a format writes what it has a place for. None of a line that sums up others. */
  readonly decided?: ExportDecisions
  /** The name of its account, where a file may hold rows of several. */
  readonly account?: string
}

export type ExportDecisions = {
  readonly category: string | null
  readonly note: string | null
  readonly review: 'for_review' | 'accepted'
  readonly excluded: boolean
  /** The transfer between own accounts of which it is a side: the other side has the same id. */
  readonly transfer: string | null
}

/** `on`: the day to whose end the balance belongs; for an opening balance to whose beginning. */
export type ExportBalance = { readonly amount: Decimal; readonly currency: Currency; readonly on: Day }

export type ExportStatement = {
  readonly account: ExportAccount
  readonly covers: { readonly from: Day | null; readonly to: Day | null }
  readonly opening: ExportBalance | null
  readonly closing: ExportBalance | null
  /** The sum of the booked rows that a person keeps out of the books, as one line that says so: the balances are the bank's and count them. Null: nothing is left out. */
  readonly leftOut: ExportRow | null
  /** A journal that goes on after another one, which opened its accounts and booked the balance before. */
  readonly continues: boolean
  readonly rows: Iterable<ExportRow> | AsyncIterable<ExportRow>
}

/** The rows that a file for other programs holds: what is booked and still stands. */
export async function* bookedRows(rows: ExportStatement['rows']): AsyncGenerator<ExportRow> {
  for await (const row of rows) if (row.state === 'posted') yield row
}

/** `-12.50`: with all decimals of the currency, or more where the amount has more. */
export function amountText(amount: Decimal, currency: Currency): string {
  const money = moneyOf(amount, currency)
  return money.ok ? formatMoney(money.value) : amount
}

/** The account as statement formats name it. */
export function toStatementAccount(account: ExportAccount): StatementAccount {
  return { number: account.number ?? account.id, bankId: account.bankId, branchId: null, kind: account.kind, name: account.name }
}

/** The row as statement formats carry it, for the OFX writer; the id becomes the provider id (FITID). */
export function toStatementRow(row: ExportRow): StatementRow {
  return {
    providerId: row.id,
    pendingProviderId: null,
    status: row.state === 'pending' ? 'pending' : 'posted',
    postedOn: row.postedOn,
    transactedOn: null,
    valueOn: null,
    amount: row.amount,
    foreign: null,
    kind: row.kind,
    name: row.name,
    memo: row.memo,
    checkNumber: row.checkNumber,
    reference: row.reference,
    corrects: null,
    line: 0,
  }
}
