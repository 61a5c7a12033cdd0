/**
 * "The bank is back": a read that worked while an outage of its bank was open lets all connections
 * that the outage broke be read now, instead of hours later when each one's own patience ends. What a
 * bank asked for stays: a named time, and the pause between two reads. Not all come in one second.
 */
import type { Connection } from '../domain/connection.ts'
import type { Institution } from '../domain/institution.ts'
import { failureOf, isBankTrouble } from '../diagnose/bank-health.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import { withinHours } from '../sync/schedule.ts'

export type ResumeDeps = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy; readonly institutionOf: (id: string) => Institution | null }

const DAY_MS = 24 * 3_600_000
/** So many a minute: an outage ends for a bank that just got up. */
const PER_MINUTE = 60

/** Plans the reads; returns how many. */
export async function resumeBank({ store, clock, entropy, institutionOf }: ResumeDeps, back: Connection): Promise<number> {
  const now = clock.now()
  const pauseMs = (institutionOf(back.institutionId)?.limits.minSecondsBetweenSyncs ?? 0) * 1000
  const latest = new Map((await store.runs.latestByConnection(now - DAY_MS)).map(({ connectionId, run }) => [connectionId, run]))
  const struck = (await store.connections.list()).filter(({ id, institutionId, state, nextSyncAt }) => {
    const run = latest.get(id)
    const failure = run === undefined ? null : failureOf(run)
    const named = failure?.retry.kind === 'at' && failure.retry.at !== null && failure.retry.at > now
    return id !== back.id && institutionId === back.institutionId && state === 'active' && nextSyncAt !== null && nextSyncAt > now && failure !== null && isBankTrouble(failure) && !named
  })
  const spreadMs = (struck.length / PER_MINUTE) * 60_000
  for (const { id, lastAttemptAt, readPlan } of struck) await store.connections.update(id, { nextSyncAt: withinHours(Math.max((lastAttemptAt ?? 0) + pauseMs, now + Math.round(spreadMs * entropy.fraction())), readPlan, entropy.fraction()) })
  return struck.length
}
