/**
 * Another master key for a tenant: its key is wrapped anew, the secrets under it stay as they are, and
 * what was refused is still known as refused. One step in the database: killed before it, nothing has
 * changed; killed after it, all has; the same command again says so. Prints and keeps no key.
 */
import type { KeyObject } from 'node:crypto'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { SecretStore } from '../ports/store.ts'
import { deriveKey, openTenantKey, rewrapTenantKey, sameId, type MasterKey } from './keys.ts'

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

/** By which logins and refused secrets are known. */
export async function blindKeyOf(secrets: SecretStore, tenantId: string, master: MasterKey): Promise<KeyObject> {
  const stored = await secrets.tenantKey()
  return (stored === null ? null : openTenantKey(master, tenantId, stored)?.blind) ?? deriveKey(master, 'blind index', tenantId)
}

const DAMAGED = 'The key of this tenant cannot be opened: it was altered, or belongs to another tenant. Restore the database from a backup, or type the secrets again.'

function hex(id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
