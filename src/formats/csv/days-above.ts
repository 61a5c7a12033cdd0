/**
 * Lists that name each day once: in the first of its rows, or on a line of its own above them. The others get the day that stands
 * above. Rows that lack their day for another reason are none of these: parts of the one above, which name nobody and add up to it,
 * what is pending, sums; nor is a single one, in a list whose other rows repeat their days.
 */
import type { Decimal } from '../../domain/money.ts'
import { balanceWordsIn, isTotal } from '../unstated.ts'
import { chooseStyle, readAmount, scanAmount } from '../written-amount.ts'
import { scanDate } from '../written-date.ts'
import { plus } from './amounts.ts'
import { isHeadingLine, readHeading } from './headings.ts'
import type { CsvRecord } from './records.ts'
import { AMOUNTS, DATES } from './roles.ts'
import { isPending } from './status.ts'

/** Gives a record its day; `count`: how many of the sample have none of their own. */
export type DaysAbove = { readonly count: number; readonly place: (record: CsvRecord) => CsvRecord }

const ZERO = '0' as Decimal
const SEVERAL = 2
/** One row of so many, or more, has no day. */
const MOST = 6

/** Null where the file is no such list. */
export function daysAbove(records: readonly CsvRecord[]): DaysAbove | null {
  const index = records.findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[index]
  if (heading === undefined) return null
  const columnsOf = (roles: ReadonlySet<string>): readonly number[] => heading.cells.flatMap((cell, at) => (readHeading(cell).meanings.some(({ role }) => roles.has(role)) ? [at] : []))
  const [dates, amounts] = [columnsOf(DATES), columnsOf(AMOUNTS)]
  const rows = records.slice(index + 1)
  const at = dates.find((column) => scanDate(rows[0]?.cells[column] ?? '') !== null)
  if (at === undefined) return null
  const isOpen = ({ cells }: CsvRecord): boolean => dates.every((column) => (cells[column] ?? '') === '') && amounts.some((column) => /\d/.test(cells[column] ?? '')) && balanceWordsIn(cells) === null && !cells.some(isTotal)
  const open = rows.filter(isOpen)
  if (open.length < SEVERAL || open.length * MOST < rows.length) return null
  const isNamed = ({ cells }: CsvRecord): boolean => scanDate(cells[at] ?? '') !== null
  const isLine = ({ cells }: CsvRecord): boolean => cells.every((cell, column) => (column === at) !== (cell === ''))
  const named = rows.filter(isNamed)
  // What all rows with a day tell beside it, those without one tell as well.
  const texts = [...heading.cells.keys()].filter((column) => !dates.includes(column) && !amounts.includes(column) && named.every((row) => isLine(row) || (row.cells[column] ?? '') !== ''))
  const isWhole = ({ cells }: CsvRecord): boolean => texts.length > 0 && texts.every((column) => (cells[column] ?? '') !== '')
  // What stands below all days may not be booked yet.
  const isBetween = named.at(-1)!.line > open[0]!.line
  // One below each row, or nearly each, says more of it.
  const areDetails = open.length * 2 >= rows.length - 2 && open.every(({ line }) => !open.some((other) => other.line === line + 1))
  const namesTwice = named.some(({ cells }, i) => i > 0 && cells[at] === named[i - 1]!.cells[at])
  if (!isBetween || areDetails || namesTwice || !open.every(isWhole) || rows.some(({ cells }) => cells.some(isPending)) || haveParts(rows, isOpen, amounts)) return null
  let day = ''
  const place = (record: CsvRecord): CsvRecord => {
    if (record.line <= heading.line) {
      day = ''
      return record
    }
    if (isNamed(record)) {
      day = record.cells[at]!
      return isLine(record) ? { ...record, cells: [''] } : record
    }
    return day !== '' && isOpen(record) && isWhole(record) ? { ...record, cells: record.cells.map((cell, column) => (column === at ? day : cell)) } : record
  }
  return { count: open.length, place }
}

/** Whether rows without a day add up to the one above them. */
function haveParts(rows: readonly CsvRecord[], isOpen: (row: CsvRecord) => boolean, amounts: readonly number[]): boolean {
  const written = rows.map(({ cells }) => amounts.map((column) => scanAmount(cells[column] ?? '')))
  const style = chooseStyle(written.flat().filter((amount) => amount !== null), null)
  const values = written.map((cells) => cells.map((amount) => (amount === null ? ZERO : (readAmount(amount, style) ?? ZERO))))
  let [whole, parts, sums] = [-1, 0, amounts.map(() => ZERO)]
  const adds = (): boolean => whole !== -1 && parts >= SEVERAL && sums.some((sum, column) => sum !== ZERO && sum === values[whole]![column])
  for (const [i, row] of rows.entries()) {
    if (isOpen(row)) {
      parts += 1
      sums = sums.map((sum, column) => plus(sum, values[i]![column]!))
      continue
    }
    if (adds()) return true
    ;[whole, parts, sums] = [i, 0, amounts.map(() => ZERO)]
  }
  return adds()
}
