/**
 * When connections are read by themselves, as a person chooses: how often, at what hours, or not at all for a
 * while. What a bank allows stays above it, and reading by hand is always possible.
 */
import type { Connection, ReadPlan } from '../domain/connection.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { NO_LIMITS, regularMs, withinHours } from './schedule.ts'

type Parts = Pick<SyncDeps, 'store' | 'clock' | 'entropy' | 'institutionOf'>

/** After a pause what is overdue comes within this, not all at once. */
const AFTER_PAUSE_MS = 10 * 60_000

/** Stores the plan and plans the next read by it. */
export async function planReads({ store, clock, entropy, institutionOf }: Parts, connectionId: string, plan: ReadPlan | null): Promise<Result<Connection, Refusal>> {
  const done = await store.connections.exclusively(connectionId, async (connection) => {
    if (connection === null || connection.state === 'removed') return failed<Refusal>({ code: 'not_found', message: 'There is no such connection.' })
    const patch = patchOf(connection, plan, { clock, entropy, institutionOf })
    await store.connections.update(connectionId, patch)
    return ok({ ...connection, ...patch })
  })
  // A read that ends plans the next one itself, by what it found.
  return done ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

function patchOf(connection: Connection, plan: ReadPlan | null, { clock, entropy, institutionOf }: Omit<Parts, 'store'>): Partial<Pick<Connection, 'readPlan' | 'nextSyncAt'>> {
  const waits = connection.readPlan?.awaitsChoice === true ? { awaitsChoice: true as const } : {}
  const readPlan = (plan === null || (plan.everyMinutes === null && plan.hours === null)) && waits.awaitsChoice === undefined ? null : { everyMinutes: plan?.everyMinutes ?? null, hours: plan?.hours ?? null, ...waits }
  const { nextSyncAt, failuresInRow, lastAttemptAt } = connection
  const limits = institutionOf(connection.institutionId)?.limits ?? NO_LIMITS
  const now = clock.now()
  // What waits for a person, or for a bank that failed, is not made sooner by a wish.
  const plannedAt = nextSyncAt === null || connection.state !== 'active' ? null : failuresInRow > 0 || lastAttemptAt === null ? nextSyncAt : Math.max(now, lastAttemptAt + regularMs(limits, readPlan))
  return { readPlan, ...(plannedAt === null ? {} : { nextSyncAt: withinHours(plannedAt, readPlan, entropy.fraction()) }) }
}

/** Nothing is read or tried by itself from now on, or again. */
export async function pauseReads({ store, clock, entropy }: Parts, isPaused: boolean, by: string): Promise<void> {
  const now = clock.now()
  await store.schedule.setPause(isPaused ? { since: now, by } : null)
  if (isPaused) return
  for (const { id } of await store.connections.list()) {
    // One that is being read plans its next read itself.
    await store.connections.exclusively(id, async (connection) => {
      if (connection?.state !== 'active' || connection.nextSyncAt === null || connection.nextSyncAt >= now) return
      await store.connections.update(id, { nextSyncAt: withinHours(now + Math.round(AFTER_PAUSE_MS * entropy.fraction()), connection.readPlan, entropy.fraction()) })
    })
  }
}
