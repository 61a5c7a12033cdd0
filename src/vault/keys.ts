/**
 * The keys above a secret: the master key, which never touches the database, what is derived from
 * it, and the key of a tenant, which lies in the database wrapped under it (security.md section 3).
 * Promises that one purpose never sees another purpose's key. Uses `node:crypto` directly: it is
 * arithmetic, not the outside; chance still comes through the Entropy port.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'
import type { SealedKey } from '../ports/secrets.ts'
import { additionalData, ALGORITHM, NONCE_BYTES, TAG_BYTES } from './cipher.ts'

export const KEY_BYTES = 32
export const KEY_ID_BYTES = 8

export type MasterKey = { readonly key: KeyObject; readonly id: Uint8Array }

/** What the master key is used for, one derived key each. A label never changes its meaning. */
export type KeyLabel = 'wrap' | 'blind index'

/** `blind` names logins and refused secrets: it outlives the master key under which it was first derived, or a rotation would forget what a bank refused. */
export type TenantKey = { readonly key: KeyObject; readonly id: Uint8Array; readonly blind: KeyObject }

/** Takes 32 bytes, wipes them, and gives the master key with its public id (the first 8 bytes of an HMAC). */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a master key has ${KEY_BYTES} bytes`)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { key, id: keyId(key, 'relink/key-id/1') }
}

/** HKDF-SHA256 (RFC 5869) of the master key under a label. `scope` separates tenants. */
export function deriveKey(master: MasterKey, label: KeyLabel, scope = ''): KeyObject {
  const bytes = new Uint8Array(hkdfSync('sha256', master.key, new Uint8Array(0), additionalData(['relink/hkdf/1', label, scope]), KEY_BYTES))
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** A new key for a tenant, in the clear for use and wrapped for the database. */
export function makeTenantKey(master: MasterKey, tenantId: string, entropy: Entropy): { readonly key: TenantKey; readonly sealed: SealedKey } {
  const bytes = entropy.bytes(KEY_BYTES)
  try {
    const key = createSecretKey(bytes)
    const id = keyId(key, 'relink/tenant-key-id/1')
    return { key: { key, id, blind: deriveKey(master, 'blind index', tenantId) }, sealed: wrap(master, tenantId, id, bytes, entropy) }
  } finally {
    bytes.fill(0)
  }
}

/** Another key in place of a tenant's. What names logins and refused secrets stays: banks count on. */
export function renewTenantKey(master: MasterKey, tenantId: string, { blind }: Pick<TenantKey, 'blind'>, entropy: Entropy): { readonly key: TenantKey; readonly sealed: SealedKey } {
  const bytes = entropy.bytes(KEY_BYTES)
  try {
    const key = createSecretKey(bytes)
    const renewed = { key, id: keyId(key, 'relink/tenant-key-id/1'), blind }
    return { key: renewed, sealed: rewrapTenantKey(master, tenantId, renewed, entropy) }
  } finally {
    bytes.fill(0)
  }
}

/** Unwraps a tenant's key; null when it was not wrapped for this tenant under this master key. */
export function openTenantKey(master: MasterKey, tenantId: string, sealed: SealedKey): TenantKey | null {
  const { sealed: bytes } = sealed
  const inside = bytes.length - NONCE_BYTES - TAG_BYTES
  // Wrapped under the master key that the blind key comes from, or under a later one, with that key beside it.
  if (inside !== KEY_BYTES && inside !== 2 * KEY_BYTES) return null
  const decipher = createDecipheriv(ALGORITHM, deriveKey(master, 'wrap'), bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(wrapData(tenantId, sealed.keyId, master.id))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  let opened: Buffer | null = null
  try {
    opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    const blind = inside === KEY_BYTES ? deriveKey(master, 'blind index', tenantId) : createSecretKey(opened.subarray(KEY_BYTES))
    return { key: createSecretKey(opened.subarray(0, KEY_BYTES)), id: sealed.keyId, blind }
  } catch {
    return null
  } finally {
    opened?.fill(0)
  }
}

/** The same tenant key under another master key. */
export function rewrapTenantKey(master: MasterKey, tenantId: string, { key, id, blind }: TenantKey, entropy: Entropy): SealedKey {
  const bytes = Buffer.concat([key.export(), blind.export()])
  try {
    return wrap(master, tenantId, id, bytes, entropy)
  } finally {
    bytes.fill(0)
  }
}

function wrap(master: MasterKey, tenantId: string, id: Uint8Array, bytes: Uint8Array, entropy: Entropy): SealedKey {
  const nonce = entropy.bytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, deriveKey(master, 'wrap'), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(wrapData(tenantId, id, master.id))
  return { keyId: id, sealed: Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]), masterKeyId: master.id }
}

/** HMAC-SHA256 over length-prefixed parts, as hex: a value that can be compared but not read. */
export function blindIndex(key: KeyObject, parts: readonly string[]): string {
  return createHmac('sha256', key).update(additionalData(parts)).digest('hex')
}

/**
 * A key of a tenant for something else than secrets. It comes from `blind`, which outlives a change of the
 * master key: or second factors could not be read, and the audit log not be checked, after one.
 */
export function deriveLasting(blind: KeyObject, label: 'sign-in' | 'links' | 'audit'): KeyObject {
  return createSecretKey(createHmac('sha256', blind).update(additionalData(['relink/lasting/1', label])).digest())
}

/** Whether two key ids are the same. */
export function sameId(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function keyId(key: KeyObject, label: string): Uint8Array {
  return createHmac('sha256', key).update(label).digest().subarray(0, KEY_ID_BYTES)
}

function wrapData(tenantId: string, id: Uint8Array, masterId: Uint8Array): Uint8Array {
  return additionalData(['relink/vault/1', 'tenant-key', tenantId, id, masterId])
}
