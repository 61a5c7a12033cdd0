/**
 * Jobs in PostgreSQL by pg-boss, in a schema of its own. The policy `short` lets one job of a key wait, and the key
 * is a group of which one job runs; a job that waits for its key holds up nobody behind it. With the policies that
 * let one run by themselves (`stately`, `singleton`) it did: the first in the queue that may not run yet was asked
 * for again and again, and keys that ran at the last count of the queue were passed over for up to a minute after.
 * Two of a key can only begin at once where a worker died and its job is tried again beside a new one; the lock of
 * the connection holds then (store/postgres/locks.ts). A worker that dies stops its heartbeat, and its job is given to another.
 */
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import type { Clock } from '../../ports/clock.ts'
import type { Job, Jobs } from '../../ports/jobs.ts'
import type { Log } from '../../ports/log.ts'
import { outageOf } from '../postgres/outage.ts'
import { CONNECT_TIMEOUT_MS, type ConnectionConfig } from '../postgres/session.ts'
import { keyOf } from './key.ts'

const SCHEMA = 'relink_jobs'
const QUEUES = ['sync', 'repair'] as const satisfies readonly Job['kind'][]
const POLICY = 'short'
const HEARTBEAT_SECONDS = 30
const LOCK = 7_265_106_948n
const STOP_TIMEOUT_MS = 10 * 60_000
const TELL_AGAIN_MS = 60_000

/** Makes or migrates the schema, as the owner of the tables; the app gets the rows and nothing else. */
export async function prepareJobs(owner: ConnectionConfig): Promise<void> {
  const pool = new pg.Pool({ ...owner, max: 2, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, onConnect: (client) => client.query('set role relink_owner') })
  pool.on('error', () => {})
  try {
    // Several processes may start at once; grants on the same table do not bear that. The lock ends with its session.
    const guard = await pool.connect()
    try {
      await guard.query(`select pg_advisory_lock(${LOCK})`)
      await makeQueues(pool)
    } finally {
      guard.release(true)
    }
  } finally {
    await pool.end()
  }
}

async function makeQueues(pool: pg.Pool): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) }, schema: SCHEMA, supervise: false, schedule: false, migrate: true, createSchema: true,
  })
  try {
    await boss.start()
    for (const name of QUEUES) {
      const queue = await boss.getQueue(name)
      if (queue?.policy === POLICY) continue
      // One of an earlier version. What waits in it comes again: what is due is asked for at every look at the clock.
      if (queue !== null) await boss.deleteQueue(name)
      await boss.createQueue(name, {
        policy: POLICY, notify: true, retryLimit: 3, retryDelay: 30, retryBackoff: true, expireInSeconds: 3600, heartbeatSeconds: HEARTBEAT_SECONDS,
        deleteAfterSeconds: 24 * 3600,
      })
    }
    await pool.query(`grant usage on schema ${SCHEMA} to relink_app;
      grant select, insert, update, delete on all tables in schema ${SCHEMA} to relink_app;
      grant usage on all sequences in schema ${SCHEMA} to relink_app;
      grant execute on all functions in schema ${SCHEMA} to relink_app`)
  } finally {
    await boss.stop({ graceful: false })
  }
}

/** Opens the queues as the app. `prepareJobs` must have run; errors of the background go to the log. */
export async function openPostgresJobs(app: ConnectionConfig, log: Log, clock: Pick<Clock, 'now'>): Promise<Jobs> {
  const boss = new PgBoss({
    ...(app as object), max: 4, schema: SCHEMA, migrate: false, createSchema: false, schedule: false, reindex: false, useListenNotify: true,
    superviseIntervalSeconds: HEARTBEAT_SECONDS, monitorIntervalSeconds: HEARTBEAT_SECONDS, application_name: 'relink jobs',
  })
  boss.on('error', tellFailures(log, clock))
  boss.on('warning', () => log.warn('jobs_warning'))
  await guarded(() => boss.start())
  return {
    async enqueue({ kind, tenantId, connectionId, ...rest }, { startAt } = {}) {
      const job = { kind, tenantId, connectionId, ...rest } as Job
      const options = { singletonKey: keyOf(job), group: { id: keyOf(job) }, ...(startAt === undefined ? {} : { startAfter: new Date(startAt) }) }
      if ((await guarded(() => boss.send(kind, job, options))) !== null) return
      // One waits already; it keeps the earlier of the two times.
      await guarded(() => advance(boss, job, startAt))
    },
    async work(concurrency, handle) {
      for (const name of QUEUES) for (let at = 0; at < concurrency; at++) await guarded(() => startWorker(boss, name, handle))
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS }),
  }
}

/**
 * Told once a minute of each kind: while the database is away, each of many workers fails at each look. What pg-boss
 * tells is a copy of the error's fields, often without its class.
 */
export function tellFailures(log: Log, clock: Pick<Clock, 'now'>): (error: { readonly message: string }) => void {
  const toldAt = new Map<string, number>()
  return (error) => {
    const code = outageOf(error instanceof Error ? error : Object.assign(new Error(error.message), error))?.code ?? 'unexpected'
    const now = clock.now()
    if (Math.abs(now - (toldAt.get(code) ?? Number.NEGATIVE_INFINITY)) < TELL_AGAIN_MS) return
    toldAt.set(code, now)
    log.error('jobs_failed', { code })
  }
}

/** One that looks for the next job as soon as it is through with one: by itself pg-boss waits out the interval at which it asks an empty queue. */
async function startWorker(boss: PgBoss, name: Job['kind'], handle: (job: Job) => Promise<void>): Promise<void> {
  const id = await boss.work<Job>(name, { groupConcurrency: 1, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 5 }, async ([taken]) => {
    try {
      if (taken !== undefined) await handle(taken.data)
    } finally {
      boss.notifyWorker(id)
    }
  })
}

async function advance(boss: PgBoss, job: Job, startAt: number | undefined): Promise<void> {
  const singletonKey = keyOf(job)
  const waiting = await boss.findJobs<Job>(job.kind, { key: singletonKey, queued: true })
  const later = waiting.filter((w) => startAt === undefined || w.startAfter.getTime() > startAt)
  for (const { id } of later) await boss.update(job.kind, job, { id, ...(startAt === undefined ? { startAfter: 0 } : { startAfter: new Date(startAt) }) })
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw outageOf(error) ?? error
  }
}
