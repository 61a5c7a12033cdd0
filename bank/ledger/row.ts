/**
 * The truth about one movement of money, as the bank knows it. A row keeps its id from the first
 * authorisation to the posting; the id is for the oracle and is never shown on the wire.
 */
import type { Day } from '../../src/domain/day.ts'

/** The values of TRNTYPE that the bank uses (OFX 1.0.2, section 11.4.3.1). */
export type TransactionKind =
  | 'CREDIT'
  | 'DEBIT'
  | 'INT'
  | 'FEE'
  | 'SRVCHG'
  | 'DEP'
  | 'ATM'
  | 'POS'
  | 'XFER'
  | 'CHECK'
  | 'PAYMENT'
  | 'DIRECTDEP'
  | 'DIRECTDEBIT'
  | 'OTHER'

export type TruthRow = {
  readonly id: string
  /** Position in the account's ledger, from 0, in the order in which the bank learned of the rows. */
  readonly position: number
  /** Key of the account, stable when the number changes. */
  readonly account: string
  readonly kind: TransactionKind
  readonly name: string
  readonly memo: string | null
  readonly checkNumber: string | null
  readonly authorisedOn: Day
  /** From this instant (epoch ms) the row is pending; null when it is booked without having been pending. */
  readonly pendingAt: number | null
  readonly pendingMinor: bigint
  /** From this instant the row is booked; null for a hold that lapses. */
  readonly postedAt: number | null
  /** The day that the bank books it on; may lie before the day of `postedAt` (back-dated). */
  readonly bookedOn: Day
  readonly minor: bigint
  /** When a hold that is never booked disappears; null for others. */
  readonly lapsesAt: number | null
}

export function isBooked(row: TruthRow, at: number): boolean {
  return row.postedAt !== null && row.postedAt <= at
}

export function isPending(row: TruthRow, at: number): boolean {
  if (row.pendingAt === null || row.pendingAt > at) return false
  if (row.postedAt !== null) return row.postedAt > at
  return row.lapsesAt !== null && row.lapsesAt > at
}
