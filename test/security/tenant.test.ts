/** Everything at once (security.md section 4): taken along in one file that holds no secret, and deleted for good, with the key that sealed its secrets. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { deriveLasting } from '../../src/vault/keys.ts'
import { createAudit } from '../../src/access/audit.ts'
import { readMasterKey } from '../../src/vault/master-key.ts'
import { blindKeyOf } from '../../src/vault/rotate.ts'
import { forgetDeleted } from '../../src/delete-tenant.ts'
import { connectAna } from '../../src/demo/story.ts'
import { listen, setupFileOf } from '../../src/api/listen.ts'
import { openInstance } from '../../src/open.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { readConfig } from '../../src/config.ts'
import { formatMoney } from '../../src/domain/money.ts'
import type { Answer } from '../api/served.fixture.ts'
import { addTotp, openHouse, OWNER, signIn, type Browser, type House } from './house.ts'

const READER = { name: 'Rita Reader', email: 'rita@books.example', password: 'four calm rivers bend' }

let house: House
let owner: Browser
let reader: Browser
let secret = ''

before(async () => {
  house = await openHouse()
  owner = house.browser()
  assert.equal((await owner.ask('POST', '/api/sign-in/setup', { token: house.setupToken, ...OWNER })).status, 200)
  ;({ secret } = await addTotp(owner, OWNER.password))
  const invited = await owner.ask('POST', '/api/invitations', { role: 'reader', label: 'Rita' })
  reader = house.browser()
  assert.equal((await reader.ask('POST', '/api/sign-in/join', { token: invited.json.token, ...READER })).status, 200)
  await connectAna(house.sandbox, () => undefined)
  const csv = 'Date,Description,Amount\n2026-02-01,"A tab\there, a ""quote"" and 💶",-1.00\n2026-02-02,Tea,-2.50\n' + Array.from({ length: 700 }, (_, n) => `2026-02-03,Cup ${n},-${n}.25\n`).join('')
  await house.instance.verbs.importFile({ fileName: 'a.csv', open: async function* () { yield Buffer.from(csv) }, accountId: 'new', onProgress: null })
})
after(() => house.close())

const said = ({ status, json }: Answer): readonly [number, string | undefined] => [status, json?.code]

test('the whole of it is one file of accounts, rows, questions, rules and connections, as they stand, deleted rows too, and no secret is in it', async () => {
  const { store } = house.instance
  const accounts = await store.accounts.list()
  const [first] = accounts
  const { rows: [row] } = await store.feed.transactions({ accountId: first!.id, limit: 1 })
  await store.feed.decide(row!.id, { deleted: true, note: 'twice', category: 'Tea' }, 1_767_225_600_000)
  assert.equal((await owner.ask('POST', '/api/rules', { contains: 'TEA', category: 'Drinks', accountId: null })).status, 201)
  assert.equal((await owner.ask('POST', `/api/accounts/${first!.id}/reconciliations`, { asOf: '2026-02-02', balance: '5.00', note: 'not ours' })).status, 201)
  const answer = await reader.ask('GET', '/api/export')
  assert.deepEqual([answer.status, answer.headers['content-disposition'], answer.headers['cache-control']], [200, 'attachment; filename="relink-export.json"', 'no-store'])
  const whole = JSON.parse(answer.text)
  assert.deepEqual(Object.keys(whole), ['format', 'writtenAt', 'banks', 'connections', 'accounts', 'rows', 'questions', 'runs', 'rules', 'reconciliations'])
  assert.deepEqual(whole.accounts.map(({ id }: { id: string }) => id).sort(), accounts.map(({ id }) => id).sort())
  for (const { id, currency } of accounts) {
    const stored = (await store.feed.transactions({ accountId: id, limit: 10_000, includeDeleted: true })).rows
    const written = whole.rows.filter(({ accountId }: { accountId: string }) => accountId === id)
    assert.deepEqual(written.map((one: any) => [one.id, one.amount, one.name, one.decisions.note]).sort(), stored.map((one) => [one.id, formatMoney({ minor: one.amount, currency }), one.name, one.decisions.note]).sort())
  }
  assert.ok(whole.rows.length > 750)
  const deleted = whole.rows.find(({ id }: { id: string }) => id === row!.id)
  assert.deepEqual([deleted.decisions.deleted, deleted.decisions.category], [true, 'Tea'])
  assert.ok(whole.rows.some(({ name }: { name: string }) => name?.includes('"quote" and 💶')))
  assert.deepEqual(whole.rules.map(({ contains, category }: any) => [contains, category]), [['TEA', 'Drinks']])
  assert.deepEqual(whole.reconciliations.map(({ amount, note }: any) => [amount, note]), [['5.00', 'not ours']])
  for (const one of whole.rows) {
    const [reports, changes] = await Promise.all([store.feed.observations(one.id), store.feed.history(one.id)])
    assert.ok(reports.length > 0)
    assert.deepEqual(one.observations.map((o: any) => [o.id, o.runId, o.name, o.amount, o.tier, o.observedAt]), reports.map((o) => [o.id, o.runId, o.name, formatMoney({ minor: o.amount, currency: o.currency }), o.tier, new Date(o.observedAt).toISOString()]))
    assert.deepEqual(one.history.map((change: any) => [change.at, change.reason, Object.keys(change.changes).sort()]), changes.map((change) => [new Date(change.at).toISOString(), change.reason, Object.keys(change.changes).sort()]))
  }
  assert.deepEqual(deleted.history.map(({ at, reason, changes }: any) => [at, reason, changes.note]), [['2026-01-01T00:00:00.000Z', 'decision', [null, 'twice']]])
  const runs = await store.runs.list({ limit: 1_000 })
  assert.deepEqual(whole.runs.map(({ id, trigger, outcome, label }: any) => [id, trigger, outcome, label]).sort(), runs.map(({ id, trigger, outcome, label }) => [id, trigger, outcome, label]).sort())
  assert.ok(runs.some(({ label }) => label === 'a.csv'))
  assert.ok(whole.accounts.some(({ balances, sources, covered }: any) => balances.length > 0 && sources.length > 0 && covered.length > 0))
  const [connection] = await store.connections.list()
  assert.deepEqual(whole.connections.map(({ id, state }: any) => [id, state]), [[connection!.id, 'active']])
  assert.match(whole.writtenAt, /^\d{4}-\d\d-\d\dT/)
  for (const [what, value] of Object.entries({ password: 'correct horse', login: connection!.loginIndex, device: String(connection!.connectorState['clientUid'] ?? Object.values(connection!.connectorState)[0]), address: String(connection!.settings['url']), owner: OWNER.email })) {
    assert.ok(value.length > 5 && !answer.text.includes(value), what)
  }
})

test('an empty Relink is a file, too', async () => {
  const { exportWhole } = await import('../../src/exports/whole.ts')
  const { createMemoryStore } = await import('../../src/store/memory/store.ts')
  const memory = createMemoryStore()
  let text = ''
  for await (const part of exportWhole(memory.tenant(await memory.defaultTenant()), 0)) text += part
  assert.deepEqual(JSON.parse(text), { format: 'relink/export/1', writtenAt: '1970-01-01T00:00:00.000Z', banks: [], connections: [], accounts: [], rows: [], questions: [], runs: [], rules: [], reconciliations: [] })
})

test('where everything is deleted while it is written, the file has no end', async () => {
  const { exportWhole } = await import('../../src/exports/whole.ts')
  const { store, clock } = house.instance
  let isDeleted = false
  const parts = exportWhole({ ...store, accounts: { ...store.accounts, all: async () => (isDeleted ? [] : store.accounts.all()) } }, clock.now())
  let text = ''
  await assert.rejects(async () => {
    for await (const part of parts) {
      text += part
      isDeleted = true
    }
  }, /not whole/)
  assert.throws(() => JSON.parse(text))
})

test('it wants a fresh sign-in of everybody, is a line of the log before its first byte, and no key gets it', async () => {
  const lines = async () => (await house.instance.store.audit.list({ limit: 3 })).map(({ action, actor }) => [action, actor])
  await reader.ask('GET', '/api/export')
  const { userId } = (await reader.ask('GET', '/api/account')).json
  assert.deepEqual((await lines())[0], ['all.exported', `user:${userId}`])
  const made = await owner.ask('POST', '/api/keys', { label: 'Program', scope: 'work' })
  assert.deepEqual(said(await house.program(made.json.key).ask('GET', '/api/export')), [403, 'forbidden'])
  assert.deepEqual(said(await house.browser().ask('GET', '/api/export')), [401, 'unauthorized'])
  house.passTime(10 * 60_000)
  const before = await lines()
  for (const one of [reader, owner]) assert.deepEqual(said(await one.ask('GET', '/api/export')), [403, 'sign_in_again'])
  assert.deepEqual(await lines(), before)
  assert.deepEqual(said(await owner.ask('GET', '/api/export', undefined, { 'sec-fetch-site': 'cross-site' })), [403, 'forbidden_origin'])
})

// Fails when: a token of the set-up that a killed process, or another server of the same database, kept is the one of the next set-up.
test('a token of a set-up that is over is gone with the next start', async () => {
  const file = setupFileOf(house.sandbox.home)
  await writeFile(file, house.setupToken)
  const again = await listen({ instance: house.instance, home: house.sandbox.home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(again.ok)
  assert.deepEqual([again.value.setupUrl, existsSync(file)], [null, false])
  await again.value.close()
})

test('only an owner deletes everything, freshly signed in, told what goes, and by its name', async () => {
  assert.deepEqual(said(await owner.ask('DELETE', '/api/tenant', { name: 'x' })), [403, 'sign_in_again'])
  owner = await signIn(house.browser(), OWNER, secret, house)
  await signIn(reader, READER)
  for (const method of ['GET', 'DELETE'] as const) assert.deepEqual(said(await reader.ask(method, '/api/tenant', method === 'GET' ? undefined : { name: 'x' })), [403, 'forbidden'])
  const told = (await owner.ask('GET', '/api/tenant')).json
  const { store } = house.instance
  const rows = (await store.accounts.list()).reduce((sum, one) => sum + one.rows, 0)
  assert.deepEqual(told, { name: new URL(house.server.url).host.replace('127.0.0.1', 'localhost'), connections: 1, accounts: 6, rows, members: 2, keys: 1, consumers: 0 })
  for (const name of ['', 'localhost', told.name.toUpperCase(), `${told.name} `]) assert.deepEqual(said(await owner.ask('DELETE', '/api/tenant', { name })), [400, 'invalid_request'], name)
  assert.equal((await owner.ask('GET', '/api/tenant')).json.rows, rows, 'nothing was deleted')
})

test('all of it goes, with the key of its secrets; the log of what comes after says so; whoever was signed in is nobody, and the next start is the first', async () => {
  const { tenantId } = house.instance.store
  const neighbour = '11111111-1111-4111-8111-111111111111'
  await addNeighbour(neighbour)
  const { name } = (await owner.ask('GET', '/api/tenant')).json
  const head = await house.instance.store.audit.head()
  const deleted = await owner.ask('DELETE', '/api/tenant', { name })
  assert.deepEqual([deleted.status, deleted.json], [200, { ok: true }])
  await house.instance.gone
  const left = await rowsOf(tenantId)
  assert.deepEqual(left.filter(([, count]) => count > 0), [], 'no table knows it any more')
  assert.ok(left.length > 30 && left.some(([table]) => table === 'relink.tenant_keys') && left.some(([table]) => table === 'relink.audit'))
  assert.deepEqual((await rowsOf(neighbour)).filter(([, count]) => count > 0), [['relink.connections', 1], ['relink.tenants', 1]], 'another tenant is as before')
  for (const table of ['auth_user', 'auth_session', 'auth_account', 'auth_two_factor']) assert.deepEqual(await house.sql(`select 1 from relink.${table}`), [], table)
  for (const one of [owner, reader]) assert.equal((await one.ask('GET', '/api/accounts')).status, 401)
  // Nobody can be told of it any more in the log of before, and that is said (was so: 500, as if something were broken).
  const late = await house.browser().ask('POST', '/api/sign-in/password', { email: OWNER.email, password: OWNER.password })
  assert.deepEqual([...said(late), late.headers['set-cookie']], [410, 'deleted', undefined])
  // What was opened for the tenant of before can store nothing for it any more.
  await assert.rejects(house.instance.verbs.importFile({ fileName: 'b.csv', open: async function* () { yield Buffer.from('Date,Description,Amount\n2026-02-01,Late,-1.00\n') }, accountId: 'new', onProgress: null }))
  assert.deepEqual((await rowsOf(tenantId)).filter(([, count]) => count > 0), [])

  // As another process opens the database.
  const anew = await openPostgresStore(house.database)
  assert.ok(anew.ok)
  const database = { ...house.database, store: anew.value }
  const next = anew.value.tenant(await anew.value.defaultTenant())
  assert.notEqual(next.tenantId, tenantId)
  const [line, ...more] = await next.audit.list({ limit: 10 })
  assert.deepEqual([line?.action, line?.object, line?.codes['keys'], line?.codes['connections'], line?.codes['lines'], line?.codes['head'], more.length], ['tenant.deleted', tenantId, 1, 1, head?.seq, Buffer.from(head!.hash).toString('hex'), 0])
  assert.ok(Number(line?.codes['transactions']) > 750 && Number(line?.codes['secrets']) >= 1 && line?.actor.startsWith('user:'))
  const masterKey = await readMasterKey({ source: `file:${house.sandbox.home}/keys/master.key`, environment: {}, mayCreate: false, entropy: house.instance.entropy, warn: () => undefined })
  assert.ok(masterKey.ok)
  const audit = createAudit({ store: next.audit, key: deriveLasting(await blindKeyOf(next.secrets, next.tenantId, masterKey.value), 'audit'), clock: house.instance.clock })
  assert.deepEqual((await audit.verify(null)).firstBad, null)

  // As `relink start` would find it.
  const config = readConfig({ PATH: process.env['PATH'] }, process.platform)
  assert.ok(config.ok)
  const opened = await openInstance({ ...config.value, home: house.sandbox.home, masterKey: `file:${house.sandbox.home}/keys/master.key` }, { tell: () => undefined, database: { ...database, close: () => anew.value.close() } })
  assert.ok(opened.ok, JSON.stringify(opened))
  const server = await listen({ instance: opened.value.instance, home: house.sandbox.home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(server.ok)
  assert.match(server.value.setupUrl ?? '', /#setup=[\w-]{43}$/)
  assert.ok(existsSync(setupFileOf(house.sandbox.home)))
  assert.deepEqual([(await opened.value.instance.store.accounts.list()).length, await opened.value.instance.audit.verify(null).then(({ firstBad, lines }) => [firstBad, lines])], [0, [null, 1]])
  await server.value.close()
  await opened.value.close()
})

test('all of that is one step: a process that is killed behind it leaves nobody’s sign-in, and a log that says so; what only tidies up may fail, and a second one deletes nothing', async () => {
  const other = await openHouse()
  const olga = other.browser()
  assert.equal((await olga.ask('POST', '/api/sign-in/setup', { token: other.setupToken, ...OWNER })).status, 200)
  await addTotp(olga, OWNER.password)
  const { name } = (await olga.ask('GET', '/api/tenant')).json
  const { default: pg } = await import('pg')
  const [reads, looks] = [new pg.Client(other.database.owner), new pg.Client(other.database.owner)]
  for (const client of [reads, looks]) await client.connect()
  // A dump of the whole database, say, that lasts longer than anybody wants to wait.
  await reads.query('begin; set local role relink_owner; lock table relink.auth_user in access share mode')
  const busy = await olga.ask('DELETE', '/api/tenant', { name })
  assert.deepEqual([...said(busy), /Nothing was deleted\./.test(busy.json.detail)], [503, 'store_unavailable', true], busy.text)
  await reads.query('rollback')
  assert.equal((await olga.ask('GET', '/api/tenant')).json.members, 1)
  // Who still reads this table lets rows be deleted, and keeps its files from being written anew.
  await reads.query('begin; set local role relink_owner; lock table relink.tenant_keys in access share mode')
  const asked = olga.ask('DELETE', '/api/tenant', { name })
  let waits: { pid: number } | undefined
  while (waits === undefined) ({ rows: [waits] } = await looks.query<{ pid: number }>(`select pid from pg_stat_activity where query ilike 'vacuum%' and wait_event_type = 'Lock'`))
  assert.deepEqual(await other.sql('select 1 from relink.auth_user'), [])
  const anew = await openPostgresStore(other.database)
  assert.ok(anew.ok)
  const next = anew.value.tenant(await anew.value.defaultTenant())
  assert.notEqual(next.tenantId, other.instance.store.tenantId)
  assert.deepEqual((await next.audit.list({ limit: 10 })).map(({ seq, action, object }) => [seq, action, object]), [[1, 'tenant.deleted', other.instance.store.tenantId]])
  await looks.query('select pg_cancel_backend($1)', [waits.pid])
  assert.deepEqual([(await asked).status, await other.instance.gone], [200, undefined])
  await reads.query('rollback')
  assert.ok(await next.secrets.tenantKey() !== null, 'it belongs to the master key')
  // The next one that opens it does that, until somebody is set up.
  const filenode = async () => (await looks.query<{ node: string }>(`select pg_relation_filenode('relink.tenant_keys')::text as node`)).rows[0]?.node
  const ground = { database: { ...other.database, store: anew.value }, tenantId: next.tenantId, log: other.instance.log }
  const left = await filenode()
  await forgetDeleted(ground)
  const anewWritten = await filenode()
  assert.notEqual(anewWritten, left)
  await next.access.addFirst({ userId: 'u', name: 'Olga', email: 'olga@books.example', role: 'owner', delegated: [], createdAt: 1, createdBy: 'host', removedAt: null }, other.instance.audit.seal({ actor: 'host', action: 'owner.set_up', object: 'u', codes: {} }))
  await forgetDeleted(ground)
  assert.equal(await filenode(), anewWritten)
  await other.instance.deleteAll('user:another')
  assert.deepEqual((JSON.parse(await other.dump('tenants')) as object[]).length, 1)
  assert.equal((await next.audit.list({ limit: 10 })).length, 2)
  for (const client of [reads, looks]) await client.end()
  await anew.value.close()
  await other.close()
})

async function addNeighbour(id: string): Promise<void> {
  const { addTenant } = await import('../../src/store/postgres/migrate.ts')
  const { openPool, openSession } = await import('../../src/store/postgres/session.ts')
  const { createConnection } = await import('./neighbour.ts')
  const session = openSession(openPool(house.database.owner, 1))
  await addTenant(session, id)
  await session.destroy()
  await createConnection(house.database.store.tenant(id))
}

/** How many rows of the tenant each table holds, counted past its protection. */
async function rowsOf(tenantId: string): Promise<readonly (readonly [string, number])[]> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(house.database.owner)
  await client.connect()
  try {
    await client.query(`begin; set local role relink_owner`)
    await client.query(`select set_config('relink.tenant', $1, true)`, [tenantId])
    const { rows } = await client.query<{ name: string }>(`select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r' order by 1`)
    const counts: [string, number][] = []
    for (const { name } of rows) counts.push([name, Number((await client.query(`select count(*) as n from ${name} where tenant_id = $1`, [tenantId])).rows[0].n)])
    return counts
  } finally {
    await client.end()
  }
}
