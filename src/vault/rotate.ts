/**
 * Another master key for a tenant: its key is wrapped anew, the secrets under it stay as they are, or are
 * sealed anew under a new one; what was refused is still known as refused. One step in the database: killed before it, nothing has
 * changed; killed after it, all has; the same command again says so. Prints and keeps no key.
 */
import type { KeyObject } from 'node:crypto'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { SealedSecret, SecretStore } from '../ports/secrets.ts'
import { deriveKey, makeTenantKey, openTenantKey, renewTenantKey, rewrapTenantKey, sameId, type MasterKey, type TenantKey } from './keys.ts'
import { openRecord, sealRecord } from './record.ts'
import { DRAWER, placeOf, QUESTION } from './sealed-records.ts'

export type Rotation = { readonly secrets: SecretStore; readonly tenantId: string; readonly from: MasterKey; readonly to: MasterKey; readonly entropy: Entropy }

/** `nothing_sealed`: the database holds no secret yet, any key will do. */
export type Rotated = 'rotated' | 'already' | 'nothing_sealed'

export async function rotateMasterKey({ secrets, tenantId, from, to, entropy }: Rotation): Promise<Result<Rotated, { readonly message: string }>> {
  if (sameId(from.id, to.id)) return failed({ message: 'Both sources hold the same master key; nothing would change.' })
  const stored = await secrets.tenantKey()
  if (stored === null) return ok('nothing_sealed')
  if (sameId(stored.masterKeyId, to.id)) return openTenantKey(to, tenantId, stored) === null ? failed({ message: DAMAGED }) : ok('already')
  if (!sameId(stored.masterKeyId, from.id)) return failed({ message: `The database is sealed under the master key ${hex(stored.masterKeyId)}; --from holds ${hex(from.id)} and --to ${hex(to.id)}. Give the key that it is sealed under as --from.` })
  const key = openTenantKey(from, tenantId, stored)
  if (key === null) return failed({ message: DAMAGED })
  await secrets.saveTenantKey(rewrapTenantKey(to, tenantId, key, entropy))
  const now = await secrets.tenantKey()
  return now !== null && sameId(now.masterKeyId, to.id) && openTenantKey(to, tenantId, now) !== null ? ok('rotated') : failed({ message: 'The key of this tenant was changed meanwhile. Run the same command again.' })
}

/** Where a connection's login, or what a destination was entered with, may be sent now, and whose login it is. */
export type Place = { readonly loginIndex: string; readonly audience: readonly string[] }

/**
 * New keys at every level: another key of the tenant under `to` (which may be the present master key), and
 * every stored login, and what destinations of alerts were entered with, sealed anew under it; so is what goes with a bank's open question. One step in the database. Answers and logins on trial that are
 * on their way are given up; the bank or the person is asked again. Running servers go on where they hold
 * the master key `to`.
 */
export async function resealSecrets({ secrets, tenantId, from, to, entropy }: Rotation, placeOfOwner: (ownerId: string) => Place | null): Promise<Result<number, { readonly message: string }>> {
  let problem: string | null = null
  let count = 0
  const refuse = (message: string): null => {
    problem = message
    return null
  }
  await secrets.reseal((stored, records) => {
    const under = [from, to].find(({ id }) => sameId(id, stored.masterKeyId))
    if (under === undefined) return refuse(`The database is sealed under the master key ${hex(stored.masterKeyId)}; --from holds ${hex(from.id)}. Give the key that it is sealed under as --from.`)
    const key = openTenantKey(under, tenantId, stored)
    if (key === null) return refuse(DAMAGED)
    const renewed = renewTenantKey(to, tenantId, key, entropy)
    const lasting = records.filter(({ purpose }) => purpose === 'login' || purpose === DRAWER || purpose === QUESTION)
    const fresh: SealedSecret[] = []
    for (const record of lasting) {
      const place = placeOfOwner(record.connectionId)
      const isQuestion = record.purpose === QUESTION
      // Of a destination that was removed a moment before its process died.
      if (place === null && record.purpose === DRAWER) continue
      const sealed = place === null ? null : resealOne(key, renewed.key, record, { tenantId, ...place }, entropy)
      // One for a login or address of before is of no use anyway; the bank asks it again.
      if (sealed === null && isQuestion) continue
      if (sealed === null) return refuse(`The secret of the ${record.purpose === DRAWER ? 'destination of alerts' : 'connection'} ${record.connectionId} cannot be opened, so nothing was changed. ${record.purpose === DRAWER ? 'Enter it again under Settings, Alerts, or remove the destination' : `Type it again (relink secret ${record.connectionId}) or remove the connection`} first.`)
      fresh.push({ ...record, sealed })
    }
    count = fresh.filter(({ purpose }) => purpose !== QUESTION).length
    return { key: renewed.sealed, records: fresh }
  })
  return problem === null ? ok(count) : failed({ message: problem })
}

function resealOne(from: TenantKey, to: TenantKey, { connectionId: ownerId, purpose, version, sealed }: SealedSecret, { tenantId, loginIndex, audience }: Place & { readonly tenantId: string }, entropy: Entropy): Uint8Array | null {
  const place = { tenantId, ownerId, purpose: placeOf({ connectionId: ownerId, loginIndex }, purpose), version, audience }
  const plaintext = openRecord(from, place, sealed)
  if (plaintext === null) return null
  try {
    return sealRecord(to, place, plaintext, entropy)
  } finally {
    plaintext.fill(0)
  }
}

/** By which logins and refused secrets are known. */
export async function blindKeyOf(secrets: SecretStore, tenantId: string, master: MasterKey): Promise<KeyObject> {
  const stored = await secrets.tenantKey()
  return (stored === null ? null : openTenantKey(master, tenantId, stored)?.blind) ?? deriveKey(master, 'blind index', tenantId)
}

/** From now on the database belongs to this master key, although no secret is sealed in it yet. */
export async function bindToMasterKey(secrets: SecretStore, tenantId: string, master: MasterKey, entropy: Entropy): Promise<void> {
  if ((await secrets.tenantKey()) === null) await secrets.saveTenantKey(makeTenantKey(master, tenantId, entropy).sealed)
}

const DAMAGED = 'The key of this tenant cannot be opened: it was altered, or belongs to another tenant. Restore the database from a backup, or type the secrets again.'

function hex(id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
