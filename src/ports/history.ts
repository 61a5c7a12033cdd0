/**
 * The feed's way back: what the answers of each run showed, and the taking back of a run. Taking back
 * is a run of its own, so that it can be taken back, too. Observations and pages are only ever added:
 * a run that was taken back is marked, and what it covered and stated does not count while it is.
 */
import type { JsonObject } from '../domain/institution.ts'
import type { AccountSource } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import type { DayRange } from '../domain/day.ts'
import type { BalanceSpan, SyncRun } from '../domain/run.ts'
import type { Digest, MatchTier, Observation, ObservationId, Question, RowContent, RunId, TransactionId, TransactionState, WithdrawnReason } from '../domain/transaction.ts'
import type { PreviewAnswer, PreviewState, ReconnectPreview } from '../domain/preview.ts'
import type { NewTransaction, PageCommit } from './feed.ts'
import type { Patch } from './store.ts'

/** `redoneAt`: the undo was taken back itself; null while it holds. */
export type Undo = { readonly runId: RunId; readonly undoRunId: RunId; readonly at: number; readonly redoneAt: number | null }

/** Where a run brought something, with the days that its answers covered and its balances belong to; null: none. */
export type RunPlace = { readonly accountId: string; readonly sourceId: string; readonly days: DayRange | null }

export type UndoAct = {
  /** The run to take back; when that is an undo, what it took back comes again. */
  readonly runId: RunId
  /** The run that does it, ended; what it did to each account is filled in by the store. */
  readonly by: Omit<SyncRun, 'accounts'>
  /** Cursors that let the next read ask the days again. */
  readonly cursors: readonly { readonly sourceId: string; readonly cursor: JsonObject }[]
  readonly sources: readonly SourceSwitch[]
  readonly connections: readonly ConnectionSwitch[]
  /** The preview whose switch goes back, or forth again, with it. */
  readonly preview: { readonly id: string; readonly state: PreviewState } | null
  /** Content key of a row whose former content comes back. */
  readonly contentKeyOf: (row: NewTransaction) => Digest
}

export type SourceSwitch = { readonly id: string; readonly state: AccountSource['state'] }
export type ConnectionSwitch = { readonly id: string; readonly patch: Partial<Pick<Connection, 'state' | 'nextSyncAt' | 'lastSuccessAt' | 'loginLabel'>> }

/** One page that was committed, with the observations that it showed, in the order of the answer. */
export type RecordedPage = {
  readonly runId: RunId
  readonly accountId: string
  readonly sourceId: string
  readonly at: number
  readonly covers: DayRange | null
  readonly seen: readonly ObservationId[]
}

/** A page as it is read again: `seq` rises with each commit. */
export type SeenPage = RecordedPage & { readonly seq: number }

/** An observation with the transaction to which it belongs now. */
export type StoredReport = Observation & { readonly transactionId: TransactionId; readonly tier: MatchTier }

/** What concluding an account anew changes, in one step. */
export type RecomputeAct = {
  /** Ended, with its outcome. */
  readonly run: SyncRun
  readonly accountId: string
  readonly sourceIds: readonly string[]
  /** New transactions; their first history entry is that the run brought them, so that an undo withdraws them. */
  readonly inserts: readonly NewTransaction[]
  readonly rows: readonly RecomputedTransaction[]
  /** Reports that belong to another transaction. */
  readonly moves: readonly ReportMove[]
  readonly questions: readonly Question[]
  /** Open questions that are none any more. */
  readonly closed: readonly string[]
  /** In the place of all spans of the account. */
  readonly spans: readonly BalanceSpan[]
}

export type RecomputedTransaction = {
  readonly id: TransactionId
  readonly content: RowContent
  readonly state: TransactionState
  readonly withdrawnReason: WithdrawnReason | null
  readonly contentKey: Digest
  /** Transactions that became one with it: what a person decided of them is decided of it. */
  readonly joins: readonly TransactionId[]
}

export type ReportMove = { readonly sourceId: string; readonly key: Digest; readonly from: TransactionId; readonly to: TransactionId; readonly tier: MatchTier }

export type HistoryStore = {
  /** Undos of these runs, oldest first; of all runs without a filter. */
  undos(runIds?: readonly RunId[]): Promise<readonly Undo[]>
  /** Where the run's pages went, by account, then source. */
  places(runId: RunId): Promise<readonly RunPlace[]>
  /**
   * Takes the run back, in one step: transactions that no other answer reports are withdrawn as `undone`; the others, and those that come
   * again, are what the runs that count and persons made them, see `concluded` (store/undo.ts); questions that nothing asks any more are closed, and
   * open again with it; reports that a recompute moved go back. Returns the run that did it; null when the run is taken back already.
   */
  undo(act: UndoAct): Promise<SyncRun | null>
  /** Pages of the account in the order of their commits, after one of them; those of runs that were taken back are left out. */
  pages(accountId: string, after: number, limit: number): Promise<readonly SeenPage[]>
  /** After which of the account's pages each answer was given that stands, by question; 0: before all. The order of what happened, which clocks do not tell. Answers of before this was kept are not in it. */
  answeredAfter(accountId: string): Promise<ReadonlyMap<string, number>>
  /** All reports of one source by their keys, after one of them. */
  reports(sourceId: string, after: Digest | null, limit: number): Promise<readonly StoredReport[]>
  /** Does all of it or nothing; false when a report is not where the act takes it from, because a person decided meanwhile. */
  recompute(act: RecomputeAct): Promise<boolean>
}

export type PreviewStore = {
  create(preview: ReconnectPreview): Promise<void>
  get(id: string): Promise<ReconnectPreview | null>
  /** Newest first. */
  list(filter: { readonly connectionId?: string; readonly shadowId?: string; readonly switchRunId?: RunId }): Promise<readonly ReconnectPreview[]>
  /** Changes it only while it is in one of these states; false when it is not. */
  update(id: string, from: readonly PreviewState[], patch: Patch<Omit<ReconnectPreview, 'id' | 'connectionId' | 'shadowId' | 'createdAt'>>): Promise<boolean>
  addAnswer(previewId: string, answer: PreviewAnswer): Promise<void>
  /** The answers of one account in the order in which they were read. */
  answers(previewId: string, accountId: string): Promise<readonly PreviewAnswer[]>
  dropAnswers(previewId: string): Promise<void>
  /**
   * Puts the new sources in the place of the old ones, with all that they showed, in one step. False
   * when the preview is not ready any more; then nothing is stored.
   */
  switchOver(act: SwitchAct): Promise<boolean>
}

export type SwitchAct = {
  readonly previewId: string
  readonly run: SyncRun
  readonly newSources: readonly AccountSource[]
  readonly sources: readonly SourceSwitch[]
  readonly connections: readonly ConnectionSwitch[]
  readonly pages: readonly PageCommit[]
}
