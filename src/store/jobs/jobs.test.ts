/** The contract of `Jobs`, on pg-boss: not doubled while waiting, never two of one key at once, not lost with a worker. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import type { Clock } from '../../ports/clock.ts'
import type { Job, Jobs } from '../../ports/jobs.ts'
import { postgresTwin } from '../testing.ts'
import { openPostgresJobs, prepareJobs, tellFailures } from './postgres.ts'

const clock: Clock = { now: () => Date.now(), sleep: () => new Promise(() => {}) }
/** With two at once and five seconds between, as it was, they take more than two minutes. */
const MANY = 60
const log = { info() {}, warn() {}, error() {} }
const twin = postgresTwin()
before(async () => prepareAll())
after(twin.close)

async function prepareAll(): Promise<void> {
  await twin.store()
  const { owner } = await twin.database()
  await Promise.all([prepareJobs(owner), prepareJobs(owner)])
  await prepareJobs(owner)
}

function aJob(connectionId: string = randomUUID(), kind: 'sync' | 'repair' = 'sync'): Job {
  const ids = { tenantId: randomUUID(), connectionId }
  return kind === 'sync' ? { kind, trigger: 'person', ...ids } : { kind, ...ids }
}

/** Takes jobs and lets the test decide when each ends. */
function collector() {
  const taken: Job[] = []
  const waiting: (() => void)[] = []
  const ends: (() => void)[] = []
  return {
    taken,
    handle(job: Job): Promise<void> {
      taken.push(job)
      for (const tell of waiting.splice(0)) tell()
      return new Promise((resolve) => ends.push(resolve))
    },
    async count(n: number): Promise<void> {
      while (taken.length < n) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    endAll: () => ends.splice(0).forEach((end) => end()),
  }
}

const open = async (): Promise<Jobs> => openPostgresJobs((await twin.database()).app, log, clock)

describe('jobs that wait', { concurrency: false }, () => {
  test('a job that waits is not doubled; the kinds are apart; one of a key runs at a time', async () => {
    const jobs = await open()
    const job = aJob()
    const repair: Job = { kind: 'repair', tenantId: job.tenantId, connectionId: job.connectionId }
    for (const each of [job, job, repair, job]) await jobs.enqueue(each)
    const seen = collector()
    await jobs.work(4, seen.handle)
    await seen.count(2)
    await jobs.enqueue(job)
    await jobs.enqueue(job)
    const other = aJob()
    await jobs.enqueue(other)
    await seen.count(3)
    // The second of the key waits although there is room: the one that came after it runs.
    assert.deepEqual(seen.taken.map((taken) => taken.kind).sort(), ['repair', 'sync', 'sync'])
    assert.deepEqual(seen.taken[2], other)
    seen.endAll()
    await seen.count(4)
    assert.deepEqual(seen.taken[3], job)
    const stopped = jobs.stop()
    seen.endAll()
    await stopped
    assert.equal(seen.taken.length, 4)
  })

  test('a job for later is brought forward by one for now', async () => {
    const jobs = await open()
    const [job, later] = [aJob(), aJob()]
    await jobs.enqueue(job, { startAt: Date.now() + 3_600_000 })
    await jobs.enqueue(later, { startAt: Date.now() + 3_600_000 })
    const seen = collector()
    await jobs.work(2, seen.handle)
    await jobs.enqueue(job)
    await seen.count(1)
    assert.deepEqual(seen.taken, [job])
    const stopped = jobs.stop()
    seen.endAll()
    await stopped
  })

  // Fails when: a worker that is through with a job waits out the interval at which it asks an empty queue (seen): two in five seconds.
  test('many jobs that wait are taken one after the other, without a pause', { timeout: 120_000 }, async () => {
    const jobs = await open()
    const many = Array.from({ length: MANY }, () => aJob())
    for (const job of many) await jobs.enqueue(job)
    const seen = collector()
    await jobs.work(2, async (job) => {
      const done = seen.handle(job)
      seen.endAll()
      return done
    })
    await seen.count(MANY)
    await jobs.stop()
    assert.deepEqual(new Set(seen.taken), new Set(many))
  })
})

test('the app may use the queues, and neither change their tables nor empty them at once', async () => {
  const client = new pg.Client((await twin.database()).app)
  await client.connect()
  for (const statement of ['truncate relink_jobs.job_common', 'drop table relink_jobs.job_common', 'alter table relink_jobs.queue add column x int', 'create table relink_jobs.x (y int)']) {
    await assert.rejects(client.query(statement), { code: '42501' }, statement)
  }
  const { rows } = await client.query(`select data from relink_jobs.job`)
  for (const { data } of rows) assert.deepEqual(Object.keys(data).filter((key) => !['kind', 'tenantId', 'connectionId', 'trigger'].includes(key)), [])
  await client.end()
})

test('queues of an earlier version, in which a job that waited for its key held up the others, are made anew', async () => {
  const { owner } = await twin.database()
  const client = new pg.Client(owner)
  await client.connect()
  await client.query('set role relink_owner')
  await client.query(`update relink_jobs.queue set policy = 'stately' where name = 'sync'`)
  await prepareJobs(owner)
  const { rows } = await client.query('select name, policy from relink_jobs.queue order by name')
  assert.deepEqual(rows.filter(({ name }) => ['repair', 'sync'].includes(name)), [{ name: 'repair', policy: 'short' }, { name: 'sync', policy: 'short' }])
  await client.end()
})

// Fails when: each look of each worker at a database that is away is a line (five a second), and an outage is called unexpected.
test('failures of the queue are told by what they mean, each once a minute', () => {
  let now = 0
  const told: unknown[] = []
  const tell = tellFailures({ ...log, error: (_, fields) => void told.push(fields?.['code']) }, { now: () => now })
  const away = { message: 'connect ECONNREFUSED 127.0.0.1:5432', code: 'ECONNREFUSED' }
  for (; now < 60_000; now += 200) for (const error of [away, Object.assign(new Error(away.message), away)]) tell(error)
  assert.deepEqual(told, ['database_unreachable'])
  tell(new TypeError('a bug'))
  tell(away)
  assert.deepEqual(told, ['database_unreachable', 'unexpected', 'database_unreachable'])
})
