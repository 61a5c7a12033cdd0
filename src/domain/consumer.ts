/**
 * A consumer: a program to which a person granted accounts to read, for example a budgeting
 * application that speaks SimpleFIN. It sees rows and balances, causes no bank login, and holds its
 * own credentials, of which only SHA-256 digests are kept here.
 */
import type { AccountId } from './account.ts'
import type { Day } from './day.ts'

export type Consumer = {
  readonly id: string
  /** What the person calls it: `Actual at home`. */
  readonly label: string
  /** The address under which it reaches the server, without a slash at the end: `http://127.0.0.1:7351`. */
  readonly url: string
  /** Null: all accounts, those of the future too. */
  readonly accountIds: readonly AccountId[] | null
  readonly createdAt: number
  /** Of the one-time secret that is exchanged for the access secret. */
  readonly setupDigest: Uint8Array
  readonly setupExpiresAt: number
  /** Null until the setup secret was exchanged. */
  readonly accessDigest: Uint8Array | null
  readonly claimedAt: number | null
  /** How often the setup secret was exchanged; more than once is worth a look. */
  readonly claims: number
  /** After the first use of the access secret the setup secret is void. */
  readonly firstUsedAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** Which days of an account a consumer has taken: all since `from`, for the first time at the instant `at`. */
export type ConsumerRead = { readonly accountId: AccountId; readonly from: Day; readonly at: number }
