import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aConnection, aPreview } from '../store/fixtures.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { chooseConnection } from './connections.ts'
import { CommandError } from './output.ts'

// Fails when: of two logins of one bank only an id tells (was so).
test('a connection is meant by its bank, its login, both, or its id', async () => {
  const store = createMemoryStore().tenant('t')
  const [company, private_] = [aConnection({ loginLabel: 'Company' }), aConnection({ loginLabel: 'an…' })]
  for (const one of [company, private_]) await store.connections.create(one)
  for (const wanted of ['Company', 'company', 'comp', 'Riverbank Company', 'Riverbank (Company)', company.id, company.id.toUpperCase()]) assert.equal((await chooseConnection({ store }, wanted)).id, company.id, wanted)
  for (const wanted of ['an…', 'Riverbank an…', 'riverbank (an…)']) assert.equal((await chooseConnection({ store }, wanted)).id, private_.id, wanted)
  await assert.rejects(chooseConnection({ store }, 'Riverbank'), /fits several connections[\s\S]*Riverbank \(Company\), active[\s\S]*Riverbank \(an…\), active/)
})

// Fails when: a nightly `relink sync ID` ends with "fits none" from the day of a reconnect on (was so).
test('the id of a connection that another took the place of means the one that goes on', async () => {
  const store = createMemoryStore().tenant('t')
  const [first, second, third] = [aConnection({ state: 'replaced' }), aConnection({ state: 'replaced' }), aConnection()]
  for (const one of [first, second, third]) await store.connections.create(one)
  await store.previews.create(aPreview(first.id, { shadowId: second.id, state: 'switched' }))
  await store.previews.create(aPreview(second.id, { shadowId: third.id, state: 'switched' }))
  assert.deepEqual([(await chooseConnection({ store }, first.id)).id, (await chooseConnection({ store }, second.id)).id], [third.id, third.id])
  // Where the one that went on was removed there is none.
  await store.connections.update(third.id, { state: 'removed' })
  await assert.rejects(chooseConnection({ store }, first.id), CommandError)
})
