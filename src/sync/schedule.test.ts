import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../domain/evidence.ts'
import { FARTHEST_SYNC_MS } from '../domain/connection.ts'
import { nextSyncAt, type Ended } from './schedule.ts'
import { refusal } from './testing.ts'

const NONE = { requestsPerDay: null, minSecondsBetweenSyncs: null }
const MINUTE = 60_000
const base: Ended = { now: 0, outcome: 'succeeded', failure: null, failuresInRow: 0, limits: NONE, fraction: 0.5 }

test('a healthy connection is read four times a day, spread by chance', () => {
  assert.equal(nextSyncAt(base), 360 * MINUTE)
  assert.ok(nextSyncAt({ ...base, fraction: 0 })! < nextSyncAt({ ...base, fraction: 0.99 })!)
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
