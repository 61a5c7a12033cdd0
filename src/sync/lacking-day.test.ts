/** An answer that lacks a whole day, in the life of somebody who pays the same in the same shops each day; and a bank that dates a day's rows anew, which looks alike. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { decimal, row, World } from './testing.ts'

const START = day('2026-05-01')
const HABITS = [['-3.50', 'Coffee Bar'], ['-2.80', 'City Bus'], ['-12.00', 'Canteen'], ['-5.10', 'Kiosk']] as const
const LAST = 19

type Life = { readonly ids: 'none' | 'stable' | 'fresh'; readonly numbered: boolean; readonly balance: boolean }

/** What the bank lists of the days 0 to `to`, at the `read`-th read. `placed`: on which day it lists the rows of a day; null: not at all. */
function listed({ ids, numbered }: Life, to: number, read: number, placed: (on: number) => number | null = (on) => on, alone = false): readonly StatementRow[] {
  return Array.from({ length: to + 1 }, (_, on) => {
    const at = placed(on)
    if (at === null) return []
    const bought = [...HABITS.map(([amount, name], index) => [amount, numbered ? `${name} ${1000 + ((on * 7 + index) * 37) % 997}` : name] as const), ...(alone ? [[`-${20 + on}.${10 + on}`, `Shop of day ${on}`] as const] : [])]
    return bought.map(([amount, name], index) => row(addDays(START, at), amount, name, ids === 'none' ? {} : { providerId: ids === 'stable' ? `${on}/${index}` : `${read}/${on}/${index}` }))
  }).flat()
}

async function read(world: World, rows: readonly StatementRow[], booked: readonly StatementRow[], { balance }: Life, days: number): Promise<void> {
  world.bank.rows = [...rows]
  const cents = booked.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 500_000)
  if (balance) world.bank.balances = () => [{ kind: 'ledger', amount: decimal((cents / 100).toFixed(2)), currency: 'USD', on: day(world.today()), at: null }]
  await world.sync(days)
}

const feedOf = (rows: readonly StatementRow[]): readonly string[] => rows.map(({ postedOn, amount, name }) => `${postedOn} ${Math.round(Number(amount) * 100)} ${name}`).sort()

// Fails when: four rows that move by one day together are a new dating whatever they are (seen): a day's rows were gone, unasked, until the bank listed them again.
for (const ids of ['none', 'stable', 'fresh'] as const) for (const numbered of [false, true]) for (const balance of [false, true]) {
  test(`a day that one answer lacks, and the next one buys the same: nothing is lost (ids: ${ids}${numbered ? ', numbered texts' : ''}${balance ? ', with balance' : ''})`, async () => {
    const life = { ids, numbered, balance }
    const world = await new World(addDays(START, LAST)).connect()
    const before = listed(life, LAST, 1)
    await read(world, before, before, life, 0)
    const whole = listed(life, LAST + 1, 2)
    await read(world, listed(life, LAST + 1, 2, (on) => (on === LAST ? null : on)), whole, life, 1)
    assert.deepEqual([await world.feed(), (await world.openQuestions()).length], [feedOf(whole), balance ? 0 : HABITS.length])
    const after = listed(life, LAST + 2, 3)
    await read(world, after, after, life, 1)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(after), []], 'the bank lists the day again, and answers what was asked')
  })
}

for (const ids of ['none', 'stable', 'fresh'] as const) for (const balance of [false, true]) {
  test(`a day that a bank dates anew, with a row that has no like: all of it moves (ids: ${ids}${balance ? ', with balance' : ''})`, async () => {
    const life = { ids, numbered: false, balance }
    const world = await new World(addDays(START, LAST)).connect()
    const before = listed(life, LAST, 1, (on) => on, true)
    await read(world, before, before, life, 0)
    const moved = listed(life, LAST, 2, (on) => (on === LAST ? LAST + 1 : on), true)
    await read(world, moved, moved, life, 1)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(moved), []])
  })
}

test('a day of nothing but habits that a bank dates anew is asked about where no balance is stated, and moves where one is', async () => {
  for (const balance of [false, true]) {
    const life = { ids: 'none', numbered: false, balance } as const
    const world = await new World(addDays(START, LAST)).connect()
    const before = listed(life, LAST, 1)
    await read(world, before, before, life, 0)
    const moved = listed(life, LAST, 2, (on) => (on === LAST ? LAST + 1 : on))
    await read(world, moved, moved, life, 1)
    if (balance) assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(moved), []])
    else assert.deepEqual(await world.openQuestions(), HABITS.map(() => 'same_transaction'))
  }
})
