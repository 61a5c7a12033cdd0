/**
 * One life, played: a bank that books what is bought, a Relink process on a store in memory, and a person who exports files, has the feed read,
 * answers questions truthfully and takes things back. In the end everything is brought and read once more, and judged.
 */
import { createBank, type Bank } from '../../bank/bank.ts'
import type { TruthRow } from '../../bank/ledger/row.ts'
import { openLogin, type LoginState } from '../../bank/state.ts'
import { addDays, daysBetween, type Day, type DayRange } from '../../src/domain/day.ts'
import { formatMinor } from '../../src/domain/money.ts'
import type { SyncRun } from '../../src/domain/run.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { explainTransaction } from '../../src/sync/explain.ts'
import { chance, Life, seededEntropy, type Time } from '../kernel.ts'
import type { Harms } from '../oracle.ts'
import { DAY_MS, HOUR_MS } from '../plan.ts'
import { institutionOf, startRelink, type Relink } from '../relink.ts'
import type { Ground } from '../world.ts'
import { PLACES } from '../zones.ts'
import { Judge, type Found } from './judge.ts'
import { HISTORY_DAYS, type Event, type LifePlan } from './plan.ts'
import { exportFile, type Books } from './programs.ts'
import { ACCOUNTS, HOLDER, shop, STRANGER } from './purchases.ts'

export type LifeOutcome = {
  readonly plan: LifePlan
  readonly harms: Harms
  /** See the judge's verdict. */
  readonly swapped: number
  /** Rows that some source showed as booked. */
  readonly rows: number
  readonly questions: number
  readonly spanDays: number
  readonly provedDays: number
  /** What else was wrong, in words: a right file refused, a recompute that comes out otherwise. */
  readonly notes: readonly string[]
  /** What was done, a line for each event, and why each row that is wrong stands as it does. */
  readonly trace: readonly string[]
}

/** In the end nothing is bought for so long that all holds are booked. */
const CALM_DAYS = 8
const PARTNER = { ...HOLDER, user: 'tom', password: 'secret of tom' }
const MOST_ROUNDS = 20
const NOTHING_ASKED = 'nothing is asked'

export async function live(plan: LifePlan, ground: Ground): Promise<LifeOutcome> {
  const played = new PlayedLife(plan, ground, await ground.newTenant())
  return played.live()
}

class PlayedLife {
  readonly #plan: LifePlan
  readonly #time: Time
  readonly #bank: Bank
  readonly #relink: Relink
  readonly #store: TenantStore
  readonly #judge: Judge
  readonly #trace: string[] = []
  readonly #notes: string[] = []
  readonly #connections = new Map<string, string>()
  /** The last day that each program exported. */
  readonly #exportedTo = new Map<number, Day>()
  #files = 0
  #wrongRun: string | null = null
  #readAt: number | null = null

  constructor(plan: LifePlan, ground: Ground, store: TenantStore) {
    this.#plan = plan
    this.#store = store
    this.#time = { now: plan.startsAt - HISTORY_DAYS * DAY_MS, skewMs: 0 }
    const place = PLACES[0]!
    this.#bank = createBank({ clock: { now: () => this.#time.now }, seed: plan.seed, historyDays: 1, customers: [HOLDER, STRANGER], zone: place.zone })
    // The partner's login shows the same books under ids of its own.
    const partner: LoginState = openLogin(PARTNER, this.#bank.state.logins.get(HOLDER.user)!.ledger)
    for (const account of partner.accounts) account.idEpoch = 9
    ;(this.#bank.state.logins as Map<string, LoginState>).set(PARTNER.user, partner)
    this.#judge = new Judge(() => this.#rows())
    const network = { bank: this.#bank, time: this.#time, random: chance(plan.seed, 'network'), heard: () => undefined }
    const institution = institutionOf({ place, settings: { profile: false, version: '220' }, hoursBetweenReads: 1 })
    this.#relink = startRelink({ life: new Life(), network, store, entropy: seededEntropy(plan.seed), institution, connectors: ground.connectors, ...(ground.plant === undefined ? {} : { plant: ground.plant }) })
  }

  async live(): Promise<LifeOutcome> {
    const { events, days, startsAt } = this.#plan
    for (let before = HISTORY_DAYS; before > 0; before--) this.#buy()
    const left = [...events]
    for (let on = 0; on < days; on++) {
      this.#buy()
      for (; left[0]?.on === on; left.shift()) {
        this.#time.now = Math.max(this.#time.now + 1_000, startsAt + on * DAY_MS + left[0].minute * 60_000)
        await this.#play(left[0])
      }
      this.#time.now = Math.max(this.#time.now, startsAt + (on + 1) * DAY_MS)
    }
    await this.#calm()
    return this.#judged()
  }

  /** What is paid on this day; the morning of the next one comes. */
  #buy(): void {
    const morning = this.#time.now
    this.#time.now = this.#bank.state.zone.startOf(this.#bank.state.zone.dayOf(morning + 12 * HOUR_MS)) + 8 * HOUR_MS
    for (const account of Object.values(ACCOUNTS)) shop(this.#bank, account, this.#plan)
    if (morning < this.#plan.startsAt) this.#time.now = morning + DAY_MS
  }

  #rows(): readonly TruthRow[] {
    return this.#bank.find(ACCOUNTS.main).login.ledger.rows(ACCOUNTS.main, this.#time.now)
  }

  async #play(event: Event): Promise<void> {
    const { what, program } = event
    const done = await this.#do(event)
    if (done !== NOTHING_ASKED) this.#trace.push(`day ${event.on}, ${what}${what === 'export' || what === 'wrong_file' ? ` of program ${program}` : ''}: ${done}`)
  }

  async #do({ what, program, draw }: Event): Promise<string> {
    const { verbs } = this.#relink
    const id = this.#connections.get(HOLDER.user)
    switch (what) {
      case 'read': return this.#read(HOLDER.user)
      case 'read_other': return this.#read(PARTNER.user)
      case 'export': return this.#export(program)
      case 'wrong_file': return this.#bringWrong(program)
      case 'wrong_back': return this.#wrongRun === null ? 'there is none' : this.#undo(this.#wrongRun)
      case 'review': return this.#review()
      case 'undo': case 'redo': return this.#undoSome(what, draw)
      case 'off': return id === undefined ? 'no feed' : toldOf(await verbs.disable(id))
      case 'on': return id === undefined ? 'no feed' : toldOf(await verbs.enable(id))
      case 'reconnect': return this.#reconnect()
      case 'recompute': return this.#recompute()
    }
  }

  async #read(user: string): Promise<string> {
    const { verbs } = this.#relink
    const id = this.#connections.get(user)
    if (id === undefined) {
      const login = this.#bank.state.logins.get(user)!
      const done = await verbs.connect({ institutionId: 'simulated', connector: null, form: { username: user, password: login.password }, onceMore: true })
      if (done.kind !== 'connected') return `not connected: ${done.kind}`
      this.#connections.set(user, done.connection.id)
      if (done.connection.readPlan?.awaitsChoice === true) return this.#choose(done.connection.id)
      this.#readAt = this.#time.now
      return 'connected'
    }
    const done = await verbs.sync(id, 'person')
    if (!done.ok) return done.failure.message
    if (done.value.outcome === 'succeeded') this.#readAt = this.#time.now
    return this.#told(done.value)
  }

  /** Asked into which account of the books the bank's goes, they know. */
  async #choose(connectionId: string): Promise<string> {
    const accounts = await this.#store.accounts.list()
    const [listed] = accounts.filter(({ state }) => state === 'paused')
    const [books] = accounts.filter(({ rows }) => rows > 0)
    const done = await this.#relink.verbs.chooseAccounts(connectionId, [{ accountId: listed!.id, into: books?.id ?? null, startOn: null }])
    if (!done.ok) return done.failure.message
    this.#readAt = this.#time.now
    return `connected, asked which account it is; ${this.#told(done.value)}`
  }

  #told({ outcome, accounts }: SyncRun): string {
    return `${outcome}; ${accounts.map(({ added, matched, changed, withdrawn, questions }) => `${added} added, ${matched} matched, ${changed} changed, ${withdrawn} withdrawn, ${questions} questions`).join('; ')}`
  }

  async #export(at: number): Promise<string> {
    const program = this.#plan.programs[at]!
    const to = this.#bank.state.zone.dayOf(this.#time.now)
    const last = this.#exportedTo.get(at)
    const days: DayRange = { from: last === undefined ? addDays(to, -Math.max(program.every, 7)) : addDays(last, 1 - program.overlap), to }
    if (days.from > to) return 'nothing to export'
    this.#exportedTo.set(at, to)
    return this.#bring(at, days, this.#booksOf(ACCOUNTS.main), true)
  }

  #booksOf(key: string): Books {
    const { login, account } = this.#bank.find(key)
    const { now } = this.#time
    return { rows: login.ledger.rows(key, now), now, number: account.number, balanceBefore: (day) => login.ledger.balanceOn(key, addDays(day, -1), now) }
  }

  /** A file of somebody else, brought into the account by mistake. */
  async #bringWrong(at: number): Promise<string> {
    const to = this.#bank.state.zone.dayOf(this.#time.now)
    if ((await this.#store.accounts.list()).length === 0) return 'there is no account yet'
    // It is told by its words and days as one of the account; its number would refuse it.
    return this.#bring(at, { from: addDays(to, -10), to }, { ...this.#booksOf(ACCOUNTS.other), number: this.#bank.find(ACCOUNTS.main).account.number }, false)
  }

  async #bring(at: number, days: DayRange, books: Books, isRight: boolean): Promise<string> {
    const program = this.#plan.programs[at]!
    const { bytes, lines } = await exportFile(program, books, days)
    if (lines.length === 0) return 'no rows on these days'
    const fileName = `${this.#files++}-${program.format}-${at}${isRight ? '' : '-wrong'}.${program.format === 'mt940' ? 'sta' : program.format === 'camt' ? 'xml' : program.format}`
    this.#judge.files.set(fileName, { lines, isRight })
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes
    }
    const [account] = await this.#store.accounts.list()
    const done = await this.#relink.verbs.importFile({ fileName, open, accountId: account?.id ?? null, currency: 'USD', onProgress: null })
    const held = lines.filter((line) => line.held).length
    const file = `${fileName}, ${lines.length} rows${held === 0 ? '' : ` (${held} held)`} of ${days.from} to ${days.to}`
    if (done.failure !== null) {
      if (isRight) this.#notes.push(`${file} was refused: ${done.failure.message}`)
      this.#judge.files.delete(fileName)
      return `${file}, refused: ${done.failure.message}`
    }
    if (!isRight) this.#wrongRun = (await this.#store.runs.list({ limit: 1 }))[0]?.id ?? null
    return `${file}: ${done.added} added, ${done.matched} matched, ${done.questions} questions`
  }

  /** Answers all that is asked. */
  async #review(): Promise<string> {
    const { feed } = this.#store
    let answered = 0
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const [question] = await feed.questions({ open: true })
      if (question === undefined) break
      this.#judge.now = this.#time.now
      const answer = await this.#judge.answer(this.#store, question)
      const [one, other] = await Promise.all([question.transactionId, question.otherTransactionId].map(async (id) => (id === null ? null : feed.transaction(id))))
      this.#trace.push(`  ${question.kind}: ${[one, other].flatMap((row) => (row == null ? [] : [`${row.postedOn} ${formatMinor(row.amount, 2)} ${row.name}`])).join(' and ')}: ${answer}`)
      await feed.answerQuestion(question.id, answer, (this.#time.now += 1_000))
      answered++
    }
    return answered === 0 ? NOTHING_ASKED : `${answered} answered`
  }

  /** Takes back a recent run, or brings back one that was taken back. */
  async #undoSome(what: 'undo' | 'redo', draw: number): Promise<string> {
    const runs = (await this.#store.runs.list({ limit: 12 })).filter(({ trigger }) => (what === 'redo') === (trigger === 'undo') && trigger !== 'recompute')
    const run = runs[Math.floor(draw * draw * runs.length)]
    return run === undefined ? 'there is none' : this.#undo(run.id)
  }

  async #undo(runId: string): Promise<string> {
    const run = await this.#store.runs.get(runId)
    return `${run?.trigger} ${run?.label ?? ''} of ${new Date(run?.startedAt ?? 0).toISOString().slice(0, 10)}: ${toldOf(await this.#relink.verbs.undo(runId))}`
  }

  /** The bank is signed in to anew, beside the old sign-in, and takes its place. */
  async #reconnect(): Promise<string> {
    const id = this.#connections.get(HOLDER.user)
    if (id === undefined) return 'no feed'
    const { verbs } = this.#relink
    const done = await verbs.previewReconnect(id, { institutionId: 'simulated', connector: null, form: { username: HOLDER.user, password: HOLDER.password }, onceMore: true })
    if (done.kind !== 'preview') return done.kind
    const switched = await verbs.switchPreview(done.preview.id)
    if (!switched.ok) return `${switched.failure.message} (${toldOf(await verbs.cancelPreview(done.preview.id))})`
    this.#connections.set(HOLDER.user, done.preview.shadowId)
    return 'switched'
  }

  async #recompute(): Promise<string> {
    const [account] = await this.#store.accounts.list()
    return account === undefined ? 'no account' : toldOf(await this.#relink.verbs.recompute(account.id, true))
  }

  /** All holds are booked, a wrong file is taken back, everything is brought and read once more. */
  async #calm(): Promise<void> {
    const last = { on: this.#plan.days + CALM_DAYS, minute: 0, draw: 0, program: 0 }
    this.#time.now += CALM_DAYS * DAY_MS
    const users = [...this.#connections.keys()]
    const [whole, partner] = [users.includes(HOLDER.user), users.includes(PARTNER.user)]
    if (this.#wrongRun !== null) await this.#play({ ...last, what: 'wrong_back' })
    if (whole) await this.#play({ ...last, what: 'on' })
    for (const what of ['review', ...(whole ? ['read'] : []), ...(partner ? ['read_other'] : []), 'review'] as const) await this.#play({ ...last, what: what as Event['what'] })
    for (const program of this.#exportedTo.keys()) await this.#play({ ...last, what: 'export', program })
    this.#time.now += DAY_MS
    for (const what of ['review', ...(whole ? ['read'] : []), ...(partner ? ['read_other'] : []), 'review'] as const) await this.#play({ ...last, what: what as Event['what'] })
  }

  async #judged(): Promise<LifeOutcome> {
    const { harms, swapped, found, owed } = await this.#judge.verdict(this.#store, this.#feedShowed())
    const [account, ...more] = (await this.#store.accounts.list()).filter(({ state }) => state !== 'closed')
    if (more.length > 0) this.#notes.push('the account is there more than once')
    const questions = [...(await this.#store.feed.questions({ open: true })), ...(await this.#store.feed.questions({ open: false }))].length
    for (const one of found) this.#trace.push(...(await this.#tellOf(one)))
    const spans = await this.#spans()
    if (account !== undefined) await this.#recomputeAtLast(account.id, harms)
    return { plan: this.#plan, harms, swapped, rows: owed, questions, ...spans, notes: this.#notes, trace: this.#trace }
  }

  /** A recompute of what stands in the end: it should change nothing; where it does, it may make no row wrong, nor find more the second time. */
  async #recomputeAtLast(accountId: string, before: Harms): Promise<void> {
    const { verbs } = this.#relink
    const done = await verbs.recompute(accountId, true)
    if (!done.ok || done.value.rows.length === 0) return
    const { counts, rows } = done.value
    this.#notes.push(`a recompute comes out otherwise (${Object.entries(counts).filter(([what, count]) => what !== 'same' && count > 0).map(([what, count]) => `${what} ${count}`).join(', ')})`)
    this.#trace.push(...rows.map(({ kind, before, after }) => `recomputed, ${kind}: ${[before, after].flatMap((row) => (row === null ? [] : [`${row.postedOn} ${formatMinor(row.amount, 2)} ${row.name} ${row.status}`])).join(' to ')}`))
    await this.#review()
    const { harms } = await this.#judge.verdict(this.#store, this.#feedShowed())
    const worse = (Object.keys(harms) as (keyof Harms)[]).filter((harm) => harms[harm] > before[harm])
    if (worse.length > 0) this.#notes.push(`the recompute makes rows wrong (${worse.map((harm) => `${harm} ${before[harm]} to ${harms[harm]}`).join(', ')})`)
    const again = await verbs.recompute(accountId, false)
    if (again.ok && again.value.rows.length > 0) this.#notes.push(`a second recompute comes out otherwise (${again.value.rows.length})`)
  }

  /** Days between stated balances, by each source that states them, and those of them that are proved. */
  async #spans(): Promise<Pick<LifeOutcome, 'spanDays' | 'provedDays'>> {
    let [spanDays, provedDays] = [0, 0]
    for (const { id } of await this.#store.accounts.list()) {
      for (const { from, to, status } of await this.#store.feed.spans(id)) {
        spanDays += daysBetween(from, to)
        if (status === 'proved') provedDays += daysBetween(from, to)
      }
    }
    return { spanDays, provedDays }
  }

  #feedShowed(): readonly TruthRow[] {
    const at = this.#readAt
    return at === null ? [] : this.#rows().filter(({ postedAt }) => postedAt !== null && postedAt <= at)
  }

  async #tellOf({ harm, row, transactionId, beside }: Found): Promise<readonly string[]> {
    const truth = row === null ? 'no row of the account' : `bought ${row.authorisedOn}, booked ${row.bookedOn} ${formatMinor(row.minor, 2)} ${row.name}${row.pendingMinor === row.minor ? '' : ` (held as ${formatMinor(row.pendingMinor, 2)})`}`
    const told = await Promise.all([...(transactionId === null ? [] : [transactionId]), ...beside].map((id, at) => this.#explained(at === 0 ? '  stands as' : '  beside', id)))
    return [`${harm}: ${truth}`, ...told.flat()]
  }

  async #explained(as: string, transactionId: string): Promise<readonly string[]> {
    const explained = await explainTransaction(this.#store, transactionId)
    if (explained === null) return []
    const { transaction, reports, changes } = explained
    return [
      `${as} ${transaction.postedOn} ${formatMinor(transaction.amount, 2)} ${transaction.name}`,
      ...reports.map(({ observation, source, tier, undone }) => `    ${source}: ${observation.postedOn} ${formatMinor(observation.amount, 2)} ${observation.name} ${observation.memo ?? ''} ${observation.providerId ?? ''} ${observation.status}, ${tier}${undone ? ', taken back' : ''}`),
      ...changes.map(({ reason, changes: fields }) => `    ${reason} ${JSON.stringify(fields)}`),
    ]
  }
}

function toldOf(done: { readonly ok: true } | { readonly ok: false; readonly failure: { readonly message: string } }): string {
  return done.ok ? 'done' : done.failure.message
}
