/**
 * What a statement says, whatever format carried it: the meeting point of formats, connectors and
 * the sync engine. A statement is read as a stream of parts so that memory does not grow with the
 * file. Nothing here is interpreted: amounts, days and ids are as the bank wrote them.
 */
import type { Day } from './day.ts'
import type { Currency, Decimal } from './money.ts'
import type { Result } from './result.ts'

export type AccountKind = 'checking' | 'savings' | 'credit_card' | 'credit_line' | 'loan' | 'money_market' | 'certificate' | 'investment' | 'other'

/** How the statement names its account. `number` may be masked by the bank; null when the file does not tell. */
export type StatementAccount = {
  readonly number: string | null
  /** Routing number, bank code, BIC: whatever names the bank beside the account number. */
  readonly bankId: string | null
  readonly branchId: string | null
  readonly kind: AccountKind
  /** The name that a file may give (QIF, some CSV). */
  readonly name: string | null
  /** True where that name tells the account from no other one of the file: accounts of another bank may be called so, too. */
  readonly isNameLone?: boolean
}

export type BalanceKind = 'ledger' | 'available' | 'opening' | 'closing'

/**
 * `on`: the day to whose END the balance belongs (for `opening`: to whose beginning).
 * `at`: ISO 8601 with offset when the source tells a time, else null.
 */
export type StatedBalance = { readonly kind: BalanceKind; readonly amount: Decimal; readonly currency: Currency; readonly on: Day; readonly at: string | null }

/** One transaction as reported. Texts are trimmed, control characters removed, empty texts are null. */
export type StatementRow = {
  /** FITID, entry reference; null when the format has none. Unique only within the account, and not always there. */
  readonly providerId: string | null
  /** Another id under which the same bank reported this row before it posted, when the protocol tells. */
  readonly pendingProviderId: string | null
  readonly status: 'posted' | 'pending'
  /** The bank's booking day (OFX DTPOSTED, CAMT BookgDt). */
  readonly postedOn: Day
  /** When the person acted (OFX DTUSER), or the value day; null when not told. */
  readonly transactedOn: Day | null
  readonly valueOn: Day | null
  /** Positive: money comes into the account. In the currency of the statement. */
  readonly amount: Decimal
  /** The original amount, where the row was converted from another currency. */
  readonly foreign: { readonly amount: Decimal | null; readonly currency: Currency; readonly rate: Decimal | null } | null
  /** The bank's own type word in the format's vocabulary (OFX TRNTYPE, CAMT BkTxCd, MT940 type); null when not told. */
  readonly kind: string | null
  /** Payee or counterparty: OFX NAME or PAYEE/NAME. */
  readonly name: string | null
  /** What else is said: OFX MEMO, remittance text. */
  readonly memo: string | null
  readonly checkNumber: string | null
  readonly reference: string | null
  /** OFX CORRECTFITID: this row replaces or deletes the row with that provider id. */
  readonly corrects: { readonly providerId: string; readonly action: 'replace' | 'delete' } | null
  /** Line in the source, from 1, where the row starts. For messages only. */
  readonly line: number
}

/** The head of a statement: what is known before its rows. */
export type StatementHead = {
  readonly account: StatementAccount
  /** Null when the file does not tell (QIF, most CSV). */
  readonly currency: Currency | null
  /** True where not the file told it, but the person who brings it. */
  readonly currencyIsSaid?: boolean
  /** The range of days that the bank says it answered for (OFX DTSTART, DTEND); null when not told. */
  readonly covers: { readonly from: Day | null; readonly to: Day | null }
  readonly line: number
  /**
   * Which program wrote it, as far as the file tells: its format, and in tables the headings of their columns, as `csv: date | amount`. Two
   * exports of one account may name and date the same rows otherwise. Left out where nothing was written down.
   */
  readonly program?: string
  /** True where a table changes back to an account that it had before: this is more of its last statement, not another one. */
  readonly continues?: boolean
  /** True where nothing proves which way its amounts went: they are as written, and rows that are known may tell more. */
  readonly signsOpen?: boolean
  /** The bank's own number of a final statement, its parts from the greatest to the smallest (MT940 28C: statement, page); where the format has none, nothing. */
  readonly number?: readonly number[]
}

/** Parts arrive in this order: start (rows | balance | notice)* end, again for the next statement. */
export type StatementPart =
  | { readonly part: 'start'; readonly head: StatementHead }
  | { readonly part: 'rows'; readonly rows: readonly StatementRow[] }
  | { readonly part: 'balance'; readonly balance: StatedBalance }
  /** A statement part the bank refused or warned about (OFX STATUS with code other than 0). */
  | { readonly part: 'notice'; readonly code: string; readonly severity: string; readonly message: string | null; readonly line: number }
  /** Facts about coverage that only the end of a statement can tell replace those of its head. */
  | { readonly part: 'end'; readonly covers: { readonly from: Day | null; readonly to: Day | null } }

/** A file or answer that cannot be read. `line` counts from 1; 0 when no place in the text is to blame (an empty file). */
export type FormatFailure = { readonly code: FormatFailureCode; readonly message: string; readonly line: number }

export type FormatFailureCode =
  /** The file is not there, or may not or cannot be read. */
  | 'unreadable'
  | 'empty_file'
  | 'unknown_format'
  | 'unsupported_encoding'
  | 'malformed'
  | 'truncated'
  | 'missing_field'
  | 'invalid_date'
  | 'invalid_amount'
  | 'limit_exceeded'
  | 'bank_refused'
  | 'not_statements'
  /** The file names its account badly or not at all, and nothing in it tells which of several it is. */
  | 'account_unclear'
  /** The dates fit day first and month first, and nothing in the file tells which it is. */
  | 'dates_unclear'
  /** The rows are stored with the other sign, though this file proves its own. */
  | 'signs_unclear'
  /** Another import or a sync holds the account. */
  | 'busy'

/** The failure as one sentence that names its line once; readers name it where it reads best. */
export function failureSentence({ message, line }: FormatFailure): string {
  return line === 0 || new RegExp(`\\bline ${line}\\b`, 'i').test(message) ? message : `Line ${line}: ${message}`
}

/** A stream of parts; the last item is a failure when the input is damaged, and nothing before it may then be kept. */
export type StatementStream = AsyncIterable<Result<StatementPart, FormatFailure>>
