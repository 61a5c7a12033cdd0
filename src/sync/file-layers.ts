/**
 * Statements of one account in one file, arranged in layers. Statements of a layer add up: their days
 * do not meet, or the closing balance of one is the opening balance of the next. Statements of two
 * layers answer for the same days, as January and "the last 60 days" do, and are matched with one
 * another like two answers of the source: what both show is there once.
 */
import type { DayRange } from '../domain/day.ts'
import type { Decimal } from '../domain/money.ts'
import { overlap } from './coverage.ts'

/** What tells how a statement lies beside others. `days`: null when it has no rows. */
export type Lying = { readonly days: DayRange | null; readonly opening: Decimal | null; readonly closing: Decimal | null; /** See `StatementHead`. */ readonly number: readonly number[] }

/** The layer of each statement, from 0, in the order of the file. */
export function layersOf(statements: readonly Lying[]): readonly number[] {
  const chains = chainsOf(statements)
  const members: number[][] = []
  return statements.map((statement, index) => {
    const fits = (other: number): boolean => {
      const { days } = statements[other]!
      return days === null || statement.days === null || overlap(days, statement.days) === null || chains[other] === chains[index]
    }
    let layer = members.findIndex((others) => others.every(fits))
    if (layer === -1) layer = members.push([]) - 1
    members[layer]!.push(index)
    return layer
  })
}

/** Statements with the same number hang together by their balances, each opening where the one before closed. */
function chainsOf(statements: readonly Lying[]): readonly number[] {
  const chains = statements.map((_, index) => index)
  const openings = new Map<Decimal, number[]>()
  statements.forEach(({ opening }, index) => {
    if (opening === null) return
    const same = openings.get(opening)
    if (same === undefined) openings.set(opening, [index])
    else same.push(index)
  })
  const followers = new Set<number>()
  const followed = new Set<number>()
  const follow = (index: number, fits: (other: number) => boolean = () => true): void => {
    const { closing } = statements[index]!
    const next = closing === null || followed.has(index) ? undefined : nearest(openings.get(closing) ?? [], index, (other) => !followers.has(other) && chains[other] !== chains[index] && isLater(statements[other]!, statements[index]!) && fits(other))
    if (next === undefined) return
    followers.add(next)
    followed.add(index)
    const [kept, gone] = [chains[index]!, chains[next]!]
    chains.forEach((chain, other) => chain === gone && (chains[other] = kept))
  }
  // What the bank numbers as the next statement is no other one of the same days.
  statements.forEach((statement, index) => follow(index, (other) => isNext(statements[other]!, statement)))
  // One that closes as it opened could as well be repeated or held by the other, unless something leads up to it.
  const moves = statements.map(({ opening, closing }) => opening !== null && opening !== closing)
  statements.forEach((_, index) => moves[index] && follow(index))
  statements.forEach((_, index) => !moves[index] && followers.has(index) && follow(index))
  return chains
}

/** The first that fits after `index`, else before it: most files run forwards in time. */
function nearest(others: readonly number[], index: number, fits: (other: number) => boolean): number | undefined {
  return others.find((other) => other > index && fits(other)) ?? others.findLast((other) => other < index && fits(other))
}

/** The number after it, or the next page under it. */
function isNext({ number }: Lying, { number: before }: Lying): boolean {
  const at = number.findIndex((part, i) => part !== before[i])
  return number.length === before.length && at !== -1 && number[at] === before[at]! + 1
}

/** Not before: statements of one day follow each other by their balances alone. */
function isLater({ days }: Lying, { days: before }: Lying): boolean {
  return days === null || before === null || days.from >= before.to
}
