/**
 * Text cut into numbered lines, for formats whose grammar is the line (MT940, QIF). Every kind of line
 * end counts as one, control characters are removed, and a line longer than the limit of security.md
 * section 5 ends the reading instead of filling the memory.
 */
import type { FormatFailure } from '../domain/statement.ts'
import { failed, ok, type Result } from '../domain/result.ts'

/** `number` counts from 1. */
export type Line = { readonly text: string; readonly number: number; /** The text ends without a line end: it may have been cut here. */ readonly isCut?: boolean }

/** Limits that depend on where a file comes from; those on depth and length hold always (security.md section 5). */
export type ReadLimits = {
  /** Lines of a file that arrived over a network; null for a local file, which may be of any size. */
  readonly maxLines: number | null
}

export const NO_LIMITS: ReadLimits = { maxLines: null }

/** What comes over a network or through the page. */
export const FOREIGN_LIMITS: ReadLimits = { maxLines: 1_000_000 }

export const LINE_LENGTH_MAX = 65_536

const ZEROS_MAX = 256
/** A block that a disk or a download lost. At the end of a file zero bytes only fill it up. */
const ZERO_RUN = new RegExp(`\\0{${ZEROS_MAX}}\\0*[^\\0\\s]`)

/** Yields the lines in batches, one batch for each piece of text; the last item may be a failure. */
export async function* readLines(
  text: AsyncIterable<string>,
  limits: ReadLimits = NO_LIMITS,
): AsyncGenerator<Result<readonly Line[], FormatFailure>> {
  let number = 0
  let rest = ''
  for await (const piece of text) {
    const pieces = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    // A carriage return at the very end may be half of a line end: it waits with the rest.
    rest = pieces.pop() ?? ''
    const batch: Line[] = []
    for (const line of pieces) {
      number += 1
      if (line.length > LINE_LENGTH_MAX) return yield failed(tooLong(number))
      if (ZERO_RUN.test(line)) return yield failed(damaged(number))
      batch.push({ text: withoutControls(line), number })
    }
    if (rest.length > LINE_LENGTH_MAX) return yield failed(tooLong(number + 1))
    if (limits.maxLines !== null && number > limits.maxLines) return yield failed(tooMany(limits.maxLines))
    if (batch.length > 0) yield ok(batch)
  }
  if (ZERO_RUN.test(rest)) return yield failed(damaged(number + 1))
  const last = withoutControls(rest)
  if (last !== '') yield ok([{ text: last, number: number + 1, isCut: !rest.endsWith('\r') }])
}

function withoutControls(line: string): string {
  return line.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '')
}

function damaged(line: number): FormatFailure {
  return { code: 'malformed', message: `Line ${line} holds ${ZEROS_MAX} or more zero bytes where text should be. The file was damaged.`, line }
}

function tooLong(line: number): FormatFailure {
  return {
    code: 'limit_exceeded',
    message: `Line ${line} is longer than ${LINE_LENGTH_MAX} characters; this is not a statement file.`,
    line,
  }
}

function tooMany(maxLines: number): FormatFailure {
  return {
    code: 'limit_exceeded',
    message: `The file has more than ${maxLines} lines. Export a shorter period, or import the file on the command line.`,
    line: maxLines + 1,
  }
}
