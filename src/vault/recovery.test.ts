import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { masterKeyOf } from './keys.ts'
import { keyText, parseKey } from './master-key.ts'
import { openRecovery, sealRecovery } from './recovery.ts'

const KEY = masterKeyOf(new Uint8Array(32).fill(5))
const WORDS = 'burst swarm slender curve'
const ID = Buffer.from(KEY.id).toString('hex')

const directory = mkdtempSync(join(tmpdir(), 'relink-recovery-'))
after(() => rmSync(directory, { recursive: true }))

async function opened(file: string | Uint8Array, unlock: Parameters<typeof openRecovery>[1]): Promise<string> {
  const result = await openRecovery(Buffer.from(file), unlock)
  if (!result.ok) assert.ok(!result.failure.message.includes(WORDS) && !result.failure.message.includes('AGE-SECRET-KEY-1'), 'no secret in a message')
  return result.ok ? Buffer.from(result.value.id).toString('hex') : result.failure.code
}

async function sealed(lock: Parameters<typeof sealRecovery>[1]): Promise<string> {
  const result = await sealRecovery(KEY, lock)
  return result.ok ? result.value : result.failure.code
}

test('the key comes back by the passphrase alone, and not from a file of which one character was changed', async () => {
  const file = await sealed({ passphrase: WORDS, workFactor: 4 })
  assert.match(file, /^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  assert.ok(!file.includes(keyText(KEY).toString('latin1').slice(0, 20)))
  assert.equal(await opened(file, { passphrase: WORDS }), ID)
  assert.equal(await opened(file.replaceAll('\n', '\r\n'), { passphrase: WORDS }), ID, 'as a mail program leaves it')
  assert.equal(await opened(file, { passphrase: `${WORDS} ` }), 'not_opened')
  const packed = armor.decode(file)
  for (const at of [30, 60, packed.length - 20]) {
    const altered = Uint8Array.from(packed)
    altered[at]! ^= 1
    assert.equal(await opened(altered, { passphrase: WORDS }), 'not_opened')
  }
})

test('for recipients it opens with the identity of any of them', async () => {
  const identities = [await generateX25519Identity(), await generateX25519Identity(), await generateX25519Identity()]
  const recipients = await Promise.all(identities.map(identityToRecipient))
  const file = await sealed({ recipients: recipients.slice(0, 2) })
  assert.deepEqual(await Promise.all(identities.map((identity) => opened(file, { identities: [identity] }))), [ID, ID, 'not_opened'])
})

test('what is no recipient, identity, age file or key is said without being repeated; a short passphrase is refused', async () => {
  const identity = await generateX25519Identity()
  assert.deepEqual(
    [await sealed({ passphrase: 'elevenchars' }), await sealed({ recipients: [] }), await sealed({ recipients: ['ssh-ed25519 AAAA'] }), await sealed({ recipients: [identity] })],
    ['passphrase_short', 'no_recipient', 'not_recipient', 'not_recipient'],
  )
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(identity))
  const empty = await encrypter.encrypt('no key')
  assert.deepEqual(
    [await opened(empty, { identities: [identity] }), await opened(empty, { identities: ['AGE-SECRET-KEY-1'] }), await opened('hello', { passphrase: WORDS }), await opened('', { passphrase: WORDS })],
    ['no_key_inside', 'not_identity', 'not_age', 'not_age'],
  )
})

const hasAge = spawnSync('age', ['--version']).status === 0

test('another age program opens the file to a key file as it is, and Relink opens what that program made', { skip: hasAge ? false : 'age is not installed' }, async () => {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const [keys, file] = [join(directory, 'identity.txt'), join(directory, 'recovery.age')]
  writeFileSync(keys, `# created: today\n${identity}\n`, { mode: 0o600 })
  writeFileSync(file, await sealed({ recipients: [recipient] }))
  const plain = spawnSync('age', ['-d', '-i', keys, file])
  assert.deepEqual(plain.stdout, keyText(KEY), plain.stderr.toString())
  assert.ok(parseKey(plain.stdout, 'file').ok)
  for (const armored of [[], ['-a']]) assert.equal(await opened(spawnSync('age', ['-r', recipient, ...armored], { input: keyText(KEY) }).stdout, { identities: [identity] }), ID)
})
