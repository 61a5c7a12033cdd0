/** A file begins after the days on which another listed holds as booked: which rows come again under their ids on later days. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { row, World } from './testing.ts'

const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }

async function bring(world: World, rows: readonly StatementRow[]): Promise<void> {
  const open = async function* (): StatementStream {
    const parts: StatementPart[] = [{ part: 'start', head: HEAD }, { part: 'rows', rows }, { part: 'end', covers: { from: null, to: null } }]
    for (const part of parts) yield ok(part)
  }
  await importStatements(world.deps, { open, accountId: null, label: 'march.ofx', dryRun: false, onProgress: null })
}

async function feedOf(...files: readonly (readonly StatementRow[])[]): Promise<readonly string[]> {
  const world = await new World('2026-03-25').connect()
  world.bank.rows = []
  for (const rows of files) await bring(world, rows)
  return world.feed()
}

const paid = (on: string, amount: string, name: string, providerId: string) => row(on, amount, name, { providerId })
const BOTH = [paid('2026-03-11', '-40', 'Shoes', 's1'), paid('2026-03-11', '-12.5', 'Books', 's2')]

test('where ids stay with their rows, a row that comes under its id days later is it, though the file begins after its day', async () => {
  const held = [paid('2026-03-07', '-24.91', 'Pharmacy', 'h1')]
  const booked = [paid('2026-03-12', '-24.91', 'Pharmacy', 'h1')]
  assert.deepEqual(await feedOf([...held, ...BOTH], [...BOTH, ...booked]), ['2026-03-11 -1250 Books', '2026-03-11 -4000 Shoes', '2026-03-12 -2491 Pharmacy'])
})

test('an id that is made from what a row says stands on several rows: the next such payment is another one', async () => {
  const before = [paid('2026-03-01', '-30', 'Cleaner', 'c'), paid('2026-03-05', '-4', 'Bus', 'b'), ...BOTH, paid('2026-03-10', '-4', 'Bus', 'b')]
  const after = [...BOTH, paid('2026-03-15', '-30', 'Cleaner', 'c'), paid('2026-03-16', '-4', 'Bus', 'b')]
  const feed = await feedOf(before, after)
  assert.equal(feed.filter((line) => line.endsWith('Bus')).length, 3, feed.join('\n'))
  assert.equal(feed.filter((line) => line.endsWith('Cleaner')).length, 2, feed.join('\n'))
})

// Fails when: a week later it is still called the same (was so: of two weekly payments in two lists, each with one of them, the first was gone, unsaid).
test('what is paid weekly under an id that is made from what a row says is two rows, also where no list shows two of it', async () => {
  for (const [first, second] of [['2026-03-05', '2026-03-12'], ['2026-03-03', '2026-03-13']] as const) {
    const feed = await feedOf([paid(first, '-30', 'Cleaner', 'c'), ...BOTH], [...BOTH, paid(second, '-30', 'Cleaner', 'c')])
    assert.deepEqual(feed.filter((line) => line.endsWith('Cleaner')), [`${first} -3000 Cleaner`, `${second} -3000 Cleaner`])
  }
})

// Fails when: a row that vanished of another amount is weighed first (seen, seed 390003598): of the two that a bank dated a day earlier the second was compared with the first, not with itself, and stood twice.
test('a row of another day under its id, in an answer for that day alone, is compared with itself and not with one of another amount that went from there', async () => {
  const world = await new World('2026-03-25').connect()
  const both = (late: number) => [paid(`2026-03-${19 + late}`, '607.83', 'Card terminal settlement', 'a'), paid(`2026-03-${20 + late}`, '110.04', 'Card terminal settlement', 'b')]
  world.bank.rows = both(0)
  await world.sync()
  world.bank.rows = both(-1)
  world.bank.covers = () => ({ from: day('2026-03-19'), to: day('2026-03-19') })
  world.bank.onRead = () => world.bank.pages({ from: day('2026-03-19'), to: day('2026-03-19') })
  await world.sync(1)
  const [question, ...more] = await world.store.feed.questions({ open: true })
  const sides = await Promise.all([question!.transactionId, question!.otherTransactionId!].map(async (id) => (await world.store.feed.transaction(id))?.amount))
  assert.deepEqual([sides, more.map(({ kind }) => kind)], [[11004n, 11004n], ['removed_at_bank']])
})
