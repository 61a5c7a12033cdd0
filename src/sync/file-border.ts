/**
 * A day that two files share: the first ends within it, the second goes on there. Rows without an id
 * that are equal on both sides of that border are two, but only balances can say so: the second file
 * opens with the balance at which the first closed, and what is stored comes to just that balance.
 * Where the second opens just as much lower as its equal rows come to, they are one. Without either proof equal rows of two files are one where the second shows all of the day, as files
 * that overlap do; where it leaves rows of the day out it may have gone on within it: then a person is asked.
 * So it is as well where another program wrote the first file.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { Day, DayRange } from '../domain/day.ts'
import { moneyOf } from '../domain/money.ts'
import type { Digest, Transaction, TransactionId } from '../domain/transaction.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { FeedStore } from '../ports/feed.ts'

const PAGE = 500

/** A stored report of the border day; `firstKey`: of the first report like it. */
export type Standing = { readonly key: Digest; readonly firstKey: Digest; readonly amount: bigint }

/** What stands on the day on which a statement begins: the reports of its own source, and what other programs alone brought of it. */
type Before = { readonly standing: readonly Standing[]; readonly others: ReadonlySet<TransactionId> }

/** `doubted`: the day that the statement may go on within; null: there is no such doubt. `apart`: what other programs brought of the day within which it does go on. */
export type Border = { readonly standing: readonly Standing[]; readonly apart: ReadonlySet<TransactionId>; readonly doubted: DoubtedDay | null }

/** `others`: what other programs alone brought of the day. */
export type DoubtedDay = { readonly on: Day; readonly others: ReadonlySet<TransactionId> }

/** `days`: those of its posted rows. */
type Statement = { readonly balances: readonly StatedBalance[]; readonly days: DayRange | null }

const NONE: Before = { standing: [], others: new Set() }
export const NO_BORDER: Border = { standing: [], apart: NONE.others, doubted: null }

/** Whose files an account has: `source` is the one of the statement. */
export type Files = { readonly feed: FeedStore; readonly account: Account; readonly source: AccountSource; readonly ids: ReadonlySet<string> }

/** The border at which a statement begins. `shownOn`: its rows of a day. */
export async function borderBefore(files: Files, statement: Statement, shownOn: (day: Day) => Promise<readonly StatementRow[]>): Promise<Border> {
  const { days } = statement
  if (days === null || files.source.sign !== 1) return NO_BORDER
  const isAny = ({ standing, others }: Before): boolean => standing.length > 0 || others.size > 0
  const proved = await standingBefore(files, statement.balances, days.from)
  if (isAny(proved)) return { standing: proved.standing, apart: proved.others, doubted: null }
  const { standing, others } = await doubtfulBefore(files, statement.balances, days, shownOn)
  return { ...NO_BORDER, standing, doubted: isAny({ standing, others }) ? { on: days.from, others } : null }
}

/** What the statement goes on from on the day on which it begins: nothing, where balances do not show that it does. */
async function standingBefore(files: Files, balances: readonly StatedBalance[], from: Day): Promise<Before> {
  const { account, source } = files
  const opening = balances.find(({ kind }) => kind === 'opening')
  const stated = opening === undefined ? null : moneyOf(opening.amount, account.currency)
  if (opening === undefined || opening.on > from || stated === null || !stated.ok) return NONE
  const ofDay = await goneOnFrom(files, { on: opening.on, minor: stated.value.minor }, from)
  const reports = await reportsOf(files, ofDay)
  return { standing: standings(unnamedOf(reports, source)), others: othersIn(files, reports) }
}

/** All that is stored of the border day, where the balances show that the statement goes on from it. */
async function goneOnFrom({ feed, account, ids }: Files, { on: opensOn, minor }: { readonly on: Day; readonly minor: bigint }, border: Day): Promise<readonly Transaction[]> {
  const balances = (await Promise.all([...ids].map((id) => feed.balances(account.id, id)))).flat()
  const isKnown = balances.some(({ kind, on, amount }) => kind === 'opening' && on === opensOn && amount === minor)
  const goesOn = balances.some(({ kind, on, amount }) => kind === 'closing' && on === border && amount === minor)
  const before = balances.filter(({ kind, on }) => kind === 'opening' && on <= border).sort((a, b) => (a.on < b.on ? 1 : -1))[0]
  if (isKnown || !goesOn || before === undefined) return []
  const rows = await postedBetween(feed, account.id, before.on, border)
  const ofDay = rows.filter(({ postedOn }) => postedOn === border)
  // A day that moved nothing so far opens and closes alike: then a file of the whole day looks the same.
  return sumOf(ofDay) === 0n || before.amount + sumOf(rows) !== minor ? [] : ofDay
}

/**
 * What stands of the day on which the statement begins where it cannot be known whether equal rows of it are the same:
 * nothing later is stored, the statement goes beyond, shows an equal row of the day, and not all that is stored of it.
 */
async function doubtfulBefore(files: Files, balances: readonly StatedBalance[], days: DayRange, shownOn: (day: Day) => Promise<readonly StatementRow[]>): Promise<Before> {
  const { feed, account, source, ids } = files
  if (days.to === days.from) return NONE
  const [newest] = (await feed.transactions({ accountId: account.id, states: ['posted'], includeDeleted: true, limit: 1 })).rows
  if (newest?.postedOn !== days.from) return NONE
  // What a file showed of later days may stand under an earlier one, by which another program dates it.
  if ((await feed.covered(account.id)).some(({ sourceId, to }) => ids.has(sourceId) && to > days.from)) return NONE
  const ofDay = await postedBetween(feed, account.id, days.from, days.from)
  const all = await reportsOf(files, ofDay)
  const reports = unnamedOf(all, source).filter(({ postedOn }) => postedOn === days.from)
  const others = all.some(({ sourceId }) => sourceId === source.id) ? NONE.others : othersIn(files, all)
  if (reports.length === 0 && others.size === 0) return NONE
  const shown = (await shownOn(days.from)).flatMap((row) => {
    const money = moneyOf(row.amount, account.currency)
    return row.status === 'posted' && money.ok ? [{ ...row, amount: money.value.minor }] : []
  })
  // By amounts: a row that is worded anew is shown all the same.
  const amounts = tally(shown.map(amountOf))
  const isWhole = (rows: readonly Pick<Report, 'amount'>[]): boolean => [...tally(rows.map(amountOf))].every(([amount, times]) => (amounts.get(amount) ?? 0) >= times)
  if (others.size > 0) {
    const rows = ofDay.filter(({ id }) => others.has(id))
    const isOpen = !isWhole(rows) && !(await opensAmong(files, balances, days.from, rows, shown, amountOf))
    return isOpen ? { standing: [], others } : NONE
  }
  const unnamed = shown.filter(({ providerId }) => providerId === null)
  const contents = new Set(unnamed.map(contentOf))
  if (isWhole(reports) || !reports.some((report) => contents.has(contentOf(report)))) return NONE
  return (await opensAmong(files, balances, days.from, reports, unnamed, contentOf)) ? NONE : { standing: standings(reports), others }
}

/** Whether the statement opens where just those rows of the day that it shows as well were still to come: then it shows them anew. `nameOf`: what equal ones share. */
async function opensAmong<Row extends Pick<Report, 'amount'>>({ feed, account, ids }: Files, balances: readonly StatedBalance[], border: Day, stored: readonly Row[], shown: readonly Row[], nameOf: (row: Row) => string): Promise<boolean> {
  const opening = balances.find(({ kind }) => kind === 'opening')
  const stated = opening === undefined ? null : moneyOf(opening.amount, account.currency)
  if (opening === undefined || opening.on > border || stated === null || !stated.ok) return false
  const left = new Map(tally(shown.map(nameOf)))
  const equal = stored.reduce((total, row) => {
    const times = left.get(nameOf(row)) ?? 0
    left.set(nameOf(row), times - 1)
    return times > 0 ? total + row.amount : total
  }, 0n)
  const { minor } = stated.value
  const known = (await Promise.all([...ids].map((id) => feed.balances(account.id, id)))).flat()
  return equal !== 0n && known.some(({ kind, on, amount }) => kind === 'closing' && on === border && amount - equal === minor)
}

type Report = Awaited<ReturnType<FeedStore['observations']>>[number] & { readonly transactionId: TransactionId }

async function reportsOf({ feed }: Files, rows: readonly Transaction[]): Promise<readonly Report[]> {
  return (await Promise.all(rows.map(async ({ id }) => (await feed.observations(id)).map((report) => ({ ...report, transactionId: id }))))).flat()
}

/** What this source reported without an id. */
function unnamedOf(reports: readonly Report[], source: AccountSource): readonly Report[] {
  return reports.filter(({ sourceId, providerId }) => sourceId === source.id && providerId === null)
}

/** The rows that files of other programs brought, and nothing else. */
function othersIn({ source, ids }: Files, reports: readonly Report[]): ReadonlySet<TransactionId> {
  const byRow = Map.groupBy(reports, ({ transactionId }) => transactionId)
  return new Set([...byRow].flatMap(([id, all]) => (all.every(({ sourceId }) => sourceId !== source.id && ids.has(sourceId)) ? [id] : [])))
}

function amountOf({ amount }: Pick<Report, 'amount'>): string {
  return String(amount)
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
