/** Days that a person wants to be asked for again: asked once, whatever lies between, and what was not answered is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadStep } from '../connector-kit/connector.ts'
import { day, type DayRange } from '../domain/day.ts'
import { unansweredIn } from './ask-again.ts'
import { syncConnection } from './sync.ts'
import { refusal, row, World } from './testing.ts'

const REFUSED: readonly ReadStep[] = [{ step: 'failed', failure: refusal('2020', { retry: { kind: 'never' } }), state: {}, facts: {} }]

async function worldWithHole(): Promise<World> {
  const world = await new World('2026-06-01').connect()
  world.bank.rows = [row('2026-03-02', '-5', 'Kiosk', { providerId: 'a' })]
  await world.sync()
  await world.store.accounts.update(await world.accountId(), { startOn: day('2026-01-01') })
  // An outage whose days the bank refuses from then on.
  world.now += 40 * 86_400_000
  world.bank.onRead = (_context, _ref, asked) => (asked.from > '2026-05-31' && asked.to < '2026-07-02' ? REFUSED : null)
  for (let days = 0; days < 8; days++) assert.equal((await world.sync(1)).outcome, 'succeeded')
  world.bank.reads = []
  return world
}

async function askFor(world: World, days: DayRange): Promise<{ readonly outcome: string; readonly unanswered: readonly DayRange[] }> {
  const again = { accountId: await world.accountId(), days }
  const done = await syncConnection(world.deps, world.connectionId, 'person', { again })
  assert.ok(done.ok)
  return { outcome: done.value.outcome, unanswered: await unansweredIn(world.store, done.value.id, again) }
}
const asked = (world: World, on: string) => world.bank.reads.filter(({ asked }) => asked.from <= on && on <= asked.to).length

// Fails when: the days go in with those in doubt, as they did: cut at the hole, and asked for by each read until tomorrow.
test('days before a hole that stays are asked for, once', async () => {
  const world = await worldWithHole()
  world.bank.rows.push(row('2026-03-05', '-7', 'Came late', { providerId: 'b' }))
  assert.deepEqual(await askFor(world, { from: day('2026-03-01'), to: day('2026-03-10') }), { outcome: 'succeeded', unanswered: [] })
  assert.deepEqual((await world.feed()).filter((one) => one.includes('Came late')), ['2026-03-05 -700 Came late'])
  await world.sync()
  await world.sync(1)
  assert.equal(asked(world, '2026-03-05'), 1)
})

test('what the bank refuses of them is told, and is no failure of the feed; nothing before the account\'s start is asked for', async () => {
  const world = await worldWithHole()
  world.bank.onRead = (_context, _ref, asked) => (asked.from < '2026-02-01' ? REFUSED : null)
  const days = { from: day('2025-12-20'), to: day('2026-01-10') }
  assert.deepEqual(await askFor(world, days), { outcome: 'succeeded', unanswered: [days] })
  assert.deepEqual([asked(world, '2025-12-31'), asked(world, '2026-01-05')], [0, 1])
  await world.sync(1)
  assert.equal(asked(world, '2026-01-05'), 1, 'a refusal is an answer')
})

test('a question of the bank\'s or a failure in between does not forget them', async () => {
  const world = await worldWithHole()
  const days = { from: day('2026-03-01'), to: day('2026-03-10') }
  world.bank.onRead = (_context, _ref, asked) => (asked.to <= '2026-03-31' ? [{ step: 'failed', failure: refusal('503', { code: 'bank_unreachable', stage: 'connect', retry: { kind: 'at', at: null } }), state: {}, facts: {} }] : null)
  const first = await askFor(world, days)
  assert.deepEqual([first.outcome, first.unanswered], ['failed', [days]])
  world.bank.onRead = () => null
  world.bank.reads = []
  await world.sync(1)
  await world.sync(1)
  assert.equal(asked(world, '2026-03-05'), 1)
})
