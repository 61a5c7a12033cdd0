/**
 * What is remembered. Every call is scoped to one tenant. Each method is one atomic step: either
 * all of it is stored or nothing. The PostgreSQL and the in-memory implementation pass the same
 * contract tests (src/store/contract-*.test.ts).
 */
import type { AccessStore, AuditStore } from './access.ts'
import type { AlertStore } from './alerts.ts'
import type { Account, AccountRef, AccountSource } from '../domain/account.ts'
import type { FileDates } from '../domain/dates-said.ts'
import type { Day, DayRange } from '../domain/day.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Consumer, ConsumerRead } from '../domain/consumer.ts'
import type { Challenge, Connection, Problem } from '../domain/connection.ts'
import type { Incident } from '../domain/incident.ts'
import type { JsonObject } from '../domain/institution.ts'
import type { RepairPlan } from '../domain/repair.ts'
import type { ReconciledStatement } from '../domain/reconciliation.ts'
import type { HistoryStore, PreviewStore } from './history.ts'
import type { ReviewStore } from './review.ts'
import type { ScheduleStore } from './schedule.ts'
import type { WholeStore } from './whole.ts'
import type { BalanceSpan, BalanceStatement, Coverage, Covered, SyncRun } from '../domain/run.ts'
import type { ExchangeRecord } from './transport.ts'
import type {
  Decisions, Digest, MatchTier, Observation, Question, Transaction, TransactionChange, TransactionId, TransactionState, WithdrawnReason,
} from '../domain/transaction.ts'

/**
 * The database cannot serve now: the one exception that store calls throw (anything else is a bug).
 * Nothing of the call was stored, or all of it when the answer to a commit was lost; reading again is safe.
 */
export class StoreUnavailable extends Error {
  readonly code: StoreFailureCode
  /** What the host's operator can do, one sentence. */
  readonly remedy: string

  constructor(code: StoreFailureCode, message: string, remedy: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StoreUnavailable'
    this.code = code
    this.remedy = remedy
  }
}

export type StoreFailureCode =
  | 'database_unreachable' | 'database_full' | 'database_read_only' | 'database_busy' | 'database_damaged' | 'database_limited' | 'database_untrusted' | 'database_refused'
  /** The session that held a connection's lock was lost; the work must stop, another process may have taken over. */
  | 'lock_lost'

export type Store = {
  tenant(tenantId: string): TenantStore
  /** Connections of all tenants whose `nextSyncAt` has come, or lies further ahead than any plan (`FARTHEST_SYNC_MS`), oldest first; never disabled or removed ones. */
  due(now: number, limit: number): Promise<readonly { readonly tenantId: string; readonly connectionId: string }[]>
  /** The one tenant of a self-hosted instance, made at the first start, and anew when everything was deleted: asked of the database each time. */
  defaultTenant(): Promise<string>
  close(): Promise<void>
}

export type TenantStore = {
  readonly tenantId: string
  readonly connections: ConnectionStore
  readonly accounts: AccountStore
  readonly feed: FeedStore
  readonly history: HistoryStore
  readonly previews: PreviewStore
  readonly runs: RunStore
  readonly problems: ProblemStore
  readonly incidents: IncidentStore
  readonly alerts: AlertStore
  readonly challenges: ChallengeStore
  readonly secrets: SecretStore
  readonly consumers: ConsumerStore
  readonly access: AccessStore
  readonly audit: AuditStore
  readonly reconciliations: ReconciliationStore
  readonly review: ReviewStore
  readonly schedule: ScheduleStore
  readonly whole: WholeStore
}

/** A patch: absent fields stay as they are. */
export type Patch<T> = { readonly [K in keyof T]?: T[K] }

/** In all stores: ids that do not exist for the tenant give null or an empty list, and a patch of them does nothing. */
export type ConnectionStore = {
  create(connection: Connection): Promise<void>
  get(id: string): Promise<Connection | null>
  /** Oldest first, removed ones too. */
  list(): Promise<readonly Connection[]>
  /** The connection with this login that is neither removed, a preview nor replaced, the newest if there are several. */
  findByLogin(loginIndex: string): Promise<Connection | null>
  update(id: string, patch: Patch<Omit<Connection, 'id' | 'createdAt'>>): Promise<void>
  /**
   * Runs `work` while this process is the only one that may write to the connection; null when
   * another holds it. A process that dies gives the lock up. When the lock is lost while `work`
   * runs, each further store call that `work` makes throws `StoreUnavailable` with code `lock_lost`.
   * `work` is given the connection as it is then, and what came before. Any name beside an id may be
   * held in the same way (`repair/…`); it gives null.
   */
  exclusively<T>(id: string, work: (connection: Connection | null, before: TakenAfter) => Promise<T>): Promise<T | null>
}

/** What whoever takes a connection must know: its newest runs, newest first, and the questions of its bank that are open or answered. */
export type TakenAfter = { readonly runs: readonly SyncRun[]; readonly challenges: readonly Challenge[] }
/** So many runs are shown. */
export const RUNS_BEFORE = 5

/** All accounts, or those with one of these ids, or those that a connection feeds or fed. */
export type AccountFilter = { readonly accountIds?: readonly string[]; readonly connectionId?: string }

export type AccountStore = {
  create(account: Account, source: AccountSource): Promise<void>
  addSource(source: AccountSource): Promise<void>
  get(id: string): Promise<Account | null>
  /** Of the tenant, oldest first. */
  all(): Promise<readonly Account[]>
  /** With what their rows come to. Oldest first; costs a scan of the rows of the accounts that are asked for. */
  list(filter?: AccountFilter): Promise<readonly AccountSummary[]>
  update(id: string, patch: Patch<Omit<Account, 'id' | 'createdAt'>>): Promise<void>
  sources(filter: { readonly accountId?: string; readonly connectionId?: string }): Promise<readonly AccountSource[]>
  /** What a connection feeds: its sources, as `sources` orders them, each with its account. */
  feeds(connectionId: string): Promise<readonly { readonly source: AccountSource; readonly account: Account }[]>
  updateSource(id: string, patch: Patch<Pick<AccountSource, 'state' | 'sign' | 'ref' | 'connectionId'>>): Promise<void>
  /** What was said of the dates of the accounts' files. */
  fileDates(): Promise<readonly FileDates[]>
  /** In place of what was said of this account and format before. */
  keepFileDates(said: FileDates): Promise<void>
  /** Whether anything was said of the account. */
  forgetFileDates(accountId: string): Promise<boolean>
  /** Accounts that have a source with this number and kind (bank id compared where both tell one). */
  findByRef(ref: AccountRef): Promise<readonly Account[]>
}

/**
 * An account with what a list shows. `balance`: the newest stated `ledger` or `closing` balance, else
 * the sum of posted rows. `rows` leaves out withdrawn and deleted ones; `forReview` excluded ones too.
 */
export type AccountSummary = Account & {
  readonly balance: bigint
  readonly balanceOn: Day | null
  readonly balanceIsStated: boolean
  readonly newestRowOn: Day | null
  readonly rows: number
  readonly forReview: number
  readonly connectionIds: readonly string[]
}

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
  /** All ids under which sources ever reported it. */
  readonly reports: readonly { readonly sourceId: string; readonly providerId: string | null; readonly pendingProviderId: string | null; readonly key: Digest; readonly status: 'posted' | 'pending' }[]
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
  cursor(sourceId: string): Promise<JsonObject | null>
  /** How far the sources of a connection were read, by source. Here and below, what a run stated that was taken back does not count. */
  progress(connectionId: string): Promise<ReadonlyMap<string, SourceProgress>>
  coverage(accountId: string): Promise<readonly Coverage[]>
  /** The days that each source answered for, by source and day. What touches is joined: `coverage` has one more with each read, for years. */
  covered(accountId: string): Promise<readonly Covered[]>
  /** Newest last. */
  balances(accountId: string, sourceId: string): Promise<readonly BalanceStatement[]>
  /** The one of the latest day, then the one observed last; null when no source stated one. */
  newestBalance(accountId: string, kind: BalanceStatement['kind']): Promise<BalanceStatement | null>
  spans(accountId: string): Promise<readonly BalanceSpan[]>
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
   * rows are added. Excludes deleted ones unless asked. A cursor that is none: RangeError (see
   * `isTransactionCursor` in src/store/paging.ts).
   */
  transactions(filter: TransactionFilter): Promise<{ readonly rows: readonly Transaction[]; readonly next: string | null }>
  transaction(id: TransactionId): Promise<Transaction | null>
  /** Oldest first, as `observations`. */
  history(id: TransactionId): Promise<readonly TransactionChange[]>
  observations(id: TransactionId): Promise<readonly (Observation & { readonly tier: MatchTier })[]>
  /** False, and nothing is stored, where `from` is given and the row's decisions are not those any more: somebody else decided meanwhile. */
  decide(id: TransactionId, decisions: Patch<Decisions>, at: number, from?: Patch<Decisions>): Promise<boolean>
  /** What persons decided about rows, newest first. */
  decided(limit: number): Promise<readonly TransactionChange[]>
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
}

export type TransactionFilter = {
  readonly accountId: string
  readonly from?: Day
  readonly to?: Day
  readonly states?: readonly TransactionState[]
  /** Only rows that came into the feed, became posted in it, or were excluded or deleted and no longer are, at an instant with `since <= at < until`. */
  readonly arrived?: { readonly since: number; readonly until: number }
  readonly text?: string
  /** `for_review`: as `AccountSummary.forReview` counts, without those that are excluded or withdrawn. */
  readonly review?: Decisions['review']
  readonly includeDeleted?: boolean
  /** Default newest first; exports want oldest first. */
  readonly order?: 'newest' | 'oldest'
  readonly limit: number
  readonly cursor?: string
}

export type RunStore = {
  create(run: SyncRun): Promise<void>
  update(id: string, patch: Patch<Omit<SyncRun, 'id' | 'connectionId' | 'startedAt'>>): Promise<void>
  /** Where a run is. Under the lock of its connection it is stored with the next call, so it costs nothing and may be lost with the process. */
  stage(id: string, stage: string): Promise<void>
  /**
   * Ends a run and notes on its connection how it went, in one step. `nextSyncAt` counts only while the
   * connection is switched on: what a person switched off or removed meanwhile stays so. `isRead`: a
   * connection that was connecting is active now. Returns the connection; null: there is none.
   */
  end(id: string, run: Pick<SyncRun, 'outcome' | 'failure' | 'accounts' | 'endedAt'>, connection: ConnectionHealth): Promise<Connection | null>
  get(id: string): Promise<SyncRun | null>
  /** Newest first. */
  list(filter: { readonly connectionId?: string; readonly since?: number; readonly limit: number }): Promise<readonly SyncRun[]>
  /** Connections whose newest run has not ended, by id: it is read just now, or its process died. */
  running(): Promise<readonly string[]>
  /** The newest ended run of each connection since an instant, with what the health of banks wants to know of the connection. */
  latestByConnection(since: number): Promise<readonly { readonly connectionId: string; readonly institutionId: string; readonly connector: string; readonly lastSuccessAt: number | null; readonly run: SyncRun }[]>
  /** Exchanges of today with an institution, counted before they are sent. Returns false when the quota is used up. */
  reserveRequest(institutionId: string, day: Day, quota: number): Promise<boolean>
  /** How many of that day were counted. */
  requestsUsed(institutionId: string, day: Day): Promise<number>
}

export type ConnectionHealth = Pick<Connection, 'id' | 'lastAttemptAt' | 'failuresInRow' | 'nextSyncAt'> & { readonly lastSuccessAt?: number; readonly readBy?: Connection['readBy']; readonly isRead: boolean }

/** What was asked and answered in the last run that showed the problem. */
export type FailedExchanges = { readonly runId: string; readonly exchanges: readonly ExchangeRecord[] }

export type ProblemStore = {
  /** Stores the problem and its alert (`alerts`); the alert has the problem's id and closes with it. */
  open(problem: Problem): Promise<void>
  update(id: string, patch: Patch<Pick<Problem, 'updatedAt' | 'closedAt' | 'proofRunId' | 'failure' | 'context' | 'diagnosis'>>): Promise<void>
  get(id: string): Promise<Problem | null>
  /** Newest first. */
  list(filter: { readonly connectionId?: string; readonly institutionId?: string; readonly open?: boolean; readonly limit: number }): Promise<readonly Problem[]>
  /** Replaces what was kept of the run that failed before; none are kept of a run that asked nothing. */
  keepExchanges(problemId: string, runId: string, exchanges: readonly ExchangeRecord[]): Promise<void>
  exchanges(problemId: string): Promise<FailedExchanges | null>
  /** Stores the plan, or its newer state. */
  savePlan(plan: RepairPlan): Promise<void>
  /** The newest plan of the problem. */
  plan(problemId: string): Promise<RepairPlan | null>
  /** Open problems of connections that are switched on, each with its newest plan, oldest first: what a worker looks through for steps that are due. One round trip. */
  repairs(limit: number): Promise<readonly OpenRepair[]>
}

/** An open problem as far as its repair is concerned: without the evidence, because all of them are looked through every few seconds. */
export type OpenRepair = { readonly problemId: string; readonly connectionId: string; readonly updatedAt: number; readonly cause: CauseCode; readonly plan: RepairPlan | null }

/** What banks did to those who use them. */
export type IncidentStore = {
  /**
   * False when one of this bank and scope is open already; then nothing is stored. The alerts of the
   * problems that it covers close in the same step: the incident has one, its problem's or else one with its own id.
   */
  open(incident: Incident, covered: readonly string[]): Promise<boolean>
  /** An end closes the incident's alert in the same step. */
  update(id: string, patch: Patch<Pick<Incident, 'scope' | 'cause' | 'lastFailureAt' | 'endedAt' | 'failing' | 'connections'>>): Promise<void>
  /** Newest first. `since`: also those that began before and lasted until then. */
  list(filter: { readonly institutionId?: string; readonly open?: true; readonly since?: number; readonly limit: number }): Promise<readonly Incident[]>
  /** Reads of a bank that ended since an instant: how many on each day (days since 1970 in UTC), and the newest of those that failed, oldest first. */
  reads(institutionId: string, since: number, failed: number): Promise<BankReads>
}

/** `failed`: wholly; `partly`: some accounts were read. `follows`: the read of the same connection before it ended in the same way. */
export type BankReads = { readonly days: readonly { readonly day: number; readonly reads: number }[]; readonly failed: readonly FailedRead[]; readonly partly: readonly FailedRead[] }
export type FailedRead = { readonly run: SyncRun; readonly follows: boolean }

export type ChallengeStore = {
  /** With its alert (`alerts`), which has the question's id. */
  create(challenge: Challenge): Promise<void>
  get(id: string): Promise<Challenge | null>
  /** Newest first. */
  list(filter: { readonly connectionId?: string; readonly state?: Challenge['state'] | readonly Challenge['state'][] }): Promise<readonly Challenge[]>
  /** Moves the state only from `from`; false when it was not in that state (two answers at once). */
  move(id: string, from: Challenge['state'], to: Challenge['state']): Promise<boolean>
}

/** Programs that read the feed. Digests are compared by the caller; here they only make a step conditional. */
export type ConsumerStore = {
  create(consumer: Consumer): Promise<void>
  get(id: string): Promise<Consumer | null>
  /** Oldest first, revoked ones too. */
  list(): Promise<readonly Consumer[]>
  /**
   * Stores the digest of a new access secret in place of an earlier one and returns how many there
   * were by now; null when the consumer is revoked, its setup expired at `at`, or it was used before.
   */
  claim(id: string, accessDigest: Uint8Array, at: number): Promise<number | null>
  /** Notes a use; false when the consumer is revoked or another access secret took the place of this one. */
  use(id: string, accessDigest: Uint8Array, at: number): Promise<boolean>
  /** Keeps the first instant. */
  revoke(id: string, at: number): Promise<void>
  reads(id: string): Promise<readonly ConsumerRead[]>
  /** `from` only ever becomes earlier, `at` stays as it was first. */
  recordRead(id: string, read: ConsumerRead): Promise<void>
}

/** Statements that a person compared with the rows. */
export type ReconciliationStore = {
  note(statement: ReconciledStatement): Promise<void>
  /** The latest day first, then the one noted last. */
  list(accountId: string): Promise<readonly ReconciledStatement[]>
  /** False: there was none. */
  forget(id: string): Promise<boolean>
}

/** Sealed records and the attempts ledger; only the vault uses this. Bytes are sealed before they come here. */
export type SecretStore = {
  tenantKey(): Promise<SealedKey | null>
  /** Keeps a stored key that has another `keyId`: two workers that both make the first key end up with one. */
  saveTenantKey(key: SealedKey): Promise<void>
  /** Replaces every earlier version of the same purpose: a used code leaves nothing behind. `underKey`: only while the tenant's key has that id; false when it has another. */
  put(record: SealedSecret, underKey?: Uint8Array): Promise<boolean>
  /** Shows the tenant's key and all records, and stores what `decide` returns in their place, in one step that no `put` can come between. False: there is no key, or `decide` returned null. */
  reseal(decide: (key: SealedKey, records: readonly SealedSecret[]) => Resealed | null): Promise<boolean>
  /** The newest version. */
  get(connectionId: string, purpose: string): Promise<SealedSecret | null>
  /** Of one purpose, or of all. */
  destroy(connectionId: string, purpose?: string): Promise<void>
  destroyExpired(now: number): Promise<void>
  /**
   * Locks the login's ledger, shows it to `decide`, and stores the entry that it returns before it
   * resolves; nothing is stored when `decide` returns null. Two workers can never both pass. An
   * attempt with `usesGrant` takes one granted use in the same step. `seen`: what `ledger` told before,
   * which saves time while it is still so, and the attempt's secret still stored; `decide` is asked again
   * when it is not.
   */
  beginAttempt(loginIndex: string, decide: (ledger: LoginLedger) => NewAttempt | null, seen?: LoginLedger): Promise<Attempt | null>
  /** Only an attempt that is `open`, `unknown`, `lost` or `abandoned` gets an outcome. One that was accepted ends what was granted to its login, in the same step; under a lock that is stored with the next call, and lost with the process it allows less, never more. One that was answered `locked` locks its login, in the same step. */
  endAttempt(id: string, outcome: Attempt['outcome'], at: number): Promise<void>
  /** Attempts that were open when their process died; `abandoned` from then on. */
  closeStaleAttempts(before: number, at: number): Promise<number>
  ledger(loginIndex: string): Promise<LoginLedger>
  setLogin(loginIndex: string, patch: Patch<Pick<LoginLedger, 'lockedAt' | 'grantedUses'>>): Promise<void>
}

export type SealedKey = { readonly keyId: Uint8Array; readonly sealed: Uint8Array; readonly masterKeyId: Uint8Array }

export type Resealed = { readonly key: SealedKey; readonly records: readonly SealedSecret[] }

export type SealedSecret = {
  /** The connection, or the destination of alerts; stored under this name since there were connections only. */
  readonly connectionId: string
  readonly purpose: string
  readonly version: number
  readonly sealed: Uint8Array
  /** Blind index of the value, so that a refused one is recognised when it is typed again. */
  readonly digest: string
  readonly createdAt: number
  readonly expiresAt: number | null
}

export type Attempt = {
  readonly id: string
  readonly loginIndex: string
  readonly connectionId: string
  readonly secretVersion: number
  readonly secretDigest: string
  readonly openedAt: number
  readonly closedAt: number | null
  /** `unknown`: the bank's answer says nothing of the secret. `lost`: no answer came, or it was cut. `abandoned`: the process died that waited for it. The last two may have been a refusal. */
  readonly outcome: 'open' | 'accepted' | 'refused' | 'locked' | 'not_sent' | 'unknown' | 'lost' | 'abandoned'
}

/** What `beginAttempt` writes down. */
export type NewAttempt = Attempt & { readonly usesGrant?: boolean }

/** Newest first; the attempts since the last accepted one, and that one. */
export type LoginLedger = {
  readonly attempts: readonly Attempt[]
  readonly lockedAt: number | null
  /** Uses that a warned person granted and that are not used yet. */
  readonly grantedUses: number
}
