/**
 * The recovery file: the master key inside an age file (age-encryption.org/v1, armored), locked by a
 * passphrase or for recipients, so that it opens with any age program and without Relink. What is inside
 * is a key file as it is: `age -d` of it gives what `RELINK_MASTER_KEY=file:` reads. Promises that no
 * key and no passphrase stands in a failure. Does not judge how well a passphrase was chosen, but for
 * its length: whoever has the file can try as many as scrypt lets them.
 */
import { armor, Decrypter, Encrypter } from 'age-encryption'
import { failed, ok, type Result } from '../domain/result.ts'
import type { MasterKey } from './keys.ts'
import { keyText, parseKey } from './master-key.ts'

/** `workFactor`: the logarithm of what a guess costs; default: that of age (18, some seconds). */
export type RecoveryLock = { readonly passphrase: string; readonly workFactor?: number } | { readonly recipients: readonly string[] }
export type RecoveryKey = { readonly passphrase: string } | { readonly identities: readonly string[] }

export type RecoveryFailure = { readonly code: 'passphrase_short' | 'no_recipient' | 'not_recipient' | 'not_identity' | 'not_age' | 'not_opened' | 'no_key_inside'; readonly message: string }

const SHORTEST_PASSPHRASE = 12

/** The armored text of the file. */
export async function sealRecovery(key: MasterKey, lock: RecoveryLock): Promise<Result<string, RecoveryFailure>> {
  const encrypter = encrypterFor(lock)
  if (!encrypter.ok) return encrypter
  const text = keyText(key)
  try {
    return ok(armor.encode(await encrypter.value.encrypt(text)))
  } finally {
    text.fill(0)
  }
}

/** Content that is written as it comes, locked in the same way; binary. */
export async function lockContent(content: AsyncIterable<Uint8Array | string>, lock: RecoveryLock): Promise<Result<AsyncIterable<Uint8Array>, RecoveryFailure>> {
  const encrypter = encrypterFor(lock)
  return encrypter.ok ? ok(await encrypter.value.encrypt(ReadableStream.from(bytesOf(content)))) : encrypter
}

async function* bytesOf(content: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const part of content) yield Uint8Array.from(typeof part === 'string' ? Buffer.from(part) : part)
}

function encrypterFor(lock: RecoveryLock): Result<Encrypter, RecoveryFailure> {
  const encrypter = new Encrypter()
  if ('passphrase' in lock) {
    if ([...lock.passphrase].length < SHORTEST_PASSPHRASE) return refuse('passphrase_short', `The passphrase has fewer than ${SHORTEST_PASSPHRASE} characters. It alone protects the file; take five or six words.`)
    encrypter.setPassphrase(lock.passphrase)
    if (lock.workFactor !== undefined) encrypter.setScryptWorkFactor(lock.workFactor)
  } else {
    if (lock.recipients.length === 0) return refuse('no_recipient', 'No recipient is named. A recipient is a line that begins with age1.')
    for (const [index, recipient] of lock.recipients.entries()) {
      if (!accepts(() => encrypter.addRecipient(recipient))) return refuse('not_recipient', `Recipient ${index + 1} is not one of age. It begins with age1 and is printed by age-keygen.`)
    }
  }
  return ok(encrypter)
}

/** The master key in the file; binary files of other age programs are read, too. */
export async function openRecovery(file: Buffer, unlock: RecoveryKey): Promise<Result<MasterKey, RecoveryFailure>> {
  const decrypter = new Decrypter()
  if ('passphrase' in unlock) decrypter.addPassphrase(unlock.passphrase)
  else {
    for (const [index, identity] of unlock.identities.entries()) {
      if (!accepts(() => decrypter.addIdentity(identity))) return refuse('not_identity', `Identity ${index + 1} is not one of age. It begins with AGE-SECRET-KEY-.`)
    }
  }
  const packed = unarmored(file)
  if (packed === null) return refuse('not_age', 'This is not an age file: it begins neither with "age-encryption.org/v1" nor with "-----BEGIN AGE ENCRYPTED FILE-----".')
  let opened: Buffer
  try {
    opened = Buffer.from(await decrypter.decrypt(packed))
  } catch {
    // The library tells a wrong passphrase, a foreign file and an altered one by their English text only.
    return refuse('not_opened', `The file does not open with this ${'passphrase' in unlock ? 'passphrase' : 'identity'}, or it was altered.`)
  }
  const key = parseKey(opened, 'recovery file')
  return key.ok ? key : refuse('no_key_inside', key.failure.message)
}

const MAGIC = 'age-encryption.org/v1'

function unarmored(file: Buffer): Uint8Array | null {
  if (file.subarray(0, MAGIC.length).toString('latin1') === MAGIC) return file
  try {
    return armor.decode(file.toString('latin1'))
  } catch {
    return null
  }
}

/** The library throws at what it cannot read, and its texts may repeat it. */
function accepts(take: () => void): boolean {
  try {
    take()
    return true
  } catch {
    return false
  }
}

function refuse(code: RecoveryFailure['code'], message: string): { readonly ok: false; readonly failure: RecoveryFailure } {
  return failed({ code, message })
}
