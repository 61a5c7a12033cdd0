/**
 * The tagged fields of SWIFT MT940 and MT942 messages (SWIFT User Handbook, category 9), with and
 * without the envelope `{1:…}{4:` … `-}`. Lines outside messages (bank headers such as `940 00`) are
 * passed over. A line that looks like a tag but is the wrapped rest of a time (`…16` / `:26:37`) is text.
 */
import type { FormatFailure } from '../../domain/statement.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { Line } from '../lines.ts'

/** `tag` without colons; `-` marks the end of a message. `lines` are the content without the tag. */
export type Field = { readonly tag: string; readonly lines: readonly string[]; readonly line: number; /** The file ends within it, without a line end. */ readonly isCut?: boolean }

const TAG = /^:(20|21|23|25P?|28C?|13D?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):(.*)$/

/** `-`, `-}` with trailer, or ING's `-XXX`; other lines which begin with a hyphen are text. */
const END = /^-(\}.*|XXX)?\s*$/

/** Fields that no message begins with: a hyphen above them was the rest of a text that was wrapped. */
const GOES_ON: ReadonlySet<string> = new Set(['61', '62F', '62M', '64', '65', '86'])

/** SWIFT allows 6 lines of 65 characters; banks write more, but no book (security.md section 5: text). */
const FIELD_LENGTH_MAX = 65_536

/** Groups lines to fields, in batches; the last item may be a failure of the lines. */
export async function* readFields(
  batches: AsyncIterable<Result<readonly Line[], FormatFailure>>,
): AsyncGenerator<Result<readonly Field[], FormatFailure>> {
  let open: { tag: string; lines: string[]; line: number; length: number } | null = null
  /** The line of a lone hyphen below a text of details: the end, unless the next line goes on with the same statement. */
  let hyphen: number | null = null
  let isLastCut = false
  for await (const batch of batches) {
    if (!batch.ok) return yield batch
    const done: Field[] = []
    for (const { text, number, isCut = false } of batch.value) {
      isLastCut = isCut
      const content = text.replace(/^\{[1-4]:.*\{4:/, '')
      const match = TAG.exec(content)
      if (hyphen !== null && open !== null) {
        if (match !== null && GOES_ON.has(match[1]!)) open.lines.push('-')
        else {
          done.push(open, { tag: '-', lines: [], line: hyphen })
          open = null
        }
        hyphen = null
      }
      if (match !== null && !(open?.tag === '86' && isWrappedTime(open.lines.at(-1) ?? '', content))) {
        if (open !== null) done.push(open)
        open = { tag: match[1]!, lines: [match[2]!], line: number, length: match[2]!.length }
      } else if (open?.tag === '86' && content === '-') {
        hyphen = number
      } else if (END.test(content)) {
        if (open !== null) done.push(open)
        open = null
        done.push({ tag: '-', lines: [], line: number })
      } else if (open !== null) {
        open.lines.push(content)
        open.length += content.length + 1
        if (open.length > FIELD_LENGTH_MAX) {
          const message = `The field :${open.tag}: on line ${open.line} is longer than ${FIELD_LENGTH_MAX} characters; the next tag is missing.`
          return yield failed({ code: 'limit_exceeded', message, line: open.line })
        }
      }
    }
    if (done.length > 0) yield ok(done)
  }
  if (open !== null) yield ok(hyphen === null ? [{ ...open, isCut: isLastCut }] : [open, { tag: '-', lines: [], line: hyphen }])
}

/** `…2014T16` / `:26:37 Fo?25…`: hours end the former line, minutes and seconds begin this one. */
function isWrappedTime(former: string, line: string): boolean {
  return /\d{1,2}$/.test(former) && /^:[0-5]\d:[0-5]\d(?!\d)/.test(line)
}
