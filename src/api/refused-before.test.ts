/** How many answers to a bank's questions were refused before this one: what the form says of the last answer, and how many tries are safe. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Challenge } from '../domain/connection.ts'
import { aChallenge, aConnection, newId } from '../store/fixtures.ts'
import { memoryTwin } from '../store/testing.ts'
import { challengeResource } from './shapes.ts'

/** Of a question that is asked at 100, after these. */
async function refusedBefore(before: readonly (readonly [askedAt: number, state: Challenge['state']])[], lastSuccessAt: number | null): Promise<number> {
  const tenant = await memoryTwin().newTenant()
  const connection = aConnection({ lastSuccessAt })
  await tenant.connections.create(connection)
  for (const [askedAt, state] of before) await tenant.challenges.create(aChallenge(connection.id, newId(), { askedAt, state }))
  const now = aChallenge(connection.id, newId(), { askedAt: 100 })
  await tenant.challenges.create(now)
  return (await challengeResource('en', tenant, now)).refusedBefore
}

test('answers are counted that were refused in a row: an accepted one ends it, one that was never judged does not', async () => {
  assert.equal(await refusedBefore([], null), 0)
  assert.equal(await refusedBefore([[10, 'refused'], [20, 'refused']], 5), 2)
  assert.equal(await refusedBefore([[10, 'refused'], [20, 'accepted'], [30, 'refused']], null), 1)
  assert.equal(await refusedBefore([[10, 'refused'], [20, 'cancelled']], null), 1)
})

// Fails when: a code that was refused months ago, and after which the bank was read without one, is said to be the answer just given (was so).
test('a read that worked since ends it, also where the bank asked nothing for it', async () => {
  assert.equal(await refusedBefore([[10, 'refused'], [20, 'refused']], 50), 0)
  assert.equal(await refusedBefore([[10, 'refused'], [60, 'refused']], 50), 1)
})
