/**
 * Learns what rules cannot say from labelled cases: how frequent causes are, what protocol and
 * stage alone suggest, how far to trust code tables and rules, and one temperature. Multinomial
 * logistic regression with a Gaussian prior on every weight (shrinks to "says nothing"), by full
 * gradient steps; deterministic. Used by the benchmark and to write knowledge/fitted.json, never at
 * run time. The rules' own numbers are not touched by it.
 */
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { CaseRecord } from '../domain/evidence.ts'
import { hear, probabilities, type Heard } from './diagnose.ts'
import type { Fitted, Knowledge } from './knowledge.ts'

export type LabelledCase = CaseRecord & { readonly id: string; readonly group: string; readonly kind: 'incident' | 'documented'; readonly cause: CauseCode; readonly action: string }

export type FitOptions = {
  /** Strength of the pull towards zero; larger fits less. */
  readonly priorPull: number
  readonly backgroundPull: number
  /** How much a documented case counts beside a real incident. */
  readonly documentedWeight: number
  readonly steps: number
}

export const FIT_OPTIONS: FitOptions = { priorPull: 2, backgroundPull: 4, documentedWeight: 0.25, steps: 250 }

const FITTABLE = CAUSE_CODES.filter((cause) => cause !== 'unknown')

type Sample = { readonly heard: Heard; readonly cause: CauseCode; readonly weight: number }

/** Fits on the given cases; `knowledge.fitted` is ignored. Cost grows with cases × causes × steps: about a second for 400. */
export function fit(cases: readonly LabelledCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const samples = cases
    .filter((one) => FITTABLE.includes(one.cause as never))
    .map((one) => ({ heard: hear(one, knowledge), cause: one.cause, weight: one.kind === 'incident' ? 1 : options.documentedWeight }))
  let best: { fitted: Fitted; loss: number } | null = null
  for (const codes of [0.6, 0.8, 1]) {
    for (const rules of [0.6, 0.8, 1]) {
      const fitted = descend(samples, { codes, rules }, options)
      const loss = penalised(samples, fitted, options)
      if (best === null || loss < best.loss) best = { fitted, loss }
    }
  }
  return best?.fitted ?? emptyFit()
}

/** A fit that says nothing: equal priors. */
export function emptyFit(): Fitted {
  return { fittedOn: 'nothing', prior: Object.fromEntries(CAUSE_CODES.map((cause) => [cause, 0])) as Fitted['prior'], background: {}, trust: { codes: 1, rules: 1 }, temperature: 1 }
}

function descend(samples: readonly Sample[], trust: Fitted['trust'], options: FitOptions): Fitted {
  const weights = new Map<string, Record<string, number>>([['prior', zeros()]])
  for (const { heard } of samples) for (const feature of heard.background) if (!weights.has(feature)) weights.set(feature, zeros())
  const speed = new Map([...weights.keys()].map((feature) => [feature, zeros()]))
  const total = samples.reduce((sum, sample) => sum + sample.weight, 0)
  for (let step = 0; step < options.steps; step++) {
    const gradient = new Map([...weights.keys()].map((feature) => [feature, zeros()]))
    const fitted = asFitted(weights, trust)
    for (const { heard, cause, weight } of samples) {
      const p = probabilities(heard, fitted)
      for (const feature of ['prior', ...heard.background]) {
        const slope = gradient.get(feature) as Record<string, number>
        for (const one of FITTABLE) slope[one] = (slope[one] ?? 0) + weight * (p[one] - (one === cause ? 1 : 0))
      }
    }
    for (const [feature, values] of weights) {
      const pull = feature === 'prior' ? options.priorPull : options.backgroundPull
      const slope = gradient.get(feature) as Record<string, number>
      const momentum = speed.get(feature) as Record<string, number>
      for (const one of FITTABLE) {
        momentum[one] = 0.9 * (momentum[one] ?? 0) - (2 / total) * ((slope[one] ?? 0) + pull * (values[one] ?? 0))
        values[one] = (values[one] ?? 0) + (momentum[one] ?? 0)
      }
    }
  }
  return asFitted(weights, trust)
}

function asFitted(weights: ReadonlyMap<string, Readonly<Record<string, number>>>, trust: Fitted['trust']): Fitted {
  const background = Object.fromEntries([...weights].filter(([feature]) => feature !== 'prior'))
  return { fittedOn: '', prior: { ...(weights.get('prior') as Fitted['prior']), unknown: 0 }, background, trust, temperature: 1 }
}

function penalised(samples: readonly Sample[], fitted: Fitted, options: FitOptions): number {
  let loss = 0
  for (const { heard, cause, weight } of samples) loss -= weight * Math.log(Math.max(1e-9, probabilities(heard, fitted)[cause]))
  for (const value of Object.values(fitted.prior)) loss += (options.priorPull / 2) * value ** 2
  for (const weights of Object.values(fitted.background)) for (const value of Object.values(weights)) loss += (options.backgroundPull / 2) * value ** 2
  return loss
}

function zeros(): Record<string, number> {
  return Object.fromEntries(FITTABLE.map((cause) => [cause, 0]))
}

/**
 * Fits, then chooses the temperature on cases that the fit had not seen (inner grouped folds), so
 * that probabilities mean what they say on new failures.
 */
export function calibrate(cases: readonly LabelledCase[], knowledge: Knowledge, options: FitOptions = FIT_OPTIONS): Fitted {
  const unseen: { readonly heard: Heard; readonly cause: CauseCode; readonly fitted: Fitted }[] = []
  const whole = fit(cases, knowledge, options)
  for (const fold of groupedFolds(cases, INNER_FOLDS)) {
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

const INNER_FOLDS = 5
const TEMPERATURES = [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3]

/** Folds of about equal size that never divide a group; the order of the cases decides nothing. */
export function groupedFolds<T extends { readonly group: string }>(cases: readonly T[], count: number): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const one of cases) groups.set(one.group, [...(groups.get(one.group) ?? []), one])
  const folds = Array.from({ length: count }, () => [] as T[])
  const ordered = [...groups].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  for (const [, members] of ordered) [...folds].sort((a, b) => a.length - b.length)[0]?.push(...members)
  return folds
}

function refit(cases: readonly LabelledCase[], knowledge: Knowledge, trust: Fitted['trust'], options: FitOptions): Fitted {
  const samples = cases.map((one) => ({ heard: hear(one, knowledge), cause: one.cause, weight: one.kind === 'incident' ? 1 : options.documentedWeight }))
  return descend(samples, trust, options)
}
