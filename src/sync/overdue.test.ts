/** Days that were amended, and that the bank does not give any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal, row, World } from './testing.ts'

test('amended days past their time whose read fails had their last one: the feed does not fail because of them for weeks', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-18', '-10.00', 'Old name', { providerId: 'x' })]
  await world.sync()
  world.bank.rows = [row('2026-03-18', '-10.00', 'New name entirely', { providerId: 'x' })]
  await world.sync(1)
  world.bank.onRead = (_context, _ref, asked) => (asked.to < '2026-04-01' ? [{ step: 'failed', failure: refusal('2000'), state: {}, facts: {} }] : null)
  const outcomes: string[] = []
  for (let days = 0; days < 30; days++) outcomes.push((await world.sync(1)).outcome)
  assert.deepEqual(outcomes.slice(-14), Array(14).fill('succeeded'))
})
