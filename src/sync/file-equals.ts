/**
 * What remains of a file's rows after the matcher, which took every stored row as still standing:
 * a row whose content equals a stored one of this source that the file does not show under its old
 * id is that row (converters change their ids), as many as there are and no more. One that only
 * resembles such a row, on days that the file answers for, stays a row of its own with a question.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import type { Candidate, Candidates } from '../ports/store.ts'
import { isOpen, isOwn, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { resemblance } from './identity.ts'
import { isReported, mayFollow, type Decision, type MatchContext } from './match.ts'

const NEAR_DAYS = 3
const LIKE = 0.5

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
  const free = (candidate: Candidate): boolean => !taken.has(candidate.id)
  const joined = decisions.map((decision): Decision => {
    const equal = decision.kind === 'new' ? byContent.get(decision.row.contentKey)?.find((candidate) => free(candidate) && mayFollow(decision.row, candidate, context.sourceId)) : undefined
    if (equal === undefined) return decision
    taken.add(equal.id)
    const posts = equal.status === 'pending' && decision.row.content.status === 'posted'
    return { kind: 'join', row: decision.row, transaction: equal, tier: posts ? 'pending_posted' : 'rekey' }
  })
  const byAmount = Map.groupBy(left.filter(free), (candidate) => candidate.amount)
  return joined.map((decision): Decision => {
    if (decision.kind !== 'new' || decision.other !== null || decision.otherRow !== null) return decision
    const other = byAmount.get(decision.row.content.amount)?.find((candidate) => free(candidate) && resembles(decision, candidate, context))
    if (other === undefined) return decision
    taken.add(other.id)
    return { ...decision, other }
  })
}

/** Equal rows of a day that two files may have cut in two: each stays a row of its own, and a person compares it with the one of before. */
export function doubtEqual(decisions: readonly Decision[], candidates: Candidates, sourceId: string, on: Day | null): readonly Decision[] {
  if (on === null) return decisions
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    if (decision.kind !== 'new' || decision.other !== null || decision.otherRow !== null || decision.row.providerId !== null || decision.row.content.postedOn !== on) return decision
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
