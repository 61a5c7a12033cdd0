/** The contract of an account that is concluded anew, for both stores: one step or nothing, and the way back. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { day } from '../domain/day.ts'
import type { RecomputeAct } from '../ports/history.ts'
import { aLedger, aPage, aQuery, aRun, digestOf, newId, newRow } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

const contentKeyOf = () => digestOf('again')

for (const twin of [memoryTwin(), postgres]) {
  describe(`recompute in ${twin.name}`, { concurrency: false }, () => {
    async function account() {
      const tenant = await twin.newTenant()
      const ledger = await aLedger(tenant)
      const page = aPage(ledger, [{ text: 'a', amount: 100n }, { text: 'b', amount: 200n }, { text: 'c', amount: 300n }], { covers: { from: day('2026-03-01'), to: day('2026-03-10') } })
      await tenant.feed.commitPage(page)
      const [a, b, c] = page.inserts
      const content = ({ id: _i, accountId: _a, state: _s, withdrawnReason: _w, contentKey: _k, decisions: _d, createdAt: _c, updatedAt: _u, ...rest }: NonNullable<typeof a>) => rest
      const question = { id: newId(), accountId: ledger.accountId, kind: 'same_transaction' as const, transactionId: a!.id, otherTransactionId: b!.id, pattern: null, askedAt: 5, answer: null, answeredAt: null, answerer: null }
      await tenant.feed.commitPage(aPage(ledger, [], { questions: [question] }))
      const made = newRow(ledger, { text: 'made', amount: 300n }).transaction
      const key = (index: number) => page.observations[index]!.key
      // b is one with a, which changes too; the report of c belongs to a new transaction.
      const act: RecomputeAct = {
        run: aRun({ trigger: 'recompute', outcome: 'succeeded', endedAt: 9, label: 'Everyday' }), accountId: ledger.accountId, sourceIds: [ledger.sourceId], inserts: [made],
        rows: [
          { id: a!.id, content: { ...content(a!), amount: 150n, name: 'Better' }, state: 'posted', withdrawnReason: null, contentKey: digestOf('better'), joins: [b!.id] },
          { id: b!.id, content: content(b!), state: 'withdrawn', withdrawnReason: 'merged', contentKey: b!.contentKey, joins: [] },
        ],
        moves: [
          { sourceId: ledger.sourceId, key: key(1), from: b!.id, to: a!.id, tier: 'rekey' },
          { sourceId: ledger.sourceId, key: key(2), from: c!.id, to: made.id, tier: 'new' },
        ],
        questions: [{ ...question, id: newId(), transactionId: a!.id, otherTransactionId: made.id, askedAt: 9 }], closed: [question.id],
        spans: [{ accountId: ledger.accountId, sourceId: ledger.sourceId, from: day('2026-03-01'), to: day('2026-03-10'), opening: 0n, closing: 450n, rowsSum: 450n, status: 'proved' }],
      }
      return { tenant, ledger, page, a: a!, b: b!, c: c!, made, act, question }
    }
    type Made = Awaited<ReturnType<typeof account>>
    const rowsOf = async ({ tenant, ledger }: Made) => (await tenant.feed.transactions({ accountId: ledger.accountId, limit: 9, order: 'oldest', includeDeleted: true })).rows.map(({ updatedAt: _, ...row }) => row)
    const reportsOf = async ({ tenant, a, b, c, made }: Made) => Promise.all([a, b, c, made].map(async ({ id }) => (await tenant.feed.observations(id)).map(({ reference, tier }) => `${reference} ${tier}`)))

    test('pages come in the order of their commits without those that were taken back; reports by their keys', async () => {
      const { tenant, ledger, page } = await account()
      const later = { ...ledger, runId: (await aRunIn(tenant)).id }
      const more = aPage(later, [{ text: 'd' }])
      await tenant.feed.commitPage(more)
      const { accountId } = ledger
      const all = await tenant.history.pages(accountId, 0, 9)
      assert.deepEqual(all.map(({ seen, covers, runId, sourceId, accountId: of }) => ({ seen, covers, runId, sourceId, of })), [page, { seen: [], covers: null, runId: ledger.runId }, more].map((p) => ({ seen: p.seen, covers: p.covers, runId: p.runId, sourceId: ledger.sourceId, of: accountId })))
      assert.deepEqual(await tenant.history.pages(accountId, all[0]!.seq, 1), [all[1]])
      const keys = [...page.observations, ...more.observations].map(({ key }) => key).sort()
      const reports = await tenant.history.reports(ledger.sourceId, null, 2)
      assert.deepEqual([...reports, ...(await tenant.history.reports(ledger.sourceId, keys[1]!, 9))].map(({ key }) => key), keys)
      assert.deepEqual(reports[0], [...page.observations, ...more.observations].find(({ key }) => key === keys[0]))
      await tenant.history.undo({ runId: later.runId, by: aRun({ trigger: 'undo' }), cursors: [], sources: [], connections: [], preview: null, contentKeyOf })
      assert.deepEqual((await tenant.history.pages(accountId, 0, 9)).map(({ seq }) => seq), all.slice(0, 2).map(({ seq }) => seq))
      assert.deepEqual([await tenant.history.pages(newId(), 0, 9), await tenant.history.reports(newId(), null, 9)], [[], []])
    })

    test('after which page an answer was given is known, whatever the clock said; where it is taken back it is not', async () => {
      const { tenant, ledger, question } = await account()
      const { accountId } = ledger
      assert.deepEqual(await tenant.history.answeredAfter(accountId), new Map())
      await tenant.feed.answerQuestion(question.id, 'different', 9e12)
      await tenant.feed.commitPage(aPage(ledger, [{ text: 'd' }], { at: 1 }))
      const pages = await tenant.history.pages(accountId, 0, 9)
      assert.deepEqual(await tenant.history.answeredAfter(accountId), new Map([[question.id, pages.at(-2)!.seq]]))
      assert.deepEqual(await tenant.history.answeredAfter(newId()), new Map())
      assert.equal(await tenant.feed.takeBackAnswer(question.id, 2, contentKeyOf), 'back')
      assert.deepEqual(await tenant.history.answeredAfter(accountId), new Map())
    })

    test('all of it is there in one step; its undo brings back rows, reports and questions, and what a person decided stays', async () => {
      const made = await account()
      const { tenant, ledger, a, b, act, question } = made
      await tenant.feed.decide(b.id, { category: 'food' }, 7)
      const [rows, reports] = [await rowsOf(made), await reportsOf(made)]
      assert.equal(await tenant.history.recompute(act), true)
      assert.deepEqual(await reportsOf(made), [['ref-a new', 'ref-b rekey'], [], [], ['ref-c new']])
      const now = (await tenant.feed.transaction(a.id))!
      assert.deepEqual([now.amount, now.name, now.state, now.decisions.category], [150n, 'Better', 'posted', 'food'])
      assert.deepEqual([(await tenant.feed.transaction(b.id))!.withdrawnReason, (await tenant.feed.transaction(made.made.id))!.state], ['merged', 'posted'])
      for (const { id } of [a, b, made.made]) assert.deepEqual((await tenant.feed.history(id)).filter(({ runId }) => runId === act.run.id).map(({ reason }) => reason), ['recomputed'])
      assert.deepEqual((await tenant.feed.questions({ open: true })).map(({ id }) => id), act.questions.map(({ id }) => id))
      assert.deepEqual([await tenant.feed.spans(ledger.accountId), await tenant.runs.get(act.run.id)], [act.spans, act.run])
      const found = await tenant.feed.candidates(aQuery(ledger, { keys: [made.page.observations[1]!.key], contentKeys: [digestOf('better')] }))
      assert.deepEqual([found.known.get(made.page.observations[1]!.key)?.transactionId, found.transactions.map(({ id }) => id)], [a.id, [a.id]])

      await tenant.history.undo({ runId: act.run.id, by: aRun({ trigger: 'undo', outcome: 'succeeded' }), cursors: [], sources: [], connections: [], preview: null, contentKeyOf })
      assert.deepEqual(await reportsOf(made), reports)
      const back = await rowsOf(made)
      assert.deepEqual(back.filter(({ id }) => id !== made.made.id), rows.map((row) => (row.id === a.id ? { ...row, decisions: { ...row.decisions, category: 'food' } } : row)))
      assert.deepEqual((await tenant.feed.transaction(made.made.id))!.withdrawnReason, 'undone')
      assert.deepEqual((await tenant.feed.questions({ open: true })).map(({ id }) => id), [question.id])
    })

    test('there and back: the undo can be undone, and then the recompute be taken back again', async () => {
      const made = await account()
      const { tenant, act } = made
      const undo = async (runId: string) => {
        const by = aRun({ trigger: 'undo', outcome: 'succeeded' })
        assert.notEqual(await tenant.history.undo({ runId, by, cursors: [], sources: [], connections: [], preview: null, contentKeyOf }), null)
        return by.id
      }
      const state = async () => [await rowsOf(made), await reportsOf(made), (await tenant.feed.questions({ open: true })).map(({ id }) => id)]
      assert.equal(await tenant.history.recompute(act), true)
      const applied = await state()
      const back = await undo(act.run.id)
      const before = await state()
      assert.notDeepEqual(before, applied)
      await undo(back)
      assert.deepEqual(await state(), applied)
      await undo(act.run.id)
      assert.deepEqual(await state(), before)
    })

    test('where a report is not any more where it was seen, nothing of it is stored; nor when it fails midway', async () => {
      const made = await account()
      const { tenant, act, b, question } = made
      const [rows, reports] = [await rowsOf(made), await reportsOf(made)]
      assert.equal(await tenant.history.recompute({ ...act, moves: [...act.moves].reverse().map((move) => (move.from === b.id ? { ...move, from: newId() } : move)) }), false)
      assert.deepEqual([await rowsOf(made), await reportsOf(made), await tenant.runs.get(act.run.id)], [rows, reports, null])
      await tenant.feed.answerQuestion(question.id, 'same', 8)
      assert.equal(await tenant.history.recompute(act), false, 'a person was faster')
      assert.equal(await tenant.runs.get(act.run.id), null)
    })

    async function aRunIn(tenant: Made['tenant']) {
      const run = aRun()
      await tenant.runs.create(run)
      return run
    }
  })
}
