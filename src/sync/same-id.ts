/**
 * What the ids of a provider tell: a row under the id of a stored one is that one, as it was or corrected, as far as the ids of
 * the source can be believed (id-trust.ts). The first stages of the matcher after what is known by its very report.
 */
import { daysBetween } from '../domain/day.ts'
import type { MatchTier } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { dayAt, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { isReworded, isTurned, resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { free, join, layOut, MAX_MOVE_DAYS, mayFollow, type Board, type Decision, type MatchContext } from './match.ts'

/** So many rows under their old ids prove that ids stay with their rows. */
const PROVING_ROWS = 2
/** An id that is made from what a row says comes again with the next such payment; within this it hardly does. */
const NEAR_DAYS = 3
/** After a week comes the next of what is paid weekly; a list that shows one of it does not tell that its ids are made so. */
export const WEEK_DAYS = 7
/** Within this a bank may correct the day of a row under the same id. */
const CORRECTION_DAYS = 10

/**
 * Same id, same amount, same text. A day that moved counts only where the old report is really gone,
 * or where other rows prove that ids of this source stay with their rows.
 */
export function keepSameId(board: Board, rows: readonly Incoming[]): void {
  forSameId(board, rows, (row, candidate) => {
    if (candidate.amount !== row.content.amount) return null
    const moved = Math.abs(daysBetween(candidate.postedOn, row.content.postedOn))
    // A pending copy beside its posted row is of its day or an earlier one, as far as posting takes.
    if (candidate.status === 'posted' && row.content.status === 'pending') return moved <= CORRECTION_DAYS && row.content.postedOn <= candidate.postedOn ? 'same_id' : null
    const mayHaveMoved = isProved(board) ? moved < WEEK_DAYS : moved <= NEAR_DAYS && board.context.ids.agreeing >= PROVING_ROWS
    if (row.text !== textOf(candidate)) return moved > 0 && mayHaveMoved && isReworded(row.text, textOf(candidate)) ? 'correction' : null
    return moved === 0 || mayHaveMoved || isReplaced(board, candidate) ? 'same_id' : null
  })
}

/** The provider names the pending id under which it reported the row before. */
export function followLinks(board: Board, rows: readonly Incoming[]): void {
  for (const row of rows) {
    if (row.pendingProviderId === null || board.decisions.has(row)) continue
    const linked = free(board, board.byProviderId.get(row.pendingProviderId)).find((candidate) => candidate.currency === row.content.currency)
    if (linked !== undefined) join(board, row, linked, 'provider_link')
  }
}

/** The same id posted after pending: the amount may have changed (tip, hold), the transaction is the same. */
export function settleSameId(board: Board, rows: readonly Incoming[]): void {
  for (const row of rows) {
    if (row.providerId === null || board.decisions.has(row)) continue
    const settled = (board.byProviderId.get(row.providerId) ?? []).find((candidate) => {
      if (candidate.status !== 'pending' || candidate.currency !== row.content.currency) return false
      const taker = board.taken.get(candidate.id)
      if (taker !== undefined && (taker.content.status !== 'pending' || taker.providerId !== row.providerId)) return false
      const alike = candidate.amount === row.content.amount || resemblance(row.text, textOf(candidate)) >= 0.3
      return alike && Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= MAX_MOVE_DAYS
    })
    if (settled !== undefined) join(board, row, settled, row.content.status === 'posted' ? 'pending_posted' : 'correction')
  }
}

/**
 * Same id, day and text, with the sign turned, where the former report is gone: a bank that puts a wrong sign right. Before
 * equal content is followed under other ids: a hold of the same price would take the row, and leave its own transaction behind.
 */
export function turnSameId(board: Board, rows: readonly Incoming[]): void {
  forSameId(board, rows, (row, candidate) => {
    const isSame = candidate.status === row.content.status && candidate.postedOn === row.content.postedOn && textOf(candidate) === row.text
    return isSame && isTurned(row.content.amount, candidate.amount) && isReplaced(board, candidate) ? 'correction' : null
  })
}

/**
 * Same id, amended: a text, a day or an amount, where the former report is gone from an answer that covers its
 * day. Of several under one id each keeps its own amount first; only what is left then has another one.
 */
export function correctSameId(board: Board, rows: readonly Incoming[]): void {
  const mayMove = (row: Incoming, candidate: Candidate): boolean => {
    const moved = Math.abs(daysBetween(candidate.postedOn, row.content.postedOn))
    return moved <= CORRECTION_DAYS && (moved === 0 || isReplaced(board, candidate))
  }
  forSameId(board, rows, (row, candidate) => (candidate.amount === row.content.amount && mayMove(row, candidate) ? 'correction' : null))
  forSameId(board, rows, (row, candidate) => {
    const sameText = resemblance(row.text, textOf(candidate)) >= 0.6
    return sameText && mayMove(row, candidate) && isReplaced(board, candidate) && mayFollow(row, candidate, board.context.sourceId) ? 'correction' : null
  })
}

/**
 * The decisions about rows of a file, with those joined that a stored row of the source became under its id. While its rows are
 * matched piece by piece every stored one counts as shown; here `context.repeated` tells what the whole file shows.
 */
export function followIds(decisions: readonly Decision[], candidates: Candidates, context: MatchContext): readonly Decision[] {
  const board = layOut(candidates, context)
  const left: Incoming[] = []
  for (const decision of decisions) {
    if (decision.kind === 'new') left.push(decision.row)
    else if (decision.kind === 'seen') board.taken.set(decision.transactionId, decision.row)
    else if (decision.kind === 'join') board.taken.set(decision.transaction.id, decision.row)
  }
  keepSameId(board, left)
  correctSameId(board, left)
  return decisions.map((decision) => board.decisions.get(decision.row) ?? decision)
}

function forSameId(board: Board, rows: readonly Incoming[], tierOf: (row: Incoming, candidate: Candidate) => MatchTier | null): void {
  for (const row of rows) {
    if (row.providerId === null || board.decisions.has(row)) continue
    for (const candidate of free(board, board.byProviderId.get(row.providerId), row)) {
      const tier = candidate.currency === row.content.currency ? tierOf(row, candidate) : null
      if (tier === null) continue
      join(board, row, candidate, tier)
      break
    }
  }
}

/** Ids stay with their rows here, and each is on one row: what comes under an id within the week is its row, wherever the answer begins. */
function isProved({ context: { ids } }: Board): boolean {
  return ids.areSingle && ids.agreeing >= PROVING_ROWS
}

/** Replaced: its day is covered completely, and its reports are gone, though its id may be on another row now. */
function isReplaced({ context }: Board, candidate: Candidate): boolean {
  if (!context.complete || !coversDay(context.covers, dayAt(candidate, context.sourceId))) return false
  return !candidate.reports.some((report) => report.sourceId === context.sourceId && context.repeated(report.key))
}
