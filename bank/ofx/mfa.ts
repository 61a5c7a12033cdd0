/**
 * Multi-factor authentication of the OFX server: questions, a code by text, approval in an app
 * (all three as MFA challenge) and a code from a device (AUTHTOKEN). A device that passed is
 * remembered by its CLIENTUID; within a session the CLIENTUID or ACCESSKEY is enough.
 */
import { QUESTIONS } from '../customers.ts'
import { concerns, type Fault, type RequestMoment, type Status } from '../faults/fault.ts'
import { digitsOf } from '../random.ts'
import type { BankState, Challenge, LoginState } from '../state.ts'
import { type Element, textOf } from './element.ts'

export type MfaVerdict = { readonly status: Status; readonly accessKey: string | null }

const SESSION_MS = 10 * 60_000
const CODE_LASTS_MS = 5 * 60_000
const TOKEN_PERIOD_MS = 60_000
const TRIES_PER_CHALLENGE = 3

const PASSED: MfaVerdict = { status: { code: 0, message: 'Success' }, accessKey: null }

type Asked = {
  readonly clientUid: string | null
  readonly sonrq: Element
  /** MFACHALLENGEANSWER aggregates. */
  readonly answers: readonly Element[]
  /** The request holds an MFACHALLENGETRNRQ: it may pass to fetch the challenge. */
  readonly asked: boolean
}

export function judgeMfa(login: LoginState, asked: Asked, moment: RequestMoment, faults: readonly Fault[]): MfaVerdict {
  if (login.mfa === 'none') return PASSED
  if (isRemembered(login, asked, moment.now)) return PASSED
  if (asked.asked) return PASSED
  const answered = login.mfa === 'token' ? textOf(asked.sonrq, 'AUTHTOKEN') !== null : asked.answers.length > 0
  if (!answered) {
    return login.mfa === 'token'
      ? { status: { code: 15512, message: 'AUTHTOKEN required' }, accessKey: null }
      : { status: { code: 3000, message: 'Further user authentication is required (MFA challenge)' }, accessKey: null }
  }
  for (const fault of faults) {
    const status = concerns(fault, login) ? fault.definition.mfa?.(fault, { ...moment, login }) : null
    if (status) return { status, accessKey: null }
  }
  const wrong =
    login.mfa === 'token'
      ? judgeToken(login, textOf(asked.sonrq, 'AUTHTOKEN') ?? '', moment)
      : judgeAnswers(login, asked.answers, moment.now)
  if (wrong !== null) return { status: wrong, accessKey: null }
  return { status: PASSED.status, accessKey: remember(login, asked.clientUid, moment) }
}

/** Makes the challenge of an MFACHALLENGERQ; one that still waits for its answer is given again. */
export function challengeOf(login: LoginState, moment: { readonly bank: BankState; readonly now: number }): Challenge {
  const waiting = login.challenge
  if (waiting !== null && waiting.expiresAt > moment.now && waiting.method === login.mfa) return waiting
  const number = ++login.challengesIssued
  const base = { method: login.mfa, expiresAt: moment.now + CODE_LASTS_MS, approved: false, wrongTries: 0 }
  const challenge: Challenge = { ...base, ...phraseOf(login, number, moment.bank) }
  login.challenge = challenge
  return challenge
}

/** The code that the person's device shows now. */
export function tokenCode(login: LoginState, bank: BankState, now: number): string {
  return digitsOf(`${login.customer.user} token ${Math.floor(now / TOKEN_PERIOD_MS)}`, bank.seed, 6)
}

function phraseOf(login: LoginState, number: number, bank: BankState): Pick<Challenge, 'phraseId' | 'label' | 'expected'> {
  if (login.mfa === 'text')
    return {
      phraseId: 'textcode',
      label: 'Code sent by text to number ending 42',
      expected: digitsOf(`${login.customer.user} text ${number}`, bank.seed, 6),
    }
  if (login.mfa === 'push') return { phraseId: 'approval', label: 'Approve in our app, then answer: yes', expected: 'yes' }
  const ids = Object.keys(login.customer.answers)
  const phraseId = ids[number % ids.length] ?? 'city'
  return { phraseId, label: QUESTIONS[phraseId] ?? phraseId, expected: login.customer.answers[phraseId] ?? '' }
}

function isRemembered(login: LoginState, asked: Asked, now: number): boolean {
  const keys = [asked.clientUid, textOf(asked.sonrq, 'ACCESSKEY')]
  if (keys.some((key) => key !== null && (login.sessions.get(key) ?? 0) > now)) return true
  return !login.mfaAtEveryLogin && asked.clientUid !== null && login.devices.has(asked.clientUid)
}

function remember(login: LoginState, clientUid: string | null, moment: RequestMoment): string {
  const accessKey = digitsOf(`${login.customer.user} access ${login.challengesIssued} ${moment.now}`, moment.bank.seed, 24)
  const until = moment.now + SESSION_MS
  login.sessions.set(accessKey, until)
  if (clientUid !== null) {
    login.devices.add(clientUid)
    login.sessions.set(clientUid, until)
  }
  login.challenge = null
  return accessKey
}

function judgeToken(login: LoginState, token: string, moment: RequestMoment): Status | null {
  const good = [moment.now, moment.now - TOKEN_PERIOD_MS].some((at) => tokenCode(login, moment.bank, at) === token)
  return good ? null : { code: 15513, message: 'AUTHTOKEN invalid' }
}

function judgeAnswers(login: LoginState, answers: readonly Element[], now: number): Status | null {
  const challenge = login.challenge
  const invalid = (message: string): Status => ({ code: 3001, message })
  if (challenge === null) return invalid('MFA challenge information is invalid: no challenge was asked for')
  if (challenge.expiresAt <= now) return invalid('MFA challenge information is invalid: the code has expired')
  const given = answers.find((one) => textOf(one, 'MFAPHRASEID') === challenge.phraseId)
  if (normal(textOf(given ?? null, 'MFAPHRASEA')) !== normal(challenge.expected)) {
    challenge.wrongTries++
    if (challenge.wrongTries >= TRIES_PER_CHALLENGE) login.challenge = null
    return invalid('MFA challenge information is invalid')
  }
  if (challenge.method === 'push' && !challenge.approved)
    return invalid('MFA challenge information is invalid: not approved in the app yet')
  return null
}

function normal(text: string | null): string {
  return (text ?? '').trim().toLowerCase()
}
