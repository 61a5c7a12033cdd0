import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { StoreUnavailable } from '../ports/store.ts'
import { writeWhole } from './export.ts'
import { CommandError } from './output.ts'

// Fails when: whatever goes wrong is blamed on the place (was so): of a database that was away one was told to give another file.
test('a place that cannot be written is told with that remedy; what goes wrong in the content is told as it is, and leaves no half file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relink-export-'))
  async function* content(error: Error | null) {
    yield 'half'
    if (error !== null) throw error
  }
  const failed = (path: string, error: Error | null) => writeWhole(path, content(error)).then(() => null, (reason: unknown) => reason)
  const place = await failed(join(directory, 'nowhere', 'a.csv'), null)
  assert.ok(place instanceof CommandError && /there is no such directory.*Give another place with -o/.test(place.message), String(place))
  const gone = Object.assign(new StoreUnavailable('database_unreachable', 'The database is away.', 'Start it.'), { syscall: 'connect' })
  for (const error of [new RangeError('a bug'), gone]) assert.equal(await failed(join(directory, 'a.csv'), error), error)
  assert.deepEqual(readdirSync(directory), [])
  rmSync(directory, { recursive: true })
})

// Fails when: two exports to one place share a draft (was so): the first to end put the other's half file under the name and said that all was well.
test('of two exports to one place at once each puts its own file there, whole; drafts of killed ones go the day after', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relink-export-'))
  const path = join(directory, 'a.csv')
  const [abandoned, alive, strange] = [`${path}.0123456789ab.partial`, `${path}.ba9876543210.partial`, `${path}.notes.partial`]
  for (const draft of [abandoned, alive, strange]) writeFileSync(draft, 'half')
  for (const draft of [abandoned, strange]) utimesSync(draft, 1, 1)
  const [isHalfway, firstIsThere] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  async function* slow() {
    yield 'second'
    isHalfway.resolve()
    await firstIsThere.promise
    yield ', whole'
  }
  async function* first() {
    yield 'first'
    await isHalfway.promise
    yield ', whole'
  }
  const [one, other] = [writeWhole(path, first()), writeWhole(path, slow())]
  await one
  assert.equal(readFileSync(path, 'utf8'), 'first, whole')
  firstIsThere.resolve()
  await other
  assert.equal(readFileSync(path, 'utf8'), 'second, whole')
  assert.deepEqual(readdirSync(directory).toSorted(), ['a.csv', 'a.csv.ba9876543210.partial', 'a.csv.notes.partial'])
  rmSync(directory, { recursive: true })
})
