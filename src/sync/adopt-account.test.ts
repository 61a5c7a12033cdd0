import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account, AccountSource } from '../domain/account.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { adoptAccount } from './adopt-account.ts'

const CONNECTION = '00000000-0000-7000-8000-00000000000c'
const account = (n: number, state: Account['state'], number: string, kind: Account['kind'] = 'savings'): Account => ({
  id: `00000000-0000-7000-8000-00000000000${n}`, name: `Account ${n}`, number, bankId: '1', kind, currency: 'USD', state, institutionName: null, startOn: null, createdAt: 1,
})
const source = (n: number, of: Account, state: AccountSource['state']): AccountSource => ({
  id: `00000000-0000-7000-8000-00000000001${n}`, accountId: of.id, connectionId: CONNECTION, ref: { bankId: '1', branchId: null, number: of.number ?? '', kind: of.kind }, state, sign: 1,
})

async function world(kindOfNew: Account['kind'] = 'savings') {
  const memory = createMemoryStore()
  const store = memory.tenant(await memory.defaultTenant())
  await store.connections.create({
    id: CONNECTION, institutionId: 'b', institutionName: 'B', connector: 'x', settings: {}, loginLabel: 'a…', loginIndex: 'i', state: 'active', connectorState: {}, createdAt: 1,
    nextSyncAt: null, lastSuccessAt: null, lastAttemptAt: null, failuresInRow: 0, secretChangedAt: null, settingsChangedAt: null, readBy: null, readPlan: null,
  })
  const [old, fresh] = [account(1, 'missing', '111'), account(2, 'paused', '222', kindOfNew)]
  await store.accounts.create(old, source(1, old, 'active'))
  await store.accounts.create(fresh, source(2, fresh, 'paused'))
  return { store, old, fresh }
}

test('the old account goes on under the new number, and the new one is closed', async () => {
  const { store, old, fresh } = await world()
  assert.deepEqual(await adoptAccount({ store }, CONNECTION, old.id, fresh.id), { ok: true, value: null })
  assert.deepEqual({ ...(await store.accounts.get(old.id)) }, { ...old, number: '222', state: 'open' })
  assert.equal((await store.accounts.get(fresh.id))?.state, 'closed')
  const [continued] = await store.accounts.sources({ accountId: old.id })
  assert.equal(continued?.ref.number, '222')
})

test('an account of another kind cannot continue it', async () => {
  const { store, old, fresh } = await world('credit_card')
  const refused = await adoptAccount({ store }, CONNECTION, old.id, fresh.id)
  assert.ok(!refused.ok)
  assert.equal(refused.failure.code, 'invalid')
  assert.equal((await store.accounts.get(old.id))?.number, '111')
})

test('accounts of other connections are out of reach', async () => {
  const { store, old, fresh } = await world()
  const refused = await adoptAccount({ store }, '00000000-0000-7000-8000-0000000000ff', old.id, fresh.id)
  assert.ok(!refused.ok)
  assert.equal((await store.accounts.get(old.id))?.state, 'missing')
  assert.equal((await store.accounts.get(fresh.id))?.state, 'paused')
})
