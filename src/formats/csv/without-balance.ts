/**
 * Rows that are not booked yet, in lists without a word for that: they stand at the newer end, without a balance beside them, where all
 * others have one that runs with them. (Chase lists so what is pending.) A bank that writes a balance for each day alone leaves the
 * others of that day without one, never all at that end. Of a row that ends before the balance a cell is missing: that one is damaged.
 */
import { isProved, prove, type Cells } from './amounts.ts'
import type { CsvRecord } from './records.ts'

/** `rows`: dated ones, in the order of the file, with their amounts and balances; a balance that is not there is null. `at`: its column. */
export function unbookedIn(rows: readonly CsvRecord[], amounts: Cells, balances: Cells, at: number, direction: 'forward' | 'backward'): ReadonlySet<number> {
  const order = direction === 'forward' ? [...rows.keys()].reverse() : [...rows.keys()]
  const count = order.findIndex((place) => balances[place] !== null)
  const [newest, others] = [order.slice(0, count), order.slice(count)]
  if (count <= 0 || newest.some((place) => typeof amounts[place] !== 'string' || rows[place]!.cells.length <= at) || others.some((place) => typeof balances[place] !== 'string' || typeof amounts[place] !== 'string')) return new Set()
  const kept = others.toSorted((a, b) => a - b)
  const proof = prove(kept.map((place) => amounts[place]), kept.map((place) => balances[place]))
  return isProved(proof) && proof[direction] === proof.steps ? new Set(newest.map((place) => rows[place]!.line)) : new Set()
}
