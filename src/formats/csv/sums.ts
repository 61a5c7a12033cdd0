/**
 * Rows that only add up those above them: of a day, of a month, of all. Without a day any row of amounts that are exactly those of
 * several rows above it is one; with a day it must be called a total as well, and so must all rows of these words be sums:
 * `Total Wine` is a shop. And rows that are parts of the one above them, which a program that keeps books lists below it: they add
 * up to it, and have no day, or that one says that it is split. Read as rows they would count everything twice.
 */
import type { Decimal } from '../../domain/money.ts'
import { balanceWordsIn, isTotal, plainWords } from '../unstated.ts'
import { magnitude } from '../written-amount.ts'
import { monthOf, scanDate } from '../written-date.ts'
import { cellAmount, plus } from './amounts.ts'
import { amountCells, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { isDeclined, isPending } from './status.ts'

/** `lines`: of sums in the sample; `words`: what those with a day are called, there and behind it. */
export type Sums = { readonly lines: ReadonlySet<number>; readonly words: ReadonlySet<string>; /** Lines of parts in the sample. */ readonly parts: ReadonlySet<number>; /** The line of a total without a day that adds up nothing of the sample; null: none. */ readonly differ: number | null }

export const NO_SUMS: Sums = { lines: new Set(), words: new Set(), parts: new Set(), differ: null }

/** So many rows added up are no accident, nor so many sums. */
const SEVERAL = 2
const PARTS_MAX = 50

/** What a column adds up to: all of it, what has a minus and what has none. */
type Added = { readonly all: Decimal; readonly out: Decimal; readonly into: Decimal }
/** `rows`: how many of each were added. */
type Scope = { rows: Readonly<Record<keyof Added, number>>; columns: readonly Added[] }

const ZERO = '0' as Decimal
const NONE: Added = { all: ZERO, out: ZERO, into: ZERO }

type Line = { readonly line: number; readonly day: string; readonly cells: readonly (Decimal | null)[]; /** Null where nothing calls it a total. */ readonly words: string | null; readonly isSplit: boolean }

/** What programs write for the category of a payment that has several. */
const SPLIT = /^\W*(splits?( transaction)?|multiple( categories)?|split\/multiple categories|aufgeteilt|splittbuchung|ventilee?|multiples?|varias categorias)\W*$/i

export function sumsIn(records: readonly CsvRecord[], { booked, amount, style, skipped, status }: Layout): Sums {
  const columns = amountCells(amount)
  const stateOf = ({ cells }: CsvRecord): string => (status === null ? '' : (cells[status] ?? ''))
  const rows = records.slice(skipped).filter((record) => !isDeclined(stateOf(record)))
  const isWaiting = (record: CsvRecord): boolean => isPending(stateOf(record)) && scanDate(record.cells[booked] ?? '') === null
  const lines = rows.filter((record) => !isWaiting(record)).flatMap((record): readonly Line[] => {
    const cells = columns.map((at) => cellAmount(record, at, style))
    const [day, words] = [scanDate(record.cells[booked] ?? '') === null ? '' : record.cells[booked]!, sumWords(record.cells)]
    return cells.every((cell) => cell === null) || cells.includes(undefined) || (day === '' && balanceWordsIn(record.cells) !== null) ? [] : [{ line: record.line, day, words, isSplit: record.cells.some((cell) => SPLIT.test(cell)), cells: cells as (Decimal | null)[] }]
  })
  if (!lines.some((line) => isCandidate(line) || line.isSplit)) return NO_SUMS
  const parts = partsIn(lines)
  const sums = sumsAmong(lines.filter(({ line }) => !parts.has(line)))
  // What is pending may be in the totals or not.
  return { ...sums, parts, differ: rows.some((record) => isPending(stateOf(record))) ? null : sums.differ }
}

/** Two rows or more which stand below one and add up to it: all that have no day, or so many of its day below one that is split. */
function partsIn(lines: readonly Line[]): ReadonlySet<number> {
  const parts = new Set<number>()
  for (const [at, whole] of lines.entries()) {
    if (whole.day === '' || parts.has(whole.line)) continue
    const below = lines.slice(at + 1, at + 1 + PARTS_MAX)
    const areUndated = below[0]?.day === ''
    if (!areUndated && !whole.isSplit) continue
    const end = below.findIndex(({ day }) => day !== (areUndated ? '' : whole.day))
    const candidates = end === -1 ? below : below.slice(0, end)
    const count = partsOf(whole, candidates).find((some) => !areUndated || some === candidates.length) ?? 0
    for (const { line } of candidates.slice(0, count)) parts.add(line)
  }
  return parts
}

/** How many of these, from the first on, add up to the whole. */
function partsOf(whole: Line, below: readonly Line[]): readonly number[] {
  let sums: readonly Decimal[] = whole.cells.map(() => ZERO)
  return below.flatMap(({ cells }, i) => {
    sums = sums.map((sum, at) => plus(sum, cells[at] ?? ZERO))
    return i + 1 >= SEVERAL && sums.every((sum, at) => sum === (whole.cells[at] ?? ZERO)) ? [i + 1] : []
  })
}

function sumsAmong(lines: readonly Line[]): Omit<Sums, 'parts'> {
  if (!lines.some(isCandidate)) return NO_SUMS
  // A sum stands below its rows or above them.
  const found = [judged(lines), judged(lines.toReversed())]
  const dated = Map.groupBy(lines.filter(({ day, words }) => day !== '' && words !== null), ({ words }) => words!)
  const least = (rows: readonly Line[]): number => Math.max(...found.map((side) => Math.min(...rows.map((row) => side.get(row)!))))
  const most = (rows: readonly Line[]): number => Math.max(...rows.flatMap((row) => found.map((side) => side.get(row)!)))
  const named = [...dated].filter(([, rows]) => least(rows) > 0)
  // Beside one that adds up several another one may have but one row to add up.
  const areSums = named.some(([, rows]) => rows.length >= SEVERAL || most(rows) >= SEVERAL)
  const totals = lines.filter(({ day, words }) => day === '' && words !== null)
  return {
    differ: lines.filter(({ day }) => day !== '').length < SEVERAL ? null : (totals.find((total) => found.every((side) => side.get(total) === 0))?.line ?? null),
    // What is called a total and has no day is none of the rows in any case.
    lines: new Set(lines.filter((one) => one.day === '' && one.words === null && found.some((side) => side.get(one)! >= SEVERAL)).map(({ line }) => line)),
    words: new Set(areSums ? named.map(([words]) => words) : []),
  }
}

function isCandidate({ day, words }: Line): boolean {
  return day === '' || words !== null
}

/** How many rows in front of it each candidate adds up; 0: it is no sum. */
function judged(lines: readonly Line[]): ReadonlyMap<Line, number> {
  const empty = (): Scope => ({ rows: { all: 0, out: 0, into: 0 }, columns: lines[0]!.cells.map(() => NONE) })
  const scopes = { all: empty(), since: empty(), day: empty() }
  const found = new Map<Line, number>()
  let last = ''
  for (const line of lines) {
    if (isCandidate(line)) {
      const rows = Math.max(...Object.values(scopes).map((scope) => addedIn(line, scope)))
      found.set(line, rows)
      if (rows > 0) scopes.since = empty()
      if (rows > 0 || line.day === '') continue
    }
    if (line.day !== last) scopes.day = empty()
    last = line.day
    for (const scope of Object.values(scopes)) add(scope, line.cells)
  }
  return found
}

/** Whether a record is one of them. */
export function isSumAmong({ cells, line }: CsvRecord, { lines, words }: Sums): boolean {
  return lines.has(line) || (words.size > 0 && words.has(sumWords(cells) ?? ''))
}

/** What a total is called, whatever day or month it is of; null where nothing in the record is called so. */
function sumWords(cells: readonly string[]): string | null {
  const called = cells.find(isTotal)
  return called === undefined ? null : plainWords(called).split(' ').filter((word) => !/\d/.test(word) && monthOf(word) === 0).join(' ')
}

/** How many rows it adds up. Totals are written with the signs of the rows or without; what nothing calls one adds up all, not one direction. */
function addedIn({ cells, words }: Line, { rows, columns }: Scope): number {
  const fits = (which: keyof Added): boolean => cells.every((cell, at) => magnitude(cell ?? ZERO) === magnitude(columns[at]![which])) && columns.some((added) => added[which] !== ZERO)
  return Math.max(0, ...(words === null ? (['all'] as const) : (['all', 'out', 'into'] as const)).filter(fits).map((which) => rows[which]))
}

function add(scope: Scope, cells: Line['cells']): void {
  const isOut = (cell: Decimal | null): boolean => cell?.startsWith('-') === true
  const has = (test: boolean): number => (test ? 1 : 0)
  scope.rows = { all: scope.rows.all + 1, out: scope.rows.out + has(cells.some(isOut)), into: scope.rows.into + has(cells.some((cell) => cell !== null && !isOut(cell))) }
  scope.columns = scope.columns.map(({ all, out, into }, at) => {
    const cell = cells[at] ?? ZERO
    return isOut(cell) ? { all: plus(all, cell), out: plus(out, cell), into } : { all: plus(all, cell), out, into: plus(into, cell) }
  })
}
