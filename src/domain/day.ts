/**
 * Calendar days. A booking date is a day of the bank, never an instant: nothing here knows a time
 * zone, and no function takes or returns a `Date`. Days compare correctly as strings.
 */

/** `YYYY-MM-DD` in the proleptic Gregorian calendar. */
export type Day = string & { readonly __day: true }

/** Both ends belong to the range; `from <= to`. */
export type DayRange = { readonly from: Day; readonly to: Day }

const MS_PER_DAY = 86_400_000

/** The day, or null when the three numbers are not a real calendar day (30 February). */
export function dayOf(year: number, month: number, dayOfMonth: number): Day | null {
  if (!(year >= 1 && year <= 9999) || !(month >= 1 && month <= 12) || dayOfMonth < 1) return null
  if (dayOfMonth > daysInMonth(year, month)) return null
  return format(year, month, dayOfMonth)
}

/** Reads `YYYY-MM-DD`; null when it is not a real day. */
export function parseDay(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  return match === null ? null : dayOf(Number(match[1]), Number(match[2]), Number(match[3]))
}

/** Like `parseDay` for text that is known to be right: throws, because a wrong literal is a bug. */
export function day(text: string): Day {
  const parsed = parseDay(text)
  if (parsed === null) throw new RangeError(`not a day: ${text}`)
  return parsed
}

/** Days since 1970-01-01, negative before. */
export function dayNumber(value: Day): number {
  return Date.parse(value) / MS_PER_DAY
}

/** The inverse of `dayNumber`. */
export function dayFromNumber(number: number): Day {
  return isoDate(number * MS_PER_DAY)
}

/** The day `days` later (earlier when negative). */
export function addDays(value: Day, days: number): Day {
  return dayFromNumber(dayNumber(value) + days)
}

/** `to - from` in days: 0 for the same day. */
export function daysBetween(from: Day, to: Day): number {
  return dayNumber(to) - dayNumber(from)
}

/** The UTC calendar day of an instant in milliseconds. Only for windows and clocks, never for a booking date. */
export function utcDay(epochMs: number): Day {
  return isoDate(epochMs)
}

/** The calendar day of an instant in an IANA time zone, for example the bank's own. */
export function dayInZone(epochMs: number, zone: string): Day {
  let formatter = zoneFormatters.get(zone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    zoneFormatters.set(zone, formatter)
  }
  return formatter.format(epochMs) as Day
}

export function maxDay(a: Day, b: Day): Day {
  return a > b ? a : b
}

export function minDay(a: Day, b: Day): Day {
  return a < b ? a : b
}

export function contains(range: DayRange, value: Day): boolean {
  return range.from <= value && value <= range.to
}

const zoneFormatters = new Map<string, Intl.DateTimeFormat>()

function isoDate(epochMs: number): Day {
  // `new Date(number)` reads no clock; it is the one calendar conversion the language has.
  return new Date(epochMs).toISOString().slice(0, 10) as Day
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function format(year: number, month: number, dayOfMonth: number): Day {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}` as Day
}
