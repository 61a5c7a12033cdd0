/**
 * A file that shows what is stored in other words: exports of one account name a row by its shop, by its kind or by a number,
 * and often have no word in common. Where nearly all rows on the days of both have a stored one of their amount and day, or
 * moved by as many days, they are those: amounts that stand once on either side do not meet by chance by the handful. Pure.
 */
import { addDays, contains, daysBetween, type Day, type DayRange } from '../domain/day.ts'
import type { Candidate } from '../ports/store.ts'
import { textOf } from './candidate.ts'
import { resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'

/** `isSure`: one row in other words; else a person is asked whether it is. */
export type SameMoney = { readonly row: Incoming; readonly candidate: Candidate; readonly isSure: boolean }

type Pair = Omit<SameMoney, 'isSure'> & { readonly moved: number }

/** So many amounts that stand once on either side meet. */
const SINGLE_AMOUNTS = 5
/** This share of the rows, in hundredths, has its like. */
const NEARLY_ALL = 90
/** Nearest first; a row that is dated by its purchase instead of its booking moves so. */
const MOVES = [0, 1, -1, 2, -2, 3, -3]
const MOST_MOVED = 3
/** So many single amounts that moved by as many days show that the file dates its rows anew. */
const MOVED_ROWS = 3
/** So many that meet on their days are asked about, at the edges too. */
const MUCH = 3
/** Above so many pairs at one place words are not compared: whichever is which, each is there once. */
const WORDY_PAIRS = 400

/** `rows`: posted, not known; `stored`: posted, and not shown by the file under any key or id; `both`: the days that the file and what is stored reach over. One-to-one. */
export function sameMoney(rows: readonly Incoming[], stored: readonly Candidate[], both: DayRange): readonly SameMoney[] {
  // Rows that moved may have moved across the edge.
  const wide = { from: addDays(both.from, -MOST_MOVED), to: addDays(both.to, MOST_MOVED) }
  const [here, there] = [rows.filter(({ content }) => contains(wide, content.postedOn)), stored.filter(({ postedOn }) => contains(wide, postedOn))]
  const pairs = pairUp(here, there)
  const [timesHere, timesThere] = [Map.groupBy(here, ({ content }) => content.amount), Map.groupBy(there, ({ amount }) => amount)]
  const single = pairs.filter(({ row: { content: { amount } } }) => timesHere.get(amount)?.length === 1 && timesThere.get(amount)?.length === 1)
  // The first and the last day may be cut off: what one of them shows there need not be the other's.
  const isInside = (on: Day): boolean => on > both.from && on < both.to
  const [paired, met] = [new Set(pairs.map(({ row }) => row)), new Set(pairs.map(({ candidate }) => candidate))]
  const [alone, missed] = [here.filter((row) => !paired.has(row) && isInside(row.content.postedOn)).length, there.filter((candidate) => !met.has(candidate) && isInside(candidate.postedOn)).length]
  const isOne = single.length >= SINGLE_AMOUNTS && pairs.length * 100 >= (pairs.length + alone) * NEARLY_ALL
  const moves = Map.groupBy(single, ({ moved }) => moved)
  if (isOne) return pairs.map((pair) => ({ ...pair, isSure: pair.moved === 0 || (moves.get(pair.moved)?.length ?? 0) >= MOVED_ROWS }))
  const sameDay = pairs.filter(({ moved }) => moved === 0)
  if (sameDay.length * 2 < pairs.length + Math.min(alone, missed)) return []
  const asked = sameDay.length >= MUCH ? sameDay : sameDay.filter(({ row: { content } }) => isInside(content.postedOn))
  return asked.map((pair) => ({ ...pair, isSure: false }))
}

/** Rows and stored ones of one amount, those of one day first. */
function pairUp(rows: readonly Incoming[], stored: readonly Candidate[]): readonly Pair[] {
  const free = new Set(stored)
  const byPlace = Map.groupBy(stored, (candidate) => placeOf(candidate.postedOn, candidate))
  const pairs: Pair[] = []
  let left = rows
  for (const moved of MOVES) {
    const paired = new Set<Incoming>()
    for (const [place, here] of Map.groupBy(left, ({ content }) => placeOf(addDays(content.postedOn, moved), content))) {
      for (const { row, candidate } of likestFirst(here, (byPlace.get(place) ?? []).filter((candidate) => free.has(candidate)))) {
        free.delete(candidate)
        paired.add(row)
        pairs.push({ row, candidate, moved: daysBetween(candidate.postedOn, row.content.postedOn) })
      }
    }
    left = left.filter((row) => !paired.has(row))
  }
  return pairs
}

function placeOf(on: Day, { amount, currency }: Pick<Candidate, 'amount' | 'currency'>): string {
  return `${on} ${amount} ${currency}`
}

function likestFirst(rows: readonly Incoming[], stored: readonly Candidate[]): readonly { readonly row: Incoming; readonly candidate: Candidate }[] {
  if (stored.length === 0) return []
  if (rows.length * stored.length > WORDY_PAIRS) return rows.slice(0, stored.length).map((row, index) => ({ row, candidate: stored[index]! }))
  const pairs = rows.flatMap((row) => stored.map((candidate) => ({ row, candidate, likeness: resemblance(row.text, textOf(candidate)) })))
  const used = new Set<Incoming | Candidate>()
  return pairs.sort((a, b) => b.likeness - a.likeness).filter(({ row, candidate }) => {
    if (used.has(row) || used.has(candidate)) return false
    used.add(row)
    used.add(candidate)
    return true
  })
}
