/**
 * Failures of an OFX conversation, as values with evidence. Every code that the bank sent is kept,
 * the sign-on's first: a code in a statement often merely follows from the one before it.
 */
import type { Evidence, Failure, FailureCode, Stage } from '../../domain/evidence.ts'
import { redactText } from '../../connector-kit/evidence.ts'
import type { OfxStatus } from '../../formats/ofx/statements.ts'
import { codeText, severityOf } from '../../formats/ofx/status-codes.ts'
import { retryAfterCode } from './codes.ts'

/** Whether a status stops what it answers. A missing status stops nothing: its content speaks. */
export function isRefusal(status: OfxStatus | null): boolean {
  return status !== null && severityOf(Number(status.code), status.severity) === 'ERROR'
}

/**
 * The bank answered in the protocol and refused. `statuses`: the sign-on's first, then outermost
 * first; null: not sent. What the sign-on says decides the stage: the rest follows from it.
 */
export function refusal(asked: Stage, statuses: readonly (OfxStatus | null)[], code: FailureCode = 'bank_refused'): Failure {
  const stage = asked !== 'mfa' && Number(statuses[0]?.code ?? 0) !== 0 ? 'signon' : asked
  const said = statuses.filter((status): status is OfxStatus => status !== null && !SAYS_NOTHING.has(Number(status.code)))
  const first = said[0]
  const text = said.map((status) => status.message).find((message) => message !== null && message !== '') ?? null
  const evidence: Evidence = {
    protocol: 'ofx',
    stage,
    codes: [...new Set(said.map((status) => status.code))],
    ...(first === undefined ? {} : { severity: severityOf(Number(first.code), first.severity) }),
    ...(text === null ? {} : { message: redactText(text) }),
  }
  const named = [...new Set(said.map((status) => codeText(status.code)))].join('; ')
  return { code, stage, retry: retryAfterCode(Number(first?.code ?? 2000)), message: named === '' ? 'The bank refused: without a code.' : `The bank refused: “${named}”.`, evidence: [evidence] }
}

/** Success, and a profile that is known already: neither refuses, beside a sign-on that does. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([0, 1])

/** The anonymous question was refused. Its codes speak of the anonymous user: no password was sent, so none is at fault. */
export function anonymousRefused(statuses: readonly (OfxStatus | null)[]): Failure {
  const { message, evidence, ...failure } = refusal('signon', statuses)
  const codes = evidence[0].codes?.filter((code) => !OF_A_LOGIN.has(Number(code))) ?? []
  return {
    ...failure,
    ...(codes.length > 0 ? { message } : { retry: { kind: 'at', at: null }, message: 'The bank refused a question that it answers without a sign-in as a rule.' }),
    evidence: [{ ...evidence[0], codes, ...(codes.length > 0 ? {} : { message: 'The bank refused a question that it answers without a sign-in as a rule.' }) }],
  }
}

const OF_A_LOGIN: ReadonlySet<number> = new Set([15500, 15502, 15506])

/** The bank asks the program about itself once more, after its answer: no person can answer that. */
export function ownAnswerRefused(): Failure {
  const message = 'The bank asks again about the program itself, although that was answered.'
  return { code: 'challenge_refused', stage: 'mfa', retry: { kind: 'afterPerson' }, message, evidence: [{ protocol: 'ofx', stage: 'mfa', codes: ['program_not_accepted'], message }] }
}

/** The profile sends the sign-on to an address that is not known as the bank's: nothing is sent there. */
export function endpointMoved(oldUrl: string, newUrl: string): Failure {
  const message = `The bank's profile names ${newUrl} as its address, but this connection signs in at ${oldUrl}.`
  return {
    code: 'bank_warned',
    stage: 'signon',
    retry: { kind: 'afterPerson' },
    message: `${message} The password is not sent to a new address unasked.`,
    evidence: [{ protocol: 'ofx', stage: 'signon', codes: ['endpoint_moved'], message }],
  }
}

/** The profile names secrets beside the password that this connection does not send: a sign-in without them would be refused, so none is sent. */
export function credentialMissing(labels: readonly string[]): Failure {
  const wanted = labels.join('; ')
  const message = `The bank wants more than user name and password: “${wanted}”. The entry of the bank has to name it (credentials); until then nothing is sent.`
  return { code: 'configuration_invalid', stage: 'signon', retry: { kind: 'afterPerson' }, message, evidence: [{ protocol: 'ofx', stage: 'signon', codes: ['credential_missing'], setting: 'credentials', message }] }
}

/** The answer reads, but contradicts what was asked. */
export function implausible(stage: Stage, message: string): Failure {
  return { code: 'answer_implausible', stage, retry: { kind: 'at', at: null }, message, evidence: [{ protocol: 'ofx', stage, codes: ['answer_implausible'], message }] }
}

/** Nothing was refused, but what was asked for did not come. The code of a warning or an information beside it says why, a lock for example; without one the answer contradicts itself. */
export function withheldAnswer(stage: Stage, statuses: readonly (OfxStatus | null)[], message: string): Failure {
  return statuses.some((status) => status !== null && Number(status.code) !== 0) ? refusal(stage, statuses, 'bank_warned') : implausible(stage, message)
}

/** Adds what every piece of evidence of this connector shares. */
export function ofBank(failure: Failure, institution: string): Failure {
  const [first, ...rest] = failure.evidence
  const mark = (evidence: Evidence): Evidence => ({ protocol: 'ofx', institution, ...evidence })
  return { ...failure, evidence: [mark(first), ...rest.map(mark)] }
}
