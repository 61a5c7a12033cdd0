/** Several decisions in one act, over the API, and what is taken back of them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { asActor } from '../../src/acting/acting.ts'
import { serve, type Served } from './served.fixture.ts'

const NOBODYS = '01a20549-c591-7da7-8a7f-42942446c7f9'

let served: Served
let ids: readonly [string, string, string]
before(async () => {
  served = await serve()
  const open = async function* () {
    yield Buffer.from('date,amount,description\n2026-01-02,-5.00,A\n2026-01-03,-6.00,B\n2026-01-04,-7.00,C\n')
  }
  await served.sandbox.opened.instance.verbs.importFile({ fileName: 'three.csv', open, accountId: 'new', onProgress: null })
  const { json } = await served.ask('GET', '/api/transactions?limit=3')
  ids = json.items.map(({ id }: { id: string }) => id)
})
after(() => served.close())

const decide = (decisions: readonly object[]) => served.ask('POST', '/api/decisions', { body: { decisions } })
const categories = async () => Promise.all(ids.map(async (id) => (await served.sandbox.opened.instance.store.feed.transaction(id))?.decisions.category))

// Fails when: an id that no row has answers 404 although the others were stored (was so: who was told that nothing is there sent all of it again).
test('what is stored is told as stored, also beside an id that no row has', async () => {
  const { status, json } = await decide([{ id: ids[0], category: 'Rent' }, { id: NOBODYS, category: 'Rent' }, { id: ids[1], category: 'Food', from: { category: 'Fuel' } }])
  assert.deepEqual([status, json.stored, json.changed.map(({ current }: { current: { id: string } }) => current.id)], [200, [ids[0]], [ids[1]]])
  assert.deepEqual(await categories(), ['Rent', null, null])
})

// Fails when: of two decisions of one row the first is dropped, and told as stored (was so).
test('an act that names a row twice is refused, and nothing of it is stored', async () => {
  const { status, text } = await decide([{ id: ids[2], category: 'Rent' }, { id: ids[2], note: 'x' }])
  assert.equal(status, 400)
  assert.match(text, /names a row twice/)
  assert.deepEqual(await categories(), ['Rent', null, null])
})

test('an act is taken back as one, but for the row of which somebody else decided since; then the one before it, then nothing', async () => {
  const { feed } = served.sandbox.opened.instance.store
  await decide(ids.map((id) => ({ id, category: 'Trip' })))
  await asActor('user:other', () => feed.decide(ids[2], { category: 'Theirs' }, served.sandbox.opened.instance.clock.now()))
  const undo = async () => {
    const { kind, rows, changedSince } = (await served.ask('POST', '/api/decisions/undo')).json
    return [kind, rows.length, changedSince]
  }
  assert.deepEqual(await undo(), ['decisions', 2, 1])
  assert.deepEqual(await categories(), ['Rent', null, 'Theirs'])
  assert.deepEqual(await undo(), ['decisions', 1, 0])
  assert.deepEqual(await undo(), [null, 0, 0])
  assert.deepEqual(await categories(), [null, null, 'Theirs'])
})

// Fails when: what one key did to more rows than a request holds is as many acts (was so: Z took a part of it back, and of what was brought back into the books still did), or a part of an act stands alone.
test('decisions of several requests are one act, stored with the last of them, whatever they decide', async () => {
  const { feed } = served.sandbox.opened.instance.store
  const send = (id: string, decision: object, more: object) => served.ask('POST', '/api/decisions', { body: { decisions: [{ id, ...decision }], ...more } })
  const undone = async (): Promise<number> => (await served.ask('POST', '/api/decisions/undo')).json.rows.length
  // Excluded by another one: who brings back what they excluded takes that back.
  await asActor('user:other', () => feed.decideAll(ids.map((id) => ({ id, decisions: { excluded: true } })), served.sandbox.opened.instance.clock.now()))
  for (const decision of [{ category: 'Both' }, { excluded: false }]) {
    const before = (await feed.decided(1))[0]!.at
    let act: string | undefined
    for (const id of ids.slice(0, 2)) act = (await send(id, decision, { goesOn: true, ...(act === undefined ? {} : { act }) })).json.act
    assert.equal((await feed.decided(1))[0]!.at, before, 'nothing is stored before the last')
    const { json } = await send(ids[2], decision, { act })
    assert.deepEqual([json.act, json.stored.toSorted()], [null, ids.toSorted()])
    assert.equal(await undone(), 3)
  }
})

test('an act that is not held, or names a row in two requests, is refused, and nothing of it is stored', async () => {
  const { feed } = served.sandbox.opened.instance.store
  const before = (await feed.decided(1))[0]!.at
  const begun = async (): Promise<string> => (await served.ask('POST', '/api/decisions', { body: { goesOn: true, decisions: [{ id: ids[0], note: 'x' }] } })).json.act
  const end = async (act: string, id: string) => (await served.ask('POST', '/api/decisions', { body: { act, decisions: [{ id, note: 'x' }] } })).json.code
  assert.equal(await end(await begun(), ids[0]), 'invalid_request')
  const late = await begun()
  served.sandbox.advance(100_000)
  assert.equal(await end(late, ids[1]), 'wrong_state')
  assert.equal((await feed.decided(1))[0]!.at, before)
})

// Fails when: what one person does in a second tab, in the middle of an act of several requests, ends that act (was so).
test('two acts of one person, one begun in the middle of the other, are both stored', async () => {
  const send = (body: object) => served.ask('POST', '/api/decisions', { body })
  const { act } = (await send({ goesOn: true, decisions: [{ id: ids[0], note: 'long' }] })).json
  const { act: second } = (await send({ goesOn: true, decisions: [{ id: ids[1], note: 'other' }] })).json
  assert.deepEqual((await send({ decisions: [{ id: ids[2], note: 'short' }] })).json.stored, [ids[2]])
  assert.deepEqual((await send({ act: second, decisions: [{ id: ids[2], note: 'other' }] })).json.stored.toSorted(), [ids[1], ids[2]].toSorted())
  assert.deepEqual((await send({ act, decisions: [{ id: ids[1], note: 'long' }] })).json.stored.toSorted(), [ids[0], ids[1]].toSorted())
  assert.equal((await send({ act, decisions: [{ id: ids[1], note: 'long' }] })).json.code, 'wrong_state', 'it is over')
})
