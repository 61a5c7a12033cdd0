/**
 * Tables whose rows tell day and month alone (`05/02`, `5 Feb`), while the years stand beside the table: in the period of
 * the statement, `from` and `to`, of a year at most. Each row is in the one year in which it is within that period. Any
 * other day beside the table (of a print, of a card's end) tells nothing of the rows. Where no period is told, two
 * are, a row is outside of it, or both orders of the numbers fit it and give different years, the file stays as it is, and is refused as
 * one without dates.
 */
import { addDays, type Day } from '../../domain/day.ts'
import { plainDigits } from '../plain-digits.ts'
import { plainWords } from '../unstated.ts'
import { readDate, scanDate, type WrittenDate } from '../written-date.ts'
import type { CsvRecord } from './records.ts'

/** Gives the cells of a row their years. */
export type WithYears = (record: CsvRecord) => CsvRecord

const NUMBERS = /^'?(\d{1,2})[/-](\d{1,2})$/
const DAY_FIRST = /^'?(\d{1,2})[ -]?(\p{L}{3,9})\.?$/u
const MONTH_FIRST = /^'?(\p{L}{3,9})\.?[ -](\d{1,2})$/u
const WHOLE = /\d{1,4}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{4}|\d{4}-\d{1,2}-\d{1,2}/gu

/** A table is made in the zone of a computer, its rows are of a bank. */
const SLACK = 1
const DAYS_OF_A_YEAR = 366
/** What a span of days is called. */
const SPAN = /\b(periode?|periods?|periodo|zeitraum|periodes|periodu|okres|obdobi|ajanjakso|perioada|statement dates?|date range)\b/
const BEGINS = /\b(from|start\w*|begin\w*|von|ab|desde|inicio|du|dal|da|van|od|fra|fran|de)\b/
const ENDS = /\b(to|until|till|end\w*|bis|hasta|fin|au|al|a|tot|do|til|till|ate)\b/
/** A row has other cells that are filled; a footer mostly has not. */
const WIDTH = 3

/** Null when the rows have years, or nothing tells them. */
export function yearsBeside(records: readonly CsvRecord[]): WithYears | null {
  const rows = records.filter(({ cells }) => cells.filter((cell) => cell !== '').length >= WIDTH)
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const columns = Array.from({ length: width }, (_, at) => at)
  const told = (at: number, test: (cell: string) => boolean): number => rows.filter(({ cells }) => test(cells[at] ?? '')).length
  // The heading is one of them.
  const isColumn = (at: number, test: (cell: string) => boolean): boolean => told(at, test) > 0 && told(at, test) * 2 > rows.length - 1
  if (columns.some((at) => isColumn(at, (cell) => scanDate(cell) !== null))) return null
  const dated = columns.filter((column) => isColumn(column, (cell) => partsOf(cell) !== null))
  const partsIn = ({ cells }: CsvRecord): readonly Parts[] => dated.flatMap((at) => partsOf(cells[at] ?? '') ?? [])
  const parts = rows.flatMap(partsIn)
  if (parts.length === 0) return null
  const beside = records.filter((record) => partsIn(record).length === 0)
  const periods = (['dmy', 'mdy'] as const).flatMap((order) => {
    const period = periodIn(beside, order)
    // An order in which a row is outside of the period is not that of the file.
    return period !== null && parts.every((one) => yearWithin(one, order, period) !== null) ? [{ order, period }] : []
  })
  const yearOf = (one: Parts): number | null => {
    const years = new Set(periods.map(({ order, period }) => yearWithin(one, order, period)))
    return years.size === 1 ? [...years][0]! : null
  }
  if (parts.some((one) => yearOf(one) === null)) return null
  return (record) => ({
    ...record,
    cells: record.cells.map((cell, at) => {
      const one = dated.includes(at) ? partsOf(cell) : null
      const year = one === null ? null : yearOf(one)
      return one === null || year === null ? cell : `${one.first}${one.separator}${one.second}${one.separator}${year}`
    }),
  })
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
    return { days, label: plainWords(cells.find((cell) => cell !== '') ?? ''), isSpan: SPAN.test(plainWords(text)) || (BEGINS.test(plainWords(text)) && ENDS.test(plainWords(text))) || /^\D*[\d/. -]{6,}\s*(-|–|—|to)\s*[\d/. -]{6,}\D*$/.test(text) }
  })
  const found = lines.flatMap(({ days, label, isSpan }, index): readonly Period[] => {
    if (days.length === 2 && isSpan) return [{ from: days[0]!, to: days[1]! }]
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
