/** What the matcher asks of stored transactions: whose they are, whether they are still open, how they read. Pure. */
import { contains, type Day } from '../domain/day.ts'
import type { Covered } from '../domain/run.ts'
import type { TransactionId } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { normalisedText } from './identity.ts'

export function byId({ transactions }: Pick<Candidates, 'transactions'>): ReadonlyMap<TransactionId, Candidate> {
  return new Map(transactions.map((candidate) => [candidate.id, candidate]))
}

/** What was taken back makes nothing a source's that stands without it; what is withdrawn waits for whoever brings it back. */
export function isOwn(candidate: Candidate, sourceId: string): boolean {
  return candidate.reports.some((report) => report.sourceId === sourceId && (report.counts || candidate.state === 'withdrawn'))
}

/**
 * Whether this source showed it as booked. What another source of the account booked meanwhile is still pending to the one that
 * showed it as pending alone: its pending row is not a booked one that vanished, and its own booked row is still to come.
 */
export function isBookedBy(candidate: Candidate, sourceId: string): boolean {
  return candidate.reports.some((report) => report.sourceId === sourceId && report.status === 'posted' && (report.counts || candidate.state === 'withdrawn'))
}

/**
 * The day under which this source shows the transaction as booked: where several sources date a row otherwise, each answers for its
 * own day. One that dated it anew, and back, shows it under the day that stands.
 */
export function dayAt({ reports, postedOn }: Candidate, sourceId: string): Day {
  const own = reports.filter((report) => report.sourceId === sourceId && report.counts && report.status === 'posted')
  return own.some((report) => report.postedOn === postedOn) ? postedOn : (own.at(-1)?.postedOn ?? postedOn)
}

/** Whether one of the sources that reported it answered for the day. */
export function isAnsweredFor({ reports }: Candidate, coverage: readonly Covered[], on: Day): boolean {
  return coverage.some((covered) => contains(covered, on) && reports.some(({ sourceId }) => sourceId === covered.sourceId))
}

/** A transaction that a row may still be joined to: not one that a person or the bank ended for good. */
export function isOpen(candidate: Candidate): boolean {
  return candidate.state !== 'withdrawn' || candidate.withdrawnReason === 'pending_dropped' || candidate.withdrawnReason === 'bank_removed' || candidate.withdrawnReason === 'undone'
}

/** One is compared with many rows. */
const texts = new WeakMap<Pick<Candidate, 'name' | 'memo'>, string>()

/** Name and memo, normalised as those of reported rows. */
export function textOf(candidate: Pick<Candidate, 'name' | 'memo'>): string {
  let text = texts.get(candidate)
  if (text === undefined) texts.set(candidate, (text = normalisedText(candidate.name, candidate.memo)))
  return text
}

/** The ids under which the source reported it, each once, without those of reports that were taken back from under it. Nearly always there is one report: this is asked of every stored row. */
export function idsUnder({ reports, state }: Candidate, sourceId: string): readonly string[] {
  const idOf = (report: Candidate['reports'][number]): string | null => (report.sourceId === sourceId && (report.counts || state === 'withdrawn') ? report.providerId : null)
  if (reports.length !== 1) return [...new Set(reports.flatMap((report) => idOf(report) ?? []))]
  const id = idOf(reports[0]!)
  return id === null ? [] : [id]
}
