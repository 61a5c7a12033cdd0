/**
 * The transport around any wire: lends the secret after the ledger has the attempt in writing,
 * follows redirects by the rules, keeps a run's cookies, masks lent values in the answer, closes
 * the ledger by the connector's judgement, and records every exchange redacted. Promises that a
 * secret goes to one origin only. It interprets no protocol.
 */
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { concealFailure } from '../connector-kit/conceal.ts'
import { listedHeaders } from '../connector-kit/evidence.ts'
import { concealText, createMasker, type Masker } from '../connector-kit/masking.ts'
import { originOfUrl, shownAddress } from '../connector-kit/origin.ts'
import { MAX_RECORDED_TEXT, type Recorder } from '../connector-kit/recorder.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Rehearse } from '../ports/rehearsal.ts'
import type { Answer, AttemptEnd, ExchangeRequest, LoginVerdict, Rejection, SecretReader, Transport } from '../ports/transport.ts'
import type { Lease, SecretOwner, Vault } from '../ports/vault.ts'
import { createCookieJar, type CookieJar } from './cookies.ts'
import { forbidden, unreadableInLimits } from './network-failure.ts'
import { followRedirect } from './redirect.ts'
import type { Wire, WireRequest, WireResult } from './wire.ts'

export type ExchangeOptions = {
  readonly wire: Wire
  readonly vault: Pick<Vault, 'lend'>
  readonly owner: SecretOwner
  /** All origins that the connection's settings name now: where its secret may go. */
  readonly audience: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly recorder: Recorder
  /** Stands for personal data in the record. */
  readonly pseudonym: (text: string) => string
  /** Fields that name the login: masked in records and evidence, but not in the answer, where an account may bear the same number. */
  readonly identityFields?: readonly string[]
  /** Absent where the bank is our own. */
  readonly rehearse?: Rehearse
}

const MAX_REDIRECTS = 3
const NOTHING_LENT: Lease = { values: {}, again: async () => true, settle: async () => {} }
/** How much of a body is looked at while it comes in. */
const HEAD_BYTES = 16_384

type Ended = { readonly result: Result<Answer, Failure>; readonly verdict: AttemptEnd | null; readonly lease: Lease; readonly mask: Masker }

/** The transport of one run of one connection. */
export function createExchange(options: ExchangeOptions): Transport {
  const cookies = createCookieJar()
  const identityFields = new Set(options.identityFields ?? ['username'])
  const { maskerOf, conceal } = keptMaskers()
  return {
    conceal,
    exchange: async (request) => {
      const startedAt = options.clock.now()
      const ended = await attempt(request, options, cookies, identityFields, maskerOf)
      record(request, ended, startedAt, options, identityFields)
      return ended.result
    },
    cookies,
    records: (most) => options.recorder.records(most),
  }
}

/** A run lends the same secrets for most of its exchanges: their forms are made once, and stay in memory to the end of the run, since what is kept of its last answer is searched for all of them. */
function keptMaskers(): { readonly maskerOf: (secrets: readonly string[]) => Masker; readonly conceal: (text: string) => string } {
  const kept = new Map<string, Masker>()
  return {
    maskerOf(secrets) {
      const key = JSON.stringify(secrets)
      const mask = kept.get(key) ?? createMasker(secrets)
      kept.set(key, mask)
      return mask
    },
    conceal: (text) => [...kept.values()].reduce((concealed, mask) => mask.conceal(concealed), text),
  }
}

async function attempt(request: ExchangeRequest, options: ExchangeOptions, cookies: CookieJar, identityFields: ReadonlySet<string>, maskerOf: (secrets: readonly string[]) => Masker): Promise<Ended> {
  const url = URL.parse(request.url)
  const origin = url === null ? null : originOfUrl(url)
  const unsent = (failure: Failure): Ended => ({ result: failed(failure), verdict: null, lease: NOTHING_LENT, mask: createMasker([]) })
  if (url === null || origin === null) return unsent(forbidden('it is not a web address'))
  const refusal = options.wire.admits(url)
  if (refusal !== null) return unsent(refusal)
  const withSecrets = request.secrets.length > 0
  const lent = withSecrets ? await options.vault.lend(options.owner, request.secrets, origin, options.audience) : ok(NOTHING_LENT)
  if (!lent.ok) return unsent(lent.failure)
  const lease = lent.value
  const written = await writeRequest(request, url, lease)
  const watch = watchAnswer(request, lease)
  const sent = await sendFollowing(written, withSecrets ? lease : null, watch, options.wire, cookies)
  const seen = await watch.written()
  const mask = maskerOf(secretsOf(lease, identityFields))
  const result = await rehearsed(readResult(sent, url, lease, mask, options.clock.now()), request, options)
  if (!withSecrets) return { result, verdict: null, lease, mask }
  const verdict = isRejection(seen) ? seen : verdictOf(sent, result, seen, request)
  if (!isRejection(seen)) await lease.settle(verdict)
  return { result, verdict, lease, mask }
}

/** What was lent, but for names. */
function secretsOf({ values }: Lease, identityFields: ReadonlySet<string>): readonly string[] {
  return Object.entries(values).flatMap(([field, value]) => (identityFields.has(field) ? [] : [value]))
}

type Watch = { readonly onBody: (chunk: Uint8Array) => void; /** Another answer begins. */ restart(): void; written(): Promise<LoginVerdict> }

/** That the secrets are turned away is written down as soon as it can be read: a process that dies while the rest comes in must not send again. */
function watchAnswer({ judgeHead, secrets }: ExchangeRequest, lease: Lease): Watch {
  let head: Uint8Array = new Uint8Array(0)
  let seen: LoginVerdict = 'unknown'
  let settled: Promise<void> = Promise.resolve()
  return {
    onBody(chunk) {
      if (judgeHead === undefined || secrets.length === 0 || isRejection(seen) || head.length >= HEAD_BYTES) return
      head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)])
      seen = judgeHead(head)
      if (!isRejection(seen)) return
      settled = lease.settle(seen)
      // Awaited below; until then a failure is nobody's.
      settled.catch(() => undefined)
    },
    restart: () => void ([head, seen] = [new Uint8Array(0), 'unknown']),
    async written() {
      await settled
      return seen
    },
  }
}

function isRejection(verdict: LoginVerdict): verdict is Rejection {
  return verdict === 'refused' || verdict === 'locked'
}

/** `seen`: what the beginning of the body said, which stands where the rest never came. */
function verdictOf(sent: Sent, result: Result<Answer, Failure>, seen: LoginVerdict, { judge }: ExchangeRequest): AttemptEnd {
  if (result.ok) return judge?.(result.value) ?? 'unknown'
  if (!sent.left) return 'not_sent'
  return seen !== 'unknown' || sent.answered ? seen : 'lost'
}

/** A builder that throws is a bug, but not one that may leave an attempt open. */
async function writeRequest(request: ExchangeRequest, url: URL, lease: Lease): Promise<WireRequest> {
  try {
    return wireRequest(request, url, lease)
  } catch (error) {
    await lease.settle('not_sent')
    throw error
  }
}

function wireRequest(request: ExchangeRequest, url: URL, lease: Lease): WireRequest {
  const read: SecretReader = (field) => {
    const value = lease.values[field]
    if (value === undefined) throw new Error(`the request "${request.purpose}" reads the secret field "${field}" without having named it`)
    return value
  }
  const body = request.body?.(read) ?? null
  const headers = Object.entries(request.headers)
  if (request.authorization !== undefined) headers.push(['Authorization', request.authorization(read)])
  return { method: request.method, url, headers, body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body }
}

/** Of the last attempt. `left`: whether a byte of it may have left; `answered`: whether it was answered. */
type Sent = { readonly result: WireResult; readonly left: boolean; readonly answered: boolean; readonly finalUrl: URL }

/** Sends, and follows redirects. Each hop that takes the secrets along (`lease`) is an attempt of its own; one that the ledger holds back, or that leads in a circle, is not made: the redirect is the answer. */
async function sendFollowing(first: WireRequest, lease: Lease | null, watch: Watch, wire: Wire, cookies: CookieJar): Promise<Sent> {
  const asked = new Set<string>()
  let request = first
  for (let hop = 0; ; hop += 1) {
    asked.add(request.url.href)
    const result = await wire.send({ ...request, headers: cookies.attach(request.url, request.headers), onBody: watch.onBody })
    const finalUrl = request.url
    if (result.kind === 'failed') return { result, left: result.sent, answered: false, finalUrl }
    cookies.keep(request.url, result.answer.cookies)
    const next = followRedirect(request, result.answer, lease !== null)
    const end: Sent = { result, left: true, answered: true, finalUrl }
    if (next === null || hop === MAX_REDIRECTS) return end
    const refusal = wire.admits(next.url)
    if (refusal !== null) return { ...end, result: { kind: 'failed', sent: true, failure: refusal } }
    if (lease !== null) {
      // A server that only hands out a cookie asks for the same once more.
      const isCircle = asked.has(next.url.href) && result.answer.cookies.length === 0
      if (isCircle || isRejection(await watch.written()) || !(await lease.again())) return end
      watch.restart()
    }
    request = next
  }
}

function readResult(sent: Sent, asked: URL, lease: Lease, mask: Masker, receivedAt: number): Result<Answer, Failure> {
  if (sent.result.kind === 'failed') return failed(concealFailure(sent.result.failure, (text) => concealText(text, Object.values(lease.values))))
  const { status, headers, body } = sent.result.answer
  const date = Date.parse(headers['date'] ?? '')
  return ok({
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask.text(value)])),
    body: mask.bytes(body),
    finalUrl: sent.finalUrl.href === asked.href ? asked.href : answeredAt(sent.finalUrl, mask),
    receivedAt,
    clockSkewSeconds: Number.isNaN(date) ? null : Math.round((date - receivedAt) / 1000),
  })
}

/** The address of a redirect may repeat what was sent. The one that was asked is the bank's own, and a word of it may be a password; so is the host: secrets stay within it. */
function answeredAt({ origin, pathname, search }: URL, mask: Masker): string {
  return `${origin}${mask.text(`${pathname}${search}`)}`
}

/** Before anybody of this process reads it. The ledger has a refusal already. */
async function rehearsed(result: Result<Answer, Failure>, { reads }: ExchangeRequest, { rehearse }: ExchangeOptions): Promise<Result<Answer, Failure>> {
  if (!result.ok || reads === undefined || rehearse === undefined) return result
  const end = await rehearse(reads, result.value.body)
  return end === 'read' ? result : failed(unreadableInLimits(end, result.value.status))
}

/** The record is written when somebody reads it, which hardly anybody does: only the beginning of the answer is kept until then, as it was read here. */
function record(request: ExchangeRequest, { result, verdict, lease, mask }: Ended, startedAt: number, { clock, log, recorder, pseudonym }: ExchangeOptions, identityFields: ReadonlySet<string>): void {
  const elapsedMs = clock.now() - startedAt
  const answer = result.ok ? result.value : null
  const failure = result.ok ? null : result.failure
  const evidence = failure?.evidence[0]
  const names = Object.entries(lease.values).flatMap(([field, value]) => (identityFields.has(field) ? [value] : []))
  const begins = answer === null ? null : Buffer.from(answer.body.subarray(0, MAX_RECORDED_TEXT)).toString('latin1')
  const [headers, finalUrl, answerBytes] = [answer === null ? (evidence?.headers ?? {}) : listedHeaders(answer.headers), answer?.finalUrl ?? null, answer?.body.length ?? 0]
  const status = answer?.status ?? evidence?.httpStatus ?? null
  const code = failure?.code ?? null
  recorder.add(() => {
    const pseudonyms = new Map(names.map((name) => [name, `[${pseudonym(name)}]`]))
    // Redacted first: what its allow-list keeps as personal has its pseudonym then.
    const redact = (text: string): string => (request.redact === undefined ? `[${text.length} characters]` : concealText(request.redact(text, pseudonym), [], pseudonyms).slice(0, MAX_RECORDED_TEXT))
    const body = request.body?.((field) => `[secret:${field}]`) ?? null
    return {
      purpose: request.purpose,
      stage: request.stage,
      ...(request.requestId === undefined ? {} : { requestId: request.requestId }),
      startedAt,
      elapsedMs,
      method: request.method,
      url: URL.canParse(request.url) ? shownAddress(new URL(request.url)) : '[no address]',
      finalUrl: finalUrl === null ? null : shownAddress(new URL(finalUrl)),
      secrets: request.secrets,
      request: body === null ? null : redact(typeof body === 'string' ? body : Buffer.from(body).toString('latin1')),
      status,
      headers,
      answerBytes,
      answer: begins === null ? null : redact(mask.conceal(begins)),
      verdict,
      failure: code,
    }
  })
  log.info('exchange', { purpose: request.purpose, status: answer?.status ?? null, failure: code, verdict, elapsedMs })
}
