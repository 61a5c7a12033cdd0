/**
 * A world for the tests of problems and repairs: the memory store, the real vault, a clock moved by
 * hand, and a bank that is a function from secret to failure. Runs are settled as the engine settles them.
 */
import type { Connection, Problem } from '../domain/connection.ts'
import type { Evidence, Failure } from '../domain/evidence.ts'
import type { SyncRun } from '../domain/run.ts'
import { settleProblems } from '../diagnose/problems.ts'
import type { TenantStore } from '../ports/store.ts'
import type { ExchangeRecord } from '../ports/transport.ts'
import type { SecretOwner } from '../ports/vault.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { masterKeyOf } from '../vault/keys.ts'
import { createVault, type TenantVault } from '../vault/vault.ts'
import type { RepairDeps } from './advance.ts'

const START = Date.UTC(2026, 9, 14, 14, 5)
const HOUR_MS = 3_600_000

export function failure(evidence: Evidence, more: Partial<Failure> = {}): Failure {
  return { code: 'bank_refused', stage: evidence.stage ?? 'signon', retry: { kind: 'afterPerson' }, message: 'The bank refused.', evidence: [{ protocol: 'ofx', ...evidence }], ...more }
}

export const REFUSED = failure({ stage: 'signon', codes: ['15500'], message: 'Signon invalid' })
export const LOCKED = failure({ stage: 'signon', codes: ['15502'], message: 'USERPASS lockout' })
export const DOWN = failure({ stage: 'connect', networkError: 'ECONNREFUSED' }, { code: 'bank_unreachable', retry: { kind: 'at', at: null }, message: 'The bank does not answer.' })

export const ORIGIN = 'https://riverbank.example:443'

function ownerOf(connectionId: string): SecretOwner {
  return { connectionId, loginIndex: `login-${connectionId}` }
}

/** What reads in these tests. */
export const HERE = { software: '1', runtime: '1', network: '1' }

export class RepairWorld {
  now = START
  /** What is stored for a login, and what a new connection is made with. */
  secret = 'old'
  /** Secrets that reached the bank. */
  readonly sent: string[] = []
  /** What the bank does with a secret; null: it reads. */
  bank: (secret: string) => Failure | null = () => null
  /** One account that no read gets, although the login does; null: all are read. */
  failing: { readonly accountId: string; readonly failure: Failure } | null = null
  reachable = true
  /** By how much whoever answers differs from our clock. */
  skewSeconds = 0
  /** What a run exchanges with the bank before it lends the secret. */
  exchanged: readonly ExchangeRecord[] = []
  /** What a harmless question that fails has as evidence. */
  whyNot: Failure['evidence'] | null = null
  /** The bank's quota leaves room for harmless questions. */
  mayAsk = true
  /** Throws at this many further stores of a plan: a crash. */
  crashIn = Infinity
  readonly store: TenantStore
  readonly vault: TenantVault
  #ids = 0

  constructor(store: TenantStore) {
    this.store = store
    this.vault = createVault({ secrets: store.secrets, tenantId: store.tenantId, masterKey: masterKeyOf(new Uint8Array(32).fill(7)), clock: this.clock, entropy: this.entropy })
  }

  readonly entropy = { bytes: (length: number) => new Uint8Array(length), fraction: () => 0.5, id: () => `00000000-0000-7000-8000-${String(++this.#ids).padStart(12, '0')}` }
  readonly clock = { now: () => this.now, sleep: async (ms: number) => {
    this.now += ms
    await new Promise((later) => setImmediate(later))
  } }

  async connect(id: string, institutionId = 'riverbank'): Promise<void> {
    const connection: Connection = {
      id, institutionId, institutionName: 'Riverbank', connector: 'ofx', settings: {}, loginLabel: 'an…', loginIndex: `login-${id}`, state: 'active', connectorState: {}, createdAt: START - 900 * HOUR_MS,
      nextSyncAt: START + 2 * HOUR_MS, lastSuccessAt: START - 6 * HOUR_MS, lastAttemptAt: null, failuresInRow: 0, secretChangedAt: START - 800 * HOUR_MS, settingsChangedAt: null, readBy: null, readPlan: null,
    }
    await this.store.connections.create(connection)
    await this.#seal(id)
  }

  /** One run as the engine does it: lend, send, store the run, settle problems. */
  async sync(connectionId: string, trigger: SyncRun['trigger'] = 'schedule'): Promise<SyncRun> {
    this.now += 1_000
    const connection = await this.store.connections.get(connectionId)
    if (connection === null) throw new Error('no connection')
    const result = await this.#ask(connectionId)
    const accounts = result !== null || this.failing === null ? [] : [{ ...this.failing, added: 0, matched: 0, changed: 0, withdrawn: 0, questions: 0 }]
    const outcome = result !== null ? 'failed' : accounts.length > 0 ? 'partial' : 'succeeded'
    const run: SyncRun = { id: this.entropy.id(), connectionId, trigger, startedAt: this.now, endedAt: this.now, outcome, stage: null, accounts, failure: result, label: null }
    await this.store.runs.create(run)
    await this.store.connections.update(connectionId, outcome === 'succeeded' ? { failuresInRow: 0, lastSuccessAt: this.now } : { failuresInRow: connection.failuresInRow + 1 })
    const after = (await this.store.connections.get(connectionId)) ?? connection
    const deps = { store: this.store, clock: this.clock, entropy: this.entropy, timeZoneOf: () => 'America/New_York', readBy: HERE }
    const { loginLocked } = await settleProblems(deps, { connection: after, run, question: null, facts: this.skewSeconds === 0 ? {} : { clockSkewSeconds: this.skewSeconds }, accountFacts: new Map(), exchanges: () => this.exchanged })
    if (loginLocked) await this.vault.lock(ownerOf(connectionId))
    return run
  }

  async #ask(connectionId: string): Promise<Failure | null> {
    const away = this.bank('')
    if (away?.code === 'bank_unreachable') return away
    const lease = await this.vault.lend(ownerOf(connectionId), ['password'], ORIGIN)
    if (!lease.ok) return lease.failure
    const secret = lease.value.values['password'] ?? ''
    const said = this.bank(secret)
    this.sent.push(secret)
    await lease.value.settle(said === null ? 'accepted' : said.evidence[0].codes?.includes('15500') === true ? 'refused' : said.stage === 'signon' ? 'unknown' : 'accepted')
    return said
  }

  async enterSecret(connectionId: string, secret: string): Promise<void> {
    this.now += 60_000
    this.secret = secret
    await this.#seal(connectionId)
    if ((await this.vault.status(ownerOf(connectionId))) === 'withheld_unknown') await this.vault.grantOneUse(ownerOf(connectionId), 'who typed it')
    await this.store.connections.update(connectionId, { secretChangedAt: this.now })
  }

  async #seal(connectionId: string): Promise<void> {
    await this.vault.seal({ owner: ownerOf(connectionId), values: { password: this.secret }, origins: [ORIGIN] })
  }

  get deps(): RepairDeps {
    const problems = {
      ...this.store.problems,
      savePlan: async (plan: Parameters<TenantStore['problems']['savePlan']>[0]) => {
        if (--this.crashIn < 0) throw new Error('crash')
        this.now += 1_000
        return this.store.problems.savePlan(plan)
      },
    }
    return {
      store: { ...this.store, problems }, clock: this.clock, entropy: this.entropy,
      vault: this.vault,
      syncNow: (id) => this.sync(id, 'repair'),
      probe: async (_, probe) => ({ probe, outcome: this.reachable ? 'answers' : this.whyNot?.some(({ codes }) => codes?.includes('quota_reached') === true) === true ? 'not_asked' : 'silent', sentence: this.reachable ? 'It answers.' : 'Riverbank does not answer.', evidence: this.reachable ? null : this.whyNot, facts: this.skewSeconds === 0 ? {} : { clockSkewSeconds: this.skewSeconds } }),
      probes: async () => (this.mayAsk ? ['profile'] : []),
      earliestReadAt: async () => 0,
      reloadInstitution: async () => 'newest',
      hasNewerData: async () => false,
    }
  }

  async problem(connectionId: string): Promise<Problem | null> {
    return (await this.store.problems.list({ connectionId, open: true, limit: 1 }))[0] ?? null
  }
}

export async function newWorld(): Promise<RepairWorld> {
  const store = createMemoryStore()
  return new RepairWorld(store.tenant(await store.defaultTenant()))
}
