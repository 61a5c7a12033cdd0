/** What `relink recompute` promises: a feed that the present matcher made stays as it is; one that another made is put right, under its ids. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
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

type Event = { readonly what: 'sync' | 'reissue' | 'settle' | 'drop' | 'file' | 'answer' | 'amend'; readonly days: number; readonly at: number }
const events = fc.array(fc.record({ what: fc.constantFrom<Event['what']>('sync', 'reissue', 'settle', 'drop', 'file', 'answer', 'amend'), days: fc.nat(3), at: fc.nat(24) }), { minLength: 2, maxLength: 8 })

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
    world.bank.rows = shown.filter((r) => r.postedOn <= world.today(days))
    await world.sync(days)
  }
}

test('an account that the present matcher made is the same when it is made again, whatever happened to it', async () => {
  const seed = process.env['RELINK_RECOMPUTE_SEED']
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
    { numRuns: Number(process.env['RELINK_RECOMPUTE_RUNS'] ?? 60), ...(seed === undefined ? {} : { seed: Number(seed) }) },
  )
})
