/**
 * Tables whose columns are told by their place in the line: a heading whose words stand two blanks or more apart, and below it rows
 * that are blank between its columns. Where a row is not, its text or its amount reaches into another column: it stands whole in
 * each of its cells, for the reader to refuse it by its line.
 */
import { scanDate } from '../written-date.ts'
import { isHeadingLine } from './headings.ts'
import { quotedRecord } from './quoted-record.ts'

const HEADING_WITHIN = 100
const LINES_MAX = 2_000
const ROWS_MIN = 2
const MOST = 0.9
/** What parts the columns of other tables. */
const DELIMITER = /[;,|\t~^]/

/** `starts`: where each column begins, from the left; `heading`: its line. */
export type Places = { readonly starts: readonly number[]; readonly heading: string }

/** Null where the text is no such table. */
export function placesOf(sample: string): Places | null {
  const lines = sample.split(/\r\n|\n|\r/, LINES_MAX)
  const index = lines.slice(0, HEADING_WITHIN).findIndex((line) => !DELIMITER.test(line) && isHeadingLine(wordsOf(line).map(({ text }) => text)))
  const heading = lines[index]
  if (heading === undefined) return null
  const words = wordsOf(heading)
  // The last line of a sample may be cut.
  const rows = lines.slice(index + 1, -1).filter((line) => /\d[.,]\d/.test(line) && scanDate(/^\s*(\S+)/.exec(line)?.[1] ?? '') !== null)
  if (words.length < 3 || rows.length < ROWS_MIN) return null
  const starts = words.slice(1).map((word, at) => startBetween([heading, ...rows], words[at]!.from, word.from + word.text.length))
  if (starts.some((start) => start === null)) return null
  return { starts: [0, ...(starts as number[])], heading }
}

/** The words of a heading, those one blank apart together. */
function wordsOf(line: string): readonly { readonly text: string; readonly from: number }[] {
  return [...line.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ text: match[0], from: match.index }))
}

/** Where the right one of two columns begins: behind the widest gap between them that is blank in nearly all lines. */
function startBetween(lines: readonly string[], from: number, to: number): number | null {
  let [best, width, run] = [null as number | null, 0, 0]
  for (let at = from; at < to; at += 1) {
    const isGap = lines.filter((line) => (line[at] ?? ' ') === ' ').length >= lines.length * MOST
    run = isGap ? run + 1 : 0
    if (run > width) [best, width] = [at + 1, run]
  }
  return best
}

export async function* columnedAsTable(text: AsyncIterable<string>, { starts, heading }: Places): AsyncGenerator<string> {
  const recordOf = (cells: readonly string[]): string => quotedRecord(cells, ';')
  let isBelow = false
  const tabled = (line: string): string => {
    isBelow ||= line === heading
    if (line.trim() === '') return ''
    const cells = starts.map((start, at) => line.slice(start, starts[at + 1]).trim())
    // A blank between digits may be one within an amount (`1 000.00`).
    const isApart = starts.slice(1).every((start) => (line[start - 1] ?? ' ') === ' ' && !/^\d \d/.test(line.slice(start - 2, start + 1)))
    // Two rows on one line.
    const isOne = !/\d[.,]\d{2}\d* {2}| {2}.*\d[.,]\d{2}/.test(cells.at(-1)!)
    if (!isBelow || (!isApart && !/\d/.test(line))) return recordOf([line.trim()])
    return recordOf(isApart && isOne ? cells : cells.map((cell, at) => (at === 0 ? cell : line.trim())))
  }
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split(/\r\n|\n|\r(?=[^\n])/)
    rest = lines.pop()!
    yield lines.map((line) => `${tabled(line)}\n`).join('')
  }
  yield tabled(rest)
}
