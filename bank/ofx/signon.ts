/**
 * Who asks, and may they. Judges one SONRQ: password, locks, pages that wait at the web site,
 * CLIENTUID, multi-factor authentication (OFX 2.1.1, section 2.5). Writes down every attempt before
 * it judges; never keeps a password, only a keyed digest.
 */
import { hash } from 'node:crypto'
import { concerns, type Fault, type RequestMoment, type Status } from '../faults/fault.ts'
import { loginOfToken } from '../permission.ts'
import type { BankState, LoginState } from '../state.ts'
import { child, children, type Element, textOf } from './element.ts'
import { judgeMfa } from './mfa.ts'

export type SignOn = {
  readonly status: Status
  /** Null for the anonymous user and for refused sign-ons. */
  readonly login: LoginState | null
  readonly anonymous: boolean
  /** Given after MFA was passed: lets the next messages of the session pass without it. */
  readonly accessKey: string | null
}

const OK: Status = { code: 0, message: 'Success' }

export function signOn(sonrq: Element | null, message: Element, moment: RequestMoment, faults: readonly Fault[]): SignOn {
  const refused = (code: number, text: string): SignOn => ({
    status: { code, message: text },
    login: null,
    anonymous: false,
    accessKey: null,
  })
  const token = textOf(sonrq, 'ACCESSTOKEN')
  if (sonrq !== null && token !== null) return signOnByToken(sonrq, token, moment, faults)
  const user = textOf(sonrq, 'USERID')
  const password = textOf(sonrq, 'USERPASS')
  if (sonrq === null || user === null || password === null) return refused(15500, 'Signon invalid: user id or password is missing')
  const institution = checkInstitution(sonrq, moment.bank)
  if (institution !== null) return { ...refused(0, ''), status: institution }
  if (isAnonymous(user)) return { status: OK, login: null, anonymous: true, accessKey: null }

  const login = moment.bank.logins.get(user) ?? null
  const result = login === null ? refused(15500, 'Signon invalid') : judge(login, password, sonrq, message, moment, faults)
  moment.bank.attempts.push({ at: moment.now, user, secretDigest: digestOf(moment.bank, password), code: result.status.code })
  return result
}

/** Whoever gave the permission at the web site proved there who they are: no further code is asked here. */
function signOnByToken(sonrq: Element, token: string, moment: RequestMoment, faults: readonly Fault[]): SignOn {
  const refused = (status: Status): SignOn => ({ status, login: null, anonymous: false, accessKey: null })
  const login = loginOfToken(moment.bank, token, moment.now)
  const status = checkInstitution(sonrq, moment.bank) ?? (login === null ? { code: 15500, message: 'Signon invalid: the access token is not known, or is over' } : judgeLogin(login, moment, faults))
  moment.bank.attempts.push({ at: moment.now, user: login?.customer.user ?? '', secretDigest: digestOf(moment.bank, token), code: status?.code ?? 0 })
  return login === null || status !== null ? refused(status ?? OK) : { status: OK, login, anonymous: false, accessKey: null }
}

/** What stands against a sign-on whose secret is right: pages that wait, and faults. Null: nothing. */
function judgeLogin(login: LoginState, moment: RequestMoment, faults: readonly Fault[]): Status | null {
  const waiting = judgeStanding(login)
  if (waiting !== null) return waiting
  for (const fault of faults) {
    const status = concerns(fault, login) ? fault.definition.signon?.(fault, { ...moment, login }) : null
    if (status) return status
  }
  return null
}

/** USERID of a profile request without a customer: `anonymous`, padded with zeros by most clients (OFX 1.0.2, section 7.1). */
export function isAnonymous(user: string): boolean {
  return /^anonymous0*$/i.test(user)
}

/** The keyed digest by which the request log counts a password without knowing it. */
export function digestOf(bank: BankState, secret: string): string {
  return hash('sha256', `sandbox-bank-${bank.seed}\n${secret}`).slice(0, 16)
}

/** FI is optional, but a wrong one is refused (13504), as banks with several brands on one server do. */
function checkInstitution(sonrq: Element, bank: BankState): Status | null {
  const fi = child(sonrq, 'FI')
  const org = textOf(fi, 'ORG')
  const fid = textOf(fi, 'FID')
  const wrong = (org !== null && org.toUpperCase() !== bank.org) || (fid !== null && fid !== bank.fid)
  return wrong ? { code: 13504, message: 'FI missing or invalid in SONRQ' } : null
}

function judge(
  login: LoginState,
  password: string,
  sonrq: Element,
  message: Element,
  moment: RequestMoment,
  faults: readonly Fault[],
): SignOn {
  const refused = (status: Status): SignOn => ({ status, login: null, anonymous: false, accessKey: null })
  const secret = judgePassword(login, password, moment.bank.triesBeforeLock)
  if (secret !== null) return refused(secret)
  const { credential } = moment.bank
  if (credential !== null && textOf(sonrq, 'USERCRED1') !== credential.value) return refused({ code: 15500, message: 'Signon invalid' })
  const against = judgeLogin(login, moment, faults)
  if (against !== null) return refused(against)
  const clientUid = textOf(sonrq, 'CLIENTUID')
  if (login.clientUidRequired && clientUid === null)
    return refused({ code: 15510, message: 'CLIENTUID error: this customer must send a CLIENTUID' })
  const mfa = judgeMfa(
    login,
    { clientUid, sonrq, answers: children(sonrq, 'MFACHALLENGEANSWER'), asked: child(message, 'MFACHALLENGETRNRQ') !== null },
    moment,
    faults,
  )
  if (mfa.status.code !== 0) return refused(mfa.status)
  return { status: OK, login, anonymous: false, accessKey: mfa.accessKey }
}

function judgePassword(login: LoginState, password: string, triesBeforeLock: number): Status | null {
  const locked: Status = { code: 15502, message: 'USERPASS lockout: too many wrong tries. Unlock your access at our web site.' }
  if (login.locked) return locked
  if (password === login.password) {
    login.wrongTries = 0
    return null
  }
  login.wrongTries++
  if (login.wrongTries < triesBeforeLock) return { code: 15500, message: 'Signon invalid' }
  login.locked = true
  return locked
}

/** What a person must first do at the web site, although the password is right. */
function judgeStanding(login: LoginState): Status | null {
  if (!login.enrolled) return { code: 15500, message: 'Direct Connect is not activated for this customer. Please enroll at our web site.' }
  if (login.passwordExpired) return { code: 15000, message: 'Must change USERPASS' }
  if (!login.termsAccepted) return { code: 2000, message: 'Please sign in at our web site and accept the new terms of use.' }
  if (login.messages.some((message) => !message.read)) return { code: 2000, message: 'An important message waits for you at our web site.' }
  if (!login.identityConfirmed)
    return { code: 15510, message: 'CLIENTUID error: please confirm at our web site that this software may access your accounts.' }
  if (login.consent === 'expired')
    return { code: 2000, message: 'Your consent for access by other software has expired. Please renew it at our web site.' }
  if (login.consent === 'revoked') return { code: 2000, message: 'Consent for access by other software was withdrawn by the customer.' }
  return null
}
