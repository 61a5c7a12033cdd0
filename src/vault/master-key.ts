/**
 * Where the master key comes from: `file:PATH`, `credential:NAME` (systemd), `command:["program",
 * "argument"]` or `env:NAME` (security.md section 3). Promises to refuse a key file that others can
 * read, that is a link or that is not ours, and never to make a new key where the database knows
 * one already. It prints no key, not even in a failure. A key is 32 bytes as base64 or hexadecimal.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { SecretStore } from '../ports/secrets.ts'
import { nameOf, readOutside } from './outside-source.ts'
import { createOnce, dropPrepared } from './own-file.ts'
import { KEY_BYTES, masterKeyOf, sameId, type MasterKey } from './keys.ts'

export type MasterKeyFailure = { readonly code: 'key_missing' | 'key_unsafe' | 'key_malformed' | 'key_source_failed' | 'key_unknown'; readonly message: string }

export type MasterKeySource = {
  /** As configured, for example `file:/var/lib/relink/keys/master.key`. */
  readonly source: string
  /** Read, and for `env:` erased from. */
  readonly environment: Record<string, string | undefined>
  /** Only at the first start: a missing key file is made. */
  readonly mayCreate: boolean
  readonly entropy: Entropy
  readonly warn: (message: string) => void
}

const MAX_KEY_TEXT_BYTES = 4096

/** Reads the master key from its source. */
export async function readMasterKey(options: MasterKeySource): Promise<Result<MasterKey, MasterKeyFailure>> {
  const colon = options.source.indexOf(':')
  const value = options.source.slice(colon + 1)
  switch (colon < 1 ? '' : options.source.slice(0, colon)) {
    case 'file':
      return readKeyFile(value, options)
    case 'credential':
    case 'command':
      return readElsewhere(options)
    case 'env':
      return readVariable(value, options)
    default:
      return refuse('key_source_failed', 'The source of the master key must begin with file:, credential:, command: or env:.')
  }
}

/** Whether this key opens the database's secrets; a database without secrets accepts any key. */
export async function checkMasterKey(secrets: SecretStore, key: MasterKey): Promise<Result<null, MasterKeyFailure>> {
  const stored = await secrets.tenantKey()
  if (stored === null || sameId(stored.masterKeyId, key.id)) return ok(null)
  const [known, given] = [stored.masterKeyId, key.id].map((id) => Buffer.from(id).toString('hex'))
  return refuse('key_unknown', `The database was sealed under the master key ${known}, but this is ${given}. Give the former key, or restore its file.`)
}

async function readKeyFile(path: string, options: MasterKeySource): Promise<Result<MasterKey, MasterKeyFailure>> {
  let file: FileHandle
  try {
    // O_NOFOLLOW: a link could point at a key that somebody else chose.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && options.mayCreate) return createKeyFile(path, options)
    if (code === 'ENOENT') return refuse('key_missing', `The master key ${path} is missing. Restore it from its backup: without it the stored secrets cannot be read.`)
    if (code === 'ELOOP') return refuse('key_unsafe', `The master key ${path} is a symbolic link. Put the file itself there.`)
    return refuse('key_source_failed', `The master key ${path} cannot be read (${code}).`)
  }
  try {
    let stat = await file.stat()
    if (stat.nlink > 1) {
      await dropPrepared(path)
      stat = await file.stat()
    }
    if (!stat.isFile() || stat.nlink > 1) return refuse('key_unsafe', `The master key ${path} is not a plain file of its own.`)
    if (stat.uid !== process.geteuid?.()) return refuse('key_unsafe', `The master key ${path} belongs to another user. Run: chown it to the user that runs Relink.`)
    if ((stat.mode & 0o077) !== 0) return refuse('key_unsafe', `The master key ${path} can be read by others. Run: chmod 600 ${path}`)
    if (stat.size > MAX_KEY_TEXT_BYTES) return refuse('key_malformed', `${path} is too long to be a master key.`)
    return parseKey(await file.readFile(), `file ${path}`)
  } finally {
    await file.close()
  }
}

async function createKeyFile(path: string, options: MasterKeySource): Promise<Result<MasterKey, MasterKeyFailure>> {
  return writeKeyFile(path, masterKeyOf(options.entropy.bytes(KEY_BYTES)), options)
}

/** Puts a key into a file that is not there yet, and gives what then lies there: a file that exists is never replaced. */
export async function writeKeyFile(path: string, key: MasterKey, options: Omit<MasterKeySource, 'source' | 'mayCreate'>): Promise<Result<MasterKey, MasterKeyFailure>> {
  const text = keyText(key)
  try {
    await createOnce(path, text, options.entropy)
  } catch (error) {
    return refuse('key_source_failed', `The master key ${path} cannot be made (${(error as NodeJS.ErrnoException).code}).`)
  } finally {
    text.fill(0)
  }
  // Read back: of two first starts at once, one made the file, and both must use that one.
  return readKeyFile(path, { ...options, source: `file:${path}`, mayCreate: false })
}

/** What stands in a key file; to be wiped. */
export function keyText({ key }: MasterKey): Buffer {
  const bytes = key.export()
  try {
    return Buffer.from(`${bytes.toString('base64')}\n`, 'latin1')
  } finally {
    bytes.fill(0)
  }
}

async function readElsewhere({ source, environment }: MasterKeySource): Promise<Result<MasterKey, MasterKeyFailure>> {
  const read = await readOutside(source, environment)
  if (read.ok) return parseKey(read.value, `${nameOf(source).replace('The ', '')}`)
  return refuse(CODES[read.failure.code], `The master key cannot be had. ${read.failure.message}`)
}

const CODES = { missing: 'key_missing', unsafe: 'key_unsafe', failed: 'key_source_failed' } as const

function readVariable(name: string, options: MasterKeySource): Result<MasterKey, MasterKeyFailure> {
  const text = options.environment[name]
  if (text === undefined || text === '') return refuse('key_missing', `The variable ${name} with the master key is not set.`)
  delete options.environment[name]
  options.warn(`The master key came from the variable ${name}, which other programs of this user and crash reports can see. A file, credential or command is safer.`)
  return parseKey(Buffer.from(text, 'utf8'), `variable ${name}`)
}

/** The key that a text holds; wipes the text. */
export function parseKey(text: Buffer, where: string): Result<MasterKey, MasterKeyFailure> {
  const written = text.toString('latin1').trim()
  text.fill(0)
  const hex = /^[0-9a-fA-F]{64}$/.test(written)
  const bytes = hex || /^[A-Za-z0-9+/]{43}=$/.test(written) ? Buffer.from(written, hex ? 'hex' : 'base64') : null
  if (bytes === null || bytes.length !== KEY_BYTES) {
    return refuse('key_malformed', `The ${where} holds no master key: it must be 32 random bytes as base64 or hexadecimal.`)
  }
  return ok(masterKeyOf(bytes))
}

function refuse(code: MasterKeyFailure['code'], message: string): { readonly ok: false; readonly failure: MasterKeyFailure } {
  return failed({ code, message })
}
