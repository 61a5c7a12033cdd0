/**
 * The only way out to a bank. Every exchange is guarded (addresses, TLS, limits), recorded
 * redacted, and, when it carries a secret, written into the attempts ledger before a byte leaves.
 * A failure to get an answer is a value; it is judged by the transport, not by the connector.
 */
import type { Failure, FailureCode, Stage } from '../domain/evidence.ts'
import type { Result } from '../domain/result.ts'
import type { Reader } from './rehearsal.ts'

/** Gives a secret's value for the wire, or a marker of the same field for the record. */
export type SecretReader = (field: string) => string

/** What an answer says of the secrets, or of their login: `locked` is closed to right secrets as well, and each try may keep it so. */
export type LoginVerdict = 'accepted' | Rejection | 'unknown'

export type Rejection = 'refused' | 'locked'

/** What became of an attempt: nothing left, no answer was read, or what the answer says of the secret. */
export type AttemptEnd = LoginVerdict | 'not_sent' | 'lost'

export type ExchangeRequest = {
  /** Named in the record: `profile`, `accounts`, `statement`. */
  readonly purpose: string
  readonly stage: Stage
  /** How the bank finds it in its own records, as its people call it: `TRNUID 5f…`. Absent where the request carries no id. */
  readonly requestId?: string
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Called with values for the wire, and with markers when somebody reads the record, perhaps long after. Pure: it gives the same both times. */
  readonly body: ((secret: SecretReader) => string | Uint8Array) | null
  /** As `body`, for a secret that belongs into the `authorization` header. */
  readonly authorization?: (secret: SecretReader) => string
  /** The fields that `body` and `authorization` read; not empty makes this exchange a login attempt. */
  readonly secrets: readonly string[]
  /** What the answer says of the secrets: closes the entry of the attempts ledger. Not called without secrets. */
  readonly judge?: (answer: Answer) => LoginVerdict
  /** What the beginning of a body says of the secrets already, as it comes in: a rejection is written down before the rest is read, and where the rest never comes, this is the answer. */
  readonly judgeHead?: (head: Uint8Array) => LoginVerdict
  /** How the answer will be read: a large one is read in a thread first, where it can be stopped. */
  readonly reads?: Reader
  /** The allow-list for the record, of request and answer alike; without it only sizes are kept. `pseudonym` stands for personal data. */
  readonly redact?: (text: string, pseudonym: (text: string) => string) => string
}

export type Answer = {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** After decompression, within the limits. A lent secret that is a word or a number stands in it, since it may be a row's own. */
  readonly body: Uint8Array
  /** The address that answered, after redirects. */
  readonly finalUrl: string
  readonly receivedAt: number
  /** The answer's `Date` header minus our clock; null without the header. */
  readonly clockSkewSeconds: number | null
}

/** What was asked and answered in one exchange, redacted: for the support bundle. */
export type ExchangeRecord = {
  readonly purpose: string
  readonly stage: Stage
  /** As in the request; absent in those that were kept by a version before. */
  readonly requestId?: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly elapsedMs: number
  readonly method: 'GET' | 'POST'
  /** Without values of its query. */
  readonly url: string
  readonly finalUrl: string | null
  /** The names of the secret fields that were lent. */
  readonly secrets: readonly string[]
  /** The body that was sent, with markers for secrets, redacted. */
  readonly request: string | null
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly answerBytes: number
  readonly answer: string | null
  /** How the attempts ledger was closed; null without secrets. */
  readonly verdict: AttemptEnd | null
  readonly failure: FailureCode | null
}

export type Transport = {
  exchange(request: ExchangeRequest): Promise<Result<Answer, Failure>>
  /** A text of an answer that is kept or shown and is no row, without the secrets that were lent so far. Absent where none are. */
  conceal?(text: string): string
  /** The cookies of the run, to go on with a question of the bank's when a person has answered it; absent where none are kept. `held` is empty when there are none. */
  readonly cookies?: { held(): string; restore(held: string): void }
  /** At most so many of the exchanges so far: how they began and how they ended. Absent where none are recorded. */
  records?(most: number): readonly ExchangeRecord[]
}

/** What a harmless probe of an address found: how far a connection gets. Sends no request that carries a secret. */
export type ReachReport = {
  readonly reached: 'nothing' | 'resolved' | 'connected' | 'tls' | 'http'
  readonly networkError: string | null
  readonly httpStatus: number | null
  readonly certificateExpiresAt: number | null
  readonly clockSkewSeconds: number | null
  /** Names in a certificate that was refused for its name; empty when none was seen. */
  readonly certificateNames: readonly string[]
  /** What the operator trusts for this address has ended itself. */
  readonly authorityEnded?: true
  /** The beginning of a page that came, as text; null when none did. */
  readonly page: string | null
  readonly elapsedMs: number
}

export type Reach = (url: string) => Promise<ReachReport>
