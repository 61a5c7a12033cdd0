/**
 * What a fault is: data (name, family, true cause, promise, one sentence, parameters) and the hooks
 * by which it changes what the bank does. A hook sees the bank's state and returns a changed answer;
 * faults know neither sockets nor Relink.
 */
import type { Day } from '../../src/domain/day.ts'
import type { TruthRow } from '../ledger/row.ts'
import type { Element } from '../ofx/element.ts'
import type { Random } from '../random.ts'
import type { AccountState, BankState, LoginState } from '../state.ts'
import type { BankAnswer, BankRequest, Door, HttpAnswer } from '../wire.ts'

export type Family = 'bank_server' | 'authentication' | 'account' | 'mfa' | 'outdated' | 'restriction' | 'maintenance' | 'own_side' | 'data'

/** The causes of Relink's diagnosis that a fault of this bank can have as its truth. */
export type Cause =
  | 'institution_down'
  | 'institution_error'
  | 'credentials_invalid'
  | 'login_locked'
  | 'password_change_required'
  | 'bank_action_required'
  | 'enrollment_required'
  | 'account_closed'
  | 'account_not_found'
  | 'account_not_authorized'
  | 'mfa_required'
  | 'mfa_invalid'
  | 'mfa_timeout'
  | 'mfa_method_changed'
  | 'consent_expired'
  | 'consent_revoked'
  | 'endpoint_moved'
  | 'protocol_outdated'
  | 'connection_migrated'
  | 'access_restricted'
  | 'rate_limited'
  | 'history_limit'
  | 'scheduled_maintenance'
  | 'client_bug'
  | 'aggregator_down'
  | 'configuration'
  | 'local_network'

/** What Relink owes: no loss without anybody noticing anything, a clear word to the person, or nothing. */
export type Promised = 'survive' | 'notice' | 'none'

export type Value = string | number | boolean

export type Parameter = { readonly default: Value; readonly meaning: string }

/** An OFX status: code and words (severity follows from the code). */
export type Status = { readonly code: number; readonly message: string }

/** A row as it goes out, after the truth and before the bytes. */
export type WireRow = {
  readonly truth: TruthRow
  readonly fitid: string
  readonly day: Day
  readonly minor: bigint
  readonly name: string
  readonly memo: string | null
}

export type Statement = {
  readonly login: LoginState
  readonly account: AccountState
  readonly currency: string
  readonly from: Day
  readonly to: Day
  /** BANKTRANLIST. */
  readonly rows: readonly WireRow[]
  /** BANKTRANLISTP; shown to clients from 2.2 on that ask. */
  readonly pending: readonly WireRow[]
  readonly ledgerMinor: bigint
  /** The day that DTASOF names, or null for now. */
  readonly balanceOn: Day | null
  readonly availableMinor: bigint
}

export type Moment = { readonly bank: BankState; readonly now: number }

export type RequestMoment = Moment & {
  readonly request: BankRequest
  /** Path without query. */
  readonly path: string
  /** OFX version of the request, null when it is not readable. */
  readonly version: number | null
  readonly appId: string | null
  /** The request is signed on as nobody: it can only ask for the profile. */
  readonly anonymous: boolean
}

export type LoginMoment = RequestMoment & { readonly login: LoginState }

export type Fault = {
  readonly id: string
  readonly definition: FaultDefinition
  readonly parameters: Readonly<Record<string, Value>>
  /** USERID, or null for all. */
  readonly login: string | null
  /** Account key, or null for all. */
  readonly account: string | null
  readonly startsAt: number
  readonly endsAt: number | null
  /** Probability that it strikes on one request. */
  readonly likelihood: number
  readonly random: Random
  /** Requests on which it struck. */
  hits: number
  begun: boolean
  /** Notes of the fault itself, between requests. */
  readonly memory: Map<string, string | number>
}

/** Hooks in the order in which a request meets them. All are optional. */
export type FaultDefinition = {
  readonly name: string
  readonly family: Family
  /** Null for data faults: the connection is not broken. */
  readonly cause: Cause | null
  readonly promise: Promised
  /** One sentence: what happens and what Relink owes. */
  readonly sentence: string
  readonly parameters: Readonly<Record<string, Parameter>>
  /** How long it holds when the order does not say; default: until it is cleared. */
  readonly lastsMs?: number
  /** Tells the public at once that the fault will come. */
  readonly announce?: (fault: Fault, moment: Moment) => void
  /** Changes the bank's state once, when the fault begins. */
  readonly begin?: (fault: Fault, moment: Moment) => void
  /** Puts right what `announce` and `begin` changed, when the fault is cleared or its time is over. */
  readonly end?: (fault: Fault, moment: Moment) => void
  /** False as soon as a person has put it right. */
  readonly holds?: (fault: Fault, moment: Moment) => boolean
  readonly door?: (fault: Fault, door: Door) => Door
  /** Answers instead of the OFX server. */
  readonly request?: (fault: Fault, moment: RequestMoment) => BankAnswer | null
  /** Refuses a sign-on whose password is right. */
  readonly signon?: (fault: Fault, moment: LoginMoment) => Status | null
  /** Judges an MFA answer instead of the bank. */
  readonly mfa?: (fault: Fault, moment: LoginMoment) => Status | null
  /** The accounts that ACCTINFO lists. */
  readonly accounts?: (fault: Fault, accounts: readonly AccountState[], moment: LoginMoment) => readonly AccountState[]
  /** Refuses the statement of one account; sees the asked days. */
  readonly refuse?: (fault: Fault, account: AccountState, from: Day, to: Day, moment: LoginMoment) => Status | null
  readonly statement?: (fault: Fault, statement: Statement, moment: LoginMoment) => Statement
  /** The URL that the profile names. */
  readonly profileUrl?: (fault: Fault, url: string, moment: RequestMoment) => string
  /** Changes the tree of an OFX answer before it is written. */
  readonly tree?: (fault: Fault, tree: Element, moment: RequestMoment) => Element
  /** Changes the finished answer. */
  readonly answer?: (fault: Fault, answer: HttpAnswer, moment: RequestMoment) => BankAnswer
}

/** The value of a number parameter; the engine has checked its type against the default. */
export function numberOf(fault: Fault, name: string): number {
  return Number(fault.parameters[name])
}

export function textParameter(fault: Fault, name: string): string {
  return String(fault.parameters[name])
}

/** Logins that the fault is about. */
export function loginsOf(fault: Fault, bank: BankState): LoginState[] {
  return [...bank.logins.values()].filter((login) => fault.login === null || login.customer.user === fault.login)
}

/** Accounts that the fault is about, with their logins. */
export function accountsOf(fault: Fault, bank: BankState): { readonly login: LoginState; readonly account: AccountState }[] {
  return loginsOf(fault, bank).flatMap((login) =>
    login.accounts.filter((account) => fault.account === null || account.spec.key === fault.account).map((account) => ({ login, account })),
  )
}

/** True when the fault is about this login (and account, where one is given). */
export function concerns(fault: Fault, login: LoginState | null, account: string | null = null): boolean {
  if (fault.login !== null && fault.login !== login?.customer.user) return false
  return fault.account === null || account === null || fault.account === account
}
