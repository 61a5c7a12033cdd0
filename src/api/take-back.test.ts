/** What is taken back of acts of very many rows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asActor } from '../acting/acting.ts'
import type { Instance } from '../instance.ts'
import { row, World } from '../sync/testing.ts'
import { takeBackLast } from './take-back.ts'

/** Of the second number as many take-backs are unmatched in 5,000 looked at as in 20,000. */
const MANY = [2_600, 12_500]

// Fails when: what took back an act that is not seen whole is taken for an act (seen): a second time took nothing back, and decided anew.
for (const ROWS of MANY) test(`an act of ${ROWS} rows is taken back, and then the one before it`, async () => {
  const world = await new World().connect()
  world.bank.rows = Array.from({ length: ROWS }, (_, at) => row(world.today(-(at % 80)), `-${1 + at}.00`, `Shop ${at}`, { providerId: `r${at}` }))
  world.bank.pageSize = ROWS
  await world.sync()
  const ids = (await world.all()).map(({ id }) => id)
  const instance = { store: world.store, clock: world.deps.clock, events: { publish() {} } } as unknown as Instance
  const decide = (of: readonly string[], decisions: object) => world.store.feed.decideAll(of.map((id) => ({ id, decisions })), (world.now += 1_000))
  const standing = async () => {
    const all = await world.all()
    return [all.filter(({ decisions }) => decisions.category === 'travel').length, all.filter(({ decisions }) => decisions.note === 'earlier').length]
  }
  await asActor('anna', async () => {
    await decide(ids.slice(0, 1), { note: 'earlier' })
    await decide(ids, { category: 'travel' })
    assert.deepEqual(await standing(), [ROWS, 1])
    world.now += 1_000
    assert.equal((await takeBackLast(instance))?.rows.length, ROWS)
    assert.deepEqual(await standing(), [0, 1])
    world.now += 1_000
    assert.equal((await takeBackLast(instance))?.rows.length, 1)
    assert.deepEqual(await standing(), [0, 0])
    assert.equal(await takeBackLast(instance), null)
  })
})
