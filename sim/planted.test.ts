/** The simulator bites: each planted bug is found. A bug that is not would mean that the simulator has failed, not the bug. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryGround } from './ground.ts'
import { readLine } from './plan.ts'
import { findPlanted, MOST_SEEDS, PLANTED_BUGS } from './planted/index.ts'
import { scenarioOf } from './scenarios.ts'
import { isClean } from './shrink.ts'
import { playSafely } from './simulate.ts'

const ground = await memoryGround()

test('at least 25 planted bugs, each with a name of its own and a scenario that exists', () => {
  assert.ok(PLANTED_BUGS.length >= 25)
  assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length)
  for (const { name, scenario } of PLANTED_BUGS) assert.ok(scenarioOf(scenario) !== null, name)
})

for (const bug of PLANTED_BUGS) {
  test(`planted: ${bug.name}, found within ${MOST_SEEDS} seeds`, async (t) => {
    const { line, seeds, shown } = await findPlanted(bug, ground)
    assert.ok(line !== null, `not found in ${seeds} seeds: ${bug.what}`)
    t.diagnostic(`seed ${seeds}: ${shown}`)
    assert.equal(readLine(line)?.scenario, bug.scenario)
  })
}

test('a line that shows a planted bug shows it again, byte for byte', async () => {
  const [{ plant, scenario }] = PLANTED_BUGS as [(typeof PLANTED_BUGS)[number]]
  const line = readLine(`${scenario}:1`)!
  const [once, again] = [await playSafely(line, { ...ground, plant }), await playSafely(line, { ...ground, plant })]
  const bytes = (outcome: typeof once): string => JSON.stringify(outcome, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  assert.equal(isClean(once), false)
  assert.equal(bytes(again), bytes(once))
})
