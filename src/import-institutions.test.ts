/** The files of the institutions of formats/institutions-*.fixture.ts in the feed: brought twice, nothing is new and nothing is asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AMERICA } from './formats/institutions-america.fixture.ts'
import { BANKS } from './formats/institutions-banks.fixture.ts'
import { EUROPE } from './formats/institutions-europe.fixture.ts'
import { EXPORTS } from './formats/institutions-exports.fixture.ts'
import { LANGUAGES } from './formats/institutions-languages.fixture.ts'
import { UNSEEN } from './formats/institutions-unseen.fixture.ts'
import { WALLETS } from './formats/institutions-wallets.fixture.ts'
import { WORLD } from './formats/institutions-world.fixture.ts'
import { bytes } from './formats/testing/collect.ts'
import { importFile } from './import-file.ts'
import { World } from './sync/testing.ts'

test('each file, brought twice, is there once', async () => {
  for (const [name, text, expected] of [...AMERICA, ...EUROPE, ...WORLD, ...WALLETS, ...BANKS, ...EXPORTS, ...LANGUAGES, ...UNSEEN].filter(([, , , encoding = 'utf8']) => encoding === 'utf8')) {
    const world = new World('2026-12-20')
    const bring = () => importFile(world.deps, { fileName: 'export.csv', open: () => bytes(text), accountId: null, onProgress: null, dryRun: false })
    const [first, again] = [await bring(), await bring()]
    const rows = expected.reduce((sum, account) => sum + Number(/ (\d+) /.exec(account.slice(account.lastIndexOf('|')))![1]), 0)
    assert.deepEqual([first.failure, first.added, first.questions, again.failure, again.added, again.questions], [null, rows, 0, null, 0, 0], name)
  }
})
