/** Which runs do not count. */
import type { StoredObservation, TenantState } from './state.ts'

/** Runs that are taken back now. */
export function undoneRuns(state: TenantState): ReadonlySet<string> {
  return new Set([...state.undos.values()].filter((undo) => undo.redoneAt === null).map((undo) => undo.runId))
}

/** Tells which reports count: those of runs that count, and those that such a run showed again. */
export function countingReports(state: TenantState): (stored: StoredObservation) => boolean {
  const undone = undoneRuns(state)
  const again = new Set(state.pages.filter((page) => !undone.has(page.runId)).flatMap((page) => page.seen))
  return ({ row }) => !undone.has(row.runId) || again.has(row.id)
}
