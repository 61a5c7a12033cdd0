import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../domain/evidence.ts'
import { FARTHEST_SYNC_MS } from '../domain/connection.ts'
import { nextSyncAt, type Ended } from './schedule.ts'
import { refusal } from './testing.ts'

const NONE = { requestsPerDay: null, minSecondsBetweenSyncs: null }
const MINUTE = 60_000
const base: Ended = { now: 0, outcome: 'succeeded', failure: null, failuresInRow: 0, isSecondTry: false, limits: NONE, plan: null, fraction: 0.5 }

test('a healthy connection is read four times a day, spread by chance', () => {
  assert.equal(nextSyncAt(base), 360 * MINUTE)
  assert.ok(nextSyncAt({ ...base, fraction: 0 })! < nextSyncAt({ ...base, fraction: 0.99 })!)
})

// Fails when: who waits for a person to choose accounts is signed in to all the same (was so: four times a day, with nothing to read).
test('where no accounts were chosen nothing is signed in for once the sign-in worked; a sign-in that failed is tried again', () => {
  const plan = { everyMinutes: null, hours: null, awaitsChoice: true } as const
  assert.equal(nextSyncAt({ ...base, plan }), null)
  assert.equal(nextSyncAt({ ...base, plan, outcome: 'failed', failure: refusal('2000'), failuresInRow: 1 }), 5 * MINUTE)
})

test('a bank\'s quota and pause are kept', () => {
  assert.equal(nextSyncAt({ ...base, limits: { ...NONE, requestsPerDay: 4 } }), 24 * 60 * MINUTE)
  assert.equal(nextSyncAt({ ...base, fraction: 0, limits: { ...NONE, minSecondsBetweenSyncs: 48 * 3600 } }), 48 * 60 * MINUTE)
})

test('no bank\'s word plans a read further ahead than a month: a plan that stands there is one of a clock that ran ahead', () => {
  const named = (at: number) => nextSyncAt({ ...base, outcome: 'failed', failure: refusal('429', { retry: { kind: 'at', at } }), failuresInRow: 1 })!
  assert.equal(named(400 * 24 * 60 * MINUTE), FARTHEST_SYNC_MS)
  assert.ok(named(30 * 24 * 60 * MINUTE) < FARTHEST_SYNC_MS)
})

test('failures back off up to half a day; Retry-After is honoured; what needs a person is not tried', () => {
  const at = (failuresInRow: number) => nextSyncAt({ ...base, outcome: 'failed', failure: refusal('2000'), failuresInRow })
  assert.deepEqual([at(1), at(2), at(3), at(40)], [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 720 * MINUTE])
  const named = nextSyncAt({ ...base, outcome: 'failed', failure: refusal('429', { retry: { kind: 'at', at: 7_200_000 } }), failuresInRow: 1 })!
  assert.ok(named >= 7_200_000 && named <= 7_200_000 + MINUTE)
  assert.equal(nextSyncAt({ ...base, outcome: 'failed', failure: refusal('15500', { retry: { kind: 'afterPerson' } }), failuresInRow: 1 }), null)
  const withheld = (retry: Failure['retry']) => nextSyncAt({ ...base, outcome: 'failed', failure: refusal('x', { code: 'secret_withheld', retry }), failuresInRow: 1 })
  assert.equal(withheld({ kind: 'afterPerson' }), null)
  assert.ok(withheld({ kind: 'at', at: MINUTE })! >= MINUTE, 'a sign-in that is only waiting for another one is tried again by itself')
})

test('a second try at the password comes when a stumble is over, never sooner than failures alone would have it', () => {
  const at = (failuresInRow: number, outcome: Ended['outcome'] = 'failed') => nextSyncAt({ ...base, outcome, failure: refusal('500', { retry: { kind: 'at', at: null } }), failuresInRow, isSecondTry: true })
  assert.deepEqual([at(1), at(3), at(4), at(1, 'partial')], [30 * MINUTE, 30 * MINUTE, 40 * MINUTE, 30 * MINUTE])
})

// Fails when: a named time replaces the back-off (as it did): a bank that says "in a second" each time was asked 120 times an hour.
test('a time that the bank names makes no read sooner than failures alone would', () => {
  const at = (named: number | null, failuresInRow: number) => nextSyncAt({ ...base, outcome: 'failed', failure: refusal('503', { retry: { kind: 'at', at: named } }), failuresInRow })
  for (const failures of [1, 3, 40]) assert.deepEqual([at(1000, failures), at(-MINUTE, failures)], [at(null, failures), at(null, failures)])
})

test('a person chooses how often and at what hours: never more often than the bank allows, never outside of the hours, not all at their first minute', () => {
  const every = (everyMinutes: number | null, limits = NONE as Ended['limits']) => nextSyncAt({ ...base, limits, plan: { everyMinutes, hours: null } })
  assert.deepEqual([every(60), every(1_440), every(null)], [60 * MINUTE, 1_440 * MINUTE, 360 * MINUTE])
  assert.equal(every(60, { ...NONE, requestsPerDay: 8 }), 720 * MINUTE, 'eight requests are two reads a day')
  const hours = { from: '07:00', to: '19:00', timeZone: 'UTC' }
  const [evening, morning] = [Date.UTC(2026, 9, 14, 17), Date.UTC(2026, 9, 15, 7)]
  const next = (over: Partial<Ended>) => nextSyncAt({ ...base, now: evening, plan: { everyMinutes: 360, hours }, ...over })!
  assert.equal(next({ fraction: 0 }), morning)
  assert.equal(next({ fraction: 0.5 }), morning + 15 * MINUTE)
  assert.ok(next({ fraction: 0.99 }) < morning + 30 * MINUTE)
  assert.equal(next({ outcome: 'failed', failure: refusal('2000'), failuresInRow: 1 }), evening + 5 * MINUTE, 'a retry within the hours stays')
  assert.equal(next({ now: Date.UTC(2026, 9, 14, 18, 58), outcome: 'failed', failure: refusal('2000'), failuresInRow: 1, fraction: 0 }), morning)
  assert.equal(next({ outcome: 'failed', failure: refusal('429', { retry: { kind: 'at', at: Date.UTC(2026, 9, 14, 23) } }), failuresInRow: 1, fraction: 0 }), morning, 'later than the bank named, never sooner')
  assert.equal(next({ outcome: 'failed', failure: refusal('15500', { retry: { kind: 'afterPerson' } }), failuresInRow: 1 }), null)
})
