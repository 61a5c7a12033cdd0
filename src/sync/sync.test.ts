import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf, row, World } from './testing.ts'

test('a first sync brings every row in, and the same answer again changes nothing', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-12.50', 'Bakery', { providerId: 'a' }), row('2026-03-03', '900', 'Payroll', { providerId: 'b' })]
  const first = await world.sync()
  assert.equal(first.outcome, 'succeeded')
  assert.equal(outcomeOf(first).added, 2)
  const before = await world.all()
  const second = await world.sync(1)
  assert.deepEqual({ added: outcomeOf(second).added, changed: outcomeOf(second).changed }, { added: 0, changed: 0 })
  assert.deepEqual(await world.all(), before)
  assert.equal((await world.store.connections.get(world.connectionId))?.state, 'active')
})
