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
  const at = Math.floor(epochMs).toString(16).padStart(12, '0')
  const hex = (place: number): string => HEX[random[place]!]!
  const [version, variant] = [HEX[0x70 | (random[0]! & 0x0f)]!, HEX[0x80 | (random[2]! & 0x3f)]!]
  return `${at.slice(0, 8)}-${at.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`
}
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
