/**
 * The library entry `relink/diagnose`: what is wrong with a connection, for other programs, without a
 * server, a database or a network. The same knowledge and the same answers as `relink diagnose --format
 * jsonl` and the HTTP API. Built into dist/lib by `npm run library`.
 */
import type { CauseCode } from '../domain/cause.ts'
import type { CaseContext, Evidence } from '../domain/evidence.ts'
import { explain as explainIn, type Explanation } from './explain.ts'
import { answerCase, diagnoseLines as linesIn, isBundle, type LineAnswer, type LineError } from './jsonl.ts'

export { CAUSE_CODES, CAUSES } from '../domain/cause.ts'
export type { ActionCode, CauseCode, Family } from '../domain/cause.ts'
export type { CaseContext, Evidence, Protocol, Stage } from '../domain/evidence.ts'
export type { Explanation, LineAnswer, LineError }

/** What a failing attempt showed and what is known beside it; an absent field means "not known". */
export type FailureRecord = { readonly id?: string; readonly evidence: Evidence; readonly context?: CaseContext }

/** `causes`: all of them, the likeliest first, probabilities sum to 1. `for`, `against`: sentences about the first. `action`: what to do first. */
export type Answer = LineAnswer & { readonly cause: CauseCode }

/** A record that is none; `message` names the field. */
export class InvalidRecord extends TypeError {
  override readonly name = 'InvalidRecord'
}

/** Ranks the causes of one failure; a support bundle of Relink is answered by the record in it. Takes about a millisecond. Throws `InvalidRecord`. */
export function diagnose(record: FailureRecord | unknown): Answer {
  const answer = answerCase(isBundle(record) ? record.record : record, 1)
  if ('error' in answer) throw new InvalidRecord(answer.error.message.replace(/^Line 1: "?/, (start) => (start.endsWith('"') ? '"' : '')))
  return { ...answer, cause: answer.causes[0]!.cause }
}

/** JSON lines in, JSON lines out, in the same order; a malformed line is answered in its place and told to `onError`. */
export function diagnoseLines(input: AsyncIterable<string>, onError?: (error: LineError) => void): AsyncIterable<string> {
  return linesIn(input, onError)
}

/**
 * What an error code or message means ("Error 401", "OL-301", "ITEM_LOGIN_REQUIRED"), for each system that uses it. Two values
 * of `system` are none: `words` for a message that no table lists and whose words say something, `unknown` for the rest.
 */
export function explain(words: string): readonly Explanation[] {
  return explainIn(words)
}
