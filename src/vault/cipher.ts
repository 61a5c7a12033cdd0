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
  const pieces: Uint8Array[] = []
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    pieces.push(length, bytes)
  }
  return Buffer.concat(pieces)
}
