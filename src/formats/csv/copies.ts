/**
 * A file in which all stands twice, as it does where somebody added a download to itself, or a program wrote it again: the records of
 * its second half are those of the first, with the heading or without. Such rows are no payments, however alike payments may be: no
 * list goes through its days and then begins with the same ones.
 */
import { scanDate } from '../written-date.ts'
import type { CsvRecord } from './records.ts'

/** Records below the rows, and rows above those that come again. */
const BELOW = 6
const ONCE = [0, 1, 2, 3]

/** From which record on the copy stands, and how many records it has; null where nothing stands twice. */
export type Copy = { readonly from: number; readonly count: number }

export function copyIn(records: readonly CsvRecord[]): Copy | null {
  const keys = records.map(({ cells }) => cells.join('\u001f'))
  const first = records.findIndex(({ cells }) => cells.some((cell) => scanDate(cell) !== null))
  if (first === -1) return null
  // All that is above the rows comes again, or nothing of it does.
  for (const above of new Set([0, ...ONCE.map((rows) => first + rows)])) {
    for (let below = 0; below <= Math.min(BELOW, keys.length - above - 2); below += 1) {
      const count = (keys.length - above - below) / 2
      if (!Number.isInteger(count) || keys[above] !== keys[above + count]) continue
      const half = records.slice(above, above + count)
      if (half.some((_, at) => keys[above + at] !== keys[above + count + at])) continue
      return isOfDays(half) ? { from: above + count, count } : null
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
