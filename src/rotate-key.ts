/** `relink vault rotate` on this host: opens the database without a key, and both keys from their places. */
import { hostClock } from './adapters/clock.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { createLog } from './adapters/log.ts'
import type { Config } from './config.ts'
import { failed, ok, type Result } from './domain/result.ts'
import { openStore } from './open-store.ts'
import type { MasterKey } from './vault/keys.ts'
import { readMasterKey } from './vault/master-key.ts'
import { rotateMasterKey, type Rotated } from './vault/rotate.ts'

export type KeyPlaces = { readonly from: string; readonly to: string; readonly tell: (message: string) => void }

/** The id of the new key, and what was done. A key file that `to` names is made when it is missing. */
export async function rotateKey(config: Config, { from, to, tell }: KeyPlaces): Promise<Result<{ readonly rotated: Rotated; readonly keyId: string }, { readonly message: string }>> {
  const read = async (option: string, source: string, mayCreate: boolean): Promise<Result<MasterKey, { readonly message: string }>> => {
    const key = await readMasterKey({ source, environment: process.env, mayCreate, entropy: hostEntropy, warn: tell })
    return key.ok ? key : failed({ message: `${option}: ${key.failure.message}` })
  }
  const old = await read('--from', from, false)
  if (!old.ok) return old
  const database = await openStore(config, { ...createLog(process.stderr, hostClock), info: () => undefined, warn: () => undefined })
  if (!database.ok) return database
  try {
    // Made only once the database answers: a key file without a use would be taken for one that counts.
    const next = await read('--to', to, true)
    if (!next.ok) return next
    const { store } = database.value
    const tenantId = await store.defaultTenant()
    const done = await rotateMasterKey({ secrets: store.tenant(tenantId).secrets, tenantId, from: old.value, to: next.value, entropy: hostEntropy })
    return done.ok ? ok({ rotated: done.value, keyId: Buffer.from(next.value.id).toString('hex') }) : done
  } finally {
    await database.value.close()
  }
}
