/** No tenant reaches what is another's: every method of A's store, called with B's ids, gives and changes nothing. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Alert, Destination, Message } from '../domain/alert.ts'
import type { Seal } from '../domain/audit.ts'
import { day } from '../domain/day.ts'
import type { TenantStore } from '../ports/store.ts'
import { aChallenge, aConnection, aLedger, anAnswer, anAttempt, aPage, aPlan, aPreview, aProblem, aQuery, aRun, aSecret, aSource, anIncident, anUpdate, newId } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

const LINE: Seal = (head) => ({ seq: (head?.seq ?? 0) + 1, at: 1, actor: 'host', action: 'x', object: '', codes: {}, prev: new Uint8Array(32), hash: new Uint8Array(32) })

/** One of everything. */
async function settle(tenant: TenantStore) {
  const connection = aConnection({ loginIndex: 'login', nextSyncAt: 1_000_000 })
  await tenant.connections.create(connection)
  const ledger = await aLedger(tenant, connection.id)
  const { accountId, sourceId, runId } = ledger
  const page = aPage(ledger, [{ text: 'a', providerId: 'F1' }, { text: 'b' }], {
    covers: { from: day('2026-03-01'), to: day('2026-03-31') }, cursor: { n: 1 },
    balances: [{ accountId, sourceId, runId, kind: 'ledger', amount: 5n, on: day('2026-03-31'), observedAt: 1 }],
    spans: [{ accountId, sourceId, from: day('2026-03-01'), to: day('2026-03-31'), opening: 0n, closing: 5n, rowsSum: 5n, status: 'broken' }],
  })
  const question = { id: newId(), accountId, kind: 'same_transaction' as const, transactionId: page.inserts[0]!.id, otherTransactionId: page.inserts[1]!.id, pattern: null, askedAt: 1, answer: null, answeredAt: null, answerer: null }
  await tenant.feed.commitPage({ ...page, questions: [question] })
  const preview = aPreview(connection.id)
  await tenant.previews.create(preview)
  await tenant.previews.addAnswer(preview.id, anAnswer(accountId))
  const problem = aProblem(connection.id)
  await tenant.problems.open(problem)
  await tenant.problems.savePlan(aPlan(problem))
  await tenant.problems.keepExchanges(problem.id, runId, [{ purpose: 'accounts', stage: 'accounts', startedAt: 5, elapsedMs: 7, method: 'POST', url: 'https://bank.example/ofx', finalUrl: null, secrets: [], request: null, status: 503, headers: {}, answerBytes: 0, answer: null, verdict: null, failure: 'http_refused' }])
  const challenge = aChallenge(connection.id, runId)
  await tenant.challenges.create(challenge)
  await tenant.secrets.put(aSecret(connection.id))
  await tenant.secrets.saveTenantKey({ keyId: Uint8Array.of(1), sealed: Uint8Array.of(2), masterKeyId: Uint8Array.of(3) })
  const attempt = (await tenant.secrets.beginAttempt('login', () => anAttempt('login', { openedAt: 5 })))!
  await tenant.runs.update(runId, { endedAt: 9 })
  const incident = anIncident({ problemId: problem.id })
  await tenant.incidents.open(incident, [])
  const place: Destination = { id: newId(), label: 'Phone', place: { kind: 'ntfy', origin: 'https://ntfy.example' }, topics: [], quiet: null, timeZone: 'UTC', language: 'en', amounts: false, state: 'active', createdAt: 1, createdBy: 'host', lastSentAt: null, failingSince: null, failure: null }
  const added: Alert = { id: newId(), about: 'security', problemId: null, connectionId: null, accountId: null, key: 'added', facts: {}, openedAt: 1, closedAt: null, deliveredAt: null }
  await tenant.alerts.addDestination(place, added, LINE)
  const message: Message = { id: newId(), destinationId: place.id, createdAt: 1, dueAt: 1, attempts: 0, state: 'waiting', endedAt: null, subject: null, failure: null }
  await tenant.alerts.plan([{ message, items: [{ alertId: problem.id, part: 'acts' }] }])
  return { connection, ledger, page, question, preview, problem, challenge, attempt, incident, place, added, message }
}

type Settled = Awaited<ReturnType<typeof settle>>

/** All that a tenant can see. */
async function view(tenant: TenantStore, { connection, ledger, page, preview, problem, challenge }: Settled): Promise<unknown[]> {
  const { accountId, sourceId, runId } = ledger
  const { connections, accounts, feed, history, previews, runs, problems, incidents, challenges, secrets, alerts } = tenant
  const id = page.inserts[0]!.id
  return [
    await connections.get(connection.id), await connections.list(), await connections.findByLogin('login'),
    await accounts.get(accountId), await accounts.all(), await accounts.list(), await accounts.list({ accountIds: [accountId], connectionId: connection.id }), await accounts.sources({ accountId }), await accounts.sources({ connectionId: connection.id }),
    await accounts.findByRef({ bankId: null, branchId: null, number: '12345678', kind: 'checking' }),
    await feed.cursor(sourceId), await feed.coverage(accountId), await feed.balances(accountId, sourceId), await feed.spans(accountId), await feed.newestAnswer(accountId, [sourceId]),
    await feed.sumPosted(accountId, day('2020-01-01'), day('2030-01-01')), await feed.transactions({ accountId, limit: 9 }), await feed.transaction(id), await feed.history(id),
    await feed.observations(id), await feed.questions({ open: true }), await feed.questions({ open: true, accountId }), await feed.questions({ open: false }),
    await feed.candidates(aQuery({ ...ledger, tenant }, {
      keys: page.observations.map((o) => o.key), providerIds: ['F1'], contentKeys: page.inserts.map((t) => t.contentKey),
      near: { amounts: [-1250n], from: [day('2020-01-01')], to: [day('2030-01-01')] }, states: { states: ['posted'], range: { from: day('2020-01-01'), to: day('2030-01-01') } },
    })),
    await previews.get(preview.id), await previews.list({}), await previews.answers(preview.id, ledger.accountId), await history.undos([runId]), await history.places(runId), await runs.get(runId), await runs.list({ limit: 9 }), await runs.list({ connectionId: connection.id, limit: 9 }), await runs.latestByConnection(0), await incidents.list({ limit: 9 }), (await incidents.reads(connection.institutionId, 0, 9)).days,
    await problems.get(problem.id), await problems.list({ limit: 9 }), await problems.plan(problem.id), await problems.exchanges(problem.id), await alerts.list({ limit: 9 }), await alerts.get(problem.id), await alerts.telling(0, 9), await alerts.destinations(), await alerts.messages(9), await alerts.untried(9),
    await challenges.get(challenge.id), await challenges.list({}), await challenges.list({ connectionId: connection.id }),
    await secrets.get(connection.id, 'sign-in'), await secrets.tenantKey(), await secrets.ledger('login'),
  ]
}

/** Every writing method, aimed at another tenant's rows. Those that must fail are told apart from those that do nothing. */
function attacks(tenant: TenantStore, other: Settled) {
  const { connection, ledger, page, question, preview, problem, challenge, attempt, incident, place, added, message } = other
  const { accountId, runId } = ledger
  const { connections, accounts, feed, history, previews, runs, problems, incidents, challenges, secrets, alerts } = tenant
  const row = page.inserts[0]!
  const theirs = { ...ledger, tenant }
  return {
    harmless: [
      () => connections.update(connection.id, { state: 'removed' }), () => connections.exclusively(connection.id, async () => null),
      () => accounts.update(accountId, { name: 'stolen' }), () => accounts.updateSource(ledger.sourceId, { state: 'replaced' }),
      () => feed.decide(row.id, { deleted: true }, 1), () => feed.answerQuestion(question.id, 'same', 1),
      () => history.undo({ runId, by: aRun({ trigger: 'undo' }), cursors: [{ sourceId: ledger.sourceId, cursor: {} }], sources: [{ id: ledger.sourceId, state: 'replaced' }], connections: [{ id: connection.id, patch: { state: 'removed' } }], preview: null, contentKeyOf: () => '' }),
      () => history.recompute({ run: aRun({ trigger: 'recompute' }), accountId, sourceIds: [], inserts: [], rows: [], moves: [{ sourceId: ledger.sourceId, key: page.observations[0]!.key, from: row.id, to: row.id, tier: 'rekey' }], questions: [], closed: [], spans: [] }),
      () => previews.update(preview.id, ['ready'], { state: 'cancelled' }), () => previews.dropAnswers(preview.id),
      () => previews.switchOver({ previewId: preview.id, run: aRun({ trigger: 'switch' }), newSources: [], sources: [{ id: ledger.sourceId, state: 'replaced' }], connections: [], pages: [] }),
      () => runs.update(runId, { outcome: 'failed' }), () => problems.update(problem.id, { closedAt: 1 }), () => challenges.move(challenge.id, 'open', 'cancelled'),
      () => incidents.update(incident.id, { endedAt: 900 }), () => incidents.open(anIncident({ institutionId: 'mine' }), [problem.id]),
      () => secrets.destroy(connection.id), () => secrets.destroyExpired(Number.MAX_SAFE_INTEGER), () => secrets.endAttempt(attempt.id, 'refused', 1),
      () => alerts.settle(problem.id, 5), () => alerts.passOver([problem.id], 5), () => alerts.changeDestination(place.id, { state: 'paused' }, added, LINE), () => alerts.removeDestination(place.id, added, LINE),
      () => alerts.noteTry(place.id, { at: 5, failure: 'x', stops: true }), () => alerts.plan([{ message: { ...message, id: newId() }, items: [{ alertId: problem.id, part: 'ends' }] }]), () => alerts.take(99, 1), () => alerts.end(message.id, { state: 'sent', at: 5, subject: 'x' }),
      () => secrets.closeStaleAttempts(Number.MAX_SAFE_INTEGER, 1), () => runs.reserveRequest('bank', day('2026-01-01'), 1),
    ],
    refused: [
      () => accounts.addSource(aSource(accountId)), () => feed.commitPage(aPage(theirs, [{ text: 'x' }])),
      () => feed.commitPage(aPage(theirs, [], { updates: [anUpdate(row, { state: 'withdrawn', withdrawnReason: 'undone' })] })),
      () => runs.create(aRun({ connectionId: connection.id })), () => problems.open(aProblem(connection.id)), () => problems.savePlan(aPlan(problem)),
      () => challenges.create(aChallenge(connection.id, runId)), () => previews.create(aPreview(connection.id)), () => previews.addAnswer(preview.id, anAnswer(accountId)),
      () => incidents.open(anIncident({ institutionId: 'theirs', problemId: problem.id }), []),
    ],
  }
}

for (const twin of [memoryTwin(), postgres]) {
  describe(`tenants in ${twin.name}`, { concurrency: false }, () => {
    test('a tenant with another tenant\'s ids sees what an empty tenant sees, and changes nothing', async () => {
      const [a, b, empty] = [await twin.newTenant(), await twin.newTenant(), await twin.newTenant()]
      const settled = await settle(b)
      const before = await view(b, settled)
      assert.deepEqual(await view(a, settled), await view(empty, settled))
      const { harmless, refused } = attacks(a, settled)
      for (const attack of harmless) await attack()
      for (const attack of refused) await assert.rejects(attack())
      assert.deepEqual(await view(b, settled), before)
      assert.equal(await b.runs.reserveRequest('bank', day('2026-01-01'), 1), true)
    })

    test('tenants may hold the same rows under the same ids', async () => {
      const [a, b] = [await twin.newTenant(), await twin.newTenant()]
      const settled = await settle(a)
      await b.connections.create(settled.connection)
      await b.accounts.create((await a.accounts.get(settled.ledger.accountId))!, aSource(settled.ledger.accountId, { id: settled.ledger.sourceId }))
      await b.runs.create(aRun({ id: settled.ledger.runId }))
      assert.deepEqual(await b.feed.commitPage(settled.page), { inserted: 2 })
    })
  })
}
