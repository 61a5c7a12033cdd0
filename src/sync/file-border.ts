/**
 * A day that two files share: the first ends within it, the second goes on there. Rows without an id
 * that are equal on both sides of that border are two, but only balances can say so: the second file
 * opens with the balance at which the first closed, and what is stored comes to just that balance.
 * Where the second opens just as much lower as its equal rows come to, they are one. Without either proof equal rows of two files are one where the second shows all of the day, as files
 * that overlap do; where it leaves rows of the day out it may have gone on within it: then a person is asked.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import { moneyOf } from '../domain/money.ts'
import type { Digest, Transaction } from '../domain/transaction.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { FeedStore } from '../ports/feed.ts'
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
  return standings(await reportsOf(feed, source, ofDay))
}

/**
 * What stands of the day on which the statement begins where it cannot be known whether equal rows of it are the same:
 * nothing later is stored, the statement goes beyond, shows an equal row of the day, and not all that is stored of it.
 * `shownOn`: the statement's rows of a day.
 */
export async function doubtfulBefore(feed: FeedStore, account: Account, source: AccountSource, sum: StatementSum, shownOn: (day: Day) => Promise<readonly StatementRow[]>): Promise<readonly Standing[]> {
  const { days } = sum.lying
  if (days === null || days.to === days.from || source.sign !== 1) return []
  const [newest] = (await feed.transactions({ accountId: account.id, states: ['posted'], includeDeleted: true, limit: 1 })).rows
  if (newest?.postedOn !== days.from) return []
  const reports = await reportsOf(feed, source, await postedBetween(feed, account.id, days.from, days.from))
  if (reports.length === 0) return []
  const shown = (await shownOn(days.from)).flatMap((row) => {
    const money = moneyOf(row.amount, account.currency)
    return row.status === 'posted' && money.ok ? [{ ...row, amount: money.value.minor }] : []
  })
  // By amounts: a row that is worded anew is shown all the same.
  const amounts = tally(shown.map(({ amount }) => String(amount)))
  const isWhole = [...tally(reports.map(({ amount }) => String(amount)))].every(([amount, times]) => (amounts.get(amount) ?? 0) >= times)
  const unnamed = shown.filter(({ providerId }) => providerId === null)
  const contents = new Set(unnamed.map(contentOf))
  if (isWhole || !reports.some((report) => contents.has(contentOf(report)))) return []
  return (await opensAmong(feed, account, source, sum, reports, unnamed)) ? [] : standings(reports)
}

/** Whether the statement opens where just those rows of the day that it shows as well were still to come: then it shows them anew. */
async function opensAmong(feed: FeedStore, account: Account, source: AccountSource, { balances, lying }: StatementSum, reports: readonly Report[], shown: readonly (Contents & { readonly amount: bigint })[]): Promise<boolean> {
  const opening = balances.find(({ kind }) => kind === 'opening')
  const border = lying.days?.from
  const stated = opening === undefined ? null : moneyOf(opening.amount, account.currency)
  if (opening === undefined || border === undefined || opening.on > border || stated === null || !stated.ok) return false
  const left = new Map(tally(shown.map(contentOf)))
  const equal = reports.reduce((total, report) => {
    const times = left.get(contentOf(report)) ?? 0
    left.set(contentOf(report), times - 1)
    return times > 0 ? total + report.amount : total
  }, 0n)
  const { minor } = stated.value
  return equal !== 0n && (await feed.balances(account.id, source.id)).some(({ kind, on, amount }) => kind === 'closing' && on === border && amount - equal === minor)
}

type Report = Awaited<ReturnType<FeedStore['observations']>>[number]

/** What this source reported of the rows, where it gave no id. */
async function reportsOf(feed: FeedStore, source: AccountSource, rows: readonly Transaction[]): Promise<readonly Report[]> {
  return (await Promise.all(rows.map(({ id }) => feed.observations(id)))).flat().filter(({ sourceId, providerId }) => sourceId === source.id && providerId === null)
}

function tally(contents: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const content of contents) times.set(content, (times.get(content) ?? 0) + 1)
  return times
}

function standings(reports: readonly Report[]): readonly Standing[] {
  const firsts = new Map(reports.flatMap((report) => (report.ordinal === 0 ? [[contentOf(report), report.key] as const] : [])))
  return reports.flatMap((report) => {
    const firstKey = firsts.get(contentOf(report))
    return firstKey === undefined ? [] : [{ key: report.key, firstKey, amount: report.amount }]
  })
}

type Contents = Pick<Report, 'amount' | 'name' | 'memo' | 'kind' | 'checkNumber' | 'reference' | 'transactedOn' | 'valueOn'>

function contentOf({ amount, name, memo, kind, checkNumber, reference, transactedOn, valueOn }: Contents): string {
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
