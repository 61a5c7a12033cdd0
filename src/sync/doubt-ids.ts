/**
 * An id that one source shows on another amount or day than before, while another source of the account has booked the row as it is now: of the two
 * transactions one is what the id was, the other what it is. An id alone is not trusted, so both stand, and a person compares them. So it
 is where no day that two files of a source both show proves that its ids stay with their rows. Pure.
 */
import { daysBetween } from '../domain/day.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { idsUnder, isBookedBy, isOwn, textOf } from './candidate.ts'
import { takenBy } from './commit.ts'
import { coversDay } from './coverage.ts'
import { resemblance } from './identity.ts'
import { isUndoubted, placeOf, type Decision, type MatchContext } from './match.ts'
import { MOST_APART_DAYS } from './other-days.ts'
import { LONGEST_BOOKING_DAYS } from './purchase-day.ts'
import { WEEK_DAYS } from './same-id.ts'

/** Two rows under one id are of one purchase where their words are this like. */
const LIKE = 0.6

type Join = Extract<Decision, { kind: 'join' }>

/** The decisions; those that leave a row of such an id beside what they join have it as their `double`. */
export function doubtIds(decisions: readonly Decision[], { transactions }: Candidates, context: MatchContext): readonly Decision[] {
  const joins = decisions.filter(isJoin)
  if (joins.length === 0) return decisions
  const taken = takenBy(decisions)
  const open = transactions.filter((candidate) => candidate.state === 'posted' && !taken.has(candidate.id))
  if (open.length === 0) return decisions
  const doubles = new Map<Decision, Decision>()
  const used = new Set<Candidate>()
  for (const decision of joins) {
    const double = wasUnder(decision, open, context) ?? isElsewhere(decision, open, transactions, context)
    if (double === undefined || used.has(double)) continue
    used.add(double)
    doubles.set(decision, { ...decision, double: double.id })
  }
  return doubles.size === 0 ? decisions : decisions.map((decision) => doubles.get(decision) ?? decision)
}

/** Whether one of them may leave such a row beside. */
export function mayDoubtIds(decisions: readonly Decision[]): boolean {
  return decisions.some(isJoin)
}

function isJoin(decision: Decision): decision is Join {
  return decision.kind === 'join' && decision.double === undefined && decision.row.content.status === 'posted'
}

/**
 * The decisions, with new rows asked about under whose id this source showed another one less than a week before: what it listed as booked while it was held has
 * its day, and its amount, later. Where an id stands on several rows ids are made from what a row says, and come again with its like.
 */
export function doubtSameId(decisions: readonly Decision[], { transactions }: Candidates, { sourceId, ids }: Pick<MatchContext, 'sourceId' | 'ids'>): readonly Decision[] {
  const booked = transactions.filter((candidate) => candidate.state === 'posted' && isBookedBy(candidate, sourceId))
  const stored = Map.groupBy(booked.flatMap((candidate) => idsUnder(candidate, sourceId).map((id) => ({ id, candidate }))), ({ id }) => id)
  const shown = Map.groupBy(decisions.filter(({ row }) => row.providerId !== null), ({ row }) => row.providerId!)
  if ([...shown.values()].some(({ length }) => length > 1) || [...stored.values()].some(({ length }) => length > 2)) return decisions
  const taken = takenBy(decisions)
  return decisions.map((decision): Decision => {
    const { content, text, providerId } = decision.row
    const [held, more] = providerId === null || content.status !== 'posted' || ids.distrusts(providerId) ? [] : (stored.get(providerId) ?? [])
    if (held === undefined || more !== undefined || taken.has(held.candidate.id) || !isUndoubted(decision)) return decision
    const other = held.candidate
    const took = daysBetween(other.postedOn, content.postedOn)
    const mayBe = other.currency === content.currency && other.amount < 0n === content.amount < 0n && took >= 0 && took < WEEK_DAYS && resemblance(text, textOf(other)) >= LIKE
    return mayBe ? { ...decision, other } : decision
  })
}

/** What this source showed under the id of a row that is joined to what another one booked. */
function wasUnder({ row, transaction, tier }: Join, open: readonly Candidate[], { sourceId, ids, repeated }: MatchContext): Candidate | undefined {
  const id = row.providerId
  if (id === null || tier !== 'other_source' || ids.distrusts(id) || idsUnder(transaction, sourceId).includes(id)) return undefined
  return open.find((candidate) =>
    idsUnder(candidate, sourceId).includes(id) && candidate.currency === row.content.currency && resemblance(row.text, textOf(candidate)) >= LIKE &&
    Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= LONGEST_BOOKING_DAYS && candidate.reports.every((report) => report.sourceId !== sourceId || !repeated(report.key)))
}

/** What another source had booked of the amount that a transaction of this source has now: the only one near, on a day that this answer shows. */
function isElsewhere({ row, transaction }: Join, open: readonly Candidate[], all: readonly Candidate[], { sourceId, covers }: MatchContext): Candidate | undefined {
  const { content } = row
  if (!isOwn(transaction, sourceId) || placeOf(transaction) === placeOf(content)) return undefined
  const near = (candidate: Candidate): boolean => candidate.amount === content.amount && candidate.currency === content.currency && candidate.id !== transaction.id && candidate.state === 'posted' && Math.abs(daysBetween(candidate.postedOn, content.postedOn)) <= MOST_APART_DAYS
  const [double, ...others] = all.filter(near)
  if (double === undefined || others.length > 0 || !open.includes(double) || isBookedBy(double, sourceId)) return undefined
  return coversDay(covers, double.postedOn) ? double : undefined
}
