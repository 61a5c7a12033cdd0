/**
 * The strip of days: for each of the last days the best that is known of it. Pure. A day shows its
 * final truth: once rows came and balances agree it is proved, whatever failed in between; that the bank
 * was away on it is kept beside.
 */
import { addDays, contains, maxDay, utcDay, type Day, type DayRange } from '../domain/day.ts'
import type { Incident } from '../domain/incident.ts'
import type { BalanceSpan } from '../domain/run.ts'

/** The days that are counted, up to today. */
export const PROOF_DAYS = 90

/** `outage`: nothing was read of the day, and the bank was away on it. `wasOut`: the bank was away on a day that was read all the same. */
export type DayState = { readonly day: Day; readonly state: 'proved' | 'covered' | 'broken' | 'gap' | 'outage' | 'before'; readonly wasOut: boolean }

/** The first of the days that end today in UTC. */
export function firstOfDays(now: number, days: number): Day {
  return addDays(utcDay(now), 1 - days)
}

/**
 * `before`: earlier than anything that any source answered for, or not asked for yet. Oldest first; the last day is today in UTC. `askedUntil`: the last day on
 * which a bank was asked in vain; who asks, asks for all that is missing, so the days up to it are gaps. Null: what was asked was answered.
 */
export function dayStates(coverage: readonly DayRange[], spans: readonly BalanceSpan[], now: number, days: number, incidents: readonly Pick<Incident, 'startedAt' | 'endedAt'>[] = [], askedUntil: Day | null = null): DayState[] {
  const begin = firstOfDays(now, days)
  const first = coverage.reduce<Day | null>((least, c) => (least === null || c.from < least ? c.from : least), null)
  const last = coverage.reduce<Day | null>((most, c) => (most === null || c.to > most ? c.to : most), null)
  return Array.from({ length: days }, (_, index): DayState => {
    const day = addDays(begin, index)
    const state = stateOf(day, coverage, spans, first, last === null || askedUntil === null ? last : maxDay(last, askedUntil))
    const isOut = first !== null && day >= first && incidents.some(({ startedAt, endedAt }) => utcDay(startedAt) <= day && day <= utcDay(endedAt ?? now))
    if (!isOut) return { day, state, wasOut: false }
    return state === 'gap' || state === 'before' ? { day, state: 'outage', wasOut: false } : { day, state, wasOut: true }
  })
}

function stateOf(day: Day, coverage: readonly DayRange[], spans: readonly BalanceSpan[], first: Day | null, asked: Day | null): DayState['state'] {
  // A span holds the days after `from` up to `to`.
  const span = spans.filter((s) => s.from < day && day <= s.to)
  if (span.some((s) => s.status === 'proved')) return 'proved'
  if (span.some((s) => s.status === 'broken')) return 'broken'
  if (coverage.some((c) => contains(c, day))) return 'covered'
  // What nobody has asked for is not missing yet: the next sync will.
  return first === null || day < first || (asked !== null && day > asked) ? 'before' : 'gap'
}
