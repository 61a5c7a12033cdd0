import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostClock } from './clock.ts'
import { hostEntropy, uuidOf } from './entropy.ts'
import { createLog } from './log.ts'
import { networkName, surroundings } from './surroundings.ts'

test('ids are version 7 UUIDs that sort by their instant', () => {
  const ids = [0, 1, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48 - 1].map((at) => hostEntropy.id(at))
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(uuidOf(0x017f22e279b0, Buffer.from('0cc318c4dc0c0c07398f', 'hex')), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('bytes belong to the caller alone, so that wiping them wipes nothing else', () => {
  const [a, b] = [hostEntropy.bytes(8), hostEntropy.bytes(8)]
  assert.notEqual(a.buffer, b.buffer)
  assert.ok(hostEntropy.fraction() >= 0 && hostEntropy.fraction() < 1)
})

test('a sleep ends early with the reason of its signal', async () => {
  const reason = new Error('stopped')
  await assert.rejects(hostClock.sleep(60_000, AbortSignal.abort(reason)), reason)
  await hostClock.sleep(0)
})

test('no value can forge a line of the log', () => {
  for (const isTTY of [true, false]) {
    const lines: string[] = []
    const log = createLog({ write: (text) => lines.push(text), isTTY }, { now: () => 0, sleep: async () => {} })
    log.warn('event', { code: 'a\nb\u001b[31m', count: 2, none: null })
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.match(/\n/g)?.length, 1)
    assert.ok(!lines[0]?.includes('\u001b'))
    if (!isTTY) assert.deepEqual(JSON.parse(lines[0] ?? ''), { at: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'event', code: 'a\nb\u001b[31m', count: 2, none: null })
  }
})

test('the network is known again by the site from which packets leave, under a name that means nothing elsewhere', async () => {
  const name = (...sources: (string | null)[]): string => networkName(sources, (text) => `named ${text}`)
  assert.equal(name('198.51.100.7', null), name('198.51.100.200', null), 'another address of the same site')
  assert.notEqual(name('198.51.100.7', null), name('198.51.101.7', null))
  assert.equal(name(null, '2001:db8:1::5'), name(null, '2001:db8:1:0:aaaa:bbbb:cccc:dddd'))
  assert.notEqual(name(null, '2001:db8:1::5'), name(null, '2001:db8:1:2::5'))
  assert.equal(name(null, null), '')
  const asked: string[] = []
  const here = await surroundings('1', (text) => (asked.push(text), 'n'))
  assert.deepEqual([here.software, here.network], ['1', asked.length === 0 ? '' : 'n'])
})
