/**
 * An account as the books know it, and the links by which sources feed it. The id never changes:
 * not on reconnect, not on a change of provider.
 */
import type { Day } from './day.ts'
import type { Currency } from './money.ts'
import type { AccountKind } from './statement.ts'

export type AccountId = string
export type SourceId = string

/**
 * `open`: read at each sync. `paused`: feed switched off by a person, every row stays.
 * `closed`: the bank or a person says that the account ended. `missing`: no longer in the bank's list.
 */
export type AccountState = 'open' | 'paused' | 'closed' | 'missing'

export type Account = {
  readonly id: AccountId
  readonly name: string
  /** As the source gives it; may be masked by the bank; null when the source never told one. */
  readonly number: string | null
  readonly bankId: string | null
  readonly kind: AccountKind
  readonly currency: Currency
  /** A person said it, because no statement did: so a person may say another, or take it back. */
  readonly currencyIsSaid: boolean
  readonly state: AccountState
  readonly institutionName: string | null
  /** Rows before this day are not taken into the feed; null: no cut-off. */
  readonly startOn: Day | null
  readonly createdAt: number
}

/** How a source names an account. Matched by reference first, then number with kind and currency, never by name alone. */
export type AccountRef = {
  readonly bankId: string | null
  readonly branchId: string | null
  readonly number: string
  readonly kind: AccountKind
}

/**
 * One source of one account: a connection, or files. Provider ids are only comparable inside one
 * source; coverage is kept per source. `cursor` belongs to the connector.
 */
export type AccountSource = {
  readonly id: SourceId
  readonly accountId: AccountId
  /** Null: files. */
  readonly connectionId: string | null
  /** Of files: the program that wrote them (see `StatementHead`), each of which is a source of its own; null for connections, and for files from before programs were told, which stay one source. */
  readonly program: string | null
  readonly ref: AccountRef
  readonly state: 'active' | 'paused' | 'replaced'
  /** +1 when amounts are taken as reported, -1 when balances proved that this source reports them inverted. */
  readonly sign: 1 | -1
}
