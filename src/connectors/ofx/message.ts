/**
 * One OFX message out and one back. Tells an answer of the protocol from a page, nothing, or half of
 * an answer: those are failures, never an empty account. Judges for the attempts ledger what the
 * sign-on says of the password.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { Failure, Stage } from '../../domain/evidence.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { httpRefused, unusableAnswer } from '../../connector-kit/evidence.ts'
import { parseOfxResponse, type OfxResponse } from '../../formats/ofx/response.ts'
import { writeOfxRequest, type OfxRequest } from '../../formats/ofx/request.ts'
import type { Answer, Rejection, SecretReader, Transport } from '../../connector-kit/connector.ts'
import { loginVerdict } from './codes.ts'
import { redactOfx } from './redaction.ts'
import type { OfxSettings } from './settings.ts'

export type Message = {
  readonly purpose: string
  readonly stage: Stage
  readonly url: string
  /** Pure: called with values, and with markers when the record is read. */
  readonly write: (secret: SecretReader) => OfxRequest
  /** The secret fields that `write` reads. */
  readonly secrets: readonly string[]
}

/** An answer whose sign-on part was read. */
export type Reply = { readonly response: OfxResponse; readonly signOn: NonNullable<OfxResponse['signOn']>; readonly clockSkewSeconds: number | null }

/** Posts a message and reads the answer. */
export async function exchangeMessage(transport: Transport, settings: OfxSettings, message: Message): Promise<Result<Reply, Failure>> {
  const answered = await transport.exchange({
    purpose: message.purpose,
    stage: message.stage,
    method: 'POST',
    url: message.url,
    headers: headersOf(settings),
    body: (secret) => writeOfxRequest(message.write(secret)),
    secrets: message.secrets,
    rejection: signOnRejection,
    reads: { kind: 'ofx' },
    judge: (answer) => {
      // Also where the rest of the answer cannot be read: the bank has counted it.
      const rejection = signOnRejection(answer.body)
      if (rejection !== null) return rejection
      const status = readAnswer(answer).ok ? read(answer)?.signOn?.status : null
      return loginVerdict(status == null ? null : Number(status.code), status?.severity ?? '')
    },
    redact: redactOfx,
  })
  return answered.ok ? readAnswer(answered.value) : answered
}

/** Whether the sign-on's own status, which comes first in an answer, refuses the password or calls the login locked. */
function signOnRejection(head: Uint8Array): Rejection | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString('latin1').replaceAll('\0', '')
  const [, code, severity = ''] = /<SONRS>\s*<STATUS>\s*<CODE>\s*(\d{1,6})(?:\s*<\/CODE>)?\s*<(?:SEVERITY>\s*([A-Z]*))?/i.exec(text) ?? []
  const verdict = code === undefined ? 'unknown' : loginVerdict(Number(code), severity.toUpperCase())
  return verdict === 'refused' || verdict === 'locked' ? verdict : null
}

const HEAD_BYTES = 16_384

function headersOf({ userAgent, accept }: OfxSettings): Readonly<Record<string, string>> {
  return { ...(userAgent === '' ? {} : { 'User-Agent': userAgent }), 'Content-Type': 'application/x-ofx', ...(accept === '' ? {} : { Accept: accept }) }
}

const parsed = new WeakMap<Answer, ReturnType<typeof parseOfxResponse>>()

/** The judge of the ledger and the connector read the same answer: once. */
function parse(answer: Answer): ReturnType<typeof parseOfxResponse> {
  const known = parsed.get(answer) ?? parseOfxResponse(answer.body)
  parsed.set(answer, known)
  return known
}

function read(answer: Answer): OfxResponse | null {
  const response = parse(answer)
  return response.ok ? response.value : null
}

function readAnswer(answer: Answer): Result<Reply, Failure> {
  const response = parse(answer)
  const spoken = response.ok && response.value.signOn !== null
  // Some servers answer in the protocol under an HTTP error; what they say there is worth more than the status.
  if (!spoken && (answer.status < 200 || answer.status > 299)) return failed(httpRefused(answer, 'http'))
  if (!response.ok) return failed(unusableAnswer(answer, 'parse', whyUnreadable(response.failure)))
  if (response.value.signOn === null) return failed(unusableAnswer(answer, 'parse', 'it holds no answer to the sign-on (SONRS).'))
  if (!endsWhole(answer.body)) return failed(unusableAnswer(answer, 'parse', 'it ends before </OFX>: the rest is missing.'))
  return ok({ response: response.value, signOn: response.value.signOn, clockSkewSeconds: answer.clockSkewSeconds })
}

/** The reader's own sentences tell people what to do with a file; an answer over the wire is nobody's file. */
function whyUnreadable({ code, line, message }: FormatFailure): string {
  if (code === 'unknown_format' || code === 'not_statements') return 'it is not OFX.'
  if (code === 'empty_file') return 'it is empty.'
  return code === 'truncated' ? `it ends too early, in line ${line}.` : message
}

/** A file may lack its last end tag; an answer over the wire that lacks it was cut. */
function endsWhole(body: Uint8Array): boolean {
  const tail = Buffer.from(body.subarray(-2000)).toString('latin1').replaceAll('\0', '')
  return /<\/OFX>\s*$/i.test(tail)
}
