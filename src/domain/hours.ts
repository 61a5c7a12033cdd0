/**
 * Hours of the day in a time zone: when a person wants to be left alone, and when a bank may be read.
 * Pure; the zone's own rules of summer time are followed.
 */

/** `HH:MM` from 00:00 to 23:59. */
export type TimeOfDay = string

/** From `from` up to `to`, which belongs to them no more; over midnight where `to` is earlier. Both alike: the whole day. */
export type Hours = { readonly from: TimeOfDay; readonly to: TimeOfDay; /** IANA zone. */ readonly timeZone: string }

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function isWithin(at: number, { from, to, timeZone }: Hours): boolean {
  const [begin, end, now] = [minutesOf(from), minutesOf(to), minuteOfDay(at, timeZone)]
  if (begin === end) return true
  return begin < end ? begin <= now && now < end : now >= begin || now < end
}

/** How many minutes of a day they are. */
export function lengthOf({ from, to }: Hours): number {
  return (minutesOf(to) - minutesOf(from) + DAY_MINUTES - 1) % DAY_MINUTES + 1
}

/** The instant itself where it lies within the hours, else the next at which they begin. */
export function intoHours(at: number, hours: Hours): number {
  return isWithin(at, hours) ? at : nextTime(at, hours.from, hours.timeZone)
}

/** The instant itself where it lies outside of the hours, else the next at which they are over. */
export function afterHours(at: number, hours: Hours): number {
  if (!isWithin(at, hours)) return at
  // The whole day is quiet: told once a day then, at its beginning.
  return nextTime(at, hours.to, hours.timeZone)
}

/** The first instant after `at` at which a clock of the zone shows the time; where the clock jumps over it, the first after the jump. */
function nextTime(at: number, time: TimeOfDay, timeZone: string): number {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
  const wanted = minutesOf(time)
  const wait = (wanted - minuteOfDay(start, timeZone) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES
  const guess = start + wait * MINUTE_MS
  // The clock was put forward or back in between: as far as the guess is off, it is moved, once; a time that does not exist stays behind the jump.
  const off = minuteOfDay(guess, timeZone) - wanted
  if (off === 0) return guess
  const moved = guess - (((off + DAY_MINUTES / 2 + DAY_MINUTES) % DAY_MINUTES) - DAY_MINUTES / 2) * MINUTE_MS
  return minuteOfDay(moved, timeZone) === wanted ? moved : Math.max(guess, moved)
}

function minutesOf(time: TimeOfDay): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function minuteOfDay(at: number, timeZone: string): number {
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) formatters.set(timeZone, (formatter = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })))
  return minutesOf(formatter.format(at))
}
