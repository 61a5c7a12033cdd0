import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, type Day } from '../domain/day.ts'
import type { BalanceSpan, Coverage } from '../domain/run.ts'
import { dayStates } from './day-states.ts'

const NOW = Date.parse('2026-10-10T12:00:00Z')
const covered = (from: string, to: string): Coverage => ({ accountId: 'a', sourceId: 's', runId: 'r', from: day(from), to: day(to) })
const span = (from: string, to: string, status: BalanceSpan['status']): BalanceSpan => ({ accountId: 'a', sourceId: 's', from: day(from), to: day(to), opening: 0n, closing: 0n, rowsSum: 0n, status })
const out = (from: string, to: string | null) => ({ startedAt: Date.parse(`${from}T02:00:00Z`), endedAt: to === null ? null : Date.parse(`${to}T05:00:00Z`) })
const states = (...args: Parameters<typeof dayStates> extends [infer C, infer S, ...unknown[]] ? [C, S, readonly ReturnType<typeof out>[]] : never) =>
  dayStates(args[0], args[1], NOW, 10, args[2]).map(({ day: on, state, wasOut }) => `${(on as Day).slice(8)} ${state}${wasOut ? ', was out' : ''}`)

test('a day shows its final truth; an outage is shown where nothing was read, and beside what was read all the same', () => {
  assert.deepEqual(states([covered('2026-10-02', '2026-10-04'), covered('2026-10-07', '2026-10-08')], [span('2026-10-02', '2026-10-03', 'proved'), span('2026-10-06', '2026-10-07', 'broken')], [out('2026-10-03', '2026-10-03'), out('2026-10-06', '2026-10-06'), out('2026-10-09', null)]), [
    '01 before', '02 covered', '03 proved, was out', '04 covered', '05 gap', '06 outage', '07 broken', '08 covered', '09 outage', '10 outage',
  ])
})

// Fails when: days on which the bank was asked and refused are shown as not asked for (was so: a password that was wrong for a week looked like a week to come).
test('days after the last answer are missing up to the day on which the bank was last asked, and not asked for after it', () => {
  const asked = (until: string | null) => dayStates([covered('2026-10-02', '2026-10-05')], [], NOW, 10, [out('2026-10-07', '2026-10-07')], until === null ? null : day(until)).map(({ state }) => state)
  assert.deepEqual(asked('2026-10-08'), ['before', 'covered', 'covered', 'covered', 'covered', 'gap', 'outage', 'gap', 'before', 'before'])
  assert.deepEqual(asked('2026-10-04').slice(5), asked(null).slice(5), 'what was answered since is not missing')
  assert.deepEqual(asked(null).slice(5), ['before', 'outage', 'before', 'before', 'before'])
})

test('before anything was connected no outage counts', () => {
  assert.ok(states([], [], [out('2026-10-01', null)]).every((line) => line.endsWith('before')))
})
