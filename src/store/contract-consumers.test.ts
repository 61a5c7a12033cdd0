/** The contract of consumers, for both stores: what a claim, a use and a revocation do, what was read, and which rows arrived late. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Consumer } from '../domain/consumer.ts'
import { day } from '../domain/day.ts'
import { aLedger, anUpdate, aPage, newId } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

const bytes = (fill: number) => new Uint8Array(32).fill(fill)

function aConsumer(over: Partial<Consumer> = {}): Consumer {
  return {
    id: newId(), label: 'Books', url: 'http://127.0.0.1:7351', accountIds: null, createdAt: 10, setupDigest: bytes(1), setupExpiresAt: 1_000,
    accessDigest: null, claimedAt: null, claims: 0, firstUsedAt: null, lastUsedAt: null, revokedAt: null, ...over,
  }
}

for (const twin of [memoryTwin(), postgres]) {
  describe(`consumers in ${twin.name}`, { concurrency: false }, () => {
    test('a consumer comes back as it was made, oldest first, with its accounts or with all', async () => {
      const { consumers } = await twin.newTenant()
      const first = aConsumer({ accountIds: [newId(), newId()], createdAt: 5 })
      const second = aConsumer({ accessDigest: bytes(9), claims: 1, claimedAt: 11, firstUsedAt: 12, lastUsedAt: 13, revokedAt: 14 })
      await consumers.create(second)
      await consumers.create(first)
      assert.deepEqual(await consumers.list(), [first, second])
      assert.deepEqual(await consumers.get(first.id), first)
      assert.equal(await consumers.get(newId()), null)
      assert.equal(await consumers.get('no uuid'), null)
    })

    test('a claim counts and replaces the access secret before it, until the first use', async () => {
      const { consumers } = await twin.newTenant()
      const { id } = aConsumer()
      await consumers.create(aConsumer({ id }))
      assert.equal(await consumers.claim(id, bytes(2), 20), 1)
      assert.equal(await consumers.claim(id, bytes(3), 30), 2)
      assert.equal(await consumers.use(id, bytes(2), 40), false, 'the replaced secret is void')
      assert.equal(await consumers.use(id, bytes(3), 50), true)
      assert.equal(await consumers.use(id, bytes(3), 60), true)
      assert.equal(await consumers.claim(id, bytes(4), 70), null, 'used: the setup secret is void')
      const { accessDigest, claims, claimedAt, firstUsedAt, lastUsedAt } = (await consumers.get(id))!
      assert.deepEqual({ accessDigest, claims, claimedAt, firstUsedAt, lastUsedAt }, { accessDigest: bytes(3), claims: 2, claimedAt: 30, firstUsedAt: 50, lastUsedAt: 60 })
    })

    test('nothing can be claimed from the instant at which the setup expires', async () => {
      const { consumers } = await twin.newTenant()
      const { id } = aConsumer()
      await consumers.create(aConsumer({ id }))
      assert.equal(await consumers.claim(id, bytes(2), 1_000), null)
      assert.equal(await consumers.claim(id, bytes(2), 999), 1)
    })

    test('a revoked consumer can neither claim nor be used, and keeps the instant of its revocation', async () => {
      const { consumers } = await twin.newTenant()
      const { id } = aConsumer()
      await consumers.create(aConsumer({ id }))
      await consumers.claim(id, bytes(2), 20)
      await consumers.revoke(id, 30)
      await consumers.revoke(id, 40)
      assert.equal(await consumers.use(id, bytes(2), 50), false)
      assert.equal(await consumers.claim(id, bytes(3), 50), null)
      assert.equal((await consumers.get(id))!.revokedAt, 30)
      await consumers.revoke(newId(), 60)
    })

    test('a consumer belongs to its tenant', async () => {
      const [mine, other] = [await twin.newTenant(), await twin.newTenant()]
      const { id } = aConsumer()
      await mine.consumers.create(aConsumer({ id }))
      assert.equal(await other.consumers.get(id), null)
      assert.deepEqual(await other.consumers.list(), [])
      assert.equal(await other.consumers.claim(id, bytes(2), 20), null)
      await other.consumers.revoke(id, 20)
      assert.equal((await mine.consumers.get(id))!.revokedAt, null)
    })

    test('a read reaches back ever further and keeps its first instant', async () => {
      const tenant = await twin.newTenant()
      const { accountId } = await aLedger(tenant)
      const { id } = aConsumer()
      await tenant.consumers.create(aConsumer({ id }))
      assert.deepEqual(await tenant.consumers.reads(id), [])
      await tenant.consumers.recordRead(id, { accountId, from: day('2026-03-01'), at: 100 })
      await tenant.consumers.recordRead(id, { accountId, from: day('2026-02-01'), at: 200 })
      await tenant.consumers.recordRead(id, { accountId, from: day('2026-04-01'), at: 300 })
      assert.deepEqual(await tenant.consumers.reads(id), [{ accountId, from: '2026-02-01', at: 100 }])
      assert.deepEqual(await tenant.consumers.reads(newId()), [])
      await assert.rejects(tenant.consumers.recordRead(id, { accountId: newId(), from: day('2026-02-01'), at: 1 }))
    })

    test('rows that arrived: made, or become posted, in the window; pages go on where they stopped', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'old' }, { text: 'turned', status: 'pending' }, { text: 'later' }, { text: 'touched' }])
      const [old, turned, later, touched] = page.inserts.map((row, index) => ({ ...row, createdAt: index === 2 ? 500 : 100, updatedAt: index === 2 ? 500 : 100 }))
      await feed.commitPage({ ...page, inserts: [old!, turned!, later!, touched!] })
      const change = { transactionId: turned!.id, at: 600, runId: ledger.runId, reason: 'pending_posted' as const, by: null, changes: { state: ['pending', 'posted'] as const } }
      await feed.commitPage(aPage(ledger, [], { at: 600, updates: [anUpdate(turned!, { content: { status: 'posted' }, state: 'posted', change })] }))
      await feed.decide(touched!.id, { category: 'food' }, 600)
      const arrived = async (since: number, until: number) =>
        (await feed.transactions({ accountId: ledger.accountId, order: 'oldest', arrived: { since, until }, limit: 10 })).rows.map((row) => row.id).sort()
      assert.deepEqual(await arrived(500, 601), [turned!.id, later!.id].sort())
      assert.deepEqual(await arrived(501, 600), [])
      assert.deepEqual(await arrived(0, 101), [old!.id, turned!.id, touched!.id].sort())
      const first = await feed.transactions({ accountId: ledger.accountId, order: 'oldest', arrived: { since: 0, until: 101 }, limit: 2 })
      const rest = await feed.transactions({ accountId: ledger.accountId, order: 'oldest', arrived: { since: 0, until: 101 }, limit: 2, cursor: first.next! })
      assert.deepEqual([first.rows.length, rest.rows.length, rest.next], [2, 1, null])
    })

    test('rows that arrived: taken back into the books, too, at the instant of that decision', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'excluded' }, { text: 'deleted' }, { text: 'still out' }, { text: 'pending', status: 'pending' }])
      await feed.commitPage({ ...page, inserts: page.inserts.map((row) => ({ ...row, createdAt: 100, updatedAt: 100 })) })
      const [excluded, deleted, out, pending] = page.inserts.map(({ id }) => id)
      for (const id of [excluded!, out!, pending!]) await feed.decide(id, { excluded: true }, 200)
      await feed.decide(deleted!, { deleted: true }, 200)
      for (const id of [excluded!, pending!]) await feed.decide(id, { excluded: false }, 300)
      await feed.decide(deleted!, { deleted: false }, 300)
      const arrived = async (since: number, until: number) => (await feed.transactions({ accountId: ledger.accountId, arrived: { since, until }, limit: 10 })).rows.map((row) => row.id).sort()
      assert.deepEqual([await arrived(200, 300), await arrived(300, 301), await arrived(301, 400)], [[], [excluded!, deleted!, pending!].sort(), []])
    })

    test('the newest balance of a kind, of all sources', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, runId } = ledger
      const stated = (on: string, amount: bigint, observedAt: number, kind: 'ledger' | 'available') => ({ accountId, sourceId, runId, kind, amount, on: day(on), observedAt })
      const newest = stated('2026-03-09', 7n, 3, 'available')
      assert.equal(await ledger.tenant.feed.newestBalance(accountId, 'available'), null)
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { balances: [stated('2026-03-09', 5n, 2, 'available'), newest, stated('2026-03-08', 6n, 9, 'available'), stated('2026-03-10', 8n, 9, 'ledger')] }))
      assert.deepEqual(await ledger.tenant.feed.newestBalance(accountId, 'available'), newest)
    })
  })
}
