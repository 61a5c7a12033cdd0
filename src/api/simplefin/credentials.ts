/**
 * Credentials of consumers: a setup secret that is exchanged once for an access secret. Both carry
 * the consumer's id, so that one row is read and compared in constant time; the store keeps SHA-256
 * digests only. 256 random bits each: nothing here needs a slow hash. All characters are of
 * `[A-Za-z0-9_-]`, because clients take access URLs apart at `@`, `:` and `/`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Consumer } from '../../domain/consumer.ts'
import type { Entropy } from '../../ports/entropy.ts'

export const SETUP_TTL_MS = 24 * 3_600_000

const SECRET_BYTES = 32
const NOBODY = new Uint8Array(32)

/** A consumer's id with a secret; shown once, never stored. */
export type Credential = { readonly consumerId: string; readonly secret: string }

export function newSecret(entropy: Entropy): string {
  return Buffer.from(entropy.bytes(SECRET_BYTES)).toString('base64url')
}

export function digestOf(secret: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(secret).digest())
}

/** Whether the secret is the one of the digest; takes the same time for every secret, and for no digest. */
export function matches(secret: string, digest: Uint8Array | null): boolean {
  const equal = timingSafeEqual(digestOf(secret), digest ?? NOBODY)
  return equal && digest !== null
}

/** What stands after `/claim/`: 32 digits of the id, then the secret. */
export function claimToken({ consumerId, secret }: Credential): string {
  return `${plainId(consumerId)}${secret}`
}

/** The credential of a claim token; null when the text is none. */
export function readClaimToken(text: string): Credential | null {
  const match = /^([0-9a-f]{32})([\w-]{43})$/.exec(text)
  return match === null ? null : { consumerId: uuidOf(match[1]!), secret: match[2]! }
}

/** What a person pastes into the program: Base64 of the claim URL (SimpleFIN protocol, "SimpleFIN Token"). */
export function setupToken(consumer: Pick<Consumer, 'id' | 'url'>, secret: string): string {
  return Buffer.from(`${rootOf(consumer)}/claim/${claimToken({ consumerId: consumer.id, secret })}`).toString('base64')
}

/** The access URL: user is the id, password the secret; no slash or newline at its end. */
export function accessUrl(consumer: Pick<Consumer, 'id' | 'url'>, secret: string): string {
  return rootOf(consumer).replace('://', `://${plainId(consumer.id)}:${secret}@`)
}

/** The root of the protocol under the consumer's own address. */
export function rootOf({ url }: Pick<Consumer, 'url'>): string {
  return `${url}/simplefin`
}

/** The credential of a Basic `Authorization` header (RFC 7617); null when there is none or its form is wrong. */
export function readBasic(header: string | undefined): Credential | null {
  const encoded = /^basic +([A-Za-z0-9+/_=-]{1,400})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const match = /^([0-9a-f]{32}):([\w-]{43})$/.exec(Buffer.from(encoded, 'base64').toString('latin1'))
  return match === null ? null : { consumerId: uuidOf(match[1]!), secret: match[2]! }
}

function plainId(uuid: string): string {
  return uuid.replaceAll('-', '')
}

function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
