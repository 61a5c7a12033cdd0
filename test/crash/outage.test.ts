/** A bank that is away for half a day: its feed comes back by itself, also where the bank knows no anonymous question, and no password is used up on it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../../bank/customers.ts'
import { createMemoryWorld, FORM } from './memory-world.ts'

const START = Date.parse('2026-03-05T15:00:00Z')
const HOUR_MS = 3_600_000
const customers = [{ ...ANA, accounts: ANA.accounts.slice(0, 1) }]

// Fails when: the second try goes out while the bank still answers with an error (planted: nothing is asked before it; withheld for good).
for (const settings of [{}, { profile: false, version: '211' }]) {
  for (const fault of ['http-500', 'http-502', 'http-503', 'http-504', 'connection-reset', 'html-instead', 'empty-200']) {
    test(`${fault}, ${'profile' in settings ? 'a bank without an anonymous profile' : 'a bank with a profile'}: read again without a person`, async () => {
      const world = createMemoryWorld({ now: START, seed: 21, historyDays: 5, customers, settings })
      const done = await world.start().verbs.connect({ institutionId: 'riverside', connector: null, form: FORM })
      assert.ok(done.kind === 'connected', JSON.stringify(done))
      const { id } = done.connection
      const dueAt = async () => (await world.store.connections.get(id))?.nextSyncAt ?? assert.fail('nothing is planned: a person is waited for')
      world.now = await dueAt()
      world.bank.inject({ name: fault })
      for (const until = world.now + 12 * HOUR_MS; world.now < until; world.now = await dueAt()) {
        const read = await world.start().sync(id, 'schedule')
        assert.ok(read.ok && read.value.outcome === 'failed')
      }
      const sent = (await world.store.secrets.ledger(world.start().loginIndex)).attempts.filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'not_sent')
      assert.ok(sent.length <= 1, `${sent.length} sign-ins into a bank that is away`)
      world.bank.clear()
      const read = await world.start().sync(id, 'schedule')
      assert.ok(read.ok && read.value.outcome === 'succeeded', JSON.stringify(read))
      assert.deepEqual(await world.store.problems.list({ open: true, limit: 9 }), [])
    })
  }
}
