/**
 * Sources of one account that date the same rows otherwise: one by the purchase, the other by its booking, which takes up to a
 * week over a long weekend. Learned from what both booked, each time anew. Where they do, a row of each day lies beside the next
 * one of its amount, so that all of one amount are told at once, before anything goes by its day. Pure.
 */
import { contains, daysBetween, maxDay, minDay, type Day } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { assign, type Edge } from './assign.ts'
import { isBookedBy, idsUnder } from './candidate.ts'
import { coversDay, overlap } from './coverage.ts'
import type { Incoming } from './incoming.ts'
import { join, type Board } from './match.ts'
import { purchaseOf } from './purchase-day.ts'
import { costOf, daysOf } from './same-money.ts'

/** 1: this source dates a row later than the others, -1: earlier. Null: by the same day, as far as is known. */
export type OtherDays = 1 | -1 | null

/** Over a weekend and a holiday booking takes as long. */
export const MOST_APART_DAYS = 7
/** So many rows of which both tell other days are a way of dating, and no correction; so many of a hundred that both booked. */
const APART = 3
const APART_SHARE = 20
/** And so many of a hundred of these lie the same way. */
const ONE_WAY = 75
/** In the cost of a pair, beside which all else counts little: as many as possible are made. */
const ALONE = 1_000
/** Rows of one amount, times transactions: above it they are left to what comes after. */
const CROWD = 10_000

/** A row that both told, under which day each. */
type Told = { readonly own: Day; readonly other: Day }

/** What this source dates as well as another one, as far as is known. */
function toldByBoth(candidates: readonly Candidate[], sourceId: string): readonly Told[] {
  return candidates.flatMap(({ reports }) => {
    if (reports.length < 2) return []
    const own = reports.findLast((report) => report.counts && report.status === 'posted' && report.sourceId === sourceId)
    const other = reports.findLast((report) => report.counts && report.status === 'posted' && report.sourceId !== sourceId)
    return own === undefined || other === undefined ? [] : [{ own: own.postedOn, other: other.postedOn }]
  })
}

/** Of rows that both told. */
export function otherDaysIn(both: readonly Told[]): OtherDays {
  const later = both.filter(({ own, other }) => own > other).length
  const earlier = both.filter(({ own, other }) => own < other).length
  const most = Math.max(later, earlier)
  if (most < APART || most * 100 < both.length * APART_SHARE || most * 100 < (later + earlier) * ONE_WAY) return null
  return later > earlier ? 1 : -1
}

/** Whether this source, as the files of an account are, told rows under two days each. */
export function areDatedTwice(candidates: readonly Candidate[], sourceId: string): boolean {
  return candidates.filter((candidate) => daysUnder(candidate, sourceId).length > 1).length >= APART
}

/** Under which day files that date so showed what was told under two; null: it was told under one. */
export function dayUnder(otherDays: OtherDays, candidate: Candidate, sourceId: string): Day | null {
  const days = otherDays === null ? [] : daysUnder(candidate, sourceId)
  return days.length < 2 ? null : days.reduce(otherDays === 1 ? maxDay : minDay)
}

function daysUnder({ reports }: Candidate, sourceId: string): readonly Day[] {
  return [...new Set(reports.flatMap((report) => (report.counts && report.status === 'posted' && report.sourceId === sourceId ? [report.postedOn] : [])))]
}

/** The side on which all of them lie: where it is known that some date otherwise, a few tell which way. */
export function oneSide(told: readonly Told[]): OtherDays {
  const [first, ...more] = told.flatMap(({ own, other }) => (own === other ? [] : [own > other ? 1 : -1] as const))
  return first === undefined || more.some((side) => side !== first) ? null : first
}

/** Amounts that stand once here and there, near each other. `tells`: whether such a pair says anything. */
export function singlesIn(rows: readonly Incoming[], candidates: readonly Candidate[], tells: Tells = () => true): readonly Told[] {
  const byAmount = Map.groupBy(candidates, ({ amount }) => amount)
  return [...Map.groupBy(rows, ({ content }) => content.amount)].flatMap(([amount, [row, ...others]]) => {
    const [candidate, ...more] = byAmount.get(amount) ?? []
    if (candidate === undefined || others.length + more.length > 0 || !tells(row!, candidate)) return []
    const told = { own: row!.content.postedOn, other: candidate.postedOn }
    return Math.abs(daysBetween(told.own, told.other)) > MOST_APART_DAYS ? [] : [told]
  })
}

/**
 * Days to the row from the day under which this source showed the transaction; what it showed as pending and another one booked
 * meanwhile bears the day of that one.
 */
export function daysTo({ content }: Incoming, candidate: Candidate, sourceId: string): number {
  const held = isBookedBy(candidate, sourceId) ? undefined : candidate.reports.findLast((report) => report.sourceId === sourceId)
  return daysBetween(held?.postedOn ?? candidate.postedOn, content.postedOn)
}

/** Whether a row may lie so many days beside what another source booked. */
function mayLieApart(otherDays: OtherDays, days: number): boolean {
  return otherDays !== null && days * otherDays >= 0 && Math.abs(days) <= MOST_APART_DAYS
}

type Pair = Edge & { readonly row: Incoming; readonly candidate: Candidate }
type Tells = (row: Incoming, candidate: Candidate) => boolean

/**
 * Joins what this source shows as booked for the first time to what another one booked under its own day; false where the two
 * date alike, as far as is known and amounts that stand once here and there tell. `isMet`: whether a transaction is such.
 */
export function meetApart(board: Board, rows: readonly Incoming[], isMet: (candidate: Candidate) => boolean): boolean {
  const { sourceId } = board.context
  const met = board.candidates.filter(isMet)
  const tells = tellsOf(board, rows)
  const otherDays = otherDaysIn([...toldByBoth(board.candidates, sourceId), ...singlesIn(rows, met, tells)])
  if (otherDays === null) return false
  const costIn = (row: Incoming, candidate: Candidate): number | null => {
    if (row.providerId !== null && idsUnder(candidate, sourceId).includes(row.providerId)) return 0
    return tells(row, candidate) ? 1 + costOf(row, candidate, Math.abs(daysTo(row, candidate, sourceId))) : null
  }
  for (const { row, candidate } of pairApart(rows, met, otherDays, costIn)) join(board, row, candidate, 'other_source')
  return true
}

/** Whether one of the two lies on a day that both sources show. Before and after those days each shows what the other cannot: the payment of a week before looks like this week's. */
function tellsOf({ candidates, taken, context: { sourceId, covers, coverage } }: Board, rows: readonly Incoming[]): Tells {
  const isBooked = ({ status, counts, sourceId: by }: Candidate['reports'][number]): boolean => status === 'posted' && counts && by !== sourceId
  const shown = [...rows, ...taken.values()].filter(({ content }) => content.status === 'posted').map(({ content }) => content.postedOn)
  const told = candidates.filter(({ reports }) => reports.some(isBooked)).map(({ postedOn }) => postedOn)
  const both = shown.length === 0 || told.length === 0 ? null : overlap(daysOf(shown), daysOf(told))
  const others = coverage.filter((covered) => covered.sourceId !== sourceId)
  const isShared = (on: Day): boolean => both !== null && contains(both, on) && coversDay(covers, on) && coversDay(others, on)
  return (row, candidate) => isShared(row.content.postedOn) || isShared(candidate.postedOn)
}

/** Rows and transactions of one amount, as many as fit, each row on the day of its transaction or on that side of it. `costIn`: null where they cannot be one. */
export function pairApart(rows: readonly Incoming[], candidates: readonly Candidate[], otherDays: OtherDays, costIn: (row: Incoming, candidate: Candidate) => number | null = costApart): readonly Pair[] {
  const byAmount = Map.groupBy(candidates.map((candidate, right) => ({ candidate, right })), ({ candidate }) => candidate.amount)
  const times = Map.groupBy(rows, ({ content }) => content.amount)
  const pairs = rows.flatMap((row, left) => {
    const near = byAmount.get(row.content.amount) ?? []
    if (near.length * times.get(row.content.amount)!.length > CROWD) return []
    return near.flatMap(({ candidate, right }): Pair[] => {
      if (candidate.currency !== row.content.currency || !mayLieApart(otherDays, daysBetween(candidate.postedOn, row.content.postedOn))) return []
      const cost = costIn(row, candidate)
      return cost === null ? [] : [{ left, right, row, candidate, cost }]
    })
  })
  return assign(pairs, ALONE)
}

/** Without an id that tells; null: they name two purchases. */
export function costApart(row: Incoming, candidate: Candidate): number | null {
  if (purchaseOf(row, candidate) === 'another') return null
  return costOf(row, candidate, Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)))
}
