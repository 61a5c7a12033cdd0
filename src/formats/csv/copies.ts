/**
 * Rows that stand in a file twice though they are one: all of them, as where somebody added a download to itself, or a program
 * wrote it again, with the heading or without; those of some days, as where two downloads that overlap were put together; single
 * ones, as where a page begins with the last rows of the one before. Such rows are no payments, however alike payments may be: no
 * list goes through its days and then begins with the same ones, and a balance that runs with the rows does not stand still.
 */
import { chooseOrder, readDate, scanDate } from '../written-date.ts'
import { isProved, plus, prove, type Cells } from './amounts.ts'
import { isHeadingLine } from './headings.ts'
import type { CsvRecord } from './records.ts'

/** Records below the rows, and rows above those that come again. */
const BELOW = 6
const ONCE = [0, 1, 2, 3]

/** More downloads nobody puts together; a list with more breaks is sorted by something else. */
const RUNS = 6
/** So many rows that come again are no accident. */
const BLOCK = 3
/** Rows of a page come again soon. */
const PAGE = 100

/** The lines of what stands there for the second time. */
export type Copy = { readonly lines: ReadonlySet<number>; /** All rows of the file, not some of them. */ readonly isAll: boolean }

export function copyIn(records: readonly CsvRecord[]): Copy | null {
  const keys = records.map(keyOf)
  const first = records.findIndex(hasDay)
  if (first === -1) return null
  // All that is above the rows comes again, or nothing of it does.
  for (const above of new Set([0, ...ONCE.map((rows) => first + rows)])) {
    for (let below = 0; below <= Math.min(BELOW, keys.length - above - 2); below += 1) {
      // What stands below both is no row.
      if (below > 0 && hasDay(records.at(-below)!)) break
      const count = (keys.length - above - below) / 2
      if (!Number.isInteger(count) || keys[above] !== keys[above + count]) continue
      const half = records.slice(above, above + count)
      if (half.some((_, at) => keys[above + at] !== keys[above + count + at])) continue
      return isOfDays(half) ? { lines: linesOf(records.slice(above + count, above + 2 * count)), isAll: true } : null
    }
  }
  const again = overlaps(records, first)
  return again.length === 0 ? null : { lines: linesOf(again), isAll: false }
}

function keyOf({ cells }: CsvRecord): string {
  return cells.join('\u001f')
}

function hasDay({ cells }: CsvRecord): boolean {
  return cells.some((cell) => scanDate(cell) !== null)
}

function linesOf(records: readonly CsvRecord[]): ReadonlySet<number> {
  return new Set(records.map(({ line }) => line))
}

/** Of lists that were put together, each in the order of its days, the rows that one before had. */
function overlaps(records: readonly CsvRecord[], first: number): readonly CsvRecord[] {
  const at = records[first]!.cells.findIndex((cell) => scanDate(cell) !== null)
  const rows = records.filter(({ cells }) => scanDate(cells[at] ?? '') !== null)
  const [runs] = [runsOf(rows, at, 1), runsOf(rows, at, -1)].sort((a, b) => a.length - b.length)
  if (runs === undefined || runs.length < 2 || runs.length > RUNS || !isOneList(records, first, at)) return []
  return runs.flatMap((run, i) => runs.slice(0, i).map((before) => sharedWith(before, run)).find((shared) => isBlock(shared, at)) ?? [])
}

/** Parts of a list in which the days go one way. */
function runsOf(rows: readonly CsvRecord[], at: number, way: 1 | -1): readonly (readonly CsvRecord[])[] {
  const runs: CsvRecord[][] = []
  const order = chooseOrder(rows.flatMap(({ cells }) => scanDate(cells[at]!) ?? []), 'dmy')
  let last = ''
  for (const row of rows) {
    const day = readDate(scanDate(row.cells[at]!)!, order) ?? ''
    if (runs.length === 0 || (way === 1 ? day < last : day > last)) runs.push([])
    runs.at(-1)!.push(row)
    last = day
  }
  return runs
}

/** The rows of a list which stand in one before it together: where the one ends and the other begins, or all rows of one of both. */
function sharedWith(before: readonly CsvRecord[], run: readonly CsvRecord[]): readonly CsvRecord[] {
  const [first, second] = [before.map(keyOf), run.map(keyOf)]
  const [within, around] = [positionIn(first, second), positionIn(second, first)]
  if (within !== -1) return run
  if (around !== -1) return run.slice(around, around + first.length)
  const [head, tail] = [sharedEnd(first, second), sharedEnd(second, first)]
  return head > 0 ? run.slice(0, head) : tail > 0 ? run.slice(-tail) : []
}

function positionIn(all: readonly string[], part: readonly string[]): number {
  return all.findIndex((key, from) => key === part[0] && from + part.length <= all.length && part.every((one, i) => one === all[from + i]))
}

/** How many rows at the end of one list are those at the beginning of another one. */
function sharedEnd(ends: readonly string[], begins: readonly string[]): number {
  for (let count = Math.min(ends.length, begins.length); count >= BLOCK; count -= 1) {
    const from = ends.length - count
    if (ends[from] === begins[0] && begins.slice(0, count).every((key, i) => key === ends[from + i])) return count
  }
  return 0
}

/** Rows of several days, which differ in more than those. */
function isBlock(block: readonly CsvRecord[], at: number): boolean {
  return block.length >= BLOCK && new Set(block.map(({ cells }) => cells[at])).size > 1 && new Set(block.map(({ cells }) => cells.toSpliced(at, 1).join('\u001f'))).size > 1
}

/** What stands between the rows stands above them as well, but for days and figures: no title of another account or card. */
function isOneList(records: readonly CsvRecord[], first: number, at: number): boolean {
  const plain = (record: CsvRecord): string => keyOf(record).replace(/\d{1,4}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{1,4}|\d[\d.,' ]*[.,]\d{2}(?!\d)/gu, '#')
  const above = new Set(records.slice(0, first).map(plain))
  const last = records.findLastIndex(({ cells }) => scanDate(cells[at] ?? '') !== null)
  return records.slice(first, last).every((record) => scanDate(record.cells[at] ?? '') !== null || isHeadingLine(record.cells) || above.has(plain(record)))
}

/**
 * The lines of rows that stood above with the same balance, where without them it runs with all rows. `amounts` and `balances`
 * are those of `rows`; a row after which the balance moved back to where it was is another one.
 */
export function repeatsIn(rows: readonly CsvRecord[], amounts: Cells, balances: Cells, direction: 'forward' | 'backward'): ReadonlySet<number> {
  const kept: number[] = []
  const again: { readonly at: number; /** Its place among the kept. */ readonly of: number }[] = []
  const recent = new Map<string, number>()
  const leads = (before: number, after: number): boolean => {
    const [from, to, amount, former] = [balances[before], balances[after], amounts[after], amounts[before]]
    if (typeof from !== 'string' || typeof to !== 'string' || typeof amount !== 'string' || typeof former !== 'string') return false
    return direction === 'forward' ? plus(from, amount) === to : plus(to, former) === from
  }
  for (const [at, row] of rows.entries()) {
    const [key, last] = [keyOf(row), kept.at(-1)]
    const before = recent.get(key)
    if (before !== undefined && kept.length - before <= PAGE && typeof balances[at] === 'string' && amounts[at] !== '0' && last !== undefined && !leads(last, at)) {
      again.push({ at, of: before })
      continue
    }
    recent.set(key, kept.length)
    kept.push(at)
  }
  // Two of the earliest day may as well stand beside the balance in its evening: nothing tells what the account held before.
  const earliest = direction === 'forward' ? 0 : kept.length - 1
  if (again.length === 0 || again.some(({ of }) => of === earliest)) return new Set()
  const proof = prove(kept.map((at) => amounts[at]), kept.map((at) => balances[at]))
  return isProved(proof) && proof[direction] === proof.steps && proof.steps >= BLOCK ? new Set(again.map(({ at }) => rows[at]!.line)) : new Set()
}

/** Rows of several days, in one column: equal ones of one day may be as many payments. */
function isOfDays(half: readonly CsvRecord[]): boolean {
  const days = new Map<number, Set<string>>()
  for (const { cells } of half) {
    const at = cells.findIndex((cell) => scanDate(cell) !== null)
    if (at !== -1) days.set(at, (days.get(at) ?? new Set()).add(cells[at]!))
  }
  return [...days.values()].some((told) => told.size > 1)
}
