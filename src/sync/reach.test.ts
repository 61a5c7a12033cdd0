/** How many days a bank gives, found with few refusals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day, type Day } from '../domain/day.ts'
import { afterGift, afterRefusal, lengthsToAsk, type Reach } from './reach.ts'

const TODAY = day('2026-03-20')

/** One read of so many days at a bank that gives at most `most`: what was asked for, and what came. */
function read(most: number, length: number, before: Reach | undefined, today: Day): { readonly asked: readonly number[]; readonly came: number; readonly reach: Reach | undefined } {
  let reach = before
  const asked: number[] = []
  for (const days of lengthsToAsk(length, reach, today)) {
    asked.push(days)
    if (days <= most) return { asked, came: days, reach: afterGift(reach, days) }
    reach = afterRefusal(reach, days, length, today)
  }
  return { asked, came: 0, reach }
}

// Fails when: a bank that gives fewer than 31 days is never read (was so), or each read pays for what it refuses.
test('whatever a bank gives is found to the day, with at most one refusal a read after the first, and then none', () => {
  for (let most = 1; most <= 40; most += 1) {
    let [reach, refusals]: [Reach | undefined, number] = [undefined, 0]
    for (let at = 0; at < 12; at += 1) {
      const one = read(most, at === 0 ? 730 : 40, reach, TODAY)
      assert.ok(one.came > 0, `${most}`)
      if (at > 0) {
        assert.ok(one.asked.length <= 2, `${most}: ${one.asked.join()}`)
        refusals += one.asked.length - 1
      }
      reach = one.reach
    }
    assert.deepEqual(read(most, 40, reach, TODAY).asked, [most], `${most}`)
    assert.ok(refusals <= 5, `${most}: ${refusals}`)
  }
})

// Fails when: days that were never refused are halved because two years were.
test('what is far shorter than what was refused is asked for whole', () => {
  assert.deepEqual(read(90, 55, { days: 31, refused: 730, on: TODAY }, TODAY), { asked: [55], came: 55, reach: { days: 55, refused: 730, on: TODAY } })
})

test('the whole is asked for again after two weeks; what comes then is known, and so is that a bank refuses less than it did', () => {
  const reach: Reach = { days: 5, refused: 6, on: TODAY }
  assert.deepEqual(read(5, 11, reach, addDays(TODAY, 13)).asked, [5])
  const later = read(5, 11, reach, addDays(TODAY, 14))
  assert.deepEqual([later.asked, later.reach], [[11, 5], { ...reach, on: addDays(TODAY, 14) }])
  assert.deepEqual(read(90, 11, reach, addDays(TODAY, 14)), { asked: [11], came: 11, reach: undefined })
  assert.deepEqual(read(2, 11, reach, TODAY).asked, [5, 1])
})

test('a bank that refuses a single day refuses for another reason: it is not asked on in shorter ones for two weeks', () => {
  const first = read(0, 11, undefined, TODAY)
  assert.deepEqual(first.asked, [11, 7, 1])
  const later = read(0, 11, first.reach, addDays(TODAY, 13))
  assert.deepEqual(later.asked, [11])
  const next = read(3, 11, later.reach, addDays(TODAY, 14))
  assert.deepEqual([next.asked, next.reach], [[11, 7, 1], { days: 1, refused: 7, on: addDays(TODAY, 14) }])
})
