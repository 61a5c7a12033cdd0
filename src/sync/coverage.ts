/**
 * Days that were answered for completely, as ranges: joined, compared, and the gaps between them.
 */
import { addDays, maxDay, minDay, type DayRange } from '../domain/day.ts'

/** Disjoint ranges in order; ranges that touch are one. */
export function joinRanges(ranges: readonly DayRange[]): readonly DayRange[] {
  const joined: DayRange[] = []
  for (const { from, to } of [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = joined.at(-1)
    if (last !== undefined && from <= addDays(last.to, 1)) joined[joined.length - 1] = { from: last.from, to: maxDay(last.to, to) }
    else joined.push({ from, to })
  }
  return joined
}

/** The parts of `whole` that no range holds, in order. */
export function gapsIn(whole: DayRange, ranges: readonly DayRange[]): readonly DayRange[] {
  const gaps: DayRange[] = []
  let from = whole.from
  for (const range of joinRanges(ranges)) {
    if (range.to < from) continue
    if (range.from > whole.to) break
    if (range.from > from) gaps.push({ from, to: addDays(range.from, -1) })
    from = addDays(range.to, 1)
  }
  if (from <= whole.to) gaps.push({ from, to: whole.to })
  return gaps
}

/** What two ranges share; null when nothing. */
export function overlap(a: DayRange, b: DayRange): DayRange | null {
  const [from, to] = [maxDay(a.from, b.from), minDay(a.to, b.to)]
  return from <= to ? { from, to } : null
}

/** Whether every day of `whole` lies in some range. */
export function coversAll(ranges: readonly DayRange[], whole: DayRange): boolean {
  return gapsIn(whole, ranges).length === 0
}
