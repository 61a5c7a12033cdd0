import assert from 'node:assert/strict'
import { createSecretKey, hash } from 'node:crypto'
import { test } from 'node:test'
import { makeWayOut, readWayBack, WAY_TTL_MS } from './way-back.ts'

const KEY = createSecretKey(new Uint8Array(32))
const NOW = Date.UTC(2026, 9, 14)
const WAY = { challengeId: '01a20549-c591-7da7-8a7f-42942446c7f9', sessionId: 'session-1' }
const entropy = { bytes: (length: number) => new Uint8Array(length).fill(7), fraction: () => 0, id: () => WAY.challengeId }

test('the way back is open for fifteen minutes to the session that set out, and to no other', () => {
  const { state, codeChallenge } = makeWayOut(KEY, WAY, NOW, entropy)
  const back = readWayBack(KEY, state, WAY.sessionId, NOW + WAY_TTL_MS - 1)
  assert.deepEqual([back?.challengeId, back?.isOver], [WAY.challengeId, false])
  assert.equal(hash('sha256', back?.verifier ?? '', 'base64url'), codeChallenge)
  assert.match(back?.verifier ?? '', /^[\w-]{43,128}$/, 'RFC 7636 section 4.1')
  assert.equal(readWayBack(KEY, state, WAY.sessionId, NOW + WAY_TTL_MS)?.isOver, true)
  assert.equal(readWayBack(KEY, state, 'session-2', NOW), null)
  assert.equal(readWayBack(createSecretKey(new Uint8Array(32).fill(1)), state, WAY.sessionId, NOW), null)
  assert.equal(readWayBack(KEY, state.replace(WAY.challengeId, '01a20549-c591-7da7-8a7f-42942446c7f8'), WAY.sessionId, NOW), null)
  assert.equal(readWayBack(KEY, '', WAY.sessionId, NOW), null)
})
