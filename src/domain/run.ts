/**
 * One run: one attempt to read a connection, or one import of a file. Runs tell "asked", "answered"
 * and "newest row" apart, and carry the failure with its evidence when there is one.
 */
import type { AccountId, SourceId } from './account.ts'
import { addDays, joinRanges, maxDay, minDay, type Day, type DayRange } from './day.ts'
import type { Failure } from './evidence.ts'
import type { RunId } from './transaction.ts'

/** `undo` takes another run back, `switch` moves accounts to another connection. */
export type RunTrigger = 'schedule' | 'person' | 'repair' | 'connect' | 'import' | 'undo' | 'switch' | 'recompute'

/** `suspended`: a challenge waits for a person. `partial`: some accounts were read, others failed. */
export type RunOutcome = 'running' | 'succeeded' | 'partial' | 'failed' | 'suspended'

/** What happened to one account in a run. */
export type AccountOutcome = {
  readonly accountId: AccountId
  readonly added: number
  readonly matched: number
  readonly changed: number
  readonly withdrawn: number
  readonly questions: number
  readonly failure: Failure | null
}

export type SyncRun = {
  readonly id: RunId
  /** Null: an import. */
  readonly connectionId: string | null
  readonly trigger: RunTrigger
  readonly startedAt: number
  readonly endedAt: number | null
  readonly outcome: RunOutcome
  /** Where a running sync is: `signing_in`, `accounts`, `reading`, `matching`, `proving`. */
  readonly stage: string | null
  readonly accounts: readonly AccountOutcome[]
  readonly failure: Failure | null
  /** The file's name for an import. */
  readonly label: string | null
}

/** Days of one account that a source answered for completely. */
export type Coverage = {
  readonly accountId: AccountId
  readonly sourceId: SourceId
  readonly from: Day
  readonly to: Day
  readonly runId: RunId
}

/** The same without the run, where ranges of one source that touch may be one. */
export type Covered = { readonly sourceId: SourceId; readonly from: Day; readonly to: Day }

/** A balance that a source stated, in minor units. Belongs to the end of the day `on` (`opening`: to its beginning). */
export type BalanceStatement = {
  readonly accountId: AccountId
  readonly sourceId: SourceId
  readonly runId: RunId
  readonly kind: 'ledger' | 'available' | 'opening' | 'closing'
  readonly amount: bigint
  readonly on: Day
  readonly observedAt: number
}

/**
 * The days after `from` up to and including `to`, between two stated balances. `proved`: opening +
 * sum of rows = closing. `broken`: it does not hold, by `difference`. `unknown`: days are not covered.
 */
export type BalanceSpan = {
  readonly accountId: AccountId
  readonly sourceId: SourceId
  readonly from: Day
  readonly to: Day
  readonly opening: bigint
  readonly closing: bigint
  readonly rowsSum: bigint
  readonly status: 'proved' | 'broken' | 'unknown'
}

/** From where the first of the spans begins to where the last ends; null: there are none. What is stored and meets these days makes way for them. */
export function spannedDays([first, ...others]: readonly BalanceSpan[]): DayRange | null {
  return first === undefined ? null : others.reduce<DayRange>(({ from, to }, span) => ({ from: minDay(from, span.from), to: maxDay(to, span.to) }), first)
}

export function agrees({ opening, rowsSum, closing }: BalanceSpan): boolean {
  return opening + rowsSum === closing
}

/** The span with another sum of rows: proved where that agrees now and every day was answered for, not proved any more where it does not. `covered`: days of its source. */
export function withRowsSum(span: BalanceSpan, rowsSum: bigint, covered: readonly DayRange[]): BalanceSpan {
  const after = { ...span, rowsSum }
  if (!agrees(after)) return { ...after, status: span.status === 'proved' ? 'unknown' : span.status }
  const first = addDays(span.from, 1)
  const heals = !agrees(span) && joinRanges(covered).some(({ from, to }) => from <= first && span.to <= to)
  return heals ? { ...after, status: 'proved' } : after
}

/** How many of the newest runs in a row ended because Relink itself was stopped in them. `runs`: newest first, none still running. */
export function stopsInRow(runs: readonly SyncRun[]): number {
  const other = runs.findIndex(({ failure }) => failure?.code !== 'interrupted')
  return other === -1 ? runs.length : other
}
