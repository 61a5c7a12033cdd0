/** Random tokens that are shown once and kept as SHA-256 digests: 256 bits need no slow hash. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'

const TOKEN_BYTES = 32
const NOBODY = new Uint8Array(32)

export function newToken(entropy: Entropy): string {
  return Buffer.from(entropy.bytes(TOKEN_BYTES)).toString('base64url')
}

export function digestOf(token: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(token).digest())
}

/** Whether the token is the one of the digest; takes the same time for every token, and for no digest. */
export function matches(token: string, digest: Uint8Array | null): boolean {
  const equal = timingSafeEqual(digestOf(token), digest ?? NOBODY)
  return equal && digest !== null
}
