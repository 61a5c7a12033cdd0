/** Trips to the database: what travels together, what fails alone, and what happens when the server forgets. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type { TenantStore } from '../../ports/store.ts'
import { aConnection, aRun, newId } from '../fixtures.ts'
import { postgresTwin } from '../testing.ts'
import { postgresFeed } from './feed.ts'
import { openLocks } from './locks.ts'
import { inOneTrip, inTwoTrips, lease, openPool, openSession, type Database } from './session.ts'
import { Trip } from './trip.ts'

const postgres = postgresTwin()
let tenant: TenantStore
let db: Database
before(async () => {
  tenant = await postgres.newTenant()
  db = openSession(openPool((await postgres.database()).app, 4))
})
after(async () => {
  await db.destroy()
  await postgres.close()
})

/** The trips that are made while `work` runs. */
async function tripsOf(work: () => Promise<unknown>): Promise<readonly Trip[]> {
  const trips: Trip[] = []
  const watched = db.pool
  const connect = watched.connect.bind(watched) as () => Promise<{ query(...args: unknown[]): unknown }>
  watched.connect = (async () => {
    const client = await connect()
    return new Proxy(client, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (name === 'query' && args[0] instanceof Trip) trips.push(args[0])
          return value.apply(target, args) as unknown
        }
      },
    })
  }) as never
  try {
    await work()
  } finally {
    watched.connect = connect as never
  }
  return trips
}

const nothing = sql<{ n: number }>`select 1 as n`

test('what is asked in one breath is one trip; each gets its own answer', async () => {
  let answers: unknown
  const trips = await tripsOf(async () => {
    const all = await Promise.all([inOneTrip(db, tenant.tenantId, [nothing]), inOneTrip(db, tenant.tenantId, [sql`select ${'a'}::text as t`, sql`select 2 as n`]), inOneTrip(db, tenant.tenantId, [nothing])])
    answers = all.map((step) => step.map(({ rows }) => rows))
  })
  assert.equal(trips.length, 1)
  assert.deepEqual(answers, [[[{ n: 1 }]], [[{ t: 'a' }], [{ n: 2 }]], [[{ n: 1 }]]])
})

// Fails when: a trip leaves before what the same turn goes on with (planted: in a microtask).
test('what is asked in one turn of the event loop is one trip, however many promises it goes through', async () => {
  const later = async (promises: number): Promise<unknown> => {
    for (let n = 0; n < promises; n++) await null
    return inOneTrip(db, tenant.tenantId, [nothing])
  }
  assert.equal((await tripsOf(() => Promise.all([later(0), later(5), later(50)]))).length, 1)
})

// Fails when: the steps of a failed trip are all rejected (planted).
test('a step that fails fails alone: its companions are stored once', async () => {
  const { connections, runs } = tenant
  const [taken, one, two] = [aConnection(), aConnection(), aConnection()]
  await connections.create(taken)
  const run = aRun({ connectionId: taken.id })
  const done = await Promise.allSettled([connections.create(one), connections.create(taken), runs.create(run), connections.create(two)])
  assert.deepEqual(done.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  for (const { id } of [one, two]) assert.equal((await connections.get(id))?.id, id)
  assert.equal((await runs.get(run.id))?.id, run.id)
})

test('the tenants of one breath do not meet: each sees its own rows only', async () => {
  const other = await postgres.newTenant()
  const connection = aConnection()
  const [, seen] = await Promise.all([tenant.connections.create(connection), other.connections.list(), other.connections.create(aConnection())])
  assert.deepEqual(seen, [])
  assert.deepEqual((await Promise.all([other.connections.get(connection.id), tenant.connections.get(connection.id)])).map((found) => found?.id ?? null), [null, connection.id])
})

test('nothing that only reads waits for the disk, and what is relaxed takes no companion with it', async () => {
  const store = sql`update relink.runs set stage = 'x' where tenant_id = ${tenant.tenantId} and id = ${newId()}`
  const relaxed = async (...steps: readonly (() => Promise<unknown>)[]) => (await tripsOf(() => Promise.all(steps.map((step) => step())))).map(({ texts }) => texts[0]!.includes('synchronous_commit'))
  const [read, lazy, sure] = [() => inOneTrip(db, tenant.tenantId, [nothing]), () => inOneTrip(db, tenant.tenantId, [store], 'relaxed'), () => inOneTrip(db, tenant.tenantId, [store])]
  assert.deepEqual(await relaxed(read, lazy), [true])
  // Also the question of each read, which begins with tables of its own (planted: with them).
  const query = { accountId: newId(), sourceId: newId(), keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null }
  assert.deepEqual(await relaxed(() => postgresFeed(db, tenant.tenantId).candidates(query)), [true])
  assert.deepEqual(await relaxed(lazy, sure), [false])
})

test('a server that forgot what was prepared is told anew', async () => {
  const ask = () => inOneTrip(db, tenant.tenantId, [sql<{ word: string }>`select ${'w'}::text as word`])
  for (let time = 0; time < 5; time++) await ask()
  const clients = await Promise.all(Array.from({ length: 4 }, () => db.pool.connect()))
  for (const client of clients) await client.query('deallocate all')
  for (const client of clients) client.release()
  assert.deepEqual((await ask())[0].rows, [{ word: 'w' }])
})

test('two trips are one transaction: a decision that throws or says no stores nothing', async () => {
  const connection = aConnection()
  await tenant.connections.create(connection)
  const rename = (name: string) => sql`update relink.connections set institution_name = ${name} where tenant_id = ${tenant.tenantId} and id = ${connection.id}`
  assert.equal(await inTwoTrips(db, tenant.tenantId, [rename('asked')], () => null), false)
  await assert.rejects(inTwoTrips(db, tenant.tenantId, [rename('asked')], () => {
    throw new Error('no')
  }), /no/)
  assert.equal((await tenant.connections.get(connection.id))?.institutionName, connection.institutionName)
  assert.equal(await inTwoTrips(db, tenant.tenantId, [nothing], ([{ rows }]) => [rename(`decided ${rows[0]!.n}`)]), true)
  assert.equal((await tenant.connections.get(connection.id))?.institutionName, 'decided 1')
})

// Fails when: an acceptance waits for a trip that a lost lock does not make any more (planted: refused with lock_lost, which the vault repeats for minutes).
test('that the bank accepted a sign-in is stored although the lock was lost meanwhile', async () => {
  const connection = aConnection()
  await tenant.connections.create(connection)
  const attempt = { id: newId(), loginIndex: 'of a lost lock', connectionId: connection.id, secretVersion: 1, secretDigest: 'd', openedAt: 1, closedAt: null, outcome: 'open' } as const
  await tenant.connections.exclusively(connection.id, async () => {
    await tenant.secrets.beginAttempt(attempt.loginIndex, () => attempt)
    lease.getStore()!.lost = true
    await tenant.secrets.endAttempt(attempt.id, 'accepted', 2)
  })
  assert.deepEqual((await tenant.secrets.ledger(attempt.loginIndex)).attempts.map(({ outcome }) => outcome), ['accepted'])
  // The same when it is only noted for the next trip, and the lock is lost before there is one.
  const next = { ...attempt, id: newId(), openedAt: 3 }
  await tenant.connections.exclusively(connection.id, async () => {
    await tenant.secrets.beginAttempt(attempt.loginIndex, () => next)
    await tenant.secrets.endAttempt(next.id, 'accepted', 4)
    lease.getStore()!.lost = true
  })
  assert.deepEqual((await tenant.secrets.ledger(attempt.loginIndex)).attempts.map(({ id, outcome }) => [id, outcome]), [[next.id, 'accepted']])
})

// Fails when: whoever waits for the lock session is told lost with it (planted: the work is stopped, and its lock is held until this process ends).
test('a lock that is asked for while the session of the locks dies is taken in the next one, and given back', async () => {
  const { app } = await postgres.database()
  const [ours, others] = [openLocks(app), openLocks(app)]
  const nothing = { tenantId: tenant.tenantId, statements: [] }
  try {
    const dies = ours.exclusively('dies', { ...nothing, statements: [{ text: 'select pg_terminate_backend(pg_backend_pid())', values: [] }] }, async () => 'never')
    // The first trip is under way, and what is asked now waits for the next.
    await new Promise((resolve) => setImmediate(resolve))
    const waits = ours.exclusively('waits', nothing, async () => lease.getStore()?.lost)
    await assert.rejects(dies)
    assert.equal(await waits, false)
    assert.equal(await others.exclusively('waits', nothing, async () => 'free'), 'free')
  } finally {
    await Promise.all([ours.close(), others.close()])
  }
})
