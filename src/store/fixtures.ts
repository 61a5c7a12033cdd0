/** Rows for the tests of the stores: complete, plausible, different in each call; override what matters. */
import { createHash, randomUUID } from 'node:crypto'
import type { Account, AccountSource } from '../domain/account.ts'
import type { Challenge, Connection, Problem } from '../domain/connection.ts'
import { day } from '../domain/day.ts'
import type { Incident } from '../domain/incident.ts'
import type { PreviewAnswer, ReconnectPreview } from '../domain/preview.ts'
import type { RepairPlan } from '../domain/repair.ts'
import type { SyncRun } from '../domain/run.ts'
import { UNDECIDED } from '../domain/transaction.ts'
import type { CandidateQuery, NewObservation, NewTransaction, PageCommit, TransactionUpdate } from '../ports/feed.ts'
import type { Attempt, SealedSecret } from '../ports/secrets.ts'
import type { TenantStore } from '../ports/store.ts'

/** Rises like a version 7 UUID: ids that are made later sort later. */
let clock = 0x018f_0000_0000
export function newId(): string {
  const time = (clock += 1).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

export function aConnection(over: Partial<Connection> = {}): Connection {
  return {
    id: newId(), institutionId: 'riverbank', institutionName: 'Riverbank', connector: 'ofx', settings: { url: 'https://bank.example', versions: [102, 211] }, loginLabel: 'an…',
    loginIndex: randomUUID(), state: 'active', connectorState: { clientUid: 'u-1' }, createdAt: clock, nextSyncAt: null, lastSuccessAt: null, readBy: null, readPlan: null, lastAttemptAt: null,
    failuresInRow: 0, secretChangedAt: null, settingsChangedAt: null, ...over,
  }
}

export function anAccount(over: Partial<Account> = {}): Account {
  return {
    id: newId(), name: 'Everyday', number: '12345678', bankId: '100', kind: 'checking', currency: 'EUR', currencyIsSaid: false, state: 'open', institutionName: 'Riverbank', startOn: day('2024-01-31'),
    createdAt: clock, ...over,
  }
}

export function aSource(accountId: string, over: Partial<AccountSource> = {}): AccountSource {
  return { id: newId(), accountId, connectionId: null, program: null, ref: { bankId: '100', branchId: null, number: '12345678', kind: 'checking' }, state: 'active', sign: 1, ...over }
}

export function aRun(over: Partial<SyncRun> = {}): SyncRun {
  return { id: newId(), connectionId: null, trigger: 'import', startedAt: clock, endedAt: null, outcome: 'running', stage: null, accounts: [], failure: null, label: 'may.ofx', ...over }
}

/** An account with one source and a run, ready for pages. */
export type Ledger = { readonly tenant: TenantStore; readonly accountId: string; readonly sourceId: string; readonly runId: string }

export async function aLedger(tenant: TenantStore, connectionId: string | null = null): Promise<Ledger> {
  const account = anAccount()
  const source = aSource(account.id, { connectionId })
  const run = aRun({ connectionId })
  await tenant.accounts.create(account, source)
  await tenant.runs.create(run)
  return { tenant, accountId: account.id, sourceId: source.id, runId: run.id }
}

/** What one reported row needs: `text` is its identity, so that the same text is the same report. */
export type Row = { readonly text: string; readonly on?: string; readonly amount?: bigint; readonly status?: 'posted' | 'pending'; readonly providerId?: string | null; readonly pendingProviderId?: string | null }

export function newRow(ledger: Ledger, row: Row): { readonly observation: NewObservation; readonly transaction: NewTransaction } {
  const { text, on = '2026-03-10', amount = -1250n, status = 'posted', providerId = null, pendingProviderId = null } = row
  const content = {
    status, postedOn: day(on), transactedOn: day('2026-03-09'), valueOn: null, amount, currency: 'EUR', name: `Shop "${text}" \\ {a,b} NULL`, memo: null, kind: 'DEBIT',
    checkNumber: null, reference: `ref-${text}`, foreignAmount: null, foreignCurrency: null,
  }
  const transaction: NewTransaction = {
    ...content, id: newId(), accountId: ledger.accountId, state: status, withdrawnReason: null, createdAt: clock, updatedAt: clock, contentKey: digestOf(`content ${text} ${on} ${amount}`),
    decisions: UNDECIDED,
  }
  const observation: NewObservation = {
    ...content, id: newId(), accountId: ledger.accountId, sourceId: ledger.sourceId, runId: ledger.runId, providerId, pendingProviderId, key: digestOf(`key ${text}`), ordinal: 0,
    observedAt: clock, transactionId: transaction.id, tier: 'new',
  }
  return { observation, transaction }
}

export function aPage(ledger: Ledger, rows: readonly Row[], over: Partial<PageCommit> = {}): PageCommit {
  const made = rows.map((row) => newRow(ledger, row))
  return {
    runId: ledger.runId, accountId: ledger.accountId, sourceId: ledger.sourceId, at: clock, seen: made.map((m) => m.observation.id),
    observations: made.map((m) => m.observation), inserts: made.map((m) => m.transaction), updates: [], questions: [], covers: null, balances: [], spans: [], cursor: null, ...over,
  }
}

export function anUpdate(row: NewTransaction, over: Partial<TransactionUpdate> = {}): TransactionUpdate {
  return {
    id: row.id, content: {}, state: row.state, withdrawnReason: row.withdrawnReason, contentKey: row.contentKey,
    change: { transactionId: row.id, at: clock, runId: null, reason: 'correction', by: null, changes: { amount: ['-1250', '-1300'] } }, ...over,
  }
}

export function aQuery(ledger: Ledger, over: Partial<CandidateQuery> = {}): CandidateQuery {
  const { accountId, sourceId } = ledger
  return { accountId, sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null, ...over }
}

export function aProblem(connectionId: string, over: Partial<Problem> = {}): Problem {
  return {
    id: newId(), connectionId, accountId: null, institutionId: 'riverbank', openedAt: clock, updatedAt: clock, closedAt: null, proofRunId: null,
    failure: { code: 'bank_refused', stage: 'signon', retry: { kind: 'afterPerson' }, message: 'The bank refused the sign-in.', evidence: [{ protocol: 'ofx', codes: ['15500'] }] },
    context: { failuresInRow: 1 }, diagnosis: { causes: [{ cause: 'credentials_invalid', p: 1, for: ['code 15500'], against: [] }], action: 'fix_credentials' }, ...over,
  }
}

export function anIncident(over: Partial<Incident> = {}): Incident {
  return {
    id: newId(), institutionId: 'riverbank', scope: { kind: 'bank' }, cause: 'institution_down', startedAt: 100, lastFailureAt: 200, endedAt: null, failing: 2, connections: 3, witness: 'reads', problemId: null, ...over,
  }
}

export function aPlan(problem: Problem, over: Partial<RepairPlan> = {}): RepairPlan {
  return {
    id: newId(), problemId: problem.id, connectionId: problem.connectionId, cause: 'credentials_invalid', createdAt: clock, updatedAt: clock, state: 'open',
    steps: [{ id: 'proof', kind: 'proof', action: null, who: 'relink', title: 'Read the accounts', state: 'waiting', startedAt: null, endedAt: null, result: null, notBefore: null, personMinutes: 0, waitMinutes: 1 }],
    ...over,
  }
}

export function aChallenge(connectionId: string, runId: string, over: Partial<Challenge> = {}): Challenge {
  return {
    id: newId(), connectionId, runId, prompts: [{ id: 'MFA13', kind: 'code', label: 'Code' }], resume: { cookie: 'c' }, askedAt: clock, expiresAt: clock + 60_000, state: 'open', ...over,
  }
}

export function aSecret(connectionId: string, over: Partial<SealedSecret> = {}): SealedSecret {
  return { connectionId, purpose: 'sign-in', version: 1, sealed: Uint8Array.of(1, 2, 255, 0), digest: 'd1', createdAt: clock, expiresAt: null, ...over }
}

export function anAttempt(loginIndex: string, over: Partial<Attempt> = {}): Attempt {
  return { id: newId(), loginIndex, connectionId: newId(), secretVersion: 1, secretDigest: 'd1', openedAt: clock, closedAt: null, outcome: 'open', ...over }
}

/** A preview that may be switched; the connection stands beside itself. */
export function aPreview(connectionId: string, over: Partial<ReconnectPreview> = {}): ReconnectPreview {
  return {
    id: newId(), connectionId, shadowId: connectionId, state: 'ready', createdAt: clock, updatedAt: clock, switchedAt: null, switchRunId: null, formerState: 'active',
    accounts: [], unfed: [], unknown: ['Savings'], failure: null, ...over,
  }
}

export function anAnswer(accountId: string): PreviewAnswer {
  return { accountId, asked: { from: day('2026-03-01'), to: day('2026-03-31') }, rows: [], covers: null, balances: [] }
}
