/**
 * Rows of a long file that stand in it for the second time, as copies.ts finds them in a short one: where the days of a list begin
 * anew, what follows is compared with all rows before. Rows that were read already cannot be left out: the file is refused. Of each
 * row eight bytes are kept.
 */
import type { Day } from '../../domain/day.ts'
import type { FormatFailure, StatementRow } from '../../domain/statement.ts'
import type { CsvRecord } from './records.ts'

/** More downloads nobody puts together; a list with more breaks is sorted by something else. */
const RUNS = 6
/** So many rows that come again at the end of one list or all through it are no accident, nor so many anywhere. */
const BLOCK = 3
const MANY = 20

/** A growing list of numbers. */
class Numbers {
  #numbers = new Uint32Array(4_096)
  length = 0

  at(index: number): number {
    return this.#numbers[index]!
  }

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const longer = new Uint32Array(this.length * 2)
      longer.set(this.#numbers)
      this.#numbers = longer
    }
    this.#numbers[this.length] = number
    this.length += 1
  }
}

/** A row and its place among those before it that it is equal to. */
type Again = { readonly from: number; readonly line: number; readonly days: Set<Day>; readonly texts: Set<string>; count: number }

export class CopyWatch {
  /** As the first two days are; null before. */
  #isForward: boolean | null = null
  readonly #hashes = new Numbers()
  readonly #lines = new Numbers()
  /** Where the days begin anew. */
  readonly #runs: number[] = []
  #last: Day | null = null
  /** Of the list under way. */
  #first: Day | null = null
  #firstText = ''
  #again: Again | null = null

  take(record: CsvRecord, row: StatementRow): FormatFailure | null {
    if (this.#runs.length > RUNS) return null
    const [at, on, text] = [this.#hashes.length, row.postedOn, `${row.amount} ${row.name}`]
    if (this.#last !== null && on !== this.#last) this.#isForward ??= on > this.#last
    if (this.#last === null || (this.#isForward === true ? on < this.#last : this.#isForward === false && on > this.#last)) {
      this.#runs.push(at)
      this.#first = on
      this.#firstText = text
    }
    this.#last = on
    this.#hashes.push(hashOf(record.cells))
    this.#lines.push(record.line)
    if (this.#runs.length < 2) return null
    const before = this.#again
    this.#again = before !== null && this.#isAgain(at, before.from + before.count) ? goesOn(before, on, text) : this.#begins(at, on, text)
    if (before !== null && this.#again !== before && this.#runs.includes(before.from + before.count) && isBlock(before)) return this.#failure(before)
    return this.#again !== null && this.#again.count >= MANY && isBlock(this.#again) ? this.#failure(this.#again) : null
  }

  /** Asked at the end of the rows. */
  finish(): FormatFailure | null {
    return this.#again !== null && isBlock(this.#again) ? this.#failure(this.#again) : null
  }

  /** The first row of a list that stands above, or, three rows after the days began anew, those three. */
  #begins(at: number, on: Day, text: string): Again | null {
    const run = this.#runs.at(-1)!
    const top = this.#runs.find((start) => start < run && this.#isAgain(at, start))
    if (top !== undefined) return { from: top, line: this.#lines.at(at), days: new Set([on]), texts: new Set([text]), count: 1 }
    if (at !== run + BLOCK - 1) return null
    for (let from = 0; from + BLOCK <= run; from += 1)
      if ([0, 1, 2].every((step) => this.#isAgain(run + step, from + step))) return { from, line: this.#lines.at(run), days: new Set([this.#first!, on]), texts: new Set([this.#firstText, text]), count: BLOCK }
    return null
  }

  #isAgain(at: number, before: number): boolean {
    return this.#hashes.at(at) === this.#hashes.at(before)
  }

  #failure({ from, line, count }: Again): FormatFailure {
    const before = this.#lines.at(from)
    return { code: 'malformed', message: `The rows from line ${line} on stand in this file already, from line ${before} on (${count} or more): it was put together of downloads that overlap. Import each download by itself, or delete these rows.`, line }
  }
}

function goesOn(again: Again, on: Day, text: string): Again {
  again.count += 1
  // Two tell as much as all.
  if (again.days.size < 2) again.days.add(on)
  if (again.texts.size < 2) again.texts.add(text)
  return again
}

/** Rows of several days, which differ in more than those. */
function isBlock({ count, days, texts }: Again): boolean {
  return count >= BLOCK && days.size > 1 && texts.size > 1
}

/** FNV-1a. */
function hashOf(cells: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const cell of cells) {
    for (let at = 0; at < cell.length; at += 1) hash = Math.imul(hash ^ cell.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ 0x1f, 0x01000193)
  }
  return hash >>> 0
}
