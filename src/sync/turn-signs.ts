/**
 * A source that tells its amounts the other way round than they were taken: its sign from now on, and what it told before, in one
 * commit. What others told as well stands as they told it: then nothing is turned.
 */
import type { Account } from '../domain/account.ts'
import { day, type Day } from '../domain/day.ts'
import { withRowsSum } from '../domain/run.ts'
import type { Candidate, FeedStore, TransactionUpdate } from '../ports/feed.ts'
import { textOf } from './candidate.ts'
import { contentKey } from './identity.ts'

export type Place = { readonly feed: FeedStore; readonly account: Account; readonly sourceId: string; readonly runId: string; readonly at: number }

const ALL_DAYS = { from: day('0001-01-01'), to: day('9999-12-31') }

/**
 * Turns the rows that this source alone told, what the spans count of them, and its sign. `isAlone`: only where no other source told any row of
 * the account. `since`: balances prove the days up to it as they are, so only what is of later ones is turned. False: nothing was turned.
 */
export async function turnSigns({ feed, account, sourceId, runId, at }: Place, sign: 1 | -1, isAlone: boolean, since: Day | null = null): Promise<boolean> {
  const [{ transactions }, spans, covered] = await Promise.all([
    feed.candidates({
      accountId: account.id, sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: { states: ['pending', 'posted', 'withdrawn'], range: ALL_DAYS },
    }),
    feed.spans(account.id), feed.covered(account.id),
  ])
  const own = isAlone ? transactions : transactions.filter((row) => row.reports.some((report) => report.sourceId === sourceId))
  if (own.some((row) => row.reports.some((report) => report.sourceId !== sourceId))) return false
  const days = covered.filter((range) => range.sourceId === sourceId)
  await feed.commitPage({
    runId, accountId: account.id, sourceId, at, seen: [], observations: [], inserts: [], updates: own.filter(({ postedOn }) => since === null || postedOn > since).map((row) => turned(row, runId, at)), questions: [], covers: null,
    balances: [], spans: spans.filter((span) => span.sourceId === sourceId && (since === null || span.from >= since)).map((span) => withRowsSum(span, -span.rowsSum, days)), cursor: null, sign,
  })
  return true
}

function turned(row: Candidate, runId: string, at: number): TransactionUpdate {
  const amount = -row.amount
  return {
    id: row.id, content: { amount }, state: row.state, withdrawnReason: row.withdrawnReason, contentKey: contentKey(row.postedOn, amount, row.currency, textOf(row)),
    change: { transactionId: row.id, at, runId, reason: 'correction', by: null, changes: { amount: [String(row.amount), String(amount)] } },
  }
}
