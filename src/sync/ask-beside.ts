/**
 * What is asked about beside the assignment (pairing.ts): rows that stay new, with a stored one that they may be or that may be one too
 * many. A person decides, or what the bank shows next.
 */
import { daysBetween } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { isOwn, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { keepsIdsWhenBooked } from './id-trust.ts'
import { isReworded } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { type Board, isReported, RENEWED_ROWS } from './match.ts'
import { isTip, MOVED_DAYS } from './pairing.ts'

/** A row of equal content on a day that the answer does not answer for: the stored one under a new id, or a late twin. */
export function askAboutEqual(board: Board, rows: readonly Incoming[]): void {
  const { context } = board
  if (!context.complete) return
  const asked = new Set<Candidate>()
  for (const row of rows) {
    if (row.content.status !== 'posted' || board.decisions.has(row)) continue
    const other = (board.byContent.get(row.contentKey) ?? []).find(
      (candidate) => candidate.state === 'posted' && !board.taken.has(candidate.id) && !asked.has(candidate) && isOwn(candidate, context.sourceId) && !isReported(candidate, context),
    )
    if (other === undefined) continue
    asked.add(other)
    board.decisions.set(row, { kind: 'new', row, other, otherRow: null })
  }
}

/**
 * A row of the amount and text of a stored one, a few days beside it, in an answer that does not answer for the stored
 * day, under its id, where all ids are new, or of a day that answers before showed without it: its booking day was moved across
 * the edge of the answer, or an id is used again each day.
 */
export function askAboutMoved({ context, byProviderId, candidates, decisions, taken }: Board, rows: readonly Incoming[]): void {
  if (!context.complete) return
  const { ids, covers, sourceId, answered = [] } = context
  const areAllNew = ids.renewed >= RENEWED_ROWS && ids.renewed >= ids.agreeing
  const isLate = ({ content }: Incoming): boolean => coversDay(answered, content.postedOn)
  const outside = areAllNew || rows.some(isLate) ? candidates.filter((candidate) => !coversDay(covers, candidate.postedOn) && isOwn(candidate, sourceId)) : []
  const asked = new Set<Candidate>()
  // Under its id, or on a day that was shown without it, it may have been worded anew as well.
  const isLike = (row: Incoming, candidate: Candidate): boolean =>
    textOf(candidate) === row.text || ((isLate(row) || byProviderId.get(row.providerId!)?.includes(candidate) === true) && isReworded(textOf(candidate), row.text))
  for (const row of rows) {
    if (row.content.status !== 'posted' || row.providerId === null || decisions.has(row)) continue
    const other = [...(byProviderId.get(row.providerId) ?? []), ...((areAllNew && covers.length > 0) || isLate(row) ? outside : [])].find(
      (candidate) =>
        candidate.state === 'posted' && !taken.has(candidate.id) && !asked.has(candidate) && candidate.amount === row.content.amount && isLike(row, candidate) &&
        Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= MOVED_DAYS && !candidate.reports.some((report) => report.sourceId === sourceId && context.repeated(report.key)),
    )
    if (other === undefined) continue
    asked.add(other)
    decisions.set(row, { kind: 'new', row, other, otherRow: null })
  }
}

/**
 * A booked row that tells the day of its purchase, on which the answer does not answer: there stands one of its words, with what may have been held
 * of it, that the bank once showed as pending. It was listed as booked too early, or is another purchase.
 */
export function askAboutHeld({ context, candidates, decisions, taken }: Board, rows: readonly Incoming[]): void {
  if (!context.complete) return
  const asked = new Set<Candidate>()
  for (const row of rows) {
    const { status, transactedOn, postedOn, amount } = row.content
    if (status !== 'posted' || transactedOn === null || transactedOn === postedOn || decisions.has(row)) continue
    const other = candidates.find(
      (candidate) =>
        candidate.state === 'posted' && !taken.has(candidate.id) && !asked.has(candidate) && (candidate.transactedOn ?? candidate.postedOn) === transactedOn && !coversDay(context.covers, candidate.postedOn) &&
        textOf(candidate) === row.text && isTip(amount, candidate.amount) && candidate.reports.some((report) => report.sourceId === context.sourceId && report.status === 'pending') && !isReported(candidate, context),
    )
    if (other === undefined) continue
    asked.add(other)
    decisions.set(row, { kind: 'new', row, other, otherRow: null })
  }
}

/**
 * A posted row that nothing explains beside a pending one of the same amount and text that the
 * answer still shows: perhaps the bank shows one purchase twice, perhaps these are two. Only a
 * person, or the day on which the pending one disappears, can tell.
 */
export function askAboutStandingPending(board: Board, rows: readonly Incoming[]): void {
  const standing = board.candidates.filter((candidate) => candidate.state === 'pending' && board.taken.get(candidate.id)?.content.status !== 'posted' && isReported(candidate, board.context))
  const pendingRows = rows.filter((row) => row.content.status === 'pending' && !board.decisions.has(row))
  if (standing.length === 0 && pendingRows.length === 0) return
  if (keepsIdsWhenBooked(board.candidates, board.context.sourceId)) return
  const asked = new Set<Incoming | Candidate>()
  for (const row of rows) {
    if (row.content.status !== 'posted' || board.decisions.has(row)) continue
    const follows = (content: { readonly amount: bigint; readonly postedOn: Incoming['content']['postedOn'] }) =>
      content.amount === row.content.amount && daysBetween(content.postedOn, row.content.postedOn) >= 0 && daysBetween(content.postedOn, row.content.postedOn) <= 7
    const other = standing.find((candidate) => !asked.has(candidate) && follows(candidate) && textOf(candidate) === row.text) ?? null
    const otherRow = other !== null ? null : (pendingRows.find((pending) => !asked.has(pending) && follows(pending.content) && pending.text === row.text) ?? null)
    if (other === null && otherRow === null) continue
    asked.add((other ?? otherRow)!)
    board.decisions.set(row, { kind: 'new', row, other, otherRow })
  }
}
