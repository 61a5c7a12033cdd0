/**
 * Learns what rules cannot say from labelled cases: how frequent causes are, what protocol and
 * stage alone suggest, how far to trust code tables and rules, and one temperature. Multinomial
 * logistic regression with a Gaussian prior on every weight (shrinks to "says nothing"), by full
 * gradient steps; deterministic. Used by the benchmark and to write knowledge/fitted.json, never at
 * run time. The rules' own numbers are not touched by it.
 */
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { CaseRecord } from '../domain/evidence.ts'
import { hear, probabilities, type Heard, type Voice } from './diagnose.ts'
import type { Fitted, Knowledge } from './knowledge.ts'

export type LabelledCase = CaseRecord & { readonly id: string; readonly group: string; readonly kind: 'incident' | 'documented'; readonly cause: CauseCode; readonly action: string }

export type FitOptions = {
  /** Strength of the pull towards zero; larger fits less. */
  readonly priorPull: number
  readonly backgroundPull: number
  /** How much a documented case counts beside a real incident. */
  readonly documentedWeight: number
  /**
   * No cause counts for more than this share of all cases. Trackers of programs are full of faults of programs; how
   * frequent those are among the failures of a server that reads feeds every day they cannot tell.
   */
  readonly mostOfOneCause: number
  readonly steps: number
}

export const FIT_OPTIONS: FitOptions = { priorPull: 2, backgroundPull: 4, documentedWeight: 0.25, mostOfOneCause: 0.25, steps: 100 }

const FITTABLE = CAUSE_CODES.filter((cause) => cause !== 'unknown')
/** How far to trust facts of context; code tables and rules count in full: whether codes should count less was a tie that a few cases turned, and words lost by it. */
const TRUSTS: readonly Fitted['trust'][] = [1, 1.4].map((context) => ({ codes: 1, context, rules: 1 }))

/** A case as numbers: what codes and rules say of each cause, and which background weights apply (index 0 is the prior). */
type Sample = { readonly said: { readonly [K in Voice['kind']]: Float64Array }; readonly features: readonly number[]; readonly truth: number; readonly weight: number }
type Problem = { readonly samples: readonly Sample[]; readonly features: readonly string[] }

/** Fits on the given cases; `knowledge.fitted` is ignored. About a second for 400 cases. */
export function fit(cases: readonly LabelledCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const problem = asNumbers(cases, knowledge, options)
  let best: { fitted: Fitted; loss: number } | null = null
  for (const trust of TRUSTS) {
    const { fitted, loss } = descend(problem, trust, options)
    if (best === null || loss < best.loss) best = { fitted, loss }
  }
  return best?.fitted ?? emptyFit()
}

/** A fit that says nothing: equal priors. */
export function emptyFit(): Fitted {
  return { fittedOn: 'nothing', prior: Object.fromEntries(CAUSE_CODES.map((cause) => [cause, 0])) as Fitted['prior'], background: {}, trust: { codes: 1, context: 1, rules: 1 }, temperature: 1 }
}

function asNumbers(cases: readonly LabelledCase[], knowledge: Knowledge, options: FitOptions): Problem {
  const features = ['prior']
  const weightOf = weighing(cases, options)
  const samples = cases.filter((one) => FITTABLE.includes(one.cause as never)).map((one) => {
    const heard = hear(one, knowledge)
    const said = (kind: Voice['kind']) => Float64Array.from(FITTABLE, (cause) => heard.voices.reduce((sum, voice) => sum + (voice.kind === kind ? (voice.weights[cause] ?? 0) * voice.share : 0), 0))
    for (const feature of heard.background) if (!features.includes(feature)) features.push(feature)
    return {
      said: { code: said('code'), context: said('context'), rule: said('rule') }, features: [0, ...heard.background.map((feature) => features.indexOf(feature))],
      truth: FITTABLE.indexOf(one.cause as never), weight: weightOf(one),
    }
  })
  return { samples, features }
}

function descend({ samples, features }: Problem, trust: Fitted['trust'], options: FitOptions): { readonly fitted: Fitted; readonly loss: number } {
  const size = FITTABLE.length
  const weights = new Float64Array(features.length * size)
  const momentum = new Float64Array(weights.length)
  const total = samples.reduce((sum, sample) => sum + sample.weight, 0)
  const pullOf = (at: number) => (at < size ? options.priorPull : options.backgroundPull)
  let loss = 0
  for (let step = 0; step < options.steps; step++) {
    const slope = new Float64Array(weights.length)
    loss = 0
    for (const sample of samples) loss += addSlope(sample, weights, trust, slope)
    for (let at = 0; at < weights.length; at++) {
      const value = weights[at] ?? 0
      loss += (pullOf(at) / 2) * value ** 2
      momentum[at] = 0.9 * (momentum[at] ?? 0) - (2 / total) * ((slope[at] ?? 0) + pullOf(at) * value)
      weights[at] = value + (momentum[at] ?? 0)
    }
  }
  return { fitted: asFitted(weights, features, trust), loss }
}

/** Adds one case's share of the gradient; returns its weighted negative log-likelihood. */
function addSlope(sample: Sample, weights: Float64Array, trust: Fitted['trust'], slope: Float64Array): number {
  const size = FITTABLE.length
  const p = new Float64Array(size)
  let highest = -Infinity
  for (let cause = 0; cause < size; cause++) {
    let logit = (sample.said.code[cause] ?? 0) * trust.codes + (sample.said.context[cause] ?? 0) * trust.context + (sample.said.rule[cause] ?? 0) * trust.rules
    for (const feature of sample.features) logit += weights[feature * size + cause] ?? 0
    p[cause] = logit
    if (logit > highest) highest = logit
  }
  let sum = 0
  for (let cause = 0; cause < size; cause++) sum += p[cause] = Math.exp((p[cause] ?? 0) - highest)
  for (let cause = 0; cause < size; cause++) {
    const error = sample.weight * ((p[cause] ?? 0) / sum - (cause === sample.truth ? 1 : 0))
    for (const feature of sample.features) slope[feature * size + cause] = (slope[feature * size + cause] ?? 0) + error
  }
  return -sample.weight * Math.log(Math.max(1e-12, (p[sample.truth] ?? 0) / sum))
}

function asFitted(weights: Float64Array, features: readonly string[], trust: Fitted['trust']): Fitted {
  const row = (feature: number) => Object.fromEntries(FITTABLE.map((cause, at) => [cause, weights[feature * FITTABLE.length + at] ?? 0]))
  const background = Object.fromEntries(features.slice(1).map((feature, at) => [feature, row(at + 1)]))
  return { fittedOn: '', prior: { ...row(0), unknown: 0 } as Fitted['prior'], background, trust, temperature: 1 }
}

/**
 * Fits, then chooses the temperature on protocols that the fit had not seen, so that probabilities mean what they say
 * on new failures: other threads about the same protocol are too like those that it learned from.
 */
export function calibrate(cases: readonly LabelledCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const unseen: { readonly heard: Heard; readonly cause: CauseCode; readonly fitted: Fitted }[] = []
  const whole = fit(cases, knowledge, options)
  for (const fold of groupedFolds(cases, INNER_FOLDS, protocolOf)) {
    const held = new Set(fold)
    const fitted = refit(cases.filter((one) => !held.has(one)), knowledge, whole.trust, options)
    for (const one of fold) if (one.kind === 'incident') unseen.push({ heard: hear(one, knowledge), cause: one.cause, fitted })
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

function refit(cases: readonly LabelledCase[], knowledge: Knowledge, trust: Fitted['trust'], options: FitOptions): Fitted {
  return descend(asNumbers(cases, knowledge, options), trust, options).fitted
}

/** Of a case: documented ones count less, and those of a cause that is too frequent less, until none is above its share. */
function weighing(cases: readonly LabelledCase[], { documentedWeight, mostOfOneCause }: FitOptions): (one: LabelledCase) => number {
  const own = ({ kind }: LabelledCase) => (kind === 'incident' ? 1 : documentedWeight)
  const sums = new Map<CauseCode, number>()
  for (const one of cases) sums.set(one.cause, (sums.get(one.cause) ?? 0) + own(one))
  let shares = new Map<CauseCode, number>()
  for (let round = 0; round < SETTLED; round++) {
    const total = [...sums].reduce((sum, [cause, count]) => sum + count * (shares.get(cause) ?? 1), 0)
    shares = new Map([...sums].map(([cause, count]) => [cause, Math.min(1, (mostOfOneCause * total) / count)]))
  }
  return (one) => own(one) * (shares.get(one.cause) ?? 1)
}
const SETTLED = 50
