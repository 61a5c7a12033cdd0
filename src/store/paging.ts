/**
 * The place where a list of transactions goes on: booking day and id of the last row shown. A place
 * is a position in the order, not a count, so that rows added meanwhile neither repeat nor hide one.
 */
import { parseDay, type Day } from '../domain/day.ts'
import type { Transaction } from '../domain/transaction.ts'

export type Place = { readonly postedOn: Day; readonly id: string }

/** The opaque cursor that continues after `row`. */
export function cursorAfter(row: Transaction): string {
  return `${row.postedOn}.${row.id}`
}

/** The place that a cursor names; RangeError when the text is none. */
export function placeOf(cursor: string): Place {
  const match = /^(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor)
  const postedOn = match === null ? null : parseDay(match[1]!)
  if (match === null || postedOn === null) throw new RangeError('not a cursor of a list of transactions')
  return { postedOn, id: match[2]! }
}
