/**
 * What a seed draws: where bank and host stand, whose accounts, which faults of the atlas, when a
 * process dies and when the host's clock steps. A plan is data; the same seed gives the same plan. A
 * seed line names a seed and what of its plan is kept: `17`, or `17/d12/f0,3/c1/s` after shrinking. With
 * a scenario before it (`ids-change:17`) the scenario says what happens, and the seed where and to whom.
 */
import { CUSTOMERS, type CustomerSpec } from '../bank/customers.ts'
import type { FaultOrder } from '../bank/faults/engine.ts'
import { drawSwarm } from '../bank/swarm.ts'
import type { Random } from '../bank/random.ts'
import { chance, type Phase } from './kernel.ts'
import { scenarioOf } from './scenarios.ts'
import { HOST_ZONES, PLACES, type Place } from './zones.ts'

/** From the instant on, the process dies at its call after `calls` more. */
export type Crash = { readonly atMs: number; readonly calls: number; readonly phase: Phase }
/** From the instant on, the host's clock is off by `skewMs`. */
export type ClockStep = { readonly atMs: number; readonly skewMs: number }

/**
 * Something that the person does at that instant beside looking in: removes the connection and makes it
 * anew, brings the bank's file of an account, deletes a row in the feed, pays the same twice, or rents a car,
 * which stays pending for longer than banks are read back.
 */
export type Act = { readonly atMs: number; readonly act: 'link_anew' | 'bring_file' | 'delete_row' | 'pay_twice' | 'rent_car' }

export type Plan = {
  readonly seed: number
  readonly startsAt: number
  /** Days in which faults strike; the calm that follows comes on top. */
  readonly days: number
  /** Days of books before the connection is made. */
  readonly historyDays: number
  readonly place: Place
  readonly hostZone: string
  readonly customer: CustomerSpec
  /** Settings of the route beside its address. */
  readonly settings: Readonly<Record<string, string | boolean>>
  readonly hoursBetweenReads: number
  /** The person looks in about this often, and types a wrong password now and then. */
  readonly visitHours: number
  readonly typos: boolean
  /** Numbered by their order in what the seed draws. */
  readonly faults: readonly FaultOrder[]
  readonly crashes: readonly Crash[]
  readonly steps: readonly ClockStep[]
  readonly acts: readonly Act[]
  /** Worker processes on the one store; two do what is due at the same time. */
  readonly workers: 1 | 2
  /** Whether the bank lists all that is pending, or only that of the days asked for. */
  readonly listsPending: 'all' | 'asked'
}

/** What of a seed's plan is kept; null: all of it. */
export type Line = { /** A scenario's name; null: the seed draws what happens. */ readonly scenario: string | null; readonly seed: number; readonly days: number | null; readonly faults: readonly number[] | null; readonly crashes: readonly number[] | null; readonly steps: readonly number[] | null }

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
const DAYS = 30
/** Chance takes 32 bits of a seed: a larger one would play what a smaller one plays. */
export const MAX_SEED = 0xffff_ffff

/** The plan of a seed line. */
export function planOf(line: Line): Plan {
  const drawn = draw(line.seed)
  const scenario = scenarioOf(line.scenario)
  const whole = scenario === null ? sized(drawn) : { ...drawn, ...QUIET, ...scenario.change(drawn) }
  const kept = <T>(all: readonly T[], chosen: readonly number[] | null): readonly T[] => (chosen === null ? all : all.filter((_, index) => chosen.includes(index)))
  return { ...whole, days: line.days ?? whole.days, faults: kept(whole.faults, line.faults), crashes: kept(whole.crashes, line.crashes), steps: kept(whole.steps, line.steps) }
}

/** A plan in which nothing goes wrong. */
const QUIET = { typos: false, faults: [], crashes: [], steps: [], acts: [] } as const

export function lineOf(seed: number, scenario: string | null = null): Line {
  return { scenario, seed, days: null, faults: null, crashes: null, steps: null }
}

export function writeLine({ scenario, seed, days, faults, crashes, steps }: Line): string {
  const list = (letter: string, kept: readonly number[] | null): string => (kept === null ? '' : `/${letter}${kept.join(',')}`)
  return `${scenario === null ? '' : `${scenario}:`}${seed}${days === null ? '' : `/d${days}`}${list('f', faults)}${list('c', crashes)}${list('s', steps)}`
}

/** Reads what `writeLine` wrote; null when it is none. */
export function readLine(text: string): Line | null {
  const match = /^(?:([a-z-]+):)?(\d{1,10})(?:\/d(\d{1,3}))?(?:\/f([\d,]*))?(?:\/c([\d,]*))?(?:\/s([\d,]*))?$/.exec(text)
  if (match === null || Number(match[2]) > MAX_SEED || (match[1] !== undefined && scenarioOf(match[1]) === null)) return null
  const list = (part: string | undefined): readonly number[] | null => (part === undefined ? null : part === '' ? [] : part.split(',').map(Number))
  return { scenario: match[1] ?? null, seed: Number(match[2]), days: match[3] === undefined ? null : Number(match[3]), faults: list(match[4]), crashes: list(match[5]), steps: list(match[6]) }
}

/** One seed of so many is played as crowded as it was drawn. */
const CROWDED = 8

/**
 * Most seeds are made thinner: read and looked at less often, and some of the faults left out. Two of them cost less than one
 * crowded seed and find more (docs/decisions/0015-thin-seeds.md). `crowded:17` is the seed as it was drawn.
 */
function sized(drawn: Plan): Plan {
  const random = chance(drawn.seed, 'size')
  if (random.chance(1 / CROWDED)) return drawn
  return { ...drawn, hoursBetweenReads: random.pick([48, 72, 72]), visitHours: random.pick([48, 72, 96]), faults: drawn.faults.filter(() => random.chance(0.6)) }
}

function draw(seed: number): Plan {
  const random = chance(seed, 'plan')
  const customer = twoAccounts(random)
  return {
    seed,
    startsAt: drawStart(random),
    days: DAYS,
    historyDays: random.pick([3, 10, 20, 40]),
    place: random.pick(PLACES),
    hostZone: random.pick(HOST_ZONES),
    customer,
    settings: random.pick([{ profile: false, version: '103' }, { profile: false, version: '211' }, { profile: false, version: '220' }, { profile: false, version: '220' }, {}]),
    hoursBetweenReads: random.pick([20, 24, 30, 48, 72]),
    visitHours: random.pick([12, 24, 48, 72]),
    typos: random.chance(0.2),
    faults: drawSwarm(seed, { horizonMs: (DAYS - 2) * DAY_MS, customers: [customer] }).map((order) => oneRenumbered(order, customer)),
    crashes: drawCrashes(chance(seed, 'crashes')),
    steps: drawSteps(chance(seed, 'clock')),
    acts: [],
    workers: 1,
    listsPending: 'all',
  }
}

/** When all accounts of a login get new numbers at once, nobody can tell the login from a stranger's (sync/accounts.ts); one keeps its number. */
function oneRenumbered(order: FaultOrder, customer: CustomerSpec): FaultOrder {
  return order.name === 'account-renumbered' || order.name === 'card-replaced' ? { ...order, login: customer.user, account: customer.accounts[1]!.key } : order
}

/** A customer with two accounts: the first, and another. */
function twoAccounts(random: Random): CustomerSpec {
  const customer = random.pick(CUSTOMERS)
  const [first, ...others] = customer.accounts
  const second = others.find(({ kind }) => kind === 'card' && random.chance(0.7)) ?? random.pick(others)
  return { ...customer, accounts: [first!, second] }
}

/** Any time of two years, and more often where calendars are dangerous: clock changes, ends of years, leap days. */
function drawStart(random: Random): number {
  const dangerous = ['2026-03-20', '2026-10-15', '2026-12-20', '2027-12-15', '2028-02-10', '2027-03-05', '2027-10-20']
  const from = random.chance(0.5) ? Date.parse('2026-01-03') + random.between(0, 730) * DAY_MS : Date.parse(random.pick(dangerous)) - random.between(0, 20) * DAY_MS
  return from + random.between(0, DAY_MS)
}

function drawCrashes(random: Random): readonly Crash[] {
  const count = random.pick([0, 0, 1, 2, 5])
  const crash = (): Crash => ({ atMs: random.between(0, (DAYS - 2) * DAY_MS), calls: random.between(0, random.pick([6, 30, 70])), phase: random.pick(['before', 'inside', 'after'] as const) })
  return Array.from({ length: count }, crash).sort((a, b) => a.atMs - b.atMs)
}

function drawSteps(random: Random): readonly ClockStep[] {
  const count = random.pick([0, 0, 0, 1, 2])
  const step = (): ClockStep => ({ atMs: random.between(0, (DAYS - 2) * DAY_MS), skewMs: random.pick([0, 0, -HOUR_MS, HOUR_MS, -90_000, 3 * HOUR_MS, -DAY_MS, DAY_MS, 3 * DAY_MS]) })
  return Array.from({ length: count }, step).sort((a, b) => a.atMs - b.atMs)
}
