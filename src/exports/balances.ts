/**
 * The balances of an export: closing is the bank's newest stated balance brought to the end of the
 * exported days by the rows between, opening is closing less the rows of the file, so that every
 * file proves itself. Where no bank ever stated a balance, closing is the sum of the rows up to then.
 */
import { day, utcDay, type Day } from '../domain/day.ts'
import { formatMoney, parseDecimal, type Currency, type Decimal } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { ExportBalance } from '../formats/export.ts'
import type { AccountSummary, FeedStore } from '../ports/store.ts'

export type Bounds = {
  readonly covers: { readonly from: Day; readonly to: Day }
  readonly opening: ExportBalance
  readonly closing: ExportBalance
}

/** Before every booking day. */
const BEGINNING = day('0001-01-01')

/** `rows`: what the file will hold, oldest first; read once here, and again when it is written. Null in `asked`: open-ended. */
export async function boundsOf(feed: FeedStore, account: AccountSummary, rows: AsyncIterable<Transaction>, asked: { readonly from: Day | null; readonly to: Day | null }, now: number): Promise<Bounds> {
  let [sum, first, last]: [bigint, Day | null, Day | null] = [0n, null, null]
  for await (const row of rows) {
    if (row.state !== 'posted') continue
    sum += row.amount
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
