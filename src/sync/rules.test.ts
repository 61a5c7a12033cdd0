/** What a person answered once holds for the next pairs of its kind, each row of them once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementRow } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { row, World } from './testing.ts'

const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }

async function bring(world: World, rows: readonly StatementRow[]): Promise<void> {
  const open = async function* () {
    for (const part of [{ part: 'start', head: HEAD }, { part: 'rows', rows }, { part: 'end', covers: { from: null, to: null } }] as const) yield ok(part)
  }
  const { failure } = await importStatements(world.deps, { open, accountId: null, label: 'week.csv', dryRun: false, onProgress: null })
  assert.equal(failure, null)
}

// Fails when: the rule joins every row that it fits (so it was): of two purchases of one amount the second was taken for the first, and gone, unasked.
test('a held row that a person said is the booked one of some days on becomes one of two booked ones, the nearer, and the other is a row of its own', async () => {
  const world = new World('2026-02-01')
  const paid = (on: string, status: 'pending' | 'posted') => row(on, '-4.50', 'Card payment', { status })
  const other = (on: string) => row(on, '-31.20', 'Card payment')
  await bring(world, [other('2026-01-20'), paid('2026-01-23', 'pending')])
  await bring(world, [other('2026-01-20'), paid('2026-01-26', 'posted'), other('2026-01-27')])
  const [asked, ...more] = await world.store.feed.questions({ open: true })
  assert.deepEqual([asked?.kind, more], ['same_transaction', []])
  await world.store.feed.answerQuestion(asked!.id, 'same', world.now)
  await bring(world, [other('2026-02-02'), paid('2026-02-04', 'pending')])
  await bring(world, [other('2026-02-02'), paid('2026-02-06', 'posted'), paid('2026-02-05', 'posted'), other('2026-02-09')])
  const [held] = (await world.all()).filter(({ postedOn }) => postedOn === '2026-02-05')
  assert.deepEqual((await world.feed()).filter((one) => one.includes(' -450 ')), ['2026-01-26 -450 Card payment', '2026-02-05 -450 Card payment', '2026-02-06 -450 Card payment'])
  assert.deepEqual((await world.store.feed.observations(held!.id)).map(({ postedOn }) => postedOn).sort(), ['2026-02-04', '2026-02-05'], 'the nearer one is the one that was held')
  assert.deepEqual(await world.openQuestions(), [])
})

// Fails when: that two of one amount are two holds for every amount of these words (so it was): where a bank words all alike, nothing was asked any more.
test('that two of one amount are two holds for that amount; of another one it is asked', async () => {
  const world = new World('2026-02-01')
  const paid = (on: string, amount: string, status: 'pending' | 'posted') => row(on, amount, 'Card payment', { status })
  const other = (on: string) => row(on, '-31.20', 'Card payment')
  await bring(world, [other('2026-01-20'), paid('2026-01-23', '-4.50', 'pending')])
  await bring(world, [other('2026-01-20'), paid('2026-01-26', '-4.50', 'posted'), other('2026-01-27')])
  const [asked] = await world.store.feed.questions({ open: true })
  await world.store.feed.answerQuestion(asked!.id, 'different', world.now)
  await bring(world, [other('2026-02-02'), paid('2026-02-04', '-4.50', 'pending')])
  await bring(world, [other('2026-02-02'), paid('2026-02-07', '-4.50', 'posted'), other('2026-02-08')])
  assert.deepEqual(await world.openQuestions(), [])
  await bring(world, [other('2026-02-12'), paid('2026-02-14', '-7.80', 'pending')])
  await bring(world, [other('2026-02-12'), paid('2026-02-17', '-7.80', 'posted'), other('2026-02-18')])
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
})

// Fails when: the newest answer counts whatever amount it was given for (so it was): two purchases of an amount that a person had called two became one, because two rows of another amount were.
test('that two of one amount are two holds on where rows of another amount and the same words are said to be one', async () => {
  const world = new World('2026-02-01')
  const paid = (on: string, amount: string, status: 'pending' | 'posted') => row(on, amount, 'Card payment', { status })
  const other = (on: string) => row(on, '-31.20', 'Card payment')
  const pair = async (week: number, amount: string): Promise<void> => {
    const on = (days: number): string => addDays(day('2026-01-20'), week * 9 + days)
    await bring(world, [other(on(0)), paid(on(3), amount, 'pending')])
    await bring(world, [other(on(0)), paid(on(6), amount, 'posted'), other(on(7))])
  }
  for (const [week, amount, answer] of [[0, '-4.50', 'different'], [1, '-7.80', 'same']] as const) {
    await pair(week, amount)
    const [asked] = await world.store.feed.questions({ open: true })
    await world.store.feed.answerQuestion(asked!.id, answer, ++world.now)
  }
  await pair(2, '-4.50')
  assert.deepEqual([(await world.all()).filter(({ amount, state }) => amount === -450n && state !== 'withdrawn').length, await world.openQuestions()], [4, []])
})
