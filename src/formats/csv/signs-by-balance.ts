/**
 * Amounts without signs beside a balance that goes up by some and down by others: from row to row the balance tells which way
 * each went. Of the oldest row, and of one before which rows are missing, it tells nothing: there an opening balance in words
 * does, else the way of other rows with the same text or kind. What is still open went the way of most, and is told with its lines.
 */
import type { Decimal } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { magnitude, negate } from '../written-amount.ts'
import { plus, type Cells, type Proof } from './amounts.ts'
import type { CsvRow } from './rows.ts'

type Way = 'in' | 'out'
type Row = Extract<CsvRow, { readonly type: 'row' }>
type Placed = { readonly row: CsvRow; readonly line: number }

/** One step may be right by chance; of two, one up and one down, both are not. */
const STEPS_NEEDED = 2
/** Lines that are named. */
const LINES_TOLD = 5

/** Said of rows of which nothing told the way. */
const OPEN = {
  in: (lines: string, count: number): string => `The amounts of this file have no signs: the balance tells which way their money went, but not for ${count} of them (lines ${lines}): those were read as money in, as most of the others are. If one went out, take this import back, and export the file with signs, or from an earlier day on.`,
  out: (lines: string, count: number): string => `The amounts of this file have no signs: the balance tells which way their money went, but not for ${count} of them (lines ${lines}): those were read as money out, as most of the others are. If one came in, take this import back, and export the file with signs, or from an earlier day on.`,
} as const

/** The ways of rows that the balance tells, by their texts and kinds (those that go both ways tell nothing), and that of most. */
export type KnownWays = { readonly byText: ReadonlyMap<string, Way | null>; readonly most: Way }

function wayBetween(before: Decimal, amount: Decimal, after: Decimal): Way | null {
  const size = magnitude(amount)
  return plus(before, size) === after ? 'in' : plus(before, negate(size)) === after ? 'out' : null
}

/** How many steps of the balance are of the size of the amount beside it, whichever way it went. */
export function proveEitherWay(amounts: Cells, balances: Cells): Proof {
  let [steps, forward, backward] = [0, 0, 0]
  for (let at = 1; at < amounts.length; at += 1) {
    const [older, newer, before, after] = [amounts[at - 1], amounts[at], balances[at - 1], balances[at]]
    if (typeof older !== 'string' || typeof newer !== 'string' || typeof before !== 'string' || typeof after !== 'string') continue
    steps += 1
    if (wayBetween(before, newer, after) !== null) forward += 1
    if (wayBetween(after, older, before) !== null) backward += 1
  }
  return { steps, forward, backward }
}

/** The ways that the balance tells, each beside its amount; null: it goes by other amounts than these, or one way only. */
export function waysByBalance(amounts: Cells, balances: Cells): readonly (Way | null)[] | null {
  const { steps, forward, backward } = proveEitherWay(amounts, balances)
  if (steps < STEPS_NEEDED || Math.max(forward, backward) < steps) return null
  const isForward = forward >= backward
  const ways = amounts.map((amount, at): Way | null => {
    const [from, to] = isForward ? [balances[at - 1], balances[at]] : [balances[at + 1], balances[at]]
    return typeof amount !== 'string' || amount === '0' || typeof from !== 'string' || typeof to !== 'string' ? null : wayBetween(from, amount, to)
  })
  return ways.includes('in') && ways.includes('out') ? ways : null
}

/** What the texts and kinds of those rows say of others that have the same. */
export function knownWays(texts: readonly (readonly string[])[], ways: readonly (Way | null)[]): KnownWays {
  const byText = new Map<string, Way | null>()
  texts.forEach((told, at) => {
    const way = ways[at] ?? null
    if (way !== null) for (const text of told.map(plainWords)) if (text !== '') byText.set(text, byText.has(text) && byText.get(text) !== way ? null : way)
  })
  const outs = ways.filter((way) => way === 'out').length
  return { byText, most: outs * 2 > ways.filter((way) => way !== null).length ? 'out' : 'in' }
}

/** Gives the rows of a table their signs; a row of a file that runs backwards waits for the older one below it. */
export class SignsByBalance {
  readonly #isForward: boolean
  readonly #known: KnownWays
  /** The balance in words above the rows. */
  #opening: Decimal | null = null
  /** The row above, with what came after it while its sign is open. */
  #above: { readonly row: Row; readonly line: number } | null = null
  #after: Placed[] = []
  readonly #open: number[] = []

  constructor(direction: 'forward' | 'backward', known: KnownWays) {
    this.#isForward = direction === 'forward'
    this.#known = known
  }

  /** The rows whose signs are known now, in their order. */
  take(row: CsvRow, line: number): readonly Placed[] {
    if (row.type === 'balance' && row.kind === 'opening') this.#opening = row.amount
    if (row.type !== 'row') {
      if (this.#isForward || this.#above === null) return [{ row, line }]
      this.#after.push({ row, line })
      return []
    }
    const above = this.#above
    const isSame = above !== null && above.row.account === row.account && above.row.currency === row.currency && above.row.unit === row.unit
    this.#above = { row, line }
    if (this.#isForward) return [this.#signed({ row, line }, isSame ? above.row.balance : this.#opening)]
    if (above === null) return []
    const known = [this.#signed(above, isSame ? row.balance : null), ...this.#after]
    this.#after = []
    return known
  }

  /** The rows that still wait: below the last one the balance tells nothing more. */
  finish(): readonly Placed[] {
    const last = this.#above
    if (this.#isForward || last === null) return []
    this.#above = null
    return [this.#signed(last, this.#opening), ...this.#after]
  }

  /** What is said of the rows of which nothing told the way; null where there are none. */
  told(): string | null {
    if (this.#open.length === 0) return null
    const lines = this.#open.slice(0, LINES_TOLD).join(', ')
    return OPEN[this.#known.most](lines, this.#open.length)
  }

  #signed({ row, line }: { readonly row: Row; readonly line: number }, above: Decimal | null): Placed {
    const before = row.before ?? above
    const { amount, foreign, kind, name, memo } = row.row
    const way = before === null || row.balance === null ? null : wayBetween(before, amount, row.balance)
    const alike = [name, memo, kind].map((text) => this.#known.byText.get(plainWords(text ?? '')) ?? null).find((told) => told !== null)
    // A first payment in is all that there is.
    const told = way ?? (row.balance === magnitude(amount) ? 'in' : alike) ?? null
    if (told === null && amount !== '0') this.#open.push(line)
    if ((told ?? this.#known.most) !== 'out') return { row, line }
    return { row: { ...row, row: { ...row.row, name: row.nameIfOut ?? name, amount: negate(amount), foreign: foreign === null || foreign.amount === null ? foreign : { ...foreign, amount: negate(foreign.amount) } } }, line }
  }
}
