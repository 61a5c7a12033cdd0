/**
 * A reconnect, looked at before it happens: another sign-in reads beside the old connection, and what
 * it shows is kept with the preview, outside of the feed, until a person switches.
 */
import type { AccountId, AccountRef, AccountSource, SourceId } from './account.ts'
import type { Connection, ConnectionId } from './connection.ts'
import type { Day, DayRange } from './day.ts'
import type { Failure } from './evidence.ts'
import type { Currency } from './money.ts'
import type { StatedBalance, StatementRow } from './statement.ts'
import type { RunId, TransactionId } from './transaction.ts'

/**
 * `reading`; `asked`: the bank waits for an answer of a person. `ready`: it may be switched.
 * `different_login`: somebody else's accounts; nothing of it is kept. `undone`: switched, and back again.
 */
export type PreviewState = 'reading' | 'asked' | 'ready' | 'failed' | 'different_login' | 'switched' | 'undone' | 'cancelled'

export type ReconnectPreview = {
  readonly id: string
  readonly connectionId: ConnectionId
  /** The sign-in that reads beside it, and goes on in its place after the switch. */
  readonly shadowId: ConnectionId
  readonly state: PreviewState
  readonly createdAt: number
  readonly updatedAt: number
  readonly switchedAt: number | null
  readonly switchRunId: RunId | null
  /** How the old connection was when it was switched, so that it can be so again. */
  readonly formerState: Connection['state']
  readonly accounts: readonly PreviewAccount[]
  /** Accounts with a feed that the new sign-in does not list. */
  readonly unfed: readonly AccountId[]
  /** Names of accounts that only the new sign-in lists. */
  readonly unknown: readonly string[]
  readonly failure: Failure | null
}

/** One account of the books with the listed account that continues it, and what the two sources say of each other. */
export type PreviewAccount = {
  readonly accountId: AccountId
  readonly ref: AccountRef
  readonly listedName: string
  readonly currency: Currency | null
  /** The source that the switch makes. */
  readonly sourceId: SourceId
  readonly replaces: readonly { readonly id: SourceId; readonly state: AccountSource['state'] }[]
  /** Null until it is compared. */
  readonly counts: PreviewCounts | null
  readonly examples: readonly PreviewExample[]
}

export type PreviewCounts = {
  /** Transactions that both show. */
  readonly same: number
  /** Rows that only the new sign-in shows. */
  readonly added: number
  /** Transactions of the days that it answers for completely which it does not show. */
  readonly lost: number
  /** Rows that would stand there twice. */
  readonly doubled: number
  /** Pairs that a person should compare. */
  readonly doubtful: number
}

export type PreviewExample = {
  readonly kind: Exclude<keyof PreviewCounts, 'same'>
  readonly transactionId: TransactionId | null
  readonly on: Day
  /** Minor units, as text. */
  readonly amount: string
  readonly text: string
  /** Of a doubt: the row of the feed that it may be. Not there in previews of before it was kept. */
  readonly other?: PreviewSide
}

export type PreviewSide = Pick<PreviewExample, 'on' | 'amount' | 'text'>

/** One answer that the shadow run read: observations-to-be. */
export type PreviewAnswer = {
  readonly accountId: AccountId
  readonly asked: DayRange
  readonly rows: readonly StatementRow[]
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
}
