/** An account concluded anew, in memory; see `HistoryStore`. It checks first and then only writes: one step. */
import type { HistoryStore, RecomputeAct, ReportMove } from '../../ports/history.ts'
import { inserted, recomputed } from '../recompute.ts'
import { undoneRuns } from './undone.ts'
import { by } from './order.ts'
import { insert } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryRecompute(state: TenantState): Pick<HistoryStore, 'pages' | 'answeredAfter' | 'reports' | 'recompute'> {
  return {
    async pages(accountId, after, limit) {
      const undone = undoneRuns(state)
      const counting = state.pages.map((page, index) => ({ ...page, seq: index + 1 })).filter((page) => page.accountId === accountId && page.seq > after && !undone.has(page.runId))
      return counting.slice(0, limit)
    },
    async answeredAfter(accountId) {
      return new Map([...state.answeredAfter].filter(([id]) => state.questions.get(id)!.accountId === accountId))
    },
    async reports(sourceId, after, limit) {
      const own = state.feed.ofSource(sourceId).filter(({ row }) => after === null || row.key > after)
      return own.sort(by((stored) => stored.row.key)).slice(0, limit).map(({ row, transactionId, tier }) => ({ ...row, transactionId, tier }))
    },
    async recompute(act) {
      return recompute(state, act)
    },
  }
}

function recompute(state: TenantState, act: RecomputeAct): boolean {
  const { feed } = state
  const { run, accountId } = act
  const places = act.moves.map((move) => ({ move, stored: feed.observation(move.sourceId, move.key) }))
  if (places.some(({ move, stored }) => stored?.transactionId !== move.from)) return false
  const rowOf = (id: string) => feed.transactions.get(id)!
  // Judged on the rows as they were: what joins a row is changed by the act itself.
  const decided = act.rows.map((to) => recomputed(rowOf(to.id), to.joins.map(rowOf), to, act))
  insert(state.runs, run)
  for (const { before, after } of act.inserts.map((row) => inserted(row, act))) {
    feed.putTransaction(before)
    decided.push(after)
  }
  for (const { row, change } of decided) {
    if (change === null) continue
    feed.putTransaction(row)
    feed.addChange(change)
  }
  const moved: ReportMove[] = []
  for (const { move, stored } of places) {
    moved.push({ ...move, tier: stored!.tier })
    feed.moveObservation(stored!, move.to, move.tier)
  }
  state.moves.set(run.id, moved)
  for (const sourceId of act.sourceIds) state.pages.push({ runId: run.id, accountId, sourceId, at: run.startedAt, seen: [], covers: null })
  for (const id of act.closed) {
    const question = state.questions.get(id)
    if (question === undefined || question.answer !== null) continue
    state.questions.set(id, { ...question, answer: 'undone', answeredAt: run.startedAt })
    state.questionRuns.set(id, { runId: state.questionRuns.get(id)?.runId ?? null, closedBy: run.id })
  }
  for (const question of act.questions) {
    state.questions.set(question.id, question)
    state.questionRuns.set(question.id, { runId: run.id, closedBy: null })
  }
  state.spans = [...state.spans.filter((span) => span.accountId !== accountId), ...act.spans]
  return true
}

/** Reports that a recompute moved go back, where nobody moved them since; `by` can be taken back itself. */
export function moveBack(state: TenantState, runId: string, by: string): void {
  const moved: ReportMove[] = []
  for (const { sourceId, key, from, to, tier } of state.moves.get(runId) ?? []) {
    const stored = state.feed.observation(sourceId, key)
    if (stored?.transactionId !== to) continue
    moved.push({ sourceId, key, from: to, to: from, tier: stored.tier })
    state.feed.moveObservation(stored, from, tier)
  }
  if (moved.length > 0) state.moves.set(by, moved)
}
