/** DATABASE_URL as people write it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDatabaseUrl } from './connect.ts'

test('addresses with ports, encoded passwords and socket directories are read', () => {
  assert.deepEqual(readDatabaseUrl('postgresql://relink:p%40ss@db.example:6543/books'), {
    ok: true,
    value: { host: 'db.example', port: 6543, database: 'books', user: 'relink', password: 'p@ss', ssl: false },
  })
  const socket = readDatabaseUrl('postgres://relink@/books?host=/run/postgresql')
  assert.equal(socket.ok && socket.value.host, '/run/postgresql')
  const checked = readDatabaseUrl('postgres://relink@db.example/books?sslmode=verify-full')
  assert.ok(checked.ok && checked.value.ssl !== false)
})

// Fails when: the driver reads the words itself (seen: ten lines about its next version at each command).
test('words of TLS that mean a checked certificate to the driver print nothing', async () => {
  const warnings: string[] = []
  const listen = (warning: Error) => warnings.push(warning.message)
  process.on('warning', listen)
  for (const word of ['require', 'prefer', 'verify-ca']) {
    const address = readDatabaseUrl(`postgres://relink@db.example/books?application_name=x&sslmode=${word}`)
    assert.deepEqual(address.ok && address.value.ssl, {})
  }
  await new Promise(setImmediate)
  process.off('warning', listen)
  assert.deepEqual(warnings, [])
})

// Fails when: they are dropped (seen): a host that knows the database by them let nobody in.
test('options of an address are kept for the server', () => {
  for (const [written, read] of [['endpoint%3Dbooks', 'endpoint=books'], ['-c%20search_path%3Dx&sslmode=disable', '-c search_path=x']]) {
    const address = readDatabaseUrl(`postgres://relink:secret@db.example/books?options=${written}`)
    assert.equal(address.ok && address.value.options, read)
  }
})

test('unusable addresses are refused without showing the password', () => {
  for (const url of ['mysql://a:hunter2@b/c', 'postgres://a:hunter2@b:99999/c', 'postgres://a:hunter2@b:port/c', '', 'hunter2']) {
    const read = readDatabaseUrl(url)
    assert.ok(!read.ok, url)
    assert.match(read.failure.message, /^DATABASE_URL is not usable: .*Example: postgres:\/\//)
    assert.doesNotMatch(read.failure.message, /hunter2/)
  }
})

// Fails when: a word of TLS that nobody knows is passed over (seen: `sslmod=require` went out without TLS, unsaid).
test('a misspelt word of TLS is refused, others that a host has for its own programs are not', () => {
  for (const query of ['sslmod=require', 'SSLMODE=require', 'sslmode=verify-full&sslrootcerts=/a.pem', 'ssl_mode=require', 'sslmode=requrie']) {
    const read = readDatabaseUrl(`postgres://a:hunter2@b/c?${query}`)
    assert.match(read.ok ? 'read' : read.failure.message, /^DATABASE_URL is not usable: its parameter /, query)
  }
  for (const query of ['channel_binding=require', 'schema=public', 'connect_timeout=5', 'sslmode=disable', 'sslmode=no-verify', 'ssl=true']) assert.ok(readDatabaseUrl(`postgres://a:b@c/d?${query}`).ok, query)
})

test('what is wrong is named: a certificate that cannot be read, another variable', () => {
  const untrusted = readDatabaseUrl('postgres://a:hunter2@b/c?sslmode=verify-full&sslrootcert=/nonexistent.pem')
  assert.ok(!untrusted.ok)
  assert.match(untrusted.failure.message, /the file \/nonexistent\.pem that it names cannot be read/)
  const app = readDatabaseUrl('postgres://a:hunter2@b:99999/c', 'DATABASE_APP_URL')
  assert.ok(!app.ok)
  assert.match(app.failure.message, /^DATABASE_APP_URL is not usable: .*port must be a number from 1 to 65535/)
})
