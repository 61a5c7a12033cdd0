/** What could not be stored at the end of the work, and who decides something new meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeOwed, type Database } from './session.ts'

test('who decides something while what is owed is on its way waits for it', async () => {
  const sent: ((answers: unknown) => void)[] = []
  const owed = new Map([['t', [{ compile: () => ({ sql: 'update x', parameters: [] }) }]]])
  const together = { ask: () => new Promise((answer) => sent.push(answer)) }
  const db = { owed, together } as unknown as Database
  let isDecided = false
  const first = storeOwed(db, 't')
  const second = storeOwed(db, 't').then(() => void (isDecided = true))
  await new Promise((later) => setImmediate(later))
  assert.equal(isDecided, false)
  for (const answer of sent) answer([{ rows: [], affected: 1 }])
  await Promise.all([first, second])
  assert.equal(owed.size, 0)
})
