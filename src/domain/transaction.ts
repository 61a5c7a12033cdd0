/**
 * Observations are what sources reported, kept for ever and never changed. Transactions are what
 * the matcher concludes from them; their ids are what consumers see and never change.
 */
import type { AccountId, SourceId } from './account.ts'
import type { Day } from './day.ts'
import type { Currency } from './money.ts'

export type TransactionId = string
export type ObservationId = string
export type RunId = string

/** 16 bytes as 32 lower-case hex digits: a digest of content, see sync/identity.ts. */
export type Digest = string

/** What a source said of one row, with the amount in minor units of `currency`. */
export type RowContent = {
  readonly status: 'posted' | 'pending'
  readonly postedOn: Day
  readonly transactedOn: Day | null
  readonly valueOn: Day | null
  readonly amount: bigint
  readonly currency: Currency
  readonly name: string | null
  readonly memo: string | null
  readonly kind: string | null
  readonly checkNumber: string | null
  readonly reference: string | null
  readonly foreignAmount: string | null
  readonly foreignCurrency: Currency | null
}

export type Observation = RowContent & {
  readonly id: ObservationId
  readonly accountId: AccountId
  readonly sourceId: SourceId
  readonly runId: RunId
  readonly providerId: string | null
  readonly pendingProviderId: string | null
  /** Digest of everything reported, with the ordinal among identical rows: the same report again has the same key. */
  readonly key: Digest
  /** Position among rows of equal content in one answer, from 0. Only rows without an id need it. */
  readonly ordinal: number
  readonly observedAt: number
}

/** Why an observation belongs to a transaction. Tiers in the order in which they are tried. */
export type MatchTier =
  /** Nothing stored resembles it: the observation made the transaction. */
  | 'new'
  /** The very same report again. */
  | 'same_report'
  /** Same id and same amount. */
  | 'same_id'
  /** The provider itself links it: pending id, CORRECTFITID. */
  | 'provider_link'
  /** Same id, amended content. */
  | 'correction'
  /** Equal content under an id that vanished from an answer covering its day. */
  | 'rekey'
  /** Equal content from another source of the same account. */
  | 'other_source'
  | 'pending_posted'
  /** Listed as pending again, after the booked report was gone from an answer covering its day. */
  | 'unbooked'
  /** Least-cost assignment among what was left. */
  | 'assignment'
  /** A person said of such a pair before that they are the same; see `Question.pattern`. */
  | 'rule'
  /** A person said that they are the same. */
  | 'person'

/** `withdrawn`: no longer true at the bank; the row stays with its reason. */
export type TransactionState = 'pending' | 'posted' | 'withdrawn'

export type WithdrawnReason = 'pending_dropped' | 'bank_removed' | 'bank_corrected' | 'merged' | 'undone'

/** What a person decided. It survives every later read and every repair. */
export type Decisions = {
  readonly review: 'for_review' | 'accepted'
  readonly category: string | null
  readonly note: string | null
  readonly excluded: boolean
  /** A tombstone: the person deleted the row; it is kept so that it does not come back. */
  readonly deleted: boolean
  /** The transfer between own accounts that the row is one side of; the other side has the same id. */
  readonly transfer: string | null
}

/** Of a row that nobody looked at yet. */
export const UNDECIDED: Decisions = { review: 'for_review', category: null, note: null, excluded: false, deleted: false, transfer: null }

export type Transaction = RowContent & {
  readonly id: TransactionId
  readonly accountId: AccountId
  readonly state: TransactionState
  readonly withdrawnReason: WithdrawnReason | null
  readonly decisions: Decisions
  readonly createdAt: number
  readonly updatedAt: number
}

/** One recorded change of a transaction. `changes` maps a field to its former and its new value, as text. */
export type TransactionChange = {
  readonly transactionId: TransactionId
  readonly at: number
  readonly runId: RunId | null
  readonly reason: MatchTier | WithdrawnReason | 'restored' | 'decision' | 'recomputed' | 'answered' | 'reopened' | 'currency_told'
  /** Who decided it, as acting/acting.ts names them. Null: nobody but what a source told; or it was not stored yet who. */
  readonly by: string | null
  readonly changes: Readonly<Record<string, readonly [before: string | null, after: string | null]>>
}

/** "Are these the same?": a pair below the certainty line, decided by a person and remembered. */
export type Question = {
  readonly id: string
  readonly accountId: AccountId
  /** `still_pending`: pending for longer than any hold, and the bank gives no answer for its day. */
  readonly kind: 'same_transaction' | 'removed_at_bank' | 'still_pending'
  readonly transactionId: TransactionId
  readonly otherTransactionId: TransactionId | null
  /**
   * How the two stood to each other when it was asked (sync/rules.ts): a person's answer holds for every later pair
   * of this pattern in the account. Null: the answer holds for this pair only.
   */
  readonly pattern: string | null
  readonly askedAt: number
  /** `undone`: closed without an answer, because the run that asked was taken back, or an answer left nothing to ask. */
  readonly answer: 'same' | 'different' | 'removed' | 'kept' | 'undone' | null
  readonly answeredAt: number | null
  /** Who answered, as acting/acting.ts names them. Null: nobody, later answers of the bank; or it was not stored yet who. */
  readonly answerer: string | null
}
