/** The contract of what reviewing needs, for both stores: rules that are taken back, rows to learn from, transfers. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { day } from '../domain/day.ts'
import type { CategoryRule } from '../domain/review.ts'
import { aLedger, aPage, newId } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

const aRule = (over: Partial<CategoryRule> = {}): CategoryRule => ({ id: newId(), contains: 'fuel', category: 'Fuel', accountId: null, createdAt: 7, ...over })

for (const twin of [memoryTwin(), postgres]) {
  describe(`review in ${twin.name}`, { concurrency: false }, () => {
    test('rows are listed by what a person gave them, and found by words, days and amounts, alike in both stores; categories are told with how many', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed, review } = ledger.tenant
      const page = aPage(ledger, [{ text: 'CAFE\u0301 a', on: '2026-03-01' }, { text: 'MÜLLER b', on: '2026-03-02' }, { text: 'c', on: '2026-03-03' }, { text: 'd', on: '2026-03-04' }, { text: 'e', on: '2026-03-05' }])
      await feed.commitPage(page)
      const ids = page.inserts.map(({ id }) => id) as [string, string, string, string, string]
      const names = new Map(ids.map((id, at) => [id, 'abcde'[at]]))
      await feed.decide(ids[0], { category: 'Food', note: 'x' }, 1)
      await feed.decide(ids[1], { category: 'Küche' }, 1)
      await feed.decide(ids[2], { excluded: true, category: 'Food' }, 1)
      await feed.decide(ids[3], { deleted: true, category: 'Food' }, 1)
      const listed = async (filter: object) => (await feed.transactions({ accountId: null, limit: 9, order: 'oldest', ...filter })).rows.map(({ id }) => names.get(id)).join('')
      for (const [filter, wanted] of [
        [{ category: 'Food' }, 'ac'], [{ category: '' }, 'e'], [{ category: 'food' }, ''], [{ mark: 'excluded' }, 'c'], [{ mark: 'included' }, 'abe'], [{ mark: 'noted' }, 'a'], [{ mark: 'deleted' }, 'd'], [{ mark: 'paired' }, ''], [{ mark: 'unpaired' }, 'abce'],
        [{ category: 'Food', mark: 'included' }, 'a'], [{ category: 'Food', includeDeleted: true }, 'acd'], [{ text: 'küch' }, 'b'], [{ text: 'café' }, 'a'], [{ text: 'müller' }, 'b'], [{ text: '3.3.2026' }, 'c'], [{ text: '2026-03-05' }, 'e'], [{ text: '3/5/2026' }, 'e'], [{ text: '100%' }, ''],
      ] as const) assert.equal(await listed(filter), wanted, JSON.stringify(filter))
      assert.deepEqual(await review.categories(), [{ category: 'Food', rows: 2 }, { category: 'Küche', rows: 1 }])
    })

    test('a rule changes the rows that are as they were seen; removed with restore it gives back what they had, but not what was chosen since', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed, review } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'd' }])
      await feed.commitPage(page)
      const [a, b, c, d] = page.inserts.map(({ id }) => id) as [string, string, string, string]
      await feed.decide(b, { category: 'Car' }, 1)
      await feed.decide(c, { category: 'Food' }, 2)
      const categories = async () => Promise.all([a, b, c, d].map(async (id) => (await feed.transaction(id))!.decisions.category))
      const rule = aRule({ accountId: ledger.accountId })
      const seen = [{ id: a, category: null }, { id: b, category: 'Car' }, { id: c, category: null }, { id: d, category: null }]
      assert.equal(await review.saveRule(rule, seen, 10), 3, 'c was not as it was seen')
      assert.deepEqual(await categories(), ['Fuel', 'Fuel', 'Food', 'Fuel'])
      assert.deepEqual(await review.rules(), [rule])
      assert.deepEqual((await feed.history(b)).at(-1), { transactionId: b, at: 10, runId: null, reason: 'decision', by: `rule:${rule.id}`, changes: { category: ['Car', 'Fuel'] } })
      await feed.decide(d, { category: 'Trips' }, 11)
      assert.equal(await review.removeRule(rule.id, true, 12), 2)
      assert.deepEqual(await categories(), [null, 'Car', 'Food', 'Trips'])
      assert.equal(await review.removeRule(rule.id, true, 13), null)
      assert.deepEqual([await review.rules(), await review.removedRule(rule.id)], [[], rule])
      // Brought back, it is as before its removal, but for what was chosen since.
      await feed.decide(b, { category: 'Train' }, 13)
      assert.equal(await review.bringBackRule(rule.id, 13), 1)
      assert.deepEqual([await categories(), await review.rules(), await review.removedRule(rule.id)], [['Fuel', 'Train', 'Food', 'Trips'], [rule], null])
      assert.equal(await review.bringBackRule(rule.id, 13), null)
      await feed.decide(b, { category: 'Fuel' }, 13)
      assert.equal(await review.removeRule(rule.id, true, 13), 1, 'it remembers its row; the other one is a person’s by now')
      assert.deepEqual(await categories(), [null, 'Fuel', 'Food', 'Trips'])
      await feed.decide(b, { category: 'Car' }, 13)
      // Removed without taking back, it comes back without changing anything, and still knows its rows.
      assert.equal(await review.bringBackRule(rule.id, 13), 1)
      assert.deepEqual([await review.removeRule(rule.id, false, 13), await review.bringBackRule(rule.id, 13), await categories()], [0, 0, ['Fuel', 'Car', 'Food', 'Trips']])
      assert.deepEqual([await review.removeRule(rule.id, true, 13), await categories()], [1, [null, 'Car', 'Food', 'Trips']])
      assert.equal(await review.bringBackRule(newId(), 13), null)
      const other = aRule({ contains: 'other' })
      await review.saveRule(other, [], 13)
      await review.removeRule(other.id, false, 14)
      assert.deepEqual([await review.removedRules(9), await review.removedRules(1)], [[other, rule], [other]])
      const kept = aRule({ createdAt: 8 })
      assert.equal(await review.saveRule(kept, [], 14), 0)
      assert.equal(await review.saveRule({ ...rule, id: newId() }, [{ id: a, category: null }], 15), 1)
      assert.equal(await review.removeRule((await review.rules())[0]!.id, false, 16), 0)
      assert.deepEqual([await categories(), await review.rules()], [['Fuel', 'Car', 'Food', 'Trips'], [kept]])
      await assert.rejects(review.saveRule(aRule({ accountId: newId() }), [], 17))
    })

    test('rows to learn from: what contains a text, what has a category, what may be the other side', async () => {
      const tenant = await twin.newTenant()
      const [one, two] = [await aLedger(tenant), await aLedger(tenant)]
      const page = aPage(one, [{ text: 'FUEL 100%', on: '2026-03-01' }, { text: 'fuel_88', on: '2026-03-02', amount: -500n }, { text: 'bread', on: '2026-03-03' }])
      const others = aPage(two, [{ text: 'in', on: '2026-03-04', amount: 500n }, { text: 'in too', on: '2026-03-20', amount: 500n }, { text: 'Fuel', on: '2026-03-05' }, { text: 'gone fuel', on: '2026-03-05' }])
      await tenant.feed.commitPage(page)
      await tenant.feed.commitPage(others)
      await tenant.feed.decide(others.inserts[3]!.id, { deleted: true }, 1)
      await tenant.feed.decide(page.inserts[0]!.id, { category: 'x' }, 1)
      await tenant.feed.decide(others.inserts[2]!.id, { category: 'y', excluded: true }, 1)
      const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
      assert.deepEqual(ids(await tenant.review.containing('FUEL', null, 9)), [page.inserts[1]!.id, page.inserts[0]!.id])
      assert.deepEqual(ids(await tenant.review.containing('fuel_', one.accountId, 9)), [page.inserts[1]!.id])
      assert.deepEqual(ids(await tenant.review.containing('0%', two.accountId, 9)), [])
      assert.deepEqual(ids(await tenant.review.containing('fuel', null, 1)), [page.inserts[1]!.id])
      assert.deepEqual(ids(await tenant.review.categorised(9)), [others.inserts[2]!.id, page.inserts[0]!.id])
      const { currency } = page.inserts[0]!
      const query = { accountId: one.accountId, currency, amounts: [500n, 7n], from: day('2026-02-25'), to: day('2026-03-07'), limit: 9 }
      assert.deepEqual(ids(await tenant.review.opposites(query)), [others.inserts[0]!.id])
      assert.deepEqual(ids(await tenant.review.opposites({ ...query, accountId: two.accountId })), [])
    })

    test('a transfer pairs two free rows once, shows both sides, and is taken back as a whole', async () => {
      const tenant = await twin.newTenant()
      const [one, two] = [await aLedger(tenant), await aLedger(tenant)]
      const [out, into] = [aPage(one, [{ text: 'out', amount: -500n }]), aPage(two, [{ text: 'in', amount: 500n }, { text: 'other', amount: 500n }])]
      await tenant.feed.commitPage(out)
      await tenant.feed.commitPage(into)
      const [from, to, other] = [out.inserts[0]!.id, into.inserts[0]!.id, into.inserts[1]!.id]
      const transferId = newId()
      assert.equal(await tenant.review.pair(transferId, [from, to], 5), true)
      assert.deepEqual((await tenant.review.sides(transferId)).map(({ id, decisions }) => [id, decisions.transfer, decisions.review]), [[from, transferId, 'accepted'], [to, transferId, 'accepted']])
      assert.equal(await tenant.review.pair(newId(), [from, other], 6), false, 'it is a side already')
      assert.equal(await tenant.review.pair(newId(), [newId(), other], 6), false)
      assert.equal(await tenant.review.unpair(transferId, 7), true)
      assert.deepEqual([await tenant.review.sides(transferId), await tenant.review.unpair(transferId, 8)], [[], false])
      // What was accepted by itself before stays so.
      await tenant.feed.decide(other, { review: 'accepted' }, 9)
      const again = newId()
      assert.equal(await tenant.review.pair(again, [from, other], 10), true)
      assert.equal(await tenant.review.unpair(again, 11), true)
      assert.deepEqual(await Promise.all([from, other].map(async (id) => (await tenant.feed.transaction(id))!.decisions.review)), ['for_review', 'accepted'])
      assert.deepEqual((await tenant.feed.history(from)).slice(0, 2).map(({ changes }) => changes), [
        { review: ['for_review', 'accepted'], transfer: [null, transferId] }, { review: ['accepted', 'for_review'], transfer: [transferId, null] },
      ])
    })
  })
}
