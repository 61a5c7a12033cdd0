/**
 * The person of the simulated world. Looks in now and then, answers the bank's questions, does what a
 * repair asks at the bank's web site or in Relink, and answers the review list by what really
 * happened. Acts on what Relink says, never on knowledge of the fault; a password that was changed at
 * the bank is known, because it was this person who changed it.
 */
import { AT_SITE } from '../bank/at-site.ts'
import type { Bank } from '../bank/bank.ts'
import { createPerson, type Person as AtBank } from '../bank/person.ts'
import type { Random } from '../bank/random.ts'
import { sendInMemory } from '../bank/send.ts'
import type { CauseCode } from '../src/domain/cause.ts'
import type { Challenge } from '../src/domain/connection.ts'
import type { RepairStep } from '../src/domain/repair.ts'
import type { Question } from '../src/domain/transaction.ts'
import { isPermission } from '../src/repair/steps.ts'
import { switchAccount } from '../src/sync/connect.ts'
import type { Conduct } from './conduct.ts'
import type { Relink } from './relink.ts'
import type { Act, Plan } from './plan.ts'

/** What really happened, for the review list. */
export type Knows = (question: Question) => NonNullable<Question['answer']>

const MOST_TURNS = 12
const RENTED_MS = 20 * 86_400_000

export class Person {
  readonly #atBank: AtBank
  readonly #bank: Bank
  readonly #plan: Plan
  readonly #random: Random
  readonly #knows: Knows
  readonly #conduct: Pick<Conduct, 'permit' | 'saysUnlocked'>
  connectionId: string | null = null
  /** What this person decided of single rows: the categories that may stand, by transaction. */
  readonly decided = new Map<string, readonly (string | null)[]>()
  /** Rows that this person deleted. */
  readonly deleted = new Set<string>()
  /** How often this person went beyond what Relink asked for. */
  insisted = 0

  constructor(plan: Plan, bank: Bank, random: Random, knows: Knows, conduct: Pick<Conduct, 'permit' | 'saysUnlocked'>) {
    this.#plan = plan
    this.#bank = bank
    this.#random = random
    this.#knows = knows
    this.#conduct = conduct
    this.#atBank = createPerson({ user: plan.customer.user, password: plan.customer.password, send: sendInMemory(bank) })
  }

  /** One look at Relink: connects where that was not done yet, goes through what is broken, and answers what is asked. */
  async visit(relink: Relink, calm: boolean): Promise<void> {
    this.#atBank.learnPassword(this.#bank.state.logins.get(this.#atBank.user)?.password ?? '')
    const connectionId = this.connectionId ?? (await this.#connect(relink))
    if (connectionId === null) return
    await this.#mendAll(relink, connectionId)
    if (calm || this.#random.chance(0.2)) await this.#insist(relink, connectionId)
    if (calm) await this.#switchOn(relink, connectionId)
    else await this.#decide(relink, connectionId)
    await this.review(relink)
  }

  /** Something beside looking in. */
  async act(relink: Relink, act: Act['act']): Promise<void> {
    const { store, verbs } = relink
    if (this.connectionId === null) return
    if (act === 'link_anew') {
      await verbs.remove(this.connectionId)
      this.connectionId = null
      await this.visit(relink, false)
      return
    }
    const [account] = await store.accounts.list({ connectionId: this.connectionId })
    if (account === undefined) return
    const { key, number } = this.#bank.state.logins.get(this.#atBank.user)!.accounts[0]!.spec
    if (act === 'pay_twice') {
      for (let time = 0; time < 2; time++) this.#bank.book(key, { minor: -4_50n, name: 'TWICE THE SAME', kind: 'OTHER' })
    } else if (act === 'rent_car') {
      this.#bank.book(key, { minor: -240_00n, name: 'CITY CAR RENTAL', pendingForMs: RENTED_MS })
    } else if (act === 'bring_file') {
      const text = await this.#atBank.download(number, 'ofx')
      const open = async function* () {
        yield Buffer.from(text, 'latin1')
      }
      const { failure } = await verbs.importFile({ fileName: 'from-the-site.ofx', open, accountId: null, onProgress: null })
      if (failure !== null) throw new Error(`the bank's own file was refused: ${failure.message}`)
    } else {
      const { rows } = await store.feed.transactions({ accountId: account.id, states: ['posted'], limit: 20 })
      if (rows.length === 0) return
      const { id } = this.#random.pick(rows)
      await store.feed.decide(id, { deleted: true }, relink.deps.clock.now())
      this.deleted.add(id)
    }
  }

  /** Answers the review list. */
  async review({ store }: Relink): Promise<void> {
    for (const question of await store.feed.questions({ open: true })) await store.feed.answerQuestion(question.id, this.#knows(question), question.askedAt + 1)
  }

  async #mendAll(relink: Relink, connectionId: string): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn++) if (!(await this.#mend(relink, connectionId))) return
  }

  /** What people do when nothing else helps: go through all of the bank's web site, type the password again, and ask to send it all the same. */
  async #insist(relink: Relink, connectionId: string): Promise<void> {
    const { store, verbs } = relink
    if ((await store.problems.list({ connectionId, open: true, limit: 1 })).length === 0) return
    this.insisted++
    for (const act of Object.values(AT_SITE)) await act(this.#atBank, this.#newPassword).catch(() => undefined)
    const read = await verbs.enterSecret(connectionId, { username: this.#atBank.user, password: this.#atBank.password() })
    if (!read.ok && read.failure.code === 'secret_withheld') {
      this.#conduct.permit()
      await verbs.tryOnceMore(connectionId, 'person')
    }
    await this.#mendAll(relink, connectionId)
  }

  async #connect(relink: Relink): Promise<string | null> {
    const form = { username: this.#atBank.user, password: this.#atBank.password() }
    this.#conduct.permit()
    const done = await relink.verbs.connect({ institutionId: 'simulated', connector: null, form, onceMore: true })
    if (done.kind === 'invalid') throw new Error(done.message)
    if (done.kind === 'connected' || done.kind === 'challenge') this.connectionId = done.connection.id
    if (done.kind === 'exists') {
      // An attempt that died has left it behind, perhaps without its secret: it is typed there.
      await relink.verbs.enterSecret(done.connectionId, form)
      this.connectionId = done.connectionId
    }
    return this.connectionId
  }

  /** One turn; false when there is nothing more that this person can do now. */
  async #mend(relink: Relink, connectionId: string): Promise<boolean> {
    const { store, verbs } = relink
    const [challenge] = await store.challenges.list({ connectionId, state: 'open' })
    if (challenge !== undefined && challenge.expiresAt > relink.deps.clock.now()) return this.#answer(relink, challenge)
    await this.#adoptRenumbered(relink, connectionId)
    const [problem] = await store.problems.list({ connectionId, open: true, limit: 1 })
    if (problem === undefined) return this.#begin(relink, connectionId)
    const advanced = await verbs.repair(connectionId, null)
    const plan = advanced.ok ? advanced.value : null
    const step = plan?.steps.find(({ state }) => state === 'now')
    if (plan === null || step === undefined || plan.state !== 'open' || step.who !== 'person') return false
    return this.#doStep(relink, connectionId, plan.cause, step)
  }

  /** A connection whose first sign-in was never proved, or that no schedule will read, is read by hand. */
  async #begin(relink: Relink, connectionId: string): Promise<boolean> {
    const connection = await relink.store.connections.get(connectionId)
    if (connection?.state === 'disabled') await relink.verbs.enable(connectionId)
    const stuck = connection === null || connection.lastSuccessAt === null || connection.nextSyncAt === null
    if (!stuck) return false
    if (connection?.state === 'removed') {
      this.connectionId = null
      return (await this.#connect(relink)) !== null
    }
    let read = await relink.verbs.sync(connectionId, 'person')
    if (read.ok && read.value.failure?.code === 'secret_withheld') {
      // Relink died in the first sign-in: nothing of it is a problem yet, and the page offers to send the password once more.
      this.#conduct.permit()
      read = await relink.verbs.tryOnceMore(connectionId, 'person')
    }
    return read.ok && read.value.outcome === 'suspended'
  }

  async #answer({ verbs }: Relink, challenge: Challenge): Promise<boolean> {
    const answers: Record<string, string> = {}
    try {
      for (const prompt of challenge.prompts) answers[prompt.id] = await this.#atBank.answer(prompt.label)
    } catch {
      return false // The phone shows nothing, or the web site lets nobody in.
    }
    return (await verbs.answer(challenge.id, answers)).ok
  }

  async #doStep(relink: Relink, connectionId: string, cause: CauseCode, step: RepairStep): Promise<boolean> {
    if (step.kind === 'credentials') return this.#enterPassword(relink, connectionId, step)
    // Where the web site has nothing to do, there was nothing to do.
    if (!isPermission(step) && cause !== 'unknown') await AT_SITE[cause]?.(this.#atBank, this.#newPassword).catch(() => undefined)
    if (isPermission(step)) this.#conduct.permit()
    if (step.action === 'unlock_at_bank') this.#conduct.saysUnlocked()
    return (await relink.verbs.repair(connectionId, { stepId: step.id, did: 'done' })).ok
  }

  readonly #newPassword = (): string => `a new password ${this.#random.between(100, 999)}`

  async #enterPassword({ verbs }: Relink, connectionId: string, step: RepairStep): Promise<boolean> {
    const right = this.#atBank.password()
    const password = this.#plan.typos && this.#random.chance(0.3) ? `${right} ` : right
    const done = await verbs.enterSecret(connectionId, { username: this.#atBank.user, password })
    if (done.ok) return true
    return (await verbs.repair(connectionId, { stepId: step.id, did: 'cannot' })).ok
  }

  /** An account with a new number: one is missing and one of its kind is new and empty, so it goes on there. */
  async #adoptRenumbered({ store, verbs }: Relink, connectionId: string): Promise<void> {
    const accounts = await store.accounts.list({ connectionId })
    const missing = accounts.find(({ state }) => state === 'missing')
    if (missing === undefined) return
    const fresh = accounts.filter(({ state, kind, newestRowOn }) => state === 'paused' && kind === missing.kind && newestRowOn === null)
    if (fresh.length === 1) await verbs.adoptAccount(connectionId, missing.id, fresh[0]!.id)
  }

  /** In calm times what was paused is switched on, and all is read. */
  async #switchOn(relink: Relink, connectionId: string): Promise<void> {
    const sources = await relink.store.accounts.sources({ connectionId })
    for (const { id, state, newestRowOn } of await relink.store.accounts.list({ connectionId })) {
      const own = sources.find((source) => source.accountId === id)
      // One that is new and was never read may yet turn out to continue another.
      if (state === 'paused' && (own?.state === 'active' || newestRowOn !== null)) await switchAccount(relink.deps, id, 'open')
    }
    await relink.verbs.sync(connectionId, 'person')
    await this.#mendAll(relink, connectionId)
  }

  /** Puts a category on some row, and sometimes switches the feed off and on. */
  async #decide({ store, verbs, deps }: Relink, connectionId: string): Promise<void> {
    if (this.#random.chance(0.05)) {
      await verbs.disable(connectionId)
      await verbs.enable(connectionId)
    }
    const account = this.#random.pick([...(await store.accounts.list({ connectionId })), null])
    if (account === null) return
    const { rows } = await store.feed.transactions({ accountId: account.id, states: ['posted', 'pending'], limit: 20 })
    if (rows.length === 0) return
    const row = this.#random.pick(rows)
    const category = `category ${this.decided.size}`
    // Until it is acknowledged nobody knows which of the two is stored.
    this.decided.set(row.id, [...(this.decided.get(row.id) ?? [row.decisions.category]), category])
    await store.feed.decide(row.id, { category }, deps.clock.now())
    this.decided.set(row.id, [category])
  }
}
