/** How many days a bank gives, found with few refusals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day, daysBetween, type Day } from '../domain/day.ts'
import { afterGift, afterNothing, afterRefusal, lengthsToAsk, type Reach } from './reach.ts'
import { refusal, row, World } from './testing.ts'

const TODAY = day('2026-03-20')

/** One read of so many days at a bank that gives at most `most`: what was asked for, and what came. */
function read(most: number, length: number, before: Reach | undefined, today: Day): { readonly asked: readonly number[]; readonly came: number; readonly reach: Reach | undefined } {
  let reach = before
  const asked: number[] = []
  const lengths = lengthsToAsk(length, reach, today)
  for (const days of lengths) {
    asked.push(days)
    if (days <= most) return { asked, came: days, reach: afterGift(reach, days) }
    reach = afterRefusal(reach, days, length, today)
  }
  return { asked, came: 0, reach: afterNothing(before, today, lengths[0] === length) }
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

// Fails when: a bank that was of no use on one day is believed to give no length for two weeks (was so): it gave its days, and nobody asked for so few.
test('a bank that refuses a single day refuses for another reason: that day it is not asked on, then for one day, once a day; what it gave before holds', () => {
  const first = read(0, 11, undefined, TODAY)
  assert.deepEqual([first.asked, read(0, 11, first.reach, TODAY).asked], [[11, 7, 1], [11]])
  const [next, better] = [read(0, 12, first.reach, addDays(TODAY, 1)), read(5, 12, first.reach, addDays(TODAY, 1))]
  assert.deepEqual([next.asked, read(0, 12, next.reach, addDays(TODAY, 1)).asked], [[12, 1], [12]])
  assert.deepEqual([better.asked, better.came, read(5, 12, better.reach, addDays(TODAY, 1)).asked], [[12, 1], 1, [6, 1]])
  assert.deepEqual(read(12, 12, first.reach, TODAY), { asked: [12], came: 12, reach: undefined })
  const reach: Reach = { days: 5, refused: 6, on: TODAY }
  const none = read(0, 11, reach, addDays(TODAY, 3))
  assert.deepEqual([none.asked, none.reach], [[5, 1], reach], 'a bad day does not put off when the whole is asked for')
})

const TOO_WIDE = refusal('2027', { retry: { kind: 'never' } })

// Fails when: one bad day of a bank that gives few days keeps its feed away for two weeks (was so): from then on it was asked for more than it gives.
for (const most of [3, 12]) {
  test(`a bank that gives ${most} days and refuses everything on one day is read again the day after`, async () => {
    const world = await new World('2026-03-20').connect()
    const gives = (days: number) => (world.bank.onRead = (_context, _ref, asked) => (daysBetween(asked.from, day(world.today())) >= days ? [{ step: 'failed', failure: TOO_WIDE, state: {}, facts: {} }] : null))
    gives(most)
    for (let at = 0; at < 14; at += 1) await world.sync(1)
    gives(0)
    assert.equal((await world.sync(1)).outcome, 'failed')
    gives(most)
    world.bank.rows = [row(world.today(1), '-4.50', 'Bakery')]
    assert.equal((await world.sync(1)).outcome, 'succeeded')
    assert.equal((await world.feed()).length, 1)
  })
}

// Fails when: what a bank answers to fewer days is dropped for its word on the length (was so): a bank that went away meanwhile was said to give few days, and older history was given up for good.
test('a bank that goes away while fewer days are asked for is away, and its history is asked for again', async () => {
  const world = await new World('2026-03-20').connect()
  const away = refusal('2000')
  const refusing = (from: number) => (world.bank.onRead = (_context, _ref, asked) => (asked.to > day(world.today(from)) ? null : [{ step: 'failed', failure: daysBetween(asked.from, asked.to) > 31 ? TOO_WIDE : away, state: {}, facts: {} }]))
  refusing(0)
  assert.equal((await world.sync()).failure?.evidence[0].codes?.[0], '2000')
  refusing(-1)
  await world.sync()
  world.bank.onRead = () => null
  world.bank.rows = [row('2025-06-02', '-4.50', 'Bakery')]
  await world.sync(1)
  assert.equal((await world.feed()).length, 1)
})

// Fails when: days that were refused for long are never asked for again (was so): what was booked late there was lost.
for (const [what, isRefused] of [['at once', 'length'], ['of the newest', 'age']] as const) {
  test(`a bank that gives three days ${what} for a month shows after it what it had booked late`, async () => {
    const world = await new World('2026-03-01').connect()
    const [early, late] = [row('2026-03-01', '-4.50', 'Bakery', { providerId: 'a' }), row('2026-02-27', '-9.90', 'Late Fee', { providerId: 'late' })]
    world.bank.rows = [early]
    for (let at = 0; at < 4; at++) await world.sync(1)
    world.bank.onRead = (_context, _ref, asked) => {
      const refuses = isRefused === 'length' ? daysBetween(asked.from, asked.to) >= 3 : daysBetween(asked.from, day(world.today())) >= 3
      return refuses ? [{ step: 'failed', failure: TOO_WIDE, state: {}, facts: {} }] : null
    }
    for (let at = 0; at < 3; at++) await world.sync(1)
    world.bank.rows = [early, late]
    for (let at = 0; at < 27; at++) await world.sync(1)
    world.bank.onRead = () => null
    for (let at = 0; at < 21; at++) await world.sync(1)
    assert.ok((await world.feed()).includes('2026-02-27 -990 Late Fee'), `${await world.feed()}`)
  })
}
