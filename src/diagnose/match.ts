/**
 * Tells whether a rule's pattern holds for a record. Patterns are data; each is made into its tests once, the cheap ones
 * first: most rules fail by protocol, stage or a fact, long before a text is searched. An absent fact matches nothing, in
 * `not` as well: absent means unknown.
 */
import type { CaseContext } from '../domain/evidence.ts'
import type { Reading } from './evidence-text.ts'
import type { ContextTest, NumberTest, Pattern } from './knowledge.ts'

type Test = (reading: Reading) => boolean

/** True when every given part of the pattern holds. */
export function matches(pattern: Pattern, reading: Reading): boolean {
  let tests = made.get(pattern)
  if (tests === undefined) made.set(pattern, (tests = testsOf(pattern)))
  for (const test of tests) if (!test(reading)) return false
  return true
}
const made = new WeakMap<Pattern, readonly Test[]>()

function testsOf({ protocol, stage, httpStatus, empty, context, networkError, code, header, text, near, not }: Pattern): readonly Test[] {
  const tests: Test[] = []
  if (protocol !== undefined) tests.push(({ record: { evidence } }) => evidence.protocol !== undefined && protocol.includes(evidence.protocol))
  if (stage !== undefined) tests.push(({ record: { evidence } }) => evidence.stage !== undefined && stage.includes(evidence.stage))
  if (httpStatus !== undefined) tests.push(inStatus(httpStatus))
  if (empty !== undefined) tests.push(({ record: { evidence } }) => evidence.empty === empty)
  if (context !== undefined) tests.push(...factTests(context))
  if (networkError !== undefined) tests.push(onWords(networkError, (words, reading) => reading.networkError !== undefined && words.test(reading.networkError)))
  if (code !== undefined) tests.push(onWords(code, (words, { codes }) => codes.some((one) => words.test(one.toLowerCase()))))
  if (header !== undefined) tests.push(onWords(header, (words, { headers }) => headers.some((one) => words.test(one))))
  if (text !== undefined) tests.push(onWords(text, (words, reading) => words.test(reading.text)))
  if (near !== undefined) tests.push(isNear(near))
  if (not !== undefined) tests.push((reading) => !matches(not, reading))
  return tests
}

function onWords(source: string, test: (words: RegExp, reading: Reading) => boolean): Test {
  const words = new RegExp(source, 'u')
  return (reading) => test(words, reading)
}

/** Closer than this, also across the end of a sentence: banks write short ones. */
const NEAR = 70

/** Each alone first: most texts hold neither, and that is told in one pass. */
function isNear([one, other]: readonly [string, string]): Test {
  const between = `[\\s\\S]{0,${NEAR}}`
  const [first, second, both] = [one, other, `(?:${one})${between}(?:${other})|(?:${other})${between}(?:${one})`].map((source) => wordsFor(source)) as [RegExp, RegExp, RegExp]
  return ({ text }) => first.test(text) && second.test(text) && both.test(text)
}

/** Subjects stand in several pairs. */
function wordsFor(source: string): RegExp {
  let words = known.get(source)
  if (words === undefined) known.set(source, (words = new RegExp(source, 'u')))
  return words
}
const known = new Map<string, RegExp>()

function inStatus(range: string): Test {
  const [from, to] = range.split('-').map(Number) as [number, number?]
  return ({ httpStatus }) => httpStatus !== undefined && httpStatus >= from && httpStatus <= (to ?? from)
}

function factTests(test: ContextTest): readonly Test[] {
  return Object.entries(test).map(([name, wanted]): Test => {
    const holds = Array.isArray(wanted) ? (fact: unknown) => wanted.includes(fact as never) : within(wanted as NumberTest)
    return ({ record: { context } }) => {
      const fact = context[name as keyof CaseContext]
      return fact !== undefined && fact !== null && holds(fact)
    }
  })
}

function within({ min = -Infinity, max = Infinity }: NumberTest): (fact: unknown) => boolean {
  return (fact) => typeof fact === 'number' && fact >= min && fact <= max
}
