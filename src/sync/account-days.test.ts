/** Days that a person asks of an account: which a bank can tell of, and an account's start that is moved there and back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { whyNotAsk, whyNotSince, whyNotStated } from './account-days.ts'
import { row, World } from './testing.ts'

const NOW = Date.parse('2026-03-20T15:00:00Z')

test('days of no bank and more than two years at once are refused; today and tomorrow are days', () => {
  const days = (from: string, to: string) => whyNotAsk({ from: day(from), to: day(to) }, NOW)
  assert.match(days('0001-01-01', '2026-03-01') ?? '', /between 1990-01-01 and today/)
  assert.match(days('2026-03-01', '9999-12-31') ?? '', /between 1990-01-01 and today/)
  assert.match(days('2000-01-01', '2026-03-01') ?? '', /at most 731 at once/)
  assert.match(days('2026-03-02', '2026-03-01') ?? '', /first day comes after/)
  assert.equal(days('2024-03-21', '2026-03-21'), null)
  for (const why of [whyNotSince, whyNotStated]) {
    assert.equal(why(day('2026-03-21'), NOW), null)
    for (const on of ['0001-01-01', '1989-12-31', '2026-03-22', '9999-12-31']) assert.notEqual(why(day(on), NOW), null, on)
  }
})

test('an account whose start is put off and back again has all rows of the days between', async () => {
  const world = await new World().connect()
  const shown = world.bank.rows = [row('2026-03-05', '-5', 'Before', { providerId: '1' })]
  await world.sync()
  const account = await world.accountId()
  await world.store.accounts.update(account, { startOn: day('2026-03-21') })
  shown.push(row('2026-03-19', '-7', 'Late', { providerId: '2' }))
  for (let days = 1; days <= 15; days++) {
    shown.push(row(world.today(1), `-${days}`, `Day ${days}`, { providerId: `d${days}` }))
    await world.sync(1)
  }
  assert.equal((await world.feed()).length, 16, 'without the one of before the start')
  await world.store.accounts.update(account, { startOn: null })
  await world.sync(1)
  assert.equal((await world.feed()).length, 17, 'each row, once')
  const asked = world.bank.reads.length
  await world.sync(1)
  assert.ok(world.bank.reads.length - asked <= 2, 'asked for once')
})
