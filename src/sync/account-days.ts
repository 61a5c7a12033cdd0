/** Which days a person may ask of an account: those that a bank can tell of. */
import { addDays, day, daysBetween, utcDay, type Day, type DayRange } from '../domain/day.ts'

/** No bank's site tells of days before it. */
const EARLIEST = day('1990-01-01')
/** As far as a first read goes back; more at once would sign in at the bank again and again. */
const MOST_DAYS = 731

/** Why an account cannot start on that day, at the instant `now`; null: it can. */
export function whyNotSince(startOn: Day, now: number): string | null {
  return startOn < EARLIEST || startOn > tomorrow(now) ? `An account is read since a day between ${EARLIEST} and today, not since ${startOn}.` : null
}

/** Why no statement can be of that day, at the instant `now`; null: one can. */
export function whyNotStated(on: Day, now: number): string | null {
  return on < EARLIEST || on > tomorrow(now) ? `A statement is of a day between ${EARLIEST} and today, not of ${on}.` : null
}

/** Why a bank is not asked for these days, at the instant `now`; null: it can be. */
export function whyNotAsk({ from, to }: DayRange, now: number): string | null {
  if (from > to) return 'The first day comes after the last.'
  if (from < EARLIEST || to > tomorrow(now)) return `A bank can be asked for days between ${EARLIEST} and today, not from ${from} to ${to}.`
  return daysBetween(from, to) >= MOST_DAYS ? `These are ${daysBetween(from, to) + 1} days; ask for at most ${MOST_DAYS} at once.` : null
}

/** It may be tomorrow already at the bank. */
function tomorrow(now: number): Day {
  return addDays(utcDay(now), 1)
}
