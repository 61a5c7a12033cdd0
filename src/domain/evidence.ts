/**
 * What a failing attempt showed (`Evidence`) and what the server also knows at that moment
 * (`CaseContext`). One record format serves the running server, the case collection and
 * `relink diagnose --format jsonl`. An absent field means "not known", never "no". Evidence is
 * made where the fact is known and is redacted when it is made.
 */

export type Protocol =
  | 'ofx' | 'web-connect' | 'quicken' | 'quickbooks' | 'qbo-api' | 'simplefin' | 'plaid' | 'mx' | 'finicity' | 'teller' | 'pluggy' | 'lunchflow'
  | 'fints' | 'ebics' | 'berlin-group' | 'obie' | 'gocardless' | 'enable-banking' | 'salt-edge' | 'truelayer' | 'scraper' | 'file' | 'other'

/** Where in a conversation with the bank it happened, outermost first. */
export type Stage = 'resolve' | 'connect' | 'tls' | 'http' | 'signon' | 'mfa' | 'consent' | 'accounts' | 'statement' | 'parse' | 'import'

export type Evidence = {
  readonly protocol?: Protocol
  readonly institution?: string
  readonly stage?: Stage
  /** The operating system's or TLS library's own word: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly networkError?: string
  readonly httpStatus?: number
  /** Lower-case names; only listed, harmless headers (server, content-type, retry-after, date, location). */
  readonly headers?: Readonly<Record<string, string>>
  /** Protocol codes, outermost (sign-on) first. */
  readonly codes?: readonly string[]
  readonly severity?: string
  /** As the server or the library put it, redacted. */
  readonly message?: string
  /** A short redacted excerpt of the answer. */
  readonly body?: string
  /** Which setting does not fit, by its name in the bank's entry, where Relink itself found that. */
  readonly setting?: string
  /** The answer was formally fine but held nothing. */
  readonly empty?: boolean
}

/** In the evidence of a question that a bank asks and that nobody answered yet, before the bank's own codes. */
export const OPEN_QUESTION = 'challenge_open'

export type Others = 'none' | 'some' | 'all'

export type CaseContext = {
  readonly connection?: 'new' | 'established' | 'relinked'
  readonly hoursSinceSuccess?: number
  readonly failuresInRow?: number
  readonly attemptsToday?: number
  readonly intermittent?: boolean
  readonly credentialsChangedHere?: boolean
  readonly passwordChangedAtBank?: boolean
  readonly bankLoginWorks?: boolean
  readonly mfaChangedAtBank?: boolean
  readonly newDevice?: boolean
  readonly consentAgeDays?: number
  readonly consentExpiresInDays?: number
  /** The same as an instant, epoch ms: days counted from when this was noted tell no day to whoever looks later. */
  readonly consentEndsAt?: number
  readonly unattended?: boolean
  readonly softwareUpdated?: boolean
  readonly runtimeUpdated?: boolean
  readonly settingsChanged?: boolean
  readonly movedHost?: boolean
  readonly sameBank?: Others
  readonly otherBanks?: Others
  readonly otherAccounts?: 'ok' | 'failing'
  readonly otherClientWorks?: boolean
  readonly accountQuietDays?: number
  readonly accountReplaced?: boolean
  readonly bankNotice?: 'maintenance' | 'migration' | 'retirement' | 'security' | 'terms' | 'password'
  readonly requestRangeDays?: number
  readonly secondsSinceLastRequest?: number
  readonly protocolVersion?: string
  readonly clientId?: 'none' | 'fresh' | 'registered'
  readonly endpointAgeDays?: number
  readonly callsFrom?: 'datacentre' | 'vpn'
  readonly localHour?: number
  readonly weekday?: string
  readonly clockSkewSeconds?: number
}

/** Facts of the context that only a person can know. */
export const TOLD = ['bankLoginWorks', 'passwordChangedAtBank', 'otherClientWorks', 'accountReplaced'] as const

export type ToldFacts = Pick<CaseContext, (typeof TOLD)[number]>

/** What one case of diagnosis consists of. */
export type CaseRecord = { readonly evidence: Evidence; readonly context: CaseContext }

/**
 * When it makes sense to ask again. Retry belongs to the failure, not to the caller:
 * `at` an instant (epoch ms; null: the scheduler's usual back-off), after a person acted, or never.
 */
export type Retry = { readonly kind: 'at'; readonly at: number | null } | { readonly kind: 'afterPerson' } | { readonly kind: 'never' }

/**
 * A bank that could not be read, as a value. `code` is Relink's own stable code
 * (docs/errors.md); there is no failure without evidence.
 */
export type Failure = {
  readonly code: FailureCode
  readonly stage: Stage
  readonly retry: Retry
  /** One sentence for a person; names no secret. */
  readonly message: string
  readonly evidence: readonly [Evidence, ...Evidence[]]
}

export type FailureCode =
  /** No answer: name not resolved, connection refused, reset, timed out. */
  | 'bank_unreachable'
  /** The TLS handshake or the certificate was not acceptable. */
  | 'tls_refused'
  /** The address is one that Relink must not call (SSRF guard). */
  | 'address_forbidden'
  /** An HTTP status that carries no protocol answer. */
  | 'http_refused'
  /** The answer was larger, slower or deeper than the limits. */
  | 'answer_too_large'
  | 'answer_too_slow'
  /** The answer was empty where the protocol demands content. */
  | 'answer_empty'
  /** The answer was cut, HTML, or not the protocol at all. */
  | 'answer_unreadable'
  /** The bank answered in the protocol and refused. */
  | 'bank_refused'
  /** A warning of the bank's that stops us before harm is done, for example a lock. */
  | 'bank_warned'
  /** The vault did not lend the secret: it was refused before, or attempts are used up. */
  | 'secret_withheld'
  | 'secret_unreadable'
  /** The place outside of Relink where the secret lies gave none: nothing was sent. */
  | 'secret_source_failed'
  /** The person did not answer in time, or the answer was refused. */
  | 'challenge_expired'
  | 'challenge_refused'
  /** Our own limit of requests for this bank and day is used up: nothing was sent. */
  | 'quota_reached'
  /** Relink itself was stopped in the middle of the read: what the bank would have said is not known. */
  | 'interrupted'
  /** A different person's login: nothing was stored. */
  | 'identity_changed'
  /** The data of this connection or institution does not make a request possible. */
  | 'configuration_invalid'
  /** The answer contradicts itself or the account (wrong currency, dates outside of the window). */
  | 'answer_implausible'
