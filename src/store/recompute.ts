/** What a recompute makes of one transaction, given the row as it is now: a person may have decided something since it was judged. Pure, for both stores. */
import type { RecomputeAct, RecomputedTransaction } from '../ports/history.ts'
import type { NewTransaction } from '../ports/feed.ts'
import { changed, joined, type Decided } from './decide.ts'

/** `others`: the rows that became one with it. */
export function recomputed(row: NewTransaction, others: readonly NewTransaction[], to: RecomputedTransaction, { run }: RecomputeAct): Decided {
  const { content, state, withdrawnReason, contentKey } = to
  const decisions = others.reduce((all, other) => joined(all, other.decisions), row.decisions)
  const decided = changed(row, { ...row, ...content, state, withdrawnReason, contentKey, decisions }, 'recomputed', run.startedAt)
  return decided.change === null ? decided : { row: decided.row, change: { ...decided.change, runId: run.id } }
}

/** A new transaction, and how it was before the run: withdrawn, as after an undo of it. */
export function inserted(row: NewTransaction, { run }: RecomputeAct): { readonly before: NewTransaction; readonly after: Decided } {
  const before: NewTransaction = { ...row, state: 'withdrawn', withdrawnReason: 'undone' }
  const after = changed(before, row, 'recomputed', run.startedAt)
  return { before, after: after.change === null ? after : { row: after.row, change: { ...after.change, runId: run.id } } }
}

/** Every transaction of which the act needs the row. */
export function idsIn({ rows }: RecomputeAct): readonly string[] {
  return [...new Set(rows.flatMap(({ id, joins }) => [id, ...joins]))]
}
