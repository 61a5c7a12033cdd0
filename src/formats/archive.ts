/**
 * ZIP archives, which Excel workbooks are, too: their files by name, each unpacked as a stream. An archive is held whole, since
 * its list of files stands at its end. What it unpacks to is limited (security.md section 5), and each file is checked against
 * the size and the CRC-32 that the archive states (PKWARE APPNOTE 4.4.7 to 4.4.9): what was damaged is never taken for whole.
 */
import { crc32 } from 'node:zlib'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import type { FormatFailure, StatementStream } from '../domain/statement.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { heldWhole } from './held-whole.ts'

const UNPACKED_MAX = 100_000_000
const FILES_MAX = 100
const RATIO_MAX = 100
/** Short files of one letter may shrink more; they fill no memory. */
const RATIO_FROM = 1_000_000

export type Archive = {
  /** Its files, without folders and what macOS puts beside them, in their order. */
  readonly names: readonly string[]
  /** The bytes of the file of this name; none where there is no such file. Throws `ArchiveFault`. */
  readonly read: (name: string) => AsyncGenerator<Uint8Array>
}

/** What is wrong with a file inside an archive, told in the middle of its bytes. */
export class ArchiveFault extends Error {
  readonly failure: FormatFailure

  constructor(failure: FormatFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export function isArchive(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6))
}

export async function openArchive(chunks: AsyncIterable<Uint8Array>): Promise<Result<Archive, FormatFailure>> {
  const bytes = await heldWhole(chunks)
  if (!bytes.ok) return bytes
  try {
    const zip = await fromBufferPromise(bytes.value)
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) {
      if (entries.length === FILES_MAX) return failed({ code: 'limit_exceeded', message: `The archive holds more than ${FILES_MAX} files. Unpack it and import the files inside.`, line: 0 })
      if (!/(?:\/|^__MACOSX\/.*|(?:^|\/)\.[^/]*)$/.test(entry.fileName)) entries.push(entry)
    }
    const fault = entries.some((entry) => entry.isEncrypted()) ? LOCKED : isTooLarge(entries) ? TOO_LARGE : null
    return fault === null ? ok({ names: entries.map(({ fileName }) => fileName), read: (name) => unpacked(zip, entries.find(({ fileName }) => fileName === name)) }) : failed(fault)
  } catch (error) {
    return failed(damaged(error))
  }
}

/** The stream of a reader of what an archive holds: a fault in its bytes is the last part. */
export async function* withoutFaults(parts: StatementStream): StatementStream {
  try {
    yield* parts
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error
    yield failed(error.failure)
  }
}

const LOCKED: FormatFailure = { code: 'unreadable', message: 'The archive is locked with a password. Unpack it and import the files inside.', line: 0 }
const TOO_LARGE: FormatFailure = { code: 'limit_exceeded', message: `The archive unpacks to more than ${UNPACKED_MAX / 1e6} MB, or to more than ${RATIO_MAX} times its size. Statements of its size do not: it is damaged, or no statement.`, line: 0 }

function isTooLarge(entries: readonly Entry[]): boolean {
  const unpacks = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
  return unpacks > UNPACKED_MAX || entries.some(({ compressedSize, uncompressedSize }) => uncompressedSize > RATIO_FROM && uncompressedSize > compressedSize * RATIO_MAX)
}

async function* unpacked(zip: ZipFile, entry: Entry | undefined): AsyncGenerator<Uint8Array> {
  if (entry === undefined) return
  let sum = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  } catch (error) {
    throw new ArchiveFault(damaged(error))
  }
  if (sum !== entry.crc32) throw new ArchiveFault(damaged(`the bytes of ${entry.fileName} are not those that were packed`))
}

function damaged(error: unknown): FormatFailure {
  const what = error instanceof Error ? error.message : String(error)
  const isCut = /end of central directory|unexpected end/i.test(what)
  if (/unsupported compression/i.test(what)) return { code: 'unreadable', message: 'The archive is packed in a way that Relink does not read. Unpack it and import the file inside.', line: 0 }
  return isCut ? { code: 'truncated', message: 'The archive is cut off. Download it again.', line: 0 } : { code: 'malformed', message: `The archive is damaged (${what}). Download it again.`, line: 0 }
}
