/** The embedded server in use: settings, access, sharing between processes, and what survives kill -9. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPostgresStore } from '../store.ts'
import { otherProcess, postmasterOf, query, scratchHome, session, startIn, until } from './fixture.ts'
import { isAlive, runningPostmaster } from './pidfile.ts'

test('a fresh home with blanks, quotes and a comma in its path: right settings, closed socket, warm start', async t => {
  const home = scratchHome(`a "home", it's`)
  const { server, events } = await startIn(home)
  assert.deepEqual(events, [{ kind: 'started' }])
  const names = ['server_version_num', 'server_encoding', 'TimeZone', 'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'data_checksums', 'password_encryption']
  const settings = await query<{ name: string; setting: string }>(server.connections.owner, 'select name, setting from pg_settings where name = any($1) order by name', [names])
  const values = Object.fromEntries(settings.map(row => [row.name, row.setting]))
  assert.match(values['server_version_num'] ?? '', /^18/)
  delete values['server_version_num']
  assert.deepEqual(values, {
    TimeZone: 'UTC', data_checksums: 'on', fsync: 'on', full_page_writes: 'on', listen_addresses: '',
    password_encryption: 'scram-sha-256', server_encoding: 'UTF8', synchronous_commit: 'on',
  })
  const [collation] = await query<{ provider: string; locale: string }>(server.connections.owner, `select datlocprovider as provider, datlocale as locale from pg_database where datname = 'relink'`)
  assert.deepEqual(collation, { provider: 'b', locale: 'C.UTF-8' })
  assert.equal(statSync(server.connections.owner.host).mode & 0o777, 0o700)
  assert.equal(statSync(join(home, 'postgres/passwords.json')).mode & 0o777, 0o600)
  assert.equal(statSync(server.directory).mode & 0o777, 0o700)
  await server.stop()
  assert.deepEqual(events.at(-1), { kind: 'stopped' })

  const began = performance.now()
  const again = await startIn(home, { throwaway: true })
  t.diagnostic(`warm start ${Math.round(performance.now() - began)} ms`)
  // Of data that are thrown away nothing waits for the disk; all else stays.
  const relaxed = await query<{ name: string }>(again.server.connections.owner, `select name from pg_settings where name = any($1) and setting <> 'on' order by name collate "C"`, [['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']])
  assert.deepEqual(relaxed.map(({ name }) => name), ['fsync', 'full_page_writes', 'synchronous_commit'])
  await again.server.stop()
})

test('only the right password opens it, and the owner is no superuser', async () => {
  const { server } = await startIn(scratchHome())
  for (const password of ['wrong', '']) {
    await assert.rejects(session({ ...server.connections.owner, password }), /password|SASL/)
  }
  const [role] = await query<object>(server.connections.owner, 'select current_user::text as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user')
  assert.deepEqual(role, { name: 'relink_admin', rolsuper: false, rolbypassrls: false })
  await query(server.connections.owner, 'create table seen_nowhere (n int)')
  await assert.rejects(query(server.connections.owner, `select 'seen_nowhere'::int`))
  const log = readFileSync(join(server.directory, '../postgres.log'), 'utf8')
  assert.doesNotMatch(log, /seen_nowhere/, 'statements and errors, which may carry rows of people, stay out of the log')
  await server.stop()
})

test('the store opens on it: its owner may make the roles and the tables, and the program runs as relink_app', async () => {
  const { server } = await startIn(scratchHome())
  for (const opening of ['first', 'second']) {
    const opened = await openPostgresStore(server.connections)
    assert.ok(opened.ok, opened.ok ? '' : `${opening}: ${opened.failure.message}`)
    await opened.value.close()
  }
  const [role] = await query<object>(server.connections.app, 'select current_user::text as name, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user')
  assert.deepEqual(role, { name: 'relink_app', rolsuper: false, rolbypassrls: false, rolcreaterole: false })
  await assert.rejects(query(server.connections.app, 'create schema mine'), /permission denied/)
  await server.stop()
})

test('processes share one server, and the last to leave stops it; what the environment says of other servers is not asked', async t => {
  const others = { PGHOST: 'nowhere.invalid', PGUSER: 'nobody', PGPASSWORD: 'x', PGSSLMODE: 'require', PGOPTIONS: '-c no_such_setting=1' }
  t.after(() => Object.keys(others).forEach(name => delete process.env[name]))
  Object.assign(process.env, others)
  const home = scratchHome()
  const { server, events } = await startIn(home)
  const other = otherProcess(home, `say('in'); await told; await server.stop(); say('out')`)
  assert.equal(await other.nextLine(), 'in')
  const postmaster = postmasterOf(server)
  await server.stop()
  assert.deepEqual(events.at(-1), { kind: 'left' })
  assert.ok(isAlive(postmaster), 'the other still uses it')
  other.process.stdin?.end('leave\n')
  await other.ended
  assert.equal(runningPostmaster(server.directory), null)
  await server.stop()
})

test('three at once on a home that does not exist yet end with one server and one set of passwords', async () => {
  const home = scratchHome()
  const others = [1, 2, 3].map(() => otherProcess(home, `say(server.connections.owner.password); await told; await server.stop()`))
  const passwords = await Promise.all(others.map(other => other.nextLine()))
  assert.equal(new Set(passwords).size, 1, passwords.join(' '))
  const { server, events } = await startIn(home)
  assert.deepEqual(events, [{ kind: 'joined' }])
  assert.deepEqual(await query(server.connections.owner, 'select 1 as one'), [{ one: 1 }])
  for (const other of others) other.process.stdin?.end('leave\n')
  await Promise.all(others.map(other => other.ended))
  await server.stop()
  assert.equal(runningPostmaster(server.directory), null)
})

test('after kill -9 of its only user the server is an orphan, which the next process adopts with every committed row', async () => {
  const home = scratchHome()
  const other = otherProcess(home, `
    const client = new Client(server.connections.owner)
    await client.connect()
    await client.query('create table t (n int)')
    for (let n = 1; ; n += 1) { await client.query('insert into t values ($1)', [n]); say(String(n)) }`)
  let committed = 0
  while (committed < 25) committed = Number(await other.nextLine())
  other.process.kill('SIGKILL')
  await other.ended
  const { server, events } = await startIn(home)
  assert.deepEqual(events, [{ kind: 'joined' }])
  const [row] = await query<{ rows: number }>(server.connections.owner, 'select count(*)::int as rows from t')
  assert.ok((row?.rows ?? 0) >= committed)
  const postmaster = postmasterOf(server)
  await server.stop()
  assert.equal(isAlive(postmaster), false, 'the adopted server is stopped like an own one')
})

// Fails when: the record's absolute path is followed. The copy then opens the database of the original, and a home that was moved none.
test('a copy of a home is a database of its own, whose original runs or was moved away', async () => {
  const home = scratchHome()
  const copy = scratchHome('copied')
  const moved = scratchHome('moved')
  const first = await startIn(home)
  await query(first.server.connections.owner, 'create table t (n int)')
  await first.server.stop()
  execFileSync('cp', ['-a', home, copy])

  const [original, backup] = [await startIn(home), await startIn(copy)]
  assert.equal(backup.server.directory, join(copy, 'postgres/data'))
  await query(original.server.connections.owner, 'insert into t values (1), (2)')
  await query(backup.server.connections.owner, 'insert into t values (3)')
  assert.deepEqual(await query(original.server.connections.owner, 'select n from t order by n'), [{ n: 1 }, { n: 2 }])
  // The pid and the socket of a server that runs elsewhere are copied with it.
  execFileSync('sh', ['-c', 'tar -C "$1" --exclude=.s.PGSQL.5432 -cf - . | (mkdir "$2" && tar -C "$2" -xpf -)', 'sh', copy, moved])
  for (const { server } of [original, backup]) await server.stop()
  const again = await startIn(moved)
  assert.deepEqual(await query(again.server.connections.owner, 'select n from t order by n'), [{ n: 3 }])
  await again.server.stop()
})

test('kill -9 of the server at random points: started again by itself, no committed row lost', async t => {
  const { server, events } = await startIn(scratchHome())
  await query(server.connections.owner, 'create table t (n int primary key)')
  let committed = 0
  const kills = 6
  for (let round = 1; round <= kills; round += 1) {
    const writer = await session(server.connections.owner)
    const killAfter = committed + 1 + Math.floor(Math.random() * 60)
    const postmaster = postmasterOf(server)
    await assert.rejects(async () => {
      for (;;) {
        const done = writer.query('insert into t values ($1)', [committed + 1])
        // Killed while a commit is on its way: it may count or not, but those before it must.
        if (committed === killAfter) process.kill(postmaster, 'SIGKILL')
        await done
        committed += 1
      }
    })
    await until('the server is started again', () => events.filter(event => event.kind === 'restarted').length === round)
    const [row] = await query<{ last: number; rows: number }>(server.connections.owner, 'select max(n) as last, count(*)::int as rows from t')
    assert.ok(row !== undefined && row.last >= committed && row.last <= committed + 1, `round ${round}: committed ${committed}, found ${row?.last}`)
    assert.equal(row.rows, row.last)
    committed = row.last
  }
  t.diagnostic(`${kills} kills, ${committed} rows, none lost`)
  await server.stop()
})
