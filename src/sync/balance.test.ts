import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, type Day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { decimal, row, World } from './testing.ts'

const OPENING = 100_00n

/** A bank whose stated balance is right: opening plus its own posted rows, wherever they are dated. */
function honest(world: World, truth: () => readonly StatementRow[], wrongBy = 0n) {
  return () => {
    const sum = truth().reduce((total, r) => total + BigInt(r.amount.replace('.', '')) * (r.amount.includes('.') ? 1n : 100n), OPENING + wrongBy)
    return [{ kind: 'ledger' as const, amount: decimal(`${sum / 100n}.${String(sum % 100n).padStart(2, '0')}`), currency: 'USD', on: day(world.today()), at: null }]
  }
}

async function spans(world: World): Promise<readonly string[]> {
  return (await world.store.feed.spans(await world.accountId())).map((s) => `${s.from.slice(5)} ${s.to.slice(5)} ${s.status}`)
}

async function start(rows: readonly StatementRow[]): Promise<World> {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [...rows]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync()
  return world
}

test('each sync proves the days since the one before', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  assert.deepEqual(await spans(world), [])
  world.bank.rows.push(row('2026-03-11', '-7', 'B', { providerId: 'b' }))
  await world.sync(1)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved', '03-11 03-12 proved'])
})

test('history that is filled in later breaks no proof', async () => {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [row('2025-06-02', '-5', 'Old', { providerId: 'a' }), row('2026-03-02', '-5', 'A', { providerId: 'b' })]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync()
  await world.sync(1)
  assert.deepEqual([await spans(world), (await world.feed()).length], [['03-10 03-11 proved'], 2])
})

test('a row booked late under an older day belongs to the statement after it: no false alarm', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  await world.sync(1)
  world.bank.rows.push(row('2026-03-08', '-9', 'Late', { providerId: 'l' }))
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved', '03-11 03-12 proved'])
})

test('a list that lags behind the balance is unknown for a day and then proved as one span', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  const lagging = row('2026-03-11', '-9', 'Lags', { providerId: 'l' })
  world.bank.balances = honest(world, () => [...world.bank.rows, lagging])
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 unknown'])
  world.bank.rows.push(lagging)
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-12 proved'])
})

test('a balance that is wrong for a day heals; none of it is called broken', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  world.bank.balances = honest(world, () => world.bank.rows, 1_00n)
  await world.sync(1)
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-12 proved'])
})

test('a row that stays missing is called broken once it has outlived the delays of a bank, and days after it are proved again', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  const hidden = row('2026-03-11', '-9', 'Hidden', { providerId: 'h' })
  world.bank.balances = honest(world, () => [...world.bank.rows, hidden])
  for (let i = 0; i < 6; i++) await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-16 broken'])
  world.bank.rows.push(row('2026-03-17', '-3', 'B', { providerId: 'b' }))
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-16 broken', '03-16 03-17 proved'])
})

test('a balance as of another, older day claims nothing', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  await world.sync(1)
  const balances = world.bank.balances({ from: day('2026-03-01'), to: day('2026-03-01') })
  world.bank.balances = () => balances.map((b) => ({ ...b, on: '2026-03-05' as Day }))
  world.bank.rows.push(row('2026-03-12', '-3', 'B', { providerId: 'b' }))
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved'])
})

test('pending rows are not in the balance, and count when they post', async () => {
  const world = await start([row('2026-03-09', '-5', 'P', { providerId: 'p', status: 'pending' })])
  world.bank.balances = honest(world, () => [])
  await world.sync(1)
  world.bank.rows = [row('2026-03-12', '-5', 'P', { providerId: 'q' })]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.equal((await spans(world)).at(-1), '03-11 03-12 proved')
})
