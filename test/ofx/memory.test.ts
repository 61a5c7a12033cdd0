import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBank } from '../../bank/bank.ts'
import { ANA } from '../../bank/customers.ts'
import { createMemoryTransport, type BankHandle } from '../../src/adapters/transport.ts'
import { uuidOf } from '../../src/adapters/entropy.ts'
import { createRecorder } from '../../src/connector-kit/recorder.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import { day } from '../../src/domain/day.ts'
import type { Institution } from '../../src/domain/institution.ts'
import { createMemoryStore } from '../../src/store/memory/store.ts'
import { masterKeyOf } from '../../src/vault/keys.ts'
import { createVault } from '../../src/vault/vault.ts'

const URL_OF_BANK = 'https://bank.example/ofx'
const NOW = Date.UTC(2026, 2, 2, 15)

/** A whole run without a socket, a timer or a clock: what the simulator does. */
async function play(seed: number): Promise<string> {
  const bank = createBank({ clock: { now: () => NOW }, seed, historyDays: 60 } as Parameters<typeof createBank>[0])
  const handle: BankHandle = async ({ method, url, headers, body }) => {
    const answer = await bank.handle({ method, url: url.pathname, headers: { host: url.host, ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])) }, body: body ?? new Uint8Array(0), scheme: 'https' })
    if (answer.kind !== 'http') throw new Error('the bank did not answer')
    return { kind: 'answer', answer: { status: answer.status, headers: answer.headers, cookies: [], body: answer.body } }
  }
  let drawn = 0
  const entropy = { bytes: (length: number) => Uint8Array.from({ length }, () => (drawn = (drawn * 73 + seed) % 251)), fraction: () => 0, id: (at: number) => uuidOf(at, Uint8Array.of((drawn += 1) % 256, seed, 0, 0, 0, 0, 0, 0, 0, 0)) }
  const clock = { now: () => NOW, sleep: async () => {} }
  const vault = createVault({ secrets: createMemoryStore().tenant('t').secrets, tenantId: 't', masterKey: masterKeyOf(new Uint8Array(32).fill(3)), clock, entropy })
  const owner = { connectionId: 'c', loginIndex: vault.loginIndex('b', ANA.user) }
  const audience = ['https://bank.example:443']
  await vault.seal({ owner, values: { username: ANA.user, password: ANA.password }, origins: audience })
  const quiet = { info: () => {}, warn: () => {}, error: () => {} }
  const recorder = createRecorder()
  const transport = createMemoryTransport({ bank: handle, vault, owner, audience, clock, log: quiet, recorder, pseudonym: (text) => vault.pseudonym(text) })
  const settings = { url: URL_OF_BANK, trustedUrls: ['https://bank.example/ofx'] }
  const institution: Institution = { id: 'b', name: 'B', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'ofx', settings }] }
  const context = { institution, settings, transport, now: () => NOW, newId: () => entropy.id(NOW), state: {}, resume: null }
  const listed = await connector.listAccounts(context)
  assert.ok(listed.kind === 'done', JSON.stringify(listed))
  const rows: unknown[] = []
  for (const { ref } of listed.value.accounts) {
    for await (const step of connector.readAccount(context, ref, { from: day('2026-01-15'), to: day('2026-03-02') }, null)) rows.push(step)
  }
  return JSON.stringify([listed, rows, recorder.records()])
}

test('a run over the in-process transport is the same byte for byte for the same seed', async () => {
  const first = await play(7)
  assert.equal(await play(7), first)
  assert.notEqual(await play(8), first)
  assert.ok(!first.includes(ANA.password))
})
