/**
 * Plays seeds one after the other and reports what came of them; a seed that fails is made small.
 * An exception of the engine is a failure of its seed, not the end of the run.
 */
import { lineOf, planOf, type Line } from './plan.ts'
import { noHarm } from './oracle.ts'
import { Report } from './report.ts'
import { isClean, shrink } from './shrink.ts'
import { sweep } from './sweep.ts'
import { play, type Ground, type Outcome } from './world.ts'

export type SimulateOptions = {
  readonly ground: Ground
  /** The first seed, or one line that is played alone. */
  readonly first: Line
  readonly runs: number
  /** Called after each seed, and waited for. */
  readonly onSeed?: (report: Report, outcome: Outcome) => void | Promise<void>
  /** At most this many failing seeds are made small; others are told as they are. */
  readonly mostShrunk?: number
}

/** Sweeping costs as much as half a seed. */
const SWEPT_EVERY = 40

export async function simulate({ ground, first, runs, onSeed, mostShrunk = 5 }: SimulateOptions): Promise<Report> {
  const report = new Report()
  const playLine = (line: Line): Promise<Outcome> => playSafely(line, ground)
  for (let index = 0; index < runs; index++) {
    const line = index === 0 ? first : lineOf(first.seed + index, first.scenario)
    const outcome = await playLine(line)
    report.add(outcome)
    if (!isClean(outcome)) {
      const small = report.failures.length < mostShrunk ? await shrink(line, outcome, playLine) : { line, outcome }
      report.addFailure(small.line, small.outcome.notes)
    }
    if ((index + 1) % SWEPT_EVERY === 0) sweep()
    await onSeed?.(report, outcome)
  }
  return report
}

/** One line, played; what the engine throws is a note of its outcome. */
export async function playSafely(line: Line, ground: Ground): Promise<Outcome> {
  const plan = planOf(line)
  try {
    return await play(plan, ground)
  } catch (error) {
    const note = `something broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    return { plan, harms: noHarm(), notes: [note], booked: 0, fed: 0, questions: 0, coveredDays: 0, provedDays: 0, reads: 0, crashes: 0, insisted: 0, secretsResent: 0, askedWhileDown: 0 }
  }
}
