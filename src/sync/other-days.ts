/**
 * Sources of one account that date the same rows otherwise: one by the purchase, the other by its booking, which takes up to a
 * week over a long weekend. Learned from what both booked, each time anew. Where they do, a row of each day lies beside the next
 * one of its amount, so that all of one amount are told at once, before anything goes by its day. Pure.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { assign, type Edge } from './assign.ts'
import { isBookedBy, idsUnder } from './candidate.ts'
import type { Incoming } from './incoming.ts'
import { join, type Board } from './match.ts'
import { costOf } from './same-money.ts'

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

/** How this source dates what another one booked as well. */
export function otherDaysOf(candidates: readonly Candidate[], sourceId: string): OtherDays {
  return otherDaysIn(candidates.flatMap(({ reports }) => {
    if (reports.length < 2) return []
    const own = reports.findLast((report) => report.counts && report.status === 'posted' && report.sourceId === sourceId)
    const other = reports.findLast((report) => report.counts && report.status === 'posted' && report.sourceId !== sourceId)
    return own === undefined || other === undefined ? [] : [{ own: own.postedOn, other: other.postedOn }]
  }))
}

/** Of rows that both told, under which day each. */
export function otherDaysIn(both: readonly { readonly own: Day; readonly other: Day }[]): OtherDays {
  const later = both.filter(({ own, other }) => own > other).length
  const earlier = both.filter(({ own, other }) => own < other).length
  const most = Math.max(later, earlier)
  if (most < APART || most * 100 < both.length * APART_SHARE || most * 100 < (later + earlier) * ONE_WAY) return null
  return later > earlier ? 1 : -1
}

/** Whether this source, as the files of an account are, told rows under two days each. */
export function areDatedTwice(candidates: readonly Candidate[], sourceId: string): boolean {
  const isTwice = ({ reports }: Candidate): boolean => new Set(reports.flatMap((report) => (report.counts && report.status === 'posted' && report.sourceId === sourceId ? [report.postedOn] : []))).size > 1
  return candidates.filter(isTwice).length >= APART
}

/** The side on which rows lie whose amounts stand once here and there: where it is known that some date otherwise, a few tell which way. */
export function otherDaysOfSingles(rows: readonly Incoming[], candidates: readonly Candidate[]): OtherDays {
  const byAmount = Map.groupBy(candidates, ({ amount }) => amount)
  const moved = [...Map.groupBy(rows, ({ content }) => content.amount)].flatMap(([amount, [row, ...others]]) => {
    const [candidate, ...more] = byAmount.get(amount) ?? []
    const days = candidate === undefined || others.length + more.length > 0 ? 0 : daysBetween(candidate.postedOn, row!.content.postedOn)
    return days === 0 || Math.abs(days) > MOST_APART_DAYS ? [] : [Math.sign(days)]
  })
  const [first] = moved
  return first === undefined || moved.some((sign) => sign !== first) ? null : first > 0 ? 1 : -1
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

/** Joins what this source shows as booked for the first time to what another one booked under its own day. `isMet`: whether a transaction is such. */
export function meetApart(board: Board, rows: readonly Incoming[], isMet: (candidate: Candidate) => boolean): void {
  const { context: { sourceId }, otherDays } = board
  if (otherDays === null) return
  const costIn = (row: Incoming, candidate: Candidate): number => {
    const isItsOwn = row.providerId !== null && idsUnder(candidate, sourceId).includes(row.providerId)
    return isItsOwn ? 0 : 1 + costOf(row, candidate, Math.abs(daysTo(row, candidate, sourceId)))
  }
  for (const { row, candidate } of pairApart(rows, board.candidates.filter(isMet), otherDays, costIn)) join(board, row, candidate, 'other_source')
}

/** Rows and transactions of one amount, as many as fit, each row on the day of its transaction or on that side of it. */
export function pairApart(rows: readonly Incoming[], candidates: readonly Candidate[], otherDays: OtherDays, costIn = costApart): readonly Pair[] {
  const byAmount = Map.groupBy(candidates.map((candidate, right) => ({ candidate, right })), ({ candidate }) => candidate.amount)
  const times = Map.groupBy(rows, ({ content }) => content.amount)
  const pairs = rows.flatMap((row, left) => {
    const near = byAmount.get(row.content.amount) ?? []
    if (near.length * times.get(row.content.amount)!.length > CROWD) return []
    return near.flatMap(({ candidate, right }): Pair[] => {
      if (candidate.currency !== row.content.currency || !mayLieApart(otherDays, daysBetween(candidate.postedOn, row.content.postedOn))) return []
      return [{ left, right, row, candidate, cost: costIn(row, candidate) }]
    })
  })
  return assign(pairs, ALONE)
}

function costApart(row: Incoming, candidate: Candidate): number {
  return costOf(row, candidate, Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)))
}
