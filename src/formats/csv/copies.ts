/**
 * A file in which all stands twice, as it does where somebody added a download to itself, or a program wrote it again: the records of
 * its second half are those of the first, with the heading or without. Such rows are no payments, however alike payments may be: no
 * list goes through its days and then begins with the same ones.
 */
import { scanDate } from '../written-date.ts'
import type { CsvRecord } from './records.ts'

/** Records above the rows, and below them. */
const ABOVE = 100
const BELOW = 6

/** From which record on the copy stands, and how many records it has; null where nothing stands twice. */
export type Copy = { readonly from: number; readonly count: number }

export function copyIn(records: readonly CsvRecord[]): Copy | null {
  const keys = records.map(({ cells }) => cells.join('\u001f'))
  for (let above = 0; above <= Math.min(ABOVE, keys.length - 2); above += 1) {
    for (let below = 0; below <= Math.min(BELOW, keys.length - above - 2); below += 1) {
      const count = (keys.length - above - below) / 2
      if (!Number.isInteger(count) || keys[above] !== keys[above + count]) continue
      const half = records.slice(above, above + count)
      if (half.every((_, at) => keys[above + at] === keys[above + count + at]) && isOfDays(half)) return { from: above + count, count }
    }
  }
  return null
}

/** Rows of several days, in one column: equal ones of one day may be as many payments. */
function isOfDays(half: readonly CsvRecord[]): boolean {
  const days = new Map<number, Set<string>>()
  for (const { cells } of half) {
    const at = cells.findIndex((cell) => scanDate(cell) !== null)
    if (at !== -1) days.set(at, (days.get(at) ?? new Set()).add(cells[at]!))
  }
  return [...days.values()].some((told) => told.size > 1)
}
