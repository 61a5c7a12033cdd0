/** What `relink recompute` promises: a feed that the present matcher made stays as it is; one that another made is put right, under its ids. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc, tries } from '../../test/tries.ts'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import type { TransactionId } from '../domain/transaction.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { importStatements } from './import.ts'
import { recomputeAccount, type Recomputation } from './recompute.ts'
import { decimal, row, World } from './testing.ts'
import { undoRun } from './undo.ts'

const NAMES = ['Bakery', 'Bakery Main', 'Cinema', 'To Bob']
const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }

async function recompute(world: World, apply = false): Promise<Recomputation> {
  const done = await recomputeAccount({ ...world.deps, scratch: () => createMemoryStore().tenant('scratch') }, await world.accountId(), apply)
  if (!done.ok) throw new Error(done.failure.message)
  return done.value
}

async function bring(world: World, rows: readonly StatementRow[]): Promise<void> {
  const open = async function* (): StatementStream {
    const parts: StatementPart[] = [{ part: 'start', head: HEAD }, { part: 'rows', rows }, { part: 'end', covers: { from: null, to: null } }]
    for (const part of parts) yield ok(part)
  }
  await importStatements(world.deps, { open, accountId: null, label: 'march.ofx', dryRun: false, onProgress: null })
}

/** Everything of the account that a recompute may touch. */
async function picture(world: World) {
  const rows = await world.all()
  const reports = await Promise.all(rows.map(async ({ id }) => (await world.store.feed.observations(id)).map((o) => `${o.id} ${o.tier}`)))
  return { rows: rows.map(({ updatedAt: _, ...t }) => t), reports, open: await world.openQuestions() }
}

/** What an old matcher made of two transactions: the reports of both on one. */
async function plantJoin(world: World, keep: TransactionId, lose: TransactionId): Promise<void> {
  const [first, other] = await Promise.all([world.store.feed.transaction(keep), world.store.feed.transaction(lose)])
  const reports = await world.store.feed.observations(lose)
  const content = ({ id: _i, accountId: _a, state: _s, withdrawnReason: _w, decisions: _d, createdAt: _c, updatedAt: _u, ...rest }: NonNullable<typeof first>) => rest
  const run = { id: world.deps.entropy.id(world.now), connectionId: null, trigger: 'person' as const, startedAt: world.now, endedAt: world.now, outcome: 'succeeded' as const, stage: null, accounts: [], failure: null, label: null }
  const done = await world.store.history.recompute({
    run, accountId: first!.accountId, sourceIds: [], inserts: [], questions: [], closed: [], spans: [],
    rows: [{ id: lose, content: content(other!), state: 'withdrawn', withdrawnReason: 'merged', contentKey: '0'.repeat(32), joins: [] }],
    moves: reports.map(({ sourceId, key }) => ({ sourceId, key, from: lose, to: keep, tier: 'assignment' as const })),
  })
  assert.equal(done, true)
}

const ledger = fc
  .array(fc.record({ day: fc.nat(17), cents: fc.integer({ min: 1, max: 4 }), name: fc.constantFrom(...NAMES), hasId: fc.boolean(), pending: fc.boolean() }), { maxLength: 25 })
  .map((rows) => rows.map((r, i): StatementRow => row(addDays(day('2026-03-02'), r.day), `-${r.cents}`, r.name, { providerId: r.hasId ? `id${i}` : null, status: r.pending && r.day > 14 ? 'pending' : 'posted' })))

type Event = { readonly what: 'sync' | 'reissue' | 'settle' | 'drop' | 'file' | 'answer' | 'amend' | 'clock'; readonly days: number; readonly at: number }
const events = fc.array(fc.record({ what: fc.constantFrom<Event['what']>('sync', 'reissue', 'settle', 'drop', 'file', 'answer', 'amend', 'clock'), days: fc.nat(3), at: fc.nat(24) }), { minLength: 2, maxLength: 8 })

/** Lives through a history with a bank that states its balance. */
async function live(world: World, rows: readonly StatementRow[], history: readonly Event[]): Promise<void> {
  let shown = [...rows]
  for (const [step, { what, days, at }] of history.entries()) {
    const chosen = shown[at % Math.max(1, shown.length)]
    if (what === 'reissue') shown = shown.map((r, i) => ({ ...r, providerId: r.providerId === null ? null : `s${step}-${i}` }))
    if (what === 'settle') shown = shown.map((r, i) => (r.status === 'pending' ? { ...r, status: 'posted', providerId: `p${step}-${i}`, postedOn: addDays(r.postedOn, 1) } : r))
    if (what === 'drop') shown = shown.filter((r) => r !== chosen)
    if (what === 'amend') shown = shown.map((r) => (r === chosen ? { ...r, name: `${r.name} Ltd`, amount: decimal(`-${1 + (at % 4)}`) } : r))
    if (what === 'file') await bring(world, shown.filter((r) => r.status === 'posted' && r.postedOn <= world.today()).map((r, i) => ({ ...r, providerId: r.providerId === null ? null : `file-${i}` })))
    if (what === 'answer') {
      const [question] = await world.store.feed.questions({ open: true })
      const answer = question?.kind === 'removed_at_bank' ? (at % 2 === 0 ? 'removed' : 'kept') : at % 2 === 0 ? 'same' : 'different'
      if (question !== undefined) await world.store.feed.answerQuestion(question.id, answer, (world.now += 1_000))
    }
    // The host's clock is put right: what comes next carries an earlier time than what was before it.
    if (what === 'clock') world.now -= 3_600_000 * (1 + at)
    world.bank.rows = shown.filter((r) => r.postedOn <= world.today(days))
    await world.sync(days)
  }
}

test('an account that the present matcher made is the same when it is made again, whatever happened to it', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, events, async (rows, history) => {
      const world = await new World('2026-03-14').connect()
      world.bank.overlapDays = 20
      await live(world, rows, history)
      const before = await picture(world)
      const found = await recompute(world)
      assert.deepEqual(found.rows, [])
      assert.equal(found.isDifferent, false)
      assert.deepEqual(await picture(world), before)
    }),
    tries(60),
  )
})

const TWO = [row('2026-03-10', '-5', 'Bakery', { providerId: 'a' }), row('2026-03-12', '-5', 'Bakery Main', { providerId: 'b' }), row('2026-03-13', '-9', 'Cinema', { providerId: 'c' })]

test('what was wrongly joined is parted, what is doubled is joined; ids and decisions stay; a second time finds nothing; the undo brings back what was', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [...TWO]
  await world.sync()
  const [a, b, c] = await world.all()
  await world.store.feed.decide(a!.id, { category: 'food', review: 'accepted' }, world.now)
  await plantJoin(world, a!.id, b!.id)
  assert.equal((await world.feed()).length, 2)
  const before = await picture(world)

  const shown = await recompute(world)
  assert.deepEqual([shown.counts.parted, shown.counts.restored, shown.counts.joined, shown.run], [1, 0, 0, null])
  assert.deepEqual([shown.rows[0]!.kind, shown.rows[0]!.otherId, shown.rows[0]!.after.name], ['parted', a!.id, 'Bakery Main'])
  assert.deepEqual(await picture(world), before, 'looking changes nothing')

  const { run } = await recompute(world, true)
  assert.deepEqual(await world.feed(), TWO.map((r) => `${r.postedOn} ${r.amount}00 ${r.name}`))
  const now = await world.all()
  assert.deepEqual(now.filter((t) => t.state === 'posted').map((t) => t.id).slice(0, 1), [a!.id])
  assert.ok(now.some((t) => t.id === c!.id && t.state === 'posted'))
  assert.deepEqual([now[0]!.decisions.category, now[0]!.decisions.review], ['food', 'accepted'])
  const made = now.find((t) => t.state === 'posted' && t.name === 'Bakery Main')!
  assert.deepEqual((await world.store.feed.history(made.id)).map(({ reason, runId }) => [reason, runId]), [['recomputed', run!.id]])
  const again = await recompute(world, true)
  assert.deepEqual([again.isDifferent, again.rows, again.run], [false, [], null])
  await world.sync(1)
  assert.equal((await world.feed()).length, 3, 'the next read finds its rows')

  const undone = await undoRun(world.deps, run!.id)
  assert.equal(undone.ok, true)
  assert.deepEqual((await world.feed()), before.rows.filter((t) => t.state === 'posted').map((t) => `${t.postedOn} ${t.amount} ${t.name}`))
  assert.deepEqual((await world.store.feed.observations(a!.id)).map((o) => o.providerId), ['a', 'b'])
  // The undo can be undone, and the recompute be taken back once more.
  const applied = TWO.map((r) => `${r.postedOn} ${r.amount}00 ${r.name}`)
  const back = undone.ok ? await undoRun(world.deps, undone.value.id) : null
  assert.deepEqual([back?.ok, await world.feed(), (await world.store.feed.observations(made.id)).map((o) => o.providerId)], [true, applied, ['b']])
  await world.sync(1)
  assert.deepEqual(await world.feed(), applied, 'the next read finds its rows')
  assert.equal((await undoRun(world.deps, run!.id)).ok, true)
  assert.deepEqual([(await world.feed()).length, (await world.store.feed.observations(a!.id)).map((o) => o.providerId)], [2, ['a', 'b']])
  assert.equal((await recompute(world, true)).counts.parted + (await world.feed()).length, 4, 'it can be had anew')
})

test('a row that an old matcher doubled is one again: the older keeps its id and takes what was decided of either', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [TWO[0]!]
  await world.sync()
  // Re-issued, and an old matcher that goes by ids alone made a second transaction of it.
  world.bank.rows = [{ ...TWO[0]!, providerId: 'z' }]
  await world.sync(1)
  const [a] = await world.all()
  const [, second] = await world.store.feed.observations(a!.id)
  const doubleId = world.deps.entropy.id(world.now)
  const run = { id: world.deps.entropy.id(world.now), connectionId: null, trigger: 'person' as const, startedAt: world.now, endedAt: world.now, outcome: 'succeeded' as const, stage: null, accounts: [], failure: null, label: null }
  await world.store.history.recompute({
    run, accountId: a!.accountId, sourceIds: [], rows: [], questions: [], closed: [], spans: [], inserts: [{ ...a!, id: doubleId, contentKey: '0'.repeat(32), createdAt: world.now }],
    moves: [{ sourceId: second!.sourceId, key: second!.key, from: a!.id, to: doubleId, tier: 'new' }],
  })
  assert.equal((await world.feed()).length, 2)
  await world.store.feed.decide(doubleId, { category: 'food', excluded: true }, world.now)
  const done = await recompute(world, true)
  assert.deepEqual([done.counts.joined, done.rows[0]!.transactionId, done.rows[0]!.otherId], [1, doubleId, a!.id])
  assert.equal((await world.feed()).length, 1)
  const kept = (await world.store.feed.transaction(a!.id))!
  assert.deepEqual([kept.decisions.category, kept.decisions.excluded, kept.state], ['food', true, 'posted'])
  assert.equal((await world.store.feed.transaction(doubleId))!.withdrawnReason, 'merged')
  assert.equal((await recompute(world)).isDifferent, false)
})

test('content that an old matcher got wrong is put right under its id, a row that it withdrew stands again, and its history says why', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [...TWO]
  await world.sync()
  const [a, b] = await world.all()
  const [first] = await world.store.feed.observations(a!.id)
  const at = { runId: first!.runId, accountId: a!.accountId, sourceId: first!.sourceId, at: world.now, seen: [], observations: [], inserts: [], questions: [], covers: null, balances: [], spans: [], cursor: null }
  const change = (id: string) => ({ transactionId: id, at: world.now, runId: first!.runId, reason: 'correction' as const, by: null, changes: {} })
  await world.store.feed.commitPage({ ...at, updates: [
    { id: a!.id, content: { amount: 500n }, state: 'posted', withdrawnReason: null, contentKey: '0'.repeat(32), change: change(a!.id) },
    { id: b!.id, content: {}, state: 'withdrawn', withdrawnReason: 'bank_removed', contentKey: '1'.repeat(32), change: change(b!.id) },
  ] })
  const done = await recompute(world, true)
  assert.deepEqual([done.counts.changed, done.counts.restored, done.counts.same], [1, 1, 1])
  assert.deepEqual((await world.all()).map((t) => [t.id, t.amount, t.state]), [[a!.id, -500n, 'posted'], [b!.id, -500n, 'posted'], [(await world.all())[2]!.id, -900n, 'posted']])
  assert.deepEqual((await world.store.feed.history(a!.id)).at(-1)!.changes['amount'], ['500', '-500'])
})

test('what a person said outweighs what comes out: merged stays merged, deleted stays deleted, a removed row stays away', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = [...TWO]
  await world.sync()
  const [a, b, c] = await world.all()
  const [first] = await world.store.feed.observations(a!.id)
  const question = { id: world.deps.entropy.id(world.now), accountId: a!.accountId, kind: 'same_transaction' as const, transactionId: a!.id, otherTransactionId: b!.id, pattern: null, askedAt: world.now, answer: null, answeredAt: null, answerer: null }
  const removed = { ...question, id: world.deps.entropy.id(world.now), kind: 'removed_at_bank' as const, transactionId: c!.id, otherTransactionId: null }
  await world.store.feed.commitPage({ runId: first!.runId, accountId: a!.accountId, sourceId: first!.sourceId, at: world.now, seen: [], observations: [], inserts: [], updates: [], questions: [question, removed], covers: null, balances: [], spans: [], cursor: null })
  await world.store.feed.answerQuestion(question.id, 'same', (world.now += 1_000))
  await world.store.feed.answerQuestion(removed.id, 'removed', (world.now += 1_000))
  await world.store.feed.decide(a!.id, { deleted: true }, (world.now += 1_000))
  const before = await picture(world)
  const done = await recompute(world, true)
  assert.deepEqual([done.isDifferent, done.rows], [false, []])
  assert.deepEqual(await picture(world), before)
})

// Fails when: answers and reads are put in order by their instants (seen, seed -1622107801).
test('the read after an answer follows the bank in the account that is made again, too, also where the clock says that it came before the answer', async () => {
  for (const later of [1_000, 0, -3_600_000]) {
    const world = await new World('2026-03-14').connect()
    world.bank.rows = [...TWO]
    await world.sync()
    const [a, b] = await world.all()
    const [first] = await world.store.feed.observations(a!.id)
    const question = { id: world.deps.entropy.id(world.now), accountId: a!.accountId, kind: 'same_transaction' as const, transactionId: a!.id, otherTransactionId: b!.id, pattern: null, askedAt: world.now, answer: null, answeredAt: null, answerer: null }
    await world.store.feed.commitPage({ runId: first!.runId, accountId: a!.accountId, sourceId: first!.sourceId, at: world.now, seen: [], observations: [], inserts: [], updates: [], questions: [question], covers: null, balances: [], spans: [], cursor: null })
    await world.store.feed.answerQuestion(question.id, 'same', (world.now += 1_000))
    world.now += later
    world.bank.rows = TWO.slice(1)
    await world.sync()
    assert.deepEqual((await world.all()).filter(({ state }) => state === 'posted').map(({ id, name }) => [id === a!.id, name]), [[true, 'Bakery Main'], [false, 'Cinema']])
    assert.deepEqual((await recompute(world)).rows, [], `${later}`)
  }
})

test('a day that two files share: what a person answered of its equal rows, and the rule that it is, hold in the account that is made again', async () => {
  const world = await new World('2026-03-25').connect()
  world.bank.rows = []
  const paid = (on: string, amount: string, name: string) => row(on, amount, name)
  await bring(world, [paid('2026-03-10', '-9', 'Cinema'), paid('2026-03-12', '-5', 'Bakery'), paid('2026-03-12', '-7', 'To Bob')])
  // It leaves out a row of the day on which the first one ended: it may go on within that day.
  await bring(world, [paid('2026-03-12', '-5', 'Bakery'), paid('2026-03-14', '-4', 'Cinema'), paid('2026-03-16', '-6', 'Bakery'), paid('2026-03-16', '-7', 'To Bob')])
  const asked = await world.store.feed.questions({ open: true })
  assert.equal(asked.length, 1)
  await world.store.feed.answerQuestion(asked[0]!.id, 'same', (world.now += 1_000))
  await bring(world, [paid('2026-03-16', '-6', 'Bakery'), paid('2026-03-18', '-4', 'Cinema')])
  const tiers = (await Promise.all((await world.all()).map(({ id }) => world.store.feed.observations(id)))).flat().map(({ tier }) => tier)
  assert.ok(tiers.includes('rule') && (await world.openQuestions()).length === 0, 'the rule has decided the next one')
  const before = await picture(world)
  const done = await recompute(world, true)
  assert.deepEqual([done.rows, done.isDifferent], [[], false])
  assert.deepEqual(await picture(world), before)
})

test('runs that were taken back stay taken back', async () => {
  const world = await new World('2026-03-14').connect()
  world.bank.rows = TWO.slice(0, 1)
  await world.sync()
  await bring(world, TWO)
  const run = (await world.store.runs.list({ limit: 9 })).find(({ trigger }) => trigger === 'import')!
  assert.equal((await undoRun(world.deps, run.id)).ok, true)
  assert.equal((await world.feed()).length, 1)
  assert.equal((await recompute(world)).isDifferent, false)
})
