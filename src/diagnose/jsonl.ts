/**
 * JSON lines in, JSON lines out, for `relink diagnose --format jsonl` and for other programs. Same
 * order, one answer for each line, labels ignored, nothing kept in memory. A malformed line is
 * answered in its place with `{"id":null,"error":{"code","line","message"}}` so that line N of the
 * answer still belongs to line N of the question; the caller also writes it to stderr and ends with
 * a failing status. Empty lines are skipped. A support bundle is answered by the record in it.
 */
import { z } from 'zod'
import type { CauseCode } from '../domain/cause.ts'
import type { CaseRecord } from '../domain/evidence.ts'
import { message } from '../language/language.ts'
import { say } from '../language/say.ts'
import { argumentsOn, judge } from './diagnose.ts'
import type { Knowledge } from './knowledge.ts'
import { KNOWLEDGE } from './knowledge/base.ts'
import { protocolNamed } from './protocol-names.ts'
import { newsOf, type StepNews } from './step-news.ts'

export type LineError = { readonly code: 'line_not_json' | 'line_not_a_case'; readonly line: number; readonly message: string }
export type LineAnswer = {
  readonly id: string | null
  readonly causes: readonly { readonly cause: CauseCode; readonly p: number }[]
  readonly action: string
  readonly for: readonly string[]
  readonly against: readonly string[]
}

const text = z.string()
/** Lenient where nothing is lost: unknown fields pass, null means absent. Strict where a wrong type would be read as a fact. */
const CASE = z.looseObject({
  id: z.union([text, z.number()]).nullish(),
  /** Either may be left out, not both: that is a line of something else. */
  evidence: z.looseObject({
    protocol: text.nullish(), stage: text.nullish(), networkError: text.nullish(), httpStatus: z.number().nullish(),
    headers: z.record(text, z.union([text, z.number()])).nullish(), codes: z.array(z.union([text, z.number()])).nullish(),
    message: text.nullish(), body: text.nullish(), empty: z.boolean().nullish(),
  }).nullish(),
  context: z.record(text, z.unknown()).nullish(),
  /** What a repair tried since: a step that did not help says something of the cause. */
  steps: z.array(z.looseObject({ id: text, kind: text, action: text.nullable(), who: text, state: text, title: text, found: z.array(z.looseObject({ probe: text, outcome: text, sentence: text })).optional(), answer: text.optional() })).nullish(),
}).refine(({ evidence, context }) => evidence != null || context != null, 'Invalid input')

/** Some editors and shells begin a file with it. */
const BYTE_ORDER_MARK = /^\uFEFF/

export const BUNDLE_KIND = 'relink-support'

/** Answers every line; hands each error to `onError` as well. Ends when the input ends. */
export async function* diagnoseLines(input: AsyncIterable<string>, onError: (error: LineError) => void = () => {}, knowledge: Knowledge = KNOWLEDGE): AsyncIterable<string> {
  let line = 0
  for await (const raw of input) {
    line++
    if (raw.trim() === '') continue
    const answer = answerLine(raw, line, knowledge)
    if ('error' in answer) onError(answer.error)
    yield JSON.stringify(answer)
  }
}

function answerLine(raw: string, line: number, knowledge: Knowledge): LineAnswer | { readonly id: string | null; readonly error: LineError } {
  let value: unknown
  try {
    value = JSON.parse(line === 1 ? raw.replace(BYTE_ORDER_MARK, '') : raw)
  } catch (error) {
    return { id: null, error: { code: 'line_not_json', line, message: `Line ${line} is not JSON: ${(error as Error).message}. Write one JSON object on each line.` } }
  }
  return answerCase(isBundle(value) ? value.record : value, line, knowledge)
}

/** Whether a document says of itself that it is a support bundle. */
export function isBundle(value: unknown): value is { readonly kind: typeof BUNDLE_KIND; readonly record: unknown } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === BUNDLE_KIND && 'record' in value
}

/** The answer to one record; `line` is its place, for the error. */
export function answerCase(value: unknown, line: number, knowledge: Knowledge = KNOWLEDGE): LineAnswer | { readonly id: string | null; readonly error: LineError } {
  const parsed = CASE.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const what = issue === undefined || issue.path.length === 0 ? message('the line') : `"${issue.path.join('.')}"`
    const id = typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null
    return { id, error: { code: 'line_not_a_case', line, message: say('en', 'Line {line}: {what} does not fit a case record: {message}. A case has "evidence" and "context" objects.', { line, what, message: issue?.message ?? 'Invalid input' }) } }
  }
  const evidence = present(parsed.data.evidence ?? {})
  const named = typeof evidence['protocol'] === 'string' ? { protocol: protocolNamed(evidence['protocol']) } : {}
  const record = { evidence: { ...evidence, ...named }, context: facts(parsed.data.context ?? {}) } as CaseRecord
  const { ranked, voices, action } = judge(record, knowledge, newsOf({ steps: (parsed.data.steps ?? []) as readonly StepNews[] }, record))
  const [first] = ranked
  return { id: parsed.data.id == null ? null : String(parsed.data.id), causes: roundedToOne(ranked), action, ...(first === undefined ? { for: [], against: [] } : argumentsOn(first.cause, voices)) }
}

/** Without null fields: absent means unknown. Codes as text. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(known.map(([name, value]) => [name, name === 'codes' && Array.isArray(value) ? value.map(String) : value]))
}

/** What is known beside the failure is words, figures and yes or no; what another program adds of its own shape is none of it. */
function facts(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)))
}

/** Six decimals that still sum to exactly 1 within floating point: the first takes the rest. */
function roundedToOne(causes: readonly { readonly cause: CauseCode; readonly p: number }[]): LineAnswer['causes'] {
  const millionths = causes.map(({ p }) => Math.round(p * 1e6))
  const rest = 1e6 - millionths.reduce((sum, value) => sum + value, 0)
  return causes.map(({ cause }, index) => ({ cause, p: ((millionths[index] ?? 0) + (index === 0 ? rest : 0)) / 1e6 }))
}
