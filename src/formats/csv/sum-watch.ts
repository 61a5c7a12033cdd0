/** Behind the part of a long file that was looked at whole: whether what is called as the sums there were adds up its rows. */
import type { FormatFailure } from '../../domain/statement.ts'
import { Adder } from './adder.ts'
import { cellAmount } from './amounts.ts'
import { amountCells, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import type { CsvRow } from './rows.ts'
import { brokenSum } from './sums.ts'

export class SumWatch {
  readonly #layout: Layout
  readonly #columns: readonly number[]
  readonly #adder: Adder
  #hasPending = false
  #differ: number | null = null

  constructor(layout: Layout) {
    this.#layout = layout
    this.#columns = amountCells(layout.amount)
    this.#adder = new Adder(this.#columns.length, null)
  }

  /** The line of the first total without a day that adds up nothing of what is above it; null: none. What is pending may be in it or not. */
  get differ(): number | null {
    return this.#hasPending ? null : this.#differ
  }

  /** `isSample`: the record was looked at with the whole. */
  take(record: CsvRecord, row: CsvRow, isSample: boolean): FormatFailure | null {
    if (row.type === 'undated' || (row.type === 'row' && row.row.status === 'pending')) this.#hasPending = true
    const isSum = row.type === 'sum' || row.type === 'total'
    if (!isSum && row.type !== 'row' && row.type !== 'sides') return null
    const cells = this.#columns.map((at) => cellAmount(record, at, this.#layout.style) ?? null)
    if (cells.every((cell) => cell === null)) return null
    if (!isSum) {
      this.#adder.add({ day: record.cells[this.#layout.booked] ?? '', cells, words: null })
      return null
    }
    const adds = this.#adder.compare({ day: '', cells, words: '' }).rows > 0
    if (isSample) return null
    if (row.type === 'sum' && this.#layout.sums.areAbove) return sumAbove(record)
    if (row.type === 'sum' && !adds) return brokenSum(record.line)
    if (!adds) this.#differ ??= record.line
    return null
  }
}

/** The rows below it come when it was read. */
function sumAbove({ line }: CsvRecord): FormatFailure {
  return { code: 'malformed', message: `The row on line ${line} is called a total as others of this file are, which add up the rows below them: in a file this long nothing tells whether it does. Export a shorter period.`, line }
}
