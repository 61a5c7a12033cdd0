import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces, createRehearsal, REHEARSAL_LIMITS } from './rehearsal.ts'

const ENTRY = new URL('./rehearsal.fixture.ts', import.meta.url)
const BYTES = new Uint8Array(1)
const file = (fileName: string) => ({ kind: 'file', fileName }) as const

test('a reader that hangs or fills the memory is ended, also beside others, and what comes after it is read', async () => {
  const hasty = createRehearsal(ENTRY, { ...REHEARSAL_LIMITS, cpuMs: 1_000, processes: 1 })
  assert.deepEqual(await Promise.all([hasty(file('hang'), BYTES), hasty(file('fine'), BYTES)]), ['too_slow', 'read'])
  const rehearse = createRehearsal(ENTRY, { ...REHEARSAL_LIMITS, megabytes: 32 })
  assert.deepEqual(await Promise.all([rehearse(file('fill'), BYTES), rehearse(file('fine'), BYTES)]), ['too_large', 'read'])
  for (let i = 0; i < 3; i += 1) assert.equal(await rehearse(file('fine'), BYTES), 'read')
})

test('a process that cannot be started says so and blocks nobody', async () => {
  const nowhere = createRehearsal(ENTRY, { ...REHEARSAL_LIMITS, processes: 1 }, '/nonexistent/node')
  assert.deepEqual(await Promise.all([nowhere(file('fine'), BYTES), nowhere(file('fine'), BYTES)]), ['not_begun', 'not_begun'])
})

test('a place that becomes free belongs to who waits, not to who comes at that moment, and is free again in the end', async () => {
  const places = createPlaces(1)
  const order: string[] = []
  const enter = (name: string) => places.take().then(() => void order.push(name))
  await enter('first')
  const second = enter('second')
  places.free()
  const third = enter('third')
  await second
  assert.deepEqual(order, ['first', 'second'])
  places.free()
  await third
  places.free()
  await enter('fourth')
  assert.deepEqual(order, ['first', 'second', 'third', 'fourth'])
})
