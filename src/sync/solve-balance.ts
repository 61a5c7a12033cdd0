/**
 * Why balances and rows disagree: the smallest sets of faults that explain every difference to the
 * cent, the most plausible first. A missing row of the right amount always explains a difference,
 * so the other explanations must fit exactly, and win when such a fit by chance is less likely than
 * that amount. What only came late, or a balance that was off for a day, is named too, so that it is
 * not taken for a fault of the rows. Pure; it changes nothing and decides nothing.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import type { TransactionId } from '../domain/transaction.ts'
import type { Chain, LedgerRow, Step } from './balance-chain.ts'
import type { Clues, Expected } from './balance-clues.ts'

export type Fault =
  /** The bank counts a row that is not here: this amount, booked after one day and up to the other. */
  | { readonly kind: 'missing'; readonly amount: bigint; readonly after: Day; readonly upTo: Day; readonly clue: Expected['clue'] | null; readonly row: TransactionId | null }
  /** The row is here twice; `twin` stays. Without a twin: the bank does not count the row. */
  | { readonly kind: 'doubled'; readonly row: TransactionId; readonly twin: TransactionId }
  | { readonly kind: 'extra'; readonly row: TransactionId; readonly pending: boolean }
  | { readonly kind: 'flipped'; readonly row: TransactionId }
  /** The row belongs to a day after `after`, up to `upTo`. */
  | { readonly kind: 'misdated'; readonly row: TransactionId; readonly after: Day; readonly upTo: Day }
  /** The row's amount should be this one. */
  | { readonly kind: 'amount'; readonly row: TransactionId; readonly amount: bigint; readonly currency: boolean }
  /** Not a fault: the list showed the row, or posted it, later than the balance counted it. */
  | { readonly kind: 'late'; readonly row: TransactionId }
  /** Not a fault of the rows: the stated balance was off by this much, from one statement on until before another. */
  | { readonly kind: 'statement'; readonly on: Day; readonly until: Day; readonly by: bigint }
  /** The source reports all amounts with the opposite sign. */
  | { readonly kind: 'inverted' }

/** `p`: among the explanations found, how likely this one is. */
export type Explanation = { readonly faults: readonly Fault[]; readonly p: number }

/** How much rarer two faults are than one, and how often faults are of which kind. */
const ANOTHER = 0.03
const USUAL = { missing: 0.35, doubled: 0.3, extra: 0.0001, flipped: 0.12, misdated: 0.15, amount: 0.04, currency: 0.1, late: 0.5, statement: 0.03, pending: 0.03 } as const
const MAX_FAULTS = 4
/** More differences than this are not the sum of single faults. */
const MAX_BROKEN = 10
const SHOWN = 8
/** Where equal amounts differ on many days, each may be explained by any other: beyond so many ways none is told, and the read goes on. */
const MAX_WAYS = 20_000
/** What is so much less likely than the best is not followed any further. */
const HOPELESS = 0.000_01
/** How far a wrong day lies from the right one, but for exchanged months and years. */
const MOST_DAYS = 45
const MOVES = 3

/** A fault with its effect on one or two steps. */
type Atom = { readonly fault: Fault; readonly effects: readonly (readonly [step: number, amount: bigint])[]; readonly p: number }

/** Explains the differences of the steps; empty when all hold. Steps that are not covered are passed over. */
export function solveBalance(chain: Chain, clues: Clues): readonly Explanation[] {
  if (isInverted(chain.steps)) return [{ faults: [{ kind: 'inverted' }], p: 1 }]
  return new Search(chain, clues).run()
}

/** Every balance that moved, moved by exactly the opposite of the rows: three times or more, and never otherwise. */
export function isInverted(steps: readonly Step[]): boolean {
  const moved = steps.filter(isMoved)
  return moved.length >= MOVES && moved.every(isOpposite)
}

/** So has each of the newest that moved, three times or more over so many days, whatever else was at fault before. */
export function isInvertedNow(steps: readonly Step[], days: number): boolean {
  const moved = steps.filter(isMoved)
  const newest = moved.slice(moved.findLastIndex((step) => !isOpposite(step)) + 1)
  return newest.length >= MOVES && daysBetween(newest[0]!.to.on, newest.at(-1)!.to.on) >= days
}

function isMoved({ from, to, difference, isCovered }: Step): boolean {
  return isCovered && (from.amount !== to.amount || difference !== 0n)
}

function isOpposite({ from, to, difference }: Step): boolean {
  return difference === 2n * (to.amount - from.amount)
}

/**
 * The differences of the steps without those of rows that one balance counted before the list showed
 * them: nothing but such a row explains two opposite differences so well. Steps that are not covered count as 0.
 */
export function withoutLate(steps: readonly Step[]): { readonly left: bigint[]; readonly late: readonly LedgerRow[] } {
  const left = steps.map((step) => (step.isCovered ? step.difference : 0n))
  const late: LedgerRow[] = []
  for (const [at, step] of steps.entries()) {
    for (const row of step.rows) {
      if (left[at] !== -row.amount) continue
      const before = steps.findIndex(({ to }, index) => index < at && left[index] === row.amount && row.on <= to.on && row.knownAt! > to.at)
      if (before === -1) continue
      left[before] = 0n
      left[at] = 0n
      late.push(row)
    }
  }
  return { left, late }
}

class Search {
  readonly #steps: readonly Step[]
  readonly #outside: readonly LedgerRow[]
  readonly #clues: Clues
  readonly #found = new Map<string, { faults: readonly Fault[]; p: number }>()
  readonly #expected = new Map<number, readonly Expected[]>()
  readonly #alone = new Map<number, readonly Atom[]>()
  /** Thousands of ways are looked through, in steps of thousands of rows: none may look at each row again. */
  readonly #aloneByEffect = new Map<number, ReadonlyMap<bigint, readonly Atom[]>>()
  readonly #rowsByAmount = new Map<number, ReadonlyMap<bigint, readonly LedgerRow[]>>()
  readonly #foreign = new Map<number, readonly LedgerRow[]>()
  readonly #outsideByAmount: ReadonlyMap<bigint, readonly LedgerRow[]>
  #best = 0
  #ways = 0

  constructor({ steps, outside }: Chain, clues: Clues) {
    this.#steps = steps
    this.#outside = outside
    this.#outsideByAmount = Map.groupBy(outside, ({ amount }) => amount)
    this.#clues = clues
  }

  run(): readonly Explanation[] {
    const { left, late } = withoutLate(this.#steps)
    const settled = late.map((row): Fault => ({ kind: 'late', row: row.id }))
    const broken = left.filter((difference) => difference !== 0n).length
    if (broken === 0) return settled.length === 0 ? [] : [{ faults: settled, p: 1 }]
    if (broken > MAX_BROKEN || this.#hasTooManyWays(left, broken)) return []
    this.#explain(left, [], 1, broken + 1, broken < MAX_FAULTS ? 'any' : 'moves')
    if (this.#ways > MAX_WAYS) return []
    const best = [...this.#found.values()].sort((a, b) => b.p - a.p)
    const total = best.reduce((sum, { p }) => sum + p, 0)
    return best.slice(0, SHOWN).map(({ faults, p }) => ({ faults: [...faults, ...settled], p: p / total }))
  }

  /** Each row may be one too many or turned, with another fault for the rest: it would be found out after all of them. */
  #hasTooManyWays(left: readonly bigint[], broken: number): boolean {
    const first = left.findIndex((difference) => difference !== 0n)
    return broken < MAX_FAULTS && 2 * this.#steps[first]!.rows.length > MAX_WAYS
  }

  /** Explains the first difference that is left in every way, then the rest. `spare`: one fault, or one move, may leave a rest in its step. */
  #explain(left: readonly bigint[], faults: readonly Atom[], p: number, most: number, spare: 'any' | 'moves' | null): void {
    if (++this.#ways > MAX_WAYS) return
    const at = left.findIndex((difference) => difference !== 0n)
    if (at === -1) return this.#note(faults, p)
    if (faults.length >= most || p < this.#best * HOPELESS) return
    for (const atom of this.#exactly(at, left)) this.#explain(after(left, atom), [...faults, atom], p * atom.p * ANOTHER, most, spare)
    if (spare === null || faults.length + 1 >= most) return
    for (const atom of spare === 'any' ? this.#partly(at, left) : this.#moves(at, left, false)) {
      if (!faults.includes(atom)) this.#explain(after(left, atom), [...faults, atom], p * atom.p * ANOTHER, most, null)
    }
  }

  #note(atoms: readonly Atom[], p: number): void {
    const rows = new Set<string>()
    for (const { fault } of atoms) {
      // One row has one fault.
      if (!('row' in fault) || fault.row === null || fault.kind === 'missing') continue
      if (rows.has(fault.row)) return
      rows.add(fault.row)
    }
    this.#best = Math.max(this.#best, p)
    const key = atoms.map(({ fault }) => keyOf(fault)).sort().join(' ')
    const known = this.#found.get(key)
    if (known === undefined || known.p < p) this.#found.set(key, { faults: atoms.map(({ fault }) => fault), p })
  }

  /** Faults that leave nothing of the step's difference. */
  #exactly(at: number, left: readonly bigint[]): readonly Atom[] {
    const difference = left[at]!
    const rows = once(this.#aloneByEffect, at, () => Map.groupBy(this.#ofRows(at), ({ effects }) => effects[0]![1])).get(difference) ?? []
    const outside = (this.#outsideByAmount.get(difference) ?? []).map((row) => this.#move(row, null, at, at))
    return [this.#missing(at, difference), ...rows, ...outside, ...this.#unconverted(at, difference), ...this.#moves(at, left, true)]
  }

  /** Faults that leave a rest, which another one in the same step must explain. */
  #partly(at: number, left: readonly bigint[]): readonly Atom[] {
    const difference = left[at]!
    const expected = this.#expectedIn(at).map((due) => this.#missing(at, due.amount))
    return [...expected, ...this.#ofRows(at), ...this.#moves(at, left, false)].filter(({ effects }) => effects[0]![1] !== difference)
  }

  #expectedIn(at: number): readonly Expected[] {
    return once(this.#expected, at, () => this.#clues.expected(this.#steps[at]!))
  }

  #missing(at: number, amount: bigint): Atom {
    const { from, to, gone } = this.#steps[at]!
    let [p, due] = [this.#clues.ofAmount(amount), null as Expected | null]
    for (const expected of this.#expectedIn(at)) if (expected.amount === amount && expected.p > p) [p, due] = [expected.p, expected]
    const withdrawn = gone.find((row) => row.amount === amount)
    const clue = withdrawn !== undefined ? 'withdrawn' : (due?.clue ?? null)
    if (withdrawn !== undefined) p = Math.max(p, 0.4)
    const fault: Fault = { kind: 'missing', amount, after: from.on, upTo: to.on, clue, row: withdrawn?.id ?? due?.row ?? null }
    return { fault, effects: [[at, amount]], p: p * USUAL.missing }
  }

  /** What a row of the step alone may be guilty of. */
  #ofRows(at: number): readonly Atom[] {
    return once(this.#alone, at, () => this.#steps[at]!.rows.flatMap((row) => this.#ofRow(at, row)))
  }

  /** Rows of the step that have just this amount, or all others. */
  #withAmount(at: number, amount: bigint, exact: boolean): readonly LedgerRow[] {
    if (!exact) return this.#steps[at]!.rows.filter((row) => row.amount !== amount)
    return once(this.#rowsByAmount, at, () => Map.groupBy(this.#steps[at]!.rows, (row) => row.amount)).get(amount) ?? []
  }

  #ofRow(at: number, row: LedgerRow): readonly Atom[] {
    const each = 1 / this.#steps[at]!.rows.length
    const atoms: Atom[] = []
    const add = (fault: Fault, amount: bigint, p: number): void => void atoms.push({ fault, effects: [[at, amount]], p: p * each })
    const twin = this.#clues.twinOf(row)
    // Of two that are alike the one that came later is the copy; of two at once, the later id.
    const isCopy = twin !== null && (twin.row.knownAt! < row.knownAt! || (twin.row.knownAt === row.knownAt && twin.row.id < row.id))
    if (twin !== null) add({ kind: 'doubled', row: row.id, twin: twin.row.id }, -row.amount, USUAL.doubled * twin.p * (isCopy ? 1 : 0.4))
    else {
      const pending = row.pendingAt !== null && this.#clues.hasPostedOtherwise(row)
      add({ kind: 'extra', row: row.id, pending }, -row.amount, pending ? USUAL.pending : USUAL.extra)
    }
    add({ kind: 'flipped', row: row.id }, -2n * row.amount, USUAL.flipped * this.#clues.turned(row))
    for (const other of new Set(row.otherAmounts)) add({ kind: 'amount', row: row.id, amount: other, currency: false }, other - row.amount, USUAL.amount * 3)
    for (const other of transposed(row.amount)) add({ kind: 'amount', row: row.id, amount: other, currency: false }, other - row.amount, USUAL.amount / 10)
    return atoms
  }

  /** Faults between this step and another one: a row on the wrong side of a balance, or a balance that was off in between. */
  #moves(at: number, left: readonly bigint[], exact: boolean): readonly Atom[] {
    const atoms: Atom[] = []
    for (let other = 0; other < left.length; other++) {
      if (other === at || left[other] === 0n) continue
      for (const row of this.#withAmount(at, -left[at]!, exact)) atoms.push(this.#move(row, at, other, at))
      for (const row of this.#withAmount(other, left[at]!, exact)) atoms.push(this.#move(row, other, at, at))
      if (exact && other > at && left[other] === -left[at]!) atoms.push(this.#offUntil(at, other, left[at]!))
    }
    return atoms
  }

  /** The row counts in the step `counted`, or in none, and belongs into `right`; `first`: the step whose effect comes first. */
  #move(row: LedgerRow, counted: number | null, right: number, first: number): Atom {
    const { from, to } = this.#steps[right]!
    const into: readonly [number, bigint] = [right, row.amount]
    const out: readonly (readonly [number, bigint])[] = counted === null ? [] : [[counted, -row.amount]]
    const effects = first === counted ? [...out, into] : [into, ...out]
    const days = row.on <= from.on ? daysBetween(row.on, from.on) + 1 : row.on > to.on ? daysBetween(to.on, row.on) : 0
    const told = [row.transactedOn, row.valueOn].some((day) => day !== null && day !== row.on && from.on < day && day <= to.on)
    const whole = [28, 29, 30, 31, 365, 366].some((shift) => Math.abs(days - shift) <= daysBetween(from.on, to.on))
    const far = days > MOST_DAYS ? 0.000_001 : 1 / (1 + days / 2)
    const p = USUAL.misdated * (told ? 3 : 1) * Math.max(far, whole ? 0.2 : 0) * this.#outOfPlace(row, counted)
    const wasLate = counted !== null && right < counted && row.knownAt! > to.at && row.on <= to.on
    if (wasLate) return { fault: { kind: 'late', row: row.id }, effects, p: USUAL.late }
    return { fault: { kind: 'misdated', row: row.id, after: from.on, upTo: to.on }, effects, p }
  }

  /**
   * How odd the row is where it is now: one among those of its step. A lone row dated after the last
   * balance is odd by itself; others outside of the balances only when their amount is not a usual one.
   */
  #outOfPlace(row: LedgerRow, counted: number | null): number {
    if (counted !== null) return 1 / this.#steps[counted]!.rows.length
    const isAlone = row.on > this.#steps.at(-1)!.to.on && !this.#outside.some((other) => other.id !== row.id && Math.abs(daysBetween(other.on, row.on)) < 20)
    if (isAlone) return 20
    return this.#clues.isUnique(row) ? 0.5 : 0.002
  }

  /** A row whose amount is the one in the other currency, taken over as it is. */
  #unconverted(at: number, difference: bigint): readonly Atom[] {
    const foreign = once(this.#foreign, at, () => this.#steps[at]!.rows.filter(({ foreignAmount, amount }) => foreignAmount !== null && abs(foreignAmount) === abs(amount)))
    return foreign.flatMap((row): readonly Atom[] => {
      const right = row.amount + difference
      const rate = Number(right) / Number(row.amount)
      if (!(rate > 0.05 && rate < 20)) return []
      return [{ fault: { kind: 'amount', row: row.id, amount: right, currency: true }, effects: [[at, difference]], p: USUAL.currency }]
    })
  }

  #offUntil(at: number, until: number, by: bigint): Atom {
    const fault: Fault = { kind: 'statement', on: this.#steps[at]!.to.on, until: this.#steps[until]!.to.on, by }
    return { fault, effects: [[at, by], [until, -by]], p: (USUAL.statement * this.#clues.ofAmount(by)) / (until - at) }
  }
}

/** What was worked out for the step before, or now. */
function once<T>(known: Map<number, T>, at: number, work: () => T): T {
  let value = known.get(at)
  if (value === undefined) known.set(at, (value = work()))
  return value
}

function after(left: readonly bigint[], { effects }: Atom): readonly bigint[] {
  const rest = [...left]
  for (const [step, amount] of effects) rest[step] = rest[step]! - amount
  return rest
}

/** The amount with two neighbouring digits exchanged. */
function transposed(amount: bigint): readonly bigint[] {
  const [sign, digits] = amount < 0n ? [-1n, String(-amount)] : [1n, String(amount)]
  const others: bigint[] = []
  for (let i = 0; i + 1 < digits.length; i++) {
    if (digits[i] !== digits[i + 1]) others.push(sign * BigInt(`${digits.slice(0, i)}${digits[i + 1]}${digits[i]}${digits.slice(i + 2)}`))
  }
  return others
}

function abs(amount: bigint): bigint {
  return amount < 0n ? -amount : amount
}

function keyOf(fault: Fault): string {
  // Which of two twins is called the copy is no other explanation.
  if (fault.kind === 'doubled') return `doubled ${[fault.row, fault.twin].sort().join(' ')}`
  return Object.values(fault).join(' ')
}
