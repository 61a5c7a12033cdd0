/**
 * A worker: puts due connections into the queue and takes jobs from it, several at once. Any number
 * of workers may run on one database; the store's lock makes one writer for each connection, and
 * jobs hold ids only. Attempts that a dead process left open are closed at the start.
 */
import type { Connection } from './domain/connection.ts'
import { failed, type Result } from './domain/result.ts'
import type { SyncRun } from './domain/run.ts'
import type { Clock } from './ports/clock.ts'
import type { Job, Jobs } from './ports/jobs.ts'
import type { Log } from './ports/log.ts'
import type { Store } from './ports/store.ts'
import type { VerbFailure, Verbs } from './verbs.ts'

export type WorkerParts = {
  readonly store: Store
  readonly tenantId: string
  readonly jobs: Jobs
  /** The engine's read, with its trigger. */
  readonly sync: (connectionId: string, trigger: Extract<Job, { kind: 'sync' }>['trigger']) => Promise<Result<SyncRun, VerbFailure>>
  readonly verbs: Pick<Verbs, 'repair'>
  readonly log: Log
  readonly clock: Clock
  readonly concurrency: number
}

const TICK_MS = 5_000
const DUE_AT_ONCE = 200
/** Longer than any exchange can last: an attempt that is still open after it has lost its process. */
const STALE_ATTEMPT_MS = 5 * 60_000

/** Starts the worker; the returned function stops it and waits for running reads. */
export async function startWorker(parts: WorkerParts): Promise<() => Promise<void>> {
  const { store, tenantId, jobs, log, clock } = parts
  const now = clock.now()
  const stale = await store.tenant(tenantId).secrets.closeStaleAttempts(now - STALE_ATTEMPT_MS, now)
  if (stale > 0) log.warn('attempts_without_end', { count: stale })
  await jobs.work(parts.concurrency, (job) => handle(parts, job))
  const stopping = new AbortController()
  const ticking = tick(parts, stopping.signal)
  return async () => {
    stopping.abort()
    await ticking
    await jobs.stop()
  }
}

async function handle({ store, sync, verbs, log, clock }: WorkerParts, job: Job): Promise<void> {
  if (job.kind === 'repair') {
    await verbs.repair(job.connectionId, null)
    return
  }
  // A job that was put in while the connection was being read, or before the clock was set back, would only ask the bank twice.
  if (job.trigger === 'schedule' && !isDue(await store.tenant(job.tenantId).connections.get(job.connectionId), clock.now())) return
  const result = await sync(job.connectionId, job.trigger).catch((error: Error): Result<SyncRun, VerbFailure> => {
    log.error('sync_broke', { connection: job.connectionId, place: error.stack ?? error.message })
    return failed({ code: 'invalid', message: error.message })
  })
  if (!result.ok) log.info('sync_not_run', { connection: job.connectionId, reason: result.failure.code })
}

function isDue(connection: Connection | null, now: number): boolean {
  return connection !== null && connection.nextSyncAt !== null && connection.nextSyncAt <= now
}

/** Enqueues what is due until it is stopped; a database that is away for a while does not end it. */
async function tick({ store, jobs, log, clock }: WorkerParts, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      for (const { tenantId, connectionId } of await store.due(clock.now(), DUE_AT_ONCE)) {
        await jobs.enqueue({ kind: 'sync', tenantId, connectionId, trigger: 'schedule' })
      }
    } catch (error) {
      log.error('schedule_failed', { reason: (error as Error).message })
    }
    await clock.sleep(TICK_MS, stopping).catch(() => undefined)
  }
}
