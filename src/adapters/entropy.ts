/** The host's random source: the only place where the server draws chance. */
import { randomBytes, randomInt } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'

const FRACTION_STEPS = 2 ** 32

export const hostEntropy: Entropy = {
  // A copy of its own: the caller wipes it, and small Buffers share a pool.
  bytes: (length) => Uint8Array.from(randomBytes(length)),
  fraction: () => randomInt(FRACTION_STEPS) / FRACTION_STEPS,
  id: (epochMs) => uuidOf(epochMs, nextIdBytes()),
}

/** Ids are made by the hundred thousand in an import, and a call of the random source costs 7 µs however little it gives. */
const POOL_BYTES = 10 * 512
let pool = new Uint8Array(0)
let used = 0

function nextIdBytes(): Uint8Array {
  if (used === pool.length) [pool, used] = [randomBytes(POOL_BYTES), 0]
  return pool.subarray(used, (used += 10))
}

/** UUID version 7 (RFC 9562 section 5.7) of an instant and 10 random bytes. */
export function uuidOf(epochMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(epochMs, 0, 6)
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
