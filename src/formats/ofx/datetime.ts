/**
 * Dates as OFX writes them (OFX 2.2 section 3.2.8): `YYYYMMDD[HHMM[SS[.XXX]]][[offset[:zone]]]`. The day is the bank's
 * own calendar day, as written; no time zone moves it. The instant is told only for balances, as ISO 8601.
 */
import { dayOf, daysBetween, type Day } from '../../domain/day.ts'

/** Statements repeat the same few days: each is built once. Bounded, so that no file can fill the memory. */
const cache = new Map<string, Day>()
const CACHE_LIMIT = 4_096
/** The day met last: rows come day by day, so most of them need no look-up at all. */
let lastKey = 'none yet'
let lastDay: Day | null = null

/** Hours from UTC of the zone names that banks write beside or instead of the offset. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  NST: -3.5,
  AST: -4,
  ADT: -3,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  AKST: -9,
  AKDT: -8,
  HST: -10,
  JST: 9,
  AEST: 10,
  AEDT: 11,
  ACST: 9.5,
  AWST: 8,
  NZST: 12,
  NZDT: 13,
  BRT: -3,
}

/** The calendar day that the text begins with; null when that is no real day. Also reads `YYYY-MM-DD` and kin. */
export function parseOfxDay(text: string): Day | null {
  if (lastDay !== null && text.startsWith(lastKey)) return lastDay
  const key = text.slice(0, 8)
  // Only days of eight digits are kept; `2024-1-5` is not.
  const known = cache.get(key)
  if (known !== undefined) {
    lastKey = key
    lastDay = known
    return known
  }
  const match = /^(\d{4})(\d{2})(\d{2})/.exec(text)
  if (match === null) return parseSeparatedDay(text)
  const day = dayOf(Number(match[1]), Number(match[2]), Number(match[3]))
  if (day !== null && cache.size < CACHE_LIMIT) cache.set(key, day)
  return day
}

function parseSeparatedDay(text: string): Day | null {
  const match = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/.exec(text)
  return match === null ? null : dayOf(Number(match[1]), Number(match[3]), Number(match[4]))
}

/** A day and perhaps a time in pairs of digits, all real. */
const PADDED = /^\d{8}(?:(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d)?)?)?(?!\d)/
const TIME = '(?:[01]?\\d|2[0-3])[0-5]?\\d[0-5]?\\d(?!\\d)'
const UNPADDED = [1, 2].map((size) => new RegExp(`^(\\d{4})(\\d{2})(\\d{${size}})${TIME}`))
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)/

/** The day as OFX writes it; null for digits that may lack zeros (`2025021173830` is 1 or 11 February), and as `parseOfxDay`. */
export function plainDay(text: string): Day | null {
  return PADDED.test(text) || !/^\d{9}/.test(text) ? parseOfxDay(text) : null
}

/**
 * The days that a date may mean which `plainDay` does not read: in the order of a country (`31/05/2024`), or without the
 * zeros before single digits (`2025025173830` is 5 February, 17:38:30). Empty for what is no date. Of the two of a country
 * the first is that with the day first.
 */
export function possibleDays(text: string): readonly Day[] {
  const [, first, mark, second, year] = YEAR_LAST.exec(text) ?? []
  const read =
    mark === undefined
      ? UNPADDED.map((pattern) => pattern.exec(text)).map((match) => (match === null ? null : dayOf(Number(match[1]), Number(match[2]), Number(match[3]))))
      : [dayOf(Number(year), Number(second), Number(first)), mark === '.' ? null : dayOf(Number(year), Number(first), Number(second))]
  const days = new Set(read.filter((day) => day !== null))
  const plain = days.size === 0 ? parseOfxDay(text) : null
  return plain === null ? [...days] : [plain]
}

/** The first number of a date in the order of a country, day or month; null for other dates, and where both are the same. */
export function leadingNumber(text: string): number | null {
  const [, first, mark, second] = YEAR_LAST.exec(text) ?? []
  return mark === undefined || mark === '.' || Number(first) === Number(second) ? null : Number(first)
}

/** The one of those days, or of several the one next to `near`; null where that does not tell. */
export function likelyDay(days: readonly Day[], near: Day | null): Day | null {
  if (days.length < 2) return days[0] ?? null
  if (near === null) return null
  const distance = (day: Day): number => Math.abs(daysBetween(near, day))
  return days.reduce((best, day) => (distance(day) < distance(best) ? day : best))
}

/** True for what banks write into a date they do not have: nothing, or only zeros. */
export function isBlankDate(text: string): boolean {
  return /^[0\s:.\-/]*$/.test(text.replace(/\[.*$/s, ''))
}

const INSTANT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(\.\d{1,3})?\s*(?:\[([^\]]*)\]?)?$/

/**
 * ISO 8601 with offset, such as `2007-10-15T02:15:29-08:00`; null when the text tells no time or no real one. Without
 * an offset the time is GMT (section 3.2.8.2); an unreadable offset gives null.
 */
export function parseOfxInstant(text: string): string | null {
  const match = INSTANT.exec(text)
  const day = parseOfxDay(text)
  if (match === null || day === null) return null
  const [, , , , hour = '', minute = '', second = '00', fraction = '', zone] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const offset = zone === undefined ? 'Z' : parseOffset(zone)
  return offset === null ? null : `${day}T${hour}:${minute}:${second}${/[1-9]/.test(fraction) ? fraction : ''}${offset}`
}

/** `-5:EST`, `+5.30:IST`, `5.5`, `+0530`, `0:GMT`, or a zone name alone (`-:EST`). */
function parseOffset(text: string): string | null {
  const match = /^\s*([+-]?)(\d{1,2})(?:(\d{2})|[.:](\d{1,2}))?(?![\d])\s*(?::.*)?$/.exec(text)
  if (match === null) {
    const hours =
      ZONES[
        text
          .replace(/^[+\-:\s]*/, '')
          .trim()
          .toUpperCase()
      ]
    return hours === undefined ? null : formatOffset(hours * 60)
  }
  const minutes = match[3] !== undefined ? Number(match[3]) : minutesOf(match[4] ?? '0')
  const hours = Number(match[2])
  if (hours > 14 || minutes > 59) return null
  return formatOffset((hours * 60 + minutes) * (match[1] === '-' ? -1 : 1))
}

/** The part after the point is a fraction of an hour by the specification (`5.5`), minutes in much of the world (`5.30`). */
function minutesOf(fraction: string): number {
  if (fraction === '5' || fraction === '50') return 30
  if (fraction === '25') return 15
  if (fraction === '75') return 45
  return Number(fraction)
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z'
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
}
