/**
 * Evidence of an HTTP answer, redacted where it is made: listed headers and a short excerpt. What
 * an answer that is not the protocol says in its title and first words often names the cause (a
 * firewall, a maintenance page, a moved address), so that is kept; numbers and addresses in it are not.
 */
import type { Evidence, Failure, Retry, Stage } from '../domain/evidence.ts'
import type { Answer } from '../ports/transport.ts'
import { httpDate } from './http-date.ts'
import { originOfUrl, shownAddress } from './origin.ts'

const LISTED_HEADERS: readonly string[] = ['server', 'content-type', 'retry-after', 'date', 'location', 'www-authenticate', 'ratelimit-remaining', 'x-ratelimit-remaining']
const MAX_HEADER = 200
const MAX_EXCERPT = 240
const READ_FOR_EXCERPT = 20_000

/** The harmless headers of an answer; an address among them loses what may be of one visit or one person. */
export function listedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const name of LISTED_HEADERS) {
    const value = headers[name]
    if (value === undefined) continue
    kept[name] = (name === 'location' ? shownLocation(value) : name === 'www-authenticate' ? shownChallenge(value) : value).slice(0, MAX_HEADER)
  }
  return kept
}

/** Title and first words of a page, or the first words of a text, without anything that could be personal. */
export function excerptOf(body: Uint8Array): string {
  const head = body.subarray(0, READ_FOR_EXCERPT)
  if (head.filter((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d).length > head.length / 20) return '[binary]'
  const text = new TextDecoder('windows-1252').decode(head)
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(text)?.[1] ?? ''
  const words = text
    .replace(/<(script|style)\b[\s\S]*?(<\/\1[^>]*>|$)/gi, ' ')
    .replace(/<title[\s\S]*?(<\/title[^>]*>|$)/gi, ' ')
    .replace(/<[^>]{0,500}>/g, ' ')
  return redactText(`${title} ${words}`).slice(0, MAX_EXCERPT)
}

/** Free text without control characters, numbers of four digits or more (years and status words stay readable), and mail addresses. */
export function redactText(text: string): string {
  return text
    .replace(/[^\s@<>]{1,64}@[^\s@<>]{1,100}/g, '[address]')
    .replace(/\d(?:[ -]?\d){4,}/g, '[number]')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
}

/** What every failure over HTTP shows of the answer. */
function answerEvidence(answer: Answer, stage: Stage): Evidence {
  const excerpt = excerptOf(answer.body)
  return {
    stage,
    httpStatus: answer.status,
    headers: listedHeaders(answer.headers),
    ...(excerpt === '' ? {} : { body: excerpt }),
    ...(answer.body.length === 0 ? { empty: true } : {}),
  }
}

/** An HTTP status that carries no answer of the protocol. Honours Retry-After (RFC 9110 section 10.2.3). */
export function httpRefused(answer: Answer, stage: Stage): Failure {
  return {
    code: 'http_refused',
    stage,
    retry: retryAfter(answer),
    message: `The answer at the bank's address was “HTTP ${answer.status}”.`,
    evidence: [answerEvidence(answer, stage)],
  }
}

/** An answer of which the protocol cannot be read: nothing, a page, or a part. Never an empty list. */
export function unusableAnswer(answer: Answer, stage: Stage, detail: string): Failure {
  const empty = answer.body.every((byte) => byte <= 0x20)
  const evidence = answerEvidence(answer, stage)
  return {
    code: empty ? 'answer_empty' : 'answer_unreadable',
    stage,
    retry: { kind: 'at', at: null },
    message: empty ? 'The bank answered with nothing.' : `The answer cannot be read: ${detail}`,
    evidence: [{ ...evidence, ...(empty ? { empty: true } : {}), message: redactText(detail) }],
  }
}

/** Null where the bank named no time ahead. Its date counts from the date of the same answer: our clock may be another one. */
function retryAfter({ headers, receivedAt, clockSkewSeconds }: Answer): Retry {
  const value = headers['retry-after']?.trim() ?? ''
  const date = httpDate(value, receivedAt)
  const at = /^\d{1,8}$/.test(value) ? receivedAt + Number(value) * 1000 : date === null ? null : date - (clockSkewSeconds ?? 0) * 1000
  return { kind: 'at', at: at !== null && at > receivedAt ? at : null }
}

/** Stands for the server that answered. */
const HERE = 'https://here.invalid'

function shownLocation(value: string): string {
  const url = URL.parse(value, HERE)
  if (url === null) return '[no address]'
  // What is no place may be anything: data, a number to call.
  if (originOfUrl(url) === null) return `${url.protocol}…`
  const shown = shownAddress(url)
  return shown.startsWith(`${HERE}/`) ? shown.slice(HERE.length) : shown
}

/** Scheme and error alone (RFC 6750 section 3): a realm or a description may hold anything. */
function shownChallenge(value: string): string {
  return [/^\w+/.exec(value)?.[0] ?? '', /\berror="?[\w.-]+"?/.exec(value)?.[0] ?? ''].join(' ').trim()
}
