/** What a person taught Relink about rows: "whatever contains FUEL is Fuel". A rule proposes; it decides nothing by itself. */
import type { AccountId } from './account.ts'

export type CategoryRule = {
  readonly id: string
  /** Found anywhere in what the bank says of a row, without regard to case. */
  readonly contains: string
  readonly category: string
  /** Null: of all accounts. */
  readonly accountId: AccountId | null
  readonly createdAt: number
}
