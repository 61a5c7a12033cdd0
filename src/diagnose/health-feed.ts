/**
 * Signals of bank health that instances may give each other, as one signed JSON document: which
 * institution, by which route, in which hours, how many reads failed, in coarse bands. Nothing of a user
 * is in it. Signed by Ed25519 over the canonical bytes (RFC 8785) of everything but the signature. The
 * verifier believes nothing before the signature holds. Format: docs/health-feed.md. Exchange comes later.
 */
import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { failed, ok, type Result } from '../domain/result.ts'

const FEED_FORMAT = 'relink-health'
const FEED_VERSION = 1
export const MOST_BYTES = 1_000_000
const MOST_SIGNALS = 5_000
const HOUR_MS = 3_600_000
/** A signal tells of now: who reads it later is misled. */
const STALE_MS = 48 * HOUR_MS
/** So much may two honest clocks differ. */
const SKEW_MS = 5 * 60_000
/** The longest window of one signal. */
const WINDOW_MS = 24 * HOUR_MS

/** Lower ends of the bands; a count is told only by its band. */
const BANDS = ['0', '1-4', '5-19', '20-99', '100+'] as const
export type Band = (typeof BANDS)[number]

export function bandOf(count: number): Band {
  return count <= 0 ? '0' : count < 5 ? '1-4' : count < 20 ? '5-19' : count < 100 ? '20-99' : '100+'
}

const hour = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:00:00Z$/)
const signal = z.strictObject({
  institution: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/), route: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), from: hour, to: hour,
  connections: z.enum(BANDS), failing: z.enum(BANDS), state: z.enum(['working', 'disturbed', 'down']),
})
const body = z.strictObject({
  format: z.literal(FEED_FORMAT), version: z.literal(FEED_VERSION), issuedAt: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/), key: z.string().regex(/^[0-9a-f]{16}$/),
  signals: z.array(signal).max(MOST_SIGNALS),
})
const signed = body.extend({ signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/) })

export type HealthSignal = z.output<typeof signal>
export type HealthFeed = z.output<typeof body>

export type FeedFailure = {
  readonly code: 'too_large' | 'unreadable' | 'wrong_format' | 'wrong_version' | 'unknown_key' | 'bad_signature' | 'from_the_future' | 'stale'
  readonly message: string
}

/** The first 16 hex digits of SHA-256 over the public key's DER: names the key, decides nothing. */
export function feedKeyId(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 16)
}

/** A signed document, ready to be written. */
export function signFeed(signals: readonly HealthSignal[], key: KeyObject, now: number): string {
  const feed: HealthFeed = { format: FEED_FORMAT, version: FEED_VERSION, issuedAt: secondOf(now), key: feedKeyId(key), signals: z.array(signal).max(MOST_SIGNALS).parse(signals) }
  const signature = sign(null, Buffer.from(canonical(feed)), key).toString('base64url')
  return `${canonical({ ...feed, signature })}\n`
}

/** The feed, if one of these public keys signed it and it tells of now; else what is wrong with it, in the order in which it can be known. */
export function verifyFeed(bytes: Uint8Array, keys: readonly KeyObject[], now: number): Result<HealthFeed, FeedFailure> {
  if (bytes.length > MOST_BYTES) return wrong('too_large', `The document has ${bytes.length} bytes; at most ${MOST_BYTES} are read.`)
  const read = readJson(bytes)
  if (read === null) return wrong('unreadable', 'The document is no JSON in UTF-8, or names something twice.')
  const named = z.looseObject({ format: z.unknown(), version: z.unknown() }).safeParse(read)
  if (!named.success || named.data.format !== FEED_FORMAT) return wrong('wrong_format', `The document is no health feed: its "format" is not "${FEED_FORMAT}".`)
  if (named.data.version !== FEED_VERSION) return wrong('wrong_version', `The feed has version ${shown(named.data.version)}; this program reads version ${FEED_VERSION}.`)
  const whole = signed.safeParse(read)
  if (!whole.success) return wrong('wrong_format', `The feed does not fit its format: ${whole.error.issues[0]?.path.join('.') || 'the document'} is wrong.`)
  const { signature, ...feed } = whole.data
  const key = keys.find((one) => one.asymmetricKeyType === 'ed25519' && feedKeyId(one) === feed.key)
  if (key === undefined) return wrong('unknown_key', `The feed is signed by the key ${feed.key}, which is not among those that you trust.`)
  if (!verify(null, Buffer.from(canonical(feed)), key, Buffer.from(signature, 'base64url'))) return wrong('bad_signature', 'The signature does not fit: the document was changed after it was signed, or another key signed it.')
  return inTime(feed, now)
}

function inTime(feed: HealthFeed, now: number): Result<HealthFeed, FeedFailure> {
  const issued = Date.parse(feed.issuedAt)
  if (!(issued <= now + SKEW_MS)) return wrong('from_the_future', `The feed says that it was made at ${feed.issuedAt}, which is still to come.`)
  if (now - issued > STALE_MS) return wrong('stale', `The feed was made at ${feed.issuedAt}; after 48 hours it tells nothing of now.`)
  for (const { from, to, institution } of feed.signals) {
    const [start, end] = [Date.parse(from), Date.parse(to)]
    if (!(start < end && end - start <= WINDOW_MS)) return wrong('wrong_format', `The window of ${institution} is none: ${from} to ${to}.`)
    if (end > issued + HOUR_MS) return wrong('from_the_future', `The window of ${institution} ends at ${to}, after the feed was made.`)
    if (issued - end > STALE_MS) return wrong('stale', `The window of ${institution} ended at ${to}, long before the feed was made.`)
  }
  return ok(feed)
}

/** RFC 8785 for what this format has: objects, arrays, strings and whole numbers. Keys in the order of their UTF-16 units. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Null for what is none, and for a name that stands twice: two readers would see two documents. */
function readJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    // What is signed has one way to be written; white space around and between is all that may differ.
    return squeezed(text) === squeezed(JSON.stringify(value)) ? value : null
  } catch {
    return null
  }
}

/** Without white space outside of strings: the values of this format hold none that matters. */
function squeezed(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
}

function shown(version: unknown): string {
  return typeof version === 'number' || typeof version === 'string' ? String(version).slice(0, 20) : 'that is none'
}

export function hourOf(at: number): string {
  return secondOf(Math.floor(at / HOUR_MS) * HOUR_MS)
}

function secondOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function wrong(code: FeedFailure['code'], message: string): Result<HealthFeed, FeedFailure> {
  return failed({ code, message })
}
