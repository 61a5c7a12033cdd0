/**
 * The sheets of a workbook as CSV: the rows of each that has the heading of a list, else of the first one; each row on the line of
 * its number, those of a second sheet below.
 */
import { isHeadingLine } from '../csv/headings.ts'
import { quotedRecord } from '../csv/quoted-record.ts'
import type { Sheet } from './book.ts'

/** A heading stands within so many rows. */
const HEADING_WITHIN = 100
const PIECE = 65_536

/** In UTF-8. Throws `ArchiveFault`. */
export async function* workbookAsTable(sheets: readonly Sheet[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let line = 1
  let piece = ''
  for (const sheet of await chosen(sheets)) {
    const above = line - 1
    // Empty cells at the end of a row are left out: that is no row which was cut.
    let width = 0
    for await (const { cells, number } of sheet.rows()) {
      const gap = Math.max(0, above + number - line)
      width = Math.max(width, cells.length)
      const whole = Array.from({ length: width }, (_, at) => (cells[at] ?? '').replace(/\s+/g, ' ').trim())
      piece += `${'\n'.repeat(gap)}${quotedRecord(whole)}\n`
      line += gap + 1
      if (piece.length < PIECE) continue
      yield encoder.encode(piece)
      piece = ''
    }
  }
  yield encoder.encode(piece)
}

async function chosen(sheets: readonly Sheet[]): Promise<readonly Sheet[]> {
  const lists: Sheet[] = []
  for (const sheet of sheets) if (await hasHeading(sheet)) lists.push(sheet)
  return lists.length > 0 ? lists : sheets.slice(0, 1)
}

async function hasHeading(sheet: Sheet): Promise<boolean> {
  let rows = 0
  for await (const { cells } of sheet.rows()) {
    if (isHeadingLine(cells.map((cell) => cell.trim()))) return true
    if ((rows += 1) === HEADING_WITHIN) return false
  }
  return false
}
