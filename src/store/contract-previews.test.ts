/** The contract of reconnect previews, for both stores: a switch is one step, once, or nothing. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SwitchAct } from '../ports/history.ts'
import { aConnection, aLedger, aPage, anAnswer, aPreview, aRun, aSource, newId } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

for (const twin of [memoryTwin(), postgres]) {
  describe(`previews in ${twin.name}`, { concurrency: false }, () => {
    async function ready() {
      const tenant = await twin.newTenant()
      const [old, shadow] = [aConnection(), aConnection({ state: 'preview' })]
      for (const connection of [old, shadow]) await tenant.connections.create(connection)
      const ledger = await aLedger(tenant, old.id)
      const preview = aPreview(old.id, { shadowId: shadow.id })
      await tenant.previews.create(preview)
      const run = aRun({ connectionId: shadow.id, trigger: 'switch', outcome: 'succeeded' })
      const source = aSource(ledger.accountId, { connectionId: shadow.id })
      const act: SwitchAct = {
        previewId: preview.id, run, newSources: [source], sources: [{ id: ledger.sourceId, state: 'replaced' }],
        connections: [{ id: old.id, patch: { state: 'disabled', nextSyncAt: null } }, { id: shadow.id, patch: { state: 'active', nextSyncAt: 5 } }],
        pages: [aPage({ ...ledger, sourceId: source.id, runId: run.id }, [{ text: 'a' }])],
      }
      return { tenant, old, shadow, ledger, preview, act }
    }

    test('answers come back in order; a change counts only from the states that it names', async () => {
      const { tenant, preview, ledger } = await ready()
      const [first, second] = [anAnswer(ledger.accountId), { ...anAnswer(ledger.accountId), covers: anAnswer(ledger.accountId).asked }]
      for (const answer of [first, second]) await tenant.previews.addAnswer(preview.id, answer)
      assert.deepEqual(await tenant.previews.answers(preview.id, ledger.accountId), [first, second])
      assert.equal(await tenant.previews.update(preview.id, ['reading'], { state: 'failed' }), false)
      assert.equal(await tenant.previews.update(preview.id, ['ready'], { state: 'cancelled', updatedAt: 9 }), true)
      assert.deepEqual(await tenant.previews.get(preview.id), { ...preview, state: 'cancelled', updatedAt: 9 })
      await tenant.previews.dropAnswers(preview.id)
      assert.deepEqual(await tenant.previews.answers(preview.id, ledger.accountId), [])
      assert.equal(await tenant.previews.get(newId()), null)
    })

    test('of switches at once one is made: sources, connections and rows together', async () => {
      const { tenant, old, shadow, ledger, preview, act } = await ready()
      const other = { ...act, run: aRun({ connectionId: shadow.id, trigger: 'switch' }), newSources: [], pages: [] }
      assert.deepEqual((await Promise.all([tenant.previews.switchOver(act), tenant.previews.switchOver(other)])).filter(Boolean).length, 1)
      const stored = (await tenant.previews.list({ connectionId: old.id }))[0]!
      assert.deepEqual([stored.state, (await tenant.connections.get(old.id))?.state, (await tenant.connections.get(shadow.id))?.state], ['switched', 'disabled', 'active'])
      assert.deepEqual((await tenant.previews.list({ switchRunId: stored.switchRunId! })).map((p) => p.id), [preview.id])
      assert.equal((await tenant.accounts.sources({ accountId: ledger.accountId })).find((s) => s.id === ledger.sourceId)?.state, 'replaced')
    })

    test('a switch that fails stores nothing of itself', async () => {
      const { tenant, old, shadow, ledger, preview, act } = await ready()
      const wrong = { ...act, pages: [...act.pages, aPage({ ...ledger, sourceId: newId(), runId: act.run.id }, [{ text: 'b' }])] }
      await assert.rejects(tenant.previews.switchOver(wrong))
      assert.deepEqual([(await tenant.previews.get(preview.id))?.state, (await tenant.connections.get(old.id))?.state, (await tenant.connections.get(shadow.id))?.state], ['ready', 'active', 'preview'])
      assert.deepEqual((await tenant.feed.transactions({ accountId: ledger.accountId, limit: 9 })).rows, [])
      assert.equal(await tenant.previews.switchOver(act), true)
      assert.equal((await tenant.feed.transactions({ accountId: ledger.accountId, limit: 9 })).rows.length, 1)
    })
  })
}
