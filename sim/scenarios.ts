/**
 * Named scenarios: what happens, and when, is pinned; the seed draws where bank and host stand and whose
 * accounts they are. There is one for each class of the 61 real reports (docs/promises.md), and some in
 * which planted bugs show soon. `relink simulate --scenario NAME`, or the line `NAME:17`.
 */
import type { CustomerSpec } from '../bank/customers.ts'
import type { FaultOrder } from '../bank/faults/engine.ts'
import type { Act, ClockStep, Crash, Plan } from './plan.ts'

export type Scenario = {
  readonly name: string
  /** The class of real reports and their numbers, as in src/sync/reports.test.ts; null for none. */
  readonly reports: { readonly class: string; readonly numbers: readonly number[] } | null
  /** One sentence: what happens. */
  readonly what: string
  /** What of a drawn plan is pinned; faults, crashes, clock steps and acts are none unless given here. */
  readonly change: (drawn: Plan) => Partial<Plan>
}

const DAY_MS = 86_400_000
/** A version of the protocol in which the bank shows pending rows. */
const WITH_PENDING = { profile: false, version: '220' } as const

/** A fault from one day to another, for the login or one of its accounts. */
function fault(name: string, fromDay: number, toDay: number, more: Partial<FaultOrder> = {}): FaultOrder {
  return { name, startsInMs: fromDay * DAY_MS, lastsMs: (toDay - fromDay) * DAY_MS, likelihood: 1, ...more }
}

/** The second account of the customer. */
function second({ user, accounts }: CustomerSpec): Partial<FaultOrder> {
  return { login: user, account: accounts[1]!.key }
}

const onDay = (day: number, act: Act['act']): Act => ({ atMs: day * DAY_MS, act })
const step = (day: number, hours: number): ClockStep => ({ atMs: day * DAY_MS, skewMs: hours * 3_600_000 })
const crash = (day: number, calls: number, phase: Crash['phase']): Crash => ({ atMs: day * DAY_MS, calls, phase })
const numbers = (...ranges: readonly (number | readonly [number, number])[]): readonly number[] =>
  ranges.flatMap((range) => (typeof range === 'number' ? [range] : Array.from({ length: range[1] - range[0] + 1 }, (_, at) => range[0] + at)))

const OF_REPORTS: readonly Scenario[] = [
  {
    name: 'pending-becomes-posted', reports: { class: 'A', numbers: numbers([1, 10]) },
    what: 'Pending rows become booked ones under new ids, with tips and other days; for a while they are listed as booked rows, for a while beside them.',
    change: () => ({ settings: WITH_PENDING, faults: [fault('pending-as-booked', 6, 16)] }),
  },
  {
    name: 'ids-change', reports: { class: 'B', numbers: numbers([11, 15], 60) },
    what: 'The bank gives all rows new ids, twice, and words them anew.',
    change: () => ({ faults: [fault('reissued-ids', 8, 9), fault('text-changed', 12, 18), fault('reissued-ids', 20, 21)] }),
  },
  {
    name: 'linked-anew', reports: { class: 'C', numbers: numbers([16, 24]) },
    what: 'The connection is removed and made anew, the bank gives new ids and one account a new number.',
    change: ({ customer }) => ({ faults: [fault('reissued-ids', 9, 10), fault('account-renumbered', 18, 19, second(customer))], acts: [onDay(11, 'link_anew'), onDay(22, 'link_anew')] }),
  },
  {
    name: 'true-twins', reports: { class: 'D', numbers: numbers([25, 28], 61) },
    what: 'The same is paid twice on one day, more than once, while rows and pages are repeated and their order changes.',
    change: () => ({ faults: [fault('reordered-page', 1, 28), fault('repeated-page', 4, 8), fault('repeated-row', 14, 20)], acts: [5, 6, 15, 24].map((day) => onDay(day, 'pay_twice')) }),
  },
  {
    name: 'late-rows-and-gaps', reports: { class: 'E', numbers: numbers(19, [39, 44], 47) },
    what: 'The bank is down for two weeks, then rows appear for days long past, and for a while it answers only for some of the days.',
    change: () => ({ faults: [fault('connection-refused', 4, 19), fault('back-dated-row', 20, 21, { parameters: { days: 5 } }), fault('back-dated-row', 23, 24, { parameters: { days: 2, units: 3 } }), fault('history-cut', 25, 28, { parameters: { days: 5 } })] }),
  },
  {
    name: 'days-and-zones', reports: { class: 'F', numbers: numbers(10, 42, [45, 49]) },
    what: 'Days are off by one, then by a year, and the clock of this host jumps by hours and by a day.',
    change: () => ({
      faults: [fault('date-off-by-one', 6, 9, { parameters: { rows: 'new' } }), fault('year-wrong', 14, 17, { parameters: { rows: 'new' } })],
      steps: [step(3, 3), step(8, -3), step(12, 0), step(18, 24), step(20, 0)],
    }),
  },
  {
    name: 'signs', reports: { class: 'G', numbers: numbers([50, 55]) },
    what: 'Money in and out are swapped: for all rows, then for new ones.',
    change: () => ({ faults: [fault('sign-flip', 6, 10), fault('sign-flip', 16, 19, { parameters: { rows: 'new' } })] }),
  },
  {
    name: 'removed-and-changed', reports: { class: 'H', numbers: numbers(35, 37, 38) },
    what: 'Booked rows vanish and come back, once while the balance is wrong too, and all are worded anew under their ids.',
    change: () => ({ faults: [fault('row-removed-restored', 5, 9), fault('text-changed', 12, 16, { parameters: { rows: 'all' } }), fault('row-removed-restored', 20, 22), fault('balance-wrong', 20, 22, { parameters: { units: 1_733 } })] }),
  },
  {
    name: 'crashes-and-replays', reports: { class: 'I', numbers: numbers([32, 36]) },
    what: 'The process dies in many reads, before, inside and after what it does, and pages are repeated.',
    change: ({ seed }) => ({
      faults: [fault('repeated-page', 10, 16), fault('general-error', 18, 19)],
      crashes: [0, 2, 5, 9, 13, 20, 24].map((day, at) => crash(day, (seed * 7 + at * 11) % 40, (['after', 'inside', 'before'] as const)[(seed + at) % 3]!)),
    }),
  },
  {
    name: 'ids-reused', reports: { class: 'J', numbers: numbers([28, 31]) },
    what: 'New rows come under the ids of older ones with other amounts.',
    change: () => ({ faults: [fault('id-reuse', 6, 14), fault('id-reuse', 18, 26, { parameters: { distance: 3 } })] }),
  },
  {
    name: 'second-source-and-deletions', reports: { class: 'K', numbers: numbers([56, 59]) },
    what: 'The file of an account comes beside its feed, more than once, and the person deletes rows in between.',
    change: () => ({ acts: [onDay(7, 'bring_file'), onDay(9, 'delete_row'), onDay(15, 'bring_file'), onDay(16, 'delete_row'), onDay(25, 'bring_file')] }),
  },
]

const OF_PLANTS: readonly Scenario[] = [
  {
    name: 'migrated', reports: null, what: 'The bank goes to other software: on one day all rows have new ids, other words and other days.',
    change: ({ seed }) => ({ faults: [fault('reissued-ids', 11, 12), fault('text-changed', 11, 19, { parameters: { rows: 'all' } }), fault('date-off-by-one', 11, 19, { parameters: { rows: 'all', days: seed % 2 === 0 ? 1 : -1 } })] }),
  },
  { name: 'quiet', reports: null, what: 'Nothing goes wrong.', change: () => ({}) },
  { name: 'crowded', reports: null, what: 'All that the seed draws, read and looked at as often as it draws.', change: (drawn) => drawn },
  {
    name: 'two-workers', reports: null, what: 'Two workers do what is due at the same time; one or the other dies in it, and the bank is slow, refuses and repeats itself.',
    change: ({ seed }) => ({
      workers: 2, faults: [fault('repeated-page', 3, 9), fault('general-error', 10, 11), fault('reissued-ids', 13, 14), fault('password-changed', 17, 18), fault('connection-refused', 21, 23), fault('pending-as-booked', 24, 27)],
      crashes: [1, 4, 7, 12, 16, 19, 25].map((day, at) => crash(day, (seed * 5 + at * 13) % 50, (['inside', 'after', 'before'] as const)[(seed + at) % 3]!)),
    }),
  },
  {
    name: 'unreadable-at-first', reports: null, what: 'The sign-on works and every statement ends with an error, for the first days; the history goes further back than any later look.',
    change: () => ({ historyDays: 120, faults: [fault('general-error', 0, 5)] }),
  },
  {
    name: 'dies-at-first', reports: null, what: 'The process dies again and again in the reads that bring the history.',
    // One call later each time, so that no place between the first call and the last is left out.
    change: ({ seed }) => ({ historyDays: 40, visitHours: 12, crashes: Array.from({ length: 10 }, (_, at) => crash(at, 12 + ((seed * 10) % 60) + at, 'after')) }),
  },
  {
    name: 'new-password', reports: null, what: 'The password is changed at the bank.',
    change: ({ customer }) => ({ visitHours: 60, faults: [fault('password-changed', 6, 27, { login: customer.user })] }),
  },
  {
    name: 'login-is-locked', reports: null, what: 'The bank locks the login.',
    change: ({ customer }) => ({ visitHours: 60, faults: [fault('login-locked', 6, 27, { login: customer.user })] }),
  },
  {
    name: 'asks-for-more', reports: null, what: 'The bank asks for more than the password.',
    change: ({ customer }) => ({ faults: [fault('mfa-demanded', 3, 28, { login: customer.user })] }),
  },
  {
    name: 'long-holds', reports: null, what: 'Something stays pending for three weeks, and the bank lists what is pending only for the days asked for.',
    change: () => ({ settings: WITH_PENDING, listsPending: 'asked', acts: [onDay(2, 'rent_car'), onDay(5, 'rent_car')] }),
  },
  { name: 'unsure-copies', reports: null, what: 'Rows come twice under two ids, as true twins do.', change: () => ({ faults: [fault('repeated-row-new-id', 4, 12)], acts: [onDay(5, 'pay_twice')] }) },
]

export const SCENARIOS: readonly Scenario[] = [...OF_REPORTS, ...OF_PLANTS]

/** Null: there is none of that name. */
export function scenarioOf(name: string | null): Scenario | null {
  return SCENARIOS.find((one) => one.name === name) ?? null
}
