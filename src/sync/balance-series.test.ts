import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { loadBalanceSeries } from './balance-series.ts'
import { decimal, row, World } from './testing.ts'

const FROM = day('2026-02-01')

async function seriesOf(world: World) {
  const account = (await world.store.accounts.get(await world.accountId()))!
  const series = await loadBalanceSeries(world.store, account, FROM, day(world.today()))
  return series === null ? null : { steps: series.steps.map(({ on, amount }) => [on.slice(5), Number(amount)]), stated: series.stated.map(({ on, amount, differs }) => [on.slice(5), Number(amount), Number(differs)]) }
}

test('the rows run from a stated balance, and what the bank counts more shows where it arose', async () => {
  const world = await new World('2026-03-10').connect()
  let stated = '100'
  world.bank.rows = [row('2026-03-02', '-5', 'A', { providerId: 'a' }), row('2026-03-09', '-10', 'B', { providerId: 'b' })]
  world.bank.balances = () => [{ kind: 'ledger', amount: decimal(stated), currency: 'USD', on: day(world.today()), at: null }]
  await world.sync()
  world.bank.rows.push(row('2026-03-11', '-7', 'C', { providerId: 'c' }))
  stated = '93'
  await world.sync(1)
  stated = '83'
  await world.sync(1)
  assert.deepEqual(await seriesOf(world), {
    steps: [['01-31', 11500], ['03-02', 11000], ['03-09', 10000], ['03-11', 9300]],
    stated: [['03-10', 10000, 0], ['03-11', 9300, 0], ['03-12', 8300, -1000]],
  })
})

test('a balance that was stated before the day was over is no disagreement', async () => {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [row('2026-03-09', '-10', 'B', { providerId: 'b' })]
  let stated = '100'
  world.bank.balances = () => [{ kind: 'ledger', amount: decimal(stated), currency: 'USD', on: day(world.today()), at: null }]
  await world.sync()
  world.bank.rows.push(row('2026-03-10', '-7', 'In the evening', { providerId: 'c' }))
  stated = '93'
  await world.sync(1)
  assert.deepEqual((await seriesOf(world))?.stated.map(([, , differs]) => differs), [0, 0])
})

test('without a stated balance there is nothing to compare', async () => {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [row('2026-03-02', '-5', 'A', { providerId: 'a' })]
  await world.sync()
  assert.equal(await seriesOf(world), null)
})
