/** What the database itself refuses, whatever the program does: other tenants' rows, changes of evidence, unsafe roles. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { aConnection, aLedger, aPage } from '../fixtures.ts'
import { postgresTwin } from '../testing.ts'
import { openPostgresStore } from './store.ts'
import type { ConnectionConfig } from './session.ts'

const twin = postgresTwin()
let app: pg.Client
let tenantId: string
before(async () => {
  const tenant = await twin.newTenant()
  tenantId = tenant.tenantId
  await tenant.feed.commitPage(aPage(await aLedger(tenant), [{ text: 'a' }]))
  await tenant.connections.create(aConnection({ nextSyncAt: 5 }))
  app = await login((await twin.database()).app)
})
after(async () => {
  await app.end()
  await twin.close()
})

async function login(config: ConnectionConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  await client.connect()
  return client
}

/** Runs one statement as the app, for the tenant when one is given, and rolls back. */
async function as(tenant: string | null, statement: string, role?: string): Promise<pg.QueryResult> {
  await app.query('begin')
  try {
    if (role !== undefined) await app.query(`set local role ${role}`)
    if (tenant !== null) await app.query(`select set_config('relink.tenant', $1, true)`, [tenant])
    return await app.query(statement)
  } finally {
    await app.query('rollback')
  }
}

const denied = { code: '42501' }

test('every table with a tenant forces row-level security, and every key begins with the tenant', async () => {
  const { rows: tables } = await app.query(
    `select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced, count(p.*)::int as policies
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' left join pg_policy p on p.polrelid = c.oid and p.polname = 'tenant'
     where c.relnamespace = 'relink'::regnamespace and c.relkind in ('r', 'p') group by c.oid`,
  )
  assert.ok(tables.length >= 20)
  for (const table of tables) assert.deepEqual([table.forced, table.policies], [true, 1], table.relname)
  const { rows: others } = await app.query(
    `select relname from pg_class c where relnamespace = 'relink'::regnamespace and relkind in ('r', 'p') and not exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')`,
  )
  assert.deepEqual(others.map((o) => o.relname).filter((name) => !name.startsWith('auth_')).sort(), ['instance', 'migrations'])
  const { rows: keys } = await app.query(
    `select conname, conrelid::regclass::text as t from pg_constraint k where connamespace = 'relink'::regnamespace and contype in ('p', 'u', 'f') and conrelid::regclass::text not in ('relink.instance', 'relink.migrations') and conrelid::regclass::text not like 'relink.auth\\_%'
     and (select attname from pg_attribute where attrelid = k.conrelid and attnum = k.conkey[1]) <> 'tenant_id'`,
  )
  assert.deepEqual(keys, [])
})

test('without a tenant no table shows a row, and with one only that tenant\'s', async () => {
  const { rows: tables } = await app.query(`select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r'`)
  for (const { name } of tables) {
    assert.equal((await as(null, `select count(*)::int as n from ${name}`)).rows[0].n, 0, name)
    assert.equal((await as(tenantId, `select count(*)::int as n from ${name} where tenant_id <> '${tenantId}'`)).rows[0].n, 0, name)
  }
  assert.equal((await as(tenantId, 'select count(*)::int as n from relink.observations')).rows[0].n, 1)
})

test('a row of another tenant cannot be written', async () => {
  const other = '00000000-0000-4000-8000-000000000000'
  await assert.rejects(as(tenantId, `insert into relink.request_quotas (tenant_id, institution_id, day, used) values ('${other}', 'x', '2026-01-01', 1)`), denied)
  await assert.rejects(as(tenantId, `update relink.connections set tenant_id = '${other}'`), denied)
})

test('evidence can be added, not changed, not removed', async () => {
  for (const statement of [
    'update relink.observations set amount = 0', 'update relink.observations set key = gen_random_uuid()', 'delete from relink.observations', 'truncate relink.observations',
    'update relink.transaction_changes set reason = null', 'delete from relink.transaction_changes', 'update relink.coverage set to_on = to_on', 'delete from relink.coverage',
    'update relink.balances set amount = 0', 'delete from relink.balances', 'delete from relink.pages', 'delete from relink.transactions', 'truncate relink.transactions cascade',
    'update relink.login_attempts set secret_digest = null', 'delete from relink.login_attempts', 'truncate relink.secrets', 'delete from relink.runs',
  ]) await assert.rejects(as(tenantId, statement), denied, statement)
  await as(tenantId, `update relink.observations set transaction_id = transaction_id, tier = 'person'`)
})

test('the app cannot change tables, policies or its own rights', async () => {
  for (const statement of [
    'alter table relink.observations no force row level security', 'drop policy tenant on relink.observations', 'create table relink.x (y int)', 'create table public.x (y int)',
    'set local role relink_owner', 'alter role relink_app bypassrls', 'select * from pg_authid', 'insert into relink.migrations values (99, \'x\')',
    'update relink.instance set default_tenant = default_tenant', 'set local session_replication_role = replica',
  ]) await assert.rejects(as(tenantId, statement), denied, statement)
})

test('the sign-in tables are forced too, and shown to their own role alone, which sees no row of a tenant', async () => {
  const { rows: tables } = await app.query(`select oid::regclass::text as name, relrowsecurity and relforcerowsecurity as forced from pg_class where relnamespace = 'relink'::regnamespace and relkind = 'r' and relname like 'auth\\_%'`)
  assert.ok(tables.length >= 8)
  for (const { name, forced } of tables) {
    assert.equal(forced, true, name)
    for (const role of [undefined, 'relink_sched']) await assert.rejects(as(tenantId, `select 1 from ${name}`, role), denied, name)
    await as(null, `select 1 from ${name}`, 'relink_auth')
  }
  for (const table of ['members', 'secrets', 'audit', 'transactions', 'tenants']) await assert.rejects(as(tenantId, `select 1 from relink.${table}`, 'relink_auth'), denied, table)
})

test('the audit log is added to, never changed: not by the app, not by the sign-in', async () => {
  for (const statement of ['update relink.audit set actor = actor', 'delete from relink.audit', 'truncate relink.audit', 'delete from relink.audit_heads', 'delete from relink.members', 'delete from relink.api_keys', 'update relink.spent_links set spent_at = 0', 'delete from relink.spent_links']) await assert.rejects(as(tenantId, statement), denied, statement)
})

test('the scheduler\'s role sees due times of all tenants and nothing else; the app only by becoming it', async () => {
  assert.ok((await as(null, 'select tenant_id, id, next_sync_at from relink.connections', 'relink_sched')).rows.length > 0)
  for (const statement of ['select settings from relink.connections', 'select * from relink.accounts', 'update relink.connections set next_sync_at = 0']) {
    await assert.rejects(as(null, statement, 'relink_sched'), denied, statement)
  }
})

test('statistics are made of each table that has grown fourfold, and of none that has not', async () => {
  const tenant = await twin.newTenant()
  const analyzed = async () => (await app.query('select analyzed from relink.instance')).rows[0].analyzed
  // Many small rows outrun autovacuum as one import does; the next page looks.
  await app.query(`select set_config('relink.tenant', $1, false)`, [tenant.tenantId])
  await app.query(`insert into relink.runs (tenant_id, id, trigger, started_at, outcome, accounts) select $1, gen_random_uuid(), 'schedule', n, 'running', '[]' from generate_series(1, 2000) n`, [tenant.tenantId])
  await tenant.feed.commitPage(aPage(await aLedger(tenant), Array.from({ length: 600 }, (_, n) => ({ text: `row ${n}` }))))
  const known = await analyzed()
  assert.deepEqual(Object.keys(known).filter((name) => ['runs', 'observations', 'transactions', 'connections'].includes(name)).sort(), ['observations', 'runs', 'transactions'])
  const { rows } = await app.query(`select relname, reltuples::int as n from pg_class where oid in ('relink.runs'::regclass, 'relink.observations'::regclass)`)
  for (const { relname, n } of rows) assert.ok(n >= 600, relname)
  await app.query(`select relink.refresh_statistics(); select set_config('relink.tenant', '', false)`)
  assert.deepEqual(await analyzed(), known)
})

test('Relink refuses to run as a role that row-level security does not hold', async () => {
  const { owner } = await twin.database()
  const opened = await openPostgresStore({ owner: null, app: owner })
  assert.ok(!opened.ok)
  assert.equal(opened.failure.code, 'role_unsafe')
})
