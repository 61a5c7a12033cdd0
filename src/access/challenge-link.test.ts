import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { LINK_TTL_MS, makeChallengeLink, readChallengeLink } from './challenge-link.ts'

test('links to one question that are made in the same instant are several: spending one leaves the others', () => {
  const key = createSecretKey(new Uint8Array(32))
  const [now, id] = [Date.UTC(2026, 9, 14), '01a20549-c591-7da7-8a7f-42942446c7f9']
  let drawn = 0
  const entropy = { bytes: (length: number) => new Uint8Array(length).fill(++drawn), fraction: () => 0, id: () => id }
  const read = [0, 1].map(() => readChallengeLink(key, makeChallengeLink(key, id, now, entropy), now + LINK_TTL_MS - 1))
  assert.deepEqual(read.map((one) => one?.challengeId), [id, id])
  assert.notDeepEqual(read[0]?.digest, read[1]?.digest)
})
