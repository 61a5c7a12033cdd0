/**
 * Tells whether a file without a last line end was cut within its last record. Many files lack that
 * line end; a record with fewer columns than the one before, or with fewer decimals in its last cell
 * than all others have in theirs, shows the cut.
 */
import type { FormatFailure } from '../../domain/statement.ts'
import { scanDate } from '../written-date.ts'
import { amountCells, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { decimalsOf } from './row-shape.ts'

/** Earlier cells with the same decimals that show that the file always writes so many; one that ends in zero shows it alone. */
const SHOWS = 4

const SENTENCE = /\p{L}{2,}.*[ :].*\p{L}{2,}/u

type Written = { decimals: number | null; cells: number; padded: boolean }

export class CutWatch {
  readonly #columns = new Map<number, Written>()
  #width = 0
  #last: CsvRecord | null = null
  #isShort = false
  readonly #booked: number

  constructor({ amount, balance, booked }: Pick<Layout, 'amount' | 'balance' | 'booked'>) {
    this.#booked = booked
    const columns = amountCells(amount)
    for (const at of balance === null ? columns : [...columns, balance]) this.#columns.set(at, { decimals: null, cells: 0, padded: false })
  }

  take(record: CsvRecord): void {
    if (this.#last !== null) this.#learn(this.#last)
    this.#isShort = record.cells.length < this.#width && !this.#isFooter(record)
    this.#width = record.cells.length
    this.#last = record
  }

  /** To be asked at the end of a file without a last line end. */
  failure(): FormatFailure | null {
    if (this.#last === null) return null
    const { line } = this.#last
    if (this.#isShort) return { code: 'truncated', message: `The file ends inside the record on line ${line}: it has fewer columns than the one before. Download it again.`, line }
    const at = this.#last.cells.length - 1
    const written = this.#columns.get(at)
    const cell = this.#last.cells[at] ?? ''
    if (written === undefined || !/\d/.test(cell)) return null
    const { decimals, cells, padded } = written
    const isFixed = decimals !== null && decimals > 1 && (padded || cells >= SHOWS)
    const isCut = isFixed ? decimalsOf(cell) < decimals : /\d[.,]$/.test(cell)
    return isCut ? { code: 'truncated', message: `The file ends inside the record on line ${line}: ${JSON.stringify(cell)} has fewer decimals than the amounts before. Download it again.`, line } : null
  }

  /** Words where rows begin with their day, or a line of words below an empty one: the bank's, not a part of a row. */
  #isFooter({ cells, line }: CsvRecord): boolean {
    const [first = ''] = cells
    const isApart = cells.length === 1 && this.#last !== null && line > this.#last.line + 1
    return (this.#booked === 0 || isApart) && SENTENCE.test(first) && scanDate(first) === null
  }

  #learn({ cells }: CsvRecord): void {
    for (const [at, written] of this.#columns) {
      const cell = cells[at] ?? ''
      if (!/\d/.test(cell)) continue
      const decimals = decimalsOf(cell)
      written.decimals = written.cells === 0 || written.decimals === decimals ? decimals : null
      written.padded ||= decimals > 1 && /0\D*$/.test(cell)
      written.cells += 1
    }
  }
}
