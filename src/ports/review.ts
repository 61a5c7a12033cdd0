/** What reviewing needs of the store: rules with the rows that they changed, and rows to learn from. Each method is one step, as in store.ts. */
import type { AccountId } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import type { Currency } from '../domain/money.ts'
import type { CategoryRule } from '../domain/review.ts'
import type { Transaction, TransactionId } from '../domain/transaction.ts'

/** A row with the category that it had when a person looked. */
export type Seen = { readonly id: TransactionId; readonly category: string | null }

export type OppositesQuery = {
  /** The other sides are in other accounts. */
  readonly accountId: AccountId
  readonly currency: Currency
  /** Minor units of the other sides. */
  readonly amounts: readonly bigint[]
  readonly from: Day
  readonly to: Day
  readonly limit: number
}

/** "Live": neither withdrawn nor deleted nor excluded. */
export type ReviewStore = {
  /** Oldest first, without those that were removed. */
  rules(): Promise<readonly CategoryRule[]>
  /**
   * Stores the rule and gives its category to those of the rows that still have the one that was seen.
   * Returns how many. They are remembered, so that removing the rule can give them back what they had.
   */
  saveRule(rule: CategoryRule, rows: readonly Seen[], at: number): Promise<number>
  /** Removes the rule; with `restore`, rows that it gave its category to, and that still have it, get back what they had. How many rows that were; null: there is no such rule. */
  removeRule(id: string, restore: boolean, at: number): Promise<number | null>
  /** Brings a removed rule back as it was: rows that its removal gave back, and nobody changed since, get its category again, and it remembers all that it changed. How many rows that were; null: no such rule was removed. */
  bringBackRule(id: string, at: number): Promise<number | null>
  /** A rule that was removed; null: there is none. */
  removedRule(id: string): Promise<CategoryRule | null>
  /** Rules that were removed and are not there again, the one that was removed last first. */
  removedRules(limit: number): Promise<readonly CategoryRule[]>
  /** Live rows whose name or memo contains the text, whatever the case; newest day first. */
  containing(text: string, accountId: AccountId | null, limit: number): Promise<readonly Transaction[]>
  /** Each category that rows have, by its name, with how many; deleted rows do not count. */
  categories(): Promise<readonly { readonly category: string; readonly rows: number }[]>
  /** Rows that have a category, newest day first, of all accounts. */
  categorised(limit: number): Promise<readonly Transaction[]>
  /** Live rows of other accounts that may be the other side of a transfer: one of the amounts, no side of one yet. Newest day first. */
  opposites(query: OppositesQuery): Promise<readonly Transaction[]>
  /** Makes both rows the sides of one transfer, and accepted. False, and nothing is stored, where one is gone, withdrawn, or a side already. */
  pair(transferId: string, sides: readonly [TransactionId, TransactionId], at: number): Promise<boolean>
  /** The sides of a transfer; none: it was taken back. */
  sides(transferId: string): Promise<readonly Transaction[]>
  /** Takes the transfer back; its rows wait for review again, but those that were accepted before it. False: there is none. */
  unpair(transferId: string, at: number): Promise<boolean>
}
