/**
 * A row whose day and month changed places in a file that is sorted by its days: it stands months away from the rows around it, and
 * just between them with the two exchanged. Files that were put together of two programs, or went through a spreadsheet of another
 * country, hold such rows. Which of both is right nobody knows for sure: the row is refused with its line. Any other day that stands
 * far from those around it may be right, and is told.
 */
import { dayOf, daysBetween, type Day } from '../../domain/day.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { readDate, scanDate, type DateOrder } from '../written-date.ts'
import type { CsvRecord } from './records.ts'

/** So many rows tell that a file is sorted. */
const SORTED = 5
/** Rows out of their place are few. */
const FEW = 0.2
/** Nearer ones stand in the order of another day of theirs. */
const FAR_DAYS = 20

type Dated = { readonly on: Day; /** With day and month exchanged. */ readonly other: Day | null; /** Its year stands in front: no order of the file tells it. */ readonly isWhole: boolean; readonly line: number; readonly cell: string }

/** A day that stands apart, as the file writes it. */
export type ApartDay = { readonly cell: string; readonly line: number }

/** A failure where day and month of a row are exchanged; else the first row whose day stands far from its place, if any. */
export function outOfPlace(rows: readonly CsvRecord[], booked: number, order: DateOrder): { readonly failure: FormatFailure | null; readonly apart: ApartDay | null } {
  const dated = rows.flatMap(({ cells, line }): readonly Dated[] => {
    const cell = cells[booked] ?? ''
    const date = scanDate(cell)
    const on = date === null ? null : readDate(date, order)
    if (on === null) return []
    const [year, month, dayOfMonth] = on.split('-').map(Number)
    return [{ on, other: dayOf(year!, dayOfMonth!, month!), isWhole: date!.kind === 'day', line, cell }]
  })
  if (dated.length < SORTED) return { failure: null, apart: null }
  const [forward, backward] = [inPlace(dated), inPlace(dated.toReversed())]
  const [list, kept] = forward.size >= backward.size ? [dated, forward] : [dated.toReversed(), backward]
  const outside = list.filter((row) => !kept.has(row))
  if (outside.length === 0 || outside.length > Math.max(1, list.length * FEW)) return { failure: null, apart: null }
  // Where it alone tells the order of all, all others may be read in the other one.
  const isOpen = list.every((row) => !kept.has(row) || row.other !== null)
  const found = outside.find((row) => isExchanged(row, list, kept) || (isOpen && row.other === null && !row.isWhole && isFarAway(row, list, kept)))
  if (found === undefined) return { failure: null, apart: outside.find((row) => isBetween(row, list, kept) && isFarAway(row, list, kept)) ?? null }
  return { apart: null, failure: { code: 'invalid_date', message: `The date ${JSON.stringify(found.cell.slice(0, 40))} on line ${found.line} does not stand between those of the rows around it, in which day and month are written in another order. Download the file again.`, line: found.line } }
}

/** The days before and after it, of rows in their place. */
function around(row: Dated, list: readonly Dated[], kept: ReadonlySet<Dated>): { readonly before: Day | null; readonly after: Day | null } {
  const at = list.indexOf(row)
  return { before: list.slice(0, at).findLast((one) => kept.has(one))?.on ?? null, after: list.slice(at + 1).find((one) => kept.has(one))?.on ?? null }
}

/** At the beginning or the end another list may stand below, or above. */
function isBetween(row: Dated, list: readonly Dated[], kept: ReadonlySet<Dated>): boolean {
  const { before, after } = around(row, list, kept)
  return before !== null && after !== null
}

function isFarAway(row: Dated, list: readonly Dated[], kept: ReadonlySet<Dated>): boolean {
  const { before, after } = around(row, list, kept)
  return [before, after].every((day) => day === null || Math.abs(daysBetween(day, row.on)) > FAR_DAYS)
}

function isExchanged(row: Dated, list: readonly Dated[], kept: ReadonlySet<Dated>): boolean {
  const { before, after } = around(row, list, kept)
  const { on, other } = row
  if (other === null || other === on || !isFarAway(row, list, kept)) return false
  const isNear = [before, after].every((day) => day === null || Math.abs(daysBetween(day, other)) <= FAR_DAYS)
  return isNear && (before === null || before <= other) && (after === null || other <= after)
}

/** The most rows whose days do not go back, in their order (the longest such subsequence). */
function inPlace(dated: readonly Dated[]): ReadonlySet<Dated> {
  const ends: number[] = []
  const before = dated.map(() => -1)
  dated.forEach(({ on }, i) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (dated[ends[middle]!]!.on <= on) low = middle + 1
      else high = middle
    }
    before[i] = low === 0 ? -1 : ends[low - 1]!
    ends[low] = i
  })
  const kept = new Set<Dated>()
  for (let at = ends.at(-1) ?? -1; at !== -1; at = before[at]!) kept.add(dated[at]!)
  return kept
}
