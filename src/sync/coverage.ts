/**
 * Days that were answered for completely, as ranges: compared, and the gaps between them.
 */
import { addDays, contains, joinRanges, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'

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

/** Whether the day lies in some range. */
export function coversDay(ranges: readonly DayRange[], on: Day): boolean {
  return ranges.some((range) => contains(range, on))
}

/** Whether every day of `whole` lies in some range. */
export function coversAll(ranges: readonly DayRange[], whole: DayRange): boolean {
  return gapsIn(whole, ranges).length === 0
}
