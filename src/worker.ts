/**
 * A worker: puts into the queue what is due, reads of connections and steps of repairs, and takes jobs
 * from it, several at once. Any number of workers may run on one database; the store's locks make one
 * writer and one repairer for each connection, what is due is asked again before it is done, and jobs
 * hold ids only. Attempts that a dead process left open are closed at the start.
 */
import { CLOCKS_DIFFER_MS, FARTHEST_SYNC_MS, type Connection } from './domain/connection.ts'
import { failed, type Result } from './domain/result.ts'
import { isWithin } from './domain/hours.ts'
import type { SyncRun } from './domain/run.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { Job, Jobs } from './ports/jobs.ts'
import type { Log } from './ports/log.ts'
import type { Store, TenantStore } from './ports/store.ts'
import { isRepairDue } from './repair/due.ts'
import { withinHours } from './sync/schedule.ts'
import type { VerbFailure } from './verbs.ts'

export type WorkerParts = {
  readonly store: Store
  readonly tenantId: string
  readonly jobs: Jobs
  /** The engine's read, with its trigger. */
  readonly sync: (connectionId: string, trigger: Extract<Job, { kind: 'sync' }>['trigger']) => Promise<Result<SyncRun, VerbFailure>>
  /** What is due of the connection's repairs and needs no person. */
  readonly repair: (connectionId: string) => Promise<void>
  /** What nobody waits for, at the start and then each hour: secrets whose time is over, runs whose process died before anybody was told. */
  readonly hourly: () => Promise<void>
  /** Everything was deleted, by whatever process: another tenant has the place of this one, whose work this worker does not do. Absent: it only ends. */
  readonly onDeleted?: () => void
  /** One round of telling alerts; nothing else waits for it. Absent: nobody is told. */
  readonly alerts?: () => Promise<void>
  readonly log: Log
  readonly clock: Clock
  readonly entropy: Pick<Entropy, 'fraction'>
  readonly concurrency: number
}

const TICK_MS = 5_000
const TICKS_AN_HOUR = 720
const DUE_AT_ONCE = 200
const REPAIRS_AT_ONCE = 5_000
/** With so many problems open, looking through them all takes a while, so it is done less often. */
const REPAIRS_EACH_TICK = 100
/** Longer than any exchange can last: an attempt that is still open after it has lost its process. */
const STALE_ATTEMPT_MS = 5 * 60_000
/** A message that is under way when the worker stops is sent again by the next one, with the same id. */
const LAST_MESSAGE_MS = 5_000
/** A repair that broke is a bug, which the next seconds do not mend. */
const BROKEN_PAUSE_MS = 5 * 60_000

type Working = WorkerParts & { /** Connections whose repair broke here, and until when they are left alone. */ readonly broken: Map<string, number> }

/** Starts the worker; the returned function stops it and waits for running reads. */
export async function startWorker(parts: WorkerParts): Promise<() => Promise<void>> {
  const { store, tenantId, jobs, log, clock } = parts
  const now = clock.now()
  const stale = await store.tenant(tenantId).secrets.closeStaleAttempts(now - STALE_ATTEMPT_MS, now)
  if (stale > 0) log.warn('attempts_without_end', { count: stale })
  const working: Working = { ...parts, broken: new Map() }
  await jobs.work(parts.concurrency, (job) => (job.kind === 'repair' ? repair(working, job) : read(working, job)))
  const stopping = new AbortController()
  const ticking = tick(working, stopping.signal)
  const telling = parts.alerts === undefined ? null : tellAlerts(working, parts.alerts, stopping.signal)
  return async () => {
    stopping.abort()
    await ticking
    if (telling !== null) await Promise.race([telling, clock.sleep(LAST_MESSAGE_MS)])
    await jobs.stop()
  }
}

async function read(parts: WorkerParts, job: Extract<Job, { kind: 'sync' }>): Promise<void> {
  const { store, sync, log } = parts
  if (job.trigger === 'schedule' && !(await isWanted(parts, store.tenant(job.tenantId), job.connectionId))) return
  const result = await sync(job.connectionId, job.trigger).catch((error: Error): Result<SyncRun, VerbFailure> => {
    log.error('sync_broke', { connection: job.connectionId, place: error.stack ?? error.message })
    return failed({ code: 'invalid', message: error.message })
  })
  if (!result.ok) log.info('sync_not_run', { connection: job.connectionId, reason: result.failure.code })
}

/** What was due is asked again by the repair itself, once it holds the connection. */
async function repair({ store, repair, log, clock, broken }: Working, { tenantId, connectionId }: Job): Promise<void> {
  // Hours in which a person does not want it read, and a pause, hold for what a repair does by itself, too.
  const tenant = store.tenant(tenantId)
  if ((await tenant.schedule.pause()) !== null || !isInHours(await tenant.connections.get(connectionId), clock.now())) return
  try {
    await repair(connectionId)
    broken.delete(connectionId)
  } catch (error) {
    broken.set(connectionId, clock.now() + BROKEN_PAUSE_MS)
    log.error('repair_broke', { connection: connectionId, place: (error as Error).stack ?? (error as Error).message })
  }
}

/**
 * Whether the schedule still wants the read. A job that was put in while the connection was being read, before the clock was set
 * back, or before a pause, would only ask the bank once too often; one that comes out of its hours, as after a standstill, waits for them.
 */
async function isWanted({ clock, entropy }: WorkerParts, { connections, schedule }: TenantStore, connectionId: string): Promise<boolean> {
  const now = clock.now()
  const connection = await connections.get(connectionId)
  if (!isDue(connection, now) || (await schedule.pause()) !== null) return false
  if (isInHours(connection, now)) return true
  await connections.update(connectionId, { nextSyncAt: withinHours(now, connection!.readPlan, entropy.fraction()) })
  return false
}

function isInHours(connection: Connection | null, now: number): boolean {
  const hours = connection?.readPlan?.hours ?? null
  return hours === null || isWithin(now, hours)
}

/** As the store's `due` says it: an instant farther away than any read is planned was noted by a clock that ran ahead. */
function isDue(connection: Connection | null, now: number): boolean {
  return connection !== null && connection.nextSyncAt !== null && (connection.nextSyncAt <= now || connection.nextSyncAt > now + FARTHEST_SYNC_MS)
}

/** Whoever was read by a clock that ran ahead was planned by it as well: until that instant it would not be read. */
async function planAnew({ store, tenantId, clock }: Working): Promise<void> {
  const { connections } = store.tenant(tenantId)
  const now = clock.now()
  for (const { id, nextSyncAt, lastAttemptAt } of await connections.list()) {
    if (nextSyncAt !== null && nextSyncAt > now && (lastAttemptAt ?? 0) > now + CLOCKS_DIFFER_MS) await connections.update(id, { nextSyncAt: now })
  }
}

/** Enqueues what is due until it is stopped or everything is deleted; a database that is away for a while does not end it. */
async function tick(working: Working, stopping: AbortSignal): Promise<void> {
  const { log, clock } = working
  let [ticksToRepairs, ticksToHour] = [0, 0]
  while (!stopping.aborted) {
    try {
      if ((await working.store.defaultTenant()) !== working.tenantId) return working.onDeleted?.()
      const isPaused = (await working.store.tenant(working.tenantId).schedule.pause()) !== null
      if (--ticksToHour <= 0) {
        ticksToHour = TICKS_AN_HOUR
        await planAnew(working)
        await working.hourly()
      }
      if (!isPaused) await enqueueReads(working)
      if (!isPaused && --ticksToRepairs <= 0) ticksToRepairs = Math.ceil((await enqueueRepairs(working)) / REPAIRS_EACH_TICK)
    } catch (error) {
      log.error('schedule_failed', { reason: (error as Error).message })
    }
    await clock.sleep(TICK_MS, stopping).catch(() => undefined)
  }
}

/** Beside the ticks, so that a mail server that does not answer holds up no read. */
async function tellAlerts({ log, clock }: Working, alerts: () => Promise<void>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await alerts().catch((error: Error) => log.error('alerts_failed', { reason: error.message }))
    await clock.sleep(TICK_MS, stopping).catch(() => undefined)
  }
}

async function enqueueReads({ store, jobs, clock }: Working): Promise<void> {
  for (const { tenantId, connectionId } of await store.due(clock.now(), DUE_AT_ONCE)) await jobs.enqueue({ kind: 'sync', tenantId, connectionId, trigger: 'schedule' })
}

/** Returns how many problems are open. */
async function enqueueRepairs({ store, tenantId, jobs, clock, broken }: Working): Promise<number> {
  const now = clock.now()
  const open = await store.tenant(tenantId).problems.repairs(REPAIRS_AT_ONCE)
  const due = open.filter((one) => isRepairDue(one, now) && (broken.get(one.connectionId) ?? 0) <= now)
  for (const connectionId of new Set(due.map((one) => one.connectionId))) await jobs.enqueue({ kind: 'repair', tenantId, connectionId })
  return open.length
}
