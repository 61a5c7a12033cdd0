/**
 * What the life of one account is drawn from: which sources a person has (files of one program or of two, a feed, two logins), how
 * each program words and dates what it exports, and what is done on which day. A plan is data; the same seed gives the same plan. A line
 * names a seed of a profile and which of its events are kept: `17`, or `17/e0,4,9` after shrinking.
 */
import type { Random } from '../../bank/random.ts'
import { chance } from '../kernel.ts'
import { DAY_MS, MAX_SEED } from '../plan.ts'

/**
 * `one`: files of one program; `two`: of two; `feed`: a feed and one program's files; `both`: a feed and two programs' files; `logins`: two logins of
 * the account; `acts`: as `both`, with runs taken back and brought again, wrong files, pauses, another sign-in.
 */
export const PROFILES = ['one', 'two', 'feed', 'both', 'logins', 'acts'] as const
export type Profile = (typeof PROFILES)[number]

const FORMATS = ['csv', 'ofx', 'qfx', 'qif', 'mt940', 'camt'] as const

/** How a program exports the account. */
export type Program = {
  readonly format: (typeof FORMATS)[number]
  /** Which headings its tables have; of other formats nothing. */
  readonly heading: 0 | 1 | 2
  /** Whether a row is dated by its booking or by its purchase. */
  readonly dates: 'booked' | 'made'
  /** `bank`: the words of the bank's feed; `titled`: those with others around them; `kind`: what kind of payment it is, with a number of its own or, `alike`, without. */
  readonly words: 'bank' | 'titled' | 'kind' | 'alike'
  /** `own`: an id that stays when a hold is booked; `fresh`: another one then; none: the format or the table has none. */
  readonly ids: 'own' | 'fresh' | 'none'
  /** What becomes of rows that are only held: left out, listed as pending, or listed among the booked ones. */
  readonly holds: 'none' | 'pending' | 'booked'
  readonly balance: boolean
  /** Days between two exports, and how many days each shows again of those before it; less than nothing: a gap. */
  readonly every: number
  readonly overlap: number
}

const EVENTS = ['read', 'read_other', 'export', 'review', 'undo', 'redo', 'wrong_file', 'wrong_back', 'off', 'on', 'reconnect', 'recompute'] as const
/** `on`: day of the life, from 0. `program`: by which program. `draw`: in [0, 1), for what the event chooses. */
export type Event = { readonly on: number; readonly minute: number; readonly what: (typeof EVENTS)[number]; readonly program: number; readonly draw: number }

export type LifePlan = {
  readonly profile: Profile
  readonly seed: number
  readonly startsAt: number
  readonly days: number
  /** By what the bank dates its rows. */
  readonly feedDates: 'booked' | 'made'
  /** Whether the bank's texts name the day of a card's purchase. */
  readonly namesDay: boolean
  readonly programs: readonly Program[]
  readonly events: readonly Event[]
}

export type LifeLine = { readonly profile: Profile; readonly seed: number; /** Null: all. */ readonly events: readonly number[] | null }

/** Days of books before the life. */
export const HISTORY_DAYS = 14

export function writeLife({ seed, events }: LifeLine): string {
  return `${seed}${events === null ? '' : `/e${events.join(',')}`}`
}

/** Reads what `writeLife` wrote; null when it is none. */
export function readLife(text: string, profile: Profile): LifeLine | null {
  const match = /^(\d{1,10})(?:\/e([\d,]*))?$/.exec(text)
  if (match === null || Number(match[1]) > MAX_SEED) return null
  return { profile, seed: Number(match[1]), events: match[2] === undefined ? null : match[2] === '' ? [] : match[2].split(',').map(Number) }
}

export function lifeOf({ profile, seed, events }: LifeLine): LifePlan {
  const whole = draw(profile, seed)
  return events === null ? whole : { ...whole, events: whole.events.filter((_, at) => events.includes(at)) }
}

function draw(profile: Profile, seed: number): LifePlan {
  const random = chance(seed, `life ${profile}`)
  const days = random.pick([35, 50, 70])
  const count = { one: 1, two: 2, feed: 1, both: 2, logins: 0, acts: 2 }[profile]
  const programs: Program[] = []
  while (programs.length < count) {
    const next = drawProgram(random)
    // Two programs are told apart by their format, or the headings of their tables.
    if (programs.every((other) => familyOf(other) !== familyOf(next))) programs.push(next)
  }
  const hasFeed = profile !== 'one' && profile !== 'two'
  const events = [
    ...programs.flatMap((program, at) => exportsOf(random, program, at, days)),
    ...(hasFeed ? reads(random, 'read', days) : []),
    ...(profile === 'logins' ? reads(random, 'read_other', days) : []),
    ...reviews(random, days),
    ...(profile === 'acts' ? actsOf(random, programs.length, days) : []),
  ]
  return {
    profile, seed, days, programs,
    startsAt: Date.parse('2026-01-05') + random.between(0, 700) * DAY_MS,
    feedDates: random.pick(['booked', 'booked', 'made'] as const),
    namesDay: random.chance(0.25),
    events: [...(hasFeed ? [event(random, 0, 'read')] : []), ...events.sort((a, b) => a.on - b.on || a.minute - b.minute)],
  }
}

/** What shares a source: programs that write OFX share their ids. */
function familyOf({ format, heading }: Program): string {
  return format === 'csv' ? `csv ${heading}` : format === 'qfx' ? 'ofx' : format
}

function drawProgram(random: Random): Program {
  const format = random.pick(['csv', 'csv', 'csv', ...FORMATS] as const)
  const hasIds = format === 'ofx' || format === 'qfx' || format === 'camt' || (format === 'csv' && random.chance(0.3))
  // A statement of a bank to the rules: what is booked, by its booking, with balances.
  const isStatement = format === 'mt940'
  const holds = isStatement ? 'none' : random.pick(['none', 'none', format === 'csv' ? 'pending' : 'none', 'booked'] as const)
  const dates = isStatement ? 'booked' : random.pick(['booked', 'booked', 'made'] as const)
  const every = random.pick([5, 7, 7, 10, 30])
  return {
    format, holds, dates, every,
    heading: random.pick([0, 1, 2] as const),
    words: random.pick(['bank', 'titled', 'kind', 'alike'] as const),
    ids: !hasIds ? 'none' : random.pick(['own', 'fresh'] as const),
    // What a balance of held rows, or of rows by their purchase, would be nobody can say.
    balance: holds === 'none' && dates === 'booked' && (isStatement || format === 'camt' || (format !== 'qif' && random.chance(0.5))),
    overlap: random.pick([-2, 0, 1, 3, 7, 7, 30]),
  }
}

const event = (random: Random, on: number, what: Event['what'], program = 0): Event => ({ on, minute: random.between(6 * 60, 23 * 60), what, program, draw: random.next() })

/** Now and then nobody exports anything for weeks. */
function exportsOf(random: Random, { every }: Program, program: number, days: number): Event[] {
  const events: Event[] = []
  for (let on = random.between(1, Math.min(every, 12)); on < days; on += Math.max(1, every + random.between(-1, 1)) + (random.chance(0.06) ? random.between(10, 25) : 0)) events.push(event(random, on, 'export', program))
  return events
}

function reads(random: Random, what: 'read' | 'read_other', days: number): Event[] {
  const every = random.pick([1, 1, 2, 3, 7])
  const events: Event[] = []
  for (let on = 1; on < days; on += every + (random.chance(0.03) ? random.between(8, 20) : 0)) events.push(event(random, on, what))
  return events
}

function reviews(random: Random, days: number): Event[] {
  const every = random.pick([1, 3, 7, 14])
  return Array.from({ length: Math.floor(days / every) }, (_, at) => event(random, (at + 1) * every, 'review'))
}

function actsOf(random: Random, programs: number, days: number): Event[] {
  const count = random.between(3, 8)
  return Array.from({ length: count }).flatMap(() => {
    const on = random.between(5, days - 8)
    const what = random.pick(['undo', 'undo', 'redo', 'wrong_file', 'wrong_file', 'off', 'reconnect', 'recompute'] as const)
    const first = event(random, on, what, random.between(0, programs - 1))
    if (what === 'wrong_file') return [first, event(random, on + random.between(0, 6), 'wrong_back')]
    return what === 'off' ? [first, event(random, on + random.between(1, 7), 'on')] : [first]
  })
}
