/**
 * What many seeds came to: totals, one row for each class of fault, and the seeds that failed. Only
 * sums are kept, so memory does not grow with the number of seeds.
 */
import { ATLAS } from '../bank/faults/atlas.ts'
import { HARMS, noHarm, type Harms } from './oracle.ts'
import { writeLine, type Line } from './plan.ts'
import type { Outcome } from './world.ts'

export type Sums = Harms & { seeds: number; rows: number; questions: number; coveredDays: number; provedDays: number }
export type ClassRow = Sums & { readonly class: string; fed: number }
export type FailedSeed = { readonly seed: number; readonly line: string; readonly notes: readonly string[] }

/** A data fault is a class of its own; other faults count by their family; every seed counts in `all`. */
const CLASS_OF = new Map(ATLAS.map(({ name, family }) => [name, family === 'data' ? name : family]))
const CLASSES = ['quiet', ...new Set([...ATLAS].map(({ name }) => CLASS_OF.get(name)!)), 'crash', 'clock_step']
const KEPT_FAILURES = 1_000

export class Report {
  readonly totals: Sums = noSums()
  readonly classes: readonly ClassRow[] = CLASSES.map((name) => ({ class: name, fed: 0, ...noSums() }))
  readonly failures: FailedSeed[] = []
  failed = 0

  add(outcome: Outcome): void {
    addTo(this.totals, outcome)
    const names = classesOf(outcome)
    for (const row of this.classes) {
      if (!names.has(row.class)) continue
      addTo(row, outcome)
      row.fed += outcome.fed
    }
  }

  addFailure(line: Line, notes: readonly string[]): void {
    this.failed++
    if (this.failures.length < KEPT_FAILURES) this.failures.push({ seed: line.seed, line: writeLine(line), notes })
  }

  /** Nothing was lost, doubled, merged or wrong, and every seed ended well. */
  get clean(): boolean {
    return this.failed === 0 && HARMS.every((harm) => this.totals[harm] === 0)
  }

  /** The document of `--json`. */
  toJSON(): unknown {
    const { seeds, rows, lost, doubled, wronglyMerged, wrongAmount, wrongDay, questions, coveredDays, provedDays } = this.totals
    return {
      totals: { seeds, rows, lost, doubled, wronglyMerged, wrongAmount, wrongDay, questions, coveredDays, provedDays },
      classes: this.classes.filter((row) => row.seeds > 0),
      failures: this.failures,
    }
  }
}

function noSums(): Sums {
  return { seeds: 0, rows: 0, ...noHarm(), questions: 0, coveredDays: 0, provedDays: 0 }
}

function addTo(sums: Sums, { harms, booked, questions, coveredDays, provedDays }: Outcome): void {
  sums.seeds++
  sums.rows += booked
  for (const harm of HARMS) sums[harm] += harms[harm]
  sums.questions += questions
  sums.coveredDays += coveredDays
  sums.provedDays += provedDays
}

function classesOf({ plan }: Outcome): ReadonlySet<string> {
  const names = new Set(plan.faults.map(({ name }) => CLASS_OF.get(name) ?? name))
  if (plan.crashes.length > 0) names.add('crash')
  if (plan.steps.length > 0) names.add('clock_step')
  return names.size === 0 ? new Set(['quiet']) : names
}

