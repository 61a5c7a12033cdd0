/** The contract of the feed, for both stores: what a page stores, what the matcher is told, what a person decides. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { asActor } from '../acting/acting.ts'
import { day } from '../domain/day.ts'
import type { TenantStore } from '../ports/store.ts'
import { aConnection, anAccount, aLedger, aPage, aQuery, aRun, anUpdate, aSource, digestOf, newId, newRow, type Ledger } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

async function everyRow(tenant: TenantStore, accountId: string) {
  return (await tenant.feed.transactions({ accountId, includeDeleted: true, limit: 10_000 })).rows
}

async function ask(ledger: Ledger, kind: 'same_transaction' | 'removed_at_bank', transactionId: string, otherTransactionId: string | null): Promise<string> {
  const question = { id: newId(), accountId: ledger.accountId, kind, transactionId, otherTransactionId, pattern: 'like that', askedAt: 5, answer: null, answeredAt: null, answerer: null }
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { questions: [question] }))
  return question.id
}

for (const twin of [memoryTwin(), postgres]) {
  describe(`feed in ${twin.name}`, { concurrency: false }, () => {
    test('a page is stored whole: rows, coverage, balances, spans and cursor come back as they were given', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, runId } = ledger
      const balance = { accountId, sourceId, runId, kind: 'ledger' as const, amount: 987_654_321_012_345_678n, on: day('2026-03-31'), observedAt: 7 }
      const span = { accountId, sourceId, from: day('2026-03-01'), to: day('2026-03-31'), opening: 0n, closing: -5n, rowsSum: -5n, status: 'proved' as const }
      const page = aPage(ledger, [{ text: 'a', providerId: 'F1' }, { text: 'b', status: 'pending', pendingProviderId: 'P1' }], {
        covers: { from: day('2026-03-01'), to: day('2026-03-31') }, balances: [balance], spans: [span], cursor: { next: [1, { two: null }] },
      })
      assert.deepEqual(await ledger.tenant.feed.commitPage(page), { inserted: 2 })
      for (const [index, { contentKey: _, ...row }] of page.inserts.entries()) {
        assert.deepEqual(await ledger.tenant.feed.transaction(row.id), row)
        const { transactionId: __, ...observation } = page.observations[index]!
        assert.deepEqual(await ledger.tenant.feed.observations(row.id), [observation])
        assert.deepEqual(await ledger.tenant.feed.history(row.id), [])
      }
      assert.deepEqual(await ledger.tenant.feed.coverage(accountId), [{ accountId, sourceId, from: day('2026-03-01'), to: day('2026-03-31'), runId }])
      assert.deepEqual(await ledger.tenant.feed.balances(accountId, sourceId), [balance])
      assert.deepEqual(await ledger.tenant.feed.spans(accountId), [span])
      assert.deepEqual(await ledger.tenant.feed.cursor(sourceId), { next: [1, { two: null }] })
    })

    test('several pages are stored in their order and all or none; what another writer stored before is left out of each', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, runId, tenant } = ledger
      const stated = (amount: bigint) => ({ accountId, sourceId, runId, kind: 'closing' as const, amount, on: day('2026-03-31'), observedAt: 7 })
      const first = aPage(ledger, [{ text: 'a' }], { covers: { from: day('2026-03-01'), to: day('2026-03-10') }, balances: [stated(1n)] })
      const row = first.inserts[0]!
      const change = { transactionId: row.id, at: 5, runId, reason: 'correction' as const, by: null, changes: { state: ['posted', 'withdrawn'] as const } }
      const second = aPage(ledger, [{ text: 'b' }], { covers: { from: day('2026-03-11'), to: day('2026-03-20') }, balances: [stated(2n)], updates: [anUpdate(row, { state: 'withdrawn', withdrawnReason: 'bank_removed', change })] })
      assert.deepEqual(await tenant.feed.commitPages([first, second]), { inserted: 2 })
      assert.equal((await tenant.feed.transaction(row.id))?.state, 'withdrawn', 'the second page knows the first')
      assert.deepEqual((await tenant.feed.coverage(accountId)).map(({ from }) => from), ['2026-03-01', '2026-03-11'])
      assert.equal((await tenant.feed.lastStated(accountId, sourceId, day('2026-03-31')))?.balance.amount, 2n, 'of one day and instant the later page counts')
      const again = aPage(ledger, [{ text: 'a' }, { text: 'c' }])
      assert.deepEqual(await tenant.feed.commitPages([aPage(ledger, [{ text: 'd' }]), again]), { inserted: 2 }, 'c and d')
      const strange = aPage(ledger, [{ text: 'f' }], { runId: newId() })
      await assert.rejects(tenant.feed.commitPages([aPage(ledger, [{ text: 'e' }]), strange]))
      assert.equal((await everyRow(tenant, accountId)).length, 4)
    })

    test('how far the sources of a connection were read: days that touch are joined, those of an undone run do not count', async () => {
      const tenant = await twin.newTenant()
      const { id: connectionId } = aConnection()
      await tenant.connections.create(aConnection({ id: connectionId }))
      const ledger = await aLedger(tenant, connectionId)
      const { sourceId, runId } = ledger
      assert.deepEqual(await tenant.feed.progress(connectionId), new Map([[sourceId, { covered: [], cursor: null, pendingFrom: null }]]))
      const other = aRun({ connectionId })
      await tenant.runs.create(other)
      for (const [run, from, to] of [[runId, '2026-03-11', '2026-03-20'], [other.id, '2026-05-01', '2026-05-02'], [runId, '2026-03-01', '2026-03-10'], [runId, '2026-04-01', '2026-04-01']] as const) {
        await tenant.feed.commitPage(aPage(ledger, [], { runId: run, covers: { from: day(from), to: day(to) }, cursor: { to } }))
      }
      const joined = [{ from: day('2026-03-01'), to: day('2026-03-20') }, { from: day('2026-04-01'), to: day('2026-04-01') }]
      assert.deepEqual((await tenant.feed.progress(connectionId)).get(sourceId), { covered: [...joined, { from: day('2026-05-01'), to: day('2026-05-02') }], cursor: { to: '2026-04-01' }, pendingFrom: null })
      await tenant.history.undo({ runId: other.id, by: aRun({ trigger: 'undo' }), cursors: [], sources: [], connections: [], preview: null, contentKeyOf: () => '' })
      assert.deepEqual((await tenant.feed.progress(connectionId)).get(sourceId)?.covered, joined)
      const file = aSource(ledger.accountId)
      await tenant.accounts.addSource(file)
      await tenant.feed.commitPage(aPage({ ...ledger, sourceId: file.id }, [], { covers: { from: day('2026-03-05'), to: day('2026-03-21') } }))
      const covered = await tenant.feed.covered(ledger.accountId)
      assert.deepEqual(covered.filter((c) => c.sourceId === sourceId), joined.map((range) => ({ sourceId, ...range })))
      assert.deepEqual(covered.filter((c) => c.sourceId !== sourceId), [{ sourceId: file.id, from: day('2026-03-05'), to: day('2026-03-21') }])
      assert.deepEqual(await tenant.feed.covered(newId()), [])
      assert.deepEqual(await tenant.feed.progress(newId()), new Map())
    })

    test('since when something is pending in the account of a source, by the oldest row that is', async () => {
      const tenant = await twin.newTenant()
      const { id: connectionId } = aConnection()
      await tenant.connections.create(aConnection({ id: connectionId }))
      const ledger = await aLedger(tenant, connectionId)
      const pendingFrom = async () => (await tenant.feed.progress(connectionId)).get(ledger.sourceId)?.pendingFrom
      await tenant.feed.commitPage(aPage(ledger, [{ text: 'old', on: '2026-03-01' }, { text: 'b', on: '2026-03-09', status: 'pending' }, { text: 'a', on: '2026-03-07', status: 'pending' }]))
      assert.equal(await pendingFrom(), '2026-03-07')
      await tenant.feed.commitPage(aPage(await aLedger(tenant, connectionId), [{ text: 'elsewhere', on: '2026-01-01', status: 'pending' }]))
      assert.equal(await pendingFrom(), '2026-03-07')
    })

    test('a cursor of null leaves the stored one', async () => {
      const ledger = await aLedger(await twin.newTenant())
      assert.equal(await ledger.tenant.feed.cursor(ledger.sourceId), null)
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { cursor: { at: 1 } }))
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { cursor: null }))
      assert.deepEqual(await ledger.tenant.feed.cursor(ledger.sourceId), { at: 1 })
    })

    test('a page may bring the sign of its source with the rows that it turns', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const sign = async () => (await ledger.tenant.accounts.sources({ accountId: ledger.accountId }))[0]?.sign
      await ledger.tenant.feed.commitPage(aPage(ledger, [{ text: 'a' }]))
      assert.equal(await sign(), 1)
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { sign: -1 }))
      assert.equal(await sign(), -1)
    })

    test('the same page again adds nothing, not even with new ids', async () => {
      const ledger = await aLedger(await twin.newTenant())
      await ledger.tenant.feed.commitPage(aPage(ledger, [{ text: 'a' }, { text: 'b' }]))
      const again = aPage(ledger, [{ text: 'b' }, { text: 'a' }, { text: 'c' }])
      assert.deepEqual(await ledger.tenant.feed.commitPage(again), { inserted: 1 })
      assert.equal((await everyRow(ledger.tenant, ledger.accountId)).length, 3)
      assert.equal(await ledger.tenant.feed.transaction(again.inserts[0]!.id), null)
    })

    test('what an observation that lost would have changed or asked is dropped with it', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const first = aPage(ledger, [{ text: 'a' }])
      await ledger.tenant.feed.commitPage(first)
      const row = first.inserts[0]!
      const update = (text: string) => {
        const { observation } = newRow(ledger, { text })
        const joined = { ...observation, transactionId: row.id, tier: 'correction' as const }
        return aPage(ledger, [], { observations: [joined], seen: [joined.id], updates: [anUpdate(row, { content: { amount: -1300n } })] })
      }
      await ledger.tenant.feed.commitPage(update('a2'))
      await ledger.tenant.feed.commitPage(update('a2'))
      assert.equal((await ledger.tenant.feed.history(row.id)).length, 1)
      assert.equal((await ledger.tenant.feed.observations(row.id)).length, 2)
      const loser = aPage(ledger, [{ text: 'a' }])
      const question = { id: newId(), accountId: ledger.accountId, kind: 'same_transaction' as const, transactionId: row.id, otherTransactionId: loser.inserts[0]!.id, pattern: null, askedAt: 1, answer: null, answeredAt: null, answerer: null }
      await ledger.tenant.feed.commitPage({ ...loser, questions: [question] })
      assert.deepEqual(await ledger.tenant.feed.questions({ open: true }), [])
    })

    test('two reports with one key in a page make one row', async () => {
      const ledger = await aLedger(await twin.newTenant())
      assert.deepEqual(await ledger.tenant.feed.commitPage(aPage(ledger, [{ text: 'a' }, { text: 'a' }])), { inserted: 1 })
      assert.equal((await everyRow(ledger.tenant, ledger.accountId)).length, 1)
    })

    test('the same key in another source is another report', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const file = aSource(ledger.accountId)
      await ledger.tenant.accounts.addSource(file)
      await ledger.tenant.feed.commitPage(aPage(ledger, [{ text: 'a' }]))
      assert.deepEqual(await ledger.tenant.feed.commitPage(aPage({ ...ledger, sourceId: file.id }, [{ text: 'a' }])), { inserted: 1 })
    })

    test('a page that fails stores nothing of itself', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId } = ledger
      for (const wrong of [{ runId: newId() }, { accountId: newId() }, { sourceId: newId() }]) {
        const strange = { ...ledger, ...wrong }
        await assert.rejects(ledger.tenant.feed.commitPage(aPage(strange, [{ text: 'a' }], { cursor: { n: 1 }, covers: { from: day('2026-01-01'), to: day('2026-01-02') } })))
      }
      const mixed = aPage(ledger, [{ text: 'a' }])
      await assert.rejects(ledger.tenant.feed.commitPage({ ...mixed, inserts: mixed.inserts.map((t) => ({ ...t, accountId: newId() })) }))
      assert.deepEqual([await everyRow(ledger.tenant, accountId), await ledger.tenant.feed.coverage(accountId), await ledger.tenant.feed.cursor(sourceId)], [[], [], null])
    })

    test('updates change only what they name and leave a history', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const page = aPage(ledger, [{ text: 'a', status: 'pending' }])
      await ledger.tenant.feed.commitPage(page)
      const row = page.inserts[0]!
      const content = { status: 'posted' as const, postedOn: day('2026-03-12'), amount: -1400n, memo: 'tip', name: null, transactedOn: null, foreignAmount: '12.50' }
      const update = anUpdate(row, { content, state: 'posted', contentKey: digestOf('new') })
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { updates: [update], at: 99 }))
      const { contentKey: _, ...before } = row
      assert.deepEqual(await ledger.tenant.feed.transaction(row.id), { ...before, ...content, state: 'posted', updatedAt: 99 })
      assert.deepEqual(await ledger.tenant.feed.history(row.id), [update.change])
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { updates: [anUpdate(row, { state: 'withdrawn', withdrawnReason: 'pending_dropped' })], at: 100 }))
      const withdrawn = (await ledger.tenant.feed.transaction(row.id))!
      assert.deepEqual([withdrawn.state, withdrawn.withdrawnReason, withdrawn.amount], ['withdrawn', 'pending_dropped', -1400n])
      assert.equal((await ledger.tenant.feed.history(row.id)).length, 2)
    })

    test('rows are changed without an answer that brought it, in one commit and with their history; those of another account are not', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { tenant, accountId } = ledger
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }])
      await tenant.feed.commitPage(page)
      const updates = page.inserts.map((row) => anUpdate(row, { content: { currency: 'USD' }, state: 'posted', contentKey: digestOf(`${row.id} in dollars`) }))
      await tenant.feed.changeRows(newId(), updates, 7)
      await tenant.feed.changeRows(accountId, [], 7)
      assert.deepEqual((await everyRow(tenant, accountId)).map(({ currency }) => currency), page.inserts.map(({ currency }) => currency))
      await tenant.feed.changeRows(accountId, updates, 8)
      assert.deepEqual((await everyRow(tenant, accountId)).map(({ currency, updatedAt }) => [currency, updatedAt]), [['USD', 8], ['USD', 8]])
      for (const { id, change } of updates) assert.deepEqual(await tenant.feed.history(id), [change])
      const { sourceId } = ledger
      const known = await tenant.feed.candidates({ accountId, sourceId, keys: [], providerIds: [], contentKeys: updates.map(({ contentKey }) => contentKey), near: { amounts: [], from: [], to: [] }, states: null })
      assert.equal(known.transactions.length, 2, 'they are found by what they are now')
    })

    test('an update of a row that is not there does nothing', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { transaction } = newRow(ledger, { text: 'nowhere' })
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { updates: [anUpdate(transaction)] }))
      assert.deepEqual(await ledger.tenant.feed.history(transaction.id), [])
    })

    test('spans of the source that meet the days of the new ones are replaced, others stay, also later ones', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId } = ledger
      const span = (from: string, to: string) => ({ accountId, sourceId, from: day(from), to: day(to), opening: 1n, closing: 2n, rowsSum: 1n, status: 'unknown' as const })
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { spans: [span('2026-01-01', '2026-01-31'), span('2026-01-31', '2026-02-28'), span('2026-02-28', '2026-03-31')] }))
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { spans: [span('2026-01-31', '2026-03-15')] }))
      assert.deepEqual(await ledger.tenant.feed.spans(accountId), [span('2026-01-01', '2026-01-31'), span('2026-01-31', '2026-03-15')])
      await ledger.tenant.feed.commitPage(aPage(ledger, [], { spans: [span('2025-12-01', '2026-01-01'), span('2026-01-01', '2026-01-15')] }))
      assert.deepEqual(await ledger.tenant.feed.spans(accountId), [span('2025-12-01', '2026-01-01'), span('2026-01-01', '2026-01-15'), span('2026-01-31', '2026-03-15')])
    })

    test('spans and balances since a day, and the run in which a source answered last', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, runId, tenant: { feed, runs, accounts } } = ledger
      const span = (from: string, to: string) => ({ accountId, sourceId, from: day(from), to: day(to), opening: 1n, closing: 2n, rowsSum: 1n, status: 'proved' as const })
      const stated = (on: string) => ({ accountId, sourceId, runId, kind: 'ledger' as const, amount: 1n, on: day(on), observedAt: 7 })
      const [later, other] = [aRun(), aSource(accountId)]
      await runs.create(later)
      await accounts.addSource(other)
      assert.equal(await feed.newestAnswer(accountId, [sourceId, other.id]), null)
      const pages = ['2026-01-10', '2026-01-20', '2026-01-31']
      await feed.commitPage(aPage(ledger, [], { covers: { from: day('2026-01-01'), to: day('2026-01-31') }, balances: pages.map(stated), spans: [span('2026-01-01', '2026-01-10'), span('2026-01-10', '2026-01-20'), span('2026-01-20', '2026-01-31')] }))
      await feed.commitPage(aPage(ledger, [], { runId: later.id, covers: { from: day('2026-01-01'), to: day('2026-01-02') } }))
      await feed.commitPage(aPage({ ...ledger, sourceId: other.id }, [], { covers: { from: day('2026-01-01'), to: day('2026-01-02') } }))
      assert.deepEqual((await feed.spans(accountId, day('2026-01-20'))).map(({ to }) => to), ['2026-01-20', '2026-01-31'])
      assert.deepEqual((await feed.balances(accountId, sourceId, day('2026-01-20'))).map(({ on }) => on), ['2026-01-20', '2026-01-31'])
      assert.deepEqual([await feed.newestAnswer(accountId, [sourceId]), await feed.newestAnswer(accountId, [other.id, sourceId]), await feed.newestAnswer(accountId, [])], [later.id, runId, null])
    })

    test('the newest spans of a source come in order, after older ones that are not proved', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, tenant } = ledger
      const other = aSource(accountId)
      await tenant.accounts.addSource(other)
      const span = (on: number, status: 'proved' | 'unknown' | 'broken', of = sourceId) =>
        ({ accountId, sourceId: of, from: day(`2026-01-0${on}`), to: day(`2026-01-0${on + 1}`), opening: 1n, closing: 2n, rowsSum: 1n, status })
      const stored = [span(1, 'broken'), span(2, 'proved'), span(3, 'unknown'), span(4, 'proved'), span(5, 'proved'), span(6, 'broken'), span(7, 'proved')]
      await tenant.feed.commitPage(aPage(ledger, [], { spans: stored }))
      await tenant.feed.commitPage(aPage({ ...ledger, sourceId: other.id }, [], { spans: [span(8, 'proved', other.id)] }))
      const newest = async (count: number) => (await tenant.feed.newestSpans(accountId, sourceId, count)).map(({ from }) => Number(from.slice(-1)))
      assert.deepEqual([await newest(1), await newest(3), await newest(9)], [[1, 3, 6, 7], [1, 3, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7]])
      assert.deepEqual(await tenant.feed.newestSpans(accountId, sourceId, 9), stored)
    })

    test('candidates: known keys, provider ids of this source, content, amounts near a day, states in a range', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const file = { ...ledger, sourceId: aSource(ledger.accountId).id }
      await ledger.tenant.accounts.addSource({ ...aSource(ledger.accountId), id: file.sourceId })
      const page = aPage(ledger, [
        { text: 'a', providerId: 'F1', on: '2026-03-01', amount: -100n }, { text: 'b', providerId: 'F2', on: '2026-03-05', amount: -100n },
        { text: 'c', on: '2026-03-20', amount: -100n }, { text: 'd', status: 'pending', pendingProviderId: 'P1', on: '2026-03-06', amount: 7n },
      ])
      await ledger.tenant.feed.commitPage(page)
      await ledger.tenant.feed.commitPage(aPage(file, [{ text: 'other', providerId: 'F1', on: '2026-03-02', amount: 1n }]))
      const [a, b, c, d] = page.inserts.map((t) => t.id)
      const found = async (over: Parameters<typeof aQuery>[1]) => (await ledger.tenant.feed.candidates(aQuery(ledger, over))).transactions.map((t) => t.id)
      assert.deepEqual(await found({ providerIds: ['F1', 'none'] }), [a])
      assert.deepEqual(await found({ providerIds: ['P1', 'F2'] }), [b, d])
      assert.deepEqual(await found({ contentKeys: [page.inserts[2]!.contentKey, digestOf('none')] }), [c])
      assert.deepEqual(await found({ near: { amounts: [-100n, 7n], from: [day('2026-03-02'), day('2026-03-01')], to: [day('2026-03-20'), day('2026-03-05')] } }), [b, c])
      assert.deepEqual(await found({ states: { states: ['pending'], range: { from: day('2026-03-06'), to: day('2026-03-06') } } }), [d])
      assert.deepEqual(await found({ states: { states: ['posted', 'pending'], range: { from: day('2026-03-05'), to: day('2026-03-06') } }, providerIds: ['F1'], contentKeys: [page.inserts[0]!.contentKey] }), [a, b, d])
      const { known, transactions } = await ledger.tenant.feed.candidates(aQuery(ledger, { keys: [page.observations[0]!.key, digestOf('none')] }))
      assert.deepEqual([...known], [[page.observations[0]!.key, { observationId: page.observations[0]!.id, transactionId: a, state: 'posted', withdrawnReason: null, contentKey: page.inserts[0]!.contentKey }]])
      assert.deepEqual(transactions, [])
      const other = await ledger.tenant.feed.candidates(aQuery(file, { keys: [page.observations[0]!.key] }))
      assert.equal(other.known.size, 0)
    })

    test('candidates carry all reports; a known row with a history is among them', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const page = aPage(ledger, [{ text: 'p', status: 'pending', providerId: 'P9' }])
      await ledger.tenant.feed.commitPage(page)
      const row = page.inserts[0]!
      const { observation } = newRow(ledger, { text: 'posted', providerId: 'F9', pendingProviderId: 'P9' })
      await ledger.tenant.feed.commitPage(aPage(ledger, [], {
        observations: [{ ...observation, transactionId: row.id, tier: 'provider_link' }], updates: [anUpdate(row, { content: { status: 'posted' }, state: 'posted' })],
      }))
      const { known, transactions } = await ledger.tenant.feed.candidates(aQuery(ledger, { keys: [page.observations[0]!.key] }))
      assert.equal(known.size, 1)
      const report = (o: typeof observation) => ({ sourceId: o.sourceId, providerId: o.providerId, pendingProviderId: o.pendingProviderId, key: o.key, status: o.status, postedOn: o.postedOn, counts: true })
      assert.deepEqual(transactions.map((t) => t.reports), [[report(page.observations[0]!), report(observation)]])
      assert.equal(transactions[0]!.contentKey, row.contentKey)
    })

    test('a report that was taken back is told as one that does not count, until a run that counts shows it again, or the undo goes back', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { tenant } = ledger
      const page = aPage(ledger, [{ text: 'a', providerId: 'F1' }])
      await tenant.feed.commitPage(page)
      const counts = async () => (await tenant.feed.candidates(aQuery(ledger, { providerIds: ['F1'] }))).transactions.flatMap(({ reports }) => reports.map((report) => report.counts))
      const undo = async (runId: string) => {
        const by = aRun({ trigger: 'undo', outcome: 'succeeded' })
        await tenant.history.undo({ runId, by, cursors: [], sources: [], connections: [], preview: null, contentKeyOf: ({ id }) => digestOf(id) })
        return by.id
      }
      assert.deepEqual(await counts(), [true])
      const first = await undo(ledger.runId)
      assert.deepEqual(await counts(), [false])
      await undo(first)
      assert.deepEqual(await counts(), [true])
      await undo(ledger.runId)
      const again = aRun()
      await tenant.runs.create(again)
      await tenant.feed.commitPage(aPage({ ...ledger, runId: again.id }, [], { seen: [page.observations[0]!.id] }))
      assert.deepEqual(await counts(), [true])
    })

    // Fails when: the day and the words of a run that was taken back stay on what another one reports otherwise.
    test('a row whose making was taken back is told as the next run that counts told it, and as it was when the undo goes back', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { tenant } = ledger
      const page = aPage(ledger, [{ text: 'a', providerId: 'F1', on: '2026-03-05' }])
      await tenant.feed.commitPage(page)
      const [transaction] = page.inserts
      const later = aRun()
      await tenant.runs.create(later)
      const told = aPage({ ...ledger, runId: later.id }, [{ text: 'b', providerId: 'F2', on: '2026-03-06' }]).observations[0]!
      await tenant.feed.commitPage(aPage({ ...ledger, runId: later.id }, [], { observations: [{ ...told, observedAt: told.observedAt + 1, transactionId: transaction!.id, tier: 'other_source' }], seen: [told.id] }))
      const undo = async (runId: string) => {
        const by = aRun({ trigger: 'undo', outcome: 'succeeded' })
        await tenant.history.undo({ runId, by, cursors: [], sources: [], connections: [], preview: null, contentKeyOf: ({ id }) => digestOf(id) })
        return by.id
      }
      const stands = async () => Object.values(await tenant.feed.transaction(transaction!.id).then((row) => ({ state: row!.state, on: row!.postedOn, name: row!.name })))
      const before = await stands()
      const by = await undo(ledger.runId)
      assert.deepEqual(await stands(), ['posted', '2026-03-06', told.name])
      await undo(by)
      assert.deepEqual(await stands(), before)
    })

    test('paging is stable while rows are added, in both orders', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const rows = Array.from({ length: 23 }, (_, n) => ({ text: `r${n}`, on: `2026-03-${String(1 + (n % 5)).padStart(2, '0')}` }))
      await feed.commitPage(aPage(ledger, rows))
      for (const order of ['newest', 'oldest'] as const) {
        const ids: string[] = []
        const before = (await feed.transactions({ accountId: ledger.accountId, limit: 1_000, order })).rows.map((r) => r.id)
        let cursor: string | undefined
        do {
          const page = await feed.transactions({ accountId: ledger.accountId, limit: 4, order, ...(cursor === undefined ? {} : { cursor }) })
          ids.push(...page.rows.map((r) => r.id))
          cursor = page.next ?? undefined
          // Before the place that was reached, in this order: it must not shift what follows.
          await feed.commitPage(aPage(ledger, [{ text: `late ${order} ${ids.length}`, on: order === 'newest' ? '2026-04-01' : '2026-02-01' }]))
        } while (cursor !== undefined)
        assert.deepEqual(ids, before)
      }
      await assert.rejects(feed.transactions({ accountId: ledger.accountId, limit: 4, cursor: "1' or '1'='1" }), RangeError)
    })

    test('transactions are filtered by day, state and text; text means itself', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      await feed.commitPage(aPage(ledger, [{ text: '100% off', on: '2026-03-01' }, { text: 'under_score', on: '2026-03-02' }, { text: 'x', on: '2026-03-03', status: 'pending' }]))
      const names = async (over: object) => (await feed.transactions({ accountId: ledger.accountId, limit: 10, order: 'oldest', ...over })).rows.map((r) => r.reference)
      assert.deepEqual(await names({ text: '100% OFF' }), ['ref-100% off'])
      assert.deepEqual(await names({ text: 'r_s' }), ['ref-under_score'])
      assert.deepEqual(await names({ text: '0_ o' }), [])
      assert.deepEqual(await names({ text: '\\ {a,b}' }), ['ref-100% off', 'ref-under_score', 'ref-x'])
      assert.deepEqual(await names({ from: day('2026-03-02'), to: day('2026-03-02') }), ['ref-under_score'])
      // Fails when: an accent or a letter of another alphabet has to be typed as the bank wrote it (was so: "buro" found no "Büro").
      const written = ['Büro', 'BU\u0308RO 2', 'Straße', 'STRASSE 5', 'MÜLLER', 'Mueller', 'Bleu (x)', 'Łódź Œuvre', 'ΑΘΉΝΑΣ', 'Ёлка', '北京 ½']
      await feed.commitPage(aPage(ledger, written.map((text) => ({ text, on: '2026-03-04' }))))
      const found = async (text: string) => (await names({ text })).map((reference) => reference?.slice(4)).sort()
      const cases: Readonly<Record<string, readonly string[]>> = {
        buro: written.slice(0, 2), BÜRO: written.slice(0, 2), 'bu\u0308ro': written.slice(0, 2), buero: written.slice(0, 2), strasse: written.slice(2, 4), 'STRAßE': written.slice(2, 4), muller: ['MÜLLER'], Müller: written.slice(4, 6), mueller: written.slice(4, 6),
        blu: [], bleu: ['Bleu (x)'], '(X)': ['Bleu (x)'], 'lodz oeuvre': ['Łódź Œuvre'], 'αθηνας': ['ΑΘΉΝΑΣ'], 'елка': ['Ёлка'], '京 ½': ['北京 ½'], 'ä ö ü ß ä ö ü': [],
      }
      for (const [text, rows] of Object.entries(cases)) assert.deepEqual(await found(text), rows.toSorted(), text)
      assert.deepEqual(await names({ states: ['pending'] }), ['ref-x'])
      assert.deepEqual(await names({ states: [] }), [])
    })

    test('an amount is found in the coins of its currency, with its sign or of both directions', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'out', amount: -1250n }, { text: 'in', amount: 1250n }, { text: 'yen', amount: -1250n }, { text: 'dinar', amount: -12_500n }, { text: 'room 12.50', amount: -1n }])
      const inserts = page.inserts.map((row) => ({ ...row, currency: { 'ref-yen': 'JPY', 'ref-dinar': 'KWD' }[row.reference ?? ''] ?? row.currency }))
      await feed.commitPage({ ...page, inserts })
      for (const accountId of [ledger.accountId, null]) {
        const found = async (text: string) => (await feed.transactions({ accountId, limit: 10, text })).rows.map((r) => r.reference?.slice(4)).sort()
        assert.deepEqual(await found('12.50'), ['dinar', 'in', 'out', 'room 12.50'])
        assert.deepEqual(await found('12,50'), ['dinar', 'in', 'out'])
        assert.deepEqual(await found('-12.50'), ['dinar', 'out'])
        assert.deepEqual(await found('1250'), ['yen'])
        assert.deepEqual([await found('KWD 12.50'), await found('JPY 1250'), await found('ABC 12.50')], [['dinar'], ['yen'], []])
        assert.deepEqual(await found('12.50 room'), [])
      }
    })

    test('the rows of all accounts are one list, in pages that are stable while rows are added; another tenant has none of it', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const second = { ...ledger, accountId: newId(), sourceId: newId() }
      await ledger.tenant.accounts.create(anAccount({ id: second.accountId }), aSource(second.accountId, { id: second.sourceId }))
      const stranger = await aLedger(await twin.newTenant())
      await stranger.tenant.feed.commitPage(aPage(stranger, [{ text: 'of another tenant', on: '2026-03-02' }]))
      const { feed } = ledger.tenant
      for (const one of [ledger, second]) await feed.commitPage(aPage(one, Array.from({ length: 9 }, (_, n) => ({ text: `r${n}`, on: `2026-03-0${1 + (n % 4)}` }))))
      const before = (await feed.transactions({ accountId: null, limit: 99 })).rows
      assert.deepEqual([before.length, new Set(before.map(({ accountId }) => accountId)).size], [18, 2])
      assert.deepEqual(before.map(({ postedOn }) => postedOn), before.map(({ postedOn }) => postedOn).toSorted().toReversed())
      const ids: string[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof feed.transactions>> = await feed.transactions({ accountId: null, limit: 5, ...(cursor === undefined ? {} : { cursor }) })
        ids.push(...page.rows.map((r) => r.id))
        cursor = page.next
        await feed.commitPage(aPage(second, [{ text: `late ${ids.length}`, on: '2026-04-01' }]))
      }
      assert.deepEqual(ids, before.map(({ id }) => id))
    })

    test('decisions survive, are in the history, and hide what was deleted', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }])
      await feed.commitPage(page)
      const { id } = page.inserts[0]!
      await feed.decide(id, { category: 'food', review: 'accepted' }, 50)
      await feed.decide(id, { category: 'food' }, 51)
      await feed.commitPage(aPage(ledger, [], { updates: [anUpdate(page.inserts[0]!, { content: { amount: -1n } })] }))
      await feed.decide(id, { deleted: true }, 52)
      assert.deepEqual((await feed.transaction(id))!.decisions, { review: 'accepted', category: 'food', note: null, excluded: false, deleted: true, transfer: null })
      assert.deepEqual((await feed.history(id)).map((c) => [c.reason, c.changes]), [
        ['decision', { category: [null, 'food'], review: ['for_review', 'accepted'] }], ['correction', { amount: ['-1250', '-1300'] }], ['decision', { deleted: ['false', 'true'] }],
      ])
      assert.deepEqual((await feed.transactions({ accountId: ledger.accountId, limit: 9 })).rows, [])
      assert.equal((await everyRow(ledger.tenant, ledger.accountId)).length, 1)
      assert.equal(await feed.sumPosted(ledger.accountId, day('2026-03-09'), day('2026-03-10')), -1n)
    })

    test('a decision that rests on what is not so any more is refused and stores nothing; what was decided is listed, newest first', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b', status: 'pending' }])
      await feed.commitPage(page)
      const [a, b] = page.inserts.map(({ id }) => id)
      const toReview = async () => (await feed.transactions({ accountId: ledger.accountId, review: 'for_review', limit: 9 })).rows.map(({ id }) => id).sort()
      assert.deepEqual(await toReview(), [a, b].sort())
      assert.equal(await feed.decide(a!, { category: 'rent', review: 'accepted' }, 50, { category: null, review: 'for_review' }), true)
      assert.equal(await feed.decide(a!, { category: 'food' }, 51, { category: null }), false)
      assert.equal((await feed.transaction(a!))!.decisions.category, 'rent')
      assert.equal(await feed.decide(a!, { category: 'food' }, 52, { category: 'rent' }), true)
      assert.equal(await feed.decide(newId(), { category: 'food' }, 53), false)
      assert.equal(await feed.decide(b!, { excluded: true }, 54), true)
      assert.deepEqual(await toReview(), [])
      assert.deepEqual((await feed.decided(2)).map(({ transactionId, at, changes }) => [transactionId, at, changes]), [[b, 54, { excluded: ['false', 'true'] }], [a, 52, { category: ['rent', 'food'] }]])
      assert.deepEqual((await feed.transactions({ accountId: ledger.accountId, review: 'accepted', limit: 9 })).rows.map(({ id }) => id), [a])
    })

    test('several decisions are one step: those that rest on what is not so any more are left out, and who decided is listed alone', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }, { text: 'c' }])
      await feed.commitPage(page)
      const [a, b, c] = page.inserts.map(({ id }) => id) as [string, string, string]
      await asActor('user:other', () => feed.decide(b, { category: 'rent' }, 60))
      const stored = await asActor('user:me', () => feed.decideAll([{ id: a, decisions: { review: 'accepted' }, from: { review: 'for_review' } }, { id: b, decisions: { category: 'food' }, from: { category: null } }, { id: c, decisions: { excluded: true } }, { id: newId(), decisions: { excluded: true } }, { id: 'no id', decisions: {} }], 61))
      assert.deepEqual([...stored].sort(), [a, c].sort())
      assert.equal((await feed.transaction(b))!.decisions.category, 'rent')
      assert.deepEqual((await feed.decided(9, 'user:me')).map(({ transactionId, at, by }) => `${transactionId} ${at} ${by}`).sort(), [`${a} 61 user:me`, `${c} 61 user:me`].sort())
      assert.deepEqual((await feed.decided(9, 'user:other')).map(({ at }) => at), [60])
      assert.deepEqual([...(await feed.decideAll([], 62))], [])
    })

    test('statements that were reconciled come back latest day first, with every cent and note, and are forgotten when asked to', async () => {
      const { tenant, accountId } = await aLedger(await twin.newTenant())
      const statement = (on: string, notedAt: number, note: string | null) => ({ id: newId(), accountId, on: day(on), amount: -987_654_321_012_345n, difference: note === null ? 0n : 42_11n, note, notedAt })
      const [older, newer, again] = [statement('2026-09-30', 5, null), statement('2026-10-31', 6, 'cheque 12 is not cashed'), statement('2026-10-31', 7, null)]
      for (const one of [newer, older, again]) await tenant.reconciliations.note(one)
      assert.deepEqual(await tenant.reconciliations.list(accountId), [again, newer, older])
      assert.deepEqual([await tenant.reconciliations.forget(newer.id), await tenant.reconciliations.forget(newer.id)], [true, false])
      assert.deepEqual(await tenant.reconciliations.list(accountId), [again, older])
      assert.deepEqual(await tenant.reconciliations.list(newId()), [])
      await assert.rejects(tenant.reconciliations.note({ ...older, id: newId(), accountId: newId() }))
    })

    test('"same" merges: observations and decisions move, the other is withdrawn, a posted content wins', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'kept', status: 'pending', amount: -10n }, { text: 'other', amount: -12n, on: '2026-03-11' }])
      await feed.commitPage(page)
      const [kept, other] = [page.inserts[0]!, page.inserts[1]!]
      await feed.decide(other.id, { category: 'travel', note: 'Rome' }, 10)
      await feed.decide(kept.id, { category: 'food', deleted: true }, 11)
      const question = await ask(ledger, 'same_transaction', kept.id, other.id)
      assert.deepEqual((await feed.questions({ accountId: ledger.accountId, open: true })).map((q) => q.id), [question])
      await feed.answerQuestion(question, 'same', 77)
      await feed.answerQuestion(question, 'different', 78)
      const merged = (await feed.transaction(kept.id))!
      assert.deepEqual([merged.state, merged.amount, merged.postedOn, merged.updatedAt], ['posted', -12n, day('2026-03-11'), 77])
      assert.deepEqual(merged.decisions, { review: 'for_review', category: 'food', note: 'Rome', excluded: false, deleted: false, transfer: null })
      assert.deepEqual(await feed.observations(other.id), [])
      assert.deepEqual((await feed.observations(kept.id)).map((o) => [o.id, o.tier]), [[page.observations[0]!.id, 'new'], [page.observations[1]!.id, 'person']])
      const gone = (await feed.transaction(other.id))!
      assert.deepEqual([gone.state, gone.withdrawnReason], ['withdrawn', 'merged'])
      assert.deepEqual((await feed.history(other.id)).at(-1)?.reason, 'merged')
      assert.deepEqual((await feed.history(kept.id)).at(-1)?.reason, 'person')
      const [answered] = await feed.questions({ open: false })
      assert.deepEqual([answered?.answer, answered?.answeredAt], ['same', 77])
      const { known } = await feed.candidates(aQuery(ledger, { keys: [page.observations[1]!.key] }))
      assert.equal([...known.values()][0]?.transactionId, kept.id)
      assert.deepEqual((await feed.candidates(aQuery(ledger, { contentKeys: [other.contentKey] }))).transactions.map((t) => t.id).includes(kept.id), true)
    })

    test('a person\'s answer can be taken back: reports, content, state and decisions are as before, what came since stays, and the question is open', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'hold', status: 'pending', amount: -10n, on: '2026-03-10' }, { text: 'final', amount: -12n, on: '2026-03-11' }, { text: 'third', on: '2026-03-12' }])
      await feed.commitPage(page)
      const [hold, final, third] = page.inserts
      await feed.decide(hold!.id, { category: 'food' }, 8)
      await feed.decide(final!.id, { note: 'Rome' }, 9)
      const state = async () => ({
        rows: await Promise.all([hold!, final!, third!].map(async ({ id }) => ({ ...(await feed.transaction(id))!, updatedAt: 0 }))), open: await feed.questions({ open: true }),
        reports: await Promise.all([hold!, final!, third!].map(async ({ id }) => (await feed.observations(id)).map(({ id: report, tier }) => [report, tier]))),
      })
      const [same, gone] = [await ask(ledger, 'same_transaction', hold!.id, final!.id), await ask(ledger, 'removed_at_bank', third!.id, null)]
      const before = await state()
      await feed.answerQuestion(gone, 'removed', 10)
      await feed.answerQuestion(same, 'same', 9)
      assert.deepEqual((await feed.answers(9)).map(({ id, answer }) => [id, answer]).sort(), [[same, 'same'], [gone, 'removed']].sort())
      // Once more in between: each answer is taken back by itself.
      for (const id of [same, gone]) assert.equal(await feed.takeBackAnswer(id, 20, ({ id: row }) => page.inserts.find((one) => one.id === row)!.contentKey), 'back')
      assert.deepEqual(await state(), before)
      assert.deepEqual((await feed.history(final!.id)).map(({ reason }) => reason), ['decision', 'merged', 'reopened'])
      assert.deepEqual([await feed.answers(9), await feed.takeBackAnswer(same, 21, () => digestOf('x'))], [[], 'no_answer'])
      // What was decided since stays; what the bank answered by itself is no person's.
      await feed.answerQuestion(same, 'same', 30)
      await feed.decide(hold!.id, { category: 'travel' }, 31)
      await feed.answerQuestion(gone, 'kept', 32, 'bank')
      assert.deepEqual([await feed.takeBackAnswer(gone, 33, () => digestOf('x')), await feed.takeBackAnswer(same, 34, () => digestOf('x'))], ['no_answer', 'back'])
      assert.deepEqual([(await feed.transaction(hold!.id))!.decisions.category, (await feed.transaction(hold!.id))!.state, (await feed.transaction(final!.id))!.state], ['travel', 'pending', 'posted'])
      const { known } = await feed.candidates(aQuery(ledger, { keys: [page.observations[1]!.key] }))
      assert.equal([...known.values()][0]?.transactionId, final!.id)
    })

    test('answers that rest on each other go back in the order in which they came, the newest first', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }, { text: 'c' }])
      await feed.commitPage(page)
      const [a, b, c] = page.inserts.map(({ id }) => id) as [string, string, string]
      const [first, second] = [await ask(ledger, 'same_transaction', a, b), await ask(ledger, 'same_transaction', c, a)]
      await feed.answerQuestion(first, 'same', 10)
      await feed.answerQuestion(second, 'same', 11)
      const states = async () => Promise.all([a, b, c].map(async (id) => [(await feed.transaction(id))!.state, (await feed.observations(id)).length]))
      const keyOf = ({ id: row }: { readonly id: string }) => page.inserts.find((one) => one.id === row)!.contentKey
      assert.equal(await feed.takeBackAnswer(first, 20, keyOf), 'later_first')
      assert.deepEqual(await states(), [['withdrawn', 0], ['withdrawn', 0], ['posted', 3]])
      assert.deepEqual([await feed.takeBackAnswer(second, 21, keyOf), await feed.takeBackAnswer(first, 22, keyOf)], ['back', 'back'])
      assert.deepEqual(await states(), [['posted', 1], ['posted', 1], ['posted', 1]])
    })

    test('"removed" withdraws, "kept" and "different" change nothing', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { feed } = ledger.tenant
      const page = aPage(ledger, [{ text: 'a' }, { text: 'b' }])
      await feed.commitPage(page)
      const [a, b] = page.inserts.map((t) => t.id)
      await feed.answerQuestion(await ask(ledger, 'removed_at_bank', a!, null), 'removed', 3)
      await feed.answerQuestion(await ask(ledger, 'removed_at_bank', b!, null), 'kept', 3)
      await feed.answerQuestion(await ask(ledger, 'same_transaction', b!, a!), 'different', 4)
      await feed.answerQuestion(newId(), 'same', 5)
      await feed.answerQuestion(await ask(ledger, 'same_transaction', b!, a!), 'different', 6, 'bank')
      assert.deepEqual((await feed.questions({ open: false })).map((q) => q.pattern), ['like that', 'like that', 'like that', null])
      assert.deepEqual([(await feed.transaction(a!))?.withdrawnReason, (await feed.transaction(b!))?.state, (await feed.history(b!)).length], ['bank_removed', 'posted', 0])
      assert.deepEqual(await feed.questions({ open: true }), [])
    })

    test('the newest stated balance of a source comes with the posted rows since', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const { accountId, sourceId, runId, tenant: { feed } } = ledger
      const stated = (kind: 'ledger' | 'closing' | 'available' | 'opening', on: string, amount: bigint, observedAt: number) => ({ accountId, sourceId, runId, kind, amount, on: day(on), observedAt })
      assert.equal(await feed.lastStated(accountId, sourceId, day('2026-03-31')), null)
      const balances = [stated('ledger', '2026-03-05', 1n, 9), stated('closing', '2026-03-06', 2n, 3), stated('ledger', '2026-03-06', 3n, 4), stated('available', '2026-03-09', 4n, 5), stated('opening', '2026-03-09', 5n, 5)]
      const rows = [['a', '2026-03-06'], ['b', '2026-03-07'], ['c', '2026-03-08'], ['d', '2026-03-09']] as const
      await feed.commitPage(aPage(ledger, [...rows.map(([text, on]) => ({ text, on, amount: -10n })), { text: 'e', on: '2026-03-08', amount: -500n, status: 'pending' as const }], { balances }))
      assert.deepEqual(await feed.lastStated(accountId, sourceId, day('2026-03-08')), { balance: balances[2], sumSince: -20n })
      assert.deepEqual(await feed.lastStated(accountId, sourceId, day('2026-03-06')), { balance: balances[2], sumSince: 0n })
      assert.equal(await feed.lastStated(accountId, newId(), day('2026-03-08')), null)
    })

    test('sums are exact beyond what a number holds', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const big = 999_999_999_999_999_999n
      await ledger.tenant.feed.commitPage(aPage(ledger, Array.from({ length: 12 }, (_, n) => ({ text: `${n}`, amount: big, on: '2026-03-02' }))))
      assert.equal(await ledger.tenant.feed.sumPosted(ledger.accountId, day('2026-03-01'), day('2026-03-02')), 12n * big)
      assert.equal(await ledger.tenant.feed.sumPosted(ledger.accountId, day('2026-03-02'), day('2026-03-09')), 0n)
      assert.equal((await ledger.tenant.accounts.list())[0]?.balance, 12n * big)
    })

    test('a NUL in a text does not stop the page', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const page = aPage(ledger, [{ text: 'nul\0' }], { cursor: { note: 'a\0b' } })
      await ledger.tenant.feed.commitPage(page)
      assert.ok((await ledger.tenant.feed.transaction(page.inserts[0]!.id)) !== null)
    })

    test('two writers of the same page at once never double a row', async () => {
      const ledger = await aLedger(await twin.newTenant())
      const rows = Array.from({ length: 300 }, (_, n) => ({ text: `r${n}` }))
      const pages = Array.from({ length: 6 }, (_, n) => aPage(ledger, n % 2 === 0 ? rows : [...rows].reverse()))
      const done = await Promise.all(pages.map((page) => ledger.tenant.feed.commitPage(page)))
      assert.equal(done.reduce((sum, { inserted }) => sum + inserted, 0), 300)
      const stored = await everyRow(ledger.tenant, ledger.accountId)
      assert.equal(stored.length, 300)
      for (const row of stored.slice(0, 20)) assert.equal((await ledger.tenant.feed.observations(row.id)).length, 1)
    })
  })
}
