/** The contract of taking everything along, for both stores: each thing once, by id, in pages, with what belongs to it. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { aLedger, anUpdate, aPage, aRun, newId } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

for (const twin of [memoryTwin(), postgres]) {
  describe(`everything in ${twin.name}`, { concurrency: false }, () => {
    test('rows of all accounts once, with reports and history, whatever changes between two pages; none of another tenant', async () => {
      const tenant = await twin.newTenant()
      const { feed, whole } = tenant
      const [one, two] = [await aLedger(tenant), await aLedger(tenant)]
      const page = aPage(one, [{ text: 'a', on: '2026-03-10' }, { text: 'b', on: '2026-03-11' }])
      const other = aPage(two, [{ text: 'c', on: '2026-03-01' }])
      await feed.commitPages([page, other])
      await aLedger(await twin.newTenant()).then((foreign) => foreign.tenant.feed.commitPage(aPage(foreign, [{ text: 'd' }])))
      const [a, b] = page.inserts
      const [c] = other.inserts
      await feed.decide(a!.id, { deleted: true }, 60)
      const first = await whole.rows(null, 2)
      assert.deepEqual(first.map(({ id }) => id), [a!.id, b!.id])
      // By day it would stand before what was read, and be left out.
      await feed.commitPage(aPage(two, [], { updates: [anUpdate(c!, { content: { amount: -1_300n } })] }))
      const rest = await whole.rows(b!.id, 2)
      assert.deepEqual(rest.map(({ id, amount }) => [id, amount]), [[c!.id, -1_300n]])
      assert.deepEqual(await whole.rows(c!.id, 2), [])
      for (const { id, observations, history, ...row } of [...first, ...rest]) {
        assert.deepEqual({ id, ...row }, await feed.transaction(id))
        assert.deepEqual([observations, history], [await feed.observations(id), await feed.history(id)])
      }
      assert.deepEqual([...first, ...rest].map(({ observations, history }) => [observations.length, history.map(({ reason }) => reason)]), [[1, ['decision']], [1, []], [1, ['correction']]])
    })

    test('questions, answered ones too, and runs, by id', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed, runs, whole } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }])
      const [a, b] = page.inserts
      const ask = () => ({ id: newId(), accountId: ledger.accountId, kind: 'same_transaction' as const, transactionId: a!.id, otherTransactionId: b!.id, pattern: null, askedAt: 5, answer: null, answeredAt: null, answerer: null })
      const questions = [ask(), ask()]
      await feed.commitPage({ ...page, questions })
      await feed.answerQuestion(questions[0]!.id, 'different', 7)
      assert.deepEqual((await whole.questions(null, 1)).map(({ id, answer }) => [id, answer]), [[questions[0]!.id, 'different']])
      assert.deepEqual((await whole.questions(questions[0]!.id, 9)).map(({ id, answer }) => [id, answer]), [[questions[1]!.id, null]])
      const run = aRun({ startedAt: 1, label: 'before.ofx' })
      await runs.create(run)
      assert.deepEqual([...(await whole.runs(null, 1)), ...(await whole.runs(ledger.runId, 9))], [await runs.get(ledger.runId), run])
    })
  })
}
