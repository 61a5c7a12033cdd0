/**
 * All that a tenant's books hold, for taking it along: in pages by ids, which never change, so that what changes
 * meanwhile is neither left out nor written twice, however long the reading takes. What comes under a later id is read, too.
 */
import type { SyncRun } from '../domain/run.ts'
import type { MatchTier, Observation, Question, RunId, Transaction, TransactionChange, TransactionId } from '../domain/transaction.ts'

/** A row, withdrawn and deleted ones too, with the reports that it was concluded from and what happened to it, oldest first. */
export type WholeRow = Transaction & { readonly observations: readonly (Observation & { readonly tier: MatchTier })[]; readonly history: readonly TransactionChange[] }

/** Each: at most `limit` after that id; from the first on: null. */
export type WholeStore = {
  rows(after: TransactionId | null, limit: number): Promise<readonly WholeRow[]>
  /** Answered ones too. */
  questions(after: string | null, limit: number): Promise<readonly Question[]>
  /** Reads, imports and what was taken back. */
  runs(after: RunId | null, limit: number): Promise<readonly SyncRun[]>
}
