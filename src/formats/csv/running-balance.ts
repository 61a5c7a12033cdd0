/**
 * Opening and closing balance of a CSV statement from its running balance column, in flat memory. Rows
 * without a balance (many banks print one a day) are bridged by their amounts. Pending rows do not
 * count: banks leave them out of the balance.
 */
import { maxDay, minDay, type Day } from '../../domain/day.ts'
import { DecimalSum, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { openingDay } from '../opening-day.ts'
import { negate } from '../written-amount.ts'
import type { BalanceAbove } from './balances-above.ts'

type Known = {
  readonly balance: Decimal
  /** Sum of the rows before this one in the file, and with it. */ readonly before: Decimal
  readonly upTo: Decimal
}

type StatedBalance = { readonly kind: 'opening' | 'closing' | 'ledger'; readonly amount: Decimal; readonly on: Day }
export type Stated = { readonly kind: 'opening' | 'closing'; readonly amount: Decimal; readonly on: Day }

/** More are no accident: rows stand in another order than the balance, or some were left out of the list. */
const BREAKS = 2
const STEPS_A_BREAK = 3
/** More of them are no list of one account in whatever order. */
const ENDS_MAX = 10_000

/**
 * Balances before rows and after them, whatever order the rows stand in: each is that before another row but for the last one, and
 * that after another row but for the first. Where rows follow each other next to none wait for theirs.
 */
export class LooseEnds {
  readonly #waiting = new Map<Decimal, number>()
  #isWhole = true
  /** The days in their order, where all rows of each stand beside one balance: what the account held in the evening. */
  #evenings: Evening[] | null = []

  /** `on`: the day, however it is written; `balance`: after the row; where one is not known, nor are the ends. */
  add(on: string, amount: Decimal, balance: Decimal | null): void {
    this.#addToEvening(on, amount, balance)
    if (!this.#isWhole) return
    this.#isWhole = balance !== null && this.#waiting.size < ENDS_MAX
    if (balance === null) return
    this.#count(balance, 1)
    this.#count(sum(balance, negate(amount)), -1)
  }

  /** Null where rows are missing or stand there twice, or nothing tells which of its balances the list begins with. */
  both(): { readonly opening: Decimal; readonly closing: Decimal } | null {
    const [one, other, ...more] = [...this.#waiting].sort(([, a], [, b]) => a - b)
    const evenings = this.#isWhole ? (this.#evenings ?? []) : []
    return endsOf(evenings) ?? endsOf(evenings.toReversed()) ?? (this.#isWhole && one?.[1] === -1 && other?.[1] === 1 && more.length === 0 ? { opening: one[0], closing: other[0] } : null)
  }

  #addToEvening(on: string, amount: Decimal, balance: Decimal | null): void {
    const last = this.#evenings?.at(-1)
    if (last?.on === on && last.balance === balance) Object.assign(last, { moved: sum(last.moved, amount), rows: last.rows + 1 })
    else if (balance === null || last?.on === on) this.#evenings = null
    else this.#evenings?.push({ on, balance, moved: amount, rows: 1 })
  }

  #count(balance: Decimal, by: 1 | -1): void {
    const count = (this.#waiting.get(balance) ?? 0) + by
    if (count === 0) this.#waiting.delete(balance)
    else this.#waiting.set(balance, count)
  }
}

type Evening = { readonly on: string; readonly balance: Decimal; moved: Decimal; rows: number }

/** Of days from the first to the last; null where what moved on one does not lead from the evening before to its own, or only the first has several rows: one of those may stand there twice. */
function endsOf(evenings: readonly Evening[]): { readonly opening: Decimal; readonly closing: Decimal } | null {
  const [first, last] = [evenings[0], evenings.at(-1)]
  if (first === undefined || !evenings.slice(1).some(({ rows }) => rows > 1) || evenings.some(({ balance, moved }, at) => at > 0 && sum(evenings[at - 1]!.balance, moved) !== balance)) return null
  return { opening: sum(first.balance, negate(first.moved)), closing: last!.balance }
}

export class RunningBalance {
  readonly #forward: boolean
  readonly #sum = new DecimalSum()
  #first: Known | null = null
  #last: Known | null = null
  #earliest: Day | null = null
  #latest: Day | null = null
  #standing: Pick<Known, 'balance' | 'upTo'> | null = null
  readonly #inWords = new Map<Stated['kind'], Stated>()
  /** Steps from one balance to the next, and the lines to which the amounts do not lead. */
  #steps = 0
  readonly #breaks: number[] = []
  readonly #ends = new LooseEnds()

  constructor(direction: 'forward' | 'backward') {
    this.#forward = direction === 'forward'
  }

  /** A balance that the file states in words. */
  state(kind: Stated['kind'], amount: Decimal, on: Day): void {
    const before = this.#inWords.get(kind)
    // Some banks state one at the end of each day: the first opens the file, the last of the days closes it.
    const counts = before === undefined || (kind === 'closing' && (this.#forward ? on >= before.on : on > before.on))
    if (counts) this.#inWords.set(kind, { kind, amount, on })
  }

  /** The next row in the file; `balance` is null where its cell is empty. False: it is not that to which a balance beside no amount led. */
  move(amount: Decimal, balance: Decimal | null, row: StatementRow): boolean {
    if (row.status === 'pending') return true
    this.#earliest = this.#earliest === null ? row.postedOn : minDay(this.#earliest, row.postedOn)
    this.#latest = this.#latest === null ? row.postedOn : maxDay(this.#latest, row.postedOn)
    const before = this.#sum.toDecimal()
    this.#sum.add(amount)
    this.#ends.add(row.postedOn, amount, balance)
    if (balance === null) return true
    const known = { balance, before, upTo: this.#sum.toDecimal() }
    const [standing, isFirst] = [this.#standing, this.#first === null]
    if (this.#last !== null) {
      this.#steps += 1
      const { before: since, upTo, balance: former } = this.#last
      const leads = this.#forward ? sum(former, known.upTo, negate(upTo)) === balance : sum(balance, known.before, negate(since)) === former
      if (!leads && this.#breaks.length <= BREAKS) this.#breaks.push(row.line)
    }
    this.#first ??= known
    this.#last = known
    if (standing === null || !isFirst) return true
    return this.#forward ? sum(standing.balance, known.upTo, negate(standing.upTo)) === balance : sum(balance, known.before, negate(standing.upTo)) === standing.balance
  }

  /** Whether a balance beside no amount is the one that the rows so far lead to; as long as nothing is known, what comes next is asked. */
  agrees(balance: Decimal): boolean {
    const last = this.#last
    if (last === null) {
      this.#standing ??= { balance, upTo: this.#sum.toDecimal() }
      return true
    }
    const rest = sum(this.#sum.toDecimal(), negate(last.upTo))
    return balance === (this.#forward ? sum(last.balance, rest) : sum(last.balance, negate(last.upTo), last.before, negate(rest)))
  }

  /** The lines at which a balance that otherwise runs with the amounts does not: a row is missing, or a figure is damaged. */
  breaks(): readonly number[] {
    return this.#breaks.length <= BREAKS && this.#breaks.length * STEPS_A_BREAK <= this.#steps && this.#ends.both() === null ? this.#breaks : []
  }

  /** Whether it runs with some amounts, but not with so many that single places tell nothing. */
  runsElsewhere(): boolean {
    return this.#breaks.length > 0 && this.breaks().length === 0 && this.#ends.both() === null
  }

  /** What the rows lack between the balances that the file states in words, `beside` the rows among them, or one of those and its column; null: nothing, or no two are told. */
  lacks(beside: readonly BalanceAbove[]): Decimal | null {
    const [first, last] = [this.#first, this.#last]
    const inWords = (kind: Stated['kind']): readonly Decimal[] => [...this.#inWords.values(), ...beside].flatMap((told) => (told.kind === kind ? [told.amount] : []))
    const [openings, closings] = [inWords('opening'), inWords('closing')]
    if (this.#earliest === null || openings.length + closings.length === 0) return null
    const ends = first === null || last === null ? null : ((this.#breaks.length === 0 ? null : this.#ends.both()) ?? { opening: this.#opening(first, last), closing: this.#closing(first, last) })
    const [from, to] = [openings.length > 0 ? openings : ends === null ? [] : [ends.opening], closings.length > 0 ? closings : ends === null ? [] : [ends.closing]]
    const moved = this.#sum.toDecimal()
    // Each page of a list may have its own.
    if (from.length === 0 || to.length === 0 || from.some((opening) => to.includes(sum(opening, moved)))) return null
    return sum(to.at(-1)!, negate(from[0]!), negate(moved))
  }

  /** What is known: in words, else by the column; the opening balance belongs to the first booking day. */
  stated(): readonly Stated[] {
    const [first, last, earliest, latest] = [this.#first, this.#last, this.#earliest, this.#latest]
    const opening = this.#inWords.get('opening')
    const closing = this.#inWords.get('closing')
    const ends = this.#breaks.length === 0 ? null : this.#ends.both()
    const stated: Stated[] = []
    if (opening !== undefined) stated.push({ ...opening, on: openingDay(opening.on, earliest, latest) })
    else if (first !== null && last !== null && earliest !== null)
      stated.push({ kind: 'opening', amount: ends === null ? this.#opening(first, last) : ends.opening, on: earliest })
    if (closing !== undefined) stated.push(closing)
    else if (first !== null && last !== null && latest !== null)
      stated.push({ kind: 'closing', amount: ends === null ? this.#closing(first, last) : ends.closing, on: latest })
    return stated
  }

  /** Of the balances above the list those that can be said of it: none where they contradict its rows. */
  ofThose(above: readonly BalanceAbove[]): readonly StatedBalance[] {
    const [earliest, latest] = [this.#earliest, this.#latest]
    if (earliest === null || latest === null) return []
    const [opening, closing, ledger] = (['opening', 'closing', 'ledger'] as const).map((kind) => above.filter((told) => told.kind === kind))
    const [begins, ends] = [opening!.at(-1), closing!.at(-1)]
    if (begins !== undefined && ends !== undefined && sum(begins.amount, this.#sum.toDecimal()) !== ends.amount) return []
    return [
      ...(begins === undefined ? [] : [{ kind: 'opening' as const, amount: begins.amount, on: openingDay(begins.on ?? earliest, earliest, latest) }]),
      ...(ends === undefined ? [] : [{ kind: 'closing' as const, amount: ends.amount, on: maxDay(ends.on ?? latest, latest) }]),
      ...ledger!.filter(({ on }) => ends === undefined && on! >= latest).slice(-1).map(({ amount, on }) => ({ kind: 'ledger' as const, amount, on: on! })),
    ]
  }

  #opening(first: Known, last: Known): Decimal {
    // Forwards the rows up to the first balance made it; backwards the last one in the file and those after it.
    return this.#forward ? sum(first.balance, negate(first.upTo)) : sum(last.balance, last.before, negate(this.#sum.toDecimal()))
  }

  #closing(first: Known, last: Known): Decimal {
    return this.#forward ? sum(last.balance, this.#sum.toDecimal(), negate(last.upTo)) : sum(first.balance, first.before)
  }
}

function sum(...amounts: readonly Decimal[]): Decimal {
  const total = new DecimalSum()
  for (const amount of amounts) total.add(amount)
  return total.toDecimal()
}
