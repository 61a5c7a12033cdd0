import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { freshnessWord, type FreshnessFacts } from './freshness.ts'

const TODAY = day('2026-10-20')
const NOW = Date.parse('2026-10-20T12:00:00Z')
const HOUR_MS = 3_600_000
const every = (days: number, count = 20, newest = TODAY) => Array.from({ length: count }, (_, at) => addDays(newest, -days * at))
const FRESH: FreshnessFacts = { now: NOW, isRead: true, isPaused: false, isEnded: false, askedAt: NOW - HOUR_MS, answeredAt: NOW - HOUR_MS, needsPerson: false, isBankSilent: true, bankDataOn: TODAY, bookedOn: every(1) }

test('each word says what was observed and no more', () => {
  assert.equal(freshnessWord(FRESH), 'up_to_date')
  assert.equal(freshnessWord({ ...FRESH, isPaused: true }), 'paused')
  assert.equal(freshnessWord({ ...FRESH, isPaused: true, isEnded: true }), 'no_longer_read')
  assert.equal(freshnessWord({ ...FRESH, isRead: false, askedAt: null, answeredAt: null }), 'from_files')
  assert.equal(freshnessWord({ ...FRESH, answeredAt: NOW - 20 * HOUR_MS }), 'not_answering')
  assert.equal(freshnessWord({ ...FRESH, answeredAt: null }), 'not_answering')
  for (const answeredAt of [null, NOW - 20 * HOUR_MS]) assert.equal(freshnessWord({ ...FRESH, answeredAt, isBankSilent: false }), 'not_readable', 'what answers that it was asked too often is not said to be silent')
  assert.equal(freshnessWord({ ...FRESH, askedAt: null, answeredAt: null }), 'not_read')
  assert.equal(freshnessWord({ ...FRESH, needsPerson: true, answeredAt: null }), 'needs_you')
})

test('a bank whose own data is days old is behind, although it answered; over a weekend it is not', () => {
  assert.equal(freshnessWord({ ...FRESH, bankDataOn: addDays(TODAY, -4) }), 'bank_is_behind')
  assert.equal(freshnessWord({ ...FRESH, bankDataOn: addDays(TODAY, -3) }), 'up_to_date')
  assert.equal(freshnessWord({ ...FRESH, bankDataOn: null }), 'up_to_date')
})

test('how quiet an account may be is learned from its own rows', () => {
  const quietFor = (days: number, pause: number, count?: number) => freshnessWord({ ...FRESH, bookedOn: every(pause, count, addDays(TODAY, -days)) })
  assert.equal(quietFor(3, 1), 'quiet_as_usual')
  assert.equal(quietFor(9, 1), 'unusually_quiet')
  assert.equal(quietFor(9, 7), 'quiet_as_usual')
  assert.equal(quietFor(40, 30), 'quiet_as_usual')
  assert.equal(quietFor(9, 1, 4), 'quiet_as_usual', 'too few rows to know what is usual')
  assert.equal(freshnessWord({ ...FRESH, bookedOn: [] }), 'up_to_date')
})
