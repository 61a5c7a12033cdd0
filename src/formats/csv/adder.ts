/**
 * Adds up rows as the totals of a list do: all of them, those since the last total, those of a day; and of each what has a minus and
 * what has none. Totals are written with the signs of the rows or without.
 */
import { DecimalSum, type Decimal } from '../../domain/money.ts'
import { magnitude } from '../written-amount.ts'

/** A row. `day`: however it is written, empty where it has none; `cells`: its amounts by column; `words`: null where nothing calls it a total. */
export type Addend = { readonly day: string; readonly cells: readonly (Decimal | null)[]; readonly words: string | null }

/** How many rows a candidate adds up, 0 where it is no sum; whether with their signs; and whether they are only those since the sum before, or of its day. */
export type Found = { readonly rows: number; readonly isExact: boolean; readonly isOwn: boolean }

type Way = 'all' | 'out' | 'into'

const ZERO = '0' as Decimal

/** The rows that were added, of which a sum added up so many already. */
class Scope {
  readonly #columns: readonly { readonly out: DecimalSum; readonly into: DecimalSum }[]
  readonly #rows: Record<Way, number> = { all: 0, out: 0, into: 0 }
  readonly #done: Record<Way, number> = { all: 0, out: 0, into: 0 }
  readonly #kept: Addend[] = []

  constructor(columns: number) {
    this.#columns = Array.from({ length: columns }, () => ({ out: new DecimalSum(), into: new DecimalSum() }))
  }

  get kept(): readonly Addend[] {
    return this.#kept
  }

  rows(way: Way): number {
    return this.#rows[way]
  }

  add(row: Addend, isKept: boolean): void {
    const { cells } = row
    if (isKept) this.#kept.push(row)
    this.#rows.all += 1
    if (cells.some(isOut)) this.#rows.out += 1
    if (cells.some((cell) => cell !== null && !isOut(cell))) this.#rows.into += 1
    cells.forEach((cell, at) => {
      if (cell !== null) this.#columns[at]![isOut(cell) ? 'out' : 'into'].add(cell)
    })
  }

  sums(way: Way): readonly Decimal[] {
    return this.#columns.map(({ out, into }) => {
      if (way !== 'all') return { out, into }[way].toDecimal()
      const all = new DecimalSum()
      for (const side of [out, into]) all.add(side.toDecimal())
      return all.toDecimal()
    })
  }

  /** Each row is looked at once, however many sums add it up. */
  cover(way: Way, covered: Set<Addend>): void {
    for (const row of this.#kept.slice(this.#done[way])) if (way === 'all' || (way === 'out') === row.cells.some(isOut)) covered.add(row)
    this.#done[way] = this.#kept.length
  }
}

export class Adder {
  readonly #columns: number
  /** Takes the rows that a sum adds up; null: nobody asks, and none are kept. */
  readonly #covered: Set<Addend> | null
  readonly #all: Scope
  #since: Scope
  #day: Scope
  #last = ''

  constructor(columns: number, covered: Set<Addend> | null) {
    this.#columns = columns
    this.#covered = covered
    this.#all = this.#empty()
    this.#since = this.#empty()
    this.#day = this.#empty()
  }

  get added(): readonly Addend[] {
    return this.#all.kept
  }

  /** What a candidate adds up. What nothing calls a total adds up all, not one direction. */
  compare({ cells, words }: Addend): Found {
    const ways = words === null ? (['all'] as const) : (['all', 'out', 'into'] as const)
    const written = cells.map((cell) => cell ?? ZERO)
    const fitting = [this.#all, this.#since, this.#day].flatMap((scope) => ways.flatMap((way) => {
      const sums = scope.sums(way)
      const isSum = sums.some((sum) => sum !== ZERO) && written.every((cell, at) => magnitude(cell) === magnitude(sums[at]!))
      return isSum ? [{ scope, way, isExact: written.every((cell, at) => cell === sums[at]) }] : []
    }))
    const exact = fitting.filter(({ isExact }) => isExact)
    if (this.#covered !== null) for (const { scope, way } of exact) scope.cover(way, this.#covered)
    const rows = Math.max(0, ...(exact.length > 0 ? exact : fitting).map(({ scope, way }) => scope.rows(way)))
    if (rows > 0) this.#since = this.#empty()
    return { rows, isExact: exact.length > 0, isOwn: exact.some(({ scope }) => scope !== this.#all) }
  }

  add(row: Addend): void {
    if (row.day !== this.#last) this.#day = this.#empty()
    this.#last = row.day
    for (const scope of [this.#all, this.#since, this.#day]) scope.add(row, this.#covered !== null)
  }

  #empty(): Scope {
    return new Scope(this.#columns)
  }
}

function isOut(cell: Decimal | null): boolean {
  return cell?.startsWith('-') === true
}
