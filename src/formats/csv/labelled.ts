/**
 * Lists that write each row as lines of their own, a label and a value in each (`Date: …`, `Description: …`, `Amount: …`),
 * brought into the shape of a table: a heading of the labels, and a record for each block, on the line where it begins. Lines
 * around the blocks stay as they are, in one cell. What stands in a block without a label goes on with the value above.
 */
import { isHeadingLine } from './headings.ts'
import { quotedRecord } from './quoted-record.ts'

const LINE = /^[\s\u00a0]*(\p{L}[\p{L}\p{M} /.-]{1,30}?)[\s\u00a0]*:[\s\u00a0]*(.*)$/u
const LINES_MAX = 2_000
/** A row says when, what and how much. */
const LABELS_MIN = 3

/** The labels of a row; null where the text is no such list. */
export function labelsOf(sample: string): readonly string[] | null {
  const blocks: string[][] = [[]]
  const lines = sample.split(/\r\n|\n|\r/, LINES_MAX)
  for (const line of lines) {
    const label = LINE.exec(line)?.[1]
    if (label === undefined || blocks.at(-1)!.includes(label)) blocks.push([])
    if (label !== undefined) blocks.at(-1)!.push(label)
  }
  const rows = blocks.filter((labels) => labels.length >= LABELS_MIN && isHeadingLine(labels))
  const [labels] = rows
  if (labels === undefined) return null
  // Such lines may stand above a table.
  const isTable = (line: string): boolean => [';', ',', '\t', '|'].some((delimiter) => isHeadingLine(line.split(delimiter).map((cell) => cell.replace(/^\s*"|"\s*$/g, ''))))
  if (lines.some((line) => !LINE.test(line) && isTable(line))) return null
  // The last block of a sample may be cut.
  return rows.every((row, at) => at === rows.length - 1 || row.join('\n') === labels.join('\n')) ? labels : null
}

export async function* labelledAsTable(text: AsyncIterable<string>, labels: readonly string[]): AsyncGenerator<string> {
  let hasHeading = false
  /** Empty lines above the first row: the heading takes the place of one. */
  let blanks = 0
  let row: string[] | null = null
  /** Lines of the block, which stay, empty, so that each line keeps its number. */
  let lines = 0
  const recordOf = (cells: readonly string[]): string => quotedRecord(cells, ';')
  function* flush(): Generator<string> {
    if (row === null) return
    if (!hasHeading) yield `${recordOf(labels)}\n${'\n'.repeat(Math.max(0, blanks - 1))}`
    hasHeading = true
    yield `${recordOf(row)}${'\n'.repeat(lines)}`
    row = null
  }
  function* take(line: string): Generator<string> {
    const [, label, value = ''] = LINE.exec(line) ?? []
    if (label === labels[0]) {
      yield* flush()
      row = labels.map(() => '')
      lines = 0
    }
    if (row === null) {
      if (line.trim() === '') return void (blanks += 1)
      yield `${'\n'.repeat(blanks)}${recordOf([line.trim()])}\n`
      blanks = 0
      return
    }
    lines += 1
    const at = label === undefined ? -1 : labels.indexOf(label)
    if (at !== -1) row[at] = value.trim()
    else if (line.trim() !== '') row[row.findLastIndex((cell) => cell !== '')] += ` ${line.trim()}`
  }
  let rest = ''
  for await (const piece of text) {
    const pieces = (rest + piece).split(/\r\n|\n|\r(?=[^\n])/)
    rest = pieces.pop()!
    yield pieces.flatMap((line) => [...take(line)]).join('')
  }
  yield [...take(rest), ...flush()].join('')
}
