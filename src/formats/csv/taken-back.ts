/**
 * Cancelled rows that are bookings of their own: lists of Korean cards show the purchase as it was approved, and below it once more as
 * cancelled, under the number of that approval. The purchase stays, and this one brings its money back. A row that says of
 * itself alone that it was cancelled moved nothing, and one that was refused has a number of its own. Nor did an attempt that was
 * cancelled before the one that went through, or what was cancelled while it was pending. Where charges have no
 * sign, one with a minus is such a booking, too, though the purchase stands in an earlier list.
 */
import type { Day } from '../../domain/day.ts'
import { plainWords } from '../unstated.ts'
import { readDate, scanDate, type DateOrder } from '../written-date.ts'
import { readHeading } from './headings.ts'
import type { Columns } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { isDeclined, isPending } from './status.ts'

const CANCELLED = /^((승인)?취소|取消|已撤销|キャンセル|cancell?ed|reversed|voided)/

/** A number of one payment, not a word or a count. */
const NUMBER = /\d{4}/

/** The lines of such rows, and whether their amount is written as that of the purchase and has to be turned. A number that three rows share is of something else. */
export function takenBackIn(rows: readonly CsvRecord[], { status, amount, ...columns }: Columns, heading: readonly string[], order: DateOrder): ReadonlyMap<number, boolean> {
  if (status === null || amount.form !== 'signed') return new Map()
  const numbers = heading.flatMap((above, at) => (readHeading(above).meanings.some(({ role }) => role === 'id' || role === 'reference') ? [at] : []))
  const days = [columns.booked, columns.acted, columns.value]
  /** All but state, days, and the way the money went. */
  const keyOf = ({ cells }: CsvRecord): string => cells.map((cell, at) => (at === status || days.includes(at) || at === columns.balance ? '' : at === amount.at ? cell.replace(/[^\d.,]/g, '') : cell)).join('\u001f')
  const hasMinus = ({ cells }: CsvRecord): boolean => /[-\u2212(]/.test(cells[amount.at] ?? '')
  const dayOf = ({ cells }: CsvRecord): Day | null => {
    const date = scanDate(cells[columns.booked] ?? '')
    return date === null ? null : readDate(date, order)
  }
  const isBefore = (one: Day | null, other: Day | null): boolean => one !== null && other !== null && one < other
  const found = [...Map.groupBy(rows.filter(({ cells }) => numbers.some((at) => NUMBER.test(cells[at] ?? ''))), keyOf).values()].flatMap((group): [number, boolean][] => {
    const declined = group.filter(({ cells }) => isDeclined(cells[status] ?? ''))
    const [cancelled, purchase] = [declined[0], group.find((row) => row !== declined[0])]
    if (group.length !== 2 || declined.length !== 1 || cancelled === undefined || purchase === undefined || !isCancelled(cancelled.cells[status] ?? '')) return []
    if (isPending(purchase.cells[status] ?? '') || isBefore(dayOf(cancelled), dayOf(purchase))) return []
    return [[cancelled.line, hasMinus(cancelled) === hasMinus(purchase)]]
  })
  return new Map(found)
}

/** Taken back after it was approved, not refused. */
export function isCancelled(status: string): boolean {
  return CANCELLED.test(plainWords(status))
}
