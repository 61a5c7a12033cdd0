/**
 * What remains of a file's rows after the matcher, which took every stored row as still standing:
 * a row whose content equals a stored one of this source that the file does not show under its old
 * id is that row (converters change their ids), as many as there are and no more. One that only
 * resembles such a row, on days that the file answers for, stays a row of its own with a question.
 */
import { addDays, daysBetween, type Day, type DayRange } from '../domain/day.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { isOpen, isOwn, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { isReported, mayFollow, placeOf, type Decision, type MatchContext } from './match.ts'
import { isTip } from './pairing.ts'
import { daysOf, sameMoney, type SameMoney } from './same-money.ts'

const NEAR_DAYS = 3
const LIKE = 0.5
/** So many rows may be amended in any file; else a fifth of those that it shows again. */
const FEW_LEFT = 2
/** So long a hold waits until it is booked. */
const BOOKING_DAYS = 10
/** Letters of a beginning that tells the text. */
const WHOLE_BEGINNING = 12

type NewRow = Extract<Decision, { kind: 'new' }>

/** Whether `joinEqual` could change a decision, so that what the file shows must be known. */
export function mayJoin(decisions: readonly Decision[], candidates: Candidates, sourceId: string): boolean {
  return candidates.transactions.some((candidate) => isOpen(candidate) && isOwn(candidate, sourceId)) && decisions.some((decision) => decision.kind === 'new')
}

/** The decisions, with rows of equal content joined and resembling ones asked about. `context.reported`: what the file shows. */
export function joinEqual(decisions: readonly Decision[], candidates: Candidates, context: MatchContext): readonly Decision[] {
  if (candidates.transactions.length === 0 || decisions.every((decision) => decision.kind !== 'new')) return decisions
  const taken = new Set(decisions.flatMap((decision) => (decision.kind === 'seen' ? [decision.transactionId] : decision.kind === 'join' ? [decision.transaction.id] : [])))
  const left = candidates.transactions.filter(
    (candidate) => isOpen(candidate) && !taken.has(candidate.id) && isOwn(candidate, context.sourceId) && !isReported(candidate, context),
  )
  if (left.length === 0) return decisions
  const byContent = Map.groupBy(left, (candidate) => candidate.contentKey)
  const byPlace = Map.groupBy(left, placeOf)
  const free = (candidate: Candidate): boolean => !taken.has(candidate.id)
  const joinedBy = (find: (row: Incoming) => readonly Candidate[]) => (decision: Decision): Decision => {
    if (decision.kind !== 'new') return decision
    const { row } = decision
    const equal = find(row).find((candidate) => free(candidate) && mayFollow(row, candidate, context.sourceId))
    if (equal === undefined) return decision
    taken.add(equal.id)
    const posts = equal.status === 'pending' && row.content.status === 'posted'
    return { kind: 'join', row, transaction: equal, tier: posts ? 'pending_posted' : 'rekey' }
  }
  const joined = decisions
    .map(joinedBy((row) => byContent.get(row.contentKey) ?? []))
    .map(joinedBy((row) => (byPlace.get(placeOf(row.content)) ?? []).filter((candidate) => isCutOff(row.text, textOf(candidate)))))
  const reworded = rewordedOf(joined, left.filter(free), candidates, context.sourceId)
  const same = (row: Incoming): Candidate | undefined => {
    const { candidate } = reworded.get(row) ?? {}
    if (candidate === undefined || !free(candidate)) return undefined
    taken.add(candidate.id)
    return candidate
  }
  const known = joined.map((decision): Decision => {
    const transaction = reworded.get(decision.row)?.isSure === true ? same(decision.row) : undefined
    return transaction === undefined ? decision : { kind: 'join', row: decision.row, transaction, tier: 'assignment' }
  })
  const byAmount = Map.groupBy(left.filter(free), (candidate) => candidate.amount)
  return known.map((decision): Decision => {
    if (!isUndoubted(decision)) return decision
    const other = byAmount.get(decision.row.content.amount)?.find((candidate) => free(candidate) && resembles(decision, candidate, context)) ?? same(decision.row)
    if (other === undefined) return decision
    taken.add(other.id)
    return { ...decision, other }
  })
}

/**
 * A row that came with another amount: some banks list holds as booked rows, and the next export shows what was booked in the end. Each stays a
 * row of its own, and a person compares it with the one of before. `left`: posted rows of the source that the file does not show, on days that it reaches.
 */
export function doubtAmended(decisions: readonly Decision[], left: readonly Candidate[]): readonly Decision[] {
  const byDay = Map.groupBy(left, ({ postedOn }) => postedOn)
  const before = new Map<Incoming, readonly Candidate[]>()
  const after = new Map<Candidate, number>()
  for (const decision of decisions) {
    if (!isUndoubted(decision) || decision.row.content.status !== 'posted') continue
    const found = mayHaveBeen(decision.row, byDay)
    if (found.length > 0) before.set(decision.row, found)
    for (const candidate of found) after.set(candidate, (after.get(candidate) ?? 0) + 1)
  }
  // What leaves out much, with nothing in its place, is another selection, and no newer state of the same.
  const isReplaced = (found: readonly Candidate[]): boolean => found.length === 1 && after.get(found[0]!) === 1
  const lacking = left.length - [...before.values()].filter(isReplaced).length
  if (lacking > FEW_LEFT && lacking * 5 > decisions.filter(({ kind }) => kind !== 'new').length) return decisions
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    const other = before.get(decision.row)?.find((candidate) => !asked.has(candidate))
    if (other === undefined || !isUndoubted(decision)) return decision
    asked.add(other)
    return { ...decision, other }
  })
}

/** Which of them the row may have been before, the latest first. */
function mayHaveBeen({ content, text }: Incoming, byDay: ReadonlyMap<Day, readonly Candidate[]>): readonly Candidate[] {
  const near = Array.from({ length: BOOKING_DAYS + 1 }, (_, took) => byDay.get(addDays(content.postedOn, -took)) ?? []).flat()
  return near.filter((candidate) => candidate.currency === content.currency && isTip(content.amount, candidate.amount) && resemblance(text, textOf(candidate)) >= LIKE)
}

/** Rows of the decisions that may have come so, and the days on which what they were before may stand; null: none. */
export function maybeAmended(decisions: readonly Decision[]): DayRange | null {
  const known = decisions.filter(({ kind }) => kind !== 'new').map(({ row }) => row.content.postedOn)
  if (known.length === 0) return null
  const last = daysOf(known).to
  const fresh = decisions.flatMap((decision) => (isUndoubted(decision) && decision.row.content.postedOn <= addDays(last, BOOKING_DAYS) ? [decision.row.content.postedOn] : []))
  return fresh.length === 0 ? null : { from: addDays(daysOf(fresh).from, -BOOKING_DAYS), to: daysOf(fresh).to }
}

/** One text is the beginning of the other: some formats have room for so many letters. */
function isCutOff(text: string, other: string): boolean {
  return Math.min(text.length, other.length) >= WHOLE_BEGINNING && (text.startsWith(other) || other.startsWith(text))
}

/** Rows that the file may show in other words than they are stored in. `left`: what it does not show. */
function rewordedOf(decisions: readonly Decision[], left: readonly Candidate[], candidates: Candidates, sourceId: string): ReadonlyMap<Incoming, SameMoney> {
  const rows = decisions.flatMap((decision) => (isUndoubted(decision) && decision.row.content.status === 'posted' ? [decision.row] : []))
  const stored = left.filter(({ state }) => state === 'posted')
  if (rows.length === 0 || stored.length === 0) return new Map()
  const known = decisions.filter(({ kind }) => kind !== 'new').map(({ row }) => row.content.postedOn)
  const held = [...known, ...candidates.transactions.filter((candidate) => isOwn(candidate, sourceId)).map(({ postedOn }) => postedOn)]
  return new Map(sameMoney(rows, stored, daysOf(decisions.map(({ row }) => row.content.postedOn)), daysOf(held)).map((pair) => [pair.row, pair]))
}

/** Nothing is known of it, and nobody is asked yet. */
function isUndoubted(decision: Decision): decision is NewRow {
  return decision.kind === 'new' && decision.other === null && decision.otherRow === null
}

/** Equal rows of a day that two files may have cut in two: each stays a row of its own, and a person compares it with the one of before. */
export function doubtEqual(decisions: readonly Decision[], candidates: Candidates, sourceId: string, on: Day | null): readonly Decision[] {
  if (on === null) return decisions
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    if (!isUndoubted(decision) || decision.row.providerId !== null || decision.row.content.postedOn !== on) return decision
    const other = candidates.transactions.find((candidate) => candidate.state === 'posted' && candidate.contentKey === decision.row.contentKey && isOwn(candidate, sourceId) && !asked.has(candidate))
    if (other === undefined) return decision
    asked.add(other)
    return { ...decision, other }
  })
}

/** Whether a person should compare them: near days, like texts, and the file should have shown the stored one. */
function resembles({ row }: NewRow, candidate: Candidate, { covers }: MatchContext): boolean {
  if (!coversDay(covers, candidate.postedOn) || candidate.state === 'withdrawn' || candidate.currency !== row.content.currency) return false
  return Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= NEAR_DAYS && resemblance(row.text, textOf(candidate)) >= LIKE
}
