/**
 * Bank days. Knows weekends and bank holidays of the four places where the sandbox bank has
 * customers, enough for a believable ledger; it is not a complete holiday calendar.
 */
import { type Day, day, dayNumber } from '../src/domain/day.ts'

export type Country = 'US' | 'EU' | 'JP' | 'KW'

/** 0 is Sunday. */
export function weekday(number: number): number {
  return (((number + 4) % 7) + 7) % 7
}

export function isBankDay(number: number, country: Country): boolean {
  const dayOfWeek = weekday(number)
  const weekend = country === 'KW' ? dayOfWeek === 5 || dayOfWeek === 6 : dayOfWeek === 0 || dayOfWeek === 6
  return !weekend && !holidays(new Date(number * 86_400_000).getUTCFullYear(), country).has(number)
}

/** The bank day that is `count` bank days after `number`; with 0 the same day or the next bank day. */
export function bankDayAfter(number: number, count: number, country: Country): number {
  let at = number
  while (!isBankDay(at, country)) at++
  for (let left = count; left > 0; left--) {
    at++
    while (!isBankDay(at, country)) at++
  }
  return at
}

/** `number` itself or the last bank day before it: the day on which wages due at a weekend arrive. */
export function bankDayNotAfter(number: number, country: Country): number {
  let at = number
  while (!isBankDay(at, country)) at--
  return at
}

const cache = new Map<string, ReadonlySet<number>>()

function holidays(year: number, country: Country): ReadonlySet<number> {
  const key = `${country}${year}`
  let known = cache.get(key)
  if (known === undefined) {
    known = new Set(listHolidays(year, country))
    cache.set(key, known)
  }
  return known
}

function listHolidays(year: number, country: Country): number[] {
  const fixed = (monthDays: readonly string[]): number[] => monthDays.map((text) => dayNumber(day(`${year}-${text}`)))
  switch (country) {
    case 'US':
      return [
        ...fixed(['01-01', '06-19', '07-04', '11-11', '12-25']),
        nthWeekday(year, 1, 1, 3),
        nthWeekday(year, 2, 1, 3),
        nthWeekday(year, 6, 1, 1) - 7,
        nthWeekday(year, 9, 1, 1),
        nthWeekday(year, 10, 1, 2),
        nthWeekday(year, 11, 4, 4),
      ]
    case 'EU': {
      const easter = easterSunday(year)
      return [...fixed(['01-01', '05-01', '12-25', '12-26']), easter - 2, easter + 1]
    }
    case 'JP':
      return fixed(['01-01', '01-02', '01-03', '02-11', '02-23', '04-29', '05-03', '05-04', '05-05', '08-11', '11-03', '11-23', '12-31'])
    case 'KW':
      return fixed(['01-01', '02-25', '02-26'])
  }
}

/** The n-th given weekday of a month. In the United States of 2 to 8 June minus 7 days is Memorial Day. */
function nthWeekday(year: number, month: number, dayOfWeek: number, nth: number): number {
  const first = dayNumber(`${year}-${String(month).padStart(2, '0')}-01` as Day)
  return first + ((dayOfWeek - weekday(first) + 7) % 7) + (nth - 1) * 7
}

/** Gregorian Easter by Gauss's rule as completed by Meeus (Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): number {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114
  return dayNumber(`${year}-${String(Math.floor(f / 31)).padStart(2, '0')}-${String((f % 31) + 1).padStart(2, '0')}` as Day)
}
