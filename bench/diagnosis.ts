/**
 * Diagnosis on labelled cases, by grouped cross-validation: all cases of one thread or page are in
 * one fold. Prints top-1, top-3, macro-F1, expected calibration error and accuracy of the first
 * action, for incidents and documented cases apart, beside three baselines in the same run, and the
 * gap to the figures in sample. With `--write` it fits on all cases and writes
 * src/diagnose/knowledge/fitted.json. Cases: `--cases FILE`, else ../shared/cases/dev.jsonl.
 *
 *   node bench/diagnosis.ts [--cases FILE] [--json] [--write]
 *
 * What cross-validation cannot show: the rules were written by people who had read these cases.
 * Only cases that nobody here has seen decide how good it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CAUSE_CODES, familyOf, type CauseCode } from '../src/domain/cause.ts'
import { chooseAction } from '../src/diagnose/action.ts'
import { diagnose, hear, probabilities } from '../src/diagnose/diagnose.ts'
import { calibrate, emptyFit, fit, groupedFolds, type LabelledCase } from '../src/diagnose/fit.ts'
import type { Knowledge } from '../src/diagnose/knowledge.ts'
import { KNOWLEDGE } from '../src/diagnose/knowledge/base.ts'

/** Incidents gathered later whose errors were read; the fit may learn from them, no figure is printed for them. */
const TUNE = readCases(new URL('cases/tune.jsonl', import.meta.url))

type Guess = { readonly p: Readonly<Record<CauseCode, number>>; readonly action: string }
type Score = { readonly n: number; readonly top1: number; readonly top3: number; readonly macroF1: number; readonly ece: number; readonly action: number }
type Method = (train: readonly LabelledCase[]) => (one: LabelledCase) => Guess

const FOLDS = 10

const relink: Method = (train) => {
  const knowledge: Knowledge = { ...KNOWLEDGE, fitted: calibrate([...train, ...TUNE], KNOWLEDGE) }
  return (one) => guessOf(one, knowledge)
}

const codeTableAlone: Method = () => (one) => {
  const heard = hear(one, KNOWLEDGE)
  const codes = { ...heard, background: [], voices: heard.voices.filter((voice) => voice.kind === 'code') }
  const p = probabilities(codes, emptyFit())
  return { p, action: chooseAction(p, heard.codes, heard.reading) }
}

/** Words of message, body, codes, protocol and stage; Laplace smoothing. The label's most frequent action is its action. */
const naiveBayes: Method = (train) => {
  const counts = new Map<CauseCode, Map<string, number>>()
  const totals = new Map<CauseCode, number>()
  const vocabulary = new Set<string>()
  for (const one of train) {
    const words = wordsOf(one)
    const bag = counts.get(one.cause) ?? new Map<string, number>()
    for (const word of words) {
      bag.set(word, (bag.get(word) ?? 0) + 1)
      vocabulary.add(word)
    }
    counts.set(one.cause, bag)
    totals.set(one.cause, (totals.get(one.cause) ?? 0) + 1)
  }
  const actionOf = commonActions(train)
  return (one) => {
    const logits = CAUSE_CODES.map((cause) => {
      const bag = counts.get(cause)
      const size = bag === undefined ? 0 : [...bag.values()].reduce((sum, count) => sum + count, 0)
      let logit = Math.log(((totals.get(cause) ?? 0) + 0.5) / (train.length + 14))
      for (const word of wordsOf(one)) logit += Math.log(((bag?.get(word) ?? 0) + 1) / (size + vocabulary.size))
      return logit
    })
    const p = softmax(logits)
    return { p, action: actionOf(best(p)) }
  }
}

/** What help pages do: the same list for everybody, in the order of the eight families. */
const fixedOrder: Method = (train) => {
  const order = CAUSE_CODES.map((cause, index) => ({ cause, index, known: familyOf(cause) !== null }))
  const p = softmax(order.map(({ index, known }) => (known ? -index * 0.2 : -99)))
  const actionOf = commonActions(train)
  return () => ({ p, action: actionOf(best(p)) })
}

function guessOf(one: LabelledCase, knowledge: Knowledge): Guess {
  const diagnosis = diagnose({ evidence: one.evidence, context: one.context }, knowledge)
  return { p: Object.fromEntries(diagnosis.causes.map(({ cause, p }) => [cause, p])) as Guess['p'], action: diagnosis.action }
}

function commonActions(train: readonly LabelledCase[]): (cause: CauseCode) => string {
  const counts = new Map<string, Map<string, number>>()
  for (const { cause, action } of train) {
    const bag = counts.get(cause) ?? new Map<string, number>()
    bag.set(action, (bag.get(action) ?? 0) + 1)
    counts.set(cause, bag)
  }
  return (cause) => [...(counts.get(cause) ?? [])].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'contact_support'
}

function wordsOf({ evidence }: LabelledCase): readonly string[] {
  const text = [evidence.message, evidence.body, evidence.codes?.join(' '), evidence.protocol, evidence.stage, evidence.httpStatus, evidence.networkError].join(' ')
  return [...new Set(text.toLowerCase().match(/[\p{L}\d_.]{2,}/gu) ?? [])]
}

function softmax(logits: readonly number[]): Guess['p'] {
  const highest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return Object.fromEntries(CAUSE_CODES.map((cause, index) => [cause, (weights[index] ?? 0) / total])) as Guess['p']
}

function best(p: Guess['p']): CauseCode {
  return [...CAUSE_CODES].sort((a, b) => p[b] - p[a])[0] ?? 'unknown'
}

/** Each case is guessed by a model that has not seen its group. */
function crossValidated(cases: readonly LabelledCase[], method: Method): ReadonlyMap<LabelledCase, Guess> {
  const guesses = new Map<LabelledCase, Guess>()
  for (const fold of groupedFolds(cases, FOLDS)) {
    const held = new Set(fold)
    const guess = method(cases.filter((one) => !held.has(one)))
    for (const one of fold) guesses.set(one, guess(one))
  }
  return guesses
}

function inSample(cases: readonly LabelledCase[], method: Method): ReadonlyMap<LabelledCase, Guess> {
  const guess = method(cases)
  return new Map(cases.map((one) => [one, guess(one)]))
}

function score(cases: readonly LabelledCase[], guesses: ReadonlyMap<LabelledCase, Guess>): Score {
  const rows = cases.map((one) => {
    const guess = guesses.get(one) as Guess
    const ranked = [...CAUSE_CODES].sort((a, b) => guess.p[b] - guess.p[a])
    return { truth: one.cause, first: ranked[0] as CauseCode, p: guess.p[ranked[0] as CauseCode], rank: ranked.indexOf(one.cause), action: guess.action === one.action }
  })
  const share = (test: (row: (typeof rows)[number]) => boolean) => rows.filter(test).length / rows.length
  return { n: rows.length, top1: share((row) => row.rank === 0), top3: share((row) => row.rank < 3), macroF1: macroF1(rows), ece: calibrationError(rows), action: share((row) => row.action) }
}

/** Mean F1 over the causes that occur as truth. */
function macroF1(rows: readonly { readonly truth: CauseCode; readonly first: CauseCode }[]): number {
  const causes = [...new Set(rows.map(({ truth }) => truth))]
  const scores = causes.map((cause) => {
    const hits = rows.filter(({ truth, first }) => truth === cause && first === cause).length
    return (2 * hits) / (rows.filter(({ truth }) => truth === cause).length + rows.filter(({ first }) => first === cause).length)
  })
  return scores.reduce((sum, value) => sum + value, 0) / scores.length
}

/** Ten equal bins of the first cause's probability. */
function calibrationError(rows: readonly { readonly p: number; readonly rank: number }[]): number {
  let error = 0
  for (let bin = 0; bin < 10; bin++) {
    const inBin = rows.filter(({ p }) => Math.min(9, Math.floor(p * 10)) === bin)
    if (inBin.length === 0) continue
    const said = inBin.reduce((sum, { p }) => sum + p, 0) / inBin.length
    const was = inBin.filter(({ rank }) => rank === 0).length / inBin.length
    error += (inBin.length / rows.length) * Math.abs(said - was)
  }
  return error
}

function speed(cases: readonly LabelledCase[]): { readonly msEach: number; readonly worstMs: number } {
  for (const one of cases) diagnose(one)
  let worstMs = 0
  const start = performance.now()
  for (const one of cases) {
    const before = performance.now()
    diagnose(one)
    worstMs = Math.max(worstMs, performance.now() - before)
  }
  return { msEach: (performance.now() - start) / cases.length, worstMs }
}

function readCases(file: string | URL): readonly LabelledCase[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as LabelledCase)
}

const args = process.argv.slice(2)
const file = args.includes('--cases') ? (args[args.indexOf('--cases') + 1] ?? '') : fileURLToPath(new URL('../../shared/cases/dev.jsonl', import.meta.url))
const cases = readCases(file)

if (args.includes('--write')) {
  const fitted = { ...calibrate([...cases, ...TUNE], KNOWLEDGE), fittedOn: `${cases.length + TUNE.length} labelled cases, ${[...cases, ...TUNE].filter(({ kind }) => kind === 'incident').length} of them incidents; node bench/diagnosis.ts --write` }
  const rounded = JSON.stringify(fitted, (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value), 1)
  writeFileSync(new URL('../src/diagnose/knowledge/fitted.json', import.meta.url), `${rounded}\n`)
} else {
  const methods: readonly (readonly [string, ReadonlyMap<LabelledCase, Guess>])[] = [
    ['relink', crossValidated(cases, relink)],
    ['relink, in sample', inSample(cases, relink)],
    ['code table alone', crossValidated(cases, codeTableAlone)],
    ['naive Bayes', crossValidated(cases, naiveBayes)],
    ['fixed order', crossValidated(cases, fixedOrder)],
  ]
  const results = (['incident', 'documented'] as const).flatMap((kind) => {
    const some = cases.filter((one) => one.kind === kind)
    return methods.map(([method, guesses]) => ({ kind, method, ...score(some, guesses) }))
  })
  const { msEach, worstMs } = speed(cases)
  if (args.includes('--json')) console.log(JSON.stringify({ results, msEach, worstMs }))
  else {
    console.log(`grouped ${FOLDS}-fold cross-validation, ${cases.length} cases, ${new Set(cases.map(({ group }) => group)).size} groups`)
    console.log('kind        method               n   top-1  top-3  macroF1  ECE    action')
    for (const { kind, method, n, ...s } of results) {
      console.log(`${kind.padEnd(11)} ${method.padEnd(18)} ${String(n).padStart(4)}   ${s.top1.toFixed(3)}  ${s.top3.toFixed(3)}  ${s.macroF1.toFixed(3)}    ${s.ece.toFixed(3)}  ${s.action.toFixed(3)}`)
    }
    console.log(`one diagnosis: ${msEach.toFixed(3)} ms on average, ${worstMs.toFixed(2)} ms at worst`)
  }
}
