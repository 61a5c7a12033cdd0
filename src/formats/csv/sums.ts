/**
 * Rows that only add up those above them: of a day, of a month, of all. Their amounts are exactly those of the rows, and they leave
 * no row out; with a day they must be called a total as well, and so must all rows of these words be sums: `Total Wine` is a shop, and
 * what is bought there may cost as much as all before it. And rows that are parts of the one above them, which a program that keeps
 * books lists below it: they add up to it, name nobody else, and have no day, or that one says that it is split. Read as rows they
 * would count everything twice. Whatever moves the balance beside it is a payment.
 */
import type { Decimal } from '../../domain/money.ts'
import { balanceWordsIn, isTotal, plainWords } from '../unstated.ts'
import { magnitude } from '../written-amount.ts'
import { monthOf, scanDate } from '../written-date.ts'
import { balanceIn, cellAmount, movedAmount, plus } from './amounts.ts'
import { amountCells, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { isDeclined, isPending } from './status.ts'

/** `lines`: of sums in the sample; `words`: what those with a day are called, there and behind it. */
export type Sums = { readonly lines: ReadonlySet<number>; readonly words: ReadonlySet<string>; /** Lines of parts in the sample. */ readonly parts: ReadonlySet<number>; /** The line of a row that may be a total of others, and was read as a payment; null: none. */ readonly doubtful: number | null; /** The line of a total without a day that adds up nothing of the sample; null: none. */ readonly differ: number | null }

export const NO_SUMS: Sums = { lines: new Set(), words: new Set(), parts: new Set(), doubtful: null, differ: null }

/** So many rows added up are no accident, nor so many sums. */
const SEVERAL = 2
const PARTS_MAX = 50

/** What a column adds up to: all of it, what has a minus and what has none. */
type Added = { readonly all: Decimal; readonly out: Decimal; readonly into: Decimal }
/** `rows`: how many of each were added; `lines`: those, of which a sum added up so many already. */
type Scope = { rows: Readonly<Record<keyof Added, number>>; columns: readonly Added[]; readonly lines: Line[]; readonly done: Record<keyof Added, number> }

const ZERO = '0' as Decimal
const NONE: Added = { all: ZERO, out: ZERO, into: ZERO }

type Line = { readonly line: number; readonly day: string; readonly cells: readonly (Decimal | null)[]; /** Whom it names. */ readonly names: readonly string[]; /** Null where nothing calls it a total. */ readonly words: string | null; readonly isSplit: boolean; /** The balance beside it is another one for its amount. */ readonly isMove: boolean }

/** How many rows a candidate adds up, 0 where it is no sum; whether with their signs; and whether they are only those since the sum before, or of its day. */
type Found = { readonly rows: number; readonly isExact: boolean; readonly isOwn: boolean }

/** Of one way through the list; `isWhole`: no row is left which none of them adds up. */
type Side = { readonly found: ReadonlyMap<Line, Found>; readonly isWhole: boolean }

/** What programs write for the category of a payment that has several. */
const SPLIT = /^\W*(splits?( transaction)?|multiple( categories)?|split\/multiple categories|aufgeteilt|splittbuchung|ventilee?|multiples?|varias categorias)\W*$/i

export function sumsIn(records: readonly CsvRecord[], layout: Layout): Sums {
  const { booked, amount, style, skipped, status, name } = layout
  const columns = amountCells(amount)
  const stateOf = ({ cells }: CsvRecord): string => (status === null ? '' : (cells[status] ?? ''))
  const rows = records.slice(skipped).filter((record) => !isDeclined(stateOf(record)))
  const isWaiting = (record: CsvRecord): boolean => isPending(stateOf(record)) && scanDate(record.cells[booked] ?? '') === null
  const moves = movesIn(rows, layout)
  const lines = rows.filter((record) => !isWaiting(record)).flatMap((record): readonly Line[] => {
    const cells = columns.map((at) => cellAmount(record, at, style))
    const [day, words] = [scanDate(record.cells[booked] ?? '') === null ? '' : record.cells[booked]!, sumWords(record.cells)]
    return cells.every((cell) => cell === null) || cells.includes(undefined) || (day === '' && balanceWordsIn(record.cells) !== null) ? [] : [{ line: record.line, day, names: name.map((at) => record.cells[at] ?? ''), words, isSplit: record.cells.some((cell) => SPLIT.test(cell)), isMove: moves.has(record.line), cells: cells as (Decimal | null)[] }]
  })
  if (!lines.some((line) => isCandidate(line) || line.isSplit)) return NO_SUMS
  const parts = partsIn(lines)
  const sums = sumsAmong(lines.filter(({ line }) => !parts.has(line)))
  // What is pending may be in the totals or not.
  return { ...sums, parts, differ: rows.some((record) => isPending(stateOf(record))) ? null : sums.differ }
}

/** The lines of rows whose amount leads from the balance beside the row of before to their own. */
function movesIn(rows: readonly CsvRecord[], layout: Layout): ReadonlySet<number> {
  const told = rows.flatMap((record) => {
    const [amount, balance] = [movedAmount(record, layout, layout.style), balanceIn(record, layout, layout.balanceStyle)]
    return typeof amount === 'string' && typeof balance === 'string' ? [{ line: record.line, amount, after: layout.balanceBefore ? plus(balance, amount) : balance }] : []
  })
  const inTime = layout.direction === 'forward' ? told : told.toReversed()
  return new Set(inTime.filter(({ amount, after }, at) => at > 0 && amount !== ZERO && plus(inTime[at - 1]!.after, amount) === after).map(({ line }) => line))
}

/** Two rows or more which stand below one and add up to it: all that have no day, or so many of its day below one that is split. */
function partsIn(lines: readonly Line[]): ReadonlySet<number> {
  const parts = new Set<number>()
  for (const [at, whole] of lines.entries()) {
    if (whole.day === '' || parts.has(whole.line)) continue
    const below = lines.slice(at + 1, at + 1 + PARTS_MAX)
    const areUndated = below[0]?.day === ''
    if (!areUndated && !whole.isSplit) continue
    const end = below.findIndex((one) => one.day !== (areUndated ? '' : whole.day) || one.isMove || one.names.some((name, i) => name !== '' && name !== whole.names[i]))
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
  const sides = [judged(lines), judged(lines.toReversed())]
  const dated = Map.groupBy(lines.filter((line) => isCandidate(line) && line.day !== ''), ({ words }) => words!)
  const payments = new Set(lines.filter(({ isMove }) => isMove).map(({ words }) => words))
  const groups = [...dated].filter(([words]) => !payments.has(words))
  const named = new Set(sides.flatMap((side) => {
    const sums = groups.filter(([, rows]) => rows.every((row) => side.found.get(row)!.isExact))
    return areSums(sums.flatMap(([, rows]) => rows), side) ? sums.map(([words]) => words) : []
  }))
  const unnamed = sides.flatMap((side) => {
    const sums = lines.filter((one) => one.day === '' && one.words === null && isSeveral(side.found.get(one)))
    return areSums(sums, side) ? sums : []
  })
  const totals = lines.filter(({ day, words }) => day === '' && words !== null)
  const doubtful = groups.find(([words, rows]) => !named.has(words) && sides.some(({ found }) => rows.every((row) => found.get(row)!.rows > 0) && rows.some((row) => found.get(row)!.rows >= SEVERAL)))
  return {
    // What is called a total and has no day is none of the rows in any case.
    differ: lines.filter(({ day }) => day !== '').length < SEVERAL ? null : (totals.find((total) => sides.every(({ found }) => found.get(total)?.rows === 0))?.line ?? null),
    doubtful: doubtful?.[1][0]!.line ?? null,
    lines: new Set(unnamed.map(({ line }) => line)),
    words: named,
  }
}

function isSeveral(found: Found | undefined): boolean {
  return found !== undefined && found.isExact && found.rows >= SEVERAL
}

/** One of several rows beside which no row is left, or several such: a payment may have the amount of those before it by chance. */
function areSums(rows: readonly Line[], { found, isWhole }: Side): boolean {
  const several = rows.map((row) => found.get(row)!).filter(isSeveral)
  return several.length > 0 && (isWhole || several.filter(({ isOwn }) => isOwn).length >= SEVERAL)
}

function isCandidate({ day, words, isMove }: Line): boolean {
  return !isMove && (day === '' || words !== null)
}

/** Walks through the list, and compares each candidate with the rows in front of it. */
function judged(lines: readonly Line[]): Side {
  const empty = (): Scope => ({ rows: { all: 0, out: 0, into: 0 }, columns: lines[0]!.cells.map(() => NONE), lines: [], done: { all: 0, out: 0, into: 0 } })
  const scopes = { all: empty(), since: empty(), day: empty() }
  const found = new Map<Line, Found>()
  const covered = new Set<Line>()
  let last = ''
  for (const line of lines) {
    if (isCandidate(line)) {
      const one = foundIn(line, scopes, covered)
      found.set(line, one)
      if (one.rows > 0) scopes.since = empty()
      if (one.rows > 0 || line.day === '') continue
    }
    if (line.day !== last) scopes.day = empty()
    last = line.day
    for (const scope of Object.values(scopes)) add(scope, line)
  }
  return { found, isWhole: scopes.all.lines.every((line) => covered.has(line) || line.cells.every((cell) => cell === null || cell === ZERO)) }
}

/** What a candidate adds up; `covered` takes the rows. Totals are written with the signs of the rows or without; what nothing calls one adds up all, not one direction. */
function foundIn({ cells, words }: Line, scopes: Readonly<Record<'all' | 'since' | 'day', Scope>>, covered: Set<Line>): Found {
  const ways = words === null ? (['all'] as const) : (['all', 'out', 'into'] as const)
  const fitting = Object.values(scopes).flatMap((scope) => ways.filter((which) => fits(cells, scope, which, magnitude)).map((which) => ({ scope, which })))
  const exact = fitting.filter(({ scope, which }) => fits(cells, scope, which, (amount) => amount))
  for (const { scope, which } of exact) cover(scope, which, covered)
  const best = exact.length > 0 ? exact : fitting
  return { rows: Math.max(0, ...best.map(({ scope, which }) => scope.rows[which])), isExact: exact.length > 0, isOwn: exact.some(({ scope }) => scope !== scopes.all) }
}

function fits(cells: Line['cells'], { columns }: Scope, which: keyof Added, as: (amount: Decimal) => Decimal): boolean {
  return cells.every((cell, at) => as(cell ?? ZERO) === as(columns[at]![which])) && columns.some((added) => added[which] !== ZERO)
}

/** Each row of a scope is looked at once, however many sums add it up. */
function cover({ lines, done }: Scope, which: keyof Added, covered: Set<Line>): void {
  for (const line of lines.slice(done[which])) if (which === 'all' || (which === 'out') === line.cells.some(isOut)) covered.add(line)
  done[which] = lines.length
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

function isOut(cell: Decimal | null): boolean {
  return cell?.startsWith('-') === true
}

function add(scope: Scope, line: Line): void {
  const { cells } = line
  const has = (test: boolean): number => (test ? 1 : 0)
  scope.lines.push(line)
  scope.rows = { all: scope.rows.all + 1, out: scope.rows.out + has(cells.some(isOut)), into: scope.rows.into + has(cells.some((cell) => cell !== null && !isOut(cell))) }
  scope.columns = scope.columns.map(({ all, out, into }, at) => {
    const cell = cells[at] ?? ZERO
    return isOut(cell) ? { all: plus(all, cell), out: plus(out, cell), into } : { all: plus(all, cell), out, into: plus(into, cell) }
  })
}
