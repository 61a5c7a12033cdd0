/** An answer that lacks a whole day, in the life of somebody who pays the same in the same shops each day; and a bank that dates a day's rows anew, which looks alike. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { decimal, row, World } from './testing.ts'

const START = day('2026-05-01')
const HABITS = [['-3.50', 'Coffee Bar'], ['-2.80', 'City Bus'], ['-12.00', 'Canteen'], ['-5.10', 'Kiosk']] as const
/** Paid for the first time on the last day, and from then on each day. */
const BEGUN = ['-7.70', 'Pool'] as const
const LAST = 19
/** What the bank adds to the name of a shop for the `nth` purchase. */
const WORDS = { plain: () => '', numbered: (nth: number) => ` ${1000 + (nth * 37) % 997}`, marked: (nth: number) => ` ${((nth * 7_919 + 3) * 48_271 % 2_147_483_647).toString(36)}` }

type Life = { readonly ids: 'none' | 'stable' | 'fresh'; readonly words: keyof typeof WORDS; readonly balance: boolean }

/** What the bank lists of the days 0 to `to`, at the `read`-th read. `placed`: on which day it lists the rows of a day; null: not at all. `alone`: how many rows of a day have no like. */
function listed({ ids, words }: Life, to: number, read: number, placed: (on: number) => number | null = (on) => on, { alone = 0, isBegun = false } = {}): readonly StatementRow[] {
  return Array.from({ length: to + 1 }, (_, on) => {
    const at = placed(on)
    if (at === null) return []
    const habits = isBegun && on >= LAST ? [...HABITS, BEGUN] : HABITS
    const bought = [...habits.map(([amount, name], index) => [amount, `${name}${WORDS[words](on * 7 + index)}`] as const), ...Array.from({ length: alone }, (_, nth) => [`-${20 + on + nth * 30}.${10 + on}`, `Shop ${nth} of day ${on}`] as const)]
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

// Fails when: four rows that move by one day together are a new dating whatever they are (seen): a day's rows were gone, unasked, until the bank listed them again;
// when a single row without a like, such as a habit that just began, says that all of them moved (seen), or marks of letters and digits hide what stands around (seen).
for (const ids of ['none', 'stable', 'fresh'] as const) for (const words of ['plain', 'numbered', 'marked'] as const) for (const isBegun of [false, true]) for (const balance of [false, true]) {
  test(`a day that one answer lacks, and the next one buys the same: nothing is lost (ids: ${ids}, ${words} texts${isBegun ? ', a habit begun' : ''}${balance ? ', with balance' : ''})`, async () => {
    const life = { ids, words, balance }
    const bought = (to: number, read: number, placed?: (on: number) => number | null): readonly StatementRow[] => listed(life, to, read, placed, { isBegun })
    const world = await new World(addDays(START, LAST)).connect()
    const before = bought(LAST, 1)
    await read(world, before, before, life, 0)
    const whole = bought(LAST + 1, 2)
    await read(world, bought(LAST + 1, 2, (on) => (on === LAST ? null : on)), whole, life, 1)
    assert.deepEqual([await world.feed(), (await world.openQuestions()).length], [feedOf(whole), balance ? 0 : HABITS.length + (isBegun ? 1 : 0)])
    const after = bought(LAST + 2, 3)
    await read(world, after, after, life, 1)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(after), []], 'the bank lists the day again, and answers what was asked')
  })
}

for (const ids of ['none', 'stable', 'fresh'] as const) for (const balance of [false, true]) {
  test(`a day that a bank dates anew, most of whose rows have no like: all of it moves (ids: ${ids}${balance ? ', with balance' : ''})`, async () => {
    const life = { ids, words: 'plain', balance } as const
    const rows = { alone: HABITS.length + 1 }
    const world = await new World(addDays(START, LAST)).connect()
    const before = listed(life, LAST, 1, (on) => on, rows)
    await read(world, before, before, life, 0)
    const moved = listed(life, LAST, 2, (on) => (on === LAST ? LAST + 1 : on), rows)
    await read(world, moved, moved, life, 1)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(moved), []])
  })
}

test('a day of nothing but habits that a bank dates anew is asked about where no balance is stated, and moves where one is', async () => {
  for (const balance of [false, true]) {
    const life = { ids: 'none', words: 'plain', balance } as const
    const world = await new World(addDays(START, LAST)).connect()
    const before = listed(life, LAST, 1)
    await read(world, before, before, life, 0)
    const moved = listed(life, LAST, 2, (on) => (on === LAST ? LAST + 1 : on))
    await read(world, moved, moved, life, 1)
    if (balance) assert.deepEqual([await world.feed(), await world.openQuestions()], [feedOf(moved), []])
    else assert.deepEqual(await world.openQuestions(), HABITS.map(() => 'same_transaction'))
  }
})
