/**
 * The feed in the store: what sources reported, what was concluded from it, and what persons decided and answered. Scoped to
 * one tenant, and each method one atomic step, as in store.ts. Both stores pass src/store/contract-feed.test.ts and its kin.
 */
import type { Day, DayRange } from '../domain/day.ts'
import type { JsonObject } from '../domain/institution.ts'
import type { BalanceSpan, BalanceStatement, Coverage, Covered } from '../domain/run.ts'
import type { Decisions, Digest, MatchTier, Observation, Question, Transaction, TransactionChange, TransactionId, TransactionState, WithdrawnReason } from '../domain/transaction.ts'
import type { Patch } from './store.ts'

/** What the matcher must know of rows that were just reported, fetched in one round trip. */
export type CandidateQuery = {
  readonly accountId: string
  readonly sourceId: string
  readonly keys: readonly Digest[]
  /** Compared with the provider ids and pending provider ids that this source reported. */
  readonly providerIds: readonly string[]
  /** Compared within the account, whatever the source. */
  readonly contentKeys: readonly Digest[]
  /** Amounts with the booking days, both ends included, between which a resembling row may lie; parallel arrays. */
  readonly near: { readonly amounts: readonly bigint[]; readonly from: readonly Day[]; readonly to: readonly Day[] }
  /** Also all rows of these states with a day in the range (for pending rows and rows missing from the answer). */
  readonly states: { readonly states: readonly TransactionState[]; readonly range: DayRange } | null
}

/** A stored transaction as the matcher sees it. */
export type Candidate = Transaction & {
  readonly contentKey: Digest
  /** How sources ever reported it. `counts`: not taken back, or shown again since. */
  readonly reports: readonly { readonly sourceId: string; readonly providerId: string | null; readonly pendingProviderId: string | null; readonly key: Digest; readonly status: 'posted' | 'pending'; readonly postedOn: Day; readonly counts: boolean }[]
}

export type Candidates = {
  /** For each known key: the observation, and the transaction to which it belongs as it is now. */
  readonly known: ReadonlyMap<Digest, KnownReport>
  /**
   * Found by provider id, content, amount or state; by booking day, then id, each with its reports in
   * the order in which they were observed. A known key brings its row only when that has a history (it
   * was changed or withdrawn): a page that merely repeats is told by `known`, without reading its rows.
   */
  readonly transactions: readonly Candidate[]
}

export type KnownReport = {
  readonly observationId: string
  readonly transactionId: TransactionId
  readonly state: TransactionState
  readonly withdrawnReason: WithdrawnReason | null
  readonly contentKey: Digest
}

export type NewObservation = Observation & { readonly transactionId: TransactionId; readonly tier: MatchTier }
export type NewTransaction = Transaction & { readonly contentKey: Digest }

export type TransactionUpdate = {
  readonly id: TransactionId
  readonly content: Partial<Pick<Transaction, 'status' | 'postedOn' | 'transactedOn' | 'valueOn' | 'amount' | 'currency' | 'name' | 'memo' | 'kind' | 'checkNumber' | 'reference' | 'foreignAmount' | 'foreignCurrency'>>
  readonly state: TransactionState
  readonly withdrawnReason: WithdrawnReason | null
  readonly contentKey: Digest
  readonly change: TransactionChange
}

/** Rows, coverage, balances and cursor of one page: one commit, or nothing. */
export type PageCommit = {
  readonly runId: string
  readonly accountId: string
  readonly sourceId: string
  readonly at: number
  /** What this page showed, as ids of observations, new and known. */
  readonly seen: readonly string[]
  readonly observations: readonly NewObservation[]
  readonly inserts: readonly NewTransaction[]
  readonly updates: readonly TransactionUpdate[]
  readonly questions: readonly Question[]
  /** Only set when everything up to it is stored: the days that the answer covered completely. */
  readonly covers: DayRange | null
  readonly balances: readonly BalanceStatement[]
  /** Replaces the spans of this source that meet the days of those given: that end after the first of them begins, and begin before the last of them ends. */
  readonly spans: readonly BalanceSpan[]
  /** Null leaves the stored cursor as it is. */
  readonly cursor: JsonObject | null
  /** The sign of the source from now on, when balances proved it; its rows are turned by `updates` of the same page. */
  readonly sign?: 1 | -1
}

/** `covered`: joined days, oldest first. `pendingFrom`: day of the oldest row that is pending in the source's account; null: none is. */
export type SourceProgress = { readonly covered: readonly DayRange[]; readonly cursor: JsonObject | null; readonly pendingFrom: Day | null }

/**
 * `no_answer`: no person's answer stands. `later_first`: a later answer rests on it and goes back before. `run_first`: all that reported
 * one of the rows is taken back, so that it cannot stand by itself; that comes again before.
 */
export type AnswerBack = 'back' | 'no_answer' | 'later_first' | 'run_first'

export type FeedStore = {
  candidates(query: CandidateQuery): Promise<Candidates>
  /**
   * Ignores observations whose key is already stored for the source, and what only they would have
   * made or changed: two writers can never double a row. `inserted` counts new transactions.
   */
  commitPage(commit: PageCommit): Promise<{ readonly inserted: number }>
  /** Several pages in their order, all of them or none: as many statements of a file wait for the disk once. */
  commitPages(commits: readonly PageCommit[]): Promise<{ readonly inserted: number }>
  /** Changes of rows that no answer brought, such as the currency that was told of them; one commit. */
  changeRows(accountId: string, updates: readonly TransactionUpdate[], at: number): Promise<void>
  cursor(sourceId: string): Promise<JsonObject | null>
  /** How far the sources of a connection were read, by source. Here and below, what a run stated that was taken back does not count. */
  progress(connectionId: string): Promise<ReadonlyMap<string, SourceProgress>>
  coverage(accountId: string): Promise<readonly Coverage[]>
  /** The days that each source answered for, by source and day. What touches is joined: `coverage` has one more with each read, for years. */
  covered(accountId: string): Promise<readonly Covered[]>
  /** The run in which one of these sources answered last for days of the account; null: none did. */
  newestAnswer(accountId: string, sourceIds: readonly string[]): Promise<string | null>
  /** Newest last; `since`: of this day or later. */
  balances(accountId: string, sourceId: string, since?: Day): Promise<readonly BalanceStatement[]>
  /** The one of the latest day, then the one observed last; null when no source stated one. */
  newestBalance(accountId: string, kind: BalanceStatement['kind']): Promise<BalanceStatement | null>
  /** `since`: those that end on this day or later. */
  spans(accountId: string, since?: Day): Promise<readonly BalanceSpan[]>
  /** The `newest` spans of a source, in order, after those that are older and not proved. */
  newestSpans(accountId: string, sourceId: string, newest: number): Promise<readonly BalanceSpan[]>
  /**
   * The newest `ledger` or `closing` balance that a source stated, and the sum of the account's posted
   * rows after its day, up to and including `upTo`; null when it stated none.
   */
  lastStated(accountId: string, sourceId: string, upTo: Day): Promise<{ readonly balance: BalanceStatement; readonly sumSince: bigint } | null>
  /** Sum of posted rows with `after < postedOn <= upTo`; what a person excluded or deleted counts, because it counts at the bank. */
  sumPosted(accountId: string, after: Day, upTo: Day): Promise<bigint>
  /**
   * Pages through an account's transactions, newest first; `cursor` is opaque, and stays right while
   * rows are added. Excludes deleted ones unless asked. A cursor that is none: RangeError.
   */
  transactions(filter: TransactionFilter): Promise<{ readonly rows: readonly Transaction[]; readonly next: string | null }>
  transaction(id: TransactionId): Promise<Transaction | null>
  /** Oldest first, as `observations`. */
  history(id: TransactionId): Promise<readonly TransactionChange[]>
  observations(id: TransactionId): Promise<readonly (Observation & { readonly tier: MatchTier })[]>
  /** False, and nothing is stored, where `from` is given and the row's decisions are not those any more: somebody else decided meanwhile. */
  decide(id: TransactionId, decisions: Patch<Decisions>, at: number, from?: Patch<Decisions>): Promise<boolean>
  /** As `decide`, of many in one step; the ids of those that were stored. */
  decideAll(deeds: readonly Deed[], at: number): Promise<ReadonlySet<TransactionId>>
  /** What was decided about rows, newest first; `by`: by this one alone. */
  decided(limit: number, by?: string): Promise<readonly TransactionChange[]>
  questions(filter: { readonly accountId?: string; readonly open: boolean }): Promise<readonly Question[]>
  /**
   * Stores the first answer; later ones are ignored. `same` merges: the other transaction's
   * observations and decisions move to the first, as do the questions that wait about it (carry.ts), and it is withdrawn as `merged`. `removed` withdraws
   * the transaction as `bank_removed`, a pending one as `pending_dropped`. Answered by the `bank` (later answers settled it) it loses its
   * `pattern`: only a person's answer is a rule.
   */
  answerQuestion(id: string, answer: NonNullable<Question['answer']>, at: number, by?: 'person' | 'bank'): Promise<void>
  /**
   * Takes a person's answer back: the question is open again, reports that moved go back where nobody moved them since, other
   * questions are about the row that they were asked about, and what the answer changed of the rows is as before where nothing changed it since.
   */
  takeBackAnswer(id: string, at: number, contentKeyOf: (row: NewTransaction) => Digest): Promise<AnswerBack>
  /** Questions that persons answered, the newest answer first. */
  answers(limit: number): Promise<readonly Question[]>
  /** Those about this row, the oldest answer first. */
  answersAbout(id: TransactionId): Promise<readonly Question[]>
}

/** What is decided of a row; `from`: what of it was seen before. */
export type Deed = { readonly id: TransactionId; readonly decisions: Patch<Decisions>; readonly from?: Patch<Decisions> }

export const MARKS = ['excluded', 'included', 'paired', 'unpaired', 'noted', 'deleted'] as const
/** `paired`: a side of a transfer between own accounts. */
export type Mark = (typeof MARKS)[number]

export type TransactionFilter = {
  /** Null: of all accounts. */
  readonly accountId: string | null
  readonly from?: Day
  readonly to?: Day
  readonly states?: readonly TransactionState[]
  /** Only rows that came into the feed, became posted in it, or were excluded or deleted and no longer are, at an instant with `since <= at < until`. */
  readonly arrived?: { readonly since: number; readonly until: number }
  /** In what the bank or a person wrote, or the amount (`domain/sought-amount.ts`). */
  readonly text?: string
  /** `for_review`: as `AccountSummary.forReview` counts, without those that are excluded or withdrawn. */
  readonly review?: Decisions['review']
  /** This very category; empty: none. */
  readonly category?: string
  /** What else a person gave the row. Only `deleted` lists those that are. */
  readonly mark?: Mark
  readonly includeDeleted?: boolean
  /** Default newest first; exports want oldest first. */
  readonly order?: 'newest' | 'oldest'
  readonly limit: number
  readonly cursor?: string
}
