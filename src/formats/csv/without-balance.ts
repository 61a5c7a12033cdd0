/**
 * Rows that are not booked yet, in lists without a word for that: they stand at the newer end, without a balance beside them, where all
 * others have one that runs with them. (Chase lists so what is pending.) A bank that writes a balance for each day alone leaves the
 * others of that day without one, never all at that end.
 */
import { isProved, prove, type Cells } from './amounts.ts'
import type { CsvRecord } from './records.ts'

/** `rows`: dated ones, in the order of the file, with their amounts and balances; a balance that is not there is null. */
export function unbookedIn(rows: readonly CsvRecord[], amounts: Cells, balances: Cells, direction: 'forward' | 'backward'): ReadonlySet<number> {
  const order = direction === 'forward' ? [...rows.keys()].reverse() : [...rows.keys()]
  const count = order.findIndex((at) => balances[at] !== null)
  const [newest, others] = [order.slice(0, count), order.slice(count)]
  if (count <= 0 || newest.some((at) => typeof amounts[at] !== 'string') || others.some((at) => typeof balances[at] !== 'string' || typeof amounts[at] !== 'string')) return new Set()
  const kept = others.toSorted((a, b) => a - b)
  const proof = prove(kept.map((at) => amounts[at]), kept.map((at) => balances[at]))
  return isProved(proof) && proof[direction] === proof.steps ? new Set(newest.map((at) => rows[at]!.line)) : new Set()
}
