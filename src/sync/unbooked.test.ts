/** Banks that list pending rows as booked ones for a while, with and without a list of pending rows, and what stated balances tell of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { decimal, row, World } from './testing.ts'

const pending = { status: 'pending' } as const

/** The world after its first read; `balance` is the bank's, changed by the test before each read. */
async function worldWith(rows: World['bank']['rows'], balance: { now: string } | null = null): Promise<World> {
  const world = await new World('2026-03-20').connect()
  if (balance !== null) world.bank.balances = () => [{ kind: 'ledger', amount: decimal(balance.now), currency: 'USD', on: day(world.today()), at: null }]
  world.bank.rows = [...rows]
  await world.sync()
  return world
}

test('a row listed as booked that the bank lists as pending again is the same transaction, pending; and posted under its third id with a tip', async () => {
  const world = await worldWith([row('2026-03-18', '-40.00', 'Trattoria Roma', { providerId: 'p1' })])
  const [before] = await world.all()
  world.bank.rows = [row('2026-03-18', '-40.00', 'Trattoria Roma', pending)]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-18 -4000 Trattoria Roma pending'], []])
  world.bank.rows = [row('2026-03-22', '-48.00', 'Trattoria Roma', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-22 -4800 Trattoria Roma'], []])
  assert.deepEqual((await world.all()).map(({ id }) => id), [before!.id])
  const reasons = (await world.store.feed.history(before!.id)).map(({ reason }) => reason)
  assert.deepEqual(reasons.filter((reason) => reason === 'unbooked' || reason === 'pending_posted'), ['unbooked', 'pending_posted'])
})

test('a pending row that was listed as booked in between is pending again under its own report, however its booked copy looked', async () => {
  const world = await worldWith([row('2026-03-18', '-40.00', 'Trattoria Roma', pending)])
  const [before] = await world.all()
  world.bank.rows = [row('2026-03-19', '-46.00', 'Trattoria Roma', { providerId: 'p1' })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-19 -4600 Trattoria Roma'])
  world.bank.rows = [row('2026-03-18', '-40.00', 'Trattoria Roma', pending)]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-18 -4000 Trattoria Roma pending'])
  assert.deepEqual((await world.all()).map(({ id }) => id), [before!.id])
})

test('a pending copy takes nothing back while the booked row is shown, under its id or renewed under another', async () => {
  const copy = row('2026-03-18', '-40.00', 'Trattoria Roma', pending)
  const world = await worldWith([copy])
  world.bank.rows = [row('2026-03-18', '-40.00', 'Trattoria Roma', { providerId: 'p1' })]
  await world.sync(1)
  world.bank.rows.push(copy)
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-18 -4000 Trattoria Roma'])
  world.bank.rows = [row('2026-03-18', '-40.00', 'Trattoria Roma', { providerId: 'new1' }), copy]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-18 -4000 Trattoria Roma'], []])
})

test('rows listed as booked that the balance never held are out again with the doubts beside them, by the balance and unasked', async () => {
  const balance = { now: '100.00' }
  const world = await worldWith([row('2026-03-10', '-5.00', 'Bakery', { providerId: 'a' })], balance)
  world.bank.rows.push(row('2026-03-20', '-10.00', 'Fuel', { providerId: 'p1' }), row('2026-03-20', '-12.19', 'Parking', { providerId: 'p2' }), row('2026-03-20', '-20.00', 'Grill', { providerId: 'p3' }))
  await world.sync(1)
  balance.now = '78.00'
  world.bank.rows = [world.bank.rows[0]!, row('2026-03-22', '-22.00', 'Grill', { providerId: 'q3' })]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-10 -500 Bakery', '2026-03-22 -2200 Grill'], []])
})

test('where another amount could be the vanished row or a purchase of its own, the balance comes to the same and a person is asked', async () => {
  const balance = { now: '100.00' }
  const world = await worldWith([row('2026-03-10', '-5.00', 'Bakery', { providerId: 'a' })], balance)
  world.bank.rows.push(row('2026-03-20', '-70.76', 'Trattoria', { providerId: 'p1' }))
  await world.sync(1)
  balance.now = '0.45'
  world.bank.rows = [world.bank.rows[0]!, row('2026-03-22', '-99.55', 'Trattoria', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [3, ['same_transaction']])
})

test('in a shop that comes often, a vanished row and the next purchase of nearly its amount are asked about, not joined', async () => {
  const balance = { now: '100.00' }
  const world = await worldWith([row('2026-03-18', '-11.10', 'Espresso Bar', { providerId: 'a' })], balance)
  world.bank.rows.push(row('2026-03-20', '-10.20', 'Espresso Bar', { providerId: 'p1' }))
  await world.sync(1)
  balance.now = '88.22'
  world.bank.rows = [world.bank.rows[0]!, row('2026-03-22', '-11.78', 'Espresso Bar', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [3, ['same_transaction']])
})

test('a row that vanishes beside its equal was one too many, and has not become the next purchase in that shop', async () => {
  const balance = { now: '100.00' }
  const standing = row('2026-03-20', '-70.76', 'Trattoria', { providerId: 'p1' })
  const world = await worldWith([standing], balance)
  world.bank.rows = [standing, row('2026-03-20', '-70.76', 'Trattoria', { providerId: 'p1D' })]
  await world.sync(1)
  balance.now = '20.00'
  world.bank.rows = [standing, row('2026-03-22', '-80.00', 'Trattoria', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-20 -7076 Trattoria', '2026-03-22 -8000 Trattoria'], []])
})

test('where several rows could be what a hold became, the question is whether the hold is gone', async () => {
  const world = await worldWith([row('2026-03-18', '-100.00', 'Fuel', { providerId: 'hold' })])
  world.bank.rows = [row('2026-03-20', '-45.15', 'Fuel', { providerId: 'q1' }), row('2026-03-19', '-1.00', 'Fuel', { providerId: 'q2' })]
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [3, ['removed_at_bank']])
})

test('a hold that a person kept is asked about when a row of its shop comes within the days that booking takes', async () => {
  const world = await worldWith([row('2026-03-12', '-100.00', 'Fuel', { providerId: 'hold' })])
  world.bank.rows = []
  await world.sync(1)
  const [question] = await world.store.feed.questions({ open: true })
  await world.store.feed.answerQuestion(question!.id, 'kept', world.now)
  world.bank.rows = [row('2026-03-21', '-45.15', 'Fuel', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [2, ['same_transaction']])
})

test('of a shop that comes often one row is gone: that is one question, however often the shop comes again at the same price or another', async () => {
  const cups = (days: readonly number[]) => days.map((on) => row(`2026-03-${on}`, on % 3 === 0 ? '-5.10' : '-4.50', 'Cafe Roma', { providerId: `c${on}` }))
  const world = await worldWith(cups([16, 17, 18, 19]))
  for (let on = 21; on <= 28; on++) {
    world.bank.rows = cups(Array.from({ length: on - 15 }, (_, index) => 16 + index).filter((one) => one !== 17 && one !== 20))
    await world.sync(1)
  }
  assert.deepEqual([(await world.feed()).length, (await world.openQuestions()).length], [12, 1])
})

// Fails when: an amount that no other row of the shop has is taken for one more purchase (was so): kept by the person, it stood twice.
test('of a shop that comes often one row is gone and kept: its very amount, days later under another id, is asked about', async () => {
  const drugs = (id: string, on: string, amount: string) => row(`2026-03-${on}`, amount, 'Pharmacy Plus', { providerId: id })
  const others = [drugs('p1', '14', '-8.35'), drugs('p2', '15', '-21.35'), drugs('p3', '16', '-76.74')]
  const world = await worldWith([...others, drugs('hold', '16', '-72.37')])
  world.bank.rows = others
  await world.sync(1)
  const [question] = await world.store.feed.questions({ open: true })
  await world.store.feed.answerQuestion(question!.id, 'kept', world.now)
  world.bank.rows = [...others, drugs('booked', '21', '-72.37'), drugs('p4', '21', '-41.31')]
  await world.sync(2)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [6, ['same_transaction']])
})

test('a pending row that only a source knew which is not read any more is ended by the source that took its place, when its time is over', async () => {
  const world = await worldWith([row('2026-03-18', '-150.00', 'Fuel', pending), row('2026-03-10', '-5.00', 'Bakery', { providerId: 'a' })])
  const [account] = await world.store.accounts.list()
  const [old] = await world.store.accounts.sources({ accountId: account!.id })
  // As after a removal and a new connection of the same account: another source, whose bank never lists the hold.
  await world.connect({ id: 'c0000000-0000-7000-8000-000000000002', loginIndex: 'before', state: 'removed' })
  await world.store.accounts.updateSource(old!.id, { connectionId: 'c0000000-0000-7000-8000-000000000002', state: 'replaced' })
  world.bank.rows = [row('2026-03-10', '-5.00', 'Bakery', { providerId: 'n1' })]
  await world.sync(1)
  const next = (await world.store.accounts.sources({ accountId: account!.id })).find(({ id }) => id !== old!.id)
  await world.store.accounts.updateSource(next!.id, { state: 'active' })
  await world.sync()
  assert.deepEqual(await world.feed(), ['2026-03-10 -500 Bakery', '2026-03-18 -15000 Fuel pending'])
  world.bank.overlapDays = 30
  await world.sync(12)
  assert.deepEqual(await world.feed(), ['2026-03-10 -500 Bakery'])
})

test('a pending row older than the days that are read becomes its booked row late, or ends: it does not stay for ever', async () => {
  const world = await worldWith([row('2026-03-20', '-14.90', 'Parking', pending), row('2026-03-20', '-7.00', 'Bakery', pending)])
  world.bank.overlapDays = 5
  await world.sync(8)
  assert.equal((await world.feed()).length, 2)
  world.bank.rows = [row('2026-03-31', '-14.90', 'Parking', { providerId: 'q1', transactedOn: day('2026-03-20') })]
  await world.sync(3)
  assert.deepEqual(await world.feed(), ['2026-03-31 -1490 Parking'])
})

// Fails when: only an answer for the day of a hold tells what it became (seen, seed 396000125): one that had been listed as booked stood beside its booking, unasked.
test('a hold that was listed as booked, and is booked with a tip in an answer that begins after its day, is compared with that', async () => {
  const world = await worldWith([row('2026-03-18', '-40.00', 'Trattoria Roma', pending)])
  world.bank.rows = [row('2026-03-18', '-40.00', 'Trattoria Roma', { providerId: 'p1' })]
  await world.sync(1)
  world.bank.rows = [row('2026-03-22', '-48.00', 'Trattoria Roma', { providerId: 'q1', transactedOn: day('2026-03-18') })]
  world.bank.covers = ({ to }) => ({ from: day('2026-03-20'), to })
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [2, ['same_transaction']])
})
