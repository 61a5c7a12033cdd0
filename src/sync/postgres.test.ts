/** The engine on PostgreSQL: the same story gives the same feed as in memory, and a crash at any store call loses nothing. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { addDays, day } from '../domain/day.ts'
import type { TenantStore } from '../ports/store.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { openPool, openSession } from '../store/postgres/session.ts'
import { openPostgresStore } from '../store/postgres/store.ts'
import { postgresTwin } from '../store/testing.ts'
import { exploding } from './exploding.ts'
import { decimal, row, World } from './testing.ts'
import { undoRun } from './undo.ts'

const postgres = postgresTwin()
after(() => postgres.close())

/** Weeks of a lively account: twins, pending rows, tips, re-issued ids, late and removed rows, a deleted one, balances. */
async function story(store: TenantStore): Promise<unknown> {
  const world = await new World('2026-03-02', { store }).connect()
  world.bank.balances = () => {
    const posted = world.bank.rows.filter((r) => r.status === 'posted')
    return [{ kind: 'ledger', amount: decimal(String(1000 + posted.reduce((sum, r) => sum + Number(r.amount), 0))), currency: 'USD', on: day(world.today()), at: null }]
  }
  for (let i = 0; i < 12; i++) {
    const on = world.today()
    const pending = world.bank.rows.filter((r) => r.status === 'pending')
    world.bank.rows = world.bank.rows.filter((r) => r.status === 'posted').concat(pending.map((r, n) => row(on, `${Number(r.amount) - (n % 2)}`, r.name!, { providerId: `posted${i}-${n}` })))
    world.bank.rows.push(row(on, '-3', 'Coffee'), row(on, '-3', 'Coffee'), row(on, `-${10 + i}`, `Shop ${i % 3}`, { providerId: `a${i}` }), row(on, '-20', `Diner ${i}`, { status: 'pending', providerId: `p${i}` }))
    if (i === 4) world.bank.rows.push(row(addDays(day(on), -4), '-7', 'Late', { providerId: 'late' }))
    if (i === 6) world.bank.rows = world.bank.rows.map((r, n) => (r.status === 'posted' ? { ...r, providerId: `new${n}` } : r))
    if (i === 8) world.bank.rows = world.bank.rows.filter((r) => r.name !== 'Late')
    if (i === 9) await store.feed.decide((await world.all())[0]!.id, { deleted: true }, world.now)
    await world.sync(1)
  }
  const all = (await world.all()).map((t) => ({ ...t, id: '', accountId: '' })).sort((a, b) => JSON.stringify([a.postedOn, a.name, String(a.amount), a.state]).localeCompare(JSON.stringify([b.postedOn, b.name, String(b.amount), b.state])))
  const spans = (await store.feed.spans(await world.accountId())).map(({ from, to, status, rowsSum }) => ({ from, to, status, rowsSum }))
  return { all, spans, questions: await world.openQuestions() }
}

test('the same story gives the same feed, spans and questions as in memory', async () => {
  assert.deepEqual(await story(await postgres.newTenant()), await story(createMemoryStore().tenant('t')))
})

test('an undo on a young database, which has no statistics yet, reads each report a few times, not once for each pair', async () => {
  const tenant = await postgres.newTenant()
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(addDays(day('2026-03-16'), (from + i) % 4), `-${from + i + 1}`, `Shop ${from + i}`, { providerId: `r${from + i}` }))
  const world = await new World('2026-03-20', { store: tenant }).connect()
  world.bank.rows = rows(0, 60)
  await world.sync()
  world.bank.rows = [...world.bank.rows, ...rows(60, 130)]
  const { id } = await world.sync()
  const database = await postgres.database()
  const asOwner = openSession(openPool(database.owner, 1))
  // What a session read is counted when it ends.
  const read = async () => Number((await sql<{ n: bigint }>`select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0) as n from pg_stat_user_tables where schemaname = 'relink' and relname in ('observations', 'transactions')`.execute(asOwner)).rows[0]!.n)
  const sessions = async () => (await sql<{ pid: number }>`select pid from pg_stat_activity where usename = 'relink_app'`.execute(asOwner)).rows.map(({ pid }) => pid)
  const others = new Set(await sessions())
  const own = await openPostgresStore({ ...database, connections: 1 })
  assert.ok(own.ok)
  const before = await read()
  const undone = await undoRun({ ...world.deps, store: own.value.tenant(tenant.tenantId) }, id)
  const mine = (await sessions()).filter((pid) => !others.has(pid))
  await own.value.close()
  while ((await sessions()).some((pid) => mine.includes(pid))) await sql`select pg_sleep(0.01)`.execute(asOwner)
  assert.ok(mine.length > 0)
  assert.deepEqual(undone.ok && undone.value.accounts.map(({ withdrawn }) => withdrawn), [70])
  const cost = (await read()) - before
  await asOwner.destroy()
  assert.ok(cost > 0 && cost < 100 * 130, `${cost} rows were read`)
})

test('a crash at any store call of a first sync: the next one gives the feed that no crash would have given', async () => {
  const rows = Array.from({ length: 7 }, (_, i) => row(addDays(day('2026-03-10'), i), `-${(i % 3) + 1}`, 'Shop', { providerId: i % 2 === 0 ? `i${i}` : null }))
  for (let call = 3; call < 200; call += 7) {
    const bomb = { left: call }
    const world = await new World('2026-03-20', { heldRows: 3, store: await postgres.newTenant(), wrapStore: (store) => exploding(store, bomb) }).connect()
    world.bank.rows = rows
    world.bank.pageSize = 2
    const died = await world.sync().then(() => false, (error: Error) => error.message === 'crash')
    bomb.left = Infinity
    // What the dead one held is free as soon as the database has heard of it, which may be a moment later.
    for (let tries = 1; ; tries++) {
      const isBusy = await world.sync(tries === 1 ? 1 : 0).then(() => false, (error: Error) => {
        if (tries === 1_000 || !error.message.startsWith('busy')) throw error
        return true
      })
      if (!isBusy) break
    }
    assert.deepEqual(await world.feed(), rows.map((r) => `${r.postedOn} ${r.amount}00 Shop`).sort(), `crash at call ${call}`)
    if (!died) break
  }
})
