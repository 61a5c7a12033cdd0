/**
 * What all rows of a table have in common in their shape, and the row that has it not: it lost a cell or got one more, so that its
 * cells stand under other headings, it holds two rows, or an amount in it lost a digit. Such a row is refused with its line: read
 * as it stands it would be another amount, another account, or one row instead of two.
 */
import type { FormatFailure } from '../../domain/statement.ts'
import { balanceWordsIn, isTotal } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { scanDate } from '../written-date.ts'
import { amountCells, filled, type Columns, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import type { CsvRow } from './rows.ts'

/** So many rows alike are no accident. */
const ALIKE = 4
/** Damaged rows are few. */
const FEW = 0.1

/** What the rows of a sample have in common. `heading`: how many cells the heading has; 0 where there is none. */
export function shapeOf(all: readonly CsvRecord[], { booked, amount, balance }: Pick<Columns, 'booked' | 'amount' | 'balance'>, heading: number): Layout['shape'] {
  const rows = all.filter(({ cells }) => scanDate(cells[booked] ?? '') !== null)
  const money = balance === null ? amountCells(amount) : [...amountCells(amount), balance]
  const padded = money.flatMap((at) => {
    const told = filled(rows, at).filter((cell) => /\d/.test(cell))
    const decimals = common(told.map(decimalsOf))
    return decimals !== null && decimals > 1 && told.some((cell) => decimalsOf(cell) === decimals && /0\D*$/.test(cell)) ? [[at, decimals] as const] : []
  })
  const width = common(rows.map(({ cells }) => cells.length))
  const whole = rows.filter(({ cells }) => cells.length === width)
  const always = amountCells(amount).filter((at) => rows.length >= ALIKE && filled(rows, at).length >= rows.length - Math.max(1, rows.length * FEW))
  const most = width ?? (rows.some((row) => reachOf(row) <= heading) ? heading : null)
  return { width, most, reach: width === null ? (most ?? 0) : Math.max(0, ...whole.map(reachOf)), least: Math.min(...whole.map(filledIn)), padded: new Map(padded), always: always.length > 1 ? always : [] }
}

function reachOf({ cells }: CsvRecord): number {
  return cells.findLastIndex((cell) => cell !== '') + 1
}

function filledIn({ cells }: CsvRecord): number {
  return cells.filter((cell) => cell !== '').length
}

/** What all are but a few; null where they differ, or are few themselves. */
function common(numbers: readonly number[]): number | null {
  const [most = []] = [...Map.groupBy(numbers, (number) => number).values()].sort((a, b) => b.length - a.length)
  return most.length >= ALIKE && numbers.length - most.length <= Math.max(1, numbers.length * FEW) ? most[0]! : null
}

/** Null where a record has the shape of the others, or is none of them. */
export function misshapen(record: CsvRecord, row: CsvRow, layout: Layout): FormatFailure | null {
  if (row.type === 'none') return hasDayElsewhere(record, layout)
  if (row.type !== 'row' && row.type !== 'sides') return null
  return lacksCells(record, row, layout) ?? hasMore(record, layout) ?? lacksDigit(record, layout)
}

function lacksCells({ cells, line }: CsvRecord, row: CsvRow, { balance, areBalanced, booked, amount, shape: { width, always } }: Layout): FormatFailure | null {
  const isPending = row.type === 'row' && row.row.status === 'pending'
  // What is pending may end before the balance that it has not.
  const isShort = width !== null && cells.length < width && !(isPending && cells.length > Math.max(booked, ...amountCells(amount)))
  const lacksBalance = row.type === 'row' && balance !== null && areBalanced && !isPending && cells.length <= balance
  if (lacksBalance) return { code: 'missing_field', message: `The row on line ${line} has fewer columns than the others, and no balance: a cell is missing in it, or it is cut. Download the file again.`, line }
  if (isShort) return { code: 'missing_field', message: `The row on line ${line} has fewer columns than the others: a cell is missing in it, or it is cut. Download the file again.`, line }
  const isNothing = row.type === 'row' && row.row.amount === '0'
  return isNothing && always.some((at) => (cells[at] ?? '') === '') ? { code: 'missing_field', message: `The row on line ${line} lacks an amount where all others have one.`, line } : null
}

/** Behind all amounts and days a text may hold what parts the columns: there nothing else moves. */
function hasMore(record: CsvRecord, { amount, balance, booked, name, memo, shape: { most: width, reach } }: Layout): FormatFailure | null {
  const { cells, line } = record
  if (width === null || cells.length <= width || reachOf(record) <= reach) return null
  const texts = new Set([...name, ...memo])
  const isText = cells.every((cell, at) => at <= Math.max(...amountCells(amount), balance ?? 0, booked) || at >= width || (texts.has(at) && /\p{L}/u.test(cell)))
  if (isText && texts.has(width - 1) && cells.length < 2 * width - 1) return null
  return { code: 'malformed', message: `The row on line ${line} has more columns than the others: what parts the columns stands within a cell of it, or two rows are on one line. Download the file again.`, line }
}

/** As full as a row, with a day and an amount, but neither where the others have theirs. */
function hasDayElsewhere(record: CsvRecord, { booked, shape: { width, least } }: Layout): FormatFailure | null {
  const { cells, line } = record
  if (width === null || Math.abs(cells.length - width) > 1 || filledIn(record) < Math.max(least - 1, ALIKE - 1) || balanceWordsIn(cells) !== null || cells.some(isTotal)) return null
  // A row that lost its day is shorter; what sums up all rows is as wide as they are, or has but a few cells.
  const isRow = (cells.length === width - 1 || cells.some((cell, at) => at !== booked && scanDate(cell) !== null)) && cells.some((cell) => /\d[.,]\d{2}\D*$/.test(cell) && scanDate(cell) === null && scanAmount(cell) !== null)
  return isRow ? { code: 'invalid_date', message: `The row on line ${line} has no date where the others have theirs: its cells stand under other headings. Download the file again.`, line } : null
}

/** Whether a record that is no row holds what may be an amount. */
export function holdsFigure({ cells }: CsvRecord): boolean {
  return cells.some((cell) => /\d[.,]\d{2}\D*$/.test(cell) && scanDate(cell) === null && scanAmount(cell) !== null) && !cells.some(isTotal) && balanceWordsIn(cells) === null
}

function lacksDigit({ cells, line }: CsvRecord, { shape: { padded } }: Layout): FormatFailure | null {
  for (const [at, decimals] of padded) {
    const cell = cells[at] ?? ''
    const written = decimalsOf(cell)
    if (written > 0 && written < decimals) return { code: 'invalid_amount', message: `The amount ${JSON.stringify(cell.slice(0, 40))} on line ${line} has fewer decimals than all others: a digit of it is lost.`, line }
  }
  return null
}

export function decimalsOf(cell: string): number {
  return /[.,](\d*)[^\d.,]*$/.exec(cell)?.[1]?.length ?? 0
}
