import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { untilEqual } from '../test/until.ts'
import { runBank } from './main.ts'

test('a bank that cannot start says why with status 1, quotes no file, and leaves no port open', async (t: TestContext) => {
  const directory = await mkdtemp(join(tmpdir(), 'relink-bank-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const file = join(directory, 'token')
  await writeFile(file, 'Canary-of-a-token')
  const told: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => (told.push(text), true))
  const open = (): number => process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length
  const before = open()
  // A directory cannot be made below a file.
  assert.equal(await runBank(['--port', '0', '--ca-dir', join(file, 'x')]), 1)
  assert.equal(await runBank(['--port', '0', '--scenario', file]), 1)
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const taken = (other.address() as AddressInfo).port
  for (const option of ['--port', '--https-port', '--office-port']) assert.equal(await runBank(['--port', '0', option, String(taken)]), 1)
  other.close()
  await once(other, 'close')
  assert.deepEqual(told.splice(2).map((line) => line.includes(`port ${taken} is in use. Choose another one`)), [true, true, true])
  await untilEqual(open, before)
  assert.deepEqual([told.length, /ENOTDIR/.test(told[0]!), /is not JSON/.test(told[1]!), told.join('').includes('Canary')], [2, true, true, false])
})

// Fails when: the words of the system are passed on (seen): `ENOENT: no such file or directory, open 'nofile'`.
test('a scenario that is not there, or is a folder, is told in a sentence', async (t: TestContext) => {
  const told: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => (told.push(text), true))
  assert.deepEqual([await runBank(['--scenario', '/nowhere/faults.json']), await runBank(['--scenario', tmpdir()])], [1, 1])
  assert.deepEqual(told, ['The sandbox bank cannot start: there is no file or folder /nowhere/faults.json.\n', `The sandbox bank cannot start: ${tmpdir()} is a folder, and a file is read there.\n`])
})
