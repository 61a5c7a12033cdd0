/**
 * A feed that worked for days and is then broken by faults of the atlas, under the virtual clock: the
 * bank, Relink and the hands of a person. The hands do single acts, with the effect that the act has in
 * this world; which acts, and in which order, is the part of those who use them (ways.ts).
 */
import { createBank, type Bank } from '../../bank/bank.ts'
import type { FaultDefinition, Value } from '../../bank/faults/fault.ts'
import { createPerson, type Person as AtBank } from '../../bank/person.ts'
import { sendInMemory } from '../../bank/send.ts'
import type { ActionCode, CauseCode } from '../../src/domain/cause.ts'
import type { Connection, Problem } from '../../src/domain/connection.ts'
import { repairDueAt } from '../../src/repair/due.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { Conduct } from '../conduct.ts'
import { chance, Life, seededEntropy, type Time } from '../kernel.ts'
import { DAY_MS, HOUR_MS, lineOf, planOf } from '../plan.ts'
import { institutionOf, startRelink, type Relink } from '../relink.ts'
import type { Ground } from '../world.ts'
import { ANSWER_MS, endingOf } from './ends.ts'

/** One form of a fault. */
export type Strike = { readonly definition: FaultDefinition; readonly parameters: Readonly<Record<string, Value>> }

/** Faults of the connection itself, and outages, strike everybody; those of one account its second. */
const ONE_ACCOUNT = new Set(['account-closed', 'account-dormant', 'account-renumbered', 'card-replaced', 'access-withdrawn'])
/** What goes wrong with one answer goes right with the next. */
const STRIKES_ONCE = new Set(['mfa-code-wrong', 'mfa-code-expired', 'mfa-push-unanswered'])
const OF_A_LOGIN: ReadonlySet<string> = new Set(['authentication', 'mfa', 'account'])

/** Days of a healthy feed before it breaks. */
const HEALTHY_DAYS = 3
/** What passes by itself lasts so long. */
const [SHORTEST_HOURS, LONGEST_HOURS] = [2, 30]
const TICK_MS = 60_000

export class BrokenFeed {
  readonly bank: Bank
  readonly relink: Relink
  readonly conduct: Conduct
  readonly person: AtBank
  readonly timeZone: string
  readonly #time: Time
  readonly #store: TenantStore
  readonly #strikes: readonly Strike[]
  readonly #random
  /** What will end, and when: the trouble of the bank by itself, what was written to somebody by their answer. */
  #ends: { readonly at: number; readonly fault: string }[] = []
  #connectionId = ''
  #brokenAt = 0
  /** Codes, questions and approvals that a person answered. */
  codes = 0
  /** The causes that the faults have as their truth; what a bank asks for after a changed way of asking depends on the way before. */
  truths: readonly CauseCode[] = []

  private constructor(seed: number, strikes: readonly Strike[], ground: Ground, store: TenantStore, requestsPerDay: number | null) {
    const drawn = planOf(lineOf(seed, 'crowded'))
    const plan = { ...drawn, settings: seed % 2 === 0 ? { profile: false, version: '220' } : {}, hoursBetweenReads: 20, historyDays: 20 }
    this.#time = { now: plan.startsAt, skewMs: 0 }
    this.#random = chance(seed, 'repair')
    this.#strikes = strikes
    this.timeZone = plan.place.timeZone
    this.#store = store
    this.bank = createBank({ clock: { now: () => this.#time.now }, seed, historyDays: plan.historyDays, customers: [plan.customer], zone: plan.place.zone })
    this.conduct = new Conduct(this.bank)
    const institution = { ...institutionOf(plan), limits: { requestsPerDay, minSecondsBetweenSyncs: plan.hoursBetweenReads * 3_600 } }
    const network = { bank: this.bank, time: this.#time, random: chance(seed, 'network'), heard: (answered: boolean, body: Uint8Array | null) => this.conduct.heard(answered, body) }
    this.relink = startRelink({ life: new Life(), network, store, entropy: seededEntropy(seed), institution, connectors: ground.connectors })
    this.person = createPerson({ user: plan.customer.user, password: plan.customer.password, send: sendInMemory(this.bank) })
  }

  /** A feed that was read for some days and meets its faults at the next read. `requestsPerDay`: what the bank allows a program. */
  static async open(seed: number, strikes: readonly Strike[], ground: Ground, requestsPerDay: number | null = null): Promise<BrokenFeed> {
    const feed = new BrokenFeed(seed, strikes, ground, await ground.newTenant(), requestsPerDay)
    await feed.#connect()
    for (let day = 0; day < HEALTHY_DAYS; day++) await feed.passTo(feed.now + DAY_MS)
    feed.#strike()
    return feed
  }

  get now(): number {
    return this.#time.now
  }

  get hoursSinceBroken(): number {
    return (this.now - this.#brokenAt) / HOUR_MS
  }

  async connection(): Promise<Connection> {
    return (await this.#store.connections.get(this.#connectionId))!
  }

  get connectionId(): string {
    return this.#connectionId
  }

  problems(): Promise<readonly Problem[]> {
    return this.#store.problems.list({ connectionId: this.#connectionId, open: true, limit: 10 })
  }

  /** The bank's trouble is over and was not shown: nothing holds any more. */
  get over(): boolean {
    return this.bank.faults.list(this.now).every((fault) => !this.#strikes.some(({ definition }) => definition.name === fault.definition.name) || !holds(this.bank, fault, this.now))
  }

  /** Lets time pass; a worker reads what is due by schedule and, where `worker` says so, carries repairs on. */
  async passTo(until: number, worker: 'all' | 'reads' = 'all'): Promise<void> {
    for (;;) {
      const next = await this.#nextDue(worker)
      const ending = this.#ends.reduce<number>((least, { at }) => Math.min(least, at), Infinity)
      const at = Math.min(next.at, ending, until)
      this.#time.now = Math.max(this.#time.now, at)
      this.#endDue()
      if (at >= until) return
      if (next.at > at) continue
      if (next.kind === 'read') await this.relink.read(this.#connectionId)
      else {
        await this.relink.repair(this.#connectionId)
        this.#lastRepairAt = this.#time.now
      }
      this.conduct.asks(await this.#store.problems.repairs(20))
      if (await this.#needsPerson()) return
    }
  }

  #lastRepairAt = 0

  /** Does one act of a person outside of Relink; it ends what it ends in this world. */
  async act(action: ActionCode): Promise<void> {
    for (const { definition } of this.#strikes) {
      if (!endingOf(definition).by.includes(action)) continue
      if (action === 'contact_bank' || action === 'contact_support') this.#ends.push({ at: this.now + ANSWER_MS, fault: definition.name })
      else if (!OF_A_LOGIN.has(definition.family) || definition.cause === 'account_not_authorized') this.bank.clear(definition.name)
    }
    if (action === 'unlock_at_bank' || action === 'contact_bank') await this.person.unlock().catch(() => undefined)
    if (action === 'enroll_at_bank' || action === 'contact_bank') await this.person.enableAccess().catch(() => undefined)
    if (action === 'act_at_bank_site' || action === 'reconnect') await this.#visitSite()
    if (action === 'reconnect') await this.adoptRenumbered()
    this.#time.now += 5 * 60_000
    this.#endDue()
  }

  /** Signs in at the bank's own site and does what it asks there. */
  async #visitSite(): Promise<void> {
    const { person } = this
    const asked = await person.signIn().catch(() => null)
    if (asked === null) return
    for (const act of [() => person.readMessages(), () => person.acceptTerms(), () => person.confirmSoftware(), () => person.renewConsent()]) await act().catch(() => undefined)
    if (/password/.test(asked)) await person.changePassword(`a new password ${this.#random.between(100, 999)}`).catch(() => undefined)
  }

  /** What the status page of the bank says, if anything. */
  async announced(): Promise<boolean> {
    return (await this.person.statusLines().catch(() => [])).length > 0
  }

  /** Types the password that is right at the bank; the read that follows it. */
  async enterPassword(): Promise<boolean> {
    this.person.learnPassword(this.bank.state.logins.get(this.person.user)?.password ?? '')
    this.conduct.permit()
    const done = await this.relink.verbs.enterSecret(this.#connectionId, { username: this.person.user, password: this.person.password() })
    return done.ok
  }

  /** Answers the bank's open questions. */
  async answerAll(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      const [open] = (await this.#store.challenges.list({ connectionId: this.#connectionId, state: 'open' })).filter(({ expiresAt }) => expiresAt > this.now)
      if (open === undefined) return
      this.codes++
      const answers: Record<string, string> = {}
      try {
        for (const prompt of open.prompts) answers[prompt.id] = await this.person.answer(prompt.label)
      } catch {
        // The phone shows nothing; the question runs out.
        this.#time.now = Math.max(this.now, open.expiresAt + 1)
        await this.relink.read(this.#connectionId)
        return this.#struckOnce()
      }
      await this.relink.verbs.answer(open.id, answers)
      this.#struckOnce()
    }
  }

  #struckOnce(): void {
    for (const { definition: { name } } of this.#strikes) if (STRIKES_ONCE.has(name)) this.bank.clear(name)
  }

  /** The bank lists one new account in place of one that is gone: it goes on there. */
  async adoptRenumbered(): Promise<void> {
    const accounts = await this.#store.accounts.list({ connectionId: this.#connectionId })
    const missing = accounts.find(({ state }) => state === 'missing')
    const fresh = accounts.filter(({ state, kind, newestRowOn }) => state === 'paused' && kind === missing?.kind && newestRowOn === null)
    if (missing !== undefined && fresh.length === 1) await this.relink.verbs.adoptAccount(this.#connectionId, missing.id, fresh[0]!.id)
  }

  /** The account that ended is closed in Relink. */
  async closeFeeds(): Promise<void> {
    for (const { accountId } of await this.problems()) if (accountId !== null) await this.#store.accounts.update(accountId, { state: 'paused' })
  }

  /** True when a read works now. */
  async works(): Promise<boolean> {
    this.conduct.permit()
    const read = await this.relink.verbs.sync(this.#connectionId, 'person')
    if (read.ok && read.value.failure?.code === 'secret_withheld') {
      this.conduct.permit()
      const { loginIndex } = await this.connection()
      await this.relink.deps.vault.unlock({ connectionId: this.#connectionId, loginIndex })
      await this.relink.verbs.tryOnceMore(this.#connectionId, 'person')
    }
    await this.answerAll()
    return (await this.problems()).length === 0 && (await this.connection()).state === 'active'
  }

  async #connect(): Promise<void> {
    const form = { username: this.person.user, password: this.person.password() }
    const done = await this.relink.verbs.connect({ institutionId: 'simulated', connector: null, form, onceMore: true })
    if (done.kind !== 'connected' && done.kind !== 'challenge') throw new Error(`a healthy bank could not be connected: ${done.kind}`)
    this.#connectionId = done.connection.id
    await this.answerAll()
    this.codes = 0
  }

  #strike(): void {
    this.#brokenAt = this.now
    const login = this.bank.state.logins.get(this.person.user)!
    const asked = login.mfa
    const { user, accounts } = login.customer
    for (const { definition: { name, family, ...definition }, parameters } of this.#strikes) {
      const account = ONE_ACCOUNT.has(name) ? { account: accounts[1]!.key } : {}
      this.bank.inject({ name, parameters, ...(OF_A_LOGIN.has(family) ? { login: user } : {}), ...account })
      if (!endingOf({ name, cause: definition.cause }).passes) continue
      const hours = this.#random.between(SHORTEST_HOURS, LONGEST_HOURS)
      this.#ends.push({ at: this.now + (definition.lastsMs ?? hours * HOUR_MS), fault: name })
    }
    // The faults begin with the first look at them.
    this.bank.faults.list(this.now)
    const another = asked !== 'none' && login.mfa !== asked
    this.truths = this.#strikes.flatMap(({ definition: { cause } }) => (cause === null ? [] : cause === 'mfa_required' || cause === 'mfa_method_changed' ? [another ? 'mfa_method_changed' : 'mfa_required'] : [cause]))
  }

  #endDue(): void {
    for (const { at, fault } of this.#ends) if (at <= this.#time.now) this.bank.clear(fault)
    this.#ends = this.#ends.filter(({ at }) => at > this.#time.now)
  }

  async #nextDue(worker: 'all' | 'reads'): Promise<{ readonly kind: 'read' | 'repair'; readonly at: number }> {
    const connection = await this.connection()
    const read = { kind: 'read' as const, at: connection.state === 'active' ? (connection.nextSyncAt ?? Infinity) : Infinity }
    if (worker === 'reads') return read
    const due = (await this.#store.problems.repairs(20)).map((one) => repairDueAt(one) ?? Infinity)
    const repair = { kind: 'repair' as const, at: Math.max(Math.min(Infinity, ...due), this.#lastRepairAt + TICK_MS) }
    return read.at <= repair.at ? read : repair
  }

  /** A step of a plan or a question of the bank waits for a person. */
  async #needsPerson(): Promise<boolean> {
    const asked = (await this.#store.challenges.list({ connectionId: this.#connectionId, state: 'open' })).some(({ expiresAt }) => expiresAt > this.now)
    return asked || (await this.#store.problems.repairs(20)).some(({ plan }) => plan?.steps.find(({ state }) => state === 'now')?.who === 'person')
  }
}

type Held = ReturnType<Bank['faults']['list']>[number]

/** Whether a fault that was ordered still has an effect. */
function holds(bank: Bank, fault: Held, now: number): boolean {
  return fault.definition.holds === undefined || fault.definition.holds(fault, { bank: bank.state, now })
}
