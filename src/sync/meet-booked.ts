/** The stage of the matcher for what another source of the account booked first: the row of this source that is it. */
import { isBookedBy, idsUnder, textOf } from './candidate.ts'
import type { Candidate } from '../ports/feed.ts'
import { resemblance, wordsOf } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { join, placeOf, push, type Board } from './match.ts'
import { meetApart } from './other-days.ts'
import { coveredByBoth } from './pairing.ts'
import { purchaseOf } from './purchase-day.ts'

/** Rows of one day and amount, times transactions: above it not each is compared with each. */
const CROWD = 10_000
const FEW = 20

/**
 * What another source of the account booked, and this one shows as booked for the first time: a row of its day and amount. It
 * comes before the row's own id: of two equal holds each source may have named the other one first, and of equal rows on one
 * day both sources show as many, so that whichever is which, each is there once. Equal words come before words of which one are the other's.
 */
export function meetBooked(board: Board, rows: readonly Incoming[]): void {
  const { sourceId } = board.context
  const isMet = (candidate: Candidate): boolean => candidate.state === 'posted' && !isBookedBy(candidate, sourceId) && board.taken.get(candidate.id)?.content.status !== 'posted'
  const booked = Map.groupBy(board.candidates.filter(isMet), placeOf)
  if (booked.size === 0) return
  const wasBooked = ({ providerId }: Incoming): boolean => providerId !== null && (board.byProviderId.get(providerId) ?? []).some(({ reports }) => reports.some((report) => report.sourceId === sourceId && report.providerId === providerId && report.status === 'posted' && report.counts))
  const fresh = rows.filter((row) => row.content.status === 'posted' && row.corrects === null && !board.decisions.has(row) && !wasBooked(row))
  if (fresh.length === 0 || meetApart(board, fresh, isMet)) return
  const open = fresh.filter((row) => booked.has(placeOf(row.content)))
  const places = [...Map.groupBy(open, ({ content }) => placeOf(content))].map(([place, here]) => ({ here, there: booked.get(place)! }))
  const pairs = places.flatMap(({ here, there }) => likelyPairs(here, there)).flatMap(([row, candidate]) => {
    const likeness = resemblance(row.text, textOf(candidate))
    const isItsOwn = row.providerId !== null && idsUnder(candidate, sourceId).includes(row.providerId)
    return (likeness >= 0.3 || coveredByBoth(board, row, candidate)) && purchaseOf(row, candidate) !== 'another' ? [{ row, candidate, weight: likeness + (isItsOwn ? 2 : row.text === textOf(candidate) ? 1 : 0) }] : []
  })
  for (const { row, candidate } of pairs.sort((a, b) => b.weight - a.weight)) {
    if (!board.decisions.has(row) && isMet(candidate)) join(board, row, candidate, 'other_source')
  }
  for (const { here, there } of places) {
    const left = there.filter(isMet).toReversed()
    for (const row of here) if (left.length > 0 && !board.decisions.has(row) && coveredByBoth(board, row, left.at(-1)!) && purchaseOf(row, left.at(-1)!) !== 'another') join(board, row, left.pop()!, 'other_source')
  }
}

/** Rows and transactions of one place that may be one: each with each, but in a crowd only what has a word in common that few of them have. */
function likelyPairs(rows: readonly Incoming[], candidates: readonly Candidate[]): readonly (readonly [Incoming, Candidate])[] {
  if (rows.length * candidates.length <= CROWD) return rows.flatMap((row) => candidates.map((candidate) => [row, candidate] as const))
  const byMark = new Map<string, Candidate[]>()
  for (const candidate of candidates) for (const mark of new Set([...wordsOf(textOf(candidate)), ...candidate.reports.flatMap(({ providerId }) => providerId ?? [])])) push(byMark, mark, candidate)
  return rows.flatMap((row) => {
    const found = [...wordsOf(row.text), ...(row.providerId === null ? [] : [row.providerId])].map((mark) => byMark.get(mark) ?? []).filter((some) => some.length <= FEW)
    return [...new Set(found.flat())].map((candidate) => [row, candidate] as const)
  })
}
