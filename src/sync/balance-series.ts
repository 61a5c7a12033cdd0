/**
 * The running balance of an account by its rows, day by day, beside the balances that its source stated:
 * what the picture of the balance proof shows. The rows are counted from one stated balance, so that a
 * disagreement shows where it arose. Reads the store; changes nothing.
 */
import type { Account } from '../domain/account.ts'
import { addDays, maxDay, type Day } from '../domain/day.ts'
import type { BalanceStatement } from '../domain/run.ts'
import type { TenantStore } from '../ports/store.ts'
import { isFailing } from './balance-proof.ts'

export type BalanceSeries = {
  /** What the rows come to at the end of each day on which something was booked, oldest first. */
  readonly steps: readonly { readonly on: Day; readonly amount: bigint }[]
  /** What the source stated, oldest first; `differs`: by how much more the source counts than the rows, 0 where the balance is proved: stated before the day was over it may lie beside the line all the same. */
  readonly stated: readonly { readonly on: Day; readonly amount: bigint; readonly differs: bigint }[]
}

const PAGE = 500
/** Of an account with more rows in this time only the newest days are drawn. */
const MOST_PAGES = 20

/** Null: the source stated no balance in this time, so there is nothing to compare. */
export async function loadBalanceSeries({ accounts, feed }: TenantStore, account: Account, from: Day, to: Day): Promise<BalanceSeries | null> {
  const [{ balances: own }, spans, covered] = await Promise.all([statedBy({ accounts, feed }, account.id, from), feed.spans(account.id, from), feed.covered(account.id)])
  const known = covered.reduce<Day | null>((least, range) => (least === null || range.from < least ? range.from : least), null)
  const booked = await sumsByDay(feed, account.id, known === null ? from : maxDay(from, known), to)
  const first = booked.begins
  const stated = newestOfDay(own).filter(({ on }) => on >= first && on <= to)
  const broken = spans.find((span) => isFailing(span) && span.to >= first)
  // Counted from before the first disagreement: what differs after it is seen to differ.
  const anchor = stated.findLast(({ on }) => broken === undefined || on <= broken.from) ?? stated[0]
  if (anchor === undefined) return null
  const before = booked.days.reduce((sum, [day, amount]) => (day <= anchor.on ? sum + amount : sum), 0n)
  let running = anchor.amount - before
  const steps = [{ on: addDays(first, -1), amount: running }]
  for (const [on, amount] of booked.days) steps.push({ on, amount: (running += amount) })
  const at = (on: Day): bigint => steps.findLast((step) => step.on <= on)?.amount ?? running
  const fails = (on: Day): boolean => spans.some((span) => isFailing(span) && span.from < on && on <= span.to)
  return { steps, stated: stated.map(({ on, amount }) => ({ on, amount, differs: fails(on) ? amount - at(on) : 0n })) }
}

/** The source that stated a booked balance last, with all that it stated, since that day where one is given; none: the account's first source, and nothing. */
export async function statedBy({ accounts, feed }: Pick<TenantStore, 'accounts' | 'feed'>, accountId: string, since?: Day): Promise<{ readonly sourceId: string; readonly balances: readonly BalanceStatement[] }> {
  const sources = await accounts.sources({ accountId })
  const all = await Promise.all(sources.map(async ({ id }) => ({ sourceId: id, balances: (await feed.balances(accountId, id, since)).filter(isBooked) })))
  return all.reduce((most, one) => ((one.balances.at(-1)?.observedAt ?? 0) > (most.balances.at(-1)?.observedAt ?? 0) ? one : most), all[0] ?? { sourceId: '', balances: [] })
}

function isBooked({ kind }: BalanceStatement): boolean {
  return kind === 'ledger' || kind === 'closing'
}

function newestOfDay(balances: readonly BalanceStatement[]): readonly BalanceStatement[] {
  return [...new Map(balances.map((balance) => [balance.on, balance])).values()]
}

/** What posted rows sum to on each day that has any, oldest first; `begins`: the first day that was looked at whole. */
async function sumsByDay(feed: TenantStore['feed'], accountId: string, from: Day, to: Day): Promise<{ readonly days: readonly (readonly [Day, bigint])[]; readonly begins: Day }> {
  const sums = new Map<Day, bigint>()
  let cursor: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const { rows, next } = await feed.transactions({ accountId, from, to, states: ['posted'], includeDeleted: true, limit: PAGE, ...(cursor === null ? {} : { cursor }) })
    for (const { postedOn, amount } of rows) sums.set(postedOn, (sums.get(postedOn) ?? 0n) + amount)
    cursor = next
    if (cursor === null) return { days: [...sums].reverse(), begins: from }
  }
  // The oldest day that was reached may not be whole.
  const days = [...sums].reverse().slice(1)
  return { days, begins: days[0]?.[0] ?? to }
}
