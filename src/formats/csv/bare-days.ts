/**
 * Columns of days that are written as bare numbers, which only the heading tells from amounts and ids: those by which a spreadsheet
 * counts (`45231` is 2023-11-01, a fraction behind it the time), and six digits with the year of two (`240105`, `050124`). The
 * order of six digits is the one in which no day is to come and all lie nearest together; where day and month may still change
 * places, they are written with strokes between, and what tells the order of any date tells it (date-order.ts).
 * Without a heading a column of numbers is never taken for days.
 */
import { addDays, day, dayFromNumber, dayNumber, daysBetween, type Day } from '../../domain/day.ts'
import { readDate, scanDate, type DateOrder, type WrittenDate } from '../written-date.ts'
import { isHeadingLine, readHeading } from './headings.ts'
import type { CsvRecord } from './records.ts'
import { AMOUNTS, DATES } from './roles.ts'

/** Spreadsheets count from here; the day 60, which never was, is before all that files hold. */
const DAY_ZERO = dayNumber(day('1899-12-30'))
const SERIAL = /^(\d{5})(?:[.,]\d+)?$/
const SIX_DIGITS = /^'?(\d{2})(\d{2})(\d{2})$/
/** Serial numbers are days from here on, and until a year from now. */
const FIRST_SERIAL = day('1980-01-01')
const LAST_SERIAL = day('2049-12-31')
const AHEAD = 366
/** A file is made in the zone of a computer. */
const SLACK = 1

type WithDays = (record: CsvRecord) => CsvRecord

/** Null when no column of days is written so. */
export function bareDays(records: readonly CsvRecord[], today: Day | null): WithDays | null {
  const at = records.findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[at]
  if (heading === undefined) return null
  const rows = records.slice(at + 1).filter(({ cells }) => cells.filter((cell) => cell !== '').length > 1)
  const named = heading.cells.map((cell, column) => (namesDays(cell) ? rows.map(({ cells }) => cells[column] ?? '') : null))
  // Nobody writes one day of a row whole and the other in six digits: those are the hour beside it.
  const isWhole = named.some((cells) => cells !== null && areMost(cells, (cell) => scanDate(cell) !== null))
  const written = named.map((cells) => (cells === null || (isWhole && areMost(cells, isHour)) ? null : wayOf(cells, today)))
  if (written.every((way) => way === null)) return null
  return (record) => (record.line <= heading.line ? record : { ...record, cells: record.cells.map((cell, column) => written[column]?.(cell) ?? cell) })
}

/** How the cells of a column are written as dates; null where most of them are no such numbers. */
function wayOf(cells: readonly string[], today: Day | null): ((cell: string) => string | null) | null {
  const serial = (cell: string): Day | null => serialDay(cell, today)
  if (areMost(cells, (cell) => serial(cell) !== null)) return serial
  const digits = cells.flatMap((cell) => sixDigits(cell) ?? [])
  if (!areMost(cells, (cell) => sixDigits(cell) !== null)) return null
  const orders = likeliest(digits, today)
  const [order, other] = orders
  if (order === undefined) return null
  return (cell) => {
    const date = sixDigits(cell)
    return date === null ? null : other === undefined ? readDate(date, order) : cell.replace(SIX_DIGITS, '$1/$2/$3')
  }
}

function areMost(cells: readonly string[], test: (cell: string) => boolean): boolean {
  const filled = cells.filter((cell) => cell !== '')
  return filled.length > 0 && filled.filter(test).length * 10 >= filled.length * 8
}

/** `101500`. */
function isHour(cell: string): boolean {
  return /^'?([01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(cell)
}

function serialDay(cell: string, today: Day | null): Day | null {
  const number = SERIAL.exec(cell)?.[1]
  const on = number === undefined ? null : dayFromNumber(DAY_ZERO + Number(number))
  return on !== null && on >= FIRST_SERIAL && on <= (today === null ? LAST_SERIAL : addDays(today, AHEAD)) ? on : null
}

function sixDigits(cell: string): WrittenDate | null {
  return SIX_DIGITS.test(cell) ? scanDate(cell.replace(SIX_DIGITS, '$1/$2/$3')) : null
}

/** The order in which all are days, none is to come, and they lie nearest together, or to today; day and month are two where neither tells. */
function likeliest(dates: readonly WrittenDate[], today: Day | null): readonly DateOrder[] {
  const readings = (['ymd', 'dmy', 'mdy'] as const).flatMap((order) => {
    const days = dates.map((date) => readDate(date, order)).filter((on) => on !== null).sort()
    const [first, last] = [days[0], days.at(-1)]
    const isPast = last !== undefined && (today === null || last <= addDays(today, SLACK))
    return first === undefined || days.length < dates.length || !isPast ? [] : [{ order, first, spanDays: daysBetween(first, last) }]
  })
  const [best] = readings.toSorted((a, b) => yearsOf(a.spanDays) - yearsOf(b.spanDays) || yearsOf(daysBetween(a.first, b.first)))
  if (best === undefined) return []
  return best.order === 'ymd' ? ['ymd'] : readings.filter(({ order }) => order !== 'ymd').map(({ order }) => order)
}

/** Day and month in each other's place move a day within its year. */
function yearsOf(days: number): number {
  return Math.trunc(days / 366)
}

function namesDays(cell: string): boolean {
  const { meanings } = readHeading(cell)
  return meanings.some(({ role }) => DATES.has(role)) && !meanings.some(({ role }) => AMOUNTS.has(role))
}
