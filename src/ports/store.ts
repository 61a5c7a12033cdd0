/**
 * What is remembered. Every call is scoped to one tenant. Each method is one atomic step: either
 * all of it is stored or nothing. The PostgreSQL and the in-memory implementation pass the same
 * contract tests (src/store/contract-*.test.ts).
 */
import type { AccessStore, AuditStore } from './access.ts'
import type { AlertStore } from './alerts.ts'
import type { Account, AccountRef, AccountSource } from '../domain/account.ts'
import type { FileDates } from '../domain/dates-said.ts'
import type { Day } from '../domain/day.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Consumer, ConsumerRead } from '../domain/consumer.ts'
import type { Challenge, Connection, Problem } from '../domain/connection.ts'
import type { Incident } from '../domain/incident.ts'
import type { RepairPlan } from '../domain/repair.ts'
import type { Institution } from '../domain/institution.ts'
import type { ReconciledStatement } from '../domain/reconciliation.ts'
import type { FeedStore } from './feed.ts'
import type { HistoryStore, PreviewStore } from './history.ts'
import type { ReviewStore } from './review.ts'
import type { ScheduleStore } from './schedule.ts'
import type { SecretStore } from './secrets.ts'
import type { WholeStore } from './whole.ts'
import type { SyncRun } from '../domain/run.ts'
import type { ExchangeRecord } from './transport.ts'

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
  /** The tenant is gone, with everything of it: what was opened for it stores nothing any more. */
  | 'tenant_deleted'

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
  readonly addedBanks: AddedBankStore
}

/** Banks that an owner added by their address. */
export type AddedBankStore = {
  /** Oldest first. */
  list(): Promise<readonly Institution[]>
  /** False, and nothing is stored, where one has this id. */
  add(institution: Institution, at: number): Promise<boolean>
  /** In the place of the one with this id; false: there is none. */
  change(institution: Institution): Promise<boolean>
  /** False, and it stays, where a connection that is not removed is of it, or there is none. */
  remove(id: string): Promise<boolean>
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
  /** Newest first. `connectionId` null: imports of files, and what took them back. */
  list(filter: { readonly connectionId?: string | null; readonly since?: number; readonly limit: number }): Promise<readonly SyncRun[]>
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
   * False when one of this bank and scope is open already; then none is stored. The alerts of the problems that it
   * covers close in the same step: the incident that is open has one, its problem's or else one with its own id.
   * Of connections that are read at once each may hear of no incident and open one: what it covers closes either way.
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
  /** Newest first. `limit`: wherever those of years may be meant, whose pictures are kept with them. */
  list(filter: { readonly connectionId?: string; readonly state?: Challenge['state'] | readonly Challenge['state'][]; readonly limit?: number }): Promise<readonly Challenge[]>
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
