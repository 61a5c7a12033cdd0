/**
 * What a person makes one with a row that waits, though nobody proposed it: a row of the same account that is the same
 * once more, or a row of another account that is the other side of a transfer. Here is what may be meant, nearest
 * first; the person decides. Nothing is decided by looking.
 */
import { addDays, daysBetween, type Day } from '../domain/day.ts'
import type { Question, Transaction } from '../domain/transaction.ts'
import type { FeedStore } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'

/** `same`: one row told twice. `transfer`: the other side in another account. `days`: so far apart. */
export type Match = { readonly as: 'same' | 'transfer'; readonly row: Transaction; readonly days: number }

/** Without words to search for: a holiday between, and a fee on the way from one account to another, or a tip on the same row. With words the person knows what is meant, and only days count. */
const NEAR = { days: 30, share: 0.1, shareWithTip: 0.3 }
const SEARCHED_DAYS = 400
/** Of each account, before and after the row's day. */
const LOOKED_AT = 250
const SHOWN = 50

/** What may be one with the row: amounts that are equal first and those that are far away last, among these the nearest days. `text` is found in what the bank says. */
export async function matchesFor(store: TenantStore, row: Transaction, text: string): Promise<readonly Match[]> {
  const accounts = await store.accounts.all()
  const own = accounts.find(({ id }) => id === row.accountId)
  const days = text === '' ? NEAR.days : SEARCHED_DAYS
  const found: Match[] = []
  // One after the other: a search of one person must not take all connections to the database.
  for (const { id, currency } of accounts) {
    if (id !== own?.id && text === '' && currency !== row.currency) continue
    found.push(...(await around(store.feed, id, row, days, text)).flatMap((other) => matchOf(row, other) ?? []))
  }
  const distance = ({ row: other }: Match): bigint => (other.currency === row.currency ? size(size(other.amount) - size(row.amount)) : size(other.amount))
  return found.filter((match) => text !== '' || isNear(row, match))
    .sort((a, b) => unlike(row, a.row) - unlike(row, b.row) || a.days - b.days || compare(distance(a), distance(b)) || compare(a.row.id, b.row.id)).slice(0, SHOWN)
}

/** As what the other row could be one with this one; null: as nothing. */
export function matchOf(row: Transaction, other: Transaction): Match | null {
  if (other.id === row.id || other.state === 'withdrawn' || other.decisions.deleted || other.decisions.excluded || row.amount === 0n || other.amount === 0n) return null
  const isSameWay = row.amount < 0n === other.amount < 0n
  const days = Math.abs(daysBetween(row.postedOn, other.postedOn))
  if (row.accountId === other.accountId) return isSameWay ? { as: 'same', row: other, days } : null
  return isSameWay || row.decisions.transfer !== null || other.decisions.transfer !== null ? null : { as: 'transfer', row: other, days }
}

/** The pattern of a pair that a person made one without being asked: no pair that comes later has it (`patternOf`), and a recomputation does it again. */
const CHOSEN = 'chosen'

/** The row that was there first, or is of an earlier day, stays, with what both reports say. Returns the question that this answers, by which it is taken back. */
export async function makeOne(feed: FeedStore, [first, second]: readonly [Transaction, Transaction], now: number, newId: () => string): Promise<Question> {
  const [kept, merged] = (compare(first.createdAt, second.createdAt) || compare(first.postedOn, second.postedOn) || compare(first.id, second.id)) < 0 ? [first, second] : [second, first]
  const [report] = await feed.observations(merged.id)
  if (report === undefined) throw new Error('a row that nobody reported')
  const question: Question = { id: newId(), accountId: kept.accountId, kind: 'same_transaction', transactionId: kept.id, otherTransactionId: merged.id, pattern: CHOSEN, askedAt: now, answer: null, answeredAt: null, answerer: null }
  await feed.commitPage({ runId: report.runId, accountId: kept.accountId, sourceId: report.sourceId, at: now, seen: [], observations: [], inserts: [], updates: [], questions: [question], covers: null, balances: [], spans: [], cursor: null })
  await feed.answerQuestion(question.id, 'same', now)
  return question
}

/** Nobody asked but the person who answered: once that is taken back, there is no question. */
export async function closeChosen(feed: FeedStore, { id, pattern }: Question, now: number): Promise<void> {
  if (pattern === CHOSEN) await feed.answerQuestion(id, 'undone', now, 'bank')
}

async function around(feed: FeedStore, accountId: string, { postedOn }: Transaction, days: number, text: string): Promise<readonly Transaction[]> {
  const side = async (from: Day, to: Day, order: 'newest' | 'oldest') => (await feed.transactions({ accountId, from, to, order, limit: LOOKED_AT, ...(text === '' ? {} : { text }) })).rows
  return [...(await side(addDays(postedOn, -days), postedOn, 'newest')), ...(await side(addDays(postedOn, 1), addDays(postedOn, days), 'oldest'))]
}

function isNear(row: Transaction, { as, row: other }: Match): boolean {
  return row.currency === other.currency && shareBetween(row, other) <= (as === 'same' ? NEAR.shareWithTip : NEAR.share)
}

/** 0: the same amount. 1: a near one, or one of another currency, which tells nothing. 2: one that is far away. */
function unlike(row: Transaction, other: Transaction): number {
  const share = shareBetween(row, other)
  return row.currency !== other.currency ? 1 : share === 0 ? 0 : share <= NEAR.share ? 1 : 2
}

/** How much of the greater amount the other one lacks. */
function shareBetween(row: Transaction, other: Transaction): number {
  const [a, b] = [Number(size(row.amount)), Number(size(other.amount))]
  return Math.abs(a - b) / Math.max(a, b)
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
