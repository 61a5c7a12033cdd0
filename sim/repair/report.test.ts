/** What repairing costs: the figures of `relink simulate --report repair` on every third fault and some pairs, and that wrong ways are seen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryGround } from '../ground.ts'
import { playEpisode, RepairReport, strikesOf } from './report.ts'
import { playOurs } from './ways.ts'

const ground = await memoryGround()

// Fails when: a plan waits for ever, or asks for what does not help first; seen with both (a proof that waited for a schedule that was always ahead of it).
test('feeds that broke are understood and mended with a quarter of the classic minutes, and nobody is asked for a password while the bank is down', async () => {
  const report = new RepairReport()
  let at = 0
  for (const { seed, strikes } of strikesOf(3, 12)) if (strikes.length > 1 || at++ % 3 === 0) report.add(await playEpisode(seed, strikes, ground))
  const { broken, rightAfterProbes, mended, minutes, askedWhileDown, secretsResent } = report.total
  const told = JSON.stringify(report.wrong.map(({ faults, ours }) => [faults, ours.causeAfterProbes, ours.truths, ours.mended, ours.acts]))
  assert.ok(broken >= 25, String(broken))
  assert.equal(mended, broken, told)
  assert.ok(rightAfterProbes >= 0.9 * broken, told)
  assert.ok(minutes.ours <= minutes.classic / 4, `${minutes.ours} of ${minutes.classic}: ${told}`)
  assert.ok(minutes.ours <= minutes.oracle * 1.3, `${minutes.ours} of ${minutes.oracle}: ${told}`)
  assert.deepEqual({ askedWhileDown, secretsResent }, { askedWhileDown: 0, secretsResent: 0 })
})

test('the same seed costs the same', async () => {
  const [{ seed, strikes }] = [...strikesOf(5, 1)].slice(-1) as [{ seed: number; strikes: Parameters<typeof playOurs>[1] }]
  assert.deepEqual(await playOurs(seed, strikes, ground), await playOurs(seed, strikes, ground))
})
