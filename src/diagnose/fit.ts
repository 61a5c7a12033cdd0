/**
 * Learns what rules cannot say from labelled cases: how frequent causes are, what protocol and
 * stage alone suggest, how far to trust code tables and each rule, and one temperature. Multinomial
 * logistic regression with a Gaussian prior on every weight (shrinks to "says nothing", a rule to "as
 * it is written"), by full gradient steps; deterministic. Used by the benchmark and to write
 * knowledge/fitted.json, never at run time. What rules say stays as it is written; how loud it is, is learned.
 */
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { CaseRecord } from '../domain/evidence.ts'
import { hear, probabilities, type Heard, type Voice } from './diagnose.ts'
import type { Fitted, Knowledge } from './knowledge.ts'

export type LabelledCase = CaseRecord & { readonly id: string; readonly group: string; readonly kind: 'incident' | 'documented'; readonly cause: CauseCode; readonly action: string }

/** A sentence with the cause that it states, beside nothing that is known: what a rule is to be believed where people are not puzzled. */
export type PlainCase = CaseRecord & { readonly id: string; readonly cause: CauseCode }

export type FitOptions = {
  /** Strength of the pull towards zero; larger fits less. */
  readonly priorPull: number
  readonly backgroundPull: number
  /** The same towards believing a rule as it is written, and how far from that it may go. */
  readonly beliefPull: number
  readonly beliefs: readonly [least: number, most: number]
  /** How much a plain sentence counts beside a case, for beliefs alone: people report what puzzles them, so trackers tell too little of the times when words meant what they said. */
  readonly plainWeight: number
  /**
   * No cause counts for more than this share of all cases. Trackers of programs are full of faults of programs; how
   * frequent those are among the failures of a server that reads feeds every day they cannot tell.
   */
  readonly mostOfOneCause: number
  readonly steps: number
}

export const FIT_OPTIONS: FitOptions = { priorPull: 2, backgroundPull: 4, beliefPull: 6, beliefs: [0.8, 1.3], plainWeight: 0.05, mostOfOneCause: 0.25, steps: 150 }

const FITTABLE = CAUSE_CODES.filter((cause) => cause !== 'unknown')
/** How far to trust facts of context; code tables and rules count in full: whether codes should count less was a tie that a few cases turned, and words lost by it. */
const TRUSTS: readonly Fitted['trust'][] = [1, 1.4].map((context) => ({ codes: 1, context, rules: 1 }))

/** A case as numbers: what codes, facts, the rules that are believed as they are written, and each other rule say of each cause, and which background weights apply (index 0 is the prior). */
type Sample = { readonly said: { readonly [K in Voice['kind']]: Float64Array }; readonly rules: readonly Said[]; readonly features: readonly number[]; readonly truth: number; readonly weight: number; readonly isPlain: boolean }
type Said = { readonly rule: number; readonly of: Float64Array }
type Problem = { readonly samples: readonly Sample[]; readonly features: readonly string[]; readonly rules: readonly string[] }
/** What is learned, and its slope: a weight for each feature and cause, a measure of belief for each rule. */
type Learned = { readonly weights: Float64Array; readonly beliefs: Float64Array }

/** Fits on the given cases; `knowledge.fitted` is ignored. Some seconds for 1,300 cases and 2,000 sentences. */
export function fit(cases: readonly LabelledCase[], plain: readonly PlainCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const problem = asNumbers(cases, plain, knowledge, options)
  let best: { fitted: Fitted; loss: number } | null = null
  for (const trust of TRUSTS) {
    const { fitted, loss } = descend(problem, trust, options)
    if (best === null || loss < best.loss) best = { fitted, loss }
  }
  return best?.fitted ?? emptyFit()
}

/** A fit that says nothing: equal priors. */
export function emptyFit(): Fitted {
  return { fittedOn: 'nothing', prior: Object.fromEntries(CAUSE_CODES.map((cause) => [cause, 0])) as Fitted['prior'], background: {}, trust: { codes: 1, context: 1, rules: 1 }, believed: {}, temperature: 1 }
}

function asNumbers(cases: readonly LabelledCase[], plain: readonly PlainCase[], knowledge: Knowledge, options: FitOptions): Problem {
  const [features, rules] = [['prior'], [] as string[]]
  const indexIn = (names: string[], name: string) => {
    const at = names.indexOf(name)
    return at === -1 ? names.push(name) - 1 : at
  }
  const weightOf = weighing(cases, options)
  const asWritten = new Set(knowledge.rules.filter((rule) => rule.asWritten === true).map(({ id }) => id))
  const asSample = (one: PlainCase, weight: number, isPlain: boolean): Sample => {
    const heard = heardOnce(one, knowledge)
    const saidBy = (voices: readonly Voice[]) => Float64Array.from(FITTABLE, (cause) => voices.reduce((sum, { weights, share }) => sum + (weights[cause] ?? 0) * share, 0))
    const of = (kind: Voice['kind']) => heard.voices.filter((voice) => voice.kind === kind)
    return {
      said: { code: saidBy(of('code')), context: saidBy(of('context')), rule: saidBy(of('rule').filter(({ id }) => asWritten.has(id))) },
      rules: of('rule').filter(({ id }) => !asWritten.has(id)).map((voice) => ({ rule: indexIn(rules, voice.id), of: saidBy([voice]) })),
      features: [0, ...heard.background.map((feature) => indexIn(features, feature))], truth: FITTABLE.indexOf(one.cause as never), weight, isPlain,
    }
  }
  const isFittable = ({ cause }: PlainCase) => FITTABLE.includes(cause as never)
  const samples = [...cases.filter(isFittable).map((one) => asSample(one, weightOf(one), false)), ...plain.filter(isFittable).map((one) => asSample(one, options.plainWeight, true))]
  return { samples, features, rules }
}

/** Each case is heard once, in however many folds it is learned from. */
function heardOnce(one: PlainCase, knowledge: Knowledge): Heard {
  const known = heardBy.get(knowledge.rules) ?? new WeakMap<PlainCase, Heard>()
  heardBy.set(knowledge.rules, known)
  const heard = known.get(one) ?? hear(one, knowledge)
  known.set(one, heard)
  return heard
}
const heardBy = new WeakMap<Knowledge['rules'], WeakMap<PlainCase, Heard>>()

function descend({ samples, features, rules }: Problem, trust: Fitted['trust'], options: FitOptions): { readonly fitted: Fitted; readonly loss: number } {
  const size = FITTABLE.length
  const learned: Learned = { weights: new Float64Array(features.length * size), beliefs: new Float64Array(rules.length).fill(1) }
  const momentum: Learned = { weights: new Float64Array(learned.weights.length), beliefs: new Float64Array(rules.length) }
  const total = samples.reduce((sum, sample) => sum + (sample.isPlain ? 0 : sample.weight), 0)
  const pullOf = (at: number) => (at < size ? options.priorPull : options.backgroundPull)
  const [least, most] = options.beliefs
  let loss = 0
  for (let step = 0; step < options.steps; step++) {
    const slope: Learned = { weights: new Float64Array(learned.weights.length), beliefs: new Float64Array(rules.length) }
    loss = 0
    for (const sample of samples) loss += addSlope(sample, learned, trust, slope)
    for (const [at, value] of learned.weights.entries()) {
      loss += (pullOf(at) / 2) * value ** 2
      momentum.weights[at] = 0.9 * (momentum.weights[at] ?? 0) - (2 / total) * ((slope.weights[at] ?? 0) + pullOf(at) * value)
      learned.weights[at] = value + (momentum.weights[at] ?? 0)
    }
    for (const [at, value] of learned.beliefs.entries()) {
      loss += (options.beliefPull / 2) * (value - 1) ** 2
      momentum.beliefs[at] = 0.9 * (momentum.beliefs[at] ?? 0) - (0.5 / total) * ((slope.beliefs[at] ?? 0) + options.beliefPull * (value - 1))
      learned.beliefs[at] = Math.min(most, Math.max(least, value + (momentum.beliefs[at] ?? 0)))
    }
  }
  return { fitted: asFitted(learned, features, rules, trust), loss }
}

/** Adds one case's share of the gradient; returns its weighted negative log-likelihood. */
function addSlope(sample: Sample, { weights, beliefs }: Learned, trust: Fitted['trust'], slope: Learned): number {
  const size = FITTABLE.length
  const p = new Float64Array(size)
  let highest = -Infinity
  for (let cause = 0; cause < size; cause++) {
    let logit = (sample.said.code[cause] ?? 0) * trust.codes + (sample.said.context[cause] ?? 0) * trust.context + (sample.said.rule[cause] ?? 0) * trust.rules
    for (const { rule, of } of sample.rules) logit += (of[cause] ?? 0) * trust.rules * (beliefs[rule] ?? 1)
    for (const feature of sample.features) logit += weights[feature * size + cause] ?? 0
    p[cause] = logit
    if (logit > highest) highest = logit
  }
  let sum = 0
  for (let cause = 0; cause < size; cause++) sum += p[cause] = Math.exp((p[cause] ?? 0) - highest)
  for (let cause = 0; cause < size; cause++) {
    const error = sample.weight * ((p[cause] ?? 0) / sum - (cause === sample.truth ? 1 : 0))
    if (!sample.isPlain) for (const feature of sample.features) slope.weights[feature * size + cause] = (slope.weights[feature * size + cause] ?? 0) + error
    for (const { rule, of } of sample.rules) slope.beliefs[rule] = (slope.beliefs[rule] ?? 0) + error * (of[cause] ?? 0) * trust.rules
  }
  return -sample.weight * Math.log(Math.max(1e-12, (p[sample.truth] ?? 0) / sum))
}

function asFitted({ weights, beliefs }: Learned, features: readonly string[], rules: readonly string[], trust: Fitted['trust']): Fitted {
  const row = (feature: number) => Object.fromEntries(FITTABLE.map((cause, at) => [cause, weights[feature * FITTABLE.length + at] ?? 0]))
  const background = Object.fromEntries(features.slice(1).map((feature, at) => [feature, row(at + 1)]))
  const believed = Object.fromEntries(rules.map((rule, at) => [rule, beliefs[at] ?? 1] as const).filter(([, belief]) => Math.abs(belief - 1) >= WORTH_KEEPING).sort(([, one], [, other]) => one - other))
  return { fittedOn: '', prior: { ...row(0), unknown: 0 } as Fitted['prior'], background, trust, believed, temperature: 1 }
}
/** A rule that is believed as it is written, or nearly, is not listed. */
const WORTH_KEEPING = 0.02

/**
 * Fits, then chooses the temperature on protocols that the fit had not seen, so that probabilities mean what they say
 * on new failures: other threads about the same protocol are too like those that it learned from.
 */
export function calibrate(cases: readonly LabelledCase[], plain: readonly PlainCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const unseen: { readonly heard: Heard; readonly cause: CauseCode; readonly fitted: Fitted }[] = []
  const whole = fit(cases, plain, knowledge, options)
  for (const fold of groupedFolds(cases, INNER_FOLDS, protocolOf)) {
    const held = new Set(fold)
    const fitted = refit(cases.filter((one) => !held.has(one)), plain, knowledge, whole.trust, options)
    for (const one of fold) if (one.kind === 'incident') unseen.push({ heard: heardOnce(one, knowledge), cause: one.cause, fitted })
  }
  let best = { temperature: 1, loss: Infinity }
  for (const temperature of TEMPERATURES) {
    const loss = unseen.reduce((sum, { heard, cause, fitted }) => sum - Math.log(Math.max(1e-9, probabilities(heard, { ...fitted, temperature })[cause])), 0)
    if (loss < best.loss) best = { temperature, loss }
  }
  return { ...whole, temperature: best.temperature }
}

const INNER_FOLDS = 4
/** Never below 1: whoever wrote the rules had read these cases, so on new ones they do worse, not better (bench/cases). */
const TEMPERATURES = [1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3]

/** All cases of one protocol belong together. */
export function protocolOf({ evidence }: LabelledCase): string {
  return evidence.protocol ?? 'other'
}

/** The repository of an incident, or the site of a documented case: whoever reads one of its threads knows how its other threads sound. */
export function sourceOf({ group, kind }: LabelledCase): string {
  return group.replace(/[#@:].*$/s, '').split('/').slice(0, kind === 'incident' ? 2 : 1).join('/')
}

/** Folds of about equal size that never divide a group; the order of the cases decides nothing. */
export function groupedFolds<T extends { readonly group: string }>(cases: readonly T[], count: number, keyOf: (one: T) => string = ({ group }) => group): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const one of cases) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  const folds = Array.from({ length: count }, () => [] as T[])
  const ordered = [...groups].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  for (const [, members] of ordered) [...folds].sort((a, b) => a.length - b.length)[0]?.push(...members)
  return folds
}

function refit(cases: readonly LabelledCase[], plain: readonly PlainCase[], knowledge: Knowledge, trust: Fitted['trust'], options: FitOptions): Fitted {
  return descend(asNumbers(cases, plain, knowledge, options), trust, options).fitted
}

/** Of a case: those of a cause that is too frequent count less, until none is above its share. */
function weighing(cases: readonly LabelledCase[], { mostOfOneCause }: FitOptions): (one: LabelledCase) => number {
  const sums = new Map<CauseCode, number>()
  for (const one of cases) sums.set(one.cause, (sums.get(one.cause) ?? 0) + 1)
  let shares = new Map<CauseCode, number>()
  for (let round = 0; round < SETTLED; round++) {
    const total = [...sums].reduce((sum, [cause, count]) => sum + count * (shares.get(cause) ?? 1), 0)
    shares = new Map([...sums].map(([cause, count]) => [cause, Math.min(1, (mostOfOneCause * total) / count)]))
  }
  return (one) => shares.get(one.cause) ?? 1
}
const SETTLED = 50
