/** Many rows of one day and amount, as a club's fees: each is compared with few of the others, and meets its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementStream } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { row, World } from './testing.ts'

const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
const MEMBERS = Array.from({ length: 160 }, (_, at) => `Member${String.fromCharCode(97 + (at % 26), 97 + ((at / 26) | 0))} Meyer`)

// Fails when: rows of a crowd are put together in their order.
test('the fees of a club, in a feed and in a file of other words and another order, are there once, each with its own member', async () => {
  const world = await new World('2026-03-20').connect()
  const around = [row('2026-03-01', '-900', 'Rent'), row('2026-03-12', '-80.12', 'Power')]
  world.bank.rows = [...around, ...MEMBERS.map((name, at) => row('2026-03-05', '25', name, { providerId: `f${at}` }))]
  await world.sync()
  const rows = [...around, ...MEMBERS.toReversed().map((name) => row('2026-03-05', '25', `SEPA CREDIT ${name.toUpperCase()} FEE`))]
  const open = async function* (): StatementStream {
    for (const part of [{ part: 'start', head: HEAD }, { part: 'rows', rows }, { part: 'end', covers: { from: null, to: null } }] as const) yield ok(part)
  }
  const { added } = await importStatements(world.deps, { open, accountId: await world.accountId(), label: 'f.csv', dryRun: false, onProgress: null })
  assert.deepEqual([added, (await world.feed()).length, await world.openQuestions()], [0, 162, []])
  for (const { id } of await world.all()) {
    const names = (await world.store.feed.observations(id)).map(({ name }) => name!.toLowerCase())
    assert.ok(names.every((name) => name.includes(names[0]!)), names.join(' and '))
  }
})

// Fails when: a row of the same day, which moves as well, is taken for a shop where the same is paid each day.
test('a crowd of one day, in one word or many, moves to another day as one, unasked', async () => {
  for (const name of ['Club Fee', null]) {
    const world = await new World('2026-03-12').connect()
    const listed = (on: string) => [row('2026-03-01', '-900', 'Rent'), ...MEMBERS.map((member) => row(on, '25', name ?? member))]
    world.bank.rows = listed('2026-03-10')
    await world.sync()
    world.bank.rows = listed('2026-03-11')
    await world.sync(1)
    assert.deepEqual([(await world.feed()).filter((one) => one.startsWith('2026-03-11')).length, (await world.feed()).length, await world.openQuestions()], [160, 161, []])
  }
})
