/**
 * One OFX message out and one back. Tells an answer of the protocol from a page, nothing, or half of
 * an answer: those are failures, never an empty account. Judges for the attempts ledger what the
 * answer says of the password.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { Failure, Stage } from '../../domain/evidence.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { httpRefused, unusableAnswer } from '../../connector-kit/evidence.ts'
import { parseOfxResponse, type OfxResponse } from '../../formats/ofx/response.ts'
import { writeOfxRequest, type OfxRequest } from '../../formats/ofx/request.ts'
import type { Answer, LoginVerdict, SecretReader, Transport } from '../../connector-kit/connector.ts'
import type { OfxStatus } from '../../formats/ofx/statements.ts'
import { loginVerdict } from './codes.ts'
import { redactOfx } from './redaction.ts'
import type { OfxSettings } from './settings.ts'

export type Message = {
  readonly purpose: string
  readonly stage: Stage
  /** The TRNUIDs in it: what a bank finds a request by. */
  readonly trnuids?: readonly string[]
  readonly url: string
  /** Pure: called with values, and with markers when the record is read. */
  readonly write: (secret: SecretReader) => OfxRequest
  /** The secret fields that `write` reads. */
  readonly secrets: readonly string[]
}

/** An answer whose sign-on part was read. */
export type Reply = { readonly response: OfxResponse; readonly signOn: NonNullable<OfxResponse['signOn']>; readonly clockSkewSeconds: number | null; /** Which address answered, after redirects. */ readonly finalUrl: string }

/** Posts a message and reads the answer. */
export async function exchangeMessage(transport: Transport, settings: OfxSettings, message: Message): Promise<Result<Reply, Failure>> {
  const answered = await transport.exchange({
    purpose: message.purpose,
    stage: message.stage,
    ...(message.trnuids === undefined ? {} : { requestId: `TRNUID ${message.trnuids.join(', ')}` }),
    method: 'POST',
    url: message.url,
    headers: headersOf(settings),
    body: (secret) => writeOfxRequest(message.write(secret)),
    secrets: message.secrets,
    judgeHead: verdictInPart,
    reads: { kind: 'ofx' },
    // Also where the rest of the answer cannot be read: the bank has counted it.
    judge: (answer) => (readAnswer(answer).ok ? verdictOf(read(answer)) : verdictInPart(answer.body)),
    redact: redactOfx,
  })
  return answered.ok ? readAnswer(answered.value) : answered
}

/**
 * What an answer says of the password: its sign-on, and where that is content, the transaction. Some banks let anybody
 * sign on and turn a wrong password away in what was asked for. Beside a sign-on that refuses, the same code merely follows.
 */
function verdictOf(response: OfxResponse | null): LoginVerdict {
  const [signOn, ...rest] = [response?.signOn?.status ?? null, ...(response?.answers ?? []).map(({ status }) => status)].map(codeOf)
  return verdictOfCodes(signOn ?? NO_CODE, rest)
}

/**
 * The same of a part: the beginning of an answer as it comes in, or what came of one that was cut or cannot be read. A sign-on
 * of 0 is an acceptance where the transaction's own status stands behind it: where it is missing, it may have turned away.
 */
function verdictInPart(part: Uint8Array): LoginVerdict {
  const written = Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1').replaceAll('\0', '')
  // Neither a comment nor the text of a row is a code.
  const text = written.replace(/<!--[\s\S]*?(?:-->|$)/g, ' ').replace(/<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)/g, (_, content: string) => content.replaceAll('<', ' '))
  const start = text.search(/<(?:[\w.-]+:)?SONRS[\s>]/i)
  if (start === -1) return 'unknown'
  const [told = ''] = text.slice(start).split(CONTENT, 1)
  const statuses = [...told.matchAll(STATUS)].map(([, code = '', severity = '']) => ({ code: Number(code), severity: severity.toUpperCase() }))
  // A code that the end cuts off is none, and what is beyond it is not known: a later one may still turn away.
  const verdict = verdictOfCodes(statuses[0] ?? NO_CODE, statuses.slice(1))
  const isOpen = statuses[0]?.code === 0 && statuses.length === 1 && !endsWhole(part)
  return verdict === 'accepted' && (isOpen || CUT_CODE.test(told)) ? 'unknown' : verdict
}

type Code = { readonly code: number | null; readonly severity: string }

/** What was asked for, behind its status: rows and lists hold texts of other people's, and some banks write them as they came. */
const CONTENT = /<(?:[\w.-]+:)?(?!SONRS|\w*TRNRS)\w+RS[\s>]/i

const NO_CODE: Code = { code: null, severity: '' }

/** A code that may go on, and may turn away. */
const CUT_CODE = /<(?:[\w.-]+:)?CODE(?:\s[^<>]*)?>\s*(?:\d+\s*)?$/i

const STATUS = /<(?:[\w.-]+:)?CODE(?:\s[^<>]*)?>\s*(\d{1,6})\s*(?:<\/[\w.:-]+\s*>\s*)?<(?:(?:[\w.-]+:)?SEVERITY(?:\s[^<>]*)?>\s*([A-Z]*))?/gi

function codeOf(status: OfxStatus | null): Code {
  return status === null ? NO_CODE : { code: Number(status.code), severity: status.severity }
}

function verdictOfCodes(signOn: Code, rest: readonly Code[]): LoginVerdict {
  const verdict = loginVerdict(signOn.code, signOn.severity)
  if (signOn.code !== null && signOn.code !== 0) return verdict
  const turnedAway = rest.map(({ code, severity }) => loginVerdict(code, severity)).filter((each) => each === 'refused' || each === 'locked')
  return turnedAway.includes('locked') ? 'locked' : (turnedAway[0] ?? verdict)
}

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
  return ok({ response: response.value, signOn: response.value.signOn, clockSkewSeconds: answer.clockSkewSeconds, finalUrl: answer.finalUrl })
}

/** The reader's own sentences tell people what to do with a file; an answer over the wire is nobody's file. */
function whyUnreadable({ code, line, message }: FormatFailure): string {
  if (code === 'unknown_format' || code === 'not_statements') return 'it is not OFX.'
  if (code === 'empty_file') return 'it is empty.'
  return code === 'truncated' ? `it ends too early, in line ${line}.` : message
}

/** A file may lack its last end tag; an answer over the wire that lacks it was cut. What servers put behind it is none of it. */
function endsWhole(body: Uint8Array): boolean {
  const tail = Buffer.from(body.subarray(-2000)).toString('latin1').replaceAll('\0', '')
  return /<\/(?:[\w.-]+:)?OFX\s*>(?![^]*<(?:[\w.-]+:)?OFX[\s>])/i.test(tail)
}
