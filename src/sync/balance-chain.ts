/**
 * The balances that a source stated, in order, and what the feed holds between each two of them. A
 * row counts from the first balance that can hold it: stated for its day or a later one, after the
 * row was reported as posted; so rows dated back, listed late or dated ahead break nothing. Pure.
 */
import { addDays, contains, type Day, type DayRange } from '../domain/day.ts'
import type { BalanceStatement } from '../domain/run.ts'
import type { TransactionId } from '../domain/transaction.ts'
import { coversAll } from './coverage.ts'

/** A stated balance of the end of the day `on`; `at`: when it was learned, epoch ms. */
export type Checkpoint = { readonly on: Day; readonly amount: bigint; readonly at: number }

/** A row as a balance sees it, with what speaks for and against it. Amounts in minor units. */
export type LedgerRow = {
  readonly id: TransactionId
  readonly on: Day
  readonly amount: bigint
  /** When it was first reported as posted; null: never so far. */
  readonly knownAt: number | null
  /** When it stopped to count, for withdrawn rows. */
  readonly goneAt: number | null
  /** Since when it was pending, for rows that are or were. */
  readonly pendingAt: number | null
  /** Name and memo, normalised. */
  readonly text: string
  readonly kind: string | null
  readonly checkNumber: string | null
  readonly transactedOn: Day | null
  readonly valueOn: Day | null
  /** Amounts under which it was reported beside the present one. */
  readonly otherAmounts: readonly bigint[]
  /** The amount in another currency, in that one's minor units, when the bank told. */
  readonly foreignAmount: bigint | null
}

/** From one balance to the next. `difference`: what the balance moved more than the rows; 0 when it holds. */
export type Step = {
  readonly from: Checkpoint
  readonly to: Checkpoint
  readonly rows: readonly LedgerRow[]
  /** Rows that stopped to count in this step. */
  readonly gone: readonly LedgerRow[]
  readonly difference: bigint
  /** Whether every day of the step was answered for; a step that was not says nothing. */
  readonly isCovered: boolean
}

/** `outside`: known rows that no step holds, because they are dated before the first balance or after the last. */
export type Chain = { readonly steps: readonly Step[]; readonly outside: readonly LedgerRow[] }

/** The checkpoints of one source, oldest first: one for each day and run, and a statement's opening as the end of the day before. */
export function checkpointsOf(balances: readonly BalanceStatement[]): readonly Checkpoint[] {
  const learned = new Map<string, number>()
  for (const { runId, observedAt } of balances) learned.set(runId, Math.max(observedAt, learned.get(runId) ?? 0))
  const closed = new Set(balances.flatMap(({ kind, on }) => (kind === 'closing' || kind === 'ledger' ? [on] : [])))
  const chain = new Map<string, Checkpoint>()
  for (const { kind, on, amount, runId } of balances) {
    if (kind === 'available') continue
    const day = kind === 'opening' ? addDays(on, -1) : on
    // What a statement opens with is what the one before closed with: the closing word counts.
    if (kind === 'opening' && closed.has(day)) continue
    chain.set(`${day} ${runId}`, { on: day, amount, at: learned.get(runId)! })
  }
  return [...chain.values()].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.at - b.at))
}

/**
 * What moved between the checkpoints. `coveredBefore`: days that were answered for when the first
 * one was stated; older days that become known later are history which that balance held already.
 */
export function stepsOf(checkpoints: readonly Checkpoint[], rows: readonly LedgerRow[], coveredBefore: readonly DayRange[], covered: readonly DayRange[]): Chain {
  const [anchor] = checkpoints
  const last = checkpoints.at(-1)
  if (anchor === undefined || last === undefined) return { steps: [], outside: [] }
  const answeredUpTo = coveredBefore.reduce<Day | null>((last, { to }) => (last === null || to > last ? to : last), null)
  const came: LedgerRow[][] = checkpoints.map(() => [])
  const went: LedgerRow[][] = checkpoints.map(() => [])
  for (const row of rows) {
    if (row.knownAt === null) continue
    const isHistory = row.knownAt > anchor.at && row.on <= anchor.on && (answeredUpTo === null || row.on <= answeredUpTo) && !coveredBefore.some((range) => contains(range, row.on))
    const counts = isHistory ? 0 : checkpoints.findIndex(({ on, at }) => row.on <= on && row.knownAt! <= at)
    if (counts === -1) continue
    const ends = row.goneAt === null ? -1 : checkpoints.findIndex(({ at }, index) => index >= counts && row.goneAt! <= at)
    // Came and went between two balances: no balance saw it.
    if (ends === counts) continue
    came[counts]!.push(row)
    if (ends !== -1) went[ends]!.push(row)
  }
  const outside = rows.filter((row) => row.knownAt !== null && row.goneAt === null && row.knownAt <= last.at && (row.on > last.on || row.on <= anchor.on))
  const steps = withoutNeverCounted(checkpoints.slice(1).map((to, index): Step => {
    const from = checkpoints[index]!
    const isCovered = from.on >= to.on || coversAll(covered, { from: addDays(from.on, 1), to: to.on })
    return stepWith({ from, to, isCovered }, came[index + 1]!, went[index + 1]!)
  }))
  return { steps, outside }
}

function stepWith({ from, to, isCovered }: Pick<Step, 'from' | 'to' | 'isCovered'>, rows: readonly LedgerRow[], gone: readonly LedgerRow[]): Step {
  return { from, to, rows, gone, difference: to.amount - from.amount - sumOf(rows) + sumOf(gone), isCovered }
}

/**
 * What went was taken out of the books, or never was in them, as holds that are listed as booked: then no balance moved, neither when
 * it came nor when it went. Of each step all that went in it, else each row by itself, is taken for the latter where more steps agree so.
 */
function withoutNeverCounted(steps: readonly Step[]): readonly Step[] {
  const left = steps.map(({ difference }) => difference)
  const cameIn = new Map(steps.flatMap(({ rows }, at) => rows.map((row) => [row, at] as const)))
  const never = new Set<LedgerRow>()
  for (const [at, { gone }] of steps.entries()) {
    for (const rows of gone.length > 1 ? [gone, ...gone.map((row) => [row])] : [gone]) {
      if (rows.every((row) => never.has(row))) continue
      const moved = new Map([[at, -sumOf(rows)]])
      for (const row of rows) if (cameIn.has(row)) moved.set(cameIn.get(row)!, (moved.get(cameIn.get(row)!) ?? 0n) + row.amount)
      const agreeing = [...moved].reduce((count, [step, by]) => count + (left[step] === 0n ? -1 : 0) + (left[step] === -by ? 1 : 0), 0)
      if (agreeing <= 0 || !isToldByGoing(rows.filter((row) => !cameIn.has(row)), left.slice(at + 1))) continue
      for (const [step, by] of moved) left[step]! += by
      for (const row of rows) never.add(row)
    }
  }
  const counted = (rows: readonly LedgerRow[]): readonly LedgerRow[] => rows.filter((row) => !never.has(row))
  return never.size === 0 ? steps : steps.map((step) => stepWith(step, counted(step.rows), counted(step.gone)))
}

/** Of rows that came before the first of these balances: one that has not followed yet looks the same, until the next one does not either. `after`: the differences of the steps after they went. */
function isToldByGoing(rows: readonly LedgerRow[], after: readonly bigint[]): boolean {
  return rows.length === 0 || (after.length > 0 && !after.includes(-sumOf(rows)))
}

function sumOf(rows: readonly LedgerRow[]): bigint {
  return rows.reduce((sum, row) => sum + row.amount, 0n)
}
