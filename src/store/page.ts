/**
 * What remains of a page when some of its observations are already stored, because another writer
 * was faster or the same page was committed before. Pure, so that both stores decide alike.
 */
import type { PageCommit } from '../ports/feed.ts'

/** Throws when a part of the page belongs to another account or source: that is a bug of the caller. */
export function assertOnePage(page: PageCommit): void {
  const { accountId, sourceId } = page
  const strangers =
    page.observations.some((o) => o.accountId !== accountId || o.sourceId !== sourceId || o.runId !== page.runId) ||
    page.inserts.some((t) => t.accountId !== accountId) ||
    page.updates.some((u) => u.id !== u.change.transactionId) ||
    page.questions.some((q) => q.accountId !== accountId) ||
    page.balances.some((b) => b.accountId !== accountId || b.sourceId !== sourceId) ||
    page.spans.some((s) => s.accountId !== accountId || s.sourceId !== sourceId)
  if (strangers) throw new Error('a page holds rows of another account, source or run')
}

/**
 * The page without what lost. `stored` maps the id of each observation that lost to the id under
 * which the same report is stored. A transaction is dropped, and an update not made, when all the
 * observations that the page brought for it lost: the winner has done it. Questions about a dropped
 * transaction are dropped, too.
 */
export function withoutStored(page: PageCommit, stored: ReadonlyMap<string, string>): PageCommit {
  if (stored.size === 0) return page
  const observations = page.observations.filter((o) => !stored.has(o.id))
  const alive = new Set(observations.map((o) => o.transactionId))
  const lost = new Set(page.observations.map((o) => o.transactionId).filter((id) => !alive.has(id)))
  const inserts = page.inserts.filter((t) => !lost.has(t.id))
  const dropped = new Set(page.inserts.filter((t) => lost.has(t.id)).map((t) => t.id))
  return {
    ...page,
    observations,
    inserts,
    updates: page.updates.filter((u) => !lost.has(u.id)),
    questions: page.questions.filter(
      (q) => !dropped.has(q.transactionId) && (q.otherTransactionId === null || !dropped.has(q.otherTransactionId)),
    ),
    seen: page.seen.map((id) => stored.get(id) ?? id),
  }
}

/** Rows that an undo had withdrawn and that this page brings back. */
export function restoredIn(page: PageCommit): readonly string[] {
  return page.updates.filter((update) => update.change.changes['withdrawnReason']?.[0] === 'undone' && update.state !== 'withdrawn').map((update) => update.id)
}
