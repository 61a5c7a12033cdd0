/**
 * Tells whether a rule's pattern holds for a record. Patterns are data; each is made into its tests once, the cheap ones
 * first: most rules fail by protocol, stage or a fact, long before a text is searched. An absent fact matches nothing, in
 * `not` as well: absent means unknown.
 */
import type { CaseContext } from '../domain/evidence.ts'
import type { Reading } from './evidence-text.ts'
import type { ContextTest, NumberTest, Pattern } from './knowledge.ts'
import { mayContain, needlesOf } from './needles.ts'

type Test = (reading: Reading) => boolean

/** True when every given part of the pattern holds. */
export function matches(pattern: Pattern, reading: Reading): boolean {
  let tests = made.get(pattern)
  if (tests === undefined) made.set(pattern, (tests = testsOf(pattern)))
  for (const test of tests) if (!test(reading)) return false
  return true
}
const made = new WeakMap<Pattern, readonly Test[]>()

type Ready<T> = { readonly rule: T; readonly needs: readonly string[]; readonly tests: readonly Test[] }

/** Those of some rules that hold for a record, in their order. Most ask for a fact that a record does not have, and are passed over by that alone. */
export function holding<T extends { readonly when: Pattern }>(rules: readonly T[], reading: Reading): readonly T[] {
  let all = ready.get(rules) as readonly Ready<T>[] | undefined
  if (all === undefined) ready.set(rules, (all = rules.map((rule) => ({ rule, needs: factsNeeded(rule.when), tests: testsOf(rule.when) }))))
  const given = factsGiven(reading)
  const found: T[] = []
  for (const { rule, needs, tests } of all) if (needs.every((name) => given.has(name)) && tests.every((test) => test(reading))) found.push(rule)
  return found
}
const ready = new WeakMap<readonly unknown[], readonly Ready<unknown>[]>()

function factsNeeded({ context = {}, protocol, stage, httpStatus, networkError, code, header, empty }: Pattern): readonly string[] {
  const parts = { protocol, stage, httpStatus, networkError, code, header, empty }
  return [...Object.keys(context), ...namesGiven(parts)]
}

function factsGiven({ record: { evidence, context }, httpStatus, networkError, codes, headers }: Reading): ReadonlySet<string> {
  const parts = { protocol: evidence.protocol, stage: evidence.stage, httpStatus, networkError, code: codes[0], header: headers[0], empty: evidence.empty }
  return new Set([...namesGiven(context), ...namesGiven(parts)])
}

function namesGiven(facts: object): readonly string[] {
  return Object.entries(facts).flatMap(([name, fact]) => (fact === undefined || fact === null ? [] : [name]))
}

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
  if (text !== undefined) tests.push(onText(text))
  if (near !== undefined) tests.push(isNear(near))
  if (not !== undefined) tests.push((reading) => !matches(not, reading))
  return tests
}

function onWords(source: string, test: (words: RegExp, reading: Reading) => boolean): Test {
  const words = new RegExp(source, 'u')
  return (reading) => test(words, reading)
}

/** Only where the text has what the words need, they are searched for. */
function onText(source: string): Test {
  const [needles, words] = [needlesOf(source), new RegExp(source, 'u')]
  return needles === null ? ({ text }) => words.test(text) : ({ text }) => mayContain(text, needles) && words.test(text)
}

/** Closer than this, also across the end of a sentence: banks write short ones. */
const NEAR = 70

/** Each alone first: most texts hold neither, and that is told in one pass. */
function isNear([one, other]: readonly [string, string]): Test {
  const between = `[\\s\\S]{0,${NEAR}}`
  const [first, second] = [textTest(one), textTest(other)]
  const both = new RegExp(`(?:${one})${between}(?:${other})|(?:${other})${between}(?:${one})`, 'u')
  return (reading) => first(reading) && second(reading) && both.test(reading.text)
}

/** Subjects stand in several pairs. */
function textTest(source: string): Test {
  let test = known.get(source)
  if (test === undefined) known.set(source, (test = onText(source)))
  return test
}
const known = new Map<string, Test>()

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
