import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { CommandError } from './output.ts'
import { readSecretFile } from './secrets.ts'

test('a file that is no secret is refused by its name, without a word of its content, also when it never ends', async (t: TestContext) => {
  const directory = await mkdtemp(join(tmpdir(), 'relink-secrets-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const path = join(directory, 'file')
  const refused = (content: string | Uint8Array, expected: RegExp): Promise<void> => {
    writeFileSync(path, content)
    return assert.rejects(readSecretFile(path), (error) => error instanceof CommandError && expected.test(error.message) && !error.message.includes('Canary'))
  }
  await refused(Buffer.concat([Buffer.from('Canary'), Uint8Array.of(0xff, 0xfe)]), /not UTF-8/)
  await refused('Canary'.repeat(20_000), /larger than 64 kB/)
  await assert.rejects(readSecretFile(directory), /it is a directory/)
  await assert.rejects(readSecretFile(join(directory, 'none')), /no such file/)
  if (process.platform !== 'win32') await assert.rejects(readSecretFile('/dev/zero'), /larger than 64 kB/)
  writeFileSync(path, 'grüne Tür\n')
  assert.equal(await readSecretFile(path), 'grüne Tür\n')
})
