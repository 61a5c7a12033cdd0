/**
 * A world for the engine's tests: the memory store, a clock that is moved by hand, repeatable
 * chance, and a scripted bank behind the real connector contract. The bank owns rows; what it
 * answers to a read can be replaced, so that each report of real trouble can be played.
 */
import type { AccountList, Connector, ConnectorContext, ListedAccount, Outcome, ReadStep } from '../connector-kit/connector.ts'
import type { AccountRef } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import { addDays, contains, day, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { Institution } from '../domain/institution.ts'
import { parseDecimal, type Decimal } from '../domain/money.ts'
import { ok } from '../domain/result.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Vault } from '../ports/vault.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import type { RunEnded, SyncDeps } from './deps.ts'
import { syncConnection } from './sync.ts'

const DAY_MS = 86_400_000

export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text)
  if (parsed === null) throw new Error(`not a decimal: ${text}`)
  return parsed
}

/** A row with defaults; `on` and `amount` as text. */
export function row(on: string, amount: string, name: string, more: Partial<StatementRow> = {}): StatementRow {
  return {
    providerId: null, pendingProviderId: null, status: 'posted', postedOn: day(on), transactedOn: null, valueOn: null, amount: decimal(amount),
    foreign: null, kind: null, name, memo: null, checkNumber: null, reference: null, corrects: null, line: 0, ...more,
  }
}

export const CHECKING: AccountRef = { bankId: '121', branchId: null, number: '100200300', kind: 'checking' }

export function listed(ref: AccountRef, name = 'Everyday'): ListedAccount {
  return { ref, name, currency: 'USD', status: 'open' }
}

/** What the scripted bank holds and how it answers; tests change it between syncs. */
export class ScriptedBank {
  accounts: readonly ListedAccount[] = [listed(CHECKING)]
  listComplete = true
  rows: StatementRow[] = []
  readonly rowsOf = new Map<string, StatementRow[]>()
  pageSize = 1_000
  currency = 'USD'
  maxWindowDays = 90
  overlapDays = 10
  /** Days that the bank says it covered, given the asked ones. */
  covers: (asked: DayRange) => DayRange | null = (asked) => asked
  balances: (asked: DayRange) => readonly StatedBalance[] = () => []
  /** Replaces the list of accounts, or a read: null lets the usual answer through. */
  onList: (context: ConnectorContext) => Outcome<AccountList> | null = () => null
  onRead: (context: ConnectorContext, ref: AccountRef, asked: DayRange) => readonly ReadStep[] | null = () => null
  reads: { readonly number: string; readonly asked: DayRange }[] = []
  lists = 0

  readonly connector: Connector

  constructor() {
    const bank = this
    this.connector = {
      get manifest() {
        return { id: 'scripted', name: 'Scripted', protocol: 'other' as const, fields: [{ name: 'user', label: 'User', hint: null, kind: 'text' as const, required: true, isLogin: true }, { name: 'password', label: 'Password', hint: null, kind: 'secret' as const, required: true, isLogin: false }], maxWindowDays: bank.maxWindowDays, overlapDays: bank.overlapDays, advice: '' }
      },
      checkSettings: () => ok({ settings: {}, origins: ['https://bank.example:443'] }),
      originsOf: () => ['https://bank.example:443'],
      listAccounts: async (context) => bank.#list(context),
      readAccount: (context, ref, asked) => bank.#read(context, ref, asked),
      probes: [],
      probe: async (_, probe) => ({ probe, outcome: 'answers', sentence: '', evidence: null, facts: {} }),
    }
  }

  /** The usual answer to a read: the account's rows of these days, in pages. */
  pages(asked: DayRange, rows: readonly StatementRow[] = this.rows): readonly ReadStep[] {
    const answer = rows.filter((r) => contains(asked, r.postedOn))
    const count = Math.max(1, Math.ceil(answer.length / this.pageSize))
    return Array.from({ length: count }, (_, index): ReadStep => {
      const last = index === count - 1
      return {
        step: 'page', state: {},
        page: {
          rows: answer.slice(index * this.pageSize, (index + 1) * this.pageSize), currency: this.currency,
          covers: last ? this.covers(asked) : null, balances: last ? this.balances(asked) : [], next: null, last,
        },
      }
    })
  }

  #list(context: ConnectorContext): Outcome<AccountList> {
    this.lists++
    return this.onList(context) ?? { kind: 'done', value: { accounts: this.accounts, complete: this.listComplete }, state: context.state, facts: {} }
  }

  async *#read(context: ConnectorContext, ref: AccountRef, asked: DayRange): AsyncIterable<ReadStep> {
    this.reads.push({ number: ref.number, asked })
    yield* this.onRead(context, ref, asked) ?? this.pages(asked, this.rowsOf.get(ref.number) ?? this.rows)
  }
}

export const INSTITUTION: Institution = {
  id: 'riverbank', name: 'Riverbank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York',
  limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'scripted', settings: {} }],
}

export function refusal(code: string, more: Partial<Failure> = {}): Failure {
  return { code: 'bank_refused', stage: 'statement', retry: { kind: 'at', at: null }, message: 'refused', evidence: [{ codes: [code] }], ...more }
}

/** A connected bank with one account, ready to sync. */
export class World {
  readonly bank = new ScriptedBank()
  readonly deps: SyncDeps
  readonly ended: RunEnded[] = []
  readonly vaultCalls: string[] = []
  readonly connectionId = 'c0000000-0000-7000-8000-000000000001'
  store: TenantStore
  institution: Institution = INSTITUTION
  loginLocked = false
  now: number
  #ids = 0

  constructor(today = '2026-03-20', options: { readonly heldRows?: number; readonly store?: TenantStore; readonly wrapStore?: (store: TenantStore) => TenantStore } = {}) {
    this.now = Date.parse(`${today}T15:00:00Z`)
    this.store = options.store ?? createMemoryStore().tenant('t')
    const world = this
    const store = options.wrapStore?.(this.store) ?? this.store
    this.deps = {
      store,
      vault: scriptedVault(this.vaultCalls),
      clock: { now: () => world.now, sleep: async (ms) => void (world.now += ms) },
      entropy: { bytes: (n) => new Uint8Array(n), fraction: () => 0.5, id: (at) => world.#id(at) },
      log: { info() {}, warn() {}, error() {} },
      readBy: { software: '1', runtime: '1', network: '1' },
      connectorOf: (id) => (id === 'scripted' ? world.bank.connector : null),
      institutionOf: () => world.institution,
      openTransport: () => ({ exchange: async () => ({ ok: false, failure: refusal('0') }) }),
      onRunEnding: () => async (ended) => {
        world.ended.push(ended)
        return { loginLocked: world.loginLocked }
      },
      ...(options.heldRows === undefined ? {} : { heldRows: options.heldRows }),
    }
  }

  /** Stores the connection as `connecting`, as the connect flow does. */
  async connect(changes: Partial<Connection> = {}): Promise<this> {
    await this.store.connections.create({
      id: this.connectionId, institutionId: 'riverbank', institutionName: 'Riverbank', connector: 'scripted', settings: {}, loginLabel: 'an…', loginIndex: 'login',
      state: 'connecting', connectorState: {}, createdAt: this.now, nextSyncAt: null, lastSuccessAt: null, lastAttemptAt: null, failuresInRow: 0,
      secretChangedAt: null, settingsChangedAt: null, readBy: null, readPlan: null, ...changes,
    })
    return this
  }

  /** Goes on by days and syncs; throws when the engine refuses to run at all. */
  async sync(days = 0, trigger: 'person' | 'schedule' = 'person'): Promise<SyncRun> {
    this.now += days * DAY_MS
    const done = await syncConnection(this.deps, this.connectionId, trigger)
    if (!done.ok) throw new Error(`${done.failure.code}: ${done.failure.message}`)
    return done.value
  }

  today(offset = 0): string {
    return addDays(day(new Date(this.now).toISOString().slice(0, 10)), offset)
  }

  async accountId(index = 0): Promise<string> {
    return (await this.store.accounts.list())[index]!.id
  }

  /** Everything stored of the account, oldest first, withdrawn and deleted rows too. */
  async all(index = 0): Promise<readonly Transaction[]> {
    return (await this.store.feed.transactions({ accountId: await this.accountId(index), limit: 100_000, order: 'oldest', includeDeleted: true })).rows
  }

  /** The feed as a person reads it: `day amount name state`, sorted. */
  async feed(index = 0): Promise<readonly string[]> {
    const rows = await this.all(index)
    return rows.filter((t) => t.state !== 'withdrawn').map((t) => `${t.postedOn} ${t.amount} ${t.name ?? ''}${t.state === 'pending' ? ' pending' : ''}`).sort()
  }

  async openQuestions(): Promise<readonly string[]> {
    return (await this.store.feed.questions({ open: true })).map((question) => question.kind)
  }

  #id(at: number): string {
    const count = (++this.#ids).toString(16).padStart(12, '0')
    const time = Math.trunc(at).toString(16).padStart(12, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count}`
  }
}

export function outcomeOf(run: SyncRun): AccountOutcome {
  return run.accounts[0]!
}

function scriptedVault(calls: string[]): Vault {
  const questions = new Map<string, Readonly<Record<string, string>>>()
  return {
    seal: async () => ok({ sameAsRefused: false, status: 'usable' }),
    foresee: async () => {},
    renew: async () => ok(null),
    lend: async () => ok({ values: {}, again: async () => true, settle: async () => {} }),
    status: async () => 'usable',
    grantOneUse: async () => {},
    withdrawGrant: async () => {},
    resolveTrial: async ({ loginIndex }) => void calls.push(`resolve trial ${loginIndex}`),
    answersWait: async () => false,
    holdQuestion: async ({ connectionId }, held) => (questions.set(connectionId, held), ok(null)),
    heldQuestion: async ({ connectionId }) => questions.get(connectionId) ?? null,
    dropQuestion: async ({ connectionId }) => void questions.delete(connectionId),
    concealer: async () => (text) => text,
    lock: async () => void calls.push('lock'),
    unlock: async () => void calls.push('unlock'),
    destroy: async () => void calls.push('destroy'),
    loginIndex: (institutionId, userName) => `${institutionId}/${userName}`,
    sealAnswers: async (_id, _owner, answers) => void calls.push(`answers ${Object.keys(answers).join(',')}`),
  }
}
