/**
 * A day that two files share: the first ends within it, the second goes on there. Rows without an id
 * that are equal on both sides of that border are two, but only balances can say so: the second file
 * opens with the balance at which the first closed, and what is stored comes to just that balance.
 * Without that proof equal rows of two files are one, as in files that overlap.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import { moneyOf } from '../domain/money.ts'
import type { Digest, Transaction } from '../domain/transaction.ts'
import type { FeedStore } from '../ports/store.ts'
import type { StatementSum } from './statement-sum.ts'

const PAGE = 500

/** A stored report of the border day; `firstKey`: of the first report like it. */
export type Standing = { readonly key: Digest; readonly firstKey: Digest; readonly amount: bigint }

/** What the statement goes on from on the day on which it begins: nothing, where balances do not show that it does. */
export async function standingBefore(feed: FeedStore, account: Account, source: AccountSource, sum: StatementSum): Promise<readonly Standing[]> {
  const opening = sum.balances.find(({ kind }) => kind === 'opening')
  const border = sum.lying.days?.from
  const stated = opening === undefined ? null : moneyOf(opening.amount, account.currency)
  if (opening === undefined || border === undefined || opening.on > border || stated === null || !stated.ok || source.sign !== 1) return []
  const { minor } = stated.value
  const balances = await feed.balances(account.id, source.id)
  const isKnown = balances.some(({ kind, on, amount }) => kind === 'opening' && on === opening.on && amount === minor)
  const goesOn = balances.some(({ kind, on, amount }) => kind === 'closing' && on === border && amount === minor)
  const before = balances.filter(({ kind, on }) => kind === 'opening' && on <= border).sort((a, b) => (a.on < b.on ? 1 : -1))[0]
  if (isKnown || !goesOn || before === undefined) return []
  const rows = await postedBetween(feed, account.id, before.on, border)
  const ofDay = rows.filter(({ postedOn }) => postedOn === border)
  // A day that moved nothing so far opens and closes alike: then a file of the whole day looks the same.
  if (sumOf(ofDay) === 0n || before.amount + sumOf(rows) !== minor) return []
  const reports = (await Promise.all(ofDay.map(({ id }) => feed.observations(id)))).flat().filter(({ sourceId, providerId }) => sourceId === source.id && providerId === null)
  const firsts = new Map(reports.flatMap((report) => (report.ordinal === 0 ? [[contentOf(report), report.key] as const] : [])))
  return reports.flatMap((report) => {
    const firstKey = firsts.get(contentOf(report))
    return firstKey === undefined ? [] : [{ key: report.key, firstKey, amount: report.amount }]
  })
}

function contentOf({ amount, name, memo, kind, checkNumber, reference, transactedOn, valueOn }: Awaited<ReturnType<FeedStore['observations']>>[number]): string {
  return JSON.stringify([String(amount), name, memo, kind, checkNumber, reference, transactedOn, valueOn])
}

function sumOf(rows: readonly Transaction[]): bigint {
  return rows.reduce((sum, { amount }) => sum + amount, 0n)
}

async function postedBetween(feed: FeedStore, accountId: string, from: Day, to: Day): Promise<readonly Transaction[]> {
  const rows: Transaction[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<FeedStore['transactions']>> = await feed.transactions({ accountId, from, to, states: ['posted'], includeDeleted: true, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    rows.push(...page.rows)
    cursor = page.next
  }
  return rows
}
