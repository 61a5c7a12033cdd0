/**
 * What changes at the bank besides the ledger: logins, devices, locks, messages, account numbers.
 * Plain data, so that faults, the web site and the OFX server look at the same truth.
 */
import type { AccountSpec, CustomerSpec, MfaMethod } from './customers.ts'
import { Ledger } from './ledger/ledger.ts'
import type { Zone } from './ledger/zone.ts'

export type Message = { readonly id: string; readonly title: string; readonly body: string; read: boolean }

export type Challenge = {
  readonly method: MfaMethod
  readonly expiresAt: number
  readonly phraseId: string
  readonly label: string
  /** What must be answered; for a push `yes`, and only after `approved`. */
  readonly expected: string
  approved: boolean
  wrongTries: number
}

export type AccountState = {
  readonly spec: AccountSpec
  number: string
  readonly formerNumbers: string[]
  status: 'open' | 'closed' | 'dormant'
  /** False when the bank no longer lets this login see it. */
  visible: boolean
  /** Grows when the bank re-issues all ids of the account. */
  idEpoch: number
  /** Ids that a fault gave to single rows, by truth id: they stay when the fault ends. */
  readonly issuedIds: Map<string, string>
}

export type LoginState = {
  readonly customer: CustomerSpec
  readonly ledger: Ledger
  readonly accounts: readonly AccountState[]
  password: string
  clientUidRequired: boolean
  mfa: MfaMethod
  mfaAtEveryLogin: boolean
  /** CLIENTUIDs that passed MFA. */
  readonly devices: Set<string>
  /** CLIENTUID or ACCESSKEY to the instant until which it needs no further MFA. */
  readonly sessions: Map<string, number>
  challenge: Challenge | null
  challengesIssued: number
  wrongTries: number
  locked: boolean
  passwordExpired: boolean
  enrolled: boolean
  termsAccepted: boolean
  identityConfirmed: boolean
  consent: 'given' | 'expired' | 'revoked'
  readonly messages: Message[]
}

/** Access that a customer gave to a program: the code that it came with, and the tokens of now. */
export type Permission = {
  readonly user: string
  readonly redirectUri: string
  readonly codeChallenge: string
  readonly givenAt: number
  readonly code: string
  codeUsed: boolean
  access: { readonly token: string; readonly endsAt: number } | null
  refresh: string | null
  /** The refresh token that was shown for this one. */
  before: string | null
}

/** One sign-on that was tried. The password is kept as a keyed digest only. */
export type Attempt = { readonly at: number; readonly user: string; readonly secretDigest: string; readonly code: number }

export type BankState = {
  readonly name: string
  readonly seed: number
  readonly zone: Zone
  readonly logins: ReadonlyMap<string, LoginState>
  readonly attempts: Attempt[]
  readonly permissions: Permission[]
  /** How long a permission holds. */
  readonly permissionDays: number
  tokensIssued: number
  /** Where the OFX server lives now, what it calls itself, and the oldest version it answers; faults change them. */
  ofxPath: string
  fid: string
  org: string
  minimumVersion: number
  /** Wrong passwords in a row that lock a login. */
  readonly triesBeforeLock: number
  /** A secret that every customer types beside the password, and what the bank calls it (OFX USERCRED1); null: none. */
  credential: { readonly label: string; readonly value: string } | null
  /** Which pending rows a statement lists. */
  readonly listsPending: 'all' | 'asked'
  /** Lines of the public status page. */
  readonly notices: { readonly id: string; readonly text: string }[]
}

export function openLogin(customer: CustomerSpec, ledger: Ledger): LoginState {
  return {
    customer,
    ledger,
    accounts: customer.accounts.map((spec) => ({
      spec,
      number: spec.number,
      formerNumbers: [],
      status: 'open',
      visible: true,
      idEpoch: 0,
      issuedIds: new Map(),
    })),
    password: customer.password,
    clientUidRequired: customer.clientUidRequired,
    mfa: customer.mfa,
    mfaAtEveryLogin: false,
    devices: new Set(),
    sessions: new Map(),
    challenge: null,
    challengesIssued: 0,
    wrongTries: 0,
    locked: false,
    passwordExpired: false,
    enrolled: true,
    termsAccepted: true,
    identityConfirmed: true,
    consent: 'given',
    messages: [],
  }
}
