/**
 * What the command line prints. With `--json` only JSON goes to standard output, one document or
 * one object a line; without it, tables and sentences for a person. Progress and errors go to
 * standard error. Colour only on a terminal.
 */
import type { Result } from '../domain/result.ts'

export type Output = {
  readonly json: boolean
  /** Whether a person looks at standard output; else it may be a log. */
  readonly isTerminal: boolean
  /** Why standard output takes nothing more: `EPIPE` when nobody reads it, as with `| head`. What only prints may then stop. Null: all is well. */
  readonly lost: string | null
  /** A line for a person; nothing with `--json`. */
  say(line?: string): void
  /** Progress on standard error, replaced by the next progress on a terminal. */
  progress(line: string): void
  /** A document or one line of JSON; nothing without `--json`. */
  data(value: unknown): void
  error(line: string): void
  table(head: readonly string[], rows: readonly (readonly string[])[], alignRight?: readonly number[]): void
  bold(text: string): string
  dim(text: string): string
}

export type Streams = {
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly noColour: boolean
}

export function createOutput(json: boolean, streams: Streams): Output {
  const { out, err } = streams
  const colour = out.isTTY === true && !streams.noColour
  const style = (code: number) => (text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  let progressShown = false
  let lost: string | null = null
  out.on('error', (error: NodeJS.ErrnoException) => {
    lost ??= error.code ?? error.message
  })
  err.on('error', () => undefined)
  const clearProgress = (): void => {
    if (progressShown) err.write('\r\u001b[K')
    progressShown = false
  }
  const say = (line = ''): void => {
    clearProgress()
    if (!json) out.write(`${shown(line)}\n`)
  }
  return {
    json,
    isTerminal: out.isTTY === true,
    get lost() {
      return lost
    },
    say,
    progress(line) {
      if (err.isTTY === true) {
        err.write(`\r\u001b[K${shown(line)}`)
        progressShown = true
      }
    },
    data(value) {
      clearProgress()
      if (json) out.write(`${JSON.stringify(value)}\n`)
    },
    error(line) {
      clearProgress()
      err.write(`${shown(line)}\n`)
    },
    table(head, rows, alignRight = []) {
      for (const line of tableLines(head, rows, alignRight, style(1))) say(line)
    },
    bold: style(1),
    dim: style(2),
  }
}

/** Everything that steers a terminal or turns the direction of writing, but for the styles above: names of files and texts of banks are anybody's. */
const STEERING = /\u001b(?!\[[012]m)|[\0-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function shown(text: string): string {
  return text.replace(STEERING, '')
}

/** Columns as wide as their widest cell; the head in bold. */
function tableLines(head: readonly string[], rows: readonly (readonly string[])[], alignRight: readonly number[], bold: (text: string) => string): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (alignRight.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd()
  return [bold(line(head)), ...rows.map(line)]
}

/** A problem that ends a command: what is wrong and what to do next. Status 1, or 2 for wrong usage. */
export class CommandError extends Error {
  readonly status: 1 | 2

  constructor(message: string, status: 1 | 2 = 1) {
    super(message)
    this.status = status
  }
}

/** The value, or the end of the command with the failure's message. */
export function orFail<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new CommandError(result.failure.message)
  return result.value
}

/** `12.5 %`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
}

/** `1 row`, `2 rows`. */
export function countOfRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}
