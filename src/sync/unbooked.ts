/**
 * Rows that a bank listed as booked and now lists as pending again: some list what is pending among
 * their booked rows for a while, or take a booking back. The booked report is gone from an answer that
 * covers its day, and the answer shows it as pending: so it is that transaction, pending again, and not a
 * booked one that vanished beside a new pending one. Pure.
 */
import type { KnownReport, Candidate } from '../ports/feed.ts'
import { isOwn } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { presenceMark } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { free, join, type Board } from './match.ts'

/** Whether a known pending row takes its posted transaction back, unless a posted row of the answer speaks for that. */
export function takesBack(board: Board, row: Incoming, { transactionId, state }: KnownReport): boolean {
  if (row.content.status !== 'pending' || state !== 'posted') return false
  const candidate = board.candidates.find(({ id }) => id === transactionId)
  return candidate !== undefined && isUnbooked(board, candidate)
}

/** Pending rows whose content a vanished posted row had: as many as there are of both, no more. */
export function takeBack(board: Board, rows: readonly Incoming[]): void {
  for (const row of rows) {
    if (row.content.status !== 'pending' || board.decisions.has(row)) continue
    const candidate = free(board, board.byContent.get(row.contentKey)).find((one) => isUnbooked(board, one))
    if (candidate !== undefined) join(board, row, candidate, 'unbooked')
  }
}

/** Posted by this source alone, and none of its posted reports is shown any more. */
function isUnbooked({ context }: Board, candidate: Candidate): boolean {
  if (candidate.state !== 'posted' || !context.complete || !coversDay(context.covers, candidate.postedOn)) return false
  if (!isOwn(candidate, context.sourceId)) return false
  return candidate.reports.every(({ sourceId, providerId, key, status }) => {
    if (status !== 'posted') return true
    const isShown = context.repeated(key) || (providerId !== null && context.reported(presenceMark(providerId, candidate.amount, key)))
    return sourceId === context.sourceId && !isShown
  })
}
