/** A person's statement that was compared with the rows: agreed, or set aside with a note. It changes no row. */
import type { AccountId } from './account.ts'
import type { Day } from './day.ts'

export type ReconciledStatement = {
  readonly id: string
  readonly accountId: AccountId
  /** The day of the statement. */
  readonly on: Day
  /** Minor units, as the statement says. */
  readonly amount: bigint
  /** What the statement counted more than the rows when it was noted; 0: they agreed. */
  readonly difference: bigint
  readonly note: string | null
  readonly notedAt: number
}
