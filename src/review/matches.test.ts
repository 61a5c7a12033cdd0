/** What a person may make one with a row, in which order, and that it holds: for the next read, for a recomputation, until it is taken back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../store/memory/store.ts'
import { recomputeAccount } from '../sync/recompute.ts'
import { CHECKING, listed, row, World } from '../sync/testing.ts'
import { contentKeyOf } from '../sync/undo.ts'
import { closeChosen, makeOne, matchesFor, matchOf } from './matches.ts'

const ROWS = [row('2026-03-02', '-58', 'Trattoria'), row('2026-03-03', '-50', 'Dinner'), row('2026-03-03', '58', 'Refund'), row('2026-03-04', '-500', 'Rent'), row('2026-03-10', '-58', 'Cinema')]

test('equal amounts come first, then the nearest days; what goes the other way in one account is nothing; words find what is not near', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [...ROWS]
  await world.sync()
  const all = await world.all()
  const named = (name: string) => all.find((one) => one.name === name)!
  const names = async (text: string) => (await matchesFor(world.store, named('Trattoria'), text)).map(({ row: { name }, as, days }) => `${name} ${as} ${days}`)
  assert.deepEqual(await names(''), ['Cinema same 8', 'Dinner same 1'])
  assert.deepEqual(await names('rent'), ['Rent same 2'])
  assert.deepEqual(await names('refund'), [], 'the other way')
  const elsewhere = { ...named('Refund'), accountId: 'another' }
  assert.deepEqual([matchOf(named('Trattoria'), elsewhere)?.as, matchOf(named('Trattoria'), { ...elsewhere, amount: -5_800n }), matchOf(named('Trattoria'), { ...elsewhere, state: 'withdrawn' })], ['transfer', null, null])
})

// Fails when: the other side of a transfer may be a third more or less (was so: the list was of strangers), or what is far away stands above what is near.
test('unasked, the other side of a transfer differs by a tenth at most and the same row by a tip; what is far away stands last, though its day is nearer', async () => {
  const world = await new World('2026-03-14').connect()
  const savings = { ...CHECKING, number: '100200301' }
  world.bank.accounts = [listed(CHECKING), listed(savings, 'Savings')]
  world.bank.rows = [row('2026-03-02', '-500', 'Out'), row('2026-03-03', '-360', 'Tipped'), row('2026-03-09', '-495', 'Misread'), row('2026-03-04', '-349', 'Too little')]
  world.bank.rowsOf.set(savings.number, [row('2026-03-03', '449', 'Sold'), row('2026-03-05', '450', 'In, less a fee'), row('2026-03-06', '556', 'Wages')])
  await world.sync()
  const out = (await world.all()).find(({ name }) => name === 'Out')!
  const names = async (text: string) => (await matchesFor(world.store, out, text)).map(({ row: { name }, as }) => `${name} ${as}`)
  assert.deepEqual(await names(''), ['In, less a fee transfer', 'Misread same', 'Tipped same'])
  assert.deepEqual(await names('wages'), ['Wages transfer'], 'who searches knows better')
})

// Fails when: what a person said unasked is forgotten by the next read or by a recomputation, or leaves a question when it is taken back.
test('two rows that a person made one stay one, whoever reads; taken back, there are two and no question', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [...ROWS]
  await world.sync()
  const { feed } = world.store
  const rows = async () => (await world.all()).filter(({ state }) => state !== 'withdrawn').map(({ name }) => name).toSorted()
  const before = await rows()
  const all = await world.all()
  const [trattoria, dinner] = ['Trattoria', 'Dinner'].map((name) => all.find((one) => one.name === name)!)
  const question = await makeOne(feed, [dinner!, trattoria!], (world.now += 1_000), () => world.deps.entropy.id(world.now))
  const one = await rows()
  assert.equal(one.length, before.length - 1)
  await world.sync(1)
  assert.deepEqual(await rows(), one)
  const done = await recomputeAccount({ ...world.deps, scratch: () => createMemoryStore().tenant('scratch') }, await world.accountId(), true)
  assert.equal(done.ok && done.value.isDifferent, false)
  assert.deepEqual(await rows(), one)
  assert.equal(await feed.takeBackAnswer(question.id, (world.now += 1_000), contentKeyOf), 'back')
  await closeChosen(feed, question, (world.now += 1_000))
  assert.deepEqual([await rows(), await world.openQuestions()], [before, []])
})
