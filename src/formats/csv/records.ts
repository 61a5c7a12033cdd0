/**
 * CSV text to records with their lines. The tokeniser is csv-parse; this adds line numbers of records,
 * the limits of security.md section 5, and the choice of delimiter.
 */
import { pipeline, Readable } from 'node:stream'
import { Parser, type Options } from 'csv-parse'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { LINE_LENGTH_MAX } from '../lines.ts'

/** `cells` are trimmed; `line` is where the record begins, from 1. */
export type CsvRecord = { readonly cells: readonly string[]; readonly line: number }

const COLUMNS_MAX = 200

/** How records are cut: into fields by `delimiter`, which stands for itself between two `quote`. */
export type Dialect = { readonly delimiter: string; readonly quote: '"' | "'" }

/** From the least to the most likely to stand inside a number or text. */
const DELIMITERS = ['\t', ';', '|', '~', '^', ','] as const

/** Padding of old systems, and the mark with which DOS ended a file. */
const PADDING = /[\0\u001a]/g
/** Padding is shorter; a lost disk page, which may have held rows, is longer. */
const ZERO_RUN = '\0'.repeat(256)

/** Some banks fill the last block of a file: what is lost ends anywhere. */
const BLOCK = 512
const FILLED_MAX = 4_096

type Tokenised = { readonly cells: readonly string[]; readonly lines: number }

/** Yields the records one by one; the last item may be a failure. Errors of `text` itself are thrown on. */
export async function* readRecords(
  text: AsyncIterable<string>,
  { delimiter, quote }: Dialect,
  maxLines: number | null,
): AsyncGenerator<Result<CsvRecord, FormatFailure>> {
  // The parser drops finished records when it fails, so the last line is noted where each record is made.
  let linesDone = 0
  const size = { characters: 0, bytes: 0 }
  let filled: { readonly line: number } | null = null
  const damaged = (line: number): Result<never, FormatFailure> => failed({ code: 'malformed', message: `The record on line ${line} holds ${ZERO_RUN.length} or more zero bytes where text should be. The file was damaged.`, line })
  const parser = new Parser({
    delimiter,
    quote,
    escape: quote,
    // `"a", "b"`: a quote after a blank opens a field, too.
    ltrim: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LINE_LENGTH_MAX,
    on_record: ((cells: string[], { lines }: { readonly lines: number }): Tokenised => {
      linesDone = lines
      return { cells, lines }
      // The declarations want an array back; the parser passes on what it gets.
    }) as unknown as NonNullable<Options['on_record']>,
  })
  try {
    // The callback is there because a pipeline without one rethrows; the loop below sees every error.
    pipeline(Readable.from(measured(text, size)), parser, () => {})
    for await (const { cells: record, lines } of parser as AsyncIterable<Tokenised>) {
      const inner = record.reduce(
        (sum, cell) => sum + (cell.includes('\n') || cell.includes('\r') ? cell.split(/\r\n|\n|\r/).length - 1 : 0),
        0,
      )
      const line = lines - inner
      if (record.length > COLUMNS_MAX) {
        return yield failed({ code: 'limit_exceeded', message: `Line ${line} has more than ${COLUMNS_MAX} columns.`, line })
      }
      if (maxLines !== null && lines > maxLines) {
        return yield failed({
          code: 'limit_exceeded',
          message: `The file has more than ${maxLines} lines. Export a shorter period, or import the file on the command line.`,
          line,
        })
      }
      if (filled !== null) return yield damaged(filled.line)
      if (record.some((cell) => cell.includes(ZERO_RUN))) {
        if (record.length > 1 || record[0]!.length >= FILLED_MAX || !/^\0+$/.test(record[0]!)) return yield damaged(line)
        filled = { line }
        continue
      }
      // Blanks behind the closing quote leave both of them (`"1,099.14"\t,`).
      const cells = record.map((cell) => cell.replace(PADDING, '').trim().replace(/^"([^"]*)"$/, '$1').trim())
      if (cells.some((cell) => cell !== '')) yield ok({ cells, line })
    }
    if (filled !== null && size.characters % BLOCK > 0 && size.bytes % BLOCK > 0) yield damaged(filled.line)
  } catch (error) {
    const failure = failureOf(error, linesDone + 1)
    if (failure === null) throw error
    yield failed(failure)
  }
}

/** In UTF-8 a character has several bytes, in other encodings one or two. */
async function* measured(text: AsyncIterable<string>, size: { characters: number; bytes: number }): AsyncGenerator<string> {
  for await (const piece of text) {
    size.characters += piece.length
    size.bytes += Buffer.byteLength(piece)
    yield piece
  }
}

/** The dialects that may be the one, the likeliest first: those whose delimiter cuts most lines into the same number of cells. */
export function likelyDialects(sample: string): readonly Dialect[] {
  const quote = quoteOf(sample)
  const lines = unquotedLines(sample, quote)
  const scored = DELIMITERS.map((delimiter, rank) => {
    const counts = new Map<number, number>()
    for (const line of lines) {
      const count = line.split(delimiter).length - 1
      if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1)
    }
    const [count = 0, agreeing = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? []
    return { delimiter, rank, count, agreeing }
  })
  return scored
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.agreeing - a.agreeing || b.count - a.count || a.rank - b.rank)
    .map(({ delimiter }) => ({ delimiter, quote }))
}

const WRAPPED = /^\s*"((?:[^"]|"")*)"[,;\s]*$/
const DELIMITER = new RegExp(`[${DELIMITERS.join('')}]`)

/**
 * Whether each line is one quoted text that holds the true line, its own quotes doubled: what a table that was exported
 * twice looks like. Lines around the table may be as they are, where they hold no delimiter.
 */
export function isWrapped(sample: string): boolean {
  const lines = linesOf(sample)
  const wrapped = lines.filter((line) => DELIMITER.test(WRAPPED.exec(line)?.[1] ?? ''))
  return wrapped.length > 1 && lines.every((line) => WRAPPED.test(line) || !DELIMITER.test(line.replace(/"[^"]*"/g, '')))
}

/** The true lines of a text whose lines are quoted; line ends stay. */
export async function* unwrapped(text: AsyncIterable<string>): AsyncGenerator<string> {
  const unwrap = (line: string): string => WRAPPED.exec(line)?.[1]?.replaceAll('""', '"') ?? line
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split(/(\r\n|\n|\r(?=[^\n]))/)
    rest = lines.pop()!
    yield lines.map((part, at) => (at % 2 === 0 ? unwrap(part) : part)).join('')
    // A line that never ends is refused by its length; it need not be held to its end for that.
    if (rest.length <= LINE_LENGTH_MAX) continue
    yield rest
    rest = ''
  }
  yield unwrap(rest)
}

const LINES_MAX = 500
// A tab begins a field of its own: among the blanks of another one it would be looked at again for each before it.
const DOUBLE_QUOTED = /(?:^|[,;\t|]) *"/
const SINGLE_QUOTED = /(?:^|[,;\t|]) *'[^']*'\s*(?=[,;\t|]|$)/

/** Single quotes, where nearly every line has a field in them and none has one in double quotes; an apostrophe alone is text. */
function quoteOf(sample: string): Dialect['quote'] {
  const lines = linesOf(sample)
  const single = lines.filter((line) => SINGLE_QUOTED.test(line)).length
  return single > 0 && single * 5 >= lines.length * 4 && !lines.some((line) => DOUBLE_QUOTED.test(line)) ? "'" : '"'
}

/** Up to 500 lines, without what stands between quotes. */
function unquotedLines(sample: string, quote: Dialect['quote']): readonly string[] {
  return linesOf(quote === '"' ? sample.replace(/"[^"]*"/g, '""') : sample.replace(/'[^']*'/g, "''"))
}

function linesOf(sample: string): readonly string[] {
  return sample.split(/\r\n|\n|\r/, LINES_MAX).filter((line) => line.trim() !== '')
}

function failureOf(error: unknown, line: number): FormatFailure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return {
      code: 'truncated',
      message: `A quoted field in the record on line ${line} is never closed; the file is cut off or a quote is missing.`,
      line,
    }
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return {
      code: 'limit_exceeded',
      message: `The record on line ${line} is longer than ${LINE_LENGTH_MAX} characters; a closing quote may be missing.`,
      line,
    }
  }
  return code.startsWith('CSV_') ? { code: 'malformed', message: `The record on line ${line} cannot be cut into fields.`, line } : null
}
