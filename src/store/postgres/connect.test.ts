/** DATABASE_URL as people write it, against a real server of our own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkServer, connectionTarget } from './connect.ts'
import { scratchHome, startIn } from './embedded/fixture.ts'

const home = '/home/ana/relink'

function serverTarget(databaseUrl: string) {
  const target = connectionTarget({ databaseUrl, home })
  assert.ok(target.ok && target.value.kind === 'server', target.ok ? 'embedded' : target.failure.message)
  return target.value
}

test('without DATABASE_URL the embedded database of the home is used', () => {
  assert.deepEqual(connectionTarget({ databaseUrl: null, home }), { ok: true, value: { kind: 'embedded', home } })
})

test('addresses with ports, encoded passwords and socket directories are read', () => {
  const { host, port, database, user } = serverTarget('postgresql://relink:p%40ss@db.example:6543/books?sslmode=verify-full')
  assert.deepEqual({ host, port, database, user }, { host: 'db.example', port: 6543, database: 'books', user: 'relink' })
  assert.equal(serverTarget('postgres://relink@/books?host=/run/postgresql').host, '/run/postgresql')
})

test('unusable addresses are refused without showing the password', () => {
  for (const databaseUrl of ['mysql://a:hunter2@b/c', 'postgres://a:hunter2@b:99999/c', 'postgres://a:hunter2@b:port/c', '', 'hunter2']) {
    const target = connectionTarget({ databaseUrl, home })
    assert.ok(!target.ok, databaseUrl)
    assert.equal(target.failure.code, 'database_url_invalid')
    assert.match(target.failure.message, /^DATABASE_URL is not usable: .*Example: postgres:\/\//)
    assert.doesNotMatch(target.failure.message, /hunter2/)
  }
})

test('a server is checked by logging in: right, wrong password, no such database, nobody there', async () => {
  const { server } = await startIn(scratchHome())
  const { user, password, host, port } = server.connections.owner
  const url = (name: string, secret = password) => `postgres://${user}:${secret}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
  assert.deepEqual(await checkServer(serverTarget(url('relink'))), { ok: true, value: 18 })
  const refused = await checkServer(serverTarget(url('relink', 'hunter2')))
  assert.ok(!refused.ok && refused.failure.code === 'database_refused')
  assert.doesNotMatch(refused.failure.message, /hunter2/)
  const missing = await checkServer(serverTarget(url('books')))
  assert.match(missing.ok ? '' : missing.failure.message, /createdb books/)
  await server.stop()
  const nobody = await checkServer(serverTarget(url('relink')))
  assert.ok(!nobody.ok && nobody.failure.code === 'database_unreachable', nobody.ok ? '' : nobody.failure.message)
})
