/**
 * Statements of one account in one file, arranged in layers. Statements of a layer add up: their days
 * do not meet, or the closing balance of one is the opening balance of the next. Statements of two
 * layers answer for the same days, as January and "the last 60 days" do, and are matched with one
 * another like two answers of the source: what both show is there once.
 */
import { maxDay, minDay, type DayRange } from '../domain/day.ts'
import type { Decimal } from '../domain/money.ts'

/** What tells how a statement lies beside others. `days`: null when it has no rows. */
export type Lying = { readonly days: DayRange | null; readonly opening: Decimal | null; readonly closing: Decimal | null; /** See `StatementHead`. */ readonly number: readonly number[] }

/** The layer of each statement, from 0, in the order of the file. */
export function layersOf(statements: readonly Lying[]): readonly number[] {
  const chains = chainsOf(statements)
  const layers: Layer[] = []
  return statements.map(({ days }, index) => {
    const chain = chains[index]!
    let layer = layers.findIndex((others) => days === null || others.fits(days, chain))
    if (layer === -1) layer = layers.push(new Layer()) - 1
    if (days !== null) layers[layer]!.add(days, chain)
    return layer
  })
}

/** The days of the statements of a layer, oldest first: those of one chain as far as they meet, and those of different chains never do. */
class Layer {
  readonly #stretches: (DayRange & { readonly chain: number })[] = []

  /** Whether no statement of another chain has one of these days. */
  fits(days: DayRange, chain: number): boolean {
    for (let at = this.#firstUpTo(days); at < this.#stretches.length && this.#stretches[at]!.from <= days.to; at++) if (this.#stretches[at]!.chain !== chain) return false
    return true
  }

  /** Days that fit. */
  add(days: DayRange, chain: number): void {
    const at = this.#firstUpTo(days)
    let [whole, met] = [days, 0]
    for (let next = this.#stretches[at]; next !== undefined && next.from <= days.to; next = this.#stretches[at + ++met]) whole = { from: minDay(whole.from, next.from), to: maxDay(whole.to, next.to) }
    this.#stretches.splice(at, met, { ...whole, chain })
  }

  /** The first stretch that ends on the first of these days or later. */
  #firstUpTo({ from }: DayRange): number {
    let [low, high] = [0, this.#stretches.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#stretches[middle]!.to >= from) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Statements with the same number hang together by their balances, each opening where the one before closed. */
function chainsOf(statements: readonly Lying[]): readonly number[] {
  const chains = new Chains()
  const openings = new Map<string, number[]>()
  statements.forEach(({ opening, number }, index) => {
    if (opening === null) return
    for (const key of [opening, ...number.map((_, at) => keyOf(opening, number.slice(0, at + 1), number.length))]) {
      const same = openings.get(key)
      if (same === undefined) openings.set(key, [index])
      else same.push(index)
    }
  })
  const followers = new Set<number>()
  const followed = new Set<number>()
  const follow = (index: number, keysOf: (closing: Decimal) => readonly string[]): void => {
    const { closing } = statements[index]!
    if (closing === null || followed.has(index)) return
    const fits = (other: number): boolean => !followers.has(other) && !chains.areOne(other, index) && isLater(statements[other]!, statements[index]!)
    const next = first(keysOf(closing).flatMap((key) => nearest(openings.get(key) ?? [], index, fits) ?? []), index)
    if (next === undefined) return
    followers.add(next)
    followed.add(index)
    chains.join(index, next)
  }
  // What the bank numbers as the next statement, or as the next page under its number, is no other one of the same days.
  statements.forEach(({ number }, index) => follow(index, (closing) => number.map((part, at) => keyOf(closing, [...number.slice(0, at), part + 1], number.length))))
  // One that closes as it opened could as well be repeated or held by the other, unless something leads up to it.
  const moves = statements.map(({ opening, closing }) => opening !== null && opening !== closing)
  statements.forEach((_, index) => moves[index] && follow(index, (closing) => [closing]))
  statements.forEach((_, index) => !moves[index] && followers.has(index) && follow(index, (closing) => [closing]))
  return statements.map((_, index) => chains.of(index))
}

/** Which statements hang together: each names another of its chain, the last itself. */
class Chains {
  readonly #next = new Map<number, number>()

  of(index: number): number {
    let last = index
    for (let next = this.#next.get(last); next !== undefined; next = this.#next.get(last)) last = next
    // The next time it is no way.
    for (let at = index; at !== last; ) {
      const next = this.#next.get(at)!
      this.#next.set(at, last)
      at = next
    }
    return last
  }

  areOne(a: number, b: number): boolean {
    return this.of(a) === this.of(b)
  }

  join(a: number, b: number): void {
    this.#next.set(this.of(b), this.of(a))
  }
}

/** An opening balance and how the number begins, of so many parts. */
function keyOf(opening: Decimal, number: readonly number[], parts: number): string {
  return `${opening} ${parts} ${number.join(' ')}`
}

/** The first that fits after `index`, else before it. `others`: in order. */
function nearest(others: readonly number[], index: number, fits: (other: number) => boolean): number | undefined {
  let [after, end] = [0, others.length]
  while (after < end) {
    const middle = (after + end) >> 1
    if (others[middle]! > index) end = middle
    else after = middle + 1
  }
  for (let at = after; at < others.length; at++) if (fits(others[at]!)) return others[at]
  for (let at = after - 1; at >= 0; at--) if (others[at] !== index && fits(others[at]!)) return others[at]
  return undefined
}

/** The first after `index`, else the last before it: most files run forwards in time. */
function first(others: readonly number[], index: number): number | undefined {
  const after = others.filter((other) => other > index)
  return after.length > 0 ? Math.min(...after) : others.length > 0 ? Math.max(...others) : undefined
}

/** Not before: statements of one day follow each other by their balances alone. */
function isLater({ days }: Lying, { days: before }: Lying): boolean {
  return days === null || before === null || days.from >= before.to
}
