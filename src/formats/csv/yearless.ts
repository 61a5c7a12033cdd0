/**
 * Tables whose rows tell day and month alone (`05/02`, `5 Feb`), while the years stand beside the table: in the period of
 * the statement, `from` and `to`, of a year at most. Each row is in the one year in which it is within that period; a second
 * date of a row is in the year that puts it beside the first. Any other day beside the table (of a print, of a card's end)
 * tells nothing of the rows. Where no period is told, two are, a row is outside of it, or both orders of the numbers fit it and
 * give different years, the file stays as it is, and is refused as one without dates.
 */
import { addDays, daysBetween, type Day } from '../../domain/day.ts'
import { plainDigits } from '../plain-digits.ts'
import { plainWords } from '../unstated.ts'
import { readDate, scanDate, type WrittenDate } from '../written-date.ts'
import { isHeadingLine } from './headings.ts'
import type { CsvRecord } from './records.ts'

/** Gives the cells of a row their years. */
export type WithYears = (record: CsvRecord) => CsvRecord

const NUMBERS = /^'?(\d{1,2})[/-](\d{1,2})$/
const DAY_FIRST = /^'?(\d{1,2})[ -]?(\p{L}{3,9})\.?$/u
const MONTH_FIRST = /^'?(\p{L}{3,9})\.?[ -](\d{1,2})$/u
const WHOLE = /\d{1,4}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{4}|\d{4}-\d{1,2}-\d{1,2}/gu

/** A table is made in the zone of a computer, its rows are of a bank. */
const SLACK = 1
/** Days that a purchase or a value may lie from the booking beside it. */
const BESIDE = 120
const DAYS_OF_A_YEAR = 366
/** What a span of days is called. */
const SPAN = /\b(periode?|periods?|periodo|zeitraum|periodes|periodu|okres|obdobi|ajanjakso|perioada|statement dates?|date range)\b/
const BEGINS = /\b(from|start\w*|begin\w*|von|ab|desde|inicio|du|dal|da|van|od|fra|fran|de)\b/
const ENDS = /\b(to|until|till|end\w*|bis|hasta|fin|au|al|a|tot|do|til|till|ate)\b/
/** A row has other cells that are filled; a footer mostly has not. */
const WIDTH = 3

/** Null when the rows have years, or nothing tells them. */
export function yearsBeside(records: readonly CsvRecord[]): WithYears | null {
  // What stands above the heading is about the rows.
  const heading = records.findIndex(({ cells }) => isHeadingLine(cells))
  const rows = records.slice(Math.max(0, heading)).filter(({ cells }) => cells.filter((cell) => cell !== '').length >= WIDTH)
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const columns = Array.from({ length: width }, (_, at) => at)
  const told = (at: number, test: (cell: string) => boolean): number => rows.filter(({ cells }) => test(cells[at] ?? '')).length
  // What stands below the last of them is a footer.
  const isColumn = (at: number, test: (cell: string) => boolean): boolean => {
    const dated = ({ cells }: CsvRecord): boolean => test(cells[at] ?? '')
    return told(at, test) > 0 && told(at, test) * 2 > rows.findLastIndex(dated) - rows.findIndex(dated)
  }
  if (columns.some((at) => isColumn(at, (cell) => scanDate(cell) !== null))) return null
  const dated = columns.filter((column) => isColumn(column, (cell) => partsOf(cell) !== null))
  const partsIn = ({ cells }: CsvRecord, at: readonly number[] = dated): readonly Parts[] => at.flatMap((column) => partsOf(cells[column] ?? '') ?? [])
  if (!rows.some((row) => partsIn(row).length > 0)) return null
  const beside = records.filter((record) => partsIn(record).length === 0)
  const periods = (['dmy', 'mdy'] as const).flatMap((order) => {
    const period = periodIn(beside, order)
    return period === null ? [] : [{ order, period }]
  })
  // The days of one column are those of the period, which tells the order, too: a purchase before it, or a value after it, goes with them.
  for (const main of dated) {
    const parts = rows.flatMap((row) => partsIn(row, [main]))
    const fitting = periods.filter(({ order, period }) => parts.every((one) => yearWithin(one, order, period) !== null))
    const yearOf = (one: Parts): number | null => only(fitting.map(({ order, period }) => yearWithin(one, order, period)))
    if (parts.some((one) => yearOf(one) === null)) continue
    const nearest = (one: Parts, anchor: Parts): number | null => only(fitting.map(({ order }) => yearNear(one, order, readDate(withYear(yearOf(anchor)!)(anchor)!, order))))
    const yearIn = ({ cells }: CsvRecord, at: number): number | null => {
      const [one, anchor] = [at, main].map((column) => partsOf(cells[column] ?? ''))
      return one == null ? null : at === main ? yearOf(one) : anchor == null ? yearOf(one) : nearest(one, anchor)
    }
    const others = dated.filter((at) => at !== main)
    if (rows.some((row) => others.some((at) => partsOf(row.cells[at] ?? '') !== null && yearIn(row, at) === null))) continue
    return (record) => ({
      ...record,
      cells: record.cells.map((cell, at) => {
        const one = dated.includes(at) ? partsOf(cell) : null
        const year = one === null ? null : yearIn(record, at)
        return one === null || year === null ? cell : `${one.first}${one.separator}${one.second}${one.separator}${year}`
      }),
    })
  }
  return null
}

/** The one that all are; null where they differ, or one is null. */
function only(years: readonly (number | null)[]): number | null {
  const [year = null, ...others] = new Set(years)
  return others.length > 0 ? null : year
}

type Parts = { readonly first: string; readonly second: string; readonly separator: string }

function partsOf(written: string): Parts | null {
  const cell = plainDigits(written).trim()
  const numbers = NUMBERS.exec(cell)
  const named = DAY_FIRST.exec(cell) ?? MONTH_FIRST.exec(cell)
  const parts = numbers !== null ? { first: numbers[1]!, second: numbers[2]!, separator: '/' } : named !== null ? { first: named[1]!, second: named[2]!, separator: ' ' } : null
  return parts === null || withYear(2000)(parts) === null ? null : parts
}

function withYear(year: number): (parts: Parts) => WrittenDate | null {
  return ({ first, second, separator }) => scanDate(`${first}${separator}${second}${separator}${year}`)
}

type Period = { readonly from: Day; readonly to: Day }

/** The only period that is told beside the table, in one line or in two that follow each other; null: none, or several. */
function periodIn(beside: readonly CsvRecord[], order: 'dmy' | 'mdy'): Period | null {
  const lines = beside.map(({ cells }) => {
    const days = cells.flatMap((cell) => plainDigits(cell).match(WHOLE) ?? []).map(scanDate).flatMap((date) => (date === null ? [] : readDate(date, order) ?? []))
    const text = cells.join(' ')
    const words = plainWords(text)
    return { days, words, label: plainWords(cells.find((cell) => cell !== '') ?? ''), isSpan: SPAN.test(words) || (BEGINS.test(words) && ENDS.test(words)) || /^\D*[\d/. -]{6,}\s*(-|–|—|to)\s*[\d/. -]{6,}\D*$/.test(text) }
  })
  const found = lines.flatMap(({ days, label, isSpan }, index): readonly Period[] => {
    // `From Date,To Date` above the two.
    const above = lines[index - 1]
    const isHeaded = above?.days.length === 0 && BEGINS.test(above.words) && ENDS.test(above.words)
    if (days.length === 2 && (isSpan || isHeaded)) return [{ from: days[0]!, to: days[1]! }]
    const next = lines[index + 1]
    return days.length === 1 && next?.days.length === 1 && BEGINS.test(label) && ENDS.test(next.label) ? [{ from: days[0]!, to: next.days[0]! }] : []
  })
  const [only, ...more] = found.filter(({ from, to }) => from <= to && to < addDays(from, DAYS_OF_A_YEAR))
  return more.length > 0 ? null : only ?? null
}

/** Null where it is within the period in no year, or in two; at the edge of the period only where it is in none. */
function yearWithin(parts: Parts, order: 'dmy' | 'mdy', { from, to }: Period): number | null {
  const days = [...new Set([Number(from.slice(0, 4)), Number(to.slice(0, 4))])].flatMap((year) => {
    const date = withYear(year)(parts)
    const day = date === null ? null : readDate(date, order)
    return day === null ? [] : [{ year, day }]
  })
  const within = (slack: number) => days.filter(({ day }) => addDays(from, -slack) <= day && day <= addDays(to, slack))
  const [only, ...more] = within(0).length > 0 ? within(0) : within(SLACK)
  return only === undefined || more.length > 0 ? null : only.year
}

/** The year that puts the day nearest to another one; null where that is far. */
function yearNear(parts: Parts, order: 'dmy' | 'mdy', anchor: Day | null): number | null {
  if (anchor === null) return null
  const around = Number(anchor.slice(0, 4))
  return [around, around - 1, around + 1].find((year) => {
    const date = withYear(year)(parts)
    const day = date === null ? null : readDate(date, order)
    return day !== null && Math.abs(daysBetween(anchor, day)) <= BESIDE
  }) ?? null
}
