/** Which runs do not count. */
import type { TenantState } from './state.ts'

/** Runs that are taken back now. */
export function undoneRuns(state: TenantState): ReadonlySet<string> {
  return new Set([...state.undos.values()].filter((undo) => undo.redoneAt === null).map((undo) => undo.runId))
}
