import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRehearsal, REHEARSAL_LIMITS } from './rehearsal.ts'

const ENTRY = new URL('./rehearsal.fixture.ts', import.meta.url)
const BYTES = new Uint8Array(1)
const file = (fileName: string) => ({ kind: 'file', fileName }) as const

test('a reader that hangs or fills the memory is ended, also beside others, and what comes after it is read', async () => {
  const hasty = createRehearsal(ENTRY, { ...REHEARSAL_LIMITS, cpuMs: 50, processes: 1 })
  assert.deepEqual(await Promise.all([hasty(file('hang'), BYTES), hasty(file('fine'), BYTES)]), ['too_slow', 'read'])
  const rehearse = createRehearsal(ENTRY, { ...REHEARSAL_LIMITS, megabytes: 32 })
  assert.deepEqual(await Promise.all([rehearse(file('fill'), BYTES), rehearse(file('fine'), BYTES)]), ['too_large', 'read'])
  for (let i = 0; i < 3; i += 1) assert.equal(await rehearse(file('fine'), BYTES), 'read')
})
