/** `relink vault rotate` on this host: opens the database without a key, and both keys from their places. */
import { hostClock } from './adapters/clock.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { createLog } from './adapters/log.ts'
import type { Config } from './config.ts'
import { failed, ok, type Result } from './domain/result.ts'
import { discoverConnectors } from './connectors/registry.ts'
import type { TenantStore } from './ports/store.ts'
import { openStore } from './open-store.ts'
import type { MasterKey } from './vault/keys.ts'
import { readMasterKey } from './vault/master-key.ts'
import { audienceOf } from './domain/alert.ts'
import { NO_LOGIN } from './vault/sealed-records.ts'
import { resealSecrets, rotateMasterKey, type Place, type Rotated } from './vault/rotate.ts'

/** `to` null: the master key stays. `reseal`: new keys below it, too. */
export type KeyPlaces = { readonly from: string; readonly to: string | null; readonly reseal: boolean; readonly tell: (message: string) => void }

/** The id of the new key, what was done, and how many secrets were sealed anew. A key file that `to` names is made when it is missing. */
export async function rotateKey(config: Config, { from, to, reseal, tell }: KeyPlaces): Promise<Result<{ readonly rotated: Rotated; readonly keyId: string; readonly resealed: number }, { readonly message: string }>> {
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
    const next = to === null ? old : await read('--to', to, true)
    if (!next.ok) return next
    const { store } = database.value
    const tenantId = await store.defaultTenant()
    const tenant = store.tenant(tenantId)
    const rotation = { secrets: tenant.secrets, tenantId, from: old.value, to: next.value, entropy: hostEntropy }
    const keyId = Buffer.from(next.value.id).toString('hex')
    if (!reseal || (await tenant.secrets.tenantKey()) === null) {
      const done = await rotateMasterKey(rotation)
      return done.ok ? ok({ rotated: done.value, keyId, resealed: 0 }) : done
    }
    const sealed = await resealSecrets(rotation, await placesOf(tenant))
    return sealed.ok ? ok({ rotated: 'rotated', keyId, resealed: sealed.value }) : sealed
  } finally {
    await database.value.close()
  }
}

/** Where each connection's login, and each destination's secrets, may be sent, by their settings as they are now. */
async function placesOf({ connections, alerts }: TenantStore): Promise<(ownerId: string) => Place | null> {
  const connectors = await discoverConnectors()
  const known = new Map((await connections.list()).map((one) => [one.id, one]))
  const destinations = new Map((await alerts.destinations()).map((one) => [one.id, one]))
  return (ownerId) => {
    const destination = destinations.get(ownerId)
    if (destination !== undefined) return { loginIndex: NO_LOGIN, audience: audienceOf(destination.place) }
    const connection = known.get(ownerId)
    const connector = connectors.get(connection?.connector ?? '')
    return connection === undefined || connector === undefined ? null : { loginIndex: connection.loginIndex, audience: connector.originsOf(connection.settings) }
  }
}
