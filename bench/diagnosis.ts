/**
 * Diagnosis on labelled cases, each block with top-1, top-3, macro-F1, expected calibration error and accuracy of the
 * first action, beside three baselines in the same run. Incidents and documented cases by grouped cross-validation (all
 * cases of one thread or page are in one fold), with the figures in sample, and with whole protocols left out: what the
 * fit learned cannot come from the like of what it is asked. The same with whole sources left out (repositories of incidents,
 * sites of documented cases): that is what to expect of another source, as far as the rules are not written from this one. The rules were written by people who had read these cases,
 * so all of these promise too much; only incidents whose errors nobody read (cases/held-out.jsonl; its README) tell how
 * good it is on a failure that nobody here has seen. It prints sums of them and no case; while the file is empty it says so.
 * With `--write` it fits on all cases but those and writes src/diagnose/knowledge/fitted.json.
 * Cases: `--cases FILE`, else ../shared/cases/dev.jsonl.
 *
 *   node bench/diagnosis.ts [--cases FILE] [--json] [--write] [--development]
 *
 * `--development` leaves the incidents alone that only count: a figure that is looked at after every change is chosen by.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { CAUSE_CODES, familyOf, type CauseCode } from '../src/domain/cause.ts'
import { chooseAction } from '../src/diagnose/action.ts'
import { diagnose, hear, probabilities } from '../src/diagnose/diagnose.ts'
import { calibrate, emptyFit, groupedFolds, protocolOf, sourceOf, type LabelledCase, type PlainCase } from '../src/diagnose/fit.ts'
import type { Knowledge } from '../src/diagnose/knowledge.ts'
import { KNOWLEDGE } from '../src/diagnose/knowledge/base.ts'
import { eceByChance, FIGURES, interval, score, type Figures, type Guess, type Guesses } from './diagnosis-score.ts'

/** Incidents gathered later whose errors were read, from which every method learns. */
const TUNE = ['tune', 'gathered', 'threads', 'public-threads', 'even-threads'].flatMap((name) => readCases(new URL(`cases/${name}.jsonl`, import.meta.url)))

/** Sentences of banks, for how far rules are believed. */
const PLAIN: readonly PlainCase[] = readCases(new URL('../test/fixtures/bank-sentences.jsonl', import.meta.url))

type Method = (train: readonly LabelledCase[]) => (one: LabelledCase) => Guess

const FOLDS = 10

const relink: Method = (train) => {
  const knowledge: Knowledge = { ...KNOWLEDGE, fitted: calibrate(train, PLAIN, KNOWLEDGE) }
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
function crossValidated(cases: readonly LabelledCase[], method: Method, keyOf?: (one: LabelledCase) => string): Guesses {
  const guesses = new Map<LabelledCase, Guess>()
  for (const fold of groupedFolds(cases, FOLDS, keyOf)) {
    const held = new Set(fold)
    const guess = method(cases.filter((one) => !held.has(one)))
    for (const one of fold) guesses.set(one, guess(one))
  }
  return guesses
}

/** One model of all cases that may be learned from. */
function learnedFromAll(cases: readonly LabelledCase[], asked: readonly LabelledCase[], method: Method): Guesses {
  const guess = method(cases)
  return new Map(asked.map((one) => [one, guess(one)]))
}

const ROUNDS = 5

/** Of each record the median of some runs: a single one also meets the garbage collector and whatever else runs here. */
function speed(cases: readonly LabelledCase[]): { readonly msEach: number; readonly worstMs: number; readonly worstOfMedians: number } {
  for (const one of cases) diagnose(one)
  const start = performance.now()
  const times = cases.map((one) => Array.from({ length: ROUNDS }, () => {
    const before = performance.now()
    diagnose(one)
    return performance.now() - before
  }).sort((a, b) => a - b))
  const msEach = (performance.now() - start) / (cases.length * ROUNDS)
  return { msEach, worstMs: Math.max(...times.map((runs) => runs.at(-1) ?? 0)), worstOfMedians: Math.max(...times.map((runs) => runs[ROUNDS >> 1] ?? 0)) }
}

const MANY = 10_000

/** So many records through `relink diagnose --format jsonl`, its start included. */
async function throughCommand(cases: readonly LabelledCase[]): Promise<{ readonly seconds: number; readonly answers: number }> {
  const start = performance.now()
  const command = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url)), 'diagnose', '--format', 'jsonl'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = Array.from({ length: MANY }, (_, at) => `${JSON.stringify(cases[at % cases.length])}\n`)
  const wrote = pipeline(Readable.from(lines), command.stdin)
  let answers = 0
  for await (const chunk of command.stdout) for (const byte of chunk as Uint8Array) if (byte === 10) answers++
  await wrote
  return { seconds: (performance.now() - start) / 1000, answers }
}

function readCases(file: string | URL): readonly LabelledCase[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as LabelledCase)
}

const args = process.argv.slice(2)
/** A file that is not to be looked at is not opened. */
const HELD_OUT = args.includes('--write') || args.includes('--development') ? null : readCases(new URL('cases/held-out.jsonl', import.meta.url))
const file = args.includes('--cases') ? (args[args.indexOf('--cases') + 1] ?? '') : fileURLToPath(new URL('../../shared/cases/dev.jsonl', import.meta.url))
const cases = [...readCases(file), ...TUNE]

if (args.includes('--write')) {
  const fitted = { ...calibrate(cases, PLAIN, KNOWLEDGE), fittedOn: `${cases.length} labelled cases, ${cases.filter(({ kind }) => kind === 'incident').length} of them incidents; node bench/diagnosis.ts --write` }
  const rounded = JSON.stringify(fitted, (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value), 1)
  writeFileSync(new URL('../src/diagnose/knowledge/fitted.json', import.meta.url), `${rounded}\n`)
} else {
  const methods: readonly (readonly [string, Method])[] = [['relink', relink], ['code table alone', codeTableAlone], ['naive Bayes', naiveBayes], ['fixed order', fixedOrder]]
  const known = methods.flatMap(([method, how]): readonly (readonly [string, Guesses])[] => [
    [method, crossValidated(cases, how)],
    ...(how === relink ? [['  source left out', crossValidated(cases, how, sourceOf)] as const, ['  protocol left out', crossValidated(cases, how, protocolOf)] as const, ['  in sample', learnedFromAll(cases, cases, how)] as const] : []),
  ])
  const incidents = cases.filter(({ kind }) => kind === 'incident')
  const blocks = [['incident', incidents], ['documented', cases.filter(({ kind }) => kind === 'documented')]] as const
  const results = blocks.flatMap(([kind, asked]) => known.map(([method, guesses]) => ({ kind, method, ...score(asked, guesses) })))
  const promised = score(incidents, known[0]?.[1] as Guesses)
  const heldOut = HELD_OUT === null || HELD_OUT.length === 0 ? null : measureUnread('held out', HELD_OUT, methods, promised)
  const { msEach, worstMs, worstOfMedians } = speed(cases)
  const many = await throughCommand(cases)
  if (args.includes('--json')) console.log(JSON.stringify({ results: [...results, ...(heldOut?.results ?? [])], heldOut, msEach, worstMs, worstOfMedians, command: many }))
  else {
    console.log(`grouped ${FOLDS}-fold cross-validation, ${cases.length} cases, ${new Set(cases.map(({ group }) => group)).size} groups; ${TUNE.length} of them incidents gathered later`)
    console.log('kind        method                n   top-1  top-3  macroF1  ECE    action')
    for (const { kind, method, n, ...figures } of results) printLine(kind, method, String(n), figures)
    if (heldOut === null) console.log(HELD_OUT?.length === 0 ? 'incidents that nobody has read (held out): none; cases/held-out.jsonl is empty' : 'incidents that nobody has read (held out): not looked at')
    else printUnread(heldOut)
    console.log(`one diagnosis: ${msEach.toFixed(3)} ms on average; the slowest record takes ${worstOfMedians.toFixed(2)} ms (median of ${ROUNDS}), the slowest single run took ${worstMs.toFixed(2)} ms`)
    console.log(`${many.answers} answers by "relink diagnose --format jsonl" in ${many.seconds.toFixed(1)} s, with its start`)
  }
}

function measureUnread(kind: string, asked: readonly LabelledCase[], methods: readonly (readonly [string, Method])[], promised: Figures) {
  const guesses = methods.map(([method, how]) => [method, learnedFromAll(cases, asked, how)] as const)
  const ours = guesses[0]?.[1] as Guesses
  const kept = score(asked, ours)
  const gap = Object.fromEntries(FIGURES.map((figure) => [figure, promised[figure] - kept[figure]])) as Figures
  return { kind, n: asked.length, results: guesses.map(([method, guess]) => ({ kind, method, ...score(asked, guess) })), ...interval(asked, ours), gap, eceByChance: eceByChance(asked, ours) }
}

function printUnread({ n, results, low, high, gap, eceByChance: byChance }: ReturnType<typeof measureUnread>): void {
  console.log(`incidents that nobody has read (held out): ${n}`)
  for (const { kind: block, method, n: asked, ...figures } of results) printLine(block, method, String(asked), figures)
  printLine('', '  from (5 %)', '', low)
  printLine('', '  to (95 %)', '', high)
  printLine('', '  less than CV', '', gap)
  console.log(`a forecaster who is right exactly as often as he says would show an ECE of ${byChance.toFixed(3)} on these ${n}`)
}

function printLine(kind: string, method: string, n: string, s: Figures): void {
  const [top1, top3, macroF1, ece, action] = FIGURES.map((figure) => s[figure].toFixed(3).padStart(6)) as [string, string, string, string, string]
  console.log(`${kind.padEnd(11)} ${method.padEnd(19)} ${n.padStart(4)}  ${top1} ${top3} ${macroF1}   ${ece} ${action}`)
}
