/**
 * Calendar days. A booking date is a day of the bank, never an instant: nothing here knows a time
 * zone, and no function takes or returns a `Date`. Days compare correctly as strings.
 */

/** `YYYY-MM-DD` in the proleptic Gregorian calendar. */
export type Day = string & { readonly __day: true }

/** Both ends belong to the range; `from <= to`. */
export type DayRange = { readonly from: Day; readonly to: Day }

const MS_PER_DAY = 86_400_000
/** Days from 1 March of the year 0 to 1 January 1970. */
const MARCH_OF_YEAR_0 = 719_468
const DAYS_IN_400_YEARS = 146_097
const TWO_DIGITS = Array.from({ length: 32 }, (_, number) => String(number).padStart(2, '0'))

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

/** Nothing is before it. */
export const FIRST_DAY = day('0001-01-01')

/** Days since 1970-01-01, negative before. */
export function dayNumber(value: Day): number {
  const digit = (at: number): number => value.charCodeAt(at) - 48
  const month = 10 * digit(5) + digit(6)
  // Counted from 1 March of the year 0, so that a leap day is the last of its year (Hinnant, "chrono-compatible low-level date algorithms").
  const year = 1_000 * digit(0) + 100 * digit(1) + 10 * digit(2) + digit(3) - (month <= 2 ? 1 : 0)
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + 10 * digit(8) + digit(9) - 1
  return year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + dayOfYear - MARCH_OF_YEAR_0
}

/** The inverse of `dayNumber`. */
export function dayFromNumber(number: number): Day {
  const days = number + MARCH_OF_YEAR_0
  const era = Math.floor(days / DAYS_IN_400_YEARS)
  const dayOfEra = days - era * DAYS_IN_400_YEARS
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const march = Math.floor((5 * dayOfYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  if (!(year >= 0 && year <= 9_999)) throw new RangeError(`no day of the calendar: ${number}`)
  return format(year, month, dayOfYear - Math.floor((153 * march + 2) / 5) + 1)
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
  return dayFromNumber(Math.floor(epochMs / MS_PER_DAY))
}

/** The calendar day of an instant in an IANA time zone, for example the bank's own. */
export function dayInZone(epochMs: number, zone: string): Day {
  let known = zones.get(zone)
  if (known === undefined) {
    known = { formatter: new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }), days: new Map() }
    zones.set(zone, known)
  }
  // Every offset in force since 1972 is a whole number of quarter hours, so a day of any zone begins with one of them.
  if (!(epochMs >= SINCE_1973)) return known.formatter.format(epochMs) as Day
  const quarter = Math.floor(epochMs / QUARTER_MS)
  let found = known.days.get(quarter)
  if (found !== undefined) return found
  found = known.formatter.format(epochMs) as Day
  if (known.days.size === KEPT_QUARTERS) known.days.clear()
  known.days.set(quarter, found)
  return found
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

/** Formatting is slow; what is asked for is nearly always the same few quarter hours. */
const zones = new Map<string, { readonly formatter: Intl.DateTimeFormat; readonly days: Map<number, Day> }>()
const QUARTER_MS = 900_000
const SINCE_1973 = 94_694_400_000
const KEPT_QUARTERS = 512

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function format(year: number, month: number, dayOfMonth: number): Day {
  return `${year > 999 ? year : String(year).padStart(4, '0')}-${TWO_DIGITS[month]}-${TWO_DIGITS[dayOfMonth]}` as Day
}
