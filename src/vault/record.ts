/**
 * The sealed record of one secret (security.md section 3):
 * `01 | 01 | tenant key id 8 | nonce 12 | wrapped data key 32 | tag 16 | nonce 12 | ciphertext | tag 16`.
 * Two layers of AES-256-GCM; a data key is used once, so no nonce repeats under it. Both layers are
 * bound to where the record belongs and to the addresses the secret may be sent to: a record moved
 * to another row, or asked for another address, does not open. The plaintext is padded to 64 bytes.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hash } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'
import { additionalData, ALGORITHM, NONCE_BYTES, TAG_BYTES } from './cipher.ts'
import { KEY_BYTES, KEY_ID_BYTES, sameId, type TenantKey } from './keys.ts'

/** Where a record belongs. `audience`: the `https://host:port` that the secret may be sent to. */
export type RecordPlace = {
  readonly tenantId: string
  /** The connection, or the destination of alerts. */
  readonly ownerId: string
  readonly purpose: string
  readonly version: number
  readonly audience: readonly string[]
}

const FORMAT = 0x01
const AES_256_GCM = 0x01
const HEADER_BYTES = 2 + KEY_ID_BYTES
const WRAP_END = HEADER_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
const BLOCK_BYTES = 64

/** Seals `plaintext` for its place. The caller wipes `plaintext`. */
export function sealRecord(tenantKey: TenantKey, place: RecordPlace, plaintext: Uint8Array, entropy: Entropy): Uint8Array {
  const header = Buffer.concat([Uint8Array.of(FORMAT, AES_256_GCM), tenantKey.id])
  const dataKey = entropy.bytes(KEY_BYTES)
  const padded = pad(plaintext)
  try {
    const wrapNonce = entropy.bytes(NONCE_BYTES)
    const wrap = createCipheriv(ALGORITHM, tenantKey.key, wrapNonce, { authTagLength: TAG_BYTES })
    const audience = audienceDigest(place)
    wrap.setAAD(placeData('key', place, audience, header))
    const wrapped = Buffer.concat([wrap.update(dataKey), wrap.final()])
    const nonce = entropy.bytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, createSecretKey(dataKey), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(placeData('value', place, audience, header))
    const ciphertext = Buffer.concat([cipher.update(padded), cipher.final()])
    return Buffer.concat([header, wrapNonce, wrapped, wrap.getAuthTag(), nonce, ciphertext, cipher.getAuthTag()])
  } finally {
    dataKey.fill(0)
    padded.fill(0)
  }
}

/** The plaintext, to be wiped by the caller; null when one bit, the place, the audience or the key is not the sealed one. */
export function openRecord(tenantKey: TenantKey, place: RecordPlace, record: Uint8Array): Uint8Array | null {
  if (record.length < WRAP_END + NONCE_BYTES + BLOCK_BYTES + TAG_BYTES) return null
  const header = record.subarray(0, HEADER_BYTES)
  if (header[0] !== FORMAT || header[1] !== AES_256_GCM || !sameId(header.subarray(2), tenantKey.id)) return null
  let dataKey: Buffer | null = null
  let padded: Buffer | null = null
  try {
    const wrapNonce = record.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
    const unwrap = createDecipheriv(ALGORITHM, tenantKey.key, wrapNonce, { authTagLength: TAG_BYTES })
    const audience = audienceDigest(place)
    unwrap.setAAD(placeData('key', place, audience, header))
    unwrap.setAuthTag(record.subarray(WRAP_END - TAG_BYTES, WRAP_END))
    dataKey = Buffer.concat([unwrap.update(record.subarray(HEADER_BYTES + NONCE_BYTES, WRAP_END - TAG_BYTES)), unwrap.final()])
    // As a key object: handed over as bytes, it costs Node more than all the rest of the opening.
    const decipher = createDecipheriv(ALGORITHM, createSecretKey(dataKey), record.subarray(WRAP_END, WRAP_END + NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(placeData('value', place, audience, header))
    decipher.setAuthTag(record.subarray(-TAG_BYTES))
    padded = Buffer.concat([decipher.update(record.subarray(WRAP_END + NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return unpad(padded)
  } catch {
    // Node throws when a tag does not fit; which bit it was is nobody's business.
    return null
  } finally {
    dataKey?.fill(0)
    padded?.fill(0)
  }
}

/** Under which tenant key a record is sealed. */
export function keyIdOf(record: Uint8Array): Uint8Array {
  return record.subarray(2, HEADER_BYTES)
}

function audienceDigest({ audience }: RecordPlace): Uint8Array {
  return hash('sha256', additionalData([...audience].sort()), 'buffer')
}

function placeData(layer: 'key' | 'value', place: RecordPlace, audience: Uint8Array, header: Uint8Array): Uint8Array {
  return additionalData(['relink/vault/1', layer, place.tenantId, place.ownerId, place.purpose, String(place.version), audience, header])
}

/** ISO/IEC 7816-4: one 0x80, then zeros, so that the length of a password does not show. */
function pad(plaintext: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((plaintext.length + 1) / BLOCK_BYTES) * BLOCK_BYTES)
  padded.set(plaintext)
  padded[plaintext.length] = 0x80
  return padded
}

function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end -= 1
  return end >= 0 && padded[end] === 0x80 ? Uint8Array.from(padded.subarray(0, end)) : null
}
