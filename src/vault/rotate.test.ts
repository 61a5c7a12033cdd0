import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostEntropy } from '../adapters/entropy.ts'
import type { Clock } from '../ports/clock.ts'
import type { SecretStore } from '../ports/secrets.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { masterKeyOf } from './keys.ts'
import { blindKeyOf, resealSecrets, rotateMasterKey } from './rotate.ts'
import { createVault, type TenantVault } from './vault.ts'

const ORIGIN = 'https://bank.example:443'
const clock: Clock = { now: () => 1_700_000_000_000, sleep: async () => {} }
const keyOf = (fill: number) => masterKeyOf(new Uint8Array(32).fill(fill))

async function openVault(secrets: SecretStore, fill: number): Promise<TenantVault> {
  const masterKey = keyOf(fill)
  return createVault({ secrets, tenantId: 't', masterKey, blindKey: await blindKeyOf(secrets, 't', masterKey), clock, entropy: hostEntropy })
}

const rotate = (secrets: SecretStore, from: number, to: number) => rotateMasterKey({ secrets, tenantId: 't', from: keyOf(from), to: keyOf(to), entropy: hostEntropy })

// Fails when: the blind key comes from the present master key (planted: rewrapTenantKey wraps `key` alone): the refused password is sent again.
test('after rotations the secret opens under the newest key alone, and the login and what was refused are known as before', async () => {
  const { secrets } = createMemoryStore().tenant('t')
  assert.deepEqual(await rotate(secrets, 1, 2), { ok: true, value: 'nothing_sealed' })
  const first = await openVault(secrets, 1)
  const owner = { connectionId: 'c', loginIndex: first.loginIndex('bank', 'ana') }
  const seal = (vault: TenantVault, password: string) => vault.seal({ owner, values: { username: 'ana', password }, origins: [ORIGIN], identity: ['username'] })
  await seal(first, 'wrong horse')
  const lease = await first.lend(owner, ['password'], ORIGIN)
  assert.ok(lease.ok)
  await lease.value.settle('refused')
  await seal(first, 'correct horse')
  for (const [from, to] of [[1, 2], [2, 3]] as const) {
    assert.deepEqual(await rotate(secrets, from, to), { ok: true, value: 'rotated' })
    assert.deepEqual(await rotate(secrets, from, to), { ok: true, value: 'already' }, 'the same command again')
    const vault = await openVault(secrets, to)
    assert.equal(vault.loginIndex('bank', 'ana'), owner.loginIndex)
    const again = await seal(vault, 'wrong horse')
    assert.deepEqual(again.ok && again.value, { sameAsRefused: true, status: 'refused' })
    const lent = await vault.lend(owner, ['password'], ORIGIN)
    assert.equal(lent.ok && lent.value.values['password'], 'correct horse')
    if (lent.ok) await lent.value.settle('not_sent')
    const old = await (await openVault(secrets, from)).lend(owner, ['password'], ORIGIN)
    assert.ok(!old.ok && /another master key/.test(old.failure.message))
  }
  // A vault that was open all the time goes on: a server need not be stopped before.
  assert.ok((await first.lend(owner, ['password'], ORIGIN)).ok)
})

test('killed at the one write, the same command ends what was begun; wrong keys and altered ones change nothing', async () => {
  const { secrets } = createMemoryStore().tenant('t')
  const vault = await openVault(secrets, 1)
  const owner = { connectionId: 'c', loginIndex: vault.loginIndex('bank', 'ana') }
  await vault.seal({ owner, values: { password: 'correct horse' }, origins: [ORIGIN] })
  const before = await secrets.tenantKey()
  for (const [from, to, says] of [[1, 1, /nothing would change/], [4, 5, /sealed under the master key [0-9a-f]{16}/]] as const) {
    const refused = await rotate(secrets, from, to)
    assert.ok(!refused.ok && says.test(refused.failure.message))
  }
  const killed = (when: 'before' | 'after'): SecretStore => ({ ...secrets, saveTenantKey: async (key) => {
    if (when === 'after') await secrets.saveTenantKey(key)
    throw new Error('killed')
  } })
  await assert.rejects(rotate(killed('before'), 1, 2))
  assert.deepEqual(await secrets.tenantKey(), before)
  await assert.rejects(rotate(killed('after'), 1, 2))
  assert.deepEqual(await rotate(secrets, 1, 2), { ok: true, value: 'already' })
  const stored = (await secrets.tenantKey())!
  await secrets.saveTenantKey({ ...stored, sealed: stored.sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) })
  const altered = await rotate(secrets, 2, 3)
  assert.ok(!altered.ok && /was altered/.test(altered.failure.message))
})

// Fails when: the key is exchanged without the records, or the name of a refused secret goes with the key (both planted).
test('sealed anew: nothing of before opens the secrets, logins and what was refused are known, and a vault that was open goes on', async () => {
  const { secrets } = createMemoryStore().tenant('t')
  const first = await openVault(secrets, 1)
  const owner = { connectionId: 'c', loginIndex: first.loginIndex('bank', 'ana') }
  const seal = (vault: TenantVault, password: string) => vault.seal({ owner, values: { username: 'ana', password }, origins: [ORIGIN], identity: ['username'] })
  await seal(first, 'wrong horse')
  const lease = await first.lend(owner, ['password'], ORIGIN)
  assert.ok(lease.ok)
  await lease.value.settle('refused')
  await seal(first, 'correct horse')
  await first.sealAnswers('ch', owner, { code: '4711' }, clock.now() + 600_000)
  const before = { key: (await secrets.tenantKey())!, record: (await secrets.get('c', 'login'))! }
  const reseal = (from: number, to: number, audience = [ORIGIN]) => resealSecrets({ secrets, tenantId: 't', from: keyOf(from), to: keyOf(to), entropy: hostEntropy }, (id) => (id === 'c' ? { loginIndex: owner.loginIndex, audience } : null))
  for (const refused of [await reseal(1, 1, ['https://elsewhere.example:443']), await reseal(4, 5)]) assert.ok(!refused.ok)
  assert.deepEqual([await secrets.tenantKey(), await secrets.get('c', 'login')], [before.key, before.record], 'a secret that does not open changes nothing')
  assert.deepEqual(await reseal(1, 1), { ok: true, value: 1 })
  const lent = await first.lend(owner, ['password'], ORIGIN)
  assert.equal(lent.ok && lent.value.values['password'], 'correct horse', 'the vault that was open all the time')
  if (lent.ok) await lent.value.settle('not_sent')
  assert.equal(await first.answersWait(owner), false, 'a code on its way is asked for again')
  const again = await seal(first, 'wrong horse')
  assert.deepEqual(again.ok && again.value.status, 'refused')
  assert.deepEqual(await reseal(1, 2), { ok: true, value: 1 })
  assert.deepEqual(await reseal(1, 2), { ok: true, value: 1 }, 'the same command again')
  const vault = await openVault(secrets, 2)
  assert.equal(vault.loginIndex('bank', 'ana'), owner.loginIndex)
  const after = await vault.lend(owner, ['password'], ORIGIN)
  assert.equal(after.ok && after.value.values['password'], 'correct horse')
  const old = await first.lend(owner, ['password'], ORIGIN)
  assert.ok(!old.ok && /another master key/.test(old.failure.message))
  // The old database beside the new one: the old key is of no use for what is stored now.
  const stolen = createMemoryStore().tenant('t').secrets
  await stolen.saveTenantKey(before.key)
  await stolen.put((await secrets.get('c', 'login'))!)
  const thief = await (await openVault(stolen, 1)).lend(owner, ['password'], ORIGIN)
  assert.ok(!thief.ok)
})

test('an open question of a bank stays open under new keys, for its login and address and no longer than before; one of another login hinders nothing', async () => {
  const { secrets } = createMemoryStore().tenant('t')
  const before = await openVault(secrets, 1)
  const owner = { connectionId: 'c', loginIndex: before.loginIndex('bank', 'ana') }
  const former = { connectionId: 'd', loginIndex: before.loginIndex('bank', 'bo') }
  const now = { ...former, loginIndex: before.loginIndex('bank', 'bea') }
  for (const one of [owner, now]) await before.seal({ owner: one, values: { username: 'x', password: 'correct horse' }, origins: [ORIGIN], identity: ['username'] })
  const held = { session: 'CANARY-cookie', place: 'page 2' }
  const expiresAt = clock.now() + 600_000
  for (const one of [owner, former]) assert.ok((await before.holdQuestion(one, held, [ORIGIN], expiresAt)).ok)
  const resealed = await resealSecrets({ secrets, tenantId: 't', from: keyOf(1), to: keyOf(2), entropy: hostEntropy }, (id) => ({ loginIndex: id === 'c' ? owner.loginIndex : now.loginIndex, audience: [ORIGIN] }))
  assert.deepEqual(resealed, { ok: true, value: 2 })
  const after = await openVault(secrets, 2)
  assert.deepEqual(await after.heldQuestion(owner, [ORIGIN]), held)
  assert.equal(await after.heldQuestion(owner, ['https://elsewhere.example:443']), null)
  assert.equal(await after.heldQuestion(now, [ORIGIN]), null)
  assert.equal((await secrets.get('c', 'question'))?.expiresAt, expiresAt)
  assert.ok(!Buffer.from((await secrets.get('c', 'question'))!.sealed).includes('CANARY'))
})

test('what destinations of alerts were entered with opens for their address only, is in no row in clear, and is sealed anew with the logins; what nobody has any more is dropped', async () => {
  const { secrets } = createMemoryStore().tenant('t')
  const first = await openVault(secrets, 1)
  const [HERE, ELSEWHERE] = [['smtp://mail.example:587'], ['smtp://other.example:587']]
  for (const id of ['d', 'gone']) assert.ok((await first.drawer.seal(id, { password: 'CANARY mail' }, HERE)).ok)
  assert.deepEqual(await first.drawer.open('d', HERE), { ok: true, value: { password: 'CANARY mail' } })
  assert.equal((await first.drawer.open('d', ELSEWHERE)).ok, false)
  assert.deepEqual(await first.drawer.open('nobody', HERE), { ok: true, value: null })
  const stored = (await secrets.get('d', 'drawer'))!
  assert.ok(!Buffer.from(stored.sealed).includes('CANARY') && !JSON.stringify(stored).includes('CANARY'))
  const swapped = await secrets.put({ ...stored, connectionId: 'thief' })
  assert.ok(swapped && !(await first.drawer.open('thief', HERE)).ok, 'a row that was moved does not open')
  await secrets.destroy('thief')
  const resealed = await resealSecrets({ secrets, tenantId: 't', from: keyOf(1), to: keyOf(2), entropy: hostEntropy }, (id) => (id === 'd' ? { loginIndex: '', audience: HERE } : null))
  assert.deepEqual(resealed, { ok: true, value: 1 })
  const second = await openVault(secrets, 2)
  assert.deepEqual(await second.drawer.open('d', HERE), { ok: true, value: { password: 'CANARY mail' } })
  assert.equal(await secrets.get('gone', 'drawer'), null)
  await second.drawer.destroy('d')
  assert.deepEqual(await second.drawer.open('d', HERE), { ok: true, value: null })
})
