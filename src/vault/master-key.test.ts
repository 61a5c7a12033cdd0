import assert from 'node:assert/strict'
import { chmod, link, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hostEntropy } from '../adapters/entropy.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { makeTenantKey, masterKeyOf } from './keys.ts'
import { checkMasterKey, readMasterKey } from './master-key.ts'

const directory = await mkdtemp(join(tmpdir(), 'relink-key-'))
after(() => rm(directory, { recursive: true }))
const KEY = Buffer.alloc(32, 5).toString('base64')
const ID = Buffer.from(masterKeyOf(new Uint8Array(32).fill(5)).id).toString('hex')

async function read(source: string, environment: Record<string, string | undefined> = {}, mayCreate = false) {
  const warnings: string[] = []
  const result = await readMasterKey({ source, environment, mayCreate, entropy: hostEntropy, warn: (message) => void warnings.push(message) })
  if (!result.ok) assert.ok(!result.failure.message.includes(KEY) && !warnings.join().includes(KEY), 'no key in a message')
  return { id: result.ok ? Buffer.from(result.value.id).toString('hex') : null, code: result.ok ? null : result.failure.code, warnings }
}

test('a missing key file is made at the first start only, readable by nobody else, and is the same afterwards', async () => {
  const path = join(directory, 'new', 'master.key')
  assert.equal((await read(`file:${path}`)).code, 'key_missing')
  const made = await read(`file:${path}`, {}, true)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(join(directory, 'new'))).mode & 0o777, 0o700)
  assert.equal((await read(`file:${path}`)).id, made.id)
  assert.equal(Buffer.from(await readFile(path, 'utf8'), 'base64').length, 32)
})

test('a key file that others can read, a link, and a shared file are refused', async () => {
  const path = join(directory, 'open.key')
  await writeFile(path, KEY, { mode: 0o600 })
  assert.equal((await read(`file:${path}`)).id, ID)
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(path, mode)
    assert.equal((await read(`file:${path}`)).code, 'key_unsafe', mode.toString(8))
  }
  await chmod(path, 0o600)
  await symlink(path, join(directory, 'link.key'))
  assert.equal((await read(`file:${join(directory, 'link.key')}`)).code, 'key_unsafe')
  await link(path, join(directory, 'hard.key'))
  assert.equal((await read(`file:${path}`)).code, 'key_unsafe')
})

test('a file that holds no key is refused, and hexadecimal is understood', async () => {
  const path = join(directory, 'bad.key')
  for (const text of ['', 'hello', KEY.slice(1), `${KEY}${KEY}`]) {
    await writeFile(path, text, { mode: 0o600 })
    assert.equal((await read(`file:${path}`)).code, 'key_malformed')
  }
  await writeFile(path, `${Buffer.alloc(32, 5).toString('hex')}\n`)
  assert.equal((await read(`file:${path}`)).id, ID)
})

test('a systemd credential, a command and a variable give the key; the variable is erased and warned of', async () => {
  await writeFile(join(directory, 'relink-key'), KEY)
  assert.equal((await read('credential:relink-key', { CREDENTIALS_DIRECTORY: directory })).id, ID)
  assert.equal((await read('credential:relink-key')).code, 'key_missing')
  assert.equal((await read('credential:../etc/passwd', { CREDENTIALS_DIRECTORY: directory })).code, 'key_source_failed')
  assert.equal((await read(`command:${JSON.stringify(['printf', '%s', KEY])}`)).id, ID)
  const environment: Record<string, string | undefined> = { SECRET: KEY }
  const fromVariable = await read('env:SECRET', environment)
  assert.equal(fromVariable.id, ID)
  assert.equal('SECRET' in environment, false)
  assert.equal(fromVariable.warnings.length, 1)
})

test('a command is run without a shell, and its failure shows neither output nor key', async () => {
  assert.equal((await read(`command:echo ${KEY}`)).code, 'key_source_failed')
  assert.equal((await read(`command:${JSON.stringify(['echo', '$(id)'])}`)).code, 'key_malformed')
  assert.equal((await read('command:["/does/not/exist"]')).code, 'key_source_failed')
  assert.equal((await read(`command:${JSON.stringify(['sh', '-c', `echo ${KEY} >&2; exit 3`])}`)).code, 'key_source_failed')
  assert.equal((await read('nonsense')).code, 'key_source_failed')
})

test('a database that knows another key refuses the start', async () => {
  const { secrets } = createMemoryStore().tenant('t1')
  const [mine, other] = [masterKeyOf(new Uint8Array(32).fill(5)), masterKeyOf(new Uint8Array(32).fill(6))]
  assert.ok((await checkMasterKey(secrets, other)).ok)
  await secrets.saveTenantKey(makeTenantKey(mine, 't1', hostEntropy).sealed)
  assert.ok((await checkMasterKey(secrets, mine)).ok)
  const refused = await checkMasterKey(secrets, other)
  assert.equal(!refused.ok && refused.failure.code, 'key_unknown')
})
