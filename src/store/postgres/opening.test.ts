/** Opening a store: several at once, a newer database, missing rights, wrong logins, no server. */
import assert from 'node:assert/strict'
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
