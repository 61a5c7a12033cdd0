import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createBank } from '../bank.ts'
import { ATLAS } from './atlas.ts'
import type { Cause, Family } from './fault.ts'
import { faultTable, FAMILY_TITLES } from './table.ts'

/** The eight families and the causes inside them, as the diagnosis knows them. */
const CAUSES: Readonly<Record<Exclude<Family, 'data'>, readonly Cause[]>> = {
  bank_server: ['institution_down', 'institution_error'],
  authentication: ['credentials_invalid', 'login_locked', 'password_change_required', 'bank_action_required', 'enrollment_required'],
  account: ['account_closed', 'account_not_found', 'account_not_authorized'],
  mfa: ['mfa_required', 'mfa_invalid', 'mfa_timeout', 'mfa_method_changed'],
  outdated: ['consent_expired', 'consent_revoked', 'endpoint_moved', 'protocol_outdated', 'connection_migrated'],
  restriction: ['access_restricted', 'rate_limited', 'history_limit'],
  maintenance: ['scheduled_maintenance'],
  own_side: ['client_bug', 'aggregator_down', 'configuration', 'local_network'],
}

test('names are unique, kebab-case, and every sentence is one', () => {
  assert.equal(new Set(ATLAS.map((definition) => definition.name)).size, ATLAS.length)
  for (const { name, sentence } of ATLAS) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    assert.match(sentence, /^[A-Z].+\.$/, name)
  }
})

test('the true cause of a fault belongs to its family; data faults have none', () => {
  for (const { name, family, cause } of ATLAS) {
    if (family === 'data') assert.equal(cause, null, name)
    else assert.ok(cause !== null && CAUSES[family].includes(cause), name)
  }
})

test('every family and every cause of the diagnosis can be caused', () => {
  assert.deepEqual([...new Set(ATLAS.map((definition) => definition.family))].sort(), Object.keys(FAMILY_TITLES).sort())
  const caused = new Set(ATLAS.map((definition) => definition.cause))
  // A wrong setting is made on Relink's side; a bank can only refuse what follows from it.
  for (const cause of Object.values(CAUSES).flat().filter((one) => one !== 'configuration')) assert.ok(caused.has(cause), cause)
})

test('docs/faults.md says what the atlas says', () => {
  const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
  assert.equal(page, faultTable(), 'run: node bank/faults/table.ts > docs/faults.md')
})

test('a wrong order is refused with its reason, and nothing is injected', () => {
  const bank = createBank({ clock: { now: () => 1.78e12 }, seed: 1, historyDays: 3 })
  const orders = [
    [{ name: 'nope' }, /no fault nope/],
    [{ name: 'http-503', login: 'nobody' }, /no login nobody/],
    [{ name: 'http-503', account: '1' }, /no account 1/],
    [{ name: 'slow-drip', parameters: { bytesPerSecond: 'fast' } }, /must be a number/],
    [{ name: 'slow-drip', parameters: { speed: 1 } }, /no parameter speed/],
    [{ name: 'http-503', lastsMs: -1 }, /at least 0/],
  ] as const
  for (const [order, reason] of orders) assert.throws(() => bank.inject(order), reason)
  assert.equal(bank.faults.list(bank.now()).length, 0)
})

test('faults begin and end by the clock, several at once, and the likelihood is repeatable', async () => {
  const run = async (): Promise<number[]> => {
    let now = 1.78e12
    const bank = createBank({ clock: { now: () => now }, seed: 4, historyDays: 3 })
    bank.inject({ name: 'http-500', likelihood: 0.5 })
    bank.inject({ name: 'http-503', startsInMs: 10_000, lastsMs: 5_000 })
    const seen: number[] = []
    for (let second = 0; second < 20; second++, now += 1_000) {
      const given = await bank.handle({ method: 'POST', url: '/ofx', headers: {}, body: new Uint8Array(), scheme: 'http' })
      seen.push(given.kind === 'http' ? given.status : 0)
    }
    return seen
  }
  const seen = await run()
  assert.deepEqual(await run(), seen)
  assert.ok(seen.includes(500) && seen.includes(400))
  assert.deepEqual(
    seen.slice(10, 15).filter((status) => status === 400),
    [],
  )
  assert.deepEqual(
    seen.slice(15).filter((status) => status === 503),
    [],
  )
})

test('a fault of one login leaves the others alone', () => {
  const bank = createBank({ clock: { now: () => 1.78e12 }, seed: 1, historyDays: 3 })
  bank.inject({ name: 'login-locked', login: 'lena' })
  assert.deepEqual(
    [...bank.state.logins.values()].filter((login) => login.locked).map((login) => login.customer.user),
    ['lena'],
  )
})
