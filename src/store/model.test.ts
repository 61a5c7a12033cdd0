/** Any sequence of operations is seen alike in both stores: memory is the model, PostgreSQL must agree. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fc, tries } from '../../test/tries.ts'
import { day } from '../domain/day.ts'
import type { Question } from '../domain/transaction.ts'
import type { NewTransaction, TransactionUpdate } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { aLedger, aPage, aQuery, aRun, anUpdate, digestOf, newId, newRow, type Ledger } from './fixtures.ts'
import { memoryTwin, postgresTwin } from './testing.ts'

const postgres = postgresTwin()
after(postgres.close)

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-05', '2026-04-01'] as const
const row = fc.record({
  text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'ü %_\\'), on: fc.constantFrom(...DAYS), amount: fc.constantFrom(-1n, 5n, 1_000n), status: fc.constantFrom('posted' as const, 'pending' as const),
  providerId: fc.constantFrom(null, 'F1', 'F2'), pendingProviderId: fc.constantFrom(null, 'F1', 'P1'),
})
const pick = fc.nat(50)
const operation = fc.oneof(
  fc.record({ do: fc.constant('page' as const), rows: fc.array(row, { maxLength: 5, size: 'max' }), joins: fc.array(fc.tuple(pick, row), { maxLength: 2 }), updates: fc.array(fc.tuple(pick, fc.constantFrom('amend', 'withdraw', 'post', 'restore')), { maxLength: 2 }), asks: fc.array(fc.tuple(pick, pick), { maxLength: 2, size: 'max' }), span: fc.option(fc.tuple(fc.nat(3), fc.nat(3))), cursor: fc.boolean() }),
  fc.record({ do: fc.constant('decide' as const), at: pick, patch: fc.record({ category: fc.constantFrom(null, 'food'), deleted: fc.boolean(), excluded: fc.boolean(), review: fc.constantFrom('accepted' as const, 'for_review' as const) }, { requiredKeys: [] }) }),
  fc.record({ do: fc.constant('run' as const) }),
  fc.record({ do: fc.constant('undo' as const), at: pick }),
  fc.record({ do: fc.constant('answer' as const), at: pick, answer: fc.constantFrom('same' as const, 'same' as const, 'different' as const, 'removed' as const, 'kept' as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** What both stores have been told so far: the operations choose among it. */
type Known = { readonly transactions: NewTransaction[]; readonly questions: Question[]; readonly keys: string[]; readonly runs: string[] }

/** The operation as calls with the same arguments for both stores. */
function callsOf(op: Operation, first: Ledger, known: Known, at: number): (tenant: TenantStore) => Promise<unknown> {
  const ledger: Ledger = { ...first, runId: known.runs.at(-1)! }
  const any = (n: number) => known.transactions[n % known.transactions.length]
  if (op.do === 'decide') {
    const target = any(op.at)?.id ?? newId()
    return ({ feed }) => feed.decide(target, op.patch, at)
  }
  if (op.do === 'answer') {
    const target = known.questions[op.at % known.questions.length]?.id ?? newId()
    return ({ feed }) => feed.answerQuestion(target, op.answer, at)
  }
  if (op.do === 'run') {
    const run = aRun()
    known.runs.push(run.id)
    return ({ runs }) => runs.create(run)
  }
  if (op.do === 'undo') {
    const { accounts: _, ...by } = aRun({ trigger: 'undo', startedAt: at })
    const runId = known.runs[op.at % known.runs.length]!
    return async ({ history }) => {
      const done = await history.undo({ runId, by, cursors: [{ sourceId: ledger.sourceId, cursor: { at } }], sources: [], connections: [], preview: null, contentKeyOf: (row) => digestOf(`content ${row.amount} ${row.memo}`) })
      if (done !== null && !known.runs.includes(by.id)) known.runs.unshift(by.id)
      return done
    }
  }
  const page = aPage(ledger, op.rows)
  const joins = op.joins.flatMap(([n, joined]) => {
    const target = any(n)
    return target === undefined ? [] : [{ ...newRow(ledger, joined).observation, transactionId: target.id, tier: 'correction' as const }]
  })
  const updates = new Map<string, TransactionUpdate>()
  for (const [n, kind] of op.updates) {
    const target = any(n)
    if (target === undefined) continue
    updates.set(target.id, anUpdate(target, kind === 'withdraw' ? { state: 'withdrawn', withdrawnReason: 'bank_removed' } : kind === 'restore' ? { state: 'posted', change: { transactionId: target.id, at, runId: ledger.runId, reason: 'restored', by: null, changes: { state: ['withdrawn', 'posted'], withdrawnReason: ['undone', null] } } } : kind === 'post' ? { state: 'posted', content: { status: 'posted', memo: 'posted' } } : { state: 'posted', content: { amount: 77n, postedOn: day('2026-03-09'), memo: null }, contentKey: digestOf('amended') }))
  }
  const questions = op.asks.flatMap(([m, n]): Question[] => {
    const [first, second] = [any(m), any(n)]
    if (first === undefined || second === undefined || first.id === second.id) return []
    return [{ id: newId(), accountId: ledger.accountId, kind: 'same_transaction', transactionId: first.id, otherTransactionId: second.id, pattern: null, askedAt: at, answer: null, answeredAt: null, answerer: null }]
  })
  const { accountId, sourceId, runId } = ledger
  const [from, to] = op.span === null ? [0, 0] : [Math.min(...op.span), Math.max(...op.span)]
  const spans = from === to ? [] : [{ accountId, sourceId, from: day(DAYS[from]!), to: day(DAYS[to]!), opening: 1n, closing: BigInt(at), rowsSum: 3n, status: 'broken' as const }]
  const balances = spans.map((span) => ({ accountId, sourceId, runId, kind: 'ledger' as const, amount: span.closing, on: span.to, observedAt: at }))
  const whole = {
    ...page, at, observations: [...page.observations, ...joins], seen: [...page.seen, ...joins.map((o) => o.id)], updates: [...updates.values()], questions, spans, balances,
    covers: from === to ? null : { from: day(DAYS[from]!), to: day(DAYS[to]!) }, cursor: op.cursor ? { at } : null,
  }
  for (const update of updates.values()) if (update.change.reason !== 'restored') updates.set(update.id, { ...update, change: { ...update.change, at, runId: ledger.runId, changes: changesOf(update) } })
  return async ({ feed }) => {
    const result = await feed.commitPage({ ...whole, updates: [...updates.values()] })
    if (feed === ledger.tenant.feed) {
      for (const inserted of whole.inserts) if ((await feed.transaction(inserted.id)) !== null) known.transactions.push(inserted)
      known.questions.push(...questions)
      known.keys.push(...whole.observations.map((o) => o.key))
    }
    return result
  }
}

/** What the history says of an update: the former values are made up, so that taking them back shows. */
function changesOf({ state, withdrawnReason, content }: TransactionUpdate): TransactionUpdate['change']['changes'] {
  return { state: ['pending', state], withdrawnReason: [null, withdrawnReason], ...(content.memo === undefined ? {} : { memo: ['before', content.memo] }), ...(content.amount === undefined ? {} : { amount: ['-7', String(content.amount)] }) }
}

async function seen(tenant: TenantStore, ledger: Ledger, known: Known): Promise<unknown> {
  const { feed } = tenant
  const { accountId, sourceId } = ledger
  const each = async <T>(read: (id: string) => Promise<T>) => Promise.all(known.transactions.map(({ id }) => read(id)))
  const found = await feed.candidates(aQuery(ledger, {
    keys: [...new Set(known.keys)], providerIds: ['F1', 'P1'], contentKeys: [digestOf('amended')],
    near: { amounts: [5n], from: [day('2026-03-02')], to: [day('2026-03-31')] }, states: { states: ['pending', 'withdrawn'], range: { from: day('2026-03-01'), to: day('2026-03-05') } },
  }))
  const pages = await tenant.history.pages(accountId, 0, 999)
  return {
    answeredAfter: new Map([...(await tenant.history.answeredAfter(accountId))].sort().map(([id, after]) => [id, pages.filter(({ seq }) => seq <= after).length])),
    undos: await tenant.history.undos(), places: await Promise.all(known.runs.map((id) => tenant.history.places(id))),
    known: new Map([...found.known].sort()), candidates: found.transactions, history: await each(feed.history), observations: await each(feed.observations), rows: await each(feed.transaction),
    newest: await feed.transactions({ accountId, limit: 3, text: 'SHOP' }), oldest: await feed.transactions({ accountId, limit: 99, order: 'oldest', includeDeleted: true, states: ['posted', 'withdrawn'] }),
    open: await feed.questions({ open: true }), answered: await feed.questions({ accountId, open: false }), cursor: await feed.cursor(sourceId), coverage: await feed.coverage(accountId),
    covered: await feed.covered(accountId), newestSpans: await feed.newestSpans(accountId, sourceId, 2),
    balances: await feed.balances(accountId, sourceId), spans: await feed.spans(accountId), sum: await feed.sumPosted(accountId, day('2026-03-01'), day('2026-03-05')),
    accounts: (await tenant.accounts.list()).map(({ createdAt: _, ...account }) => account),
  }
}

test('both stores show the same after any sequence of operations', async () => {
  const [memory, database] = [memoryTwin(), postgres]
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 14, size: 'max' }), async (operations) => {
      const [model, real] = [await memory.newTenant(), await database.newTenant()]
      const ledger = await aLedger(model)
      await real.accounts.create((await model.accounts.get(ledger.accountId))!, (await model.accounts.sources({ accountId: ledger.accountId }))[0]!)
      await real.runs.create((await model.runs.get(ledger.runId))!)
      const known: Known = { transactions: [], questions: [], keys: [], runs: [ledger.runId] }
      let at = 1_000
      for (const op of operations) {
        const call = callsOf(op, ledger, known, at++)
        const expected = await call(model)
        assert.deepEqual(await call(real), expected)
        assert.deepEqual(await seen(real, ledger, known), await seen(model, ledger, known))
      }
    }),
    tries(30),
  )
})
