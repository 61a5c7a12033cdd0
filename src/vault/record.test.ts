import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { hostEntropy } from '../adapters/entropy.ts'
import { makeTenantKey, masterKeyOf, openTenantKey } from './keys.ts'
import { openRecord, sealRecord, type RecordPlace } from './record.ts'

const master = masterKeyOf(new Uint8Array(32).fill(1))
const tenant = makeTenantKey(master, 't1', hostEntropy)
const place: RecordPlace = { tenantId: 't1', ownerId: 'c1', purpose: 'login', version: 1, audience: ['https://bank.example:443'] }
const secret = (text: string) => new TextEncoder().encode(text)

test('a record opens to what was sealed, of any length and content', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (plaintext) => {
      const opened = openRecord(tenant.key, place, sealRecord(tenant.key, place, plaintext, hostEntropy))
      assert.deepEqual(opened, plaintext)
    }),
  )
})

test('the record is laid out as documented and hides the length of the secret', () => {
  const record = sealRecord(tenant.key, place, secret('short'), hostEntropy)
  assert.equal(record[0], 0x01)
  assert.equal(record[1], 0x01)
  assert.deepEqual(Buffer.from(record.subarray(2, 10)), Buffer.from(tenant.key.id))
  assert.equal(record.length, 2 + 8 + 12 + 32 + 16 + 12 + 64 + 16)
  assert.equal(sealRecord(tenant.key, place, secret('x'.repeat(63)), hostEntropy).length, record.length)
  assert.equal(sealRecord(tenant.key, place, secret('x'.repeat(64)), hostEntropy).length, record.length + 64)
})

test('a record with any one bit flipped, or cut anywhere, does not open', () => {
  const record = sealRecord(tenant.key, place, secret('correct horse'), hostEntropy)
  for (let bit = 0; bit < record.length * 8; bit += 1) {
    const flipped = Uint8Array.from(record)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(openRecord(tenant.key, place, flipped), null, `bit ${bit}`)
  }
  for (let length = 0; length < record.length; length += 1) assert.equal(openRecord(tenant.key, place, record.subarray(0, length)), null)
})

test('a tag of four bytes is not accepted', () => {
  const record = sealRecord(tenant.key, place, secret('correct horse'), hostEntropy)
  assert.equal(openRecord(tenant.key, place, record.subarray(0, record.length - 12)), null)
})

test('a record moved to another tenant, connection, purpose, version or audience does not open', () => {
  const record = sealRecord(tenant.key, place, secret('correct horse'), hostEntropy)
  const moves: readonly Partial<RecordPlace>[] = [
    { tenantId: 't2' }, { ownerId: 'c2' }, { purpose: 'answers' }, { version: 2 }, { audience: ['https://evil.example:443'] }, { audience: [] },
    { audience: ['https://bank.example:443', 'https://evil.example:443'] }, { tenantId: 't1c', ownerId: '1' },
  ] // prettier-ignore
  for (const move of moves) assert.equal(openRecord(tenant.key, { ...place, ...move }, record), null, JSON.stringify(move))
  assert.notEqual(openRecord(tenant.key, place, record), null)
})

test('the order of the audience does not matter, its members do', () => {
  const both = { ...place, audience: ['https://a.example:443', 'https://b.example:443'] }
  const record = sealRecord(tenant.key, both, secret('x'), hostEntropy)
  assert.notEqual(openRecord(tenant.key, { ...both, audience: both.audience.toReversed() }, record), null)
})

test('a tenant key opens only for its tenant and master key, and not with a bit flipped', () => {
  assert.notEqual(openTenantKey(master, 't1', tenant.sealed), null)
  assert.equal(openTenantKey(master, 't2', tenant.sealed), null)
  assert.equal(openTenantKey(masterKeyOf(new Uint8Array(32).fill(2)), 't1', tenant.sealed), null)
  const sealed = Uint8Array.from(tenant.sealed.sealed)
  sealed[20] = (sealed[20] ?? 0) ^ 1
  assert.equal(openTenantKey(master, 't1', { ...tenant.sealed, sealed }), null)
})
