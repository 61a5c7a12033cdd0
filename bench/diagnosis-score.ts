/**
 * The five figures of the diagnosis benchmark from guesses, and how far chance alone could move them: an interval by
 * resampling whole threads, and the calibration error that a perfectly calibrated forecaster would show on so few cases.
 */
import { CAUSE_CODES, type CauseCode } from '../src/domain/cause.ts'
import { createRandom } from '../bank/random.ts'
import type { LabelledCase } from '../src/diagnose/fit.ts'

export type Guess = { readonly p: Readonly<Record<CauseCode, number>>; readonly action: string }
export type Guesses = ReadonlyMap<LabelledCase, Guess>
export type Figures = { readonly top1: number; readonly top3: number; readonly macroF1: number; readonly ece: number; readonly action: number }
export type Score = Figures & { readonly n: number }
type Row = { readonly group: string; readonly truth: CauseCode; readonly first: CauseCode; readonly p: number; readonly rank: number; readonly action: boolean }

export const FIGURES = ['top1', 'top3', 'macroF1', 'ece', 'action'] as const satisfies readonly (keyof Figures)[]

const DRAWS = 2_000
const SEED = 20_240

export function score(cases: readonly LabelledCase[], guesses: Guesses): Score {
  return scoreRows(rowsOf(cases, guesses))
}

/** Nine of ten resamples of the threads lie between the two. */
export function interval(cases: readonly LabelledCase[], guesses: Guesses): { readonly low: Figures; readonly high: Figures } {
  const random = createRandom(SEED)
  const threads = [...Map.groupBy(rowsOf(cases, guesses), ({ group }) => group).values()]
  const draws = Array.from({ length: DRAWS }, () => scoreRows(threads.flatMap(() => random.pick(threads))))
  const at = (share: number) => Object.fromEntries(FIGURES.map((figure) => [figure, quantile(draws.map((draw) => draw[figure]), share)])) as Figures
  return { low: at(0.05), high: at(0.95) }
}

/** Mean calibration error where each guess is right exactly as often as it says. */
export function eceByChance(cases: readonly LabelledCase[], guesses: Guesses): number {
  const random = createRandom(SEED)
  const rows = rowsOf(cases, guesses)
  let sum = 0
  for (let draw = 0; draw < DRAWS; draw++) sum += calibrationError(rows.map(({ p }) => ({ p, rank: random.chance(p) ? 0 : 1 })))
  return sum / DRAWS
}

function rowsOf(cases: readonly LabelledCase[], guesses: Guesses): readonly Row[] {
  return cases.map((one) => {
    const guess = guesses.get(one) as Guess
    const ranked = [...CAUSE_CODES].sort((a, b) => guess.p[b] - guess.p[a])
    const first = ranked[0] as CauseCode
    return { group: one.group, truth: one.cause, first, p: guess.p[first], rank: ranked.indexOf(one.cause), action: guess.action === one.action }
  })
}

function scoreRows(rows: readonly Row[]): Score {
  const share = (test: (row: Row) => boolean) => rows.filter(test).length / rows.length
  return { n: rows.length, top1: share((row) => row.rank === 0), top3: share((row) => row.rank < 3), macroF1: macroF1(rows), ece: calibrationError(rows), action: share((row) => row.action) }
}

/** Mean F1 over the causes that occur as truth. */
function macroF1(rows: readonly Row[]): number {
  const causes = [...new Set(rows.map(({ truth }) => truth))]
  const scores = causes.map((cause) => {
    const hits = rows.filter(({ truth, first }) => truth === cause && first === cause).length
    return (2 * hits) / (rows.filter(({ truth }) => truth === cause).length + rows.filter(({ first }) => first === cause).length)
  })
  return scores.reduce((sum, value) => sum + value, 0) / scores.length
}

/** Ten equal bins of the first cause's probability. */
function calibrationError(rows: readonly Pick<Row, 'p' | 'rank'>[]): number {
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

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
