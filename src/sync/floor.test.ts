/** Where the history of an account begins: what an answer may say of it, and what none may. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, maxDay } from '../domain/day.ts'
import { row, World } from './testing.ts'

const ROWS = [row('2025-11-02', '-1', 'Old', { providerId: 'a' }), row('2026-03-01', '-2', 'Before', { providerId: 'b' }), row('2026-03-12', '-3', 'Week', { providerId: 'c' }), row('2026-03-20', '-4', 'Today', { providerId: 'd' })]

/** Reads every six hours for so many days. */
async function live(world: World, days: number): Promise<void> {
  for (let read = 0; read < days * 4; read++) await world.sync(0.25)
}

// Fails when: an answer that named no days puts the floor behind its window, as it did: of the history that came a day later only the newest row was taken.
test('a bank that names no days at first: the whole history comes once it does', async () => {
  const world = await new World().connect()
  world.bank.covers = () => null
  await world.sync()
  await live(world, 3)
  world.bank.covers = (asked) => asked
  world.bank.rows = [...ROWS]
  await live(world, 1)
  assert.equal((await world.feed()).length, ROWS.length)
})

// Fails when: the floor of an account that never showed a row moves along with today, as it did: a row that was dated before the day of the read never came.
test('an account without days for two months: its first row comes, although it is dated two days back', async () => {
  const world = await new World().connect()
  world.bank.covers = () => null
  await world.sync()
  await live(world, 60)
  world.bank.covers = (asked) => asked
  world.bank.rows = [row(world.today(-2), '-5', 'First', { providerId: 'f' })]
  await live(world, 1)
  assert.equal((await world.feed()).length, 1)
})

// Fails when: two answers within an hour are enough, or a floor lies among the newest days (each was so): what the bank had still to load was never asked for again.
test('a bank that shows the newest days only while it loads the rest', async () => {
  const world = await new World().connect()
  const since = day(world.today())
  world.bank.covers = (asked) => (asked.to < since ? null : { ...asked, from: maxDay(asked.from, since) })
  await world.sync()
  await live(world, 1)
  world.bank.covers = (asked) => asked
  world.bank.rows = [...ROWS]
  await live(world, 1)
  assert.equal((await world.feed()).length, ROWS.length)
})

test('history that a bank did not give on two days is left alone', async () => {
  const world = await new World().connect()
  const floor = day(world.today(-60))
  world.bank.covers = (asked) => (asked.to < floor ? null : { ...asked, from: maxDay(asked.from, floor) })
  await world.sync()
  await live(world, 2)
  world.bank.reads = []
  await live(world, 1)
  assert.deepEqual(new Set(world.bank.reads.map(({ asked }) => asked.from)), new Set([world.today(-10), world.today(-11)]), 'the newest days each time, and nothing else')
})

// Fails when: days that no answer told make a floor, as they did.
test('a quarter without rows, of which the bank names no days, hides none of the history before it', async () => {
  const world = await new World().connect()
  const [from, to] = [day(world.today(-179)), day(world.today(-90))]
  world.bank.covers = (asked) => (asked.from >= from && asked.to <= to ? null : asked)
  world.bank.rows = [row(world.today(-300), '-1', 'Old', { providerId: 'a' })]
  await world.sync()
  await live(world, 8)
  assert.equal((await world.feed()).length, 1)
})
