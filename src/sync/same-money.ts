/**
 * A file that shows what is stored in other words, or under other days: exports of one account name a row by its shop, by its
 * kind or by a number, and date it by its purchase or by its booking. Where nearly all rows on the days of both have a stored
 * one of their amount and day, or moved as the file moves its days, they are those: amounts that stand once on either side do
 * not meet by chance by the handful. Pure.
 */
import { addDays, contains, daysBetween, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { assign, type Edge } from './assign.ts'
import { textOf } from './candidate.ts'
import { overlap } from './coverage.ts'
import { resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { placeOf } from './match.ts'

/** `isSure`: one row in other words; else a person is asked whether it is. `isMoved`: most rows have other days. */
export type SameMoney = { readonly row: Incoming; readonly candidate: Candidate; readonly isSure: boolean; readonly isMoved: boolean }

type Pair = Edge & Pick<SameMoney, 'row' | 'candidate'> & { readonly moved: number }
type Tells = (row: Incoming, candidate: Candidate) => boolean

/** So many amounts that stand once on either side meet; fewer, where each shows most of what the other does, on several days, and fewer still, where all moved by as many. */
const MANY_AMOUNTS = 10
const SINGLE_AMOUNTS = 5
const FEW_AMOUNTS = 3
/** So few, on as many days, where all moved by as many, each has its like, and nothing stays as it was: all that an account of few rows shows. */
export const LEAST_AMOUNTS = 2
/** From the first to the last day: what people pay alike, such as flatmates, they pay on the first days of the month. */
const SEVERAL_DAYS = 4
/** This share of the rows, in hundredths, has its like. */
const NEARLY_ALL = 90
const MOST_MOVED = 6
const MOVES = Array.from({ length: 2 * MOST_MOVED + 1 }, (_, at) => (at % 2 === 0 ? -at / 2 : (at + 1) / 2))
/** So many that meet on their days are asked about, at the edges too. */
const MUCH = 3
/** Rows of one amount and day, times stored ones: above it words are not compared; whichever is which, each is there once. */
const WORDY_PAIRS = 400
/** In the cost of a pair, beside which day and words count little: as many as possible are made. */
const ALONE = 1_000

/** From the first to the last of them. `days`: one at least. */
export function daysOf(days: readonly Day[]): DayRange {
  return { from: days.reduce(minDay), to: days.reduce(maxDay) }
}

/**
 * `rows`: posted, not known; `stored`: posted, and not shown by the file under any key or id; `shown`, `held`: the days that the file and what
 * is stored reach over; `isWhole`: nothing that is stored on the days shown is shown as it was. One-to-one.
 */
export function sameMoney(rows: readonly Incoming[], stored: readonly Candidate[], shown: DayRange, held: DayRange, isWhole = false): readonly SameMoney[] {
  const both = overlap(shown, held)
  if (both === null) return []
  // Rows that moved may have moved across the edge.
  const wide = { from: addDays(both.from, -MOST_MOVED), to: addDays(both.to, MOST_MOVED) }
  const [here, there] = [rows.filter(({ content }) => contains(wide, content.postedOn)), stored.filter(({ postedOn }) => contains(wide, postedOn))]
  // Before and after the days of both each shows what the other cannot show: that it looks alike tells nothing.
  const tells: Tells = ({ content }, candidate) => contains(both, content.postedOn) || contains(both, candidate.postedOn)
  const single = singlesOf(here, there, tells)
  const moves = movesOf(single.map(({ moved }) => moved), isWhole ? Math.min(FEW_AMOUNTS, Math.max(LEAST_AMOUNTS, single.length)) : FEW_AMOUNTS)
  const usual = usualOf(single.map(({ moved }) => moved))
  const pairs = pairUp(here, there, tells, moves, usual)
  // The first and the last day may be cut off: what one of them shows there need not be the other's. Where there are no others, all must be.
  const isInside = (on: Day): boolean => (daysBetween(both.from, both.to) < 2 ? contains(both, on) : on > both.from && on < both.to)
  const [paired, met] = [new Set(pairs.map(({ row }) => row)), new Set(pairs.map(({ candidate }) => candidate))]
  const [alone, missed] = [here.filter((row) => !paired.has(row) && isInside(row.content.postedOn)).length, there.filter((candidate) => !met.has(candidate) && isInside(candidate.postedOn)).length]
  const inner = pairs.filter(({ row, candidate }) => tells(row, candidate)).length
  const isNearlyAll = (lacking: number): boolean => inner * 100 >= (inner + lacking) * NEARLY_ALL
  const telling = single.filter(({ moved }) => moves.includes(moved))
  const isAlike = telling.every(({ moved }) => moved === telling[0]!.moved)
  const isEnough = telling.length >= SINGLE_AMOUNTS || (telling.length >= FEW_AMOUNTS && isAlike)
  const isTold = telling.length >= MANY_AMOUNTS || (isEnough && missed * 2 <= inner && reachOf(telling) >= SEVERAL_DAYS)
  const hasAllMoved = isWhole && isAlike && usual !== 0 && new Set(telling.map(({ on }) => on)).size >= LEAST_AMOUNTS && alone === 0 && missed === 0
  const isOne = (isTold && isNearlyAll(alone)) || hasAllMoved
  if (isOne) return pairs.map((pair) => ({ ...pair, isSure: true, isMoved: usual !== 0 }))
  const sameDay = pairs.filter(({ moved }) => moved === 0)
  if (sameDay.length * 2 < pairs.length + Math.min(alone, missed)) return []
  const asked = sameDay.length >= MUCH ? sameDay : sameDay.filter(({ row: { content } }) => content.postedOn > shown.from && content.postedOn < shown.to)
  return asked.map((pair) => ({ ...pair, isSure: false, isMoved: false }))
}

/** Where single amounts moved, forwards or back, so many of them at least: from the shortest to the longest way; else none may move. */
function movesOf(single: readonly number[], least: number): readonly number[] {
  const [back, on] = [single.filter((moved) => moved < 0), single.filter((moved) => moved > 0)]
  const moved = back.length > on.length ? back : on
  if (moved.length < least) return [0]
  const all = single.includes(0) ? [0, ...moved] : moved
  return MOVES.filter((move) => move >= Math.min(...all) && move <= Math.max(...all))
}

/** Days from the first to the last of them, of which there is one. */
function reachOf(single: readonly { readonly on: Day }[]): number {
  const { from, to } = daysOf(single.map(({ on }) => on))
  return daysBetween(from, to)
}

/** By how many days most of them moved. */
function usualOf(single: readonly number[]): number {
  const times = Map.groupBy(single, (moved) => moved)
  return MOVES.reduce((usual, move) => ((times.get(move)?.length ?? 0) > (times.get(usual)?.length ?? 0) ? move : usual), 0)
}

/** Where the amounts that stand once on either side, and near, have moved to, and by how many days. `tells`: whether such a pair says anything. */
function singlesOf(rows: readonly Incoming[], stored: readonly Candidate[], tells: Tells): readonly { readonly on: Day; readonly moved: number }[] {
  const byAmount = Map.groupBy(stored, moneyOf)
  return [...Map.groupBy(rows, ({ content }) => moneyOf(content))].flatMap(([money, here]) => {
    const there = byAmount.get(money) ?? []
    if (here.length !== 1 || there.length !== 1 || !tells(here[0]!, there[0]!)) return []
    const { postedOn: on } = here[0]!.content
    const moved = daysBetween(there[0]!.postedOn, on)
    return Math.abs(moved) > MOST_MOVED ? [] : [{ on, moved }]
  })
}

/** Rows and stored ones of one amount, as many as fit, by the days that they moved. `moves`: allowed ones; `usual`: the likeliest. */
function pairUp(rows: readonly Incoming[], stored: readonly Candidate[], tells: Tells, moves: readonly number[], usual: number): readonly Pair[] {
  const byPlace = Map.groupBy(stored.map((candidate, right) => ({ candidate, right })), ({ candidate }) => placeOf(candidate))
  const byRowPlace = Map.groupBy(rows.map((row, left) => ({ row, left })), ({ row: { content } }) => placeOf(content))
  const edges: Pair[] = []
  const crowded: Pair[] = []
  for (const here of byRowPlace.values()) {
    const { content } = here[0]!.row
    for (const moved of moves) {
      const there = byPlace.get(placeOf({ ...content, postedOn: addDays(content.postedOn, -moved) })) ?? []
      if (there.length === 0 || !tells(here[0]!.row, there[0]!.candidate)) continue
      if (here.length * there.length > WORDY_PAIRS) {
        if (moved === usual) crowded.push(...here.slice(0, there.length).map((one, index) => ({ ...one, ...there[index]!, moved, cost: 0 })))
        continue
      }
      const cost = (row: Incoming, candidate: Candidate): number => costOf(row, candidate, Math.abs(moved - usual))
      edges.push(...here.flatMap((one) => there.map((other) => ({ ...one, ...other, moved, cost: cost(one.row, other.candidate) }))))
    }
  }
  const [lefts, rights] = [new Set(crowded.map(({ left }) => left)), new Set(crowded.map(({ right }) => right))]
  return [...crowded, ...assign(edges.filter(({ left, right }) => !lefts.has(left) && !rights.has(right)), ALONE)]
}

/** Which of several of one amount it is: words that are the same tell more than days, days more than words that are alike. */
export function costOf(row: Incoming, candidate: Candidate, daysOff: number): number {
  const likeness = resemblance(row.text, textOf(candidate))
  return likeness === 1 ? daysOff : 40 + daysOff * 20 + Math.round((1 - likeness) * 40)
}

function moneyOf({ amount, currency }: Pick<Candidate, 'amount' | 'currency'>): string {
  return `${amount} ${currency}`
}
