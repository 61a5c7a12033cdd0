/**
 * The days that a file does not write as OFX wants. A bank writes all of its dates in the order of its country: one that
 * shows it (`31/05/2024`) tells how the others are read, and so does the first that the period of its statement decides.
 * From then on a date in the other order is a failure: no file is read in two orders.
 */
import type { Day } from '../../domain/day.ts'
import { leadingNumber, likelyDay, possibleDays } from './datetime.ts'

export type Period = { readonly from: Day | null; readonly to: Day | null }

/** Why a date is not read: it is none, it may be several days, or day and month stand in another order than before. */
export type Unclear = 'none' | 'several' | 'two orders'

/** Places in what `possibleDays` gives for a date in the order of a country. */
const DAY_FIRST = 0
const MONTH_FIRST = 1
type Order = typeof DAY_FIRST | typeof MONTH_FIRST

export class FileDays {
  /** The orders of the dates that can be read in one only. */
  readonly #shown = new Set<Order>()
  /** The order in which a date was read that may be two days. */
  #taken: Order | null = null

  /** The one day that the text means, where `period` is told also by the one of several that lies in it. For what `plainDay` does not read. */
  read(text: string, period: Period | null = null): Day | Unclear {
    const days = possibleDays(text)
    if (days.length === 0) return 'none'
    const within = period === null || period.from === null || period.to === null ? null : onlyWithin(days, period.from, period.to)
    const leading = leadingNumber(text)
    if (leading === null) return within ?? likelyDay(days, null) ?? 'several'
    if (days.length === 1) return this.#show(leading > 12 ? DAY_FIRST : MONTH_FIRST) ? days[0]! : 'two orders'
    if (this.#shown.size > 1) return 'two orders'
    const order = this.#taken ?? [...this.#shown][0]
    // What is shown is believed before the period, which some banks fill in with the day of the download.
    if (order !== undefined && this.#shown.size === 0 && within !== null && within !== days[order]) return 'two orders'
    const day = order === undefined ? within : days[order]!
    if (day === null) return 'several'
    this.#taken = day === days[DAY_FIRST] ? DAY_FIRST : MONTH_FIRST
    return day
  }

  /** False where a date before was read in the other order. */
  #show(order: Order): boolean {
    this.#shown.add(order)
    return this.#taken === null || this.#taken === order
  }
}

/** The one of several days that lies between the two; null where none does, or more than one. */
function onlyWithin(days: readonly Day[], from: Day, to: Day): Day | null {
  const within = days.filter((day) => from <= day && day <= to)
  return within.length === 1 ? within[0]! : null
}
