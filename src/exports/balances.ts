/**
 * The balances of an export: closing is the bank's newest stated balance brought to the end of the
 * exported days by the rows between, opening is closing less all booked rows of those days, so that every
 * file begins where the one of the days before ends. What a person deleted or excluded counts in both, because it counts at the
 * bank; it is one line, so that the file proves itself. Where no bank ever stated a balance, closing is the sum of the rows up to then.
 */
import { day, utcDay, type Day } from '../domain/day.ts'
import { formatMoney, parseDecimal, type Currency, type Decimal } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { ExportBalance, ExportRow } from '../formats/export.ts'
import type { FeedStore } from '../ports/feed.ts'
import type { AccountSummary } from '../ports/store.ts'

export type Bounds = {
  readonly covers: { readonly from: Day; readonly to: Day }
  readonly opening: ExportBalance
  readonly closing: ExportBalance
  readonly leftOut: ExportRow | null
}

/** Before every booking day. */
const BEGINNING = day('0001-01-01')

/** Whether the row belongs into a file for the books of another program. */
export function isInBooks({ decisions }: Transaction): boolean {
  return !decisions.deleted && !decisions.excluded
}

/** `rows`: all of the file's days, oldest first; read once here, and again when it is written. Null in `asked`: open-ended. */
export async function boundsOf(feed: FeedStore, account: AccountSummary, rows: AsyncIterable<Transaction>, asked: { readonly from: Day | null; readonly to: Day | null }, now: number): Promise<Bounds> {
  let [sum, first, last]: [bigint, Day | null, Day | null] = [0n, null, null]
  let [left, leftSum] = [0, 0n]
  for await (const row of rows) {
    if (row.state !== 'posted') continue
    sum += row.amount
    if (!isInBooks(row)) [left, leftSum] = [left + 1, leftSum + row.amount]
    first ??= row.postedOn
    last = row.postedOn
  }
  const statedOn = account.balanceIsStated ? account.balanceOn : null
  const newest = [asked.from, first, last, statedOn].reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
  const to = asked.to ?? newest ?? utcDay(now)
  const from = asked.from ?? first ?? to
  const closing = await balanceAt(feed, account, statedOn, to)
  const { currency } = account
  return {
    covers: { from, to },
    opening: { amount: exactDecimal(closing - sum, currency), currency, on: from },
    closing: { amount: exactDecimal(closing, currency), currency, on: to },
    leftOut: leftSum === 0n ? null : leftOutRow(account, left, leftSum, to),
  }
}

/** Under an id that tells days and account, so that an importer knows it again. */
function leftOutRow({ id, currency }: AccountSummary, rows: number, sum: bigint, postedOn: Day): ExportRow {
  return {
    id: `left-out-${postedOn}-${id.replaceAll('-', '').slice(-12)}`, postedOn, amount: exactDecimal(sum, currency), currency, name: 'Left out of this file',
    memo: rows === 1 ? '1 row that was excluded or deleted, which the balance of the bank counts' : `${rows} rows that were excluded or deleted, which the balance of the bank counts`,
    checkNumber: null, reference: null, kind: null, state: 'posted',
  }
}

/** At the end of the day. */
async function balanceAt(feed: FeedStore, account: AccountSummary, statedOn: Day | null, on: Day): Promise<bigint> {
  if (statedOn === null) return feed.sumPosted(account.id, BEGINNING, on)
  if (on >= statedOn) return account.balance + (await feed.sumPosted(account.id, statedOn, on))
  return account.balance - (await feed.sumPosted(account.id, on, statedOn))
}

export function exactDecimal(minor: bigint, currency: Currency): Decimal {
  const decimal = parseDecimal(formatMoney({ minor, currency }))
  if (decimal === null) throw new Error('money is written as a decimal')
  return decimal
}
