/**
 * Where banks are: their IANA zone for Relink, and the same wall clock for the bank's books, with
 * summer time. Rules are those in force since 2007; a test compares them with the host's own.
 */
import { addDays, dayNumber, utcDay, type Day } from '../src/domain/day.ts'
import type { Zone } from '../bank/ledger/zone.ts'

type Summer = 'none' | 'US' | 'EU' | 'NZ'
export type Place = { readonly timeZone: string; readonly zone: Zone }

const HOUR_MS = 3_600_000

export const PLACES: readonly Place[] = [
  place('America/New_York', -5, 'EST', 'US'),
  place('America/Los_Angeles', -8, 'PST', 'US'),
  place('Europe/Berlin', 1, 'CET', 'EU'),
  place('Europe/London', 0, 'GMT', 'EU'),
  place('Asia/Tokyo', 9, 'JST', 'none'),
  place('Asia/Kuwait', 3, 'AST', 'none'),
  place('Pacific/Auckland', 12, 'NZST', 'NZ'),
]

/** Plays with the process standing in the zone: whatever asks for the local time is answered in it. One at a time. */
export async function standingIn<T>(zone: string, act: () => Promise<T>): Promise<T> {
  const before = process.env['TZ']
  process.env['TZ'] = zone
  try {
    return await act()
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
}

/** Zones in which this host may stand. */
export const HOST_ZONES: readonly string[] = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Honolulu']

function place(timeZone: string, hours: number, name: string, summer: Summer): Place {
  const offset = (instant: number): number => (hours + (isSummer(instant, hours, summer) ? 1 : 0)) * HOUR_MS
  return {
    timeZone,
    zone: {
      label: `${hours}:${name}`,
      dayOf: (instant) => utcDay(instant + offset(instant)),
      startOf: (day: Day) => {
        const guess = dayNumber(day) * 24 * HOUR_MS - hours * HOUR_MS
        // Clocks change at night but not at midnight, so the offset just before the guess is the one at midnight.
        return guess - (offset(guess - HOUR_MS) - hours * HOUR_MS)
      },
      hourOf: (instant) => new Date(instant + offset(instant)).getUTCHours(),
    },
  }
}

const changes = new Map<string, readonly [from: number, to: number]>()

function isSummer(instant: number, hours: number, summer: Summer): boolean {
  if (summer === 'none') return false
  const year = new Date(instant).getUTCFullYear()
  const key = `${summer} ${hours} ${year}`
  let between = changes.get(key)
  if (between === undefined) changes.set(key, (between = changesOf(year, hours, summer)))
  const inside = instant >= Math.min(...between) && instant < Math.max(...between)
  return summer === 'NZ' ? !inside : inside
}

/** Begin and end of summer time in UTC; in the south the year's winter lies between them. */
function changesOf(year: number, hours: number, summer: Exclude<Summer, 'none'>): readonly [number, number] {
  const at = (month: number, nth: number, utcHour: number): number => dayNumber(sunday(year, month, nth)) * 24 * HOUR_MS + utcHour * HOUR_MS
  if (summer === 'US') return [at(3, 2, 2 - hours), at(11, 1, 1 - hours)]
  if (summer === 'EU') return [at(3, -1, 1), at(10, -1, 1)]
  return [at(9, -1, 2 - hours), at(4, 1, 2 - hours)]
}

/** The n-th Sunday of a month; -1: the last. */
function sunday(year: number, month: number, nth: number): Day {
  const two = (value: number): string => String(value).padStart(2, '0')
  const first = nth > 0 ? (`${year}-${two(month)}-01` as Day) : addDays(`${month === 12 ? year + 1 : year}-${two((month % 12) + 1)}-01` as Day, -7)
  const weekday = (((dayNumber(first) + 4) % 7) + 7) % 7
  return addDays(first, ((7 - weekday) % 7) + (nth > 0 ? nth - 1 : 0) * 7)
}
