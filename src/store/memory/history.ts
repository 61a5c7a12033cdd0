/** The feed's way back for one tenant in memory; see `HistoryStore`. It decides first and then only writes: an undo is one step. */
import type { DayRange } from '../../domain/day.ts'
import type { Connection } from '../../domain/connection.ts'
import type { SyncRun } from '../../domain/run.ts'
import type { HistoryStore, RunPlace, Undo, UndoAct } from '../../ports/history.ts'
import { hullOf, UndoTally, type VoidDays } from '../undo-tally.ts'
import { thereAndBack, withoutRun } from '../undo.ts'
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
  const there = thereAndBack([...state.undos.values()], runId)
  const dropped = withdrawUnheld(state, act, tally)
  for (const [id, history] of state.feed.history) {
    if (!history.some((change) => change.runId === runId) || dropped.has(id) || isSupported(state, runId, id)) continue
    const decided = withoutRun(state.feed.transactions.get(id)!, history, runId, there, run.id, run.startedAt, contentKeyOf)
    if (decided?.change == null) continue
    tally.changed(state.feed.transactions.get(id)!, decided.row)
    state.feed.putTransaction(decided.row)
    state.feed.addChange(decided.change)
  }
  close(state, act, goneBy(state, run.id, again === null ? 'undone' : 'merged'), again ?? run.id, tally)
  moveBack(state, runId, run.id)
  reopen(state, runId)
  dropSpans(state, tally.voidDays)
  for (const { sourceId, cursor } of act.cursors) if (state.cursors.has(sourceId)) state.cursors.set(sourceId, cursor)
  for (const { id, state: to } of act.sources) patch(state.sources, id, { state: to })
  for (const { id, patch: changes } of act.connections) patch<Connection>(state.connections, id, changes)
  if (act.preview !== null) patch(state.previews, act.preview.id, { state: act.preview.state, updatedAt: run.startedAt })
  const done: SyncRun = { ...run, accounts: tally.outcomes }
  insert(state.runs, done)
  return done
}

/** Withdraws what the run showed and no other answer that counts does. */
function withdrawUnheld(state: TenantState, { runId, by: run }: UndoAct, tally: UndoTally): ReadonlySet<string> {
  const holds = countingReports(state)
  const shown = new Set(state.pages.filter((page) => page.runId === runId).flatMap((page) => page.seen))
  const dropped = new Set<string>()
  for (const id of new Set([...shown].map((observation) => state.feed.byId(observation)!.transactionId))) {
    const row = state.feed.transactions.get(id)
    if (row === undefined || row.state === 'withdrawn' || state.feed.observationsOf(id).some(holds)) continue
    const after = { ...row, state: 'withdrawn' as const, withdrawnReason: 'undone' as const, updatedAt: run.startedAt }
    tally.withdrawn(row.accountId, 1, { from: row.postedOn, to: row.postedOn })
    dropped.add(id)
    state.feed.putTransaction(after)
    state.feed.addChange({ transactionId: id, at: run.startedAt, runId: run.id, reason: 'undone', changes: { state: [row.state, 'withdrawn'], withdrawnReason: [row.withdrawnReason, 'undone'] } })
  }
  return dropped
}

/** Whether a later answer showed the transaction again as this run did. */
function isSupported(state: TenantState, runId: string, transactionId: string): boolean {
  const undone = undoneRuns(state)
  const last = new Map<string, number>()
  state.pages.forEach((page, index) => {
    if (page.runId === runId) last.set(page.sourceId, index)
  })
  const own = new Set(state.pages.filter((page) => page.runId === runId).flatMap((page) => page.seen))
  const ids = new Set(state.feed.observationsOf(transactionId).map(({ row }) => row.id).filter((id) => own.has(id)))
  return state.pages.some((page, index) => index > (last.get(page.sourceId) ?? Infinity) && !undone.has(page.runId) && page.seen.some((id) => ids.has(id)))
}

/** `closedBy`: the run that opens them again when it is taken back. */
function close(state: TenantState, { runId, by: run }: UndoAct, dropped: ReadonlySet<string>, closedBy: string, tally: UndoTally): void {
  for (const question of [...state.questions.values()]) {
    const asked = state.questionRuns.get(question.id)
    const gone = dropped.has(question.transactionId) || (question.otherTransactionId !== null && dropped.has(question.otherTransactionId))
    if (question.answer !== null || (asked?.runId !== runId && !gone)) continue
    state.questions.set(question.id, { ...question, answer: 'undone', answeredAt: run.startedAt })
    state.questionRuns.set(question.id, { runId: asked?.runId ?? null, closedBy })
    tally.closedQuestion(question.accountId)
  }
}

/** Rows that the undo took away, whether it had to do so itself or they were so before what it takes back; or that became one with another again. */
function goneBy(state: TenantState, undoRunId: string, reason: 'undone' | 'merged'): ReadonlySet<string> {
  const gone = [...state.feed.transactions.values()].filter(({ id, state: now, withdrawnReason }) => now === 'withdrawn' && withdrawnReason === reason && state.feed.history.get(id)?.some((change) => change.runId === undoRunId) === true)
  return new Set(gone.map(({ id }) => id))
}

/** Opens again what an undo or a recompute closed. */
function reopen(state: TenantState, undoRunId: string): void {
  for (const [id, asked] of state.questionRuns) {
    const question = state.questions.get(id)!
    if (asked.closedBy !== undoRunId || question.answer !== 'undone') continue
    state.questions.set(id, { ...question, answer: null, answeredAt: null })
    state.questionRuns.set(id, { ...asked, closedBy: null })
  }
}

function dropSpans(state: TenantState, voided: readonly VoidDays[]): void {
  state.spans = state.spans.filter((span) => !voided.some(({ accountId, sourceId, days }) => span.accountId === accountId && (sourceId === null || span.sourceId === sourceId) && span.from <= days.to && span.to >= days.from))
}
