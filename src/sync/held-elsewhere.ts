/**
 * Some exports list what is only held as booked, while another source of the account books it with a tip or at the rate of that
 * day: two rows of one purchase, which no amount tells. Where the source of the booked one answered for the day of the held one
 * and did not show it, and neither amount stands anywhere else near, a person compares the two. Pure.
 */
import { addDays, daysBetween, type Day, type DayRange } from '../domain/day.ts'
import type { Covered } from '../domain/run.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { isAnsweredFor, isBookedBy, isOwn, textOf } from './candidate.ts'
import { takenBy } from './commit.ts'
import { coversDay } from './coverage.ts'
import { resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { isReported, isUndoubted, type Decision, type MatchContext, type NewRow } from './match.ts'
import { isTip } from './pairing.ts'
import { BOOKING_DAYS, LONGEST_BOOKING_DAYS } from './purchase-day.ts'

/** Two sources word one purchase alike, and two purchases in one shop too: less than this tells nothing. */
const LIKE = 0.75
/** So many lie beside each other in any case; else one in so many of what is known again. */
export const FEW = 5
const ONE_IN = 5
/** So many rows of a day that only others booked are not those of a purchase or two: another list, which is told as a whole. */
const CROWD = 20
/** Days around one, the nearest first. */
const NEAR = Array.from({ length: 2 * BOOKING_DAYS + 1 }, (_, at) => (at % 2 === 0 ? -at / 2 : (at + 1) / 2))

type Sides = { readonly sourceId: string; readonly covers: readonly DayRange[]; readonly coverage: readonly Covered[] }

/** The decisions, with rows asked about that others hold, or booked, with another amount. `stored`: all posted rows around them. */
export function doubtHeld(decisions: readonly Decision[], stored: readonly Candidate[], { sourceId, covers, coverage }: Sides): readonly Decision[] {
  const fresh = decisions.filter((decision): decision is NewRow => isUndoubted(decision) && decision.row.content.status === 'posted')
  if (fresh.length === 0) return decisions
  const taken = takenBy(decisions)
  const byDay = Map.groupBy(stored.filter((candidate) => candidate.state === 'posted' && !taken.has(candidate.id) && !isOwn(candidate, sourceId)), ({ postedOn }) => postedOn)
  if (byDay.size === 0) return decisions
  // What lies beside each other on days of both is of two accounts, or two selections of one, where it is more than a few purchases.
  const beside = fresh.filter(({ row }) => coversDay(coverage, row.content.postedOn)).length + [...byDay].reduce((sum, [on, { length }]) => (coversDay(covers, on) ? sum + length : sum), 0)
  if (beside > FEW && beside * ONE_IN > decisions.length - fresh.length) return decisions
  const times = timesPosted(fresh, stored)
  const isAlone = (amount: bigint, on: Day): boolean => NEAR.reduce((sum, days) => sum + (times.get(`${amount} ${addDays(on, days)}`) ?? 0), 0) === 1
  const mayBeOne = ({ content, text }: Incoming, candidate: Candidate): boolean => {
    const days = daysBetween(candidate.postedOn, content.postedOn)
    const isBooked = days >= 0 && coversDay(covers, candidate.postedOn) && isTip(content.amount, candidate.amount)
    const isHeld = days <= 0 && isAnsweredFor(candidate, coverage, content.postedOn) && isTip(candidate.amount, content.amount)
    return (isBooked || isHeld) && candidate.currency === content.currency && candidate.amount !== content.amount &&
      isAlone(candidate.amount, candidate.postedOn) && resemblance(text, textOf(candidate)) >= LIKE
  }
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    if (!isUndoubted(decision) || decision.row.content.status !== 'posted' || !isAlone(decision.row.content.amount, decision.row.content.postedOn)) return decision
    const other = around(decision.row.content.postedOn, byDay).find((candidate) => !asked.has(candidate) && mayBeOne(decision.row, candidate))
    if (other === undefined) return decision
    asked.add(other)
    return { ...decision, other, held: true }
  })
}

/** What this source showed as pending and does not show any more, and a file lists as booked: it may be booked by what another source had told. */
export function heldBefore({ transactions }: Candidates, decisions: readonly Decision[], context: MatchContext): readonly Candidate[] {
  const taken = takenBy(decisions)
  const isHeld = (candidate: Candidate): boolean => candidate.state === 'posted' && isOwn(candidate, context.sourceId) && !isBookedBy(candidate, context.sourceId)
  return transactions.filter((candidate) => !taken.has(candidate.id) && isHeld(candidate) && coversDay(context.covers, candidate.postedOn) && !isReported(candidate, context))
}

/**
 * What others alone told as booked, on days for which the answer speaks, and it does not show though booking takes no longer: something that was held and never
 * booked, or is booked here as another row. So many that they are more than a few purchases are another account's file. `shown`: first and last day of its booked rows.
 */
export function onlyElsewhere({ transactions }: Candidates, decisions: readonly Decision[], { sourceId, covers }: MatchContext, shown: DayRange | null, today: Day): readonly Candidate[] {
  if (shown === null) return []
  const taken = takenBy(decisions)
  const last = addDays(today, -LONGEST_BOOKING_DAYS - 1)
  // Many banks claim days of which they show nothing; and what begins or ends within a day need not show all of it.
  const isSpokenFor = (on: Day): boolean => shown.from < on && on < shown.to && on <= last && coversDay(covers, on)
  const found = transactions.filter((candidate) => candidate.state === 'posted' && !candidate.decisions.deleted && isSpokenFor(candidate.postedOn) && !taken.has(candidate.id) && !isOwn(candidate, sourceId))
  return found.length > FEW && found.length * ONE_IN > decisions.length ? [] : found
}

/** The nearest first. */
function around(on: Day, byDay: ReadonlyMap<Day, readonly Candidate[]>): readonly Candidate[] {
  return NEAR.flatMap((days) => {
    const there = byDay.get(addDays(on, days)) ?? []
    return there.length > CROWD ? [] : there
  })
}

/** How often each amount is posted on each day, stored or new. */
function timesPosted(fresh: readonly NewRow[], stored: readonly Candidate[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  const add = ({ amount, postedOn }: { readonly amount: bigint; readonly postedOn: Day }): void => {
    const place = `${amount} ${postedOn}`
    times.set(place, (times.get(place) ?? 0) + 1)
  }
  for (const { row } of fresh) add(row.content)
  for (const candidate of stored) if (candidate.state === 'posted') add(candidate)
  return times
}
