import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readOutside } from './outside-source.ts'

const directory = await mkdtemp(join(tmpdir(), 'relink-source-'))
after(() => rm(directory, { recursive: true, force: true }))

const SECRET = 'CANARY-of-the-source'
const environment = { PATH: process.env['PATH'], CREDENTIALS_DIRECTORY: directory, RELINK_HOME: 'not for others', DATABASE_URL: 'not for others', DATABASE_APP_URL: 'not for others' }
const command = (...argv: string[]) => `command:${JSON.stringify(argv)}`
/** What was read, or the code and the sentence of the failure, which never holds the secret. */
async function read(source: string, limits = { timeoutMs: 60_000, maxBytes: 64 }): Promise<string> {
  const result = await readOutside(source, environment, limits)
  if (result.ok) return result.value.toString('utf8')
  assert.ok(!result.failure.message.includes('CANARY'), result.failure.message)
  return `${result.failure.code}: ${result.failure.message}`
}

test('a command gives what it prints, without a shell, without our own settings, and each thing that goes wrong has its sentence', async () => {
  assert.equal(await read(command('printf', '%s', SECRET)), SECRET)
  assert.equal(await read(command('printf', '%s', '$(id) `id`')), '$(id) `id`')
  assert.equal(await read(command('sh', '-c', 'printf %s "$RELINK_HOME$DATABASE_URL$DATABASE_APP_URL-"')), '-')
  const wrong: readonly (readonly [string, RegExp])[] = [
    [command('/does/not/exist', SECRET), /^failed: The command \/does\/not\/exist was not found\.$/],
    [command('/etc/passwd/x', SECRET), /^failed: The command .* cannot be run \(ENOTDIR\)\.$/], [command('/bin/echo', SECRET.repeat(10_000)), /cannot be run \(E2BIG\)/], [command('x'.repeat(5_000)), /cannot be run \(ENAMETOOLONG\)/],
    [command(directory), /^failed: The command .* cannot be run \(EACCES\)\.$/],
    [command('sh', '-c', `echo ${SECRET}; echo ${SECRET} >&2; exit 3`), /^failed: The command sh ended with status 3\.$/],
    [command('sh', '-c', 'kill -9 $$'), /ended with signal SIGKILL/],
    [command('true'), /^failed: The command true is empty\.$/],
    [command('sh', '-c', `yes ${SECRET}`), /^failed: The command sh gave more than 64 bytes\.$/],
    ['command:echo hello', /JSON array/], ['command:[]', /JSON array/], ['command:[""]', /JSON array/], ['command:["a",1]', /JSON array/], ['file:/etc/passwd', /command: or credential:/], ['', /command: or credential:/],
  ]
  for (const [source, said] of wrong) assert.match(await read(source), said)
})

// Fails when: only the program itself is ended, and its child keeps the answer open (planted: the test hangs until its child ends).
test('a command that does not answer is ended in time, with what it started', async () => {
  const said = await read(command('sh', '-c', 'sleep 600 & sleep 600'), { timeoutMs: 100, maxBytes: 64 })
  assert.match(said, /did not answer within 0\.1 s/)
})

test('a credential is a plain file of a closed directory, by its plain name', async () => {
  await writeFile(join(directory, 'bank'), SECRET)
  assert.equal(await read('credential:bank'), SECRET)
  await symlink('/etc/passwd', join(directory, 'link'))
  await writeFile(join(directory, 'empty'), '')
  await writeFile(join(directory, 'large'), 'x'.repeat(65))
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['credential:absent', /^missing: The credential absent is not in CREDENTIALS_DIRECTORY/], ['credential:link', /^unsafe: .*symbolic link/], ['credential:empty', /is empty/], ['credential:large', /longer than 64 bytes/],
    ['credential:../bank', /plain name/], ['credential:.', /plain name/], ['credential:', /plain name/],
  ]
  for (const [source, said] of wrong) assert.match(await read(source), said)
  await chmod(directory, 0o711)
  assert.match(await read('credential:bank'), /^unsafe: .*can be read by others/)
  await chmod(join(directory, 'bank'), 0o400)
  assert.equal(await read('credential:bank'), SECRET)
  await chmod(directory, 0o700)
  const none = await readOutside('credential:bank', {})
  assert.ok(!none.ok && /CREDENTIALS_DIRECTORY is not set/.test(none.failure.message))
})
