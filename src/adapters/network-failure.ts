/**
 * Failures below HTTP, typed where the fact is known. Keeps the operating system's or TLS library's
 * own word as evidence, because that word tells a closed port from a missing name and an expired
 * certificate from a false one.
 */
import type { Evidence, Failure, FailureCode, Stage } from '../domain/evidence.ts'
import { listedHeaders } from '../connector-kit/evidence.ts'
import type { RehearsalEnd } from '../ports/rehearsal.ts'
import type { DialFailure, DialPhase } from './dial.ts'

const DIAL_CODES: Readonly<Record<DialPhase, FailureCode>> = { guard: 'address_forbidden', resolve: 'bank_unreachable', connect: 'bank_unreachable', tls: 'tls_refused' }

/** No connection: nothing was sent. */
export function dialFailure(failure: DialFailure): Failure {
  if (failure.phase === 'guard') return forbidden(failure.message)
  // A handshake that is cut or never ends is a server in trouble, not a certificate.
  const unreachable = failure.phase === 'tls' && ['ECONNRESET', 'ETIMEDOUT', 'EPIPE'].includes(failure.code)
  return {
    code: unreachable ? 'bank_unreachable' : DIAL_CODES[failure.phase],
    stage: failure.phase,
    retry: { kind: 'at', at: null },
    message: `The bank's server could not be reached: ${failure.message} (${failure.code}).`,
    // The library's word would be taken for the bank's certificate.
    evidence: [failure.authorityEnded === true ? { stage: failure.phase, codes: ['own_authority_ended'] } : { stage: failure.phase, networkError: failure.code }],
  }
}

/** An address that must not be called. */
export function forbidden(reason: string): Failure {
  const message = `Relink does not call this address: ${reason}.`
  return { code: 'address_forbidden', stage: 'resolve', retry: { kind: 'never' }, message, evidence: [{ stage: 'resolve', codes: ['address_forbidden'], message }] }
}

/** A whole answer whose reading was stopped, or never began. */
export function unreadableInLimits(end: Exclude<RehearsalEnd, 'read'>, httpStatus: number): Failure {
  if (end === 'not_begun') {
    const message = 'This host started no process to read the bank\'s large answer in: it is short of memory or of processes.'
    return { code: 'configuration_invalid', stage: 'parse', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'parse', codes: ['reader_not_started'], message }] }
  }
  const [code, message] = end === 'too_slow' ? (['answer_too_slow', 'The bank\'s answer cannot be read in the time that is allowed.'] as const) : (['answer_too_large', 'The bank\'s answer cannot be read in the memory that is allowed.'] as const)
  return { code, stage: 'parse', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'parse', httpStatus, message }] }
}

export class LimitExceeded extends Error {}

/** What was known of the answer when it broke off. */
export type PartialAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>> } | null

/** The connection stood, but no whole answer came. `partial`: the head of the answer, when it had come. */
export function brokenAnswer(error: unknown, partial: PartialAnswer): Failure {
  const word = wordOf(error)
  const [code, sentence] = broken(error, word, partial !== null)
  const stage: Stage = code === 'tls_refused' ? 'tls' : 'http'
  const evidence: Evidence = {
    stage,
    networkError: word,
    ...(partial === null ? {} : { httpStatus: partial.status, headers: listedHeaders(partial.headers) }),
  }
  return { code, stage, retry: { kind: 'at', at: null }, message: `${sentence} (${word}).`, evidence: [evidence] }
}

function broken(error: unknown, word: string, begun: boolean): readonly [FailureCode, string] {
  if (error instanceof LimitExceeded || word === 'UND_ERR_HEADERS_OVERFLOW' || word === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return ['answer_too_large', 'The bank\'s answer is larger than allowed']
  if (word === 'ETIMEDOUT') return ['answer_too_slow', 'The bank\'s answer did not come in time']
  if (word.startsWith('HPE_') || word === 'HTTPParserError') return ['answer_unreadable', 'The bank\'s answer is not HTTP']
  if (word.startsWith('Z_')) return ['answer_unreadable', 'The bank\'s answer cannot be unpacked']
  if (word.startsWith('ERR_SSL') || word.startsWith('ERR_TLS')) return ['tls_refused', 'The secure connection was ended']
  return begun ? ['answer_unreadable', 'The bank\'s answer was cut off'] : ['bank_unreachable', 'The bank ended the connection without an answer']
}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'TimeoutError'])

/** One vocabulary of words: the operating system's, where undici has its own for the same thing. */
function wordOf(error: unknown): string {
  if (error instanceof LimitExceeded) return 'EMSGSIZE'
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } }
  const own = typeof code === 'string' ? code : typeof name === 'string' ? name : 'UNKNOWN'
  if (TIMEOUTS.has(own) || name === 'TimeoutError') return 'ETIMEDOUT'
  if (own === 'UND_ERR_SOCKET' || own === 'UND_ERR_ABORTED' || own === 'ERR_STREAM_PREMATURE_CLOSE' || own === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return typeof cause?.code === 'string' ? cause.code : 'ECONNRESET'
  return own
}
