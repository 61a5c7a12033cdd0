/**
 * The contract between a connector and the engine. A connector knows one protocol: it asks and
 * reads, it returns, it never writes. It has no clock, no network and no disk but what its context
 * gives. `connect` and `reauthenticate` are flows of the engine over `listAccounts`, so that no
 * connector can store anything for a login that turned out to be somebody else's.
 */
import type { AccountRef } from '../domain/account.ts'
import type { ChallengePrompt } from '../domain/connection.ts'
import type { DayRange } from '../domain/day.ts'
import type { CaseContext, Failure, Protocol } from '../domain/evidence.ts'
import type { Institution, JsonObject, Route } from '../domain/institution.ts'
import type { Finding, ProbeKind } from '../domain/probe.ts'
import type { Currency } from '../domain/money.ts'
import type { Result } from '../domain/result.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { Answer, LoginVerdict, Rejection, SecretReader, Transport } from '../ports/transport.ts'
import type { Notice } from './notices.ts'

/** One field of the connect form, described so that no page knows a connector. */
export type FormField = {
  readonly name: string
  readonly label: string
  readonly hint: string | null
  readonly kind: 'text' | 'secret' | 'url'
  readonly required: boolean
  /** Tells which field names the login, for its blind index. */
  readonly isLogin: boolean
}

export type ConnectorManifest = {
  readonly id: string
  readonly name: string
  readonly protocol: Protocol
  /** Fields beyond those that the institution's settings already give. */
  readonly fields: readonly FormField[]
  /** What must be known of a bank that is in no list, none of it secret: settings of a route, by their names. Absent: it cannot be added by a person. */
  readonly bankFields?: readonly FormField[]
  /** Settings, beside those, of a bank that does not say who it is without a sign-in. Absent: each says it. */
  readonly withoutProfile?: JsonObject
  /** The widest range that makes sense to ask for at once, in days. */
  readonly maxWindowDays: number
  /** How many days already read are read again each time, because banks book late. */
  readonly overlapDays: number
  /** `html` of none: plain sentences on cost, limits, expiry for the advice on routes. */
  readonly advice: string
}

/** What a connector may use. One context serves one run of one connection. */
export type ConnectorContext = {
  readonly institution: Institution
  readonly settings: JsonObject
  readonly transport: Transport
  /** Epoch ms. */
  readonly now: () => number
  /** A new random identifier (UUID), for request ids. */
  readonly newId: () => string
  /** The last read failed: where the protocol has a harmless question, it is asked before a secret goes out again. Absent: not. */
  readonly inDoubt?: boolean
  /** What the connector remembered of this login in earlier runs; returned in outcomes to be kept. */
  readonly state: JsonObject
  /** Set when a person has answered a challenge: what the connector asked to remember, and the fields of its answers among the secrets. */
  readonly resume: { readonly data: JsonObject; readonly answerFields: readonly string[] } | null
}

/**
 * The answer of an operation: done, a question for the person, or a failure. `state` is what to remember
 * in every case; `codes` are those with which the bank asked. `resume` is kept sealed until the answer, and may hold
 * what the bank gave to go with it.
 */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T; readonly state: JsonObject; readonly facts: CaseContext }
  | { readonly kind: 'challenge'; readonly prompts: readonly ChallengePrompt[]; readonly codes: readonly string[]; readonly resume: JsonObject; readonly expiresInMs: number; readonly state: JsonObject }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly state: JsonObject; readonly facts: CaseContext }

export type ListedAccount = {
  readonly ref: AccountRef
  readonly name: string
  readonly currency: Currency | null
  /** The bank's own word on the account: `closed` and `pending` accounts are listed but not read. */
  readonly status: 'open' | 'closed' | 'pending'
}

/** `complete: false` when the answer may have been cut: absent accounts then mean nothing. */
export type AccountList = { readonly accounts: readonly ListedAccount[]; readonly complete: boolean }

/**
 * One piece of an answer. `covers`: the days that this answer, once its last page is read, covers
 * completely; null when the bank did not answer for whole days. *covers* is not *rows.length > 0*.
 */
export type Page = {
  readonly rows: readonly StatementRow[]
  readonly currency: Currency | null
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
  readonly next: JsonObject | null
  readonly last: boolean
}

/** `notice`: the bank answered and said something beside (a warning); the read goes on. */
export type ReadStep =
  | { readonly step: 'page'; readonly page: Page; readonly state: JsonObject }
  | { readonly step: 'notice'; readonly code: string; readonly message: string | null }
  | { readonly step: 'challenge'; readonly prompts: readonly ChallengePrompt[]; readonly codes: readonly string[]; readonly resume: JsonObject; readonly expiresInMs: number; readonly state: JsonObject }
  | { readonly step: 'failed'; readonly failure: Failure; readonly state: JsonObject; readonly facts: CaseContext }

/** The harmless questions that only a connector can ask, because it knows the protocol; they never send a secret. */
export type ConnectorProbe = Extract<ProbeKind, 'profile' | 'other_version'>
/** `outcome`: one of those that diagnose/knowledge/probes.ts lists for the kind. */
export type ProbeResult = Finding & { readonly evidence: Failure['evidence'] | null; readonly facts: CaseContext }

export type Connector = {
  readonly manifest: ConnectorManifest
  /** The fields that a route with these settings asks for, in the bank's own words, where they are others than the manifest's. */
  fieldsFor?(settings: JsonObject): readonly FormField[]
  /**
   * Checks settings and form before anything is sent; the failure names the field and the remedy. A
   * field that is absent, not empty, keeps its stored value: that required ones are there is seen before.
   */
  checkSettings(institution: Institution, route: Route, form: Readonly<Record<string, string>>): Result<{ readonly settings: JsonObject; readonly origins: readonly string[] }, { readonly field: string | null; readonly message: string }>
  /** Where the secret of a connection with these settings may go now: the audience of its transport. Empty when they cannot be used. */
  originsOf(settings: JsonObject): readonly string[]
  /**
   * Of a protocol whose secret is given by the bank and changes when it is used (a token): the first thing of every run. Done: the fields
   * that take the place of the stored ones, which are sealed before anything else is asked; none: what is stored stays.
   */
  signIn?(context: ConnectorContext): Promise<Outcome<Readonly<Record<string, string>>>>
  /** Lists the accounts, and signs in by that where the protocol has no step of its own for it. */
  listAccounts(context: ConnectorContext): Promise<Outcome<AccountList>>
  /** Reads one account; ends after a page with `last`, a challenge or a failure. */
  readAccount(context: ConnectorContext, account: AccountRef, window: DayRange, cursor: JsonObject | null): AsyncIterable<ReadStep>
  /** What the bank announced beside its last good answer, as the connector remembers it; null: nothing. Absent: its protocol has no such words. */
  noticeIn?(state: JsonObject): Notice | null
  /** When the permission by which it signs in ends, as the bank told and the connector remembers: epoch ms; null: it did not. Absent: its protocol has no such end. */
  endsAt?(state: JsonObject): number | null
  readonly probes: readonly ConnectorProbe[]
  probe(context: ConnectorContext, kind: ConnectorProbe): Promise<ProbeResult>
}

/** The fields of a sign-in by a route with these settings. */
export function fieldsOf(connector: Connector, settings: JsonObject): readonly FormField[] {
  return connector.fieldsFor?.(settings) ?? connector.manifest.fields
}

/** Answers of a person who comes back from the bank, where a prompt of the kind `redirect` led them (RFC 6749 section 4.1, RFC 7636): fields among the secrets, by the prompt's id. */
export function returnFields(promptId: string): { readonly code: string; readonly verifier: string; readonly redirectUri: string } {
  return { code: promptId, verifier: `${promptId}_verifier`, redirectUri: `${promptId}_redirect` }
}

/** What a connector needs of the transport's vocabulary: connectors import the kit, never a port. */
export type { Answer, LoginVerdict, Rejection, SecretReader, Transport }
