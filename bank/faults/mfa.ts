/** Faults of multi-factor authentication: something more than the password is wanted, or goes wrong. */
import type { MfaMethod } from '../customers.ts'
import type { LoginState } from '../state.ts'
import {
  type Cause,
  type FaultDefinition,
  loginsOf,
  type Moment,
  type Fault,
  type LoginMoment,
  type Parameter,
  type Status,
  textParameter,
} from './fault.ts'

const METHOD: Parameter = { default: 'text', meaning: 'question, text, token or push' }
const METHODS: readonly MfaMethod[] = ['question', 'text', 'token', 'push']

function methodOf(fault: Fault): MfaMethod {
  return METHODS.find((method) => method === textParameter(fault, 'method')) ?? 'text'
}

/** From now on every device is unknown, and the login asks for the given method. */
function demand(login: LoginState, method: MfaMethod): void {
  login.mfa = method
  login.devices.clear()
  login.sessions.clear()
  login.challenge = null
}

function beginDemand(method: (fault: Fault, login: LoginState) => MfaMethod, everyLogin = false) {
  return (fault: Fault, { bank }: Moment): void => {
    for (const login of loginsOf(fault, bank)) {
      fault.memory.set(login.customer.user, login.mfa)
      demand(login, method(fault, login))
      if (everyLogin) login.mfaAtEveryLogin = true
    }
  }
}

function endDemand(fault: Fault, { bank }: Moment): void {
  for (const login of loginsOf(fault, bank)) {
    login.mfa = String(fault.memory.get(login.customer.user)) as MfaMethod
    login.mfaAtEveryLogin = false
    login.challenge = null
  }
}

/** Holds until a device of each login has passed; the demand itself then stays with the login. */
function untilPassed(fault: Fault, { bank }: Moment): boolean {
  return loginsOf(fault, bank).some((login) => login.devices.size === 0 && login.sessions.size === 0)
}

/** What the login asks for anyway, or the method of the parameter for a login without MFA. */
const ownOrGiven = (fault: Fault, login: LoginState): MfaMethod => (login.mfa === 'none' ? methodOf(fault) : login.mfa)

/** Every answer is judged like this while the fault holds, right or wrong. */
function verdict(name: string, cause: Cause, sentence: string, message: string, method: Parameter): FaultDefinition {
  return {
    name,
    family: 'mfa',
    cause,
    promise: 'notice',
    sentence,
    parameters: { method },
    begin: beginDemand(ownOrGiven),
    end: endDemand,
    mfa: (_fault: Fault, moment: LoginMoment): Status =>
      moment.login.mfa === 'token'
        ? { code: 15513, message: `AUTHTOKEN invalid: ${message}` }
        : { code: 3001, message: `MFA challenge information is invalid: ${message}` },
  }
}

export const MFA_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'mfa-demanded',
    family: 'mfa',
    cause: 'mfa_required',
    promise: 'notice',
    sentence: 'The bank newly asks for more than the password (3000 or 15512); the run waits for the person and goes on with the answer.',
    parameters: { method: METHOD },
    begin: beginDemand((fault) => methodOf(fault)),
    end: endDemand,
    holds: untilPassed,
  },
  {
    name: 'mfa-method-changed',
    family: 'mfa',
    cause: 'mfa_method_changed',
    promise: 'notice',
    sentence: 'The method of authentication is another than before; the person is asked in the new way.',
    parameters: { method: { ...METHOD, default: 'token' } },
    begin: beginDemand((fault, login) => (login.mfa === methodOf(fault) ? 'question' : methodOf(fault))),
    end: endDemand,
    holds: untilPassed,
  },
  verdict(
    'mfa-code-wrong',
    'mfa_invalid',
    'Every answer is refused as wrong (3001 or 15513); it is not sent again, and the person is asked anew.',
    'wrong answer',
    METHOD,
  ),
  verdict(
    'mfa-code-expired',
    'mfa_timeout',
    'Every code comes too late (3001 with a text); a new one is asked for while the person is there.',
    'the code has expired',
    METHOD,
  ),
  {
    ...verdict(
      'mfa-push-unanswered',
      'mfa_timeout',
      'The approval in the app never comes; the run waits without signing on again and again.',
      'not approved in the app in time',
      METHOD,
    ),
    parameters: {},
    begin: beginDemand(() => 'push'),
  },
  {
    name: 'mfa-every-login',
    family: 'mfa',
    cause: 'mfa_required',
    promise: 'notice',
    sentence: 'The bank asks at every session and remembers no device; reads happen when the person is there.',
    parameters: { method: METHOD },
    begin: beginDemand(ownOrGiven, true),
    end: endDemand,
  },
  {
    name: 'device-forgotten',
    family: 'mfa',
    cause: 'mfa_required',
    promise: 'notice',
    sentence: 'The bank has forgotten the device and asks once again; the run waits for the person and goes on with the answer.',
    parameters: { method: METHOD },
    begin: beginDemand(ownOrGiven),
    end: endDemand,
    holds: untilPassed,
  },
]
