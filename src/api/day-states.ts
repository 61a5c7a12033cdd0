/**
 * The strip of days: for each of the last days the best that is known of it. Pure. A day shows its
 * final truth: once rows came and balances agree it is proved, whatever failed in between.
 */
import { addDays, contains, utcDay, type Day } from '../domain/day.ts'
import type { BalanceSpan, Coverage } from '../domain/run.ts'

/** The days that are counted, up to today. */
export const PROOF_DAYS = 90

export type DayState = { readonly day: Day; readonly state: 'proved' | 'covered' | 'broken' | 'gap' | 'before' }

/** `before`: earlier than anything that any source answered for. Oldest first; the last day is today in UTC. */
export function dayStates(coverage: readonly Coverage[], spans: readonly BalanceSpan[], now: number, days: number): DayState[] {
  const today = utcDay(now)
  const first = coverage.reduce<Day | null>((least, c) => (least === null || c.from < least ? c.from : least), null)
  const last = coverage.reduce<Day | null>((most, c) => (most === null || c.to > most ? c.to : most), null)
  return Array.from({ length: days }, (_, index) => {
    const day = addDays(today, index - days + 1)
    return { day, state: stateOf(day, coverage, spans, first, last) }
  })
}

function stateOf(day: Day, coverage: readonly Coverage[], spans: readonly BalanceSpan[], first: Day | null, last: Day | null): DayState['state'] {
  // A span holds the days after `from` up to `to`.
  const span = spans.filter((s) => s.from < day && day <= s.to)
  if (span.some((s) => s.status === 'proved')) return 'proved'
  if (span.some((s) => s.status === 'broken')) return 'broken'
  if (coverage.some((c) => contains(c, day))) return 'covered'
  // After the last answer nothing is missing yet: the next sync will ask for it.
  return first === null || day < first || (last !== null && day > last) ? 'before' : 'gap'
}
