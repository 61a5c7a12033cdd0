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
  return lists.length > 1 ? withoutParts(lists) : lists.length > 0 ? lists : sheets.slice(0, 1)
}

/** Without a sheet that only shows some rows of another one again (a category, what went out). One row alone may be another account's. */
async function withoutParts(lists: readonly Sheet[]): Promise<readonly Sheet[]> {
  const counted = await Promise.all(lists.map(async (sheet) => ({ sheet, times: await timesOfRows(sheet) })))
  const sizeOf = (times: ReadonlyMap<string, number>): number => times.values().reduce((sum, count) => sum + count, 0)
  const isPartOf = (some: ReadonlyMap<string, number>, all: ReadonlyMap<string, number>): boolean => sizeOf(some) > 1 && sizeOf(some) < sizeOf(all) && some.entries().every(([row, count]) => (all.get(row) ?? 0) >= count)
  return counted.flatMap(({ sheet, times }) => (counted.some((other) => isPartOf(times, other.times)) ? [] : [sheet]))
}

/** How often each row stands there: those that say when, what and how much. */
async function timesOfRows(sheet: Sheet): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  for await (const { cells } of sheet.rows()) {
    const said = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
    if (said.length < 3 || isHeadingLine(said)) continue
    const row = said.join('\n')
    times.set(row, (times.get(row) ?? 0) + 1)
  }
  return times
}

async function hasHeading(sheet: Sheet): Promise<boolean> {
  let rows = 0
  for await (const { cells } of sheet.rows()) {
    if (isHeadingLine(cells.map((cell) => cell.trim()))) return true
    if ((rows += 1) === HEADING_WITHIN) return false
  }
  return false
}
