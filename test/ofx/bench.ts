/**
 * A test bench: the sandbox bank on real loopback sockets, and runs of the OFX connector against it
 * through the real transport, vault and ledger. A run ends when the test takes the next one: what
 * survives is what the engine would keep (connector state, sealed secrets, the ledger).
 */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { createPerson } from '../../bank/person.ts'
import { CLIENT_ID } from '../../bank/permission.ts'
import { sendOverHttp } from '../../bank/send.ts'
import { createBank, type Bank } from '../../bank/bank.ts'
import { createSettableClock } from '../../bank/main.ts'
import { listen, type Listening } from '../../bank/listen.ts'
import type { CustomerSpec } from '../../bank/customers.ts'
import { hostEntropy } from '../../src/adapters/entropy.ts'
import { WIRE_LIMITS, type WireLimits } from '../../src/adapters/http-wire.ts'
import { createTransport } from '../../src/adapters/transport.ts'
import { returnFields, type AccountList, type ConnectorContext, type Outcome, type ReadStep } from '../../src/connector-kit/connector.ts'
import { createRecorder, type Recorder } from '../../src/connector-kit/recorder.ts'
import { originOf, portOf } from '../../src/connector-kit/origin.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import type { AccountRef } from '../../src/domain/account.ts'
import { addDays, utcDay, type DayRange } from '../../src/domain/day.ts'
import type { Institution, JsonObject } from '../../src/domain/institution.ts'
import type { LoginLedger } from '../../src/ports/secrets.ts'
import type { LogFields } from '../../src/ports/log.ts'
import type { SecretOwner } from '../../src/ports/vault.ts'
import { createMemoryStore } from '../../src/store/memory/store.ts'
import { masterKeyOf } from '../../src/vault/keys.ts'
import { createVault, type TenantVault } from '../../src/vault/vault.ts'

export type BenchOptions = {
  readonly customer: CustomerSpec
  readonly https?: boolean
  readonly settings?: JsonObject
  readonly password?: string
  readonly limits?: Partial<WireLimits>
  readonly trustCa?: boolean
  /** The bank takes no password from programs: the person gives the permission at its site. */
  readonly permission?: true
}

export class Bench {
  readonly bank: Bank
  readonly clock: ReturnType<typeof createSettableClock>
  readonly listening: Listening
  readonly vault: TenantVault
  readonly owner: SecretOwner
  readonly institution: Institution
  readonly logged: string[] = []
  readonly #options: BenchOptions
  readonly #secrets
  /** What the engine keeps between runs. */
  state: JsonObject = {}
  recorder: Recorder = createRecorder()

  private constructor(options: BenchOptions, bank: Bank, clock: Bench['clock'], listening: Listening) {
    this.bank = bank
    this.clock = clock
    this.listening = listening
    this.#options = options
    this.#secrets = createMemoryStore().tenant('t1').secrets
    this.vault = createVault({ secrets: this.#secrets, tenantId: 't1', masterKey: masterKeyOf(new Uint8Array(32).fill(7)), clock: { now: () => clock.now(), sleep: async () => {} }, entropy: hostEntropy })
    this.owner = { connectionId: 'c1', loginIndex: this.vault.loginIndex('sandbox', options.customer.user) }
    const url = options.https === true ? listening.ofxsUrl : listening.ofxUrl
    const permission = { authorizeUrl: new URL('/authorize', url).href, tokenUrl: new URL('/token', url).href, clientId: CLIENT_ID }
    this.institution = {
      id: 'sandbox', name: 'Sandbox Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York',
      limits: { requestsPerDay: null, minSecondsBetweenSyncs: null },
      routes: [{ connector: 'ofx', settings: { url, org: 'SANDBOX', fid: '99001', ...(options.permission === true ? { permission } : {}), ...options.settings } }],
    } // prettier-ignore
  }

  static async start(options: BenchOptions): Promise<Bench> {
    const clock = createSettableClock()
    const bank = createBank({ clock, seed: 1, adminToken: 'test', historyDays: 200 })
    const bench = new Bench(options, bank, clock, await listen(bank))
    if (options.permission === true) await bench.givePermission()
    else await bench.typePassword(options.password ?? options.customer.password)
    return bench
  }

  get url(): string {
    return String(this.institution.routes[0].settings['url'])
  }

  async typePassword(password: string): Promise<{ readonly sameAsRefused: boolean }> {
    const sealed = await this.vault.seal({ owner: this.owner, values: { username: this.#options.customer.user, password }, origins: [originOf(this.url) ?? ''] })
    if (!sealed.ok) throw new Error(sealed.failure.message)
    return sealed.value
  }

  /** As the engine does when a person begins anew: nothing but the user name is stored. */
  async typeUser(): Promise<void> {
    const sealed = await this.vault.seal({ owner: this.owner, values: { username: this.#options.customer.user }, identity: ['username'], origins: [originOf(this.url) ?? ''] })
    if (!sealed.ok) throw new Error(sealed.failure.message)
  }

  /** The first step of a run of a bank that gives tokens; what it gave is sealed, as the engine does. */
  async signIn(context: ConnectorContext = this.run()): Promise<Outcome<Readonly<Record<string, string>>>> {
    const outcome = await connector.signIn!(context)
    if (outcome.kind === 'done' && Object.keys(outcome.value).length > 0) assert.ok((await this.vault.renew(this.owner, outcome.value, [originOf(this.url) ?? ''])).ok)
    this.state = outcome.state
    return outcome
  }

  /** Goes to the bank, gives the permission there, and comes back with a code and what belongs to it. */
  async goToBank(verifier = 'v'.repeat(43)): Promise<ConnectorContext> {
    const asked = await this.signIn()
    assert.equal(asked.kind, 'challenge')
    const [prompt] = asked.kind === 'challenge' ? asked.prompts : []
    const url = new URL(prompt?.url ?? '')
    const redirectUri = 'http://localhost:7351/return'
    for (const [name, value] of Object.entries({ redirect_uri: redirectUri, state: 'st', code_challenge_method: 'S256', code_challenge: hash('sha256', verifier, 'base64url') })) url.searchParams.set(name, value)
    const { user, password } = this.#options.customer
    const back = new URL(await createPerson({ user, password, send: sendOverHttp(this.listening.officeUrl) }).givePermission(url.href))
    assert.equal(back.searchParams.get('state'), 'st')
    const fields = returnFields(prompt?.id ?? '')
    await this.vault.sealAnswers('ch1', this.owner, { [fields.code]: back.searchParams.get('code') ?? '', [fields.verifier]: verifier, [fields.redirectUri]: redirectUri }, this.clock.now() + 600_000)
    return this.run({ data: JSON.parse(JSON.stringify(asked.kind === 'challenge' ? asked.resume : {})) as JsonObject, answerFields: Object.values(fields) })
  }

  async givePermission(): Promise<void> {
    await this.typeUser()
    const done = await this.signIn(await this.goToBank())
    assert.equal(done.kind, 'done')
  }

  async ledger(): Promise<LoginLedger> {
    return await this.#secrets.ledger(this.owner.loginIndex)
  }

  /** The process died while the bank was answering, and the next one has found that out. */
  async abandon(): Promise<void> {
    await this.#secrets.closeStaleAttempts(this.clock.now() + 1, this.clock.now())
  }

  /** A new run, as after a restart: nothing is shared with earlier ones but what the engine keeps. */
  run(resume: ConnectorContext['resume'] = null): ConnectorContext {
    const { listening, clock, vault, owner, institution } = this
    const { hostname } = new URL(this.url)
    const privateHosts = ['127.0.0.0/8', '::1/128'].map((cidr) => ({ host: hostname, cidr, plainHttp: true }))
    const write = (level: string) => (event: string, fields?: LogFields) => void this.logged.push(JSON.stringify({ level, event, ...fields }))
    this.recorder = createRecorder()
    const transport = createTransport({
      vault, owner, audience: [originOf(this.url) ?? ''], recorder: this.recorder, pseudonym: (text) => vault.pseudonym(text),
      clock: { now: () => clock.now(), sleep: async () => {} },
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      policy: { ports: [portOf(new URL(this.url))], privateHosts },
      caPem: this.#options.trustCa === false ? null : listening.caPem,
      limits: { ...WIRE_LIMITS, ...this.#options.limits },
    }) // prettier-ignore
    return { institution, settings: institution.routes[0].settings, transport, now: () => clock.now(), newId: () => hostEntropy.id(clock.now()), state: JSON.parse(JSON.stringify(this.state)) as JsonObject, resume }
  }

  async list(context: ConnectorContext = this.run()): Promise<Outcome<AccountList>> {
    const outcome = await connector.listAccounts(context)
    this.state = outcome.state
    return outcome
  }

  async read(account: AccountRef, window: DayRange = this.window(30), context: ConnectorContext = this.run()): Promise<readonly ReadStep[]> {
    const steps: ReadStep[] = []
    for await (const step of connector.readAccount(context, account, window, null)) steps.push(step)
    return steps
  }

  window(days: number): DayRange {
    const today = utcDay(this.clock.now() - 5 * 3_600_000)
    return { from: addDays(today, -days), to: today }
  }

  /** Breaks or mends the bank by its admin API; takes effect before it resolves. */
  async office(method: 'POST' | 'DELETE', path: string, body: unknown = {}): Promise<void> {
    const answer = await fetch(new URL(path, this.listening.officeUrl), { method, headers: { authorization: 'Bearer test', 'content-type': 'application/json' }, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }

  async close(): Promise<void> {
    await this.listening.close()
  }
}

/** Everything that a run put out, for canaries. */
export function outputsOf(bench: Bench, ...values: readonly unknown[]): string {
  return JSON.stringify([bench.recorder.records(), bench.logged, bench.state, ...values])
}
