/** The test of an outage: against the bank's own rate, with few and with many, and seldom wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learn, meanOf, PRIOR, testForOutage, type Witness } from './outage-test.ts'

const ALL_AT_ONCE = (failed: number, worked: number): Witness[] => [...Array<Witness>(failed).fill({ at: 5, failed: true }), ...Array<Witness>(worked).fill({ at: 5, failed: false })]
const down = (witnesses: readonly Witness[], base = PRIOR, connections = witnesses.length): boolean => testForOutage(witnesses, base, connections * 4 * 365).down

// Fails when: the second witness is not asked for; the bank's own rate is not used; successes do not count.
test('an unknown bank is down when two of two or three fail; one alone never is, however good the bank was', () => {
  assert.deepEqual([down(ALL_AT_ONCE(2, 0)), down(ALL_AT_ONCE(2, 1)), down(ALL_AT_ONCE(1, 5))], [true, true, false])
  assert.equal(down(ALL_AT_ONCE(1, 0), learn(PRIOR, 0, 100_000)), false)
  assert.deepEqual(testForOutage([], PRIOR, 1), { down: false, since: null, evidence: 0 })
})

test('the same failures are an outage at a bank that never fails and chance at one that often does', () => {
  const [good, bad] = [learn(PRIOR, 1, 2_000), learn(PRIOR, 200, 1_800)]
  assert.ok(meanOf(good) < 0.001 && Math.abs(meanOf(bad) - 0.1) < 0.01)
  assert.deepEqual([down(ALL_AT_ONCE(3, 0), good), down(ALL_AT_ONCE(3, 0), bad), down(ALL_AT_ONCE(6, 0), bad)], [true, false, true])
})

test('of hundreds of connections the newest few are enough, and say since when', () => {
  const witnesses = Array.from({ length: 300 }, (_, at) => ({ at, failed: at >= 295 }))
  const found = testForOutage(witnesses, learn(PRIOR, 900, 89_100), 438_000)
  assert.deepEqual([found.down, found.since], [true, 295])
})

test('who was read after the outage shows that it is over', () => {
  const struck = Array.from({ length: 3 }, (_, at) => ({ at, failed: true }))
  assert.equal(down(struck), true)
  assert.equal(down([...struck, { at: 9, failed: false }, { at: 10, failed: false }]), false)
})

test('half of all failing is seen, too, where there are enough of them', () => {
  assert.equal(down(Array.from({ length: 30 }, (_, at) => ({ at, failed: at >= 14 && at % 2 === 0 })), learn(PRIOR, 20, 1_980)), true)
})

// The promise in docs/bank-health.md, by counting: of so many looks at chance alone at most one in `readsPerYear` may alarm, whatever the number of connections.
test('chance alone passes the threshold no more often than promised', () => {
  let state = 12_345
  const chance = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  for (const [connections, rate] of [[3, 0.02], [30, 0.02], [300, 0.05]] as const) {
    const looks = 90_000 / connections
    let alarms = 0
    for (let look = 0; look < looks; look++) {
      const witnesses = Array.from({ length: connections }, (_, at) => ({ at, failed: chance() < rate }))
      if (testForOutage(witnesses, learn(PRIOR, rate * 20_000, (1 - rate) * 20_000), 1_000).down) alarms += 1
    }
    assert.ok(alarms <= Math.ceil((2 * looks) / 1_000), `${connections} connections: ${alarms} alarms in ${looks} looks`)
  }
})
