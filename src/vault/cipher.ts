/**
 * What every sealed thing shares: AES-256-GCM with a tag of 16 bytes, which is given to Node each
 * time because without it Node accepts a tag of 4, and additional data in which no part can run
 * into the next.
 */

export const ALGORITHM = 'aes-256-gcm'
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

/** Parts, each behind its length in 4 bytes: `["ab", "c"]` and `["a", "bc"]` differ. */
export function additionalData(parts: readonly (string | Uint8Array)[]): Uint8Array {
  let size = 0
  for (const part of parts) size += 4 + (typeof part === 'string' ? Buffer.byteLength(part, 'utf8') : part.length)
  const data = Buffer.alloc(size)
  let at = 0
  for (const part of parts) {
    if (typeof part !== 'string') data.set(part, at + 4)
    const length = typeof part === 'string' ? data.write(part, at + 4, 'utf8') : part.length
    at = data.writeUInt32BE(length, at) + length
  }
  return data
}
