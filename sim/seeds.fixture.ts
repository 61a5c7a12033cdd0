/** What every sweep of seeds must come to. */
import assert from 'node:assert/strict'
import type { Report } from './report.ts'

/** Targets of docs/promises.md for many rows; in a few seeds single questions weigh more. */
const MOST_QUESTIONS_PER_ROW = 1 / 500
const LEAST_PROVED = 0.95

export function judge(report: Report): void {
  const { totals, failures } = report
  assert.deepEqual(failures.map(({ line, notes }) => `relink simulate --seed ${line}: ${notes[0]}`), [])
  const { lost, doubled, wronglyMerged, wrongAmount, wrongDay } = totals
  assert.deepEqual({ lost, doubled, wronglyMerged, wrongAmount, wrongDay }, { lost: 0, doubled: 0, wronglyMerged: 0, wrongAmount: 0, wrongDay: 0 })
  assert.ok(totals.questions <= totals.rows * MOST_QUESTIONS_PER_ROW, `${totals.questions} questions for ${totals.rows} rows`)
  assert.ok(totals.provedDays >= totals.coveredDays * LEAST_PROVED, `${totals.provedDays} of ${totals.coveredDays} days proved`)
}
