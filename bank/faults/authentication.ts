/**
 * Faults of the login: the bank refuses until the person does something at the bank's web site.
 * They change the bank's state, and end by themselves when the person has acted.
 */
import type { LoginState } from '../state.ts'
import { type Cause, type FaultDefinition, loginsOf, type Parameter, textParameter } from './fault.ts'

type Standing = {
  readonly name: string
  readonly cause: Cause
  readonly sentence: string
  /** True while the person has not acted. */
  readonly isSet: (login: LoginState) => boolean
  readonly set: (login: LoginState, waiting: boolean) => void
}

function standing(given: Standing): FaultDefinition {
  return {
    name: given.name,
    family: 'authentication',
    cause: given.cause,
    promise: 'notice',
    sentence: given.sentence,
    parameters: {},
    begin: (fault, { bank }) => loginsOf(fault, bank).forEach((login) => given.set(login, true)),
    end: (fault, { bank }) => loginsOf(fault, bank).forEach((login) => given.set(login, false)),
    holds: (fault, { bank }) => loginsOf(fault, bank).some(given.isSet),
  }
}

/** The bank knows another password from now on; clearing the fault brings the old one back. */
function otherPassword(name: string, sentence: string, password: Parameter, forgetsDevices: boolean): FaultDefinition {
  return {
    name,
    family: 'authentication',
    cause: 'credentials_invalid',
    promise: 'notice',
    sentence,
    parameters: { password },
    begin: (fault, { bank }) => {
      for (const login of loginsOf(fault, bank)) {
        fault.memory.set(login.customer.user, login.password)
        login.password = textParameter(fault, 'password')
        if (forgetsDevices) {
          login.devices.clear()
          login.sessions.clear()
        }
      }
    },
    end: (fault, { bank }) => {
      for (const login of loginsOf(fault, bank)) {
        if (login.password === textParameter(fault, 'password')) login.password = String(fault.memory.get(login.customer.user))
      }
    },
  }
}

export const AUTHENTICATION_FAULTS: readonly FaultDefinition[] = [
  otherPassword(
    'wrong-password',
    'The password that was stored is not the one of the bank; it is refused once, never sent again, and the person is asked for the right one.',
    { default: 'battery staple', meaning: 'the password that the bank knows' },
    false,
  ),
  otherPassword(
    'password-changed',
    'The person changed the password at the bank; the old one is refused once, never sent again, and the person is asked for the new one.',
    { default: 'new horse 2', meaning: 'the new password' },
    true,
  ),
  standing({
    name: 'password-expired',
    cause: 'password_change_required',
    sentence: 'The bank demands a new password (15000) before anything else; the person is led to change it.',
    isSet: (login) => login.passwordExpired,
    set: (login, waiting) => void (login.passwordExpired = waiting),
  }),
  standing({
    name: 'login-locked',
    cause: 'login_locked',
    sentence: 'The login is locked (15502); nothing is tried again until the person has unlocked it at the bank.',
    isSet: (login) => login.locked,
    set: (login, waiting) => {
      login.locked = waiting
      login.wrongTries = 0
    },
  }),
  standing({
    name: 'not-enrolled',
    cause: 'enrollment_required',
    sentence: 'Access by software is not switched on for this customer (15500 with a text); the person is led to switch it on.',
    isSet: (login) => !login.enrolled,
    set: (login, waiting) => void (login.enrolled = !waiting),
  }),
  standing({
    name: 'terms-to-accept',
    cause: 'bank_action_required',
    sentence: 'New terms wait at the web site; the person is led to accept them.',
    isSet: (login) => !login.termsAccepted,
    set: (login, waiting) => void (login.termsAccepted = !waiting),
  }),
  standing({
    name: 'message-to-read',
    cause: 'bank_action_required',
    sentence: 'A message must be read at the web site; the person is led to it.',
    isSet: (login) => login.messages.some((message) => !message.read),
    set: (login, waiting) => {
      for (const message of login.messages) message.read = true
      if (waiting)
        login.messages.push({
          id: String(login.messages.length + 1),
          title: 'Important information about your account',
          body: 'Please read this message to continue to use our services.',
          read: false,
        })
    },
  }),
  standing({
    name: 'identity-check',
    cause: 'bank_action_required',
    sentence: 'The bank wants the person to confirm this software at the web site (15510); the person is led to do so.',
    isSet: (login) => !login.identityConfirmed,
    set: (login, waiting) => void (login.identityConfirmed = !waiting),
  }),
]
