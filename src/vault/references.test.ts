import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostEntropy } from '../adapters/entropy.ts'
import { failed, ok } from '../domain/result.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { masterKeyOf } from './keys.ts'
import { createVault } from './vault.ts'

const ORIGIN = 'https://bank.example:443'
const SOURCE = 'command:["pass","show","bank"]'

function setUp() {
  const place: { holds: string | null; fetched: number } = { holds: 'first', fetched: 0 }
  const { secrets } = createMemoryStore().tenant('t1')
  const vault = createVault({
    secrets, tenantId: 't1', masterKey: masterKeyOf(new Uint8Array(32).fill(1)), clock: { now: () => 1_700_000_000_000, sleep: async () => {} }, entropy: hostEntropy,
    fetch: async (source) => {
      assert.equal(source, SOURCE)
      place.fetched++
      return place.holds === null ? failed({ code: 'failed', message: 'The command pass ended with status 1.' }) : ok(Buffer.from(place.holds))
    },
  })
  const owner = { connectionId: 'c1', loginIndex: vault.loginIndex('bank', 'ana') }
  const seal = () => vault.seal({ owner, values: { username: 'ana' }, references: { password: SOURCE }, origins: [ORIGIN], identity: ['username'] })
  const send = async (outcome: 'accepted' | 'refused') => {
    const lease = await vault.lend(owner, ['username', 'password'], ORIGIN)
    if (!lease.ok) return lease.failure
    await lease.value.settle(outcome)
    return lease.value.values
  }
  return { place, secrets, vault, owner, seal, send }
}

test('a secret by reference is fetched for each use, and only its place is stored', async () => {
  const { place, secrets, owner, seal, send } = setUp()
  assert.ok((await seal()).ok)
  assert.deepEqual(await send('accepted'), { username: 'ana', password: 'first' })
  place.holds = 'second\n'
  assert.deepEqual(await send('accepted'), { username: 'ana', password: 'second' })
  assert.equal(place.fetched, 3, 'once when it was named, and once for each use')
  const stored = JSON.stringify([await secrets.get('c1', 'login'), await secrets.ledger(owner.loginIndex)], (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value))
  assert.ok(!/first|second|pass/.test(stored))
})

// Fails when: the ledger knows a record by its place and not by what was fetched (planted: it stays refused).
test('what the bank refused is known by its value: not sent again while the place gives it, sent when the place gives another, known again when it is typed', async () => {
  const { place, vault, owner, seal, send } = setUp()
  await seal()
  await send('refused')
  assert.equal(await vault.status(owner), 'refused')
  const again = await send('accepted')
  assert.ok('code' in again && again.code === 'secret_withheld')
  const typed = await vault.seal({ owner, values: { username: 'ana', password: 'first' }, origins: [ORIGIN], identity: ['username'] })
  assert.ok(typed.ok && typed.value.sameAsRefused)
  const named = await seal()
  assert.ok(named.ok && named.value.sameAsRefused, 'named again, it gives the same')
  place.holds = 'better'
  assert.deepEqual(await send('accepted'), { username: 'ana', password: 'better' })
  assert.equal(await vault.status(owner), 'usable')
})

test('a place that gives nothing costs no attempt, says why without a value, and is asked again by itself', async () => {
  const { place, secrets, owner, seal, send } = setUp()
  await seal()
  for (const holds of [null, '', 'two\nlines', 'a\0b', '\n']) {
    place.holds = holds
    const failure = await send('accepted')
    assert.ok('code' in failure && typeof failure.retry === 'object' && failure.code === 'secret_source_failed' && failure.retry.kind === 'at', JSON.stringify(failure))
    assert.ok(!failure.message.includes('lines'), failure.message)
  }
  assert.equal((await secrets.ledger(owner.loginIndex)).attempts.length, 0)
  const named = await seal()
  assert.ok(!named.ok && /could not be fetched/.test(named.failure.message), 'told when it is named')
})

test('what was fetched is taken out of texts of the bank like what is stored', async () => {
  const { place, vault, owner, seal, send } = setUp()
  place.holds = '4839201746'
  await seal()
  await send('accepted')
  const conceal = await vault.concealer(owner, [ORIGIN], ['username'])
  assert.equal(conceal('ana 4839201746 47'), `[${vault.pseudonym('ana')}] [secret] 47`)
})
