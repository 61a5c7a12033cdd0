/**
 * Evidence made ready for matching, once per record: text in lower case without accents and
 * entities, codes and headers in lower case, and the codes that stand only in the text.
 */
import type { CaseRecord, Protocol } from '../domain/evidence.ts'
import { NETWORK } from './knowledge/codes/network.ts'
import { NETWORK_NAMES, NETWORK_WORDS } from './knowledge/network-words.ts'

export type Reading = {
  readonly record: CaseRecord
  /** Message and body, lower case, accents removed, addresses without their paths, at most 4,000 characters. */
  readonly text: string
  /** As given, outermost first. */
  readonly codes: readonly string[]
  /** `name: value`, lower case. */
  readonly headers: readonly string[]
  /** Name of the error of the network or TLS: the one given, by whatever library's name, else as it stands in text or codes by its name or in a library's words. */
  readonly networkError?: string
  /** As given, else as a library or a page says it in words. */
  readonly httpStatus?: number
}

const TEXT_LIMIT = 4_000
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Prepares a record; total over what JSON may hold, so that odd types are ignored and not thrown on. */
export function read(record: CaseRecord): Reading {
  const { evidence } = record
  const text = plain([evidence.message, evidence.body].filter((part) => typeof part === 'string').join(' \n '))
  const codes = Array.isArray(evidence.codes) ? evidence.codes.map((code) => String(code).trim()).filter((code) => code !== '') : []
  const headers = Object.entries(evidence.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`.toLowerCase())
  const networkError = typeof evidence.networkError === 'string' ? networkErrorNamed(evidence.networkError, text) : networkErrorIn(text) ?? codes.map(withoutPrefix).find(isNamed)
  const httpStatus = typeof evidence.httpStatus === 'number' ? evidence.httpStatus : httpStatusIn([text, ...codes.map((code) => `error ${code}`.toLowerCase())].join(' \n '), evidence.protocol)
  return { record, text, codes, headers, ...(networkError === undefined ? {} : { networkError }), ...(httpStatus === undefined ? {} : { httpStatus }) }
}

/** What a library calls it, by the name that Node and Chromium give it; as given where it is none that is known. Its sentence says more than a foreign name (curl 28: "Resolving timed out"). */
function networkErrorNamed(given: string, text: string): string {
  const name = withoutPrefix(given)
  if (isNamed(name)) return name
  const words = plain(given)
  return networkErrorIn(text) ?? networkErrorIn(words) ?? NAMES.find(({ name }) => name.test(words))?.error ?? given
}

/** Chromium's own pages put `net::` before a name. */
function withoutPrefix(name: string): string {
  return name.replace(/^net::/i, '').trim()
}

function isNamed(name: string): boolean {
  return NAMED.has(name.toUpperCase())
}

/** A program often gives the error of the network only in its message: `connect ETIMEDOUT 192.0.2.1:443`, `No route to host`. */
function networkErrorIn(text: string): string | undefined {
  const words = text.match(/\b[a-z]+(?:_[a-z]+)*\b/g) ?? []
  const named = words.slice(0, WORDS_LIMIT).find(isNamed)
  return named ?? WORDED.find(({ words }) => words.test(text))?.error
}
const WORDS_LIMIT = 200
const NAMED = new Set(NETWORK.codes.map(({ code }) => code.toUpperCase()))
const WORDED = NETWORK_WORDS.map(({ error, text }) => ({ error, words: new RegExp(text, 'u') }))
const NAMES = NETWORK_NAMES.map(({ error, text }) => ({ error, name: new RegExp(text, 'u') }))

/**
 * Libraries name the status of an answer in their message: `Request failed with status code 503` (axios), `429 Client Error`
 * (requests), `Server returned HTTP response code: 403` (Java), `` resulted in a `404 Not Found` response `` (Guzzle); pages in
 * their title. A bare "Error 401" is one where the system has no numbers of its own.
 */
function httpStatusIn(text: string, protocol: Protocol | undefined): number | undefined {
  const found = STATUS_WORDS.exec(text) ?? (protocol !== undefined && NUMBERS_ITS_ERRORS.has(protocol) ? null : STATUS_ALONE.exec(text))
  const status = found?.slice(1).find((part) => part !== undefined)
  return status === undefined ? undefined : Number(status)
}
/** RFC 9110 section 15, RFC 6585, RFC 7725 and RFC 4918, and what content networks answer for a server behind them. */
const STATUS = '(4(?:0[0-9]|1[0-7]|2[1-689]|31|51)|5(?:0[0-8]|1[01]|2[0-7]|30))'
const PHRASE = '(?:bad request|unauthori[sz]ed|payment required|forbidden|(?:page )?not found|method not allowed|request time-?out|conflict|gone\\b|too many requests|internal server error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|client error|server error)'
const STATUS_WORDS = new RegExp(`(?:https?(?:[ _/-]?1\\.[01])?|status|response|reply)(?:[ _-]?(?:error|status|response|code))*[\"'\u0060]?(?: is| was| of| with)?[ :=#(\"'\u0060]{1,4}${STATUS}\\b|\\b${STATUS}[ :,-]{1,3}${PHRASE}|${PHRASE}[ :,-]{0,3}\\(?${STATUS}\\b|(?:returned|responded(?: with)?|answered(?: with)?|got|received|does not indicate success:)(?: an?)?(?: http)? ${STATUS}\\b(?! (?:rows|items|records|transactions))`, 'u')
const STATUS_ALONE = new RegExp(`\\berror(?: code)?[ :#(]{1,3}${STATUS}\\b`, 'u')
const NUMBERS_ITS_ERRORS = new Set<Protocol>(['quickbooks', 'quicken', 'web-connect', 'qbo-api', 'ofx', 'fints', 'ebics'])

/** Where a request went says nothing of why it failed: of an address only the server is left, and an error that it carries (RFC 6749 section 4.1.2.1). */
function withoutPath(address: string): string {
  const [, server = '', rest = ''] = /^(https?:\/\/[^\s/?#]*)(.*)$/s.exec(address) ?? []
  return [server, ...(rest.match(/(?<=[?&#])error\w*=[^&#]*/gi) ?? [])].join(' ')
}

function plain(text: string): string {
  return text
    .slice(0, TEXT_LIMIT)
    .replace(/&([a-z]+);/gi, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole)
    .replace(/[‘’`´]/g, "'")
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/ı/g, 'i')
    .toLowerCase()
    .replace(/https?:\/\/[^\s"'<>`)\]]+/g, withoutPath)
    .replace(/\b([45]\d\d) (?:client|server) error:? ?(?:[a-z' -]{0,40}? ?for url: \S*|(?:bad request|unauthori[sz]ed|forbidden|(?:page )?not found|method not allowed|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out)?)/g, 'http $1')
}
