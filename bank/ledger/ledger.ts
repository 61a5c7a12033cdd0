/**
 * The ledger of one customer, over all accounts: generated day by day up to the instant that is
 * asked for, never further, and never changed afterwards. Deterministic per seed. It promises that
 * the balance is the opening plus the booked rows, at every instant.
 */
import { dayFromNumber, dayNumber, type Day } from '../../src/domain/day.ts'
import { decimalsOf } from '../../src/domain/money.ts'
import type { AccountSpec, CustomerSpec } from '../customers.ts'
import { createRandom, hashText } from '../random.ts'
import { draftsOf, type Draft } from './habits.ts'
import { isBooked, isPending, type TransactionKind, type TruthRow } from './row.ts'
import type { Zone } from './zone.ts'

/** A booking made by hand, through the admin API or a test. */
export type Booking = {
  /** Minor units; negative is money out. */
  readonly minor: bigint
  readonly name: string
  readonly memo?: string
  readonly kind?: TransactionKind
  /** Default: the bank's day now. An earlier day makes a back-dated row. */
  readonly bookedOn?: Day
  /** Milliseconds for which the row stays pending before it is booked; default 0. */
  readonly pendingForMs?: number
  /** Amount while pending; default the booked one. */
  readonly pendingMinor?: bigint
}

export type AccountLedger = { readonly spec: AccountSpec; readonly openingMinor: bigint; readonly rows: TruthRow[] }

const DAY_MS = 86_400_000
/** Banks book in the small hours of the bank day. */
const POSTING_MS = 4 * 3_600_000
const HOLD_DAYS = 7

export class Ledger {
  readonly customer: CustomerSpec
  readonly accounts: ReadonlyMap<string, AccountLedger>
  readonly startsOn: Day
  readonly #seed: number
  readonly #zone: Zone
  #nextDay: number

  constructor(customer: CustomerSpec, options: { readonly seed: number; readonly zone: Zone; readonly startsOn: Day }) {
    this.customer = customer
    this.#seed = hashText(customer.user, options.seed)
    this.#zone = options.zone
    this.startsOn = options.startsOn
    this.#nextDay = dayNumber(options.startsOn)
    const unit = 10n ** BigInt(decimalsOf(customer.currency))
    this.accounts = new Map(customer.accounts.map((spec) => [spec.key, { spec, openingMinor: BigInt(spec.openingUnits) * unit, rows: [] }]))
  }

  /** Rows of the account in the order in which the bank learned of them, up to `now`. */
  rows(account: string, now: number): readonly TruthRow[] {
    this.#extendTo(now)
    return this.#account(account).rows
  }

  /** Opening plus everything booked by `now`. */
  balance(account: string, now: number): bigint {
    return this.#sum(account, now, (row) => isBooked(row, now))
  }

  /** The balance at the end of a day, as known at `now`. */
  balanceOn(account: string, day: Day, now: number): bigint {
    return this.#sum(account, now, (row) => isBooked(row, now) && row.bookedOn <= day)
  }

  /** The sum of what is pending at `now`, usually negative. */
  pending(account: string, now: number): bigint {
    let sum = 0n
    for (const row of this.rows(account, now)) if (isPending(row, now)) sum += row.pendingMinor
    return sum
  }

  /** Books a row by hand and returns it. */
  book(account: string, booking: Booking, now: number): TruthRow {
    this.#extendTo(now)
    const pendingForMs = booking.pendingForMs ?? 0
    const today = this.#zone.dayOf(now)
    const postedAt = now + pendingForMs
    return this.#append(account, {
      kind: booking.kind ?? (booking.minor < 0n ? 'DEBIT' : 'CREDIT'),
      name: booking.name,
      memo: booking.memo ?? null,
      checkNumber: null,
      authorisedOn: today,
      pendingAt: pendingForMs > 0 ? now : null,
      pendingMinor: booking.pendingMinor ?? booking.minor,
      postedAt,
      bookedOn: booking.bookedOn ?? this.#zone.dayOf(postedAt),
      minor: booking.minor,
      lapsesAt: null,
    })
  }

  #sum(account: string, now: number, counts: (row: TruthRow) => boolean): bigint {
    this.#extendTo(now)
    const ledger = this.#account(account)
    let sum = ledger.openingMinor
    for (const row of ledger.rows) if (counts(row)) sum += row.minor
    return sum
  }

  #account(key: string): AccountLedger {
    const found = this.accounts.get(key)
    if (found === undefined) throw new RangeError(`no account ${key}`)
    return found
  }

  #extendTo(now: number): void {
    const today = dayNumber(this.#zone.dayOf(now))
    for (; this.#nextDay <= today; this.#nextDay++) this.#generate(this.#nextDay)
  }

  #generate(number: number): void {
    const day = dayFromNumber(number)
    const dayStart = this.#zone.startOf(day)
    const drafts = draftsOf({
      customer: this.customer,
      number,
      dayOfMonth: Number(day.slice(8)),
      daysInMonth: new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate(),
      random: createRandom(hashText(day, this.#seed)),
      owed: (account) => Math.max(0, -Number(this.#sumBefore(account, dayStart))),
    })
    for (const draft of drafts) this.#append(draft.account, this.#rowOf(draft, number, day, dayStart))
  }

  /** What is booked before the day begins; the day's own generation must not ask for itself. */
  #sumBefore(account: string, at: number): bigint {
    const ledger = this.#account(account)
    return ledger.rows.reduce((sum, row) => (row.postedAt !== null && row.postedAt < at ? sum + row.minor : sum), ledger.openingMinor)
  }

  #rowOf(draft: Draft, number: number, day: Day, dayStart: number): Omit<TruthRow, 'id' | 'account' | 'position'> {
    const pendingAt = draft.pendingMinute === undefined ? null : dayStart + draft.pendingMinute * 60_000
    const postsOn = draft.postsOn === undefined ? number : draft.postsOn
    // Not before the history that the bank tells of: nobody could ever ask for such a row.
    const bookedOn = Math.max(draft.bookedOn ?? postsOn ?? number, dayNumber(this.startsOn))
    return {
      kind: draft.kind,
      name: draft.name,
      memo: draft.memo ?? null,
      checkNumber: draft.checkNumber ?? null,
      authorisedOn: day,
      pendingAt,
      pendingMinor: BigInt(draft.pendingMinor ?? draft.minor),
      postedAt: postsOn === null ? null : dayStart + (postsOn - number) * DAY_MS + POSTING_MS,
      bookedOn: bookedOn === number ? day : dayFromNumber(bookedOn),
      minor: BigInt(draft.minor),
      lapsesAt: postsOn === null && pendingAt !== null ? pendingAt + HOLD_DAYS * DAY_MS : null,
    }
  }

  #append(account: string, row: Omit<TruthRow, 'id' | 'account' | 'position'>): TruthRow {
    const rows = this.#account(account).rows
    const position = rows.length
    const complete: TruthRow = { id: `${account}-${String(position).padStart(6, '0')}`, position, account, ...row }
    rows.push(complete)
    return complete
  }
}
