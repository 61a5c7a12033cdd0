/**
 * Tables whose rows tell day and month alone (`05/02`, `5 Feb`), while the year stands beside the table: in a period, or
 * in the day on which it was made. Each row is in the last year in which it is not after the latest of those days. Where
 * none is told, or both orders of the numbers give different years, the file stays as it is, and is refused as one
 * without dates.
 */
import { addDays, type Day } from '../../domain/day.ts'
import { plainDigits } from '../plain-digits.ts'
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
  const at = columns.find((column) => isColumn(column, (cell) => partsOf(cell) !== null))
  if (at === undefined) return null
  const parts = rows.flatMap(({ cells }) => partsOf(cells[at] ?? '') ?? [])
  const beside = records.filter(({ cells }) => partsOf(cells[at] ?? '') === null).flatMap(({ cells }) => cells).flatMap((cell) => plainDigits(cell).match(WHOLE) ?? []).map(scanDate).filter((date) => date !== null)
  const orders = (['dmy', 'mdy'] as const).filter((order) => [...parts.map(withYear(2000)), ...beside].every((date) => date !== null && readDate(date, order) !== null))
  const lasts = orders.map((order) => beside.map((date) => readDate(date, order)!).sort().at(-1) ?? null)
  const yearOf = (one: Parts): number | null => {
    const years = new Set(orders.map((order, index) => (lasts[index] === null ? null : lastYear(one, order, addDays(lasts[index]!, SLACK)))))
    return years.size === 1 ? [...years][0]! : null
  }
  if (orders.length === 0 || parts.some((one) => yearOf(one) === null)) return null
  return (record) => {
    const one = partsOf(record.cells[at] ?? '')
    const year = one === null ? null : yearOf(one)
    return one === null || year === null ? record : { ...record, cells: record.cells.with(at, `${one.first}${one.separator}${one.second}${one.separator}${year}`) }
  }
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

/** 29 February is in no other years than those that have it. */
function lastYear(parts: Parts, order: 'dmy' | 'mdy', last: Day): number | null {
  const latest = Number(last.slice(0, 4))
  const fits = [latest, latest - 1].find((year) => {
    const date = withYear(year)(parts)
    const day = date === null ? null : readDate(date, order)
    return day !== null && day <= last
  })
  return fits ?? null
}
