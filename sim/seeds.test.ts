import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { memoryGround, postgresGround } from './ground.ts'
import { lineOf } from './plan.ts'
import type { Report } from './report.ts'
import { simulate } from './simulate.ts'

/** Targets of docs/promises.md for many rows; in a few seeds single questions weigh more. */
const MOST_QUESTIONS_PER_ROW = 1 / 500
const LEAST_PROVED = 0.95

function judge(report: Report): void {
  const { totals, failures } = report
  assert.deepEqual(failures.map(({ line, notes }) => `relink simulate --seed ${line}: ${notes[0]}`), [])
  const { lost, doubled, wronglyMerged, wrongAmount, wrongDay } = totals
  assert.deepEqual({ lost, doubled, wronglyMerged, wrongAmount, wrongDay }, { lost: 0, doubled: 0, wronglyMerged: 0, wrongAmount: 0, wrongDay: 0 })
  assert.ok(totals.questions <= totals.rows * MOST_QUESTIONS_PER_ROW, `${totals.questions} questions for ${totals.rows} rows`)
  assert.ok(totals.provedDays >= totals.coveredDays * LEAST_PROVED, `${totals.provedDays} of ${totals.coveredDays} days proved`)
}

test('300 seeds in memory: nothing lost, doubled, merged or wrong, and every feed ends whole', async () => {
  judge(await simulate({ ground: await memoryGround(), first: lineOf(1), runs: 300, mostShrunk: 2 }))
})

test('50 seeds on PostgreSQL, the same way', async (t) => {
  const config = readConfig({}, 'linux')
  assert.ok(config.ok)
  const ground = await postgresGround(config.value)
  t.after(() => ground.close())
  judge(await simulate({ ground, first: lineOf(1), runs: 50, mostShrunk: 0 }))
})
