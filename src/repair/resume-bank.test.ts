/** "The bank is back" reaches all of its connections, and nobody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Institution } from '../domain/institution.ts'
import { dropProblems, isOutage } from '../diagnose/problems.ts'
import { createEvents } from '../events.ts'
import { onRunEnding } from '../run-ended.ts'
import { endPlan } from './advance.ts'
import { repairByItself } from './by-itself.ts'
import { DOWN, failure, HERE, newWorld, REFUSED } from './testing.ts'

const HOUR_MS = 3_600_000
const id = (at: number) => `c0000000-0000-7000-8000-${String(at).padStart(12, '0')}`

test('one read that works lets the others be read now: not before a named time, not within the pause, not what fails for itself', async () => {
  const world = await newWorld()
  for (let at = 0; at < 6; at++) await world.connect(id(at))
  await world.connect(id(6), 'other bank')
  world.bank = () => DOWN
  for (const at of [0, 1, 2, 6]) await world.sync(id(at))
  world.bank = () => ({ ...DOWN, retry: { kind: 'at', at: world.now + 5 * HOUR_MS } })
  await world.sync(id(3))
  world.bank = () => REFUSED
  await world.sync(id(4))
  const later = world.now + 9 * HOUR_MS
  for (let at = 0; at <= 6; at++) await world.store.connections.update(id(at), { nextSyncAt: at === 4 ? null : later, lastAttemptAt: at === 2 ? world.now : world.now - HOUR_MS })
  await world.store.connections.update(id(5), { state: 'disabled', nextSyncAt: null })

  const institution = { timeZone: 'UTC', limits: { requestsPerDay: null, minSecondsBetweenSyncs: 600 } } as Institution
  const ending = onRunEnding({ store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE, institutionOf: () => institution }, createEvents())
  const connection = (await world.store.connections.get(id(0)))!
  const run = { id: world.entropy.id(), connectionId: id(0), trigger: 'schedule' as const, startedAt: world.now, endedAt: world.now, outcome: 'succeeded' as const, stage: null, accounts: [], failure: null, label: null }
  await world.store.runs.create(run)
  await ending(connection)({ connection, run, question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })

  const next = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(async (at) => (await world.store.connections.get(id(at)))!.nextSyncAt))
  assert.equal(next[0], later, 'the one that was read keeps its own time')
  assert.ok(next[1]! <= world.now + 60_000, 'read now')
  assert.equal(next[2], world.now + 600_000, 'after the bank\'s pause')
  assert.deepEqual(next.slice(3), [later, null, null, later], 'a named time, a refused password, switched off, another bank')
  const outages = (await world.store.problems.list({ institutionId: 'riverbank', open: true, limit: 9 })).filter(({ diagnosis }) => isOutage(diagnosis))
  assert.deepEqual(outages, [], 'the outage ended with the read of the connection that had reported it')
})

test('a removed connection takes its problem, its alert and its plan with it, and a read that was under way leaves none', async () => {
  const world = await newWorld()
  await world.connect(id(0))
  world.bank = () => REFUSED
  const run = await world.sync(id(0))
  await repairByItself(world.deps, id(0))
  const problem = (await world.problem(id(0)))!
  await world.store.connections.update(id(0), { state: 'removed' })
  await dropProblems(world, id(0))
  await endPlan(world.deps, id(0))
  assert.deepEqual(await world.store.alerts.list({ open: true, limit: 9 }), [])
  assert.equal((await world.store.problems.plan(problem.id))?.state, 'abandoned')
  const ending = onRunEnding({ store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE, institutionOf: () => null }, createEvents())
  const connection = (await world.store.connections.get(id(0)))!
  await ending(connection)({ connection, run, question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  assert.equal(await world.problem(id(0)), null)
})

test('a healthy read moves nobody else', async () => {
  const world = await newWorld()
  for (const at of [0, 1]) await world.connect(id(at))
  world.bank = () => failure({ stage: 'statement', httpStatus: 500 }, { code: 'http_refused', retry: { kind: 'at', at: null } })
  await world.sync(id(1))
  const later = world.now + 9 * HOUR_MS
  await world.store.connections.update(id(1), { nextSyncAt: later })
  for (const problem of await world.store.problems.list({ open: true, limit: 9 })) await world.store.problems.update(problem.id, { closedAt: world.now })
  world.bank = () => null
  await world.sync(id(0))
  assert.equal((await world.store.connections.get(id(1)))!.nextSyncAt, later)
})
