/**
 * A workbook of old Excel (`.xls`, BIFF8 of 97 to 2003 and BIFF5 before it, MS-XLS): records one after the other, the sheets behind
 * what they share. Only what says something in a cell is read.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { ArchiveFault } from '../archive.ts'
import { decoderOf } from '../code-pages.ts'
import { COLUMNS_MAX, type Sheet, type SheetRow } from './book.ts'
import { numberFormat, valueText, type NumberFormat } from './cells.ts'
import { CUT_OFF, isCompound, streamIn } from './compound.ts'

/** Types of records (MS-XLS section 2.3). */
const R = {
  formula: 0x06, eof: 0x0a, dates: 0x22, locked: 0x2f, more: 0x3c, codePage: 0x42, sheet: 0x85, manyRk: 0xbd, richLabel: 0xd6, cellFormat: 0xe0, texts: 0xfc, textCell: 0xfd,
  number: 0x203, label: 0x204, truth: 0x205, formulaText: 0x207, rk: 0x27e, format: 0x41e, begin: 0x809,
} as const

type Record = { readonly type: number; /** What a record holds, and what those that continue it do. */ readonly parts: readonly Buffer[] }
type Shared = { readonly texts: readonly string[]; readonly formats: readonly NumberFormat[]; readonly from1904: boolean; readonly text: TextReader }
/** A text at a place of a record, its length in one or two bytes before it. */
type TextReader = (bytes: Buffer, at: number, lengthBytes?: 1 | 2) => string

/** What begins (MS-XLS section 2.4.21). */
const A_SHEET = 0x10

const LOCKED: FormatFailure = { code: 'unreadable', message: 'The workbook is locked with a password. Save it without one, or its sheet as CSV, and import that.', line: 0 }
const NO_BOOK: FormatFailure = { code: 'unknown_format', message: 'This is a document of an old Office program, and no Excel workbook. Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.', line: 0 }

export function isOldWorkbook(start: Uint8Array): boolean {
  return isCompound(start) || isBare(start)
}

/** Some programs write the records of one sheet and nothing around them. */
function isBare(start: Uint8Array): boolean {
  return start[0] === 0x09 && start[1] === 0x08 && (start[2] === 8 || start[2] === 16) && start[3] === 0
}

export function openOldWorkbook(file: Buffer): Result<readonly Sheet[], FormatFailure> {
  const found = isBare(file) ? ok(file) : streamIn(file, ['Workbook', 'Book', 'EncryptedPackage'])
  if (!found.ok) return found
  if (found.value === null) return failed(NO_BOOK)
  try {
    return found.value.readUInt16LE(0) === R.begin ? sheetsIn(found.value) : failed(LOCKED)
  } catch (error) {
    if (error instanceof RangeError) return failed(CUT_OFF)
    throw error
  }
}

/** Throws `RangeError` where a record reaches beyond the stream. */
function sheetsIn(stream: Buffer): Result<readonly Sheet[], FormatFailure> {
  const codes = new Map<number, string>()
  const cellFormats: number[] = []
  const sheets: { readonly at: number; readonly name: string }[] = []
  let [from1904, texts, codePage]: [boolean, readonly string[], number] = [false, [], 1252]
  const isOld = stream.readUInt16LE(4) < 0x600
  const text: TextReader = (bytes, at, lengthBytes = 2) => (isOld ? bytesText(bytes, at, lengthBytes, codePage) : unicodeText(bytes, at, lengthBytes))
  for (const { type, parts } of recordsFrom(stream, 0)) {
    const [bytes] = parts as [Buffer]
    if (type === R.locked) return failed(LOCKED)
    if (type === R.dates) from1904 = bytes.readUInt16LE(0) === 1
    else if (type === R.codePage) codePage = bytes.readUInt16LE(0)
    else if (type === R.format) codes.set(bytes.readUInt16LE(0), text(bytes, 2, isOld ? 1 : 2))
    else if (type === R.cellFormat) cellFormats.push(bytes.readUInt16LE(2))
    else if (type === R.texts) texts = sharedTexts(parts)
    // Neither charts nor macros, and not what a person does not see.
    else if (type === R.sheet && (bytes[4]! & 3) === 0 && bytes[5] === 0) sheets.push({ at: bytes.readUInt32LE(0), name: text(bytes, 6, 1) })
  }
  if (stream.readUInt16LE(6) === A_SHEET) sheets.push({ at: 0, name: '' })
  const shared: Shared = { texts, formats: cellFormats.map((id) => numberFormat(id, codes.get(id) ?? null)), from1904, text }
  // Each lies in a place of its own.
  if (new Set(sheets.map(({ at }) => at)).size < sheets.length) return failed(CUT_OFF)
  return ok(sheets.map(({ at, name }) => ({ name, rows: async function* () { yield* wholeRows(stream, at, shared) } }))) // prettier-ignore
}

/** One sheet at a time is held as rows. Throws `ArchiveFault`. */
function wholeRows(stream: Buffer, at: number, shared: Shared): readonly SheetRow[] {
  try {
    return rowsFrom(stream, at, shared)
  } catch (error) {
    throw error instanceof RangeError ? new ArchiveFault(CUT_OFF) : error
  }
}

function rowsFrom(stream: Buffer, at: number, { texts, formats, from1904, text }: Shared): readonly SheetRow[] {
  const rows = new Map<number, string[]>()
  const put = (row: number, column: number, said: string): void => {
    if (column >= COLUMNS_MAX) return
    const cells = rows.get(row) ?? []
    if (cells.length === 0) rows.set(row, cells)
    while (cells.length < column) cells.push('')
    cells[column] = said
  }
  const number = (value: number, format: number): string => valueText(value, formats[format], from1904)
  /** The formula whose text comes in a record of its own. */
  let awaited: { readonly row: number; readonly column: number } | null = null
  for (const { type, parts } of recordsFrom(stream, at)) {
    const [bytes] = parts as [Buffer]
    const place = (): [row: number, column: number, format: number] => [bytes.readUInt16LE(0), bytes.readUInt16LE(2), bytes.readUInt16LE(4)]
    if (type === R.number || type === R.rk) {
      const [row, column, format] = place()
      put(row, column, number(type === R.rk ? rkNumber(bytes.readInt32LE(6)) : bytes.readDoubleLE(6), format))
    } else if (type === R.manyRk) {
      const [row, first] = place()
      for (let index = 0; 4 + index * 6 + 6 <= bytes.length - 2; index += 1) put(row, first + index, number(rkNumber(bytes.readInt32LE(6 + index * 6)), bytes.readUInt16LE(4 + index * 6)))
    } else if (type === R.textCell) {
      const [row, column] = place()
      const said = texts[bytes.readUInt32LE(6)]
      if (said === undefined) throw new RangeError('a text that is not there')
      put(row, column, said)
    } else if (type === R.label || type === R.richLabel) {
      const [row, column] = place()
      put(row, column, text(bytes, 6))
    } else if (type === R.truth) {
      const [row, column] = place()
      put(row, column, bytes[7] !== 0 ? '' : bytes[6] === 0 ? 'FALSE' : 'TRUE')
    } else if (type === R.formula) {
      const [row, column, format] = place()
      const isNumber = bytes.readUInt16LE(12) !== 0xffff
      if (isNumber) put(row, column, number(bytes.readDoubleLE(6), format))
      else if (bytes[6] === 0) awaited = { row, column }
      else if (bytes[6] === 1) put(row, column, bytes[8] === 0 ? 'FALSE' : 'TRUE')
    } else if (type === R.formulaText && awaited !== null) {
      put(awaited.row, awaited.column, text(bytes, 0))
      awaited = null
    }
  }
  return [...rows].sort(([a], [b]) => a - b).map(([row, cells]) => ({ cells, number: row + 1 }))
}

/** From the record that begins a part to the one that ends it. */
function* recordsFrom(stream: Buffer, start: number): Generator<Record> {
  let depth = 0
  let at = start
  const taken = (): Buffer => {
    const end = at + 4 + stream.readUInt16LE(at + 2)
    if (end > stream.length) throw new RangeError('a record beyond the stream')
    const bytes = stream.subarray(at + 4, end)
    at = end
    return bytes
  }
  for (;;) {
    const type = stream.readUInt16LE(at)
    const parts = [taken()]
    while (at + 4 <= stream.length && stream.readUInt16LE(at) === R.more) parts.push(taken())
    // A chart in a sheet is a part of its own.
    if (type === R.begin) depth += 1
    if (type === R.eof && (depth -= 1) <= 0) return
    if (depth === 1) yield { type, parts }
  }
}

/** 30 bits of a number, or its higher half; two bits say which, and whether it is in hundredths (MS-XLS section 2.5.217). */
function rkNumber(rk: number): number {
  const half = Buffer.alloc(8)
  half.writeInt32LE(rk & ~3, 4)
  const value = (rk & 2) !== 0 ? rk >> 2 : half.readDoubleLE(0)
  return (rk & 1) !== 0 ? value / 100 : value
}

/** BIFF5: bytes in the code page of the workbook. */
function bytesText(bytes: Buffer, at: number, lengthBytes: 1 | 2, codePage: number): string {
  const from = at + lengthBytes
  return (decoderOf(`windows-${codePage}`) ?? decoderOf(String(codePage)) ?? decoderOf('windows-1252')!).decode(bytes.subarray(from, from + bytes.readUIntLE(at, lengthBytes)))
}

/** MS-XLS sections 2.5.240 and 2.5.294: length, flags, characters of one or two bytes. */
function unicodeText(bytes: Buffer, at: number, lengthBytes: 1 | 2): string {
  const [length, flags, from] = [bytes.readUIntLE(at, lengthBytes), bytes.readUInt8(at + lengthBytes), at + lengthBytes + 1]
  return (flags & 1) === 0 ? bytes.toString('latin1', from, from + length) : bytes.toString('utf16le', from, from + length * 2)
}

/** The texts that cells name by their place (MS-XLS section 2.4.265). A text may go on in the next part, whose first byte says anew how wide its characters are. */
function sharedTexts(parts: readonly Buffer[]): readonly string[] {
  const texts: string[] = []
  let part = 0
  let at = 8
  const bytesLeft = (): number => parts[part]!.length - at
  const next = (): void => {
    part += 1
    at = 0
    if (part >= parts.length) throw new RangeError('texts that never end')
  }
  const skip = (count: number): void => {
    for (let left = count; left > 0; ) {
      if (bytesLeft() === 0) next()
      const step = Math.min(left, bytesLeft())
      at += step
      left -= step
    }
  }
  const count = parts[0]!.readUInt32LE(4)
  for (let index = 0; index < count; index += 1) {
    if (bytesLeft() === 0) next()
    const bytes = parts[part]!
    const length = bytes.readUInt16LE(at)
    let flags = bytes.readUInt8(at + 2)
    at += 3
    const runs = (flags & 8) !== 0 ? parts[part]!.readUInt16LE(at) : 0
    at += (flags & 8) !== 0 ? 2 : 0
    const spoken = (flags & 4) !== 0 ? parts[part]!.readUInt32LE(at) : 0
    at += (flags & 4) !== 0 ? 4 : 0
    let text = ''
    while (text.length < length) {
      if (bytesLeft() === 0) {
        next()
        flags = (flags & ~1) | (parts[part]!.readUInt8(0) & 1)
        at = 1
      }
      const width = (flags & 1) === 0 ? 1 : 2
      const taken = Math.min(length - text.length, Math.floor(bytesLeft() / width))
      if (taken === 0) throw new RangeError('half a character')
      text += parts[part]!.toString(width === 1 ? 'latin1' : 'utf16le', at, at + taken * width)
      at += taken * width
    }
    texts.push(text)
    skip(runs * 4 + spoken)
  }
  return texts
}
