/**
 * One seed, played: a bank, a host with its clock, a Relink process that may die at any port call and
 * is started again on the same store, and a person who looks in. First the faults strike and safety is
 * judged at each step; then they stop, and the feed must become the bank's truth within bounded time.
 */
import { createBank, type Bank } from '../bank/bank.ts'
import { addDays, daysBetween, joinRanges, type DayRange } from '../src/domain/day.ts'
import type { Connection } from '../src/domain/connection.ts'
import { spannedDays } from '../src/domain/run.ts'
import type { Connector } from '../src/connector-kit/connector.ts'
import { repairDueAt } from '../src/repair/due.ts'
import type { Entropy } from '../src/ports/entropy.ts'
import type { TenantStore } from '../src/ports/store.ts'
import { overlap } from '../src/sync/coverage.ts'
import { Conduct } from './conduct.ts'
import type { Random } from '../bank/random.ts'
import { chance, Killed, Life, paceOf, seededEntropy, type Time } from './kernel.ts'
import type { Network } from './network.ts'
import { HARMS, Oracle, type Harms } from './oracle.ts'
import { Person } from './person.ts'
import { DAY_MS, HOUR_MS, type Plan } from './plan.ts'
import type { Plant } from './plant.ts'
import { institutionOf, startRelink, type Relink } from './relink.ts'
import { standingIn } from './zones.ts'

/** What a seed is played on. */
export type Ground = { readonly connectors: ReadonlyMap<string, Connector>; /** An empty tenant. */ readonly newTenant: () => Promise<TenantStore>; /** Wrong parts in place of the real ones. */ readonly plant?: Plant }

export type Outcome = {
  readonly plan: Plan
  readonly harms: Harms
  /** What was wrong, in words, the first twenty; empty when all was well. */
  readonly notes: readonly string[]
  readonly booked: number
  readonly fed: number
  readonly questions: number
  readonly coveredDays: number
  readonly provedDays: number
  readonly reads: number
  readonly crashes: number
  /** How often the person went beyond what Relink asked for. */
  readonly insisted: number
  /** How often a secret that the bank had refused was sent again unasked, and the password asked for while the bank was down. */
  readonly secretsResent: number
  readonly askedWhileDown: number
}

/** Within this many days without faults the feed must be whole. */
const CALM_DAYS = 14
const CALM_VISIT_MS = 12 * HOUR_MS
/** How often the worker looks for what is due. */
const TICK_MS = 5_000

type Due = { readonly kind: 'read' | 'repair'; readonly at: number }
const NOTHING_DUE: Due = { kind: 'read', at: Infinity }

export async function play(plan: Plan, ground: Ground): Promise<Outcome> {
  const world = new World(plan, ground, await ground.newTenant())
  return standingIn(plan.hostZone, async () => {
    await world.live()
    return world.settle()
  })
}

class World {
  readonly #plan: Plan
  readonly #ground: Ground
  readonly #time: Time
  readonly #bank: Bank
  readonly #network: Network
  readonly #entropy: Entropy
  readonly #oracle: Oracle
  readonly #conduct: Conduct
  readonly #person: Person
  /** The store itself, and as the oracle watches it. */
  readonly #disk: TenantStore
  readonly #watched: TenantStore
  /** The worker processes; the person has the first. */
  readonly #relinks: Relink[]
  /** Who does what, where there are two. */
  readonly #turns: Random
  #crashes = 0
  #reads = 0
  #lastRepairAt = 0
  #lastReadAt = 0

  constructor(plan: Plan, ground: Ground, disk: TenantStore) {
    this.#plan = plan
    this.#ground = ground
    this.#time = { now: plan.startsAt, skewMs: 0 }
    this.#bank = createBank({ clock: { now: () => this.#time.now }, seed: plan.seed, historyDays: plan.historyDays, customers: [plan.customer], zone: plan.place.zone, listsPending: plan.listsPending })
    for (const order of plan.faults) this.#bank.inject(order)
    this.#network = { bank: this.#bank, time: this.#time, random: chance(plan.seed, 'network'), heard: (answered, body) => this.#conduct.heard(answered, body) }
    this.#entropy = seededEntropy(plan.seed)
    this.#oracle = new Oracle(this.#bank)
    this.#conduct = new Conduct(this.#bank)
    this.#disk = disk
    this.#watched = this.#oracle.watch(disk)
    this.#person = new Person(plan, this.#bank, chance(plan.seed, 'person'), this.#oracle.knows, this.#conduct)
    this.#turns = chance(plan.seed, 'turns')
    this.#relinks = Array.from({ length: plan.workers }, () => this.#start())
  }

  /** The days in which faults strike. */
  async live(): Promise<void> {
    const { startsAt, days, crashes, steps, acts, visitHours } = this.#plan
    const end = startsAt + days * DAY_MS
    const visits = chance(this.#plan.seed, 'visits')
    const [nextSteps, nextCrashes, nextActs] = [[...steps], [...crashes], [...acts]]
    let visitAt = startsAt
    for (;;) {
      const due = await this.#due()
      const at = Math.max(this.#time.now, Math.ceil(Math.min(due.at, visitAt, startsAt + (nextSteps[0]?.atMs ?? Infinity), startsAt + (nextActs[0]?.atMs ?? Infinity))))
      if (at >= end) break
      this.#time.now = at
      for (const { skewMs } of takeDue(nextSteps, at - startsAt)) this.#time.skewMs = skewMs
      for (const { calls, phase } of takeDue(nextCrashes, at - startsAt)) this.#turns.pick(this.#relinks).life.doom(calls, phase)
      for (const { act } of takeDue(nextActs, at - startsAt)) await this.#survive((relink) => this.#person.act(relink, act))
      if (visitAt <= at) {
        await this.#survive((relink) => this.#person.visit(relink, false))
        visitAt = Math.max(at, this.#time.now) + Math.round(visitHours * HOUR_MS * (0.5 + visits.next()))
      } else if (Math.ceil(due.at) <= at) await this.#work(due)
      await this.#oracle.step(this.#disk)
    }
    this.#time.now = Math.max(this.#time.now, end)
  }

  /** Faults stop; the feed must become the truth. */
  async settle(): Promise<Outcome> {
    this.#bank.clear()
    this.#time.skewMs = 0
    for (const { life } of this.#relinks) life.spare()
    const notes: string[] = []
    let judged: Awaited<ReturnType<Oracle['end']>> | null = null
    let whole = false
    for (const until = this.#time.now + CALM_DAYS * DAY_MS; this.#time.now < until && !whole; this.#time.now += CALM_VISIT_MS) {
      this.#lastReadAt = this.#time.now
      await this.#survive((relink) => this.#person.visit(relink, true))
      await this.#oracle.step(this.#disk)
      judged = await this.#oracle.end(this.#disk, this.#lastReadAt)
      whole = judged.notes.length === 0 && HARMS.every((harm) => judged!.harms[harm] === 0) && (await this.#isQuiet())
    }
    if (!whole) notes.push(...(judged?.notes ?? []).map((note) => `in the end: ${note}`), ...(await this.#whatIsLeft()))
    const harms = Object.fromEntries(HARMS.map((harm) => [harm, Math.max(this.#oracle.worst[harm], judged?.harms[harm] ?? 0)])) as Harms
    return {
      plan: this.#plan, harms, notes: [...this.#oracle.notes, ...this.#conduct.notes, ...notes, ...(await this.#lostDecisions())], booked: judged?.booked ?? 0, fed: judged?.fed ?? 0, questions: this.#oracle.asked,
      ...(await this.#proof()), reads: this.#reads, crashes: this.#crashes, insisted: this.#person.insisted, secretsResent: this.#conduct.secretsResent, askedWhileDown: this.#conduct.askedWhileDown,
    }
  }

  #start(): Relink {
    const life = new Life(this.#plan.workers === 1 ? null : paceOf(this.#turns))
    return startRelink({
      life, network: this.#network, store: this.#conduct.watch(this.#watched, life), entropy: this.#entropy, institution: institutionOf(this.#plan), connectors: this.#ground.connectors,
      ...(this.#ground.plant === undefined ? {} : { plant: this.#ground.plant }),
    })
  }

  /** What the worker has to do next, and when in true time; as the worker, it looks every few seconds. */
  async #due(): Promise<Due> {
    const connection = await this.#connection()
    if (connection === null || connection.state === 'disabled') return NOTHING_DUE
    const readAt = (connection.nextSyncAt ?? Infinity) - this.#time.skewMs
    const repairs = await this.#disk.problems.repairs(20)
    this.#conduct.asks(repairs)
    const repairAt = Math.max(Math.min(...repairs.map((one) => repairDueAt(one) ?? Infinity)) - this.#time.skewMs, this.#lastRepairAt + TICK_MS)
    return readAt <= repairAt ? { kind: 'read', at: readAt } : { kind: 'repair', at: repairAt }
  }

  /** What is connected, or being so: a process may have died before the person heard of it. */
  async #connection(): Promise<Connection | null> {
    return (await this.#disk.connections.list()).find(({ state }) => state !== 'removed') ?? null
  }

  async #work({ kind }: Due): Promise<void> {
    if (kind === 'repair') this.#lastRepairAt = this.#time.now
    else this.#reads++
    const { id } = (await this.#connection())!
    const other: Due['kind'] = kind === 'repair' ? 'read' : 'repair'
    await this.#survive(...this.#relinks.map((_, at) => (relink: Relink) => ((at === 0 || this.#turns.chance(0.5) ? kind : other) === 'repair' ? relink.repair(id) : relink.read(id))))
  }

  /** Does something with the processes, each of its own, at the same time; when one dies of it, the next one starts on the same store. */
  async #survive(...acts: readonly ((relink: Relink) => Promise<unknown>)[]): Promise<void> {
    const died = await Promise.all(acts.map((act, at) => this.#dies(() => act(this.#relinks[at]!))))
    if (died.includes(true)) this.#conduct.died()
    for (const [at, isDead] of died.entries()) {
      if (!isDead) continue
      this.#crashes++
      this.#relinks[at] = this.#start()
      await this.#relinks[at].takeOver()
    }
  }

  async #dies(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      return false
    } catch (error) {
      if (error instanceof Killed) return true
      throw error
    }
  }

  /** Nothing is broken and nothing waits. */
  async #isQuiet(): Promise<boolean> {
    return (await this.#whatIsLeft()).length === 0
  }

  async #whatIsLeft(): Promise<string[]> {
    const left: string[] = []
    const id = this.#person.connectionId
    if (id === null) return ['the login could not be connected']
    const connection = await this.#disk.connections.get(id)
    if (connection?.state !== 'active') left.push(`the connection is ${connection?.state}`)
    for (const problem of await this.#disk.problems.list({ connectionId: id, open: true, limit: 5 })) left.push(`a problem is open: ${problem.diagnosis.causes[0]?.cause}, ${problem.failure.message}`)
    if ((await this.#disk.feed.questions({ open: true })).length > 0) left.push('a question is open')
    return left
  }

  /** What a person decided of a row must still be there, on the row itself or on the one that took it up. */
  async #lostDecisions(): Promise<string[]> {
    const lost: string[] = []
    for (const [id, categories] of this.#person.decided) {
      const row = await this.#disk.feed.transaction(id)
      if (row === null || (!categories.includes(row.decisions.category) && row.withdrawnReason !== 'merged')) lost.push(`the category of ${id} is gone`)
    }
    for (const id of this.#person.deleted) {
      if ((await this.#disk.feed.transaction(id))?.decisions.deleted !== true) lost.push(`${id} was deleted and is back`)
    }
    return lost
  }

  /** Days that were covered between stated balances, and those of them that are proved: of several sources each day once. */
  async #proof(): Promise<{ readonly coveredDays: number; readonly provedDays: number }> {
    let [coveredDays, provedDays] = [0, 0]
    for (const account of await this.#disk.accounts.list()) {
      const spans = await this.#disk.feed.spans(account.id)
      const stated = spannedDays(spans)
      if (stated === null) continue
      // A balance is that of the end of its day: what it proves begins on the next.
      const after = addDays(stated.from, 1)
      const covered = joinRanges(await this.#disk.feed.coverage(account.id)).flatMap((range) => overlap(range, { from: after, to: stated.to }) ?? [])
      const proved = joinRanges(spans.flatMap(({ status, from, to }) => (status === 'proved' && from < to ? [{ from: addDays(from, 1), to }] : [])))
      coveredDays += daysIn(covered)
      provedDays += daysIn(covered.flatMap((range) => proved.flatMap((span) => overlap(range, span) ?? [])))
    }
    return { coveredDays, provedDays }
  }
}

function daysIn(ranges: readonly DayRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + daysBetween(from, to) + 1, 0)
}

/** Takes what is due from the front of a list in order of time. */
function takeDue<T extends { readonly atMs: number }>(list: T[], atMs: number): T[] {
  const count = list.findIndex((one) => one.atMs > atMs)
  return list.splice(0, count === -1 ? list.length : count)
}
