/** Each class of the 61 real reports as a scenario that the simulator plays, with every judge looking. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryGround } from './ground.ts'
import { lineOf } from './plan.ts'
import { SCENARIOS } from './scenarios.ts'
import { simulate } from './simulate.ts'

const ground = await memoryGround()
const OF_REPORTS = SCENARIOS.filter(({ reports }) => reports !== null)

test('the classes A to K each have a scenario, and together they stand for all 61 reports', () => {
  assert.equal(OF_REPORTS.map(({ reports }) => reports!.class).join(''), 'ABCDEFGHIJK')
  const named = new Set(OF_REPORTS.flatMap(({ reports }) => reports!.numbers))
  assert.deepEqual([...named].sort((a, b) => a - b), Array.from({ length: 61 }, (_, at) => at + 1))
  assert.equal(new Set(SCENARIOS.map(({ name }) => name)).size, SCENARIOS.length)
})

for (const { name, reports, what } of SCENARIOS) {
  const stands = reports === null ? '' : ` (class ${reports.class}, reports ${reports.numbers.join(', ')})`
  test(`${name}${stands}: ${what} Nothing is lost, doubled, merged or wrong`, async () => {
    const { failures, totals } = await simulate({ ground, first: lineOf(1, name), runs: 2, mostShrunk: 0 })
    assert.deepEqual(failures, [])
    assert.ok(totals.rows > 100, 'the accounts were in use')
    assert.ok(totals.provedDays <= totals.coveredDays, 'a day that two sources prove is one')
  })
}

test('what happens in a scenario happens: the bank is asked under it, and its acts are done', async () => {
  const insisted = await simulate({ ground, first: lineOf(1, 'linked-anew'), runs: 1 })
  assert.equal(insisted.classes.find((row) => row.class === 'reissued-ids')?.seeds, 1)
  assert.equal(insisted.classes.find((row) => row.class === 'account')?.seeds, 1)
})
