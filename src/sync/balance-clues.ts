/**
 * What the rows of an account tell about how likely something is: which amounts are usual, which
 * payment is missed in its rhythm, whether a row's sign fits its payee, whether a row has a twin.
 * Probabilities are rough and need to be: an exact amount to the cent decides nearly always, and
 * these only decide between what fits it. Pure.
 */
import { addDays, daysBetween, type Day } from '../domain/day.ts'
import type { TransactionId } from '../domain/transaction.ts'
import type { LedgerRow, Step } from './balance-chain.ts'
import { resemblance } from './identity.ts'

/** A row of another account of the same person: the other side of a transfer, perhaps. */
export type OtherSide = { readonly id: TransactionId; readonly on: Day; readonly amount: bigint; readonly text: string; readonly kind: string | null }

/** Why an amount is expected. `row`: what shows it (the withdrawn or pending row, the transfer's other side, the last of its rhythm). */
export type Expected = { readonly amount: bigint; readonly p: number; readonly clue: 'rhythm' | 'transfer' | 'withdrawn' | 'pending'; readonly row: TransactionId; readonly on: Day }

/** How far from its day a twin, an other side or a withdrawn row may lie. */
const NEAR_DAYS = 6
const PERIODS: readonly (readonly [days: number, give: number])[] = [[7, 1], [14, 2], [30.5, 4], [91, 7], [365, 10]]

type Signs = { readonly same: number; readonly opposite: number }

export class Clues {
  readonly #rows: readonly LedgerRow[]
  readonly #others: readonly OtherSide[]
  /** Of those that count now. An account may hold a hundred thousand rows, and a question about each must not look at all of them. */
  readonly #byAmount = new Map<bigint, Map<Day, LedgerRow[]>>()
  readonly #counts = new Map<bigint, number>()
  readonly #byText = new Map<string, LedgerRow[]>()
  readonly #signsOfText = new Map<string, { debits: number; credits: number }>()
  readonly #signsOfKind = new Map<string, { debits: number; credits: number }>()

  /** `rows`: all that are known of the account, those long before the balance broke too. */
  constructor(rows: readonly LedgerRow[], others: readonly OtherSide[]) {
    this.#rows = rows
    this.#others = others
    for (const row of rows) {
      if (!isHere(row)) continue
      this.#counts.set(row.amount, (this.#counts.get(row.amount) ?? 0) + 1)
      let days = this.#byAmount.get(row.amount)
      if (days === undefined) this.#byAmount.set(row.amount, (days = new Map()))
      put(days, row.on, row)
      if (row.text !== '') put(this.#byText, row.text, row)
      count(this.#signsOfText, row.text, row)
      count(this.#signsOfKind, row.kind, row)
    }
  }

  /** The probability that a row of which nothing else is known has just this amount. */
  ofAmount(amount: bigint): number {
    const size = Number(amount < 0n ? -amount : amount)
    const round = size % 1_000 === 0 ? 20 : size % 100 === 0 ? 8 : 1
    const usual = (this.#counts.get(amount) ?? 0) / (this.#rows.length + 20)
    // What was bought is given back in full: the opposite of a known amount is not any amount.
    const back = this.#counts.has(-amount) ? 0.0005 : 0
    return Math.min(0.3, round / (size * 28 + 50)) + usual / 2 + back
  }

  /** No other row has this amount. */
  isUnique(row: LedgerRow): boolean {
    return this.#counts.get(row.amount) === 1
  }

  /** Whether the same purchase seems to be here under its final amount too, as after a tip: then this row is what was authorised. */
  hasPostedOtherwise(row: LedgerRow): boolean {
    return (this.#byText.get(row.text) ?? []).some((other) => {
      const grown = Number(other.amount) / Number(row.amount)
      return other.id !== row.id && row.text !== '' && Math.abs(daysBetween(row.on, other.on)) <= NEAR_DAYS && grown > 1 && grown <= 1.35
    })
  }

  /** What should be in the step and is not. */
  expected(step: Step): readonly Expected[] {
    return [...this.#missedInRhythm(step), ...this.#otherSides(step), ...this.#seenBefore(step)]
  }

  /**
   * How well a turned sign would explain the row, as a weight: far above 1 when other rows of its payee
   * or of its kind all have the other sign, because then it looks turned without any balance.
   */
  turned(row: LedgerRow): number {
    const [payee, kind] = [signsBeside(this.#signsOfText.get(row.text), row), signsBeside(this.#signsOfKind.get(row.kind ?? ''), row)]
    const odd = ({ same, opposite }: Signs, enough: number): boolean => opposite >= enough && same * 20 <= opposite
    if (odd(payee, 3) || odd(kind, 8)) return odd(payee, 3) && odd(kind, 8) ? 1_000 : 100
    return payee.opposite > payee.same || kind.opposite > kind.same * 3 ? 1 : payee.same > 2 ? 0.05 : payee.same > 0 ? 0.2 : 0.4
  }

  /** The row that most resembles a copy of this one; `p`: how well it explains that one of them is too many. */
  twinOf(row: LedgerRow): { readonly row: LedgerRow; readonly p: number } | null {
    let best: { readonly row: LedgerRow; readonly p: number } | null = null
    for (const other of this.#near(row.amount, row.on)) {
      if (other.id === row.id) continue
      const days = Math.abs(daysBetween(other.on, row.on))
      const alike = other.text === row.text ? 1 : resemblance(other.text, row.text)
      // Equal rows of one answer are mostly true twins; a copy comes later, or in other words.
      const isTrueTwin = days === 0 && other.text === row.text && other.knownAt === row.knownAt
      const p = isTrueTwin ? 0.3 : (alike >= 0.9 ? 1 : alike >= 0.5 ? 0.7 : 0.05) / (1 + days / 2)
      if (best === null || p > best.p) best = { row: other, p }
    }
    return best
  }

  /** Rows of the amount that are here within NEAR_DAYS of the day, by day. */
  #near(amount: bigint, on: Day): readonly LedgerRow[] {
    const days = this.#byAmount.get(amount)
    if (days === undefined) return []
    if (days.size === 1 && days.has(on)) return days.get(on)!
    return Array.from({ length: 2 * NEAR_DAYS + 1 }, (_, index) => days.get(addDays(on, index - NEAR_DAYS)) ?? []).flat()
  }

  /** Rows that come at regular intervals and are missed once in the step. */
  #missedInRhythm({ from, to }: Step): Expected[] {
    const missed: Expected[] = []
    for (const [text, rows] of this.#byText) {
      if (rows.length < 3 || text === '') continue
      const days = [...new Set(rows.map((row) => row.on))].sort()
      const gaps = days.slice(1).map((day, index) => daysBetween(days[index]!, day)).sort((a, b) => a - b)
      const usual = gaps[Math.floor(gaps.length / 2)] ?? 0
      const period = PERIODS.find(([length, give]) => Math.abs(usual - length) <= give)
      if (period === undefined || gaps.filter((gap) => Math.abs(gap - usual) <= period[1]).length * 2 < gaps.length) continue
      const [length, give] = [usual, period[1]]
      const isDue = days.some((day) => [length, -length].some((shift) => within(addDays(day, Math.round(shift)), addDays(from.on, 1 - give), addDays(to.on, give))))
      const isThere = days.some((day) => within(day, addDays(from.on, 1 - give), addDays(to.on, give)))
      if (!isDue || isThere) continue
      const [amount, times] = mostCommon(rows)
      const last = rows.findLast((row) => row.on <= to.on) ?? rows[0]!
      if (times * 2 >= rows.length) missed.push({ amount, p: 0.25, clue: 'rhythm', row: last.id, on: to.on })
    }
    return missed
  }

  /** Transfers whose other side is in another account and whose own side is not here. */
  #otherSides({ from, to }: Step): Expected[] {
    return this.#others.flatMap((other): Expected[] => {
      if (!within(other.on, addDays(from.on, 1 - 3), addDays(to.on, 3))) return []
      const meets = (amount: bigint, on: Day): boolean => this.#near(-amount, on).length > 0
      if (meets(other.amount, other.on)) return []
      const before = this.#others.filter((earlier) => earlier.text === other.text && earlier.id !== other.id)
      const usual = before.filter((earlier) => meets(earlier.amount, earlier.on)).length
      if (usual * 2 < before.length || (before.length === 0 && !/^xfer$/i.test(other.kind ?? ''))) return []
      return [{ amount: -other.amount, p: usual > 0 ? 0.3 : 0.1, clue: 'transfer', row: other.id, on: other.on }]
    })
  }

  /** Rows that were withdrawn or never posted, although the bank may count them. */
  #seenBefore({ from, to }: Step): Expected[] {
    const [first, last] = [addDays(from.on, -NEAR_DAYS), addDays(to.on, NEAR_DAYS)]
    return this.#rows.flatMap((row): Expected[] => {
      if (!within(row.on, first, last)) return []
      if (row.goneAt !== null) return [{ amount: row.amount, p: 0.2, clue: 'withdrawn', row: row.id, on: row.on }]
      return row.knownAt === null && row.pendingAt !== null && row.pendingAt <= to.at ? [{ amount: row.amount, p: 0.2, clue: 'pending', row: row.id, on: row.on }] : []
    })
  }
}

/** It counts now: reported as posted, and not withdrawn. */
function isHere(row: LedgerRow): boolean {
  return row.goneAt === null && row.knownAt !== null
}

function put<K>(rows: Map<K, LedgerRow[]>, key: K, row: LedgerRow): void {
  const alike = rows.get(key)
  if (alike === undefined) rows.set(key, [row])
  else alike.push(row)
}

function count(signs: Map<string, { debits: number; credits: number }>, key: string | null, row: LedgerRow): void {
  if (key === null || key === '') return
  let alike = signs.get(key)
  if (alike === undefined) signs.set(key, (alike = { debits: 0, credits: 0 }))
  alike[row.amount < 0n ? 'debits' : 'credits']++
}

/** How the others of its payee or kind are signed. */
function signsBeside(alike: { readonly debits: number; readonly credits: number } | undefined, row: LedgerRow): Signs {
  const { debits, credits } = alike ?? { debits: 0, credits: 0 }
  const [same, opposite] = row.amount < 0n ? [debits, credits] : [credits, debits]
  return { same: alike !== undefined && isHere(row) ? same - 1 : same, opposite }
}

function within(day: Day, from: Day, to: Day): boolean {
  return from <= day && day <= to
}

function mostCommon(rows: readonly LedgerRow[]): readonly [amount: bigint, times: number] {
  const counts = new Map<bigint, number>()
  for (const { amount } of rows) counts.set(amount, (counts.get(amount) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))
}
