/**
 * What bank answers and files share when they are settled: from matched rows to the store's page,
 * and from stated balances to their proof. Rows are matched by `match.ts`; nothing is decided here.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import { contains, daysBetween, joinRanges, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { JsonObject } from '../domain/institution.ts'
import { moneyOf } from '../domain/money.ts'
import type { BalanceSpan, BalanceStatement, Covered } from '../domain/run.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { Candidate, FeedStore, PageCommit } from '../ports/feed.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import { MAX_ANCHORS, newestLedger, proveBalance, type Movement, type Verdict } from './balance.ts'
import { isBookedBy, isOwn } from './candidate.ts'
import type { CommitContext, Counts, RowsCommit } from './commit.ts'
import { BOOKING_DAYS } from './purchase-day.ts'

/** One answer or file of one source of one account. */
export type SettleContext = {
  readonly feed: FeedStore
  readonly account: Account
  readonly source: AccountSource
  readonly runId: string
  readonly now: () => number
  readonly newId: (at: number) => string
}

/** What is committed with the last piece only. */
export type LastPiece = {
  readonly covers: DayRange | null
  readonly balances: readonly BalanceStatement[]
  readonly spans: readonly BalanceSpan[]
  readonly cursor: JsonObject | null
  /** The sign of the source from now on, where this answer proves another one. */
  readonly sign?: 1 | -1
}

const NO_LAST_PIECE: LastPiece = { covers: null, balances: [], spans: [], cursor: null }
export const NO_COUNTS: Counts = { added: 0, matched: 0, changed: 0, withdrawn: 0, questions: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    added: a.added + b.added, matched: a.matched + b.matched, changed: a.changed + b.changed,
    withdrawn: a.withdrawn + b.withdrawn, questions: a.questions + b.questions,
  }
}

export function commitContext(context: SettleContext, isFile: boolean): CommitContext {
  const at = context.now()
  return { accountId: context.account.id, sourceId: context.source.id, runId: context.runId, at, newId: () => context.newId(at), isFile }
}

/**
 * The page that the store gets. Balances are learned with the rows beside them, not before: to which balance a row
 * belongs is told by what was known when (balance-chain.ts), and clocks go on while an answer is judged.
 */
export function pageOf(context: SettleContext, rows: RowsCommit, last: LastPiece = NO_LAST_PIECE): PageCommit {
  const { seen, observations, inserts, updates, questions } = rows
  const { account, source, runId } = context
  const at = context.now()
  const balances = last.balances.map((balance) => ({ ...balance, observedAt: at }))
  return { runId, accountId: account.id, sourceId: source.id, at, seen, observations, inserts, updates, questions, ...last, balances }
}

/** One database transaction: all of it or nothing. */
export async function commitRows(context: SettleContext, ...page: Parameters<typeof pageOf> extends [unknown, ...infer R] ? R : never): Promise<void> {
  await context.feed.commitPage(pageOf(context, ...page))
}

/** Balances in minor units. Those in another currency, or too precise for theirs, say nothing and are left out. */
export function statedBalances(context: SettleContext, stated: readonly StatedBalance[]): readonly BalanceStatement[] {
  const { account, source, runId } = context
  const observedAt = context.now()
  const balances = new Map<string, BalanceStatement>()
  for (const { kind, amount, currency, on } of stated) {
    // A file that names no currency is in that of its account; one in another currency says nothing of the rows.
    const money = currency === account.currency || currency === UNKNOWN_CURRENCY ? moneyOf(amount, account.currency) : null
    if (money === null || !money.ok) continue
    balances.set(`${kind} ${on}`, { accountId: account.id, sourceId: source.id, runId, kind, amount: money.value.minor, on, observedAt })
  }
  return [...balances.values()]
}

/** The newest stated balance of an answer, ready to be compared with the rows. */
export type Ledger = {
  /** What the bank's balance moved since the statement before; null when there was none or it is not later. */
  readonly moved: bigint | null
  /** The day of that statement before; null as `moved`. */
  readonly movedAfter: Day | null
  /** The balance is one that the bank had stated before, and that had moved since. */
  readonly isOfBefore: boolean
  /** The spans of the source so far. */
  readonly spans: readonly BalanceSpan[]
  readonly prove: (movements: readonly Movement[]) => Verdict
}

/** What the store knows of the balances before: nothing of it depends on the rows, so it is asked with them. */
export type LedgerFacts = {
  readonly statement: BalanceStatement
  readonly last: BalanceStatement | null
  readonly storedBetween: bigint
  readonly spans: readonly BalanceSpan[]
}

/** Looks up what a proof needs; null when no ledger balance is stated. */
export async function askLedger({ feed, account, source }: SettleContext, balances: readonly BalanceStatement[]): Promise<LedgerFacts | null> {
  const statement = newestLedger(balances)
  if (statement === null) return null
  const [stated, spans] = await Promise.all([feed.lastStated(account.id, source.id, statement.on), feed.newestSpans(account.id, source.id, MAX_ANCHORS)])
  return { statement, last: stated?.balance ?? null, storedBetween: stated?.sumSince ?? 0n, spans }
}

/**
 * The ledger to prove movements with. `committed`: movements of this answer that were in the store already when the facts were
 * asked; `stored`: the rows around it, for those that came from elsewhere.
 */
export function ledgerFrom(
  { source }: Pick<SettleContext, 'source'>, facts: LedgerFacts | null, covers: DayRange | null, coverage: readonly Covered[], committed: readonly Movement[], stored: readonly Candidate[] = [],
): Ledger | null {
  if (facts === null) return null
  const { statement, last, spans } = facts
  const coveredBefore = joinRanges(coverage.filter((range) => range.sourceId === source.id))
  const coveredAfter = joinRanges(covers === null ? coveredBefore : [...coveredBefore, covers])
  let { storedBetween } = facts
  if (last !== null) for (const { on, amount } of committed) if (on > last.on && on <= statement.on) storedBetween -= amount
  if (last !== null) for (const { amount } of lateIn(stored, source.id, last, coveredBefore)) storedBetween += amount
  const prove = (movements: readonly Movement[]) =>
    proveBalance({ statement, last, spans, storedBetween, movements: [...committed, ...movements], coveredBefore, coveredAfter })
  const isOfBefore = spans.some(({ opening, closing }) => opening === statement.amount && closing !== opening)
  const before = last === null || statement.on < last.on ? null : last
  return { moved: before === null ? null : statement.amount - before.amount, movedAfter: before?.on ?? null, isOfBefore, spans, prove }
}

/**
 * What another source brought after this one had stated its balance, of days for which this one had answered without it: the balance
 * did not hold it, so that it is a part of what moves since. What lies further back than a hold waits is what this one leaves out for good,
 * and its balance held it all the time.
 */
function lateIn(stored: readonly Candidate[], sourceId: string, last: BalanceStatement, covered: readonly DayRange[]): readonly Candidate[] {
  // What it held itself came as booked when a file listed it so.
  const cameAt = (candidate: Candidate): number => (isOwn(candidate, sourceId) ? candidate.updatedAt : candidate.createdAt)
  const isLate = (candidate: Candidate): boolean => candidate.state === 'posted' && cameAt(candidate) > last.observedAt && candidate.postedOn <= last.on && daysBetween(candidate.postedOn, last.on) <= BOOKING_DAYS
  return stored.filter((candidate) => isLate(candidate) && !isBookedBy(candidate, sourceId) && covered.some((range) => contains(range, candidate.postedOn)))
}

/** The smallest range that holds both. */
export function spanning(a: DayRange, b: DayRange | null): DayRange {
  return b === null ? a : { from: minDay(a.from, b.from), to: maxDay(a.to, b.to) }
}
