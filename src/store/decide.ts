/**
 * What a person decides about transactions: decisions of one row, and the answers to "are these the
 * same?". Takes rows, returns the rows and the history to be stored, and of all else knows only who acts. Both stores use it.
 */
import type { Decisions, Question, RowContent, Transaction, TransactionChange, WithdrawnReason } from '../domain/transaction.ts'
import { currentActor } from '../acting/acting.ts'
import type { NewTransaction } from '../ports/feed.ts'
import type { Patch } from '../ports/store.ts'

/** A row with its history entry; `change` is null when nothing differs. */
export type Decided = { readonly row: NewTransaction; readonly change: TransactionChange | null }

type Answer = NonNullable<Question['answer']>

/** Applies a patch of decisions. */
export function applyDecisions(row: NewTransaction, patch: Patch<Decisions>, at: number, by: string = currentActor()): Decided {
  return changed(row, { ...row, decisions: { ...row.decisions, ...patch } }, 'decision', at, by)
}

/** Who decides where a rule does. */
export function ruleAsActor(ruleId: string): string {
  return `rule:${ruleId}`
}

/** Whether the row's decisions still are those that somebody saw. */
export function isAsSeen({ decisions }: NewTransaction, seen: Patch<Decisions> | undefined): boolean {
  return Object.entries(seen ?? {}).every(([field, value]) => decisions[field as keyof Decisions] === value)
}

/** Whether the row counts for who reviews: not withdrawn, and nobody deleted or excluded it. */
export function isFree({ state, decisions }: Transaction): boolean {
  return state !== 'withdrawn' && !decisions.deleted && !decisions.excluded
}

/** When an answer counts: at an instant at which nothing else changed the rows, so that its changes are known again when it is taken back. */
export function answerInstant(at: number, rows: readonly (Transaction | null)[]): number {
  return rows.reduce((instant, row) => (row !== null && row.updatedAt >= instant ? row.updatedAt + 1 : instant), at)
}

/** The transfer that ends where two rows become one, each a side of another transfer: the row that stays is a side of one. Null: none does. */
export function endedTransfer({ decisions: { transfer } }: Transaction, merged: Transaction | null): string | null {
  return transfer === null || merged === null || merged.decisions.transfer === transfer ? null : merged.decisions.transfer
}

/** A side of a transfer that ends beside an answer, or does not come again with its taking back; reviewed as before it. */
export function unpaired(side: NewTransaction, history: readonly TransactionChange[], reason: 'person' | 'reopened', at: number, by: string | null = currentActor()): Decided {
  const { transfer } = side.decisions
  return transfer === null ? { row: side, change: null } : changed(side, { ...side, decisions: { ...side.decisions, transfer: null, review: reviewBeforePairing(history, transfer) } }, reason, at, by)
}

/** Whether the answer of that instant ended the transfer for the row whose history this is. */
export function wasUnpaired(history: readonly TransactionChange[], transferId: string, answeredAt: number | null): boolean {
  return history.some(({ runId, at, reason, changes }) => runId === null && at === answeredAt && reason === 'person' && changes['transfer']?.[0] === transferId && changes['transfer'][1] === null)
}

/** How a side of a transfer was reviewed before it became one; what was accepted by itself stays accepted when the transfer goes. */
export function reviewBeforePairing(history: readonly TransactionChange[], transferId: string): Decisions['review'] {
  const paired = history.findLast(({ changes }) => changes['transfer']?.[1] === transferId)
  return paired !== undefined && paired.changes['review'] === undefined ? 'accepted' : 'for_review'
}

/**
 * What an answer does to the pair. `same` keeps the first row: it takes what a person decided for the
 * other (`merged`, see `mergedBy`) and, when only the other is posted or it is what the row was booked with (`toldByBank`:
 * see `isBookedLater`), its content; the other is withdrawn.
 * `removed` withdraws the row. Other answers change nothing. The rows that are returned are those to store.
 */
export function applyAnswer(row: NewTransaction, merged: NewTransaction | null, answer: Answer, at: number, toldByBank: ToldByBank, by: string | null = currentActor()): readonly Decided[] {
  if (answer === 'removed') return row.state === 'withdrawn' ? [] : [row.state === 'pending' ? withdrawn(row, 'pending_dropped', 'answered', at, by) : withdrawn(row, 'bank_removed', 'bank_removed', at, by)]
  if (merged === null) return []
  const better = merged.state === 'posted' && (row.state !== 'posted' || isBookedLater(row, merged, toldByBank))
  const kept: NewTransaction = {
    ...row,
    ...(better ? contentOf(merged) : {}),
    ...(better ? { state: merged.state, withdrawnReason: null, contentKey: merged.contentKey } : {}),
    decisions: joined(row.decisions, merged.decisions),
  }
  return [changed(row, kept, 'person', at, by), withdrawn(merged, 'merged', 'merged', at, by)]
}

/** Whether a connection, and not files alone, reported each of the two. */
export type ToldByBank = { readonly row: boolean; readonly merged: boolean }

/** Whether two posted rows that are one have two amounts of one day, so that it matters who told them. */
export function needsTeller(row: NewTransaction, merged: NewTransaction | null): merged is NewTransaction {
  return merged !== null && row.state === 'posted' && merged.state === 'posted' && merged.amount !== row.amount && merged.postedOn === row.postedOn
}

/**
 * Of a hold and what it was booked with, which `merged` is: it has the later day; of one day it is what a bank told rather than a
 * file, which may list what is held as booked; else what came later.
 */
function isBookedLater(row: NewTransaction, merged: NewTransaction, toldByBank: ToldByBank): boolean {
  if (merged.amount === row.amount) return false
  if (merged.postedOn !== row.postedOn) return merged.postedOn > row.postedOn
  return toldByBank.row !== toldByBank.merged ? toldByBank.merged : merged.createdAt > row.createdAt
}

/** The row that the answer makes one with the first; null: none. A question that was asked while one of the two became one with a third comes too late. */
export function mergedBy(answer: Answer, row: NewTransaction, other: NewTransaction | null): NewTransaction | null {
  return answer !== 'same' || row.withdrawnReason === 'merged' || other?.withdrawnReason === 'merged' ? null : other
}

/** Neither row's decision is lost; the row stays deleted only when both were, since one of a pair deleted is what a person wants. */
export function joined(kept: Decisions, other: Decisions): Decisions {
  return {
    review: kept.review === 'accepted' || other.review === 'accepted' ? 'accepted' : 'for_review',
    category: kept.category ?? other.category,
    note: kept.note ?? other.note,
    excluded: kept.excluded || other.excluded,
    deleted: kept.deleted && other.deleted,
    transfer: kept.transfer ?? other.transfer,
  }
}

function withdrawn(row: NewTransaction, withdrawnReason: WithdrawnReason, reason: TransactionChange['reason'], at: number, by: string | null): Decided {
  return changed(row, { ...row, state: 'withdrawn', withdrawnReason }, reason, at, by)
}

function contentOf(row: Transaction): RowContent {
  const { status, postedOn, transactedOn, valueOn, amount, currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency } = row
  return { status, postedOn, transactedOn, valueOn, amount, currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency }
}

/** The row as it becomes, with what differs as a history entry, and who did it. */
export function changed(before: NewTransaction, after: NewTransaction, reason: TransactionChange['reason'], at: number, by: string | null = currentActor()): Decided {
  const from = facts(before)
  const to = facts(after)
  const changes: Record<string, readonly [string | null, string | null]> = {}
  for (const field of Object.keys(to)) {
    const [was, is] = [from[field] ?? null, to[field] ?? null]
    if (was !== is) changes[field] = [was, is]
  }
  if (Object.keys(changes).length === 0) return { row: before, change: null }
  return { row: { ...after, updatedAt: at }, change: { transactionId: before.id, at, runId: null, reason, by, changes } }
}

/** Every fact that history records, as text. */
function facts(row: NewTransaction): Record<string, string | null> {
  const { review, category, note, excluded, deleted, transfer } = row.decisions
  const content = contentOf(row)
  return {
    ...content, amount: content.amount.toString(), state: row.state, withdrawnReason: row.withdrawnReason,
    review, category, note, excluded: String(excluded), deleted: String(deleted), transfer,
  }
}
