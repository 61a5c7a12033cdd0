/**
 * One turn of a connection's repairs without a person, for workers; and the turns themselves: whoever
 * carries a repair on, a worker or a person, holds it alone, so that no step is done twice. The lock
 * dies with its process, and what is due is read from the store inside of it: a job that comes late,
 * comes twice or is taken over from a dead worker finds the step done, or does it.
 */
import { READ_STATES } from '../domain/connection.ts'
import type { RepairPlan } from '../domain/repair.ts'
import { advanceRepair, type RepairDeps, type RepairEvent } from './advance.ts'
import { isRepairDue } from './due.ts'

const LOOK_AGAIN_MS = 250
/** Longer than a step of Relink's own usually takes: probes and one read. */
const PATIENCE_MS = 60_000

/** Does what is due; false when somebody else is at it. A read that was sent ends the turn: it spoke for all problems. */
export async function repairByItself(deps: RepairDeps, connectionId: string): Promise<boolean> {
  const done = await alone(deps, connectionId, async () => {
    const connection = await deps.store.connections.get(connectionId)
    if (connection === null || !READ_STATES.includes(connection.state)) return true
    for (const problem of await deps.store.problems.list({ connectionId, open: true, limit: 20 })) {
      const plan = await deps.store.problems.plan(problem.id)
      const now = deps.clock.now()
      if (!isRepairDue({ plan, updatedAt: problem.updatedAt, cause: problem.diagnosis.causes[0]?.cause ?? 'unknown' }, now)) continue
      // What a clock that ran ahead noted last would be news for ever.
      if (problem.updatedAt > now) await deps.store.problems.update(problem.id, { updatedAt: now })
      await advanceRepair(deps, connectionId, { kind: 'go_on', problemId: problem.id })
      if ((await deps.store.connections.get(connectionId))?.lastAttemptAt !== connection.lastAttemptAt) break
    }
    return true
  })
  return done === true
}

/** As a person asks: waits for the turn. Null: the turn did not come within a minute. */
export async function repairInTurn(deps: RepairDeps, connectionId: string, event: RepairEvent): Promise<{ readonly plan: RepairPlan | null } | null> {
  for (const until = deps.clock.now() + PATIENCE_MS; ; await deps.clock.sleep(LOOK_AGAIN_MS)) {
    const done = await alone(deps, connectionId, async () => ({ plan: await advanceRepair(deps, connectionId, event) }))
    if (done !== null || deps.clock.now() >= until) return done
  }
}

/** A lock of its own beside the one of reading: the steps of a repair read. */
function alone<T>({ store }: RepairDeps, connectionId: string, work: () => Promise<T>): Promise<T | null> {
  return store.connections.exclusively(`repair/${connectionId}`, work)
}
