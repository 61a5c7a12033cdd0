/**
 * Rows worth a second look: an amount far beyond what this payee ever took, and the same amount at the same
 * payee twice within a day where that never happened before. Both compare a row with its own payee's past
 * only; what is rare but harmless (a new shop, a large rent) is not flagged.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import type { Transaction } from '../domain/transaction.ts'
import { payeeOf } from './payee.ts'

/** So many earlier rows say what is usual. */
const USUAL_AFTER = 6
/** Beyond the largest of them by this factor. */
const BEYOND = 2n

export type Unusual =
  /** `largest`: of the earlier rows, in minor units without sign; `times`: how many there are. */
  | { readonly kind: 'amount'; readonly largest: bigint; readonly times: number }
  | { readonly kind: 'twice'; readonly other: Transaction }

/** `past`: rows of the same account, those to look at among them, in any order. */
export function unusualAmong(rows: readonly Transaction[], past: readonly Transaction[]): ReadonlyMap<string, Unusual> {
  const byPayee = Map.groupBy(past.filter((row) => row.state !== 'withdrawn'), keyOf)
  const found = new Map<string, Unusual>()
  for (const row of rows) {
    const key = keyOf(row)
    if (key === null) continue
    const own = byPayee.get(key) ?? []
    const unusual = tooLarge(row, own) ?? doubled(row, own)
    if (unusual !== null) found.set(row.id, unusual)
  }
  return found
}

/** Payee, direction and currency; null where the text tells nobody. */
function keyOf(row: Transaction): string | null {
  const payee = payeeOf(row)
  return payee === '' ? null : `${payee}|${row.currency}|${row.amount < 0n}`
}

function tooLarge(row: Transaction, own: readonly Transaction[]): Unusual | null {
  const earlier = own.filter((other) => other.id !== row.id && comesBefore(other, row))
  if (earlier.length < USUAL_AFTER) return null
  const largest = earlier.reduce((most, { amount }) => (size(amount) > most ? size(amount) : most), 0n)
  return size(row.amount) > largest * BEYOND ? { kind: 'amount', largest, times: earlier.length } : null
}

/** The later one of the two is flagged. */
function doubled(row: Transaction, own: readonly Transaction[]): Unusual | null {
  const equal = own.filter((other) => other.id !== row.id && other.amount === row.amount && comesBefore(other, row))
  const twin = equal.find((other) => daysBetween(other.postedOn, row.postedOn) <= 1)
  if (twin === undefined) return null
  const days = equal.filter((other) => other.id !== twin.id).map(({ postedOn }) => postedOn)
  return isHabit(days, twin.postedOn) ? null : { kind: 'twice', other: twin }
}

/** Whether equal rows stood as close before: two coffees a day are nothing to look at. */
function isHabit(days: readonly Day[], last: Day): boolean {
  const sorted = [...days, last].sort()
  return sorted.some((day, index) => index > 0 && daysBetween(sorted[index - 1]!, day) <= 1)
}

function comesBefore(other: Transaction, row: Transaction): boolean {
  return other.postedOn < row.postedOn || (other.postedOn === row.postedOn && other.id < row.id)
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount
}
