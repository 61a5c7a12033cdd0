/**
 * What one tenant's memory holds, with the indexes that the matcher's questions need. Adding,
 * replacing and moving rows happens only here, so that no index can disagree with its rows.
 */
import type { Account, AccountSource } from '../../domain/account.ts'
import type { Alert } from '../../domain/alert.ts'
import type { Challenge, Connection, Problem } from '../../domain/connection.ts'
import type { Consumer, ConsumerRead } from '../../domain/consumer.ts'
import type { FileDates } from '../../domain/dates-said.ts'
import type { Day } from '../../domain/day.ts'
import type { Institution, JsonObject } from '../../domain/institution.ts'
import type { Incident } from '../../domain/incident.ts'
import type { PreviewAnswer, ReconnectPreview } from '../../domain/preview.ts'
import type { RepairPlan } from '../../domain/repair.ts'
import type { BalanceSpan, BalanceStatement, Coverage, SyncRun } from '../../domain/run.ts'
import type { Digest, MatchTier, Observation, Question, TransactionChange } from '../../domain/transaction.ts'
import type { ReconciledStatement } from '../../domain/reconciliation.ts'
import type { CategoryRule } from '../../domain/review.ts'
import type { Seen } from '../../ports/review.ts'
import type { ReadingPause } from '../../ports/schedule.ts'
import type { RecordedPage, ReportMove, Undo } from '../../ports/history.ts'
import type { NewTransaction } from '../../ports/feed.ts'
import type { Attempt, SealedKey, SealedSecret } from '../../ports/secrets.ts'
import type { FailedExchanges } from '../../ports/store.ts'
import type { Carried } from '../carry.ts'
import { emptyAccess, type AccessState } from './access.ts'
import { emptyAlerts, type AlertState } from './alerts.ts'

/** Mutable in its link only, as in the database. */
export type StoredObservation = { readonly row: Observation; transactionId: string; tier: MatchTier }

export type TenantState = {
  readonly connections: Map<string, Connection>
  readonly heldConnections: Set<string>
  readonly accounts: Map<string, Account>
  readonly sources: Map<string, AccountSource>
  /** By account and format. */
  readonly fileDates: Map<string, FileDates>
  readonly feed: FeedState
  readonly coverage: Coverage[]
  readonly balances: BalanceStatement[]
  readonly cursors: Map<string, JsonObject>
  readonly questions: Map<string, Question>
  /** Which run asked a question, and which undo closed it. */
  readonly questionRuns: Map<string, { readonly runId: string | null; readonly closedBy: string | null }>
  /** Questions that a person answered, with what the answer moved: reports, each with the tier of before, and other questions. */
  readonly answered: Map<string, { readonly reports: readonly { readonly stored: StoredObservation; readonly tier: MatchTier }[]; readonly questions: readonly Carried[] }>
  /** By question: how many pages there were when it was answered. */
  readonly answeredAfter: Map<string, number>
  /** In the order of their commits. */
  readonly pages: RecordedPage[]
  /** By the run that undid. */
  readonly undos: Map<string, Undo>
  /** What each recompute moved, with the tiers of before. */
  readonly moves: Map<string, readonly ReportMove[]>
  readonly runs: Map<string, SyncRun>
  readonly problems: Map<string, Problem>
  readonly alerts: Map<string, Alert>
  readonly alerting: AlertState
  readonly plans: Map<string, RepairPlan>
  /** By problem. */
  readonly exchanges: Map<string, FailedExchanges>
  readonly incidents: Map<string, Incident>
  readonly challenges: Map<string, Challenge>
  readonly secrets: SecretState
  readonly requests: Map<string, number>
  readonly consumers: Map<string, Consumer>
  /** By consumer, then by account. */
  readonly reads: Map<string, Map<string, ConsumerRead>>
  readonly reconciliations: Map<string, ReconciledStatement>
  readonly addedBanks: Map<string, Institution>
  readonly rules: Map<string, CategoryRule>
  readonly removedRules: Map<string, CategoryRule>
  /** By rule: the rows that it changed, with what they had before, and whether its removal gave them that back. */
  readonly ruleRows: Map<string, readonly (Seen & { readonly givenBack: boolean })[]>
  readonly previews: Map<string, ReconnectPreview>
  readonly access: AccessState
  readingPause: ReadingPause | null
  previewAnswers: { readonly previewId: string; readonly answer: PreviewAnswer }[]
  spans: BalanceSpan[]
}

export type SecretState = {
  tenantKey: SealedKey | null
  records: SealedSecret[]
  /** Oldest first. */
  readonly attempts: Attempt[]
  readonly logins: Map<string, { readonly lockedAt: number | null; readonly grantedUses: number }>
}

export function emptyTenant(): TenantState {
  return {
    connections: new Map(), heldConnections: new Set(), accounts: new Map(), sources: new Map(), fileDates: new Map(), feed: new FeedState(), coverage: [], balances: [],
    cursors: new Map(), questions: new Map(), questionRuns: new Map(), answered: new Map(), answeredAfter: new Map(), pages: [], undos: new Map(), moves: new Map(), previews: new Map(), previewAnswers: [], runs: new Map(), problems: new Map(), alerts: new Map(), alerting: emptyAlerts(), plans: new Map(), exchanges: new Map(), incidents: new Map(), challenges: new Map(),
    secrets: { tenantKey: null, records: [], attempts: [], logins: new Map() }, requests: new Map(), consumers: new Map(), reads: new Map(), access: emptyAccess(), readingPause: null, reconciliations: new Map(), addedBanks: new Map(), rules: new Map(), removedRules: new Map(), ruleRows: new Map(), spans: [],
  }
}

/** Transactions and observations of a tenant. Index keys are joined with a character that ids and digests never hold. */
export class FeedState {
  readonly transactions = new Map<string, NewTransaction>()
  readonly history = new Map<string, TransactionChange[]>()
  /** Of the history, what persons decided, oldest first. */
  readonly decisions: TransactionChange[] = []
  readonly #byKey = new Map<string, StoredObservation>()
  readonly #byId = new Map<string, StoredObservation>()
  readonly #byProvider = new Map<string, StoredObservation[]>()
  readonly #byTransaction = new Map<string, StoredObservation[]>()
  readonly #byContent = new Map<string, Set<string>>()
  readonly #byAmount = new Map<string, Set<string>>()
  readonly #byDay = new Map<string, Map<Day, Set<string>>>()

  observation(sourceId: string, key: Digest): StoredObservation | undefined {
    return this.#byKey.get(`${sourceId}|${key}`)
  }

  byId(observationId: string): StoredObservation | undefined {
    return this.#byId.get(observationId)
  }

  /** Observations of a source that carry the id, also as the id of a pending row before. */
  reportedAs(sourceId: string, providerId: string): readonly StoredObservation[] {
    return this.#byProvider.get(`${sourceId}|${providerId}`) ?? []
  }

  observationsOf(transactionId: string): readonly StoredObservation[] {
    return this.#byTransaction.get(transactionId) ?? []
  }

  withContent(accountId: string, contentKey: Digest): Iterable<string> {
    return this.#byContent.get(`${accountId}|${contentKey}`) ?? []
  }

  withAmount(accountId: string, amount: bigint): Iterable<string> {
    return this.#byAmount.get(`${accountId}|${amount}`) ?? []
  }

  /** The account's ids for each booking day, in no order. */
  days(accountId: string): ReadonlyMap<Day, ReadonlySet<string>> {
    return this.#byDay.get(accountId) ?? new Map()
  }

  addObservation(stored: StoredObservation): void {
    const { sourceId, key, providerId, pendingProviderId } = stored.row
    this.#byKey.set(`${sourceId}|${key}`, stored)
    this.#byId.set(stored.row.id, stored)
    if (providerId !== null) append(this.#byProvider, `${sourceId}|${providerId}`, stored)
    if (pendingProviderId !== null && pendingProviderId !== providerId) append(this.#byProvider, `${sourceId}|${pendingProviderId}`, stored)
    append(this.#byTransaction, stored.transactionId, stored)
  }

  moveObservations(from: string, to: string, tier: MatchTier): void {
    for (const stored of this.observationsOf(from)) {
      stored.transactionId = to
      stored.tier = tier
      append(this.#byTransaction, to, stored)
    }
    this.#byTransaction.delete(from)
  }

  moveObservation(stored: StoredObservation, to: string, tier: MatchTier): void {
    const left = this.observationsOf(stored.transactionId).filter((other) => other !== stored)
    this.#byTransaction.set(stored.transactionId, left)
    stored.transactionId = to
    stored.tier = tier
    append(this.#byTransaction, to, stored)
  }

  ofSource(sourceId: string): readonly StoredObservation[] {
    return [...this.#byKey.values()].filter(({ row }) => row.sourceId === sourceId)
  }

  /** Adds the row or replaces the one with its id. */
  putTransaction(row: NewTransaction): void {
    const before = this.transactions.get(row.id)
    if (before !== undefined) this.#unlist(before)
    this.transactions.set(row.id, row)
    addTo(this.#byContent, `${row.accountId}|${row.contentKey}`, row.id)
    addTo(this.#byAmount, `${row.accountId}|${row.amount}`, row.id)
    let days = this.#byDay.get(row.accountId)
    if (days === undefined) this.#byDay.set(row.accountId, (days = new Map()))
    addTo(days, row.postedOn, row.id)
  }

  addChange(change: TransactionChange): void {
    append(this.history, change.transactionId, change)
    if (change.reason === 'decision') this.decisions.push(change)
  }

  #unlist(row: NewTransaction): void {
    this.#byContent.get(`${row.accountId}|${row.contentKey}`)?.delete(row.id)
    this.#byAmount.get(`${row.accountId}|${row.amount}`)?.delete(row.id)
    this.#byDay.get(row.accountId)?.get(row.postedOn)?.delete(row.id)
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function addTo<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}
