import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok } from '../domain/result.ts'
import type { StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { disableConnection, enableConnection } from './connect.ts'
import { importStatements } from './import.ts'
import { row, World } from './testing.ts'
import { undoRun } from './undo.ts'

async function bring(world: World, rows: readonly StatementRow[]): Promise<string> {
  const open = async function* (): StatementStream {
    const account = { number: '100200300', bankId: '121', branchId: null, kind: 'checking' as const, name: null }
    const parts: StatementPart[] = [{ part: 'start', head: { account, currency: 'USD', covers: { from: null, to: null }, line: 1 } }, { part: 'rows', rows }, { part: 'end', covers: { from: null, to: null } }]
    for (const part of parts) yield ok(part)
  }
  return (await importStatements(world.deps, { open, accountId: null, label: 'a.ofx', dryRun: false, onProgress: null })).runId!
}

/** Everything that must not change by switching a feed off and on. */
async function kept(world: World) {
  const accountId = await world.accountId()
  const { feed } = world.store
  const rows = await world.all()
  return {
    rows, questions: await feed.questions({ open: true }), answered: await feed.questions({ open: false }), coverage: await feed.coverage(accountId), spans: await feed.spans(accountId),
    matches: await Promise.all(rows.map(async ({ id }) => (await feed.observations(id)).map(({ id: observation, tier }) => [observation, tier]))), history: await Promise.all(rows.map(({ id }) => feed.history(id))),
  }
}

test('a feed that is switched off and on loses nothing: not a row, not one item for review, not a match; the days missed are filled', async () => {
  const world = await new World().connect()
  world.bank.rows = [row(world.today(-6), '-20', 'Corner Cafe', { providerId: 'a' }), row(world.today(-3), '-4', 'Kiosk', { providerId: 'b' })]
  await world.sync()
  await bring(world, [row(world.today(-9), '-20', 'Corner Cafe', { providerId: 'x' })])
  await bring(world, [row(world.today(-3), '-4', 'KIOSK', { providerId: 'y' })])
  const [first] = await world.all()
  await world.store.feed.decide(first!.id, { category: 'food', note: 'with Rosa' }, world.now)
  const before = await kept(world)
  assert.ok(before.questions.length > 0 && before.matches.some((reports) => reports.length === 2), 'there is something to lose')
  assert.ok((await disableConnection(world.deps, world.connectionId)).ok)
  assert.deepEqual(await kept(world), before)
  world.now += 40 * 86_400_000
  world.bank.rows.push(row(world.today(-30), '-7', 'While it was off', { providerId: 'c' }), row(world.today(-1), '-8', 'Lately', { providerId: 'd' }))
  assert.ok((await enableConnection(world.deps, world.connectionId)).ok)
  assert.deepEqual(await kept(world), before)
  await world.sync()
  const after = await kept(world)
  assert.deepEqual(after.rows.slice(0, before.rows.length).map(({ updatedAt: _, ...t }) => t), before.rows.map(({ updatedAt: _, ...t }) => t))
  assert.deepEqual([after.questions, after.matches.slice(0, before.rows.length)], [before.questions, before.matches])
  assert.deepEqual(after.rows.slice(before.rows.length).map((t) => t.name), ['While it was off', 'Lately'])
})

test('a deleted row stays deleted: read again, under a new id, amended, from a file, after an undo; deleting can be taken back', async () => {
  const world = await new World().connect()
  const on = world.today(-3)
  world.bank.rows = [row(on, '-20', 'Corner Cafe', { providerId: 'a' }), row(on, '-4', 'Kiosk', { providerId: 'b' })]
  const run = await world.sync()
  const cafe = (await world.all()).find((t) => t.amount === -2000n)!
  await world.store.feed.decide(cafe.id, { deleted: true }, world.now)
  const shown = async () => (await world.store.feed.transactions({ accountId: await world.accountId(), limit: 99 })).rows.filter((t) => t.state !== 'withdrawn').map((t) => t.name)
  const steps: (() => Promise<unknown>)[] = [
    () => world.sync(1),
    () => { world.bank.rows[0] = { ...world.bank.rows[0]!, providerId: 'renewed' }; return world.sync(1) },
    () => { world.bank.rows[0] = { ...world.bank.rows[0]!, memo: 'Table 4' }; return world.sync(1) },
    () => bring(world, [row(on, '-20', 'Corner Cafe', { providerId: 'file-1', memo: 'Table 4' })]),
    async () => { assert.ok((await undoRun(world.deps, run.id)).ok); await world.sync(1) },
  ]
  for (const [index, step] of steps.entries()) {
    await step()
    assert.deepEqual(await shown(), ['Kiosk'], `after step ${index}`)
    assert.equal((await world.all()).length, 2, `after step ${index}`)
  }
  await world.store.feed.decide(cafe.id, { deleted: false }, world.now)
  assert.deepEqual((await shown()).sort(), ['Corner Cafe', 'Kiosk'])
})
