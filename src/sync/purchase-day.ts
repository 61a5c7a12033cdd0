/**
 * Many banks write into the text of a card payment on which day it was made ("Card 4411 07.03 Berlin", "20260307 Old Grill").
 * Whatever day each source or each export gives the row then, the same words with the same such day are the same purchase. Pure.
 */
import { addDays, daysBetween, type Day } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { textOf } from './candidate.ts'
import type { Incoming } from './incoming.ts'

/** So long a hold waits until it is booked. */
export const BOOKING_DAYS = 10
/** Over holidays booking takes longer; believed where the bank says on which day the row was made. */
export const LONGEST_BOOKING_DAYS = 12

/** Whether two texts of the same words name the day on which the purchase was made, and the same one; `alike`: the same one, on which the earlier row does not lie. */
export function purchaseOf(row: Incoming, candidate: Candidate): 'the same' | 'alike' | 'another' | 'nothing' {
  const [text, other] = [row.text, textOf(candidate)]
  const [mine, theirs] = [purchaseIn(row, text, row.content.postedOn), purchaseIn(candidate, other, candidate.postedOn)]
  if (mine.words !== theirs.words) return 'nothing'
  const [{ days }, first] = row.content.postedOn < candidate.postedOn ? [mine, row.content.postedOn] : [theirs, candidate.postedOn]
  if (text === other) return days.length === 0 ? 'nothing' : days.includes(first) ? 'the same' : 'alike'
  return mine.days.length > 0 && theirs.days.length > 0 && mine.days.every((on) => !theirs.days.includes(on)) ? 'another' : 'nothing'
}

/** Whether both texts name a day, whatever else they say, and no day in common: of another amount it is another purchase. */
export function nameOtherDays(row: Incoming, candidate: Candidate): boolean {
  const [mine, theirs] = [purchaseIn(row, row.text, row.content.postedOn), purchaseIn(candidate, textOf(candidate), candidate.postedOn)]
  return mine.days.length > 0 && theirs.days.length > 0 && mine.days.every((on) => !theirs.days.includes(on))
}

/** How far the days lie apart on which the two were made, as far as a text names it: the other lists it under that day perhaps. Null: neither does. */
export function namedApart(row: Incoming, candidate: Candidate): number | null {
  const sides = [{ on: row.content.postedOn, days: purchaseIn(row, row.text, row.content.postedOn).days }, { on: candidate.postedOn, days: purchaseIn(candidate, textOf(candidate), candidate.postedOn).days }] as const
  if (sides.every(({ days }) => days.length === 0)) return null
  const [mine, theirs] = sides.every(({ days }) => days.length > 0) ? sides.map(({ days }) => days) : sides.map(({ on, days }) => [on, ...days])
  return Math.min(...mine!.flatMap((one) => theirs!.map((other) => Math.abs(daysBetween(one, other)))))
}

/** `words`: without digits; `days`: those up to its own, as long as booking takes, that the text names. */
type Purchase = { readonly words: string; readonly days: readonly Day[] }

/** One is compared with many. */
const purchases = new WeakMap<Incoming | Candidate, Purchase>()

/** What the normalised text of a row says of its purchase. */
function purchaseIn(of: Incoming | Candidate, text: string, on: Day): Purchase {
  let purchase = purchases.get(of)
  if (purchase === undefined) purchases.set(of, (purchase = { words: text.replace(/\d/g, ''), days: /\d{2} ?\d{2}/.test(text) ? daysNamedIn(text, on) : [] }))
  return purchase
}

function daysNamedIn(text: string, on: Day): readonly Day[] {
  const words = ` ${text} `
  return Array.from({ length: LONGEST_BOOKING_DAYS + 1 }, (_, ago) => addDays(on, -ago)).filter((day) => {
    const [year, month, date] = day.split('-')
    return [`${date} ${month}`, `${month} ${date}`, `${year}${month}${date}`, `${date}${month}${year}`, `${date}${month}${year!.slice(2)}`].some((named) => words.includes(` ${named} `))
  })
}
