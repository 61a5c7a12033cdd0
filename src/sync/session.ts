/**
 * One run of one connection: what the steps of a run share. It remembers what the connector wants
 * to remember and collects what is known about a failure; it decides nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import { fieldsOf, type Connector, type ConnectorContext, type Outcome } from '../connector-kit/connector.ts'
import type { Connection } from '../domain/connection.ts'
import { dayInZone, type Day } from '../domain/day.ts'
import type { CaseContext, Failure } from '../domain/evidence.ts'
import type { Institution, JsonObject } from '../domain/institution.ts'
import { ok, type Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { ExchangeRecord, Transport } from '../ports/transport.ts'
import type { SecretOwner } from '../ports/vault.ts'
import type { ReadProgress, SyncDeps } from './deps.ts'
import { withinQuota } from './schedule.ts'
import { adoptTrial, type Trial } from './trial.ts'

export type Resume = NonNullable<ConnectorContext['resume']>

export class Session {
  readonly deps: SyncDeps
  readonly connection: Connection
  readonly institution: Institution
  readonly connector: Connector
  readonly run: SyncRun
  readonly accountFacts = new Map<string, CaseContext>()
  facts: CaseContext = {}
  #trial: Trial | null
  #state: JsonObject
  readonly #transport: Transport
  #progress: ReadProgress

  /** With a trial, `connection` is what it will be when the trial is proved. */
  constructor(deps: SyncDeps, connection: Connection, institution: Institution, connector: Connector, run: SyncRun, trial: Trial | null) {
    this.deps = deps
    this.connection = connection
    this.institution = institution
    this.connector = connector
    this.run = run
    this.#trial = trial
    this.#state = connection.connectorState
    this.#progress = { runId: run.id, stage: 'signing_in', rows: 0, account: 0, accounts: 0 }
    this.#transport = withinQuota(deps.openTransport(connection, run), institution, deps.store.runs, deps.clock)
  }

  /** Today at the bank: its calendar decides windows, not this host's. */
  get today(): Day {
    return dayInZone(this.deps.clock.now(), this.institution.timeZone)
  }

  newId(): string {
    return this.deps.entropy.id(this.deps.clock.now())
  }

  context(resume: Resume | null): ConnectorContext {
    return {
      institution: this.institution,
      settings: this.connection.settings,
      transport: this.#transport,
      now: () => this.deps.clock.now(),
      newId: () => this.newId(),
      state: this.#state,
      inDoubt: this.connection.failuresInRow > 0,
      resume,
    }
  }

  /**
   * The sign-in, where the protocol has a step of its own for it. What the bank gave in place of the secret is sealed before
   * anything else is asked or stored: it may not give it twice. Null: the read can go on.
   */
  async signIn(resume: Resume | null): Promise<Exclude<Outcome<never>, { readonly kind: 'done' }> | null> {
    const outcome = await this.connector.signIn?.(this.context(resume))
    if (outcome === undefined) return null
    const renewed = outcome.kind === 'done' && Object.keys(outcome.value).length > 0 ? await this.deps.vault.renew(this.#owner, outcome.value, this.#origins) : ok(null)
    await this.remember(outcome.state)
    if (outcome.kind !== 'done') return outcome
    return renewed.ok ? null : { kind: 'failed', failure: renewed.failure, state: outcome.state, facts: outcome.facts }
  }

  /** Stores what the connector wants to remember at once: a client id that is lost would be a new device to the bank. */
  async remember(state: JsonObject): Promise<void> {
    // A database gives the fields of an object back in an order of its own.
    if (isDeepStrictEqual(state, this.#state)) return
    this.#state = state
    if (this.#trial !== null) this.#trial = { ...this.#trial, connectorState: state }
    else await this.deps.store.connections.update(this.connection.id, { connectorState: state })
  }

  /** Another login that is not proved yet. */
  get trial(): Trial | null {
    return this.#trial
  }

  /** True when there was one: the connection and what it feeds may be another now. */
  async adoptTrial(): Promise<boolean> {
    if (this.#trial === null) return false
    await adoptTrial(this.deps, this.connection, this.#trial)
    this.#trial = null
    return true
  }

  /** What takes secrets and user names out of a text of the bank's before it is kept or shown. */
  async concealer(): Promise<(text: string) => string> {
    const identity = fieldsOf(this.connector, this.connection.settings).filter((field) => field.isLogin && field.kind !== 'secret').map((field) => field.name)
    const conceal = await this.deps.vault.concealer(this.#owner, this.#origins, identity)
    // What is stored may be another secret by now than what was sent.
    return (text) => conceal(this.#transport.conceal?.(text) ?? text)
  }

  /** Keeps what must go on with a question of the bank's, sealed for where the login goes. */
  holdQuestion(resume: JsonObject, expiresAt: number): Promise<Result<null, Failure>> {
    return this.deps.vault.holdQuestion(this.#owner, { resume: JSON.stringify(resume), cookies: this.#transport.cookies?.held() ?? '' }, this.#origins, expiresAt)
  }

  /** What went with the question that is answered now; nothing when it is not held any more: then the bank asks anew. */
  async heldQuestion(): Promise<JsonObject> {
    const held = await this.deps.vault.heldQuestion(this.#owner, this.#origins)
    this.#transport.cookies?.restore(held?.['cookies'] ?? '')
    return JSON.parse(held?.['resume'] ?? '{}') as JsonObject
  }

  get #owner(): SecretOwner {
    return { connectionId: this.connection.id, loginIndex: this.connection.loginIndex }
  }

  get #origins(): readonly string[] {
    return this.connector.originsOf(this.connection.settings)
  }

  /** How the run's exchanges began and ended, for the support bundle. */
  records(most: number): readonly ExchangeRecord[] {
    return this.#transport.records?.(most) ?? []
  }

  async forgetSecret(): Promise<void> {
    if (this.#trial === null) await this.deps.vault.destroy(this.#owner)
  }

  /** Notes where the run is, for when nobody is left to tell. */
  async stage(stage: string): Promise<void> {
    await this.deps.store.runs.stage(this.run.id, stage)
  }

  /** Tells those who watch where the run is. */
  tell(now: Partial<Omit<ReadProgress, 'runId'>>): void {
    this.#progress = { ...this.#progress, ...now }
    this.deps.onProgress?.(this.connection.id, this.#progress)
  }

  /** Tells them of further rows. */
  tellRows(rows: number): void {
    this.tell({ rows: this.#progress.rows + rows })
  }
}
