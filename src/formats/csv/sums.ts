/**
 * Rows that only add up those above them: of a day, of a month, of all. Their amounts are exactly those of the rows, and they leave
 * no row out; with a day they must be called a total as well, and so must all rows of these words be sums: `Total Wine` is a shop, and
 * what is bought there may cost as much as all before it. And rows that are parts of the one above them, which a program that keeps
 * books lists below it: they add up to it, name nobody else, and have no day, or that one says that it is split. Read as rows they
 * would count everything twice. Whatever moves the balance beside it is a payment.
 */
import type { Decimal } from '../../domain/money.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { balanceWordsIn, isTotal, plainWords } from '../unstated.ts'
import { monthOf, scanDate } from '../written-date.ts'
import { Adder, type Addend, type Found } from './adder.ts'
import { balanceIn, cellAmount, movedAmount, plus } from './amounts.ts'
import { amountCells, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { isDeclined, isPending } from './status.ts'

/** `lines`: of sums in the sample; `words`: what those with a day are called, there and behind it. */
export type Sums = { readonly lines: ReadonlySet<number>; readonly words: ReadonlySet<string>; /** Those stand above the rows that they add up. */ readonly areAbove: boolean; /** Lines of parts in the sample. */ readonly parts: ReadonlySet<number>; /** The line of a row that may be a total of others, and was read as a payment; null: none. */ readonly doubtful: number | null; /** The line of a row that adds up nothing while others of its words do; null: none. */ readonly broken: number | null; /** The line of a total without a day that adds up nothing of the sample; null: none. */ readonly differ: number | null }

export const NO_SUMS: Sums = { lines: new Set(), words: new Set(), areAbove: false, parts: new Set(), doubtful: null, broken: null, differ: null }

const ZERO = '0' as Decimal

/** So many rows added up are no accident, nor so many sums. */
const SEVERAL = 2
const PARTS_MAX = 50

type Line = Addend & { readonly line: number; /** Whom it names. */ readonly names: readonly string[]; readonly isSplit: boolean; /** The balance beside it is another one for its amount. */ readonly isMove: boolean }

/** Of one way through the list; `isWhole`: no row is left which none of them adds up. */
type Side = { readonly found: ReadonlyMap<Line, Found>; readonly isWhole: boolean }

/** What a total is of, where a text says no more: of a shop it is the name. */
const OF_ALL = /^\S+$|\b(debits?|credits?|amounts?|in|out|payments?|deposits?|withdrawals?|charges?|purchases|day|month|period|soll|haben|belastungen|gutschriften|einnahmen|ausgaben|zeitraum|monat|tag|debiteurs?|crediteurs?|entrees|sorties|mois|periode|cargos|abonos|mes|periodo|entrate|uscite|mese|bij|af|maand)\b/

/** What programs write for the category of a payment that has several. */
const SPLIT = /^\W*(splits?( transaction)?|multiple( categories)?|split\/multiple categories|aufgeteilt|splittbuchung|ventilee?|multiples?|varias categorias)\W*$/i

export function sumsIn(records: readonly CsvRecord[], layout: Layout): Sums {
  const rows = records.slice(layout.skipped).filter((record) => !isDeclined(stateOf(record, layout)))
  const moves = movesIn(rows, layout)
  const lines = rows.flatMap((record) => lineOf(record, layout, moves.has(record.line)) ?? [])
  if (!lines.some((line) => isCandidate(line) || line.isSplit)) return NO_SUMS
  const parts = partsIn(lines)
  const sums = sumsAmong(lines.filter(({ line }) => !parts.has(line)))
  // What is pending may be in the totals or not.
  return { ...sums, parts, differ: rows.some((record) => isPending(stateOf(record, layout))) ? null : sums.differ }
}

function stateOf({ cells }: CsvRecord, { status }: Layout): string {
  return status === null ? '' : (cells[status] ?? '')
}

/** Null for what adds nothing up and is added up by nothing: what waits for its day, and balances. */
function lineOf(record: CsvRecord, layout: Layout, isMove: boolean): Line | null {
  const { booked, amount, style, name } = layout
  const day = scanDate(record.cells[booked] ?? '') === null ? '' : record.cells[booked]!
  if (day === '' && (isPending(stateOf(record, layout)) || balanceWordsIn(record.cells) !== null)) return null
  const cells = amountCells(amount).map((at) => cellAmount(record, at, style))
  if (cells.every((cell) => cell === null) || cells.includes(undefined)) return null
  return { line: record.line, day, names: name.map((at) => record.cells[at] ?? ''), words: sumWords(record.cells), isSplit: record.cells.some((cell) => SPLIT.test(cell)), isMove, cells: cells as (Decimal | null)[] }
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
  const others = groups.filter(([words]) => !named.has(words)).map(([, rows]) => rows)
  const ends = new Set([lines, lines.toReversed()].flatMap((list) => list.slice(list.findLastIndex((line) => !isCandidate(line)) + 1).filter(({ words }) => words !== null && OF_ALL.test(words))))
  return {
    // What is called a total and has no day is none of the rows in any case.
    differ: lines.filter(({ day }) => day !== '').length < SEVERAL ? null : (totals.find((total) => sides.every(({ found }) => found.get(total)?.rows === 0))?.line ?? null),
    doubtful: others.flatMap((rows) => (rows.every((row) => ends.has(row)) ? rows : rows.filter((row) => sides.some(({ found }) => found.get(row)!.rows >= SEVERAL))))[0]?.line ?? null,
    broken: others.flatMap((rows) => sides.flatMap((side) => brokenAmong(rows, side) ?? []))[0]?.line ?? null,
    lines: new Set(unnamed.map(({ line }) => line)),
    words: named,
    areAbove: named.size > 0 && ![...named].every((words) => dated.get(words)!.every((row) => sides[0]!.found.get(row)!.isExact)),
  }
}

/** The one of rows of the same words that is no sum where the others are: two, and half of all, are no accident. */
function brokenAmong(rows: readonly Line[], { found }: Side): Line | null {
  const sums = rows.filter((row) => found.get(row)!.isExact)
  const areSums = sums.length >= SEVERAL && sums.length * 2 >= rows.length && sums.some((row) => isSeveral(found.get(row)))
  return areSums ? (rows.find((row) => !found.get(row)!.isExact) ?? null) : null
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
  const found = new Map<Line, Found>()
  const covered = new Set<Addend>()
  const adder = new Adder(lines[0]!.cells.length, covered)
  for (const line of lines) {
    const one = isCandidate(line) ? adder.compare(line) : null
    if (one !== null) found.set(line, one)
    if (one === null || (one.rows === 0 && line.day !== '')) adder.add(line)
  }
  return { found, isWhole: adder.added.every((line) => covered.has(line) || line.cells.every((cell) => cell === null || cell === ZERO)) }
}

export function brokenSum(line: number): FormatFailure {
  return { code: 'malformed', message: `The row on line ${line} is called a total as others of this file are, which add up their rows, but it does not add up its own: a row is missing there or stands twice, or an amount is damaged. Download the file again.`, line }
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
