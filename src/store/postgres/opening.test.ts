/** Opening a store: several at once, a newer database, missing rights, wrong logins, no server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { aChallenge, aConnection, newId } from '../fixtures.ts'
import { startTestDatabase, type TestDatabase } from '../testing.ts'
import { heldQuestions } from './migrations/028-held-questions.ts'
import { openPostgresStore } from './store.ts'
import type { Tables } from './tables.ts'

let database: TestDatabase
let owner: pg.Client
before(async () => {
  database = await startTestDatabase({ isEmpty: true })
  owner = new pg.Client(database.owner)
  await owner.connect()
})
after(async () => {
  await owner.end()
  await database.remove()
})

async function failureOf(options: Parameters<typeof openPostgresStore>[0]) {
  const opened = await openPostgresStore(options)
  if (opened.ok) await opened.value.close()
  assert.ok(!opened.ok)
  return opened.failure
}

test('a worker without the owner is told that the tables are missing', async () => {
  assert.ok(['schema_missing', 'login_refused'].includes((await failureOf({ owner: null, app: database.app })).code))
})

test('four that open an empty database at once make one schema and one tenant', async () => {
  const opened = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(database)))
  const tenants = new Set<string>()
  for (const store of opened) {
    assert.ok(store.ok, store.ok ? '' : store.failure.message)
    tenants.add(await store.value.defaultTenant())
    await store.value.close()
  }
  assert.equal(tenants.size, 1)
})

test('what is there stays when it is opened again, also without the owner', async () => {
  for (const options of [database, { owner: null, app: database.app }]) {
    const opened = await openPostgresStore(options)
    assert.ok(opened.ok)
    await opened.value.close()
  }
})

test('a database that a newer Relink has migrated is refused by all', async () => {
  await owner.query(`set role relink_owner; insert into relink.migrations (number, name) values (9999, 'from the future'); reset role`)
  for (const options of [database, { owner: null, app: database.app }]) assert.equal((await failureOf(options)).code, 'schema_newer')
  await owner.query(`set role relink_owner; delete from relink.migrations where number = 9999; reset role`)
})

// Fails when: what a bank gave to go with its question stays readable where an older Relink wrote it, of any tenant.
test('what went with a question of the bank\'s in the clear is gone when the tables were brought up to date; the question stays', async (t) => {
  const opened = await openPostgresStore(database)
  assert.ok(opened.ok)
  t.after(() => opened.value.close())
  const tenant = opened.value.tenant(await opened.value.defaultTenant())
  const connection = aConnection()
  await tenant.connections.create(connection)
  const question = aChallenge(connection.id, newId(), { resume: { at: 'accounts', data: { sessionCookie: 'canary' }, trial: { loginLabel: 'ana' } } })
  await tenant.challenges.create(question)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ ...database.owner, max: 1 }) }) })
  t.after(() => db.destroy())
  await sql`set role relink_owner`.execute(db)
  await heldQuestions.up(db)
  assert.deepEqual((await tenant.challenges.get(question.id))?.resume, { at: 'accounts', trial: { loginLabel: 'ana' } })
  const { rows } = await owner.query(`select relforcerowsecurity as forced from pg_class where oid = 'relink.challenges'::regclass`)
  assert.deepEqual(rows, [{ forced: true }])
})

test('a wrong password and a server that is not there are told apart', async () => {
  if (database.crash !== null) {
    const refused = await failureOf({ owner: null, app: { ...database.app, password: 'wrong' } })
    assert.equal(refused.code, 'login_refused')
    assert.match(refused.remedy, /DATABASE_APP_URL/, 'the login that Relink made, not the one that the person gave')
  }
  const nowhere = { host: '/nonexistent', port: 5432, database: 'x', user: 'x', password: 'x' }
  const failure = await failureOf({ owner: nowhere, app: nowhere })
  assert.equal(failure.code, 'database_unreachable')
  assert.match(failure.remedy, /address/)
})

// Fails when: what the driver alone says is taken for a bug of ours, or its connection stays open and keeps the process.
test('no password where one is asked for, TLS where the server has none, and a server that says nothing: each is told with its place and a remedy', async (t) => {
  if (database.crash !== null) {
    const none = await failureOf({ owner: { ...database.owner, password: undefined }, app: database.app })
    assert.deepEqual([none.code, none.message], ['login_refused', 'The database asks for a password of relink_admin, and none is given.'])
    const untold = await failureOf({ owner: { ...database.owner, ssl: true }, app: database.app })
    assert.match(untold.message, /takes no connection with TLS/)
    assert.match(untold.remedy, /sslmode/)
  }
  const silent = createServer()
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  t.after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked = failureOf({ owner: { host: '127.0.0.1', port, database: 'x', user: 'x', password: 'x' }, app: database.app })
  await once(silent, 'connection')
  t.mock.timers.tick(10_000)
  const { code, message, remedy } = await asked
  assert.deepEqual([code, message, remedy], ['database_unreachable', `The database does not answer (127.0.0.1:${port}).`, 'Start the database, or correct its address.'])
})

test('a database in which not every text can be written is refused before anything is made in it', async (t) => {
  if (database.crash === null) return t.skip('the server is not ours')
  const { postgres: password } = JSON.parse(readFileSync(join(String(database.owner.host), '../passwords.json'), 'utf8')) as { postgres: string }
  const admin = new pg.Client({ ...database.owner, user: 'postgres', password, database: 'postgres' })
  await admin.connect()
  t.after(() => admin.end())
  await admin.query(`create database western encoding 'LATIN1' locale 'C' template template0 owner relink_admin`)
  const owner = { ...database.owner, database: 'western' }
  const { code, remedy } = await failureOf({ owner, app: { ...database.app, database: 'western' } })
  assert.equal(code, 'encoding_unsupported')
  assert.match(remedy, /encoding 'UTF8'/)
  const client = new pg.Client(owner)
  await client.connect()
  t.after(() => client.end())
  assert.deepEqual((await client.query(`select from pg_namespace where nspname like 'relink%'`)).rows, [])
})

// Fails when: the membership that the maker of a role has by itself is taken for leave to become it: of several that started at once one came between the making and the grant ("permission denied to set role").
test('who made the owner role, and was not granted it yet, is granted it', async () => {
  await owner.query('revoke relink_owner from current_user')
  const opened = await openPostgresStore(database)
  assert.ok(opened.ok, opened.ok ? '' : opened.failure.message)
  await opened.value.close()
})

test('a user that may not make the roles is told which statements an administrator runs, without a password', async () => {
  await owner.query('drop role if exists poor; create role poor login password \'poor\'')
  // Rights on the sched role are what is missing: revoking its membership makes the next start want to grant it.
  await owner.query('revoke relink_sched from relink_app')
  const failure = await failureOf({ owner: { ...database.owner, user: 'poor', password: 'poor' }, app: database.app })
  assert.equal(failure.code, 'roles_missing')
  assert.match(failure.remedy, /grant relink_sched to relink_app;/)
  assert.match(failure.remedy, /grant relink_owner to "?poor"?;/)
  assert.ok(!failure.remedy.includes(String(database.app.password)))
  const mended = await openPostgresStore(database)
  assert.ok(mended.ok)
  await mended.value.close()
  await owner.query('drop role poor')
})

// Fails when: who may connect is left to PUBLIC (seen: where an administrator had taken that away, the start ended with "Something in Relink is broken").
test('where not everybody may connect to the database, Relink allows its own role; and whom the database lets in no further is told so', async (t) => {
  if (database.crash === null) return t.skip('the server is not ours')
  const { postgres: password } = JSON.parse(readFileSync(join(String(database.owner.host), '../passwords.json'), 'utf8')) as { postgres: string }
  const admin = new pg.Client({ ...database.owner, user: 'postgres', password, database: 'postgres' })
  await admin.connect()
  t.after(() => admin.end())
  await admin.query('create database hardened owner relink_admin template template0')
  await admin.query('revoke connect on database hardened from public')
  await admin.query(`create role nobody login password 'nobody'`)
  const [own, app] = [{ ...database.owner, database: 'hardened' }, { ...database.app, database: 'hardened' }]
  const refused = await failureOf({ owner: { ...own, user: 'nobody', password: 'nobody' }, app })
  assert.deepEqual([refused.code, /permission denied for database/.test(refused.message), refused.remedy], ['login_refused', true, 'Give that right (grant connect on database "hardened" to "nobody";), or name another user in the address.'])
  const opened = await openPostgresStore({ owner: own, app })
  assert.ok(opened.ok, opened.ok ? '' : opened.failure.message)
  await opened.value.close()
})
