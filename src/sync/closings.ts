/**
 * Open questions that an answer settles by itself, because it shows by now what nobody could tell when they were asked: that two
 * rows are two, that they were one, or that a row is there still. Pure.
 */
import { contains, type DayRange } from '../domain/day.ts'
import type { Question, TransactionId } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { byId, idsUnder, isOwn } from './candidate.ts'
import type { Decision } from './match.ts'
import { isAboutRepeat } from './repeats.ts'
import { isOfStandingPending } from './rules.ts'

export type Closing = { readonly question: Question; readonly answer: 'same' | 'different' | 'kept' | 'removed' }

/** What became of an answer. `missing`: stored rows that it lacks; `covers`: the days that are believed; `answered`: those for which its source answered before. */
export type Answered = { readonly decisions: readonly Decision[]; readonly missing: readonly Candidate[]; readonly candidates: Candidates; readonly covers: DayRange | null; readonly sourceId: string; readonly answered: readonly DayRange[] }

export function closingsOf(open: readonly Question[], { decisions, missing, candidates, covers, sourceId, answered }: Answered): readonly Closing[] {
  if (open.length === 0) return []
  const stored = byId(candidates)
  const known = decisions.flatMap(knownOf)
  const idsOf = (some: readonly Known[]): ReadonlySet<TransactionId> => new Set(some.map(({ id }) => id))
  const [shown, booked, asStored] = [idsOf(known), idsOf(known.filter(({ isBooked }) => isBooked)), idsOf(known.filter(({ isAsStored }) => isAsStored))]
  const dropped = new Set(missing.filter((candidate) => candidate.state === 'pending').map((candidate) => candidate.id))
  const merged = new Set<TransactionId>()
  // Booked both, of other days or words, and asked about while the first was out of sight: now it is shown as ever, and what came is shown too, or stands where this answer does not look. Both shown as they are stored are two, whoever showed them before.
  const isStillThere = (first: Candidate, second: Candidate): boolean => {
    if (first.contentKey === second.contentKey || [first, second].some(({ state }) => state !== 'posted') || !asStored.has(first.id)) return false
    // Under one id on two days it may be one that is dated in two ways: of a day that nobody answers for no later answer could tell.
    const mayBeOne = !answered.some((range) => contains(range, second.postedOn)) && idsUnder(second, sourceId).some((id) => idsUnder(first, sourceId).includes(id))
    const isElsewhere = covers !== null && !contains(covers, second.postedOn) && !mayBeOne
    return asStored.has(second.id) || ([first, second].every((side) => isOwn(side, sourceId)) && (shown.has(second.id) || isElsewhere))
  }
  const answerOf = (question: Question): Closing['answer'] | null => {
    const { kind, transactionId, otherTransactionId } = question
    const [first, second] = [stored.get(transactionId), stored.get(otherTransactionId ?? '')]
    // Came twice under one id in one answer, and once in another: the bank had repeated it.
    if (isAboutRepeat(question, first, second)) return shown.has(transactionId) && !shown.has(otherTransactionId!) && covers !== null && contains(covers, second!.postedOn) ? 'same' : null
    if (kind !== 'same_transaction') return shown.has(transactionId) ? 'kept' : dropped.has(transactionId) ? 'removed' : null
    if (first !== undefined && second !== undefined && isStillThere(first, second)) return 'different'
    if (otherTransactionId === null || !shown.has(otherTransactionId)) return null
    // The pending one is booked by a row of its own, beside the other: two rows in one answer are two.
    if (isOfStandingPending(question.pattern) && booked.has(transactionId) && booked.has(otherTransactionId)) return 'different'
    // The pending twin went and the posted one stayed: they were one. Both still there after it was asked: a person decides.
    if (!dropped.has(transactionId)) return null
    // It became one of them: two booked rows that were each asked about beside it are two.
    if (merged.has(transactionId)) return 'different'
    merged.add(transactionId)
    return 'same'
  }
  return open.flatMap((question): Closing[] => {
    const answer = answerOf(question)
    return answer === null ? [] : [{ question, answer }]
  })
}

/** `isAsStored`: with the content that is stored, under its id or another. */
type Known = { readonly id: TransactionId; readonly isBooked: boolean; readonly isAsStored: boolean }

/** The stored transaction that a row is. */
function knownOf(decision: Decision): readonly Known[] {
  if (decision.kind !== 'seen' && decision.kind !== 'join') return []
  const { content, contentKey } = decision.row
  const isBooked = content.status === 'posted'
  return [decision.kind === 'seen' ? { id: decision.transactionId, isBooked, isAsStored: true } : { id: decision.transaction.id, isBooked, isAsStored: contentKey === decision.transaction.contentKey }]
}
