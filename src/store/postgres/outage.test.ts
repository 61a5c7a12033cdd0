/** kill -9 of the database and of a writer at any moment: nothing half stored, nothing lost, nothing doubled, and calls work again. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { StoreUnavailable, type TenantStore } from '../../ports/store.ts'
import { aConnection, aLedger, aPage } from '../fixtures.ts'
import { postgresTwin } from '../testing.ts'
import { outageOf } from './outage.ts'
import { lease } from './session.ts'
import { openPostgresStore } from './store.ts'

const twin = postgresTwin({ isKilled: true })
after(twin.close)

/** Tries until the database answers again. */
async function whenBack<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      assert.ok(['database_unreachable', 'lock_lost'].includes(error.code), error.code)
    }
  }
}

async function assertWhole(tenant: TenantStore, accountId: string, pageRows: number): Promise<number> {
  const { rows } = await tenant.feed.transactions({ accountId, limit: 100_000 })
  assert.equal(rows.length % pageRows, 0)
  assert.equal((await tenant.feed.coverage(accountId)).length, rows.length / pageRows)
  assert.equal(new Set(rows.map((row) => row.reference)).size, rows.length)
  return rows.length
}

test('a database that is killed is an outage for the calls, not for the process; afterwards calls work', async (t) => {
  const { crash } = await twin.database()
  if (crash === null) return t.skip('the server is not ours to kill')
  const tenant = await twin.newTenant()
  const ledger = await aLedger(tenant)
  const rows = (n: number) => Array.from({ length: 50 }, (_, i) => ({ text: `page ${n} row ${i}` }))
  const covers = { from: '2026-03-01', to: '2026-03-31' } as never
  let outages = 0
  for (let n = 0; n < 12; n++) {
    const page = aPage(ledger, rows(n), { covers })
    const committed = tenant.feed.commitPage(page)
    if (n === 5) crash()
    try {
      await committed
    } catch (error) {
      assert.ok(error instanceof StoreUnavailable)
      assert.ok(error.remedy.length > 0)
      outages++
      // The answer may have been lost after the commit: the engine asks what is known, then commits the rest.
      const stored = await whenBack(() => tenant.feed.transaction(page.inserts[0]!.id))
      if (stored === null) await whenBack(async () => void ((await tenant.feed.transaction(page.inserts[0]!.id)) ?? (await tenant.feed.commitPage(page))))
    }
  }
  assert.ok(outages > 0)
  assert.equal(await assertWhole(tenant, ledger.accountId, 50), 600)
})

test('work whose lock was lost is stopped by its next store call, and the connection is free again', async (t) => {
  const { crash } = await twin.database()
  if (crash === null) return t.skip('the server is not ours to kill')
  const tenant = await twin.newTenant()
  const connection = aConnection()
  await tenant.connections.create(connection)
  let stage = 'before'
  const work = tenant.connections.exclusively(connection.id, async () => {
    crash()
    await whenBackOutside(tenant, connection.id)
    stage = 'database is back'
    await tenant.connections.update(connection.id, { failuresInRow: 9 })
    stage = 'wrote without the lock'
  })
  await assert.rejects(work, (error) => error instanceof StoreUnavailable && error.code === 'lock_lost')
  assert.equal(stage, 'database is back')
  assert.equal((await tenant.connections.get(connection.id))?.failuresInRow, 0)
  assert.equal(await tenant.connections.exclusively(connection.id, async () => 'free'), 'free')
})

/** By a store of its own, because the calls of the work itself are refused. */
async function whenBackOutside(tenant: TenantStore, id: string): Promise<void> {
  const { app } = await twin.database()
  for (;;) {
    const other = await openPostgresStore({ owner: null, app })
    if (!other.ok) continue
    const found = await other.value.tenant(tenant.tenantId).connections.exclusively(id, async () => true)
    await other.value.close()
    if (found === true) return
  }
}

/** Another process that commits pages of the same rows, and tells each commit; see writer.fixture.ts. */
function startWriter(task: object): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
  const program = fileURLToPath(new URL('./writer.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin!.write(`${JSON.stringify(task)}\n`)
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator]() }
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Observations whose transaction is not there. */
async function orphans(tenantId: string): Promise<number> {
  const client = new pg.Client((await twin.database()).app)
  await client.connect()
  await client.query(`select set_config('relink.tenant', $1, false)`, [tenantId])
  const { rows } = await client.query(`select count(*)::int as n from relink.observations o where not exists (select from relink.transactions t where t.tenant_id = o.tenant_id and t.id = o.transaction_id)`)
  await client.end()
  return rows[0].n
}

test('a writer killed at any moment leaves whole pages and no lock', async () => {
  const { app } = await twin.database()
  const tenant = await twin.newTenant()
  const connection = aConnection()
  await tenant.connections.create(connection)
  const { accountId, sourceId, runId } = await aLedger(tenant)
  for (let round = 0; round < 5; round++) {
    const { child, lines } = startWriter({ app, tenantId: tenant.tenantId, connectionId: connection.id, accountId, sourceId, runId, pageRows: 1_000 })
    await lines.next()
    assert.equal(await tenant.connections.exclusively(connection.id, async () => 'taken'), null)
    // Time for the writer to get on: somewhere in its next page, where nothing here chooses.
    for (let turn = 0; turn < round * 12; turn++) await tenant.connections.get(connection.id)
    await killed(child)
    while ((await tenant.connections.exclusively(connection.id, async () => 'free')) === null);
    await assertWhole(tenant, accountId, 1_000)
    assert.equal(await orphans(tenant.tenantId), 0)
  }
})

test('a page that a killed writer had sent is waited for: nobody holds the connection before it is stored', async () => {
  const { owner, app } = await twin.database()
  const tenant = await twin.newTenant()
  const connection = aConnection()
  await tenant.connections.create(connection)
  const { accountId, sourceId, runId } = await aLedger(tenant)
  const blocker = new pg.Client(owner)
  await blocker.connect()
  await blocker.query('begin; lock table relink.transactions in share row exclusive mode')
  const { child } = startWriter({ app, tenantId: tenant.tenantId, connectionId: connection.id, accountId, sourceId, runId, pageRows: 10 })
  const waits = `select count(*)::int as n from pg_locks where relation = 'relink.transactions'::regclass and not granted`
  while ((await blocker.query(waits)).rows[0].n === 0);
  await killed(child)
  assert.equal(await tenant.connections.exclusively(connection.id, async () => 'taken too early'), null)
  await blocker.query('commit')
  await blocker.end()
  let seen: number | null = null
  while (seen === null) seen = await tenant.connections.exclusively(connection.id, () => assertWhole(tenant, accountId, 10))
  assert.equal(seen, 10)
})

test('what is sent under a lock whose session is gone is refused by the database, whatever the process believes', async () => {
  const tenant = await twin.newTenant()
  const ledger = await aLedger(tenant)
  const gone = () => ({ name: 'a lock', holder: 'a session that is gone', lost: false, notes: [], truths: [] })
  const refused = (error: unknown) => error instanceof StoreUnavailable && error.code === 'lock_lost'
  await assert.rejects(lease.run(gone(), () => tenant.feed.commitPage(aPage(ledger, [{ text: 'late' }]))), refused)
  await assert.rejects(lease.run(gone(), () => tenant.connections.create(aConnection())), refused)
  assert.equal((await tenant.feed.transactions({ accountId: ledger.accountId, limit: 10 })).rows.length, 0)
})

// Fails when: the server's limit for idle sessions ends the one that holds the locks. All long reads lose their lock then, each time.
test('a lock outlives the time after which the server ends idle sessions', async () => {
  const { owner } = await twin.database()
  const connection = aConnection()
  const tenant = await twin.newTenant()
  await tenant.connections.create(connection)
  const admin = new pg.Client(owner)
  await admin.connect()
  await admin.query(`alter role relink_app set idle_session_timeout = '20ms'`)
  const opened = await openPostgresStore(await twin.database())
  assert.ok(opened.ok)
  const held = await opened.value.tenant(tenant.tenantId).connections.exclusively(connection.id, async () => {
    // One statement after the other, until the server's clock says that the limit has passed several times over.
    const look = `select count(*)::int as sessions, extract(epoch from clock_timestamp())::float8 as at from pg_stat_activity where application_name = 'relink locks'`
    const { at: began, sessions: before } = (await admin.query(look)).rows[0]
    for (;;) {
      const { at, sessions } = (await admin.query(look)).rows[0]
      if (sessions < before || at - began > 0.3) return sessions === before
    }
  })
  await admin.query('alter role relink_app reset idle_session_timeout')
  assert.equal(held, true)
  await opened.value.close()
  await admin.end()
})

test('errors are sorted into outages and bugs', () => {
  const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })
  const sorted = (error: unknown) => outageOf(error)?.code ?? null
  assert.deepEqual(
    [coded('53100'), coded('25006'), coded('53300'), coded('08006'), coded('57P01'), coded('ECONNREFUSED'), coded('XX001'), coded('', 'Connection terminated unexpectedly'), coded('57014'), coded('55P03'), coded('28P01'), coded('DEPTH_ZERO_SELF_SIGNED_CERT')].map(sorted),
    ['database_full', 'database_read_only', 'database_busy', 'database_unreachable', 'database_unreachable', 'database_unreachable', 'database_damaged', 'database_unreachable', 'database_limited', 'database_limited', 'database_refused', 'database_untrusted'],
  )
  assert.deepEqual([coded('23505'), coded('42P01'), coded('22P02'), new TypeError('x'), 'text', null].map(sorted), [null, null, null, null, null, null])
  const held = (constraint: string) => Object.assign(coded('23503'), { constraint })
  assert.deepEqual([held('audit_heads_tenant_id_fkey'), held('runs_connection_id_fkey')].map(sorted), ['tenant_deleted', null])
  assert.equal(sorted(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])), 'database_unreachable')
})
