/** What the end of a run changes beside its problems: when the bank is asked next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents } from './events.ts'
import { failure, HERE, newWorld, REFUSED, type RepairWorld } from './repair/testing.ts'
import { onRunEnding } from './run-ended.ts'

const C = 'c0000000-0000-7000-8000-000000000001'
const HOUR_MS = 3_600_000
const KEPT_OUT = failure({ stage: 'http', httpStatus: 403, body: '<title>Access Denied</title> Automated access is not permitted.' }, { code: 'http_refused', retry: { kind: 'at', at: null } })

/** When the next read is planned that would be in an hour, from the end of one that failed so. */
async function nextAfter(world: RepairWorld, failed: ReturnType<typeof failure>, nextSyncAt: number | null, trigger: 'schedule' | 'connect' | 'person' = 'schedule'): Promise<number | null> {
  const ending = onRunEnding({ store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE, institutionOf: () => null }, createEvents())
  await world.store.connections.update(C, { nextSyncAt, lastAttemptAt: world.now, failuresInRow: 2 })
  const connection = (await world.store.connections.get(C))!
  const run = { id: world.entropy.id(), connectionId: C, trigger, startedAt: world.now, endedAt: world.now, outcome: 'failed' as const, stage: null, accounts: [], failure: failed, label: null }
  await world.store.runs.create(run)
  await ending(connection)({ connection, run, question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  return (await world.store.connections.get(C))!.nextSyncAt
}

// Fails when: the card says that tries have stopped, and the usual back-off goes on (was so: every twelve hours, and in minutes at first).
test('a bank that keeps programs out is tried once a day at most; what is not so sure, or waits for a person, as before', async () => {
  const world = await newWorld()
  await world.connect(C)
  const soon = world.now + HOUR_MS
  const rarely = (await nextAfter(world, KEPT_OUT, soon))! - world.now
  assert.equal((await world.problem(C))?.diagnosis.causes[0]?.cause, 'access_restricted')
  assert.ok(rarely >= 24 * HOUR_MS && rarely < 30 * HOUR_MS, `${rarely / HOUR_MS} hours`)
  assert.equal(await nextAfter(world, KEPT_OUT, null), null)
  const other = await newWorld()
  await other.connect(C)
  assert.equal(await nextAfter(other, failure({ stage: 'http', httpStatus: 403 }, { code: 'http_refused', retry: { kind: 'at', at: null } }), soon), soon)
  assert.equal(await nextAfter(other, REFUSED, null), null)
})

// Fails when: nothing that happens before the first read is told (was so): whoever closed the page after signing in heard of nothing, however long the schedule tried in vain.
test('a bank that was never read is no broken feed while somebody waits for its first sign-in; what the schedule tries after that, and fails, is told', async () => {
  for (const [trigger, isTold] of [['connect', false], ['person', false], ['schedule', true]] as const) {
    const world = await newWorld()
    await world.connect(C)
    await world.store.connections.update(C, { state: 'connecting', lastSuccessAt: null })
    await nextAfter(world, REFUSED, null, trigger)
    const repairs = (await world.store.problems.repairs(9)).map(({ connectionId }) => connectionId)
    assert.deepEqual([await world.problem(C) !== null, repairs], [isTold, isTold ? [C] : []], trigger)
  }
})
