/**
 * Secrets by reference. Nobody reads a secret: it is lent for one exchange, after the attempts
 * ledger has written the attempt down, and a refused secret is not lent again until the person
 * changes it or grants one more use (security.md section 3).
 */
import type { Failure } from '../domain/evidence.ts'
import type { Result } from '../domain/result.ts'
import type { AttemptEnd } from './transport.ts'

export type SecretOwner = { readonly connectionId: string; readonly loginIndex: string }

/**
 * `values` by field (`username`, `password`); `origins` are the `https://host:port` it may be sent to.
 * `keep`: fields that the new version takes over from the stored one, which was sealed for
 * `keep.origins`. They are joined inside the vault; nobody sees them.
 */
export type SealRequest = {
  readonly owner: SecretOwner
  readonly values: Readonly<Record<string, string>>
  /** Fields whose value lies outside and is fetched for each use: its source, `command:` or `credential:`. */
  readonly references?: Readonly<Record<string, string>>
  readonly origins: readonly string[]
  readonly keep?: { readonly fields: readonly string[]; readonly origins: readonly string[] }
  /** The fields that name the login: `owner.loginIndex` stands for them, however they are written, when a refused secret is typed again. */
  readonly identity?: readonly string[]
  /** A warned person wants this very secret stored although the bank refused it. */
  readonly evenIfRefused?: boolean
  /** Another login for a connection that has one: the stored secret stays beside it until `resolveTrial`. */
  readonly trial?: boolean
}

/** `sameAsRefused`: the bank refused this very secret, or may have, when our process died; it was not stored for that. `status`: whether the secret that was sealed, or was to be, may be sent. */
export type Sealed = { readonly sameAsRefused: boolean; readonly status: SecretStatus }

/** One use. `settle` must be called once; a lease that is dropped stays `open` and counts as `abandoned` when its time is over. */
export type Lease = {
  readonly values: Readonly<Record<string, string>>
  /** Before the same values go out once more (a redirect): the send so far ends as `unknown`, and the next is an attempt of its own. False: the ledger holds it back. */
  again(): Promise<boolean>
  settle(outcome: AttemptEnd): Promise<void>
}

export type SecretStatus = 'usable' | 'refused' | 'interrupted' | 'withheld_unknown' | 'locked' | 'missing'

export type Vault = {
  /** Stores a new version of the connection's secret, replacing the old one; one that the bank refused, or may have, is not stored (`sameAsRefused`, the old one stays). */
  seal(request: SealRequest): Promise<Result<Sealed, Failure>>
  /**
   * Lends the fields for one exchange with `origin`; a failure with code `secret_withheld` sends
   * nothing. `audience`: all origins that the connection's settings name now (default: only this
   * one); when they are not those of the sealing, the secret does not open and must be typed again.
   */
  lend(owner: SecretOwner, fields: readonly string[], origin: string, audience?: readonly string[]): Promise<Result<Lease, Failure>>
  /** The bank gave new values for some fields of the secret that is used (a token for a token): they are sealed with what stays, for the same addresses (`audience`). */
  renew(owner: SecretOwner, values: Readonly<Record<string, string>>, audience: readonly string[]): Promise<Result<null, Failure>>
  /** Looks already now at what the next `lend` must know, so that it need not wait; what changes until then is noticed. */
  foresee(owner: SecretOwner): Promise<void>
  status(owner: SecretOwner): Promise<SecretStatus>
  /** A warned person asks to send a refused or unknown secret once more. A secret that is typed later takes the grant away. */
  grantOneUse(owner: SecretOwner, by: string): Promise<void>
  /** What was granted for one run and not used by it is not left for another. */
  withdrawGrant(owner: SecretOwner): Promise<void>
  /** The end of a trial: its secret becomes the connection's when it was sealed for this login, and is destroyed when not. */
  resolveTrial(owner: SecretOwner, audience: readonly string[]): Promise<void>
  /** The bank says that this login is locked: nothing more is sent until the person says that it is unlocked. */
  lock(owner: SecretOwner): Promise<void>
  unlock(owner: SecretOwner): Promise<void>
  /** Destroys the secret of a removed connection. */
  destroy(owner: SecretOwner): Promise<void>
  /** One blind index for a login, however its user name is written, so that connections of the same login share one budget of attempts. */
  loginIndex(institutionId: string, userName: string): string
  /** Short-lived answers to challenges: kept sealed, one use, gone at `expiresAt`. They are spent when they leave, not when something hinders that. */
  sealAnswers(challengeId: string, owner: SecretOwner, answers: Readonly<Record<string, string>>, expiresAt: number): Promise<void>
  /** Whether answers wait that were not sent. */
  answersWait(owner: SecretOwner): Promise<boolean>
  /**
   * What must go on with a question of the bank's until a person has answered it, and may open something there: kept sealed for
   * where the login goes, one of a connection, gone at `expiresAt`.
   */
  holdQuestion(owner: SecretOwner, held: Readonly<Record<string, string>>, audience: readonly string[], expiresAt: number): Promise<Result<null, Failure>>
  /** Null: nothing is held any more, or it is not for this login or address. */
  heldQuestion(owner: SecretOwner, audience: readonly string[]): Promise<Readonly<Record<string, string>> | null>
  /** The question is over. */
  dropQuestion(owner: SecretOwner): Promise<void>
  /**
   * A function that takes the login's values, and the answers that were lent last, out of a text that
   * will be kept or shown: secrets are masked, the `identity` fields become pseudonyms. Reads no ledger
   * and sends nothing; the values never leave it.
   */
  concealer(owner: SecretOwner, audience: readonly string[], identity: readonly string[]): Promise<(text: string) => string>
}

/**
 * Secrets that sign in nowhere where tries are counted: of destinations of alerts. Sealed for their owner and
 * for the address they may go to; for another address they do not open and must be typed again.
 */
export type Drawer = {
  seal(ownerId: string, values: Readonly<Record<string, string>>, audience: readonly string[]): Promise<Result<null, Failure>>
  /** Null: none are stored. */
  open(ownerId: string, audience: readonly string[]): Promise<Result<Readonly<Record<string, string>> | null, Failure>>
  destroy(ownerId: string): Promise<void>
}
