import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
