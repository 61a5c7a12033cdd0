/**
 * `relink vault recovery` and `recover`, between the keys and the database: the recovery file is made of
 * the key that the database knows, and gives back only that one. Promises that no existing file is replaced.
 */
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hostClock } from './adapters/clock.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { createLog } from './adapters/log.ts'
import type { Config } from './config.ts'
import { fileFault } from './domain/file-fault.ts'
import { failed, ok, type Result } from './domain/result.ts'
import { openStore } from './open-store.ts'
import { sameId, type MasterKey } from './vault/keys.ts'
import { checkMasterKey, readMasterKey, writeKeyFile } from './vault/master-key.ts'
import { createOnce } from './vault/own-file.ts'
import { openRecovery, sealRecovery, type RecoveryKey, type RecoveryLock } from './vault/recovery.ts'

type Sentence = { readonly message: string }

const MOST_BYTES = 65_536

/** Writes the recovery file of the present master key; the key's id. */
export async function makeRecoveryFile(config: Config, { path, lock, tell }: { readonly path: string; readonly lock: RecoveryLock; readonly tell: (message: string) => void }): Promise<Result<{ readonly keyId: string }, Sentence>> {
  const key = await readMasterKey({ source: config.masterKey, environment: process.env, mayCreate: false, entropy: hostEntropy, warn: tell })
  if (!key.ok) return key
  const fits = await fitsDatabase(config, key.value)
  if (!fits.ok) return fits
  const text = await sealRecovery(key.value, lock)
  if (!text.ok) return text
  const written = await writeNew(path, text.value)
  if (!written.ok) return written
  const keyId = idOf(key.value)
  // Only a note of ours, that nobody is asked again; without it all is well, too.
  await createOnce(noteOf(config, keyId), '', hostEntropy).catch(() => undefined)
  return ok({ keyId })
}

/** Puts the key of a recovery file where `to` says (`file:PATH`). */
export async function useRecoveryFile(config: Config, { path, to, unlock, tell }: { readonly path: string; readonly to: string; readonly unlock: RecoveryKey; readonly tell: (message: string) => void }): Promise<Result<{ readonly keyId: string; readonly file: string }, Sentence>> {
  if (!to.startsWith('file:') || to === 'file:') return failed({ message: 'A key comes back into a file only: give --to file:PATH, and put it into a credential or key service from there.' })
  const target = resolve(to.slice('file:'.length))
  const file = await readSmall(path)
  if (!file.ok) return file
  const key = await openRecovery(file.value, unlock)
  if (!key.ok) return key
  const fits = await fitsDatabase(config, key.value)
  if (!fits.ok) return fits
  const written = await writeKeyFile(target, key.value, { environment: process.env, entropy: hostEntropy, warn: tell })
  if (!written.ok) return written
  if (!sameId(written.value.id, key.value.id)) return failed({ message: `${target} holds another key and is left as it is. Move it away, or give --to file:PATH.` })
  return ok({ keyId: idOf(key.value), file: target })
}

/** Whether a recovery file was made here for this key. */
export async function hasRecoveryFile(config: Config, keyId: string): Promise<boolean> {
  return exists(noteOf(config, keyId))
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function noteOf({ home }: Config, keyId: string): string {
  return join(home, 'keys', `recovery-made-${keyId}`)
}

function idOf({ id }: MasterKey): string {
  return Buffer.from(id).toString('hex')
}

/** A key that opens nothing here would be found out on the day on which it is needed. On a host that waits for its data nothing is made. */
async function fitsDatabase(config: Config, key: MasterKey): Promise<Result<null, Sentence>> {
  if (config.databaseUrl === null && !(await exists(join(config.home, 'postgres')))) return ok(null)
  const database = await openStore(config, { ...createLog(process.stderr, hostClock), info: () => undefined, warn: () => undefined })
  if (!database.ok) return database
  try {
    const { store } = database.value
    return await checkMasterKey(store.tenant(await store.defaultTenant()).secrets, key)
  } finally {
    await database.value.close()
  }
}

/** Whole or not at all, and read back: it is wanted when nothing else is left. */
async function writeNew(path: string, text: string): Promise<Result<null, Sentence>> {
  try {
    await createOnce(path, text, hostEntropy)
    if ((await readFile(path, 'latin1')) === text) return ok(null)
    return failed({ message: `${path} exists; give another name.` })
  } catch (error) {
    return failed({ message: `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).` })
  }
}

async function readSmall(path: string): Promise<Result<Buffer, Sentence>> {
  try {
    const bytes = await readFile(path)
    return bytes.length > MOST_BYTES ? failed({ message: `${path} is too long to be a recovery file.` }) : ok(bytes)
  } catch (error) {
    return failed({ message: `${path} cannot be read: ${fileFault(error)}.` })
  }
}
