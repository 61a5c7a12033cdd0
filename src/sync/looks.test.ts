/** Days that were long past when they came are looked at once more, whatever comes between; and what that costs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day, type DayRange } from '../domain/day.ts'
import { refusal, row, World } from './testing.ts'
import { lookedAtLater, NO_PROGRESS, sinceStart } from './window.ts'

/** A bank whose history was read for the first time, and which books a row late there the day after. */
async function readOnce(daysBehind = 0): Promise<World> {
  const world = await new World('2026-03-20').connect()
  world.bank.rows = [row('2026-02-10', '-4.50', 'Bakery', { providerId: 'a' })]
  world.bank.covers = (asked) => cut(asked, addDays(day(world.today()), -daysBehind))
  await world.sync()
  world.bank.rows.push(row('2026-02-12', '-9.90', 'Late Fee', { providerId: 'late' }))
  return world
}

function cut({ from, to }: DayRange, last: DayRange['to']): DayRange | null {
  return from > last ? null : { from, to: to < last ? to : last }
}

// Fails when: a look that is long overdue is dropped by the newest answer before it was asked for (was so): after a pause the row was lost.
for (const days of [24, 25, 60, 400]) {
  test(`after a pause of ${days} days the look that fell into it is made by the first read`, async () => {
    const world = await readOnce()
    await world.sync(days)
    assert.ok((await world.feed()).includes('2026-02-12 -990 Late Fee'), `${await world.feed()}`)
    world.bank.reads = []
    await world.sync(1)
    assert.equal(world.bank.reads.length, 1)
  })
}

test('a look that the bank never answers is given up two weeks later', async () => {
  const world = await readOnce()
  world.bank.onRead = (_context, _ref, asked) => (asked.to < day(world.today()) ? [{ step: 'failed', failure: refusal('2000'), state: {}, facts: {} }] : null)
  for (let at = 0; at < 24; at++) assert.equal((await world.sync(1)).outcome, 'succeeded')
  world.bank.reads = []
  for (let at = 0; at < 10; at++) await world.sync(1)
  assert.equal(world.bank.reads.length, 10 + 1)
})

// Fails when: the days of a bank that is some days behind have a look each (was so): the first looks were dropped for the newest before they were due.
for (const daysBehind of [0, 3, 4, 12]) {
  test(`a bank that is ${daysBehind} days behind and read daily has its history looked at once more, and is asked nothing else beside its newest days`, async () => {
    const world = await readOnce(daysBehind)
    world.bank.reads = []
    for (let at = 0; at < 40; at++) await world.sync(1)
    assert.ok((await world.feed()).includes('2026-02-12 -990 Late Fee'), `${await world.feed()}`)
    assert.equal(world.bank.reads.length, 40 + 1)
  })
}

test('days before the account\'s start are not looked at, and nothing waits for them', () => {
  const looks = [{ from: day('2026-02-01'), to: day('2026-03-02'), on: day('2026-03-30') }]
  assert.deepEqual(sinceStart({ ...NO_PROGRESS, looks }, [], day('2026-03-02')).looks, looks)
  assert.deepEqual(sinceStart({ ...NO_PROGRESS, looks }, [], day('2026-03-03')).looks, [])
})

// Fails when: of too many looks the oldest are dropped (was so): where each read brings new ones, none comes due.
test('of more looks than are kept those stay that come due first', () => {
  const today = day('2026-03-20')
  const looks = Array.from({ length: 40 }, (_, at) => ({ from: addDays(today, -80 + 2 * at), to: addDays(today, -80 + 2 * at), on: addDays(today, 1 + at % 10) }))
  const covered = [{ from: day('2026-01-01'), to: today }]
  const kept = lookedAtLater({ ...NO_PROGRESS, looks }, { from: today, to: today }, covered, today).looks
  assert.deepEqual([kept.length, kept.at(-1)!.on], [32, addDays(today, 8)])
})
