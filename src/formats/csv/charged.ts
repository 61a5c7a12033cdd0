/**
 * Lists of cards that tell of each purchase what was paid and what it was charged with, in columns of amounts and of currencies.
 * Whatever those are called, where both currencies are the same both amounts are, and what is charged is in one currency: the other
 * amount is the foreign one. Read as the amount it would add up money of several currencies, or make an account of each.
 */
import { plainWords } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { isHeadingLine, readHeading, type Role } from './headings.ts'
import type { CsvRecord } from './records.ts'

const HEADING_WITHIN = 100

/** Columns of one purchase. */
type Charged = { readonly paid: number; readonly paidIn: number; readonly amount: number; readonly currency: number }

/** The heading of such a list with words that say which is which; null for all other files. */
export function chargedBeside(records: readonly CsvRecord[]): ((record: CsvRecord) => CsvRecord) | null {
  const { cells = [], line } = records.slice(0, HEADING_WITHIN).find((record) => isHeadingLine(record.cells)) ?? {}
  const rows = records.filter((record) => line !== undefined && record.line > line && record.cells.length === cells.length && record.cells.some((cell) => scanDate(cell) !== null))
  const charged = rows.length === 0 ? null : chargedIn(cells, rows)
  if (charged === null) return null
  const said = new Map<number, string>([[charged.paid, 'foreign amount'], [charged.paidIn, 'foreign currency']])
  const lacks = (at: number, role: Role): boolean => readHeading(cells[at]!).meanings[0]?.role !== role
  if (lacks(charged.amount, 'amount')) said.set(charged.amount, 'amount')
  if (lacks(charged.currency, 'currency')) said.set(charged.currency, 'currency')
  return (record) => (record.line === line ? { ...record, cells: cells.map((cell, at) => said.get(at) ?? cell) } : record)
}

function chargedIn(heading: readonly string[], rows: readonly CsvRecord[]): Charged | null {
  const column = (at: number): readonly string[] => rows.map(({ cells }) => cells[at] ?? '')
  const are = (is: (cell: string) => boolean): readonly number[] => heading.flatMap((_, at) => (column(at).every(is) ? [at] : []))
  const codes = are((cell) => /^[A-Z]{3}$/.test(cell) && readCurrency(cell) !== null)
  const amounts = are((cell) => scanAmount(cell) !== null && scanDate(cell) === null)
  const one = (at: number): string | null => (new Set(column(at)).size === 1 ? column(at)[0]! : null)
  const [first, second, another] = codes
  if (first === undefined || second === undefined || another !== undefined) return null
  const [paidIn, currency] = one(first) === null ? [first, second] : [second, first]
  // Of each the amount stands on the same side.
  const [side, other] = [-1, 1].filter((beside) => amounts.includes(paidIn + beside) && amounts.includes(currency + beside))
  const code = one(currency)
  if (side === undefined || other !== undefined || code === null || one(paidIn) !== null) return null
  const columns = { paid: paidIn + side, paidIn, amount: currency + side, currency }
  const isForReader = [columns.amount, currency].some((at) => FOR_READER.test(plainWords(heading[at]!)))
  return !isForReader && borneOut(rows, columns, code) ? columns : null
}

/** An amount that is worked out for whoever reads the list, whose accounts are kept in several currencies. */
const FOR_READER = /\b(base|home|default|reporting|converted|equivalent)\b/

/** Both amounts are the same where both currencies are, and not elsewhere. */
function borneOut(rows: readonly CsvRecord[], columns: Charged, code: string): boolean {
  const isSame = ({ cells }: CsvRecord): boolean => scanAmount(cells[columns.paid]!)?.number === scanAmount(cells[columns.amount]!)?.number
  const own = rows.filter(({ cells }) => cells[columns.paidIn] === code)
  const others = rows.filter(({ cells }) => cells[columns.paidIn] !== code)
  return own.length > 0 && own.every(isSame) && others.length > 0 && !others.some(isSame)
}
