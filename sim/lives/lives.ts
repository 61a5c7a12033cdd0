/** Many lives of one profile, one after the other: what they came to, and for each that fails the smallest line found that still fails so. */
import { HARMS, noHarm, type Harms } from '../oracle.ts'
import { sweep } from '../sweep.ts'
import type { Ground } from '../world.ts'
import { live, type LifeOutcome } from './life.ts'
import { lifeOf, writeLife, type LifeLine } from './plan.ts'

export type LivesReport = {
  readonly totals: Harms & { lives: number; swapped: number; rows: number; questions: number; spanDays: number; provedDays: number; failed: number }
  readonly failures: { readonly line: string; readonly harms: Harms; readonly notes: readonly string[] }[]
  /** Of a life that was played alone: what was done, and why each wrong row stands as it does. */
  trace: readonly string[]
}

export type LivesOptions = {
  readonly ground: Ground
  readonly first: LifeLine
  readonly runs: number
  readonly onLife?: (report: LivesReport) => void | Promise<void>
  /** At most this many failing lives are made small. */
  readonly mostShrunk?: number
}

const MOST_PLAYS = 60
const SWEPT_EVERY = 40

export async function playLives({ ground, first, runs, onLife, mostShrunk = 5 }: LivesOptions): Promise<LivesReport> {
  const report: LivesReport = { totals: { ...noHarm(), lives: 0, swapped: 0, rows: 0, questions: 0, spanDays: 0, provedDays: 0, failed: 0 }, failures: [], trace: [] }
  const play = (line: LifeLine): Promise<LifeOutcome> => playLife(line, ground)
  for (let index = 0; index < runs; index++) {
    const line = index === 0 ? first : { ...first, seed: first.seed + index, events: null }
    const outcome = await play(line)
    const { totals } = report
    totals.lives++
    for (const harm of HARMS) totals[harm] += outcome.harms[harm]
    for (const sum of ['swapped', 'rows', 'questions', 'spanDays', 'provedDays'] as const) totals[sum] += outcome[sum]
    if (runs === 1) report.trace = outcome.trace
    if (!isWell(outcome)) {
      totals.failed++
      const small = runs > 1 && report.failures.length < mostShrunk ? await shrinkLife(line, outcome, play) : { line, outcome }
      report.failures.push({ line: writeLife(small.line), harms: small.outcome.harms, notes: small.outcome.notes })
    }
    if ((index + 1) % SWEPT_EVERY === 0) sweep()
    await onLife?.(report)
  }
  return report
}

/** What the engine throws is a note of the life. */
export async function playLife(line: LifeLine, ground: Ground): Promise<LifeOutcome> {
  const plan = lifeOf(line)
  try {
    return await live(plan, ground)
  } catch (error) {
    const note = `something broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    return { plan, harms: noHarm(), swapped: 0, rows: 0, questions: 0, spanDays: 0, provedDays: 0, notes: [note], trace: [note] }
  }
}

function isWell({ harms, notes }: Pick<LifeOutcome, 'harms' | 'notes'>): boolean {
  return notes.length === 0 && HARMS.every((harm) => harms[harm] === 0)
}

/** Leaves out halves of the events, then quarters, then single ones, as long as the life still fails alike. */
async function shrinkLife(start: LifeLine, failed: LifeOutcome, play: (line: LifeLine) => Promise<LifeOutcome>): Promise<{ readonly line: LifeLine; readonly outcome: LifeOutcome }> {
  const worst = HARMS.filter((harm) => failed.harms[harm] > 0)
  const isAlike = ({ harms, notes }: LifeOutcome): boolean => (worst.length === 0 ? notes.length > 0 : worst.some((harm) => harms[harm] > 0))
  let kept = start.events ?? lifeOf(start).events.map((_, at) => at)
  let outcome = failed
  let plays = 0
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && plays < MOST_PLAYS; plays++) {
      const fewer = kept.filter((_, index) => index < at || index >= at + size)
      const tried = await play({ ...start, events: fewer })
      if (isAlike(tried)) [kept, outcome] = [fewer, tried]
      else at += size
    }
  }
  return { line: { ...start, events: kept }, outcome }
}
