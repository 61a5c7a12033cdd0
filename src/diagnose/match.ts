/**
 * Tells whether a rule's pattern holds for a record. Patterns are data; their regular expressions
 * are compiled once. An absent fact matches nothing, in `not` as well: absent means unknown.
 */
import type { CaseContext } from '../domain/evidence.ts'
import type { Reading } from './evidence-text.ts'
import type { ContextTest, NumberTest, Pattern } from './knowledge.ts'

const compiled = new Map<string, RegExp>()

function regex(source: string): RegExp {
  let found = compiled.get(source)
  if (found === undefined) compiled.set(source, (found = new RegExp(source, 'u')))
  return found
}

/** True when every given part of the pattern holds. */
export function matches(pattern: Pattern, reading: Reading): boolean {
  const { evidence, context } = reading.record
  if (pattern.protocol !== undefined && !(evidence.protocol !== undefined && pattern.protocol.includes(evidence.protocol))) return false
  if (pattern.stage !== undefined && !(evidence.stage !== undefined && pattern.stage.includes(evidence.stage))) return false
  if (pattern.networkError !== undefined && !(reading.networkError !== undefined && regex(pattern.networkError).test(reading.networkError))) return false
  if (pattern.httpStatus !== undefined && !inStatus(pattern.httpStatus, reading.httpStatus)) return false
  if (pattern.text !== undefined && !regex(pattern.text).test(reading.text)) return false
  if (pattern.near !== undefined && !near(pattern.near, reading.text)) return false
  if (pattern.code !== undefined && !reading.codes.some((code) => regex(pattern.code ?? '').test(code.toLowerCase()))) return false
  if (pattern.header !== undefined && !reading.headers.some((header) => regex(pattern.header ?? '').test(header))) return false
  if (pattern.empty !== undefined && evidence.empty !== pattern.empty) return false
  if (pattern.context !== undefined && !contextHolds(pattern.context, context)) return false
  return pattern.not === undefined || !matches(pattern.not, reading)
}

/** Closer than this, also across the end of a sentence: banks write short ones. */
const NEAR = 70

/** Each alone first: most texts hold neither, and that is told in one pass. */
function near([one, other]: readonly [string, string], text: string): boolean {
  if (!regex(one).test(text) || !regex(other).test(text)) return false
  const between = `[\\s\\S]{0,${NEAR}}`
  return regex(`(?:${one})${between}(?:${other})|(?:${other})${between}(?:${one})`).test(text)
}

function inStatus(range: string, status: number | undefined): boolean {
  if (status === undefined) return false
  const [from, to] = range.split('-')
  return status >= Number(from) && status <= Number(to ?? from)
}

function contextHolds(test: ContextTest, context: CaseContext): boolean {
  for (const [name, wanted] of Object.entries(test)) {
    const fact = context[name as keyof CaseContext]
    if (fact === undefined || fact === null) return false
    if (Array.isArray(wanted)) {
      if (!wanted.includes(fact as never)) return false
    } else if (!within(wanted as NumberTest, fact)) return false
  }
  return true
}

function within(test: NumberTest, fact: unknown): boolean {
  return typeof fact === 'number' && fact >= (test.min ?? -Infinity) && fact <= (test.max ?? Infinity)
}
