/**
 * Rows that stay pending for very long. Only an answer for its day may end a pending row, but a read that
 * reached back to the oldest one each time would grow with its age. So a row that is older than any hold is
 * asked for by itself, now and then; and where the bank gives no answer for its day a person is asked, once.
 * Costs nothing while nothing is pending for long. Pure.
 */
import { addDays, contains, FIRST_DAY, type Day, type DayRange } from '../domain/day.ts'
import type { Question } from '../domain/transaction.ts'
import type { Candidate, CandidateQuery } from '../ports/feed.ts'
import { isOwn } from './candidate.ts'
import { gapsIn, overlap } from './coverage.ts'
import { GAP_LIMIT, longestReach, type Hold, type Progress } from './window.ts'

/** When a day that was answered for is asked for again, or that was asked for in vain for long; and one that was not answered for lately. */
const NEXT_DAYS = 30
const RETRY_DAYS = 3
/** So often in vain, and a person is asked. */
const VAIN_LIMIT = 5
/** Days asked for at once: banks give a month. */
const MOST_DAYS = 31

/** `newestFrom`: the first of the days that are read each time. */
export type HoldPlace = { readonly progress: Progress; readonly newestFrom: Day; readonly startOn: Day | null }

export type HoldPlan = HoldPlace & {
  readonly sourceId: string
  /** Sources of the account that are read: each asks for its own rows. */
  readonly read: ReadonlySet<string>
  /** History that is still to be asked for; null: none. */
  readonly history: DayRange | null
  readonly today: Day
  readonly maxWindowDays: number
}

/** What is to be done about the rows that are pending before the newest days. */
export type OldHolds = {
  /** The oldest to which each read reaches back. */
  readonly reached: Day | null
  /** Days to ask for by themselves now. */
  readonly due: DayRange | null
  /** Rows for whose day the bank gives no answer. */
  readonly unanswered: readonly Candidate[]
}

/** Whether the rows must be looked at one by one: some are too old to be reached, or reaching them was in vain. */
export function areOld(pendingFrom: Day | null, place: HoldPlace): boolean {
  const { newestFrom, progress } = place
  if (pendingFrom === null || pendingFrom >= newestFrom) return false
  return progress.holds.length > 0 || isApart(pendingFrom, place) || isBeforeAll(pendingFrom, place)
}

/** Everything that is pending before the newest days. */
export function pendingBefore(accountId: string, sourceId: string, newestFrom: Day): CandidateQuery {
  const range = { from: FIRST_DAY, to: addDays(newestFrom, -1) }
  return { accountId, sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: { states: ['pending'], range } }
}

/** `rows`: what is pending before the newest days, oldest first. */
export function sortHolds(rows: readonly Candidate[], plan: HoldPlan): OldHolds {
  const { sourceId, read, history, today, maxWindowDays } = plan
  const own = rows.filter((row) => isOwn(row, sourceId) || row.reports.every((report) => !read.has(report.sourceId)))
  const unanswered = own.filter(({ postedOn }) => isBeforeAll(postedOn, plan) || (holdOf(postedOn, plan)?.vain ?? 0) >= VAIN_LIMIT)
  const days = own.map(({ postedOn }) => postedOn).filter((on) => !isBeforeAll(on, plan) && (history === null || !contains(history, on)))
  const reached = days.find((on) => !isApart(on, plan)) ?? null
  const due = days.filter((on) => isApart(on, plan) && (holdOf(on, plan)?.on ?? today) <= today)
  const last = due.findLast((on) => on < addDays(due[0]!, Math.min(MOST_DAYS, maxWindowDays)))
  return { reached, due: last === undefined ? null : { from: due[0]!, to: last }, unanswered }
}

/** Asked for by itself: older than any hold, or in vain in the reads so far. */
function isApart(on: Day, place: HoldPlace): boolean {
  return on < longestReach(place.newestFrom) || holdOf(on, place) !== undefined || place.progress.gaps.some((gap) => gap.asked >= GAP_LIMIT && contains(gap, on))
}

/** Earlier than the bank's history, or than the start that a person set: nobody can be asked. */
function isBeforeAll(on: Day, { progress, startOn }: HoldPlace): boolean {
  return (startOn !== null && on < startOn) || (progress.floor !== null && on < progress.floor)
}

function holdOf(on: Day, { progress }: HoldPlace): Hold | undefined {
  return progress.holds.find((hold) => contains(hold, on))
}

/** How days were answered that were asked for by themselves. `covers`: null when none was. `counts`: whether what was not answered was refused, as opposed to a failure on the way. */
export type HoldAnswer = { readonly asked: DayRange; readonly covers: DayRange | null; readonly counts: boolean; readonly today: Day; readonly newestFrom: Day }

/** What is known of the days of `rows`, which are still pending. Days that are answered for and young enough are reached by each read again. */
export function afterHolds(progress: Progress, { asked, covers, counts, today, newestFrom }: HoldAnswer, rows: readonly Candidate[]): Progress {
  const vainBefore = Math.max(0, ...progress.holds.filter((hold) => overlap(hold, asked) !== null).map(({ vain }) => vain))
  const answered = covers === null ? null : overlap(asked, covers)
  const vain = vainBefore + (counts ? 1 : 0)
  const left = gapsIn(asked, covers === null ? [] : [covers]).map((range): Hold => ({ ...range, on: addDays(today, vain >= VAIN_LIMIT ? NEXT_DAYS : RETRY_DAYS), vain }))
  const others = progress.holds.flatMap((hold) => gapsIn(hold, [asked]).map((range): Hold => ({ ...hold, ...range })))
  const holds = [...others, ...left, ...(answered === null ? [] : [{ ...answered, on: addDays(today, NEXT_DAYS), vain: 0 }])]
  const isReached = ({ to, vain }: Hold): boolean => vain === 0 && to >= longestReach(newestFrom)
  return { ...progress, holds: holds.filter((hold) => !isReached(hold) && rows.some(({ postedOn }) => contains(hold, postedOn))) }
}

/** A range that was too long for the bank held the day: from now on it is asked for by itself. */
export function heldApart(progress: Progress, range: DayRange, today: Day): Progress {
  return { ...progress, holds: [...progress.holds.filter((hold) => overlap(hold, range) === null), { ...range, on: today, vain: 0 }] }
}

/** "Is it still pending?", once about a row. */
export function holdQuestions(unanswered: readonly Candidate[], asked: readonly Question[], at: number, newId: () => string): readonly Question[] {
  const known = new Set(asked.map(({ transactionId }) => transactionId))
  return unanswered.filter(({ id, decisions }) => !known.has(id) && !decisions.deleted).map(({ id, accountId }): Question => ({
    id: newId(), accountId, kind: 'still_pending', transactionId: id, otherTransactionId: null, pattern: null, askedAt: at, answer: null, answeredAt: null, answerer: null,
  }))
}
