import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedLook } from './look-at-host.ts'

// Fails when: each question looks (was so: whoever may ask this server had it call the sites of five banks as often as they liked).
test('who asks within a few seconds is told of one look; later, and after one that failed, it is looked anew', async () => {
  const clock = { at: 1_000_000, now: () => clock.at }
  let looks = 0
  const check = sharedLook(clock, async () => {
    if (++looks === 3) throw new Error('no')
    return []
  })
  await Promise.all([check(), check(), check()])
  clock.at += 4_000
  await check()
  assert.equal(looks, 1)
  clock.at += 1_000
  await check()
  clock.at += 5_000
  await assert.rejects(check())
  clock.at += 5_000
  await check()
  assert.equal(looks, 4)
})
