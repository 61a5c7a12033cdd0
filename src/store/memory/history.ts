/** The feed's way back for one tenant in memory; see `HistoryStore`. It decides first and then only writes: an undo is one step. */
import type { DayRange } from '../../domain/day.ts'
import type { Connection } from '../../domain/connection.ts'
import type { SyncRun } from '../../domain/run.ts'
import type { HistoryStore, RunPlace, Undo, UndoAct } from '../../ports/history.ts'
import { hullOf, UndoTally, type VoidDays } from '../undo-tally.ts'
import { concluded, effectOf, isWaiting, type Effect, type ShownReport } from '../undo.ts'
import { by } from './order.ts'
import { memoryRecompute, moveBack } from './recompute.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'
import { countingReports, undoneRuns } from './undone.ts'

export function memoryHistory(state: TenantState): HistoryStore {
  return {
    async undos(runIds) {
      const wanted = [...state.undos.values()].filter((undo) => runIds === undefined || runIds.includes(undo.runId))
      return wanted.sort(by((undo) => undo.at, (undo) => undo.undoRunId))
    },
    async places(runId) {
      return placesOf(state, runId)
    },
    async undo(act) {
      return undo(state, act)
    },
    ...memoryRecompute(state),
  }
}

function placesOf(state: TenantState, runId: string): readonly RunPlace[] {
  const days = new Map<string, { accountId: string; sourceId: string; days: DayRange | null }>()
  for (const { runId: of, accountId, sourceId, covers } of state.pages) {
    if (of !== runId) continue
    const place = days.get(sourceId) ?? { accountId, sourceId, days: null }
    days.set(sourceId, { ...place, days: hullOf(place.days, covers) })
  }
  for (const { runId: of, sourceId, on } of state.balances) {
    const place = days.get(sourceId)
    if (of === runId && place !== undefined) place.days = hullOf(place.days, { from: on, to: on })
  }
  return [...days.values()].sort(by((place) => place.accountId, (place) => place.sourceId))
}

function undo(state: TenantState, act: UndoAct): SyncRun | null {
  const { runId, by: run, contentKeyOf } = act
  const target = state.runs.get(runId)
  if (target === undefined || undoneRuns(state).has(runId)) return null
  const again = [...state.undos.values()].find((undo) => undo.undoRunId === runId)?.runId ?? null
  const mark: Undo = { runId, undoRunId: run.id, at: run.startedAt, redoneAt: null }
  if (again !== null) {
    for (const [id, undo] of state.undos) if (undo.undoRunId === runId) state.undos.set(id, { ...undo, redoneAt: run.startedAt })
  }
  state.undos.set(run.id, mark)
  const tally = new UndoTally(placesOf(state, runId))
  const root = again ?? runId
  tally.reaches(placesOf(state, root), state.runs.get(root)?.trigger)
  moveBack(state, runId, run.id)
  const effect = effectOf([...state.undos.values()])
  const shownBy = showings(state)
  const reportsOf = (id: string): readonly ShownReport[] => state.feed.observationsOf(id).map(({ row }) => ({ report: row, shownBy: shownBy.get(row.id) ?? [] }))
  for (const id of touchedBy(state, root, runId, effect)) {
    const row = state.feed.transactions.get(id)!
    const decided = concluded(row, { history: state.feed.history.get(id) ?? [], reports: reportsOf(id) }, effect, run.id, run.startedAt, contentKeyOf)
    if (decided?.change == null) continue
    tally.changed(row, decided.row)
    state.feed.putTransaction(decided.row)
    state.feed.addChange(decided.change)
  }
  settleQuestions(state, act, root, effect, reportsOf, tally)
  dropSpans(state, tally.voidDays)
  for (const { sourceId, cursor } of act.cursors) if (state.cursors.has(sourceId)) state.cursors.set(sourceId, cursor)
  for (const { id, state: to } of act.sources) patch(state.sources, id, { state: to })
  for (const { id, patch: changes } of act.connections) patch<Connection>(state.connections, id, changes)
  if (act.preview !== null) patch(state.previews, act.preview.id, { state: act.preview.state, updatedAt: run.startedAt })
  const done: SyncRun = { ...run, accounts: tally.outcomes }
  insert(state.runs, done)
  return done
}

/** Which runs showed each report, with the newest page of each. */
function showings({ pages }: TenantState): ReadonlyMap<string, readonly { readonly runId: string; readonly seq: number }[]> {
  const shown = new Map<string, Map<string, number>>()
  pages.forEach(({ runId, seen }, seq) => {
    for (const id of seen) shown.set(id, (shown.get(id) ?? new Map<string, number>()).set(runId, seq))
  })
  return new Map([...shown].map(([id, runs]) => [id, [...runs].map(([runId, seq]) => ({ runId, seq }))]))
}

/**
 * Rows that the run changed, whether it is taken back or comes again, those that it made, which have the words of whoever else reports them, and of
 * those that it showed the ones that no report holds any more or that an undo ever changed, or an answer: it may have taken from this run what the other row was.
 */
function touchedBy(state: TenantState, root: string, runId: string, { counts, isUndo }: Effect): ReadonlySet<string> {
  const holds = countingReports(state)
  const touched = new Set<string>()
  for (const [id, history] of state.feed.history) if (history.some((change) => change.runId === root || change.runId === runId)) touched.add(id)
  for (const observation of new Set(state.pages.filter((page) => page.runId === root).flatMap((page) => page.seen))) {
    const { transactionId: id, row: { runId: by }, tier } = state.feed.byId(observation)!
    if (!state.feed.transactions.has(id)) continue
    const wasUndone = state.feed.history.get(id)?.some(({ runId: by, reason }) => (by === null ? reason === 'person' : isUndo(by) || !counts(by))) === true
    if (wasUndone || (by === root && tier === 'new') || !state.feed.observationsOf(id).some(holds)) touched.add(id)
  }
  return touched
}

/** Closes questions that nothing asks any more, and opens those again that an undo had closed. */
function settleQuestions(state: TenantState, { runId, by: run }: UndoAct, root: string, effect: Effect, reportsOf: (id: string) => readonly ShownReport[], tally: UndoTally): void {
  const accounts = new Set(placesOf(state, root).map(({ accountId }) => accountId))
  for (const question of [...state.questions.values()]) {
    const asked = state.questionRuns.get(question.id)
    const [askedBy, closedBy] = [asked?.runId ?? null, asked?.closedBy ?? null]
    const isClosed = question.answer === 'undone' && closedBy !== null && (effect.isUndo(closedBy) || closedBy === root || closedBy === runId)
    if (!accounts.has(question.accountId) || !(question.answer === null || isClosed)) continue
    const sides = [question.transactionId, question.otherTransactionId].flatMap((id) => (id === null ? [] : (state.feed.transactions.get(id) ?? []))).map((row) => ({ row, reports: reportsOf(row.id) }))
    if (isWaiting(question, askedBy, sides, effect) === !isClosed) continue
    state.questions.set(question.id, isClosed ? { ...question, answer: null, answeredAt: null, answerer: null } : { ...question, answer: 'undone', answeredAt: run.startedAt })
    state.questionRuns.set(question.id, { runId: askedBy, closedBy: isClosed ? null : run.id })
    if (!isClosed) tally.closedQuestion(question.accountId)
  }
}

function dropSpans(state: TenantState, voided: readonly VoidDays[]): void {
  state.spans = state.spans.filter((span) => !voided.some(({ accountId, sourceId, days }) => span.accountId === accountId && (sourceId === null || span.sourceId === sourceId) && span.from <= days.to && span.to >= days.from))
}
