/** The signed feed of health signals: what holds is believed, everything else is told apart, and no user is in it. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { anIncident, aRun } from '../store/fixtures.ts'
import type { LatestRun } from './bank-health.ts'
import { canonical, feedKeyId, MOST_BYTES, signFeed, verifyFeed, type HealthSignal } from './health-feed.ts'
import { healthSignals } from './health-signals.ts'

const NOW = Date.UTC(2026, 9, 14, 14, 5)
const HOUR_MS = 3_600_000
const mine = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const SIGNAL: HealthSignal = { institution: 'riverbank', route: 'ofx', from: '2026-10-14T09:00:00Z', to: '2026-10-14T15:00:00Z', connections: '5-19', failing: '1-4', state: 'disturbed' }

const signed = (signals: readonly HealthSignal[] = [SIGNAL], at = NOW): string => signFeed(signals, mine.privateKey, at)
const codeOf = (text: string | Uint8Array, keys = [mine.publicKey], now = NOW): string => {
  const checked = verifyFeed(typeof text === 'string' ? Buffer.from(text) : text, keys, now)
  return checked.ok ? 'ok' : checked.failure.code
}
/** Signed by the right key, whatever it says. */
function signedAs(body: Record<string, unknown>): string {
  const whole = { format: 'relink-health', version: 1, issuedAt: '2026-10-14T14:05:00Z', key: feedKeyId(mine.publicKey), signals: [], ...body }
  return canonical({ ...whole, signature: sign(null, Buffer.from(canonical(whole)), mine.privateKey).toString('base64url') })
}

test('a feed that a trusted key signed is read, also when it was laid out anew', () => {
  const checked = verifyFeed(Buffer.from(signed()), [other.publicKey, mine.publicKey], NOW + HOUR_MS)
  assert.ok(checked.ok)
  assert.deepEqual(checked.value.signals, [SIGNAL])
  assert.equal(codeOf(JSON.stringify(JSON.parse(signed()), null, 2)), 'ok')
  assert.equal(codeOf(signedAs({})), 'ok')
})

// Every single character: whatever is changed, nothing of the document is believed.
test('no change of one character goes through', () => {
  const text = signed().trimEnd()
  for (let at = 0; at < text.length; at++) {
    for (const put of ['0', '"', 'z', '']) {
      if (text[at] === put) continue
      const changed = text.slice(0, at) + put + text.slice(at + 1)
      const checked = verifyFeed(Buffer.from(changed), [mine.publicKey], NOW)
      // The last digit of a base64 signature has spare bits: another writing of the same signature is the same.
      if (checked.ok) assert.deepEqual([JSON.stringify(checked.value), JSON.parse(changed).signature.slice(0, 85)], [JSON.stringify((verifyFeed(Buffer.from(text), [mine.publicKey], NOW) as { value: unknown }).value), JSON.parse(text).signature.slice(0, 85)], `${at} ${put}`)
    }
  }
})

test('each thing that can be wrong has its own word', () => {
  const doubled = signed().replace('"version":1', '"version":1,"version":1')
  assert.deepEqual({
    unknownKey: codeOf(signed(), [other.publicKey]), noKey: codeOf(signed(), []),
    otherKeyUnderMyName: codeOf(signFeed([SIGNAL], other.privateKey, NOW).replace(feedKeyId(other.publicKey), feedKeyId(mine.publicKey))),
    changed: codeOf(signed().replace('"failing":"1-4"', '"failing":"0"')),
    future: codeOf(signed([], NOW + 10 * 60_000)), nearlyNow: codeOf(signed([], NOW + 4 * 60_000)), stale: codeOf(signed(), undefined, NOW + 49 * HOUR_MS),
    noDate: codeOf(signedAs({ issuedAt: '2026-99-14T14:05:00Z' })),
    futureWindow: codeOf(signedAs({ signals: [{ ...SIGNAL, to: '2026-10-14T17:00:00Z' }] })), oldWindow: codeOf(signedAs({ signals: [{ ...SIGNAL, from: '2026-10-11T09:00:00Z', to: '2026-10-11T10:00:00Z' }] })),
    turnedWindow: codeOf(signedAs({ signals: [{ ...SIGNAL, from: SIGNAL.to, to: SIGNAL.from }] })), longWindow: codeOf(signedAs({ signals: [{ ...SIGNAL, from: '2026-10-13T09:00:00Z' }] })),
    version: codeOf(signedAs({ version: 2 })), format: codeOf('{"format":"other","version":1}'), more: codeOf(signedAs({ login: 'ana' })), exact: codeOf(signedAs({ signals: [{ ...SIGNAL, connections: '7' }] })),
    large: codeOf(new Uint8Array(MOST_BYTES + 1)), noJson: codeOf('riverbank is down'), noText: codeOf(Uint8Array.of(255, 254)), twice: codeOf(doubled), nothing: codeOf(''), list: codeOf('[]'),
  }, {
    unknownKey: 'unknown_key', noKey: 'unknown_key', otherKeyUnderMyName: 'bad_signature', changed: 'bad_signature', future: 'from_the_future', nearlyNow: 'ok', stale: 'stale', noDate: 'from_the_future',
    futureWindow: 'from_the_future', oldWindow: 'stale', turnedWindow: 'wrong_format', longWindow: 'wrong_format', version: 'wrong_version', format: 'wrong_format', more: 'wrong_format', exact: 'wrong_format',
    large: 'too_large', noJson: 'unreadable', noText: 'unreadable', twice: 'unreadable', nothing: 'unreadable', list: 'wrong_format',
  })
})

test('what is told of this instance are bands and hours by institution and route, and it can be signed', () => {
  const run = aRun({ connectionId: 'secret-connection', trigger: 'schedule', startedAt: NOW - 2 * HOUR_MS - 7, endedAt: NOW - 2 * HOUR_MS - 5, outcome: 'succeeded', label: null })
  const failing = { ...run, outcome: 'failed' as const, failure: { code: 'bank_unreachable' as const, stage: 'connect' as const, retry: { kind: 'at' as const, at: null }, message: 'ana could not be read', evidence: [{ message: 'ana' }] as const } }
  const one = (connectionId: string, institutionId: string, connector: string, of: typeof run | typeof failing): LatestRun => ({ connectionId, institutionId, connector, lastSuccessAt: null, run: of })
  const latest = [...['a', 'b', 'c', 'd', 'e'].map((id) => one(id, 'riverbank', 'ofx', run)), one('f', 'riverbank', 'simplefin', failing), one('g', 'hillbank', 'ofx', { ...run, endedAt: NOW - 30 * HOUR_MS })]
  const signals = healthSignals(latest, [anIncident({ scope: { kind: 'route', connector: 'simplefin' } })], NOW)
  const window = { institution: 'riverbank', from: '2026-10-14T12:00:00Z', to: '2026-10-14T15:00:00Z' }
  assert.deepEqual(signals, [{ ...window, route: 'ofx', connections: '5-19', failing: '0', state: 'disturbed' }, { ...window, route: 'simplefin', connections: '1-4', failing: '1-4', state: 'down' }])
  const text = signed(signals)
  assert.equal(codeOf(text), 'ok')
  assert.doesNotMatch(text, /ana|secret-connection/)
})

// Fails when: what was never sent counts as an answer (seen: a bank that nobody had ever reached was told to others as working).
test('a read that never left this host says nothing of its bank', () => {
  const held = (code: 'address_forbidden' | 'secret_withheld' | 'bank_unreachable'): LatestRun => ({ connectionId: 'c', institutionId: 'riverbank', connector: 'ofx', lastSuccessAt: null, run: aRun({ endedAt: NOW - HOUR_MS, outcome: 'failed', failure: { code, stage: 'connect', retry: { kind: 'afterPerson' }, message: 'x', evidence: [{}] } }) })
  assert.deepEqual(healthSignals([held('address_forbidden'), held('secret_withheld')], [], NOW), [])
  assert.deepEqual(healthSignals([held('secret_withheld'), held('bank_unreachable')], [], NOW).map(({ connections, failing }) => [connections, failing]), [['1-4', '1-4']])
})
