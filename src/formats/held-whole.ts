/** Files that are read from their end, or by places in them: held whole, as long as that is little. */
import { failed, ok, type Result } from '../domain/result.ts'
import type { FormatFailure } from '../domain/statement.ts'

const BYTES_MAX = 100_000_000

export async function heldWhole(chunks: AsyncIterable<Uint8Array>): Promise<Result<Buffer, FormatFailure>> {
  const held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    held.push(chunk)
    size += chunk.length
    if (size > BYTES_MAX) return failed({ code: 'limit_exceeded', message: `The archive or workbook is larger than ${BYTES_MAX / 1e6} MB. Unpack it, or save its sheet as CSV, and import that.`, line: 0 })
  }
  return ok(Buffer.concat(held, size))
}
