/** What goes wrong around the embedded server, arranged for real: each is mended, or refused with place and remedy. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, truncateSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { databaseAccount, spawnAs } from './account.ts'
import { packagedBinaries } from './binaries.ts'
import type { ServerConnection } from './embedded.ts'
import { isDiskFull } from './failure.ts'
import { classify } from './lease.ts'
import { dataOf, failureIn, otherProcess, postmasterOf, query, rootOnly, scratchHome, startIn, until } from './fixture.ts'
import { isAlive, lockedBy, removeStaleLock, runningPostmaster } from './pidfile.ts'
import { boundLog } from './postmaster.ts'

/** A living process of the account that runs the database: what a reused pid looks like. */
function stranger(): { readonly pid: number; end(): void } {
  const account = databaseAccount('/nonexistent')
  assert.ok(account.ok)
  const child = spawn('/bin/sleep', ['600'], { ...spawnAs(account.value), stdio: 'ignore' })
  assert.ok(child.pid !== undefined)
  return { pid: child.pid, end: () => void child.kill('SIGKILL') }
}

/** A copy of the programs as npm leaves them: without the links that an install script would make. */
function unlinkedBinaries(directory: string): string {
  const source = packagedBinaries()
  assert.ok(source.ok)
  const native = join(directory, 'package/native')
  cpSync(source.value, native, { recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a') })
  cpSync(join(source.value, '../package.json'), join(directory, 'package/package.json'))
  for (const { target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[]) rmSync(join(native, '..', target), { force: true })
  return native
}

async function works(connection: ServerConnection): Promise<void> {
  assert.deepEqual(await query(connection, 'select 1 as one'), [{ one: 1 }])
}

test('lock files with a pid that another program has now do not keep the server from starting', async () => {
  const home = scratchHome()
  const first = await startIn(home)
  await first.server.stop()
  const reused = stranger()
  try {
    const socketLock = join(first.server.connections.owner.host, '.s.PGSQL.5432.lock')
    for (const path of [join(first.server.directory, 'postmaster.pid'), socketLock]) {
      writeFileSync(path, `${reused.pid}\n${first.server.directory}\n1700000000\n5432\n${dirname(socketLock)}\n\n         0         0\n`)
      const owner = statSync(first.server.directory)
      chownSync(path, owner.uid, owner.gid)
    }
    const { server } = await startIn(home)
    await works(server.connections.owner)
    await server.stop()
    assert.ok(isAlive(reused.pid), 'the other program is left alone')
  } finally {
    reused.end()
  }
})

test('a lock that turned out to be new is put back', () => {
  const home = scratchHome()
  mkdirSync(home)
  const path = join(home, 'postmaster.pid')
  writeFileSync(path, '4242\n')
  removeStaleLock(path, 1111)
  assert.equal(lockedBy(path), 4242)
  removeStaleLock(path, 4242)
  assert.equal(existsSync(path), false)
})

test('an orphan whose socket somebody removed is ended and started anew, with its rows', async () => {
  const home = scratchHome()
  const other = otherProcess(home, `
    const client = new Client(server.connections.owner)
    await client.connect()
    await client.query('create table t as select 1 as n')
    say('ready')`)
  await other.nextLine()
  other.process.kill('SIGKILL')
  await other.ended
  const data = dataOf(home) ?? ''
  const orphan = runningPostmaster(data)
  assert.ok(orphan !== null)
  rmSync(join(data, '../run'), { recursive: true })
  const { server, events } = await startIn(home)
  assert.deepEqual(events, [{ kind: 'started' }])
  assert.equal(isAlive(orphan), false)
  assert.deepEqual(await query(server.connections.owner, 'select n from t'), [{ n: 1 }])
  await server.stop()
})

// Fails when: whoever has no socket yet is taken for one whose socket is gone (was so: a start on a busy machine was ended by the process that waited for it, and told as a failure).
test('a server that takes long to come up is waited for', { skip: existsSync('/bin/bash') ? false : 'needs bash' }, async () => {
  const home = scratchHome()
  await (await startIn(home)).server.stop()
  const binaries = unlinkedBinaries(dirname(home))
  const program = join(binaries, 'bin/postgres')
  renameSync(program, `${program}.own`)
  // As on a machine with much else to do: its lock file is there long before its socket.
  writeFileSync(program, '#!/bin/bash\necho $$ > "$2/postmaster.pid"\nsleep 4\nrm "$2/postmaster.pid"\nexec -a "$0" "$0.own" "$@"\n', { mode: 0o755 })
  const { server, events } = await startIn(home, { binaries })
  assert.deepEqual(events, [{ kind: 'started' }])
  await works(server.connections.owner)
  await server.stop()
})

test('data of another major version is refused and not touched', async () => {
  const home = scratchHome()
  const { server } = await startIn(home)
  await server.stop()
  writeFileSync(join(server.directory, 'PG_VERSION'), '17\n')
  const failure = await failureIn(home)
  assert.equal(failure.code, 'version_mismatch')
  assert.match(failure.message, /written by PostgreSQL 17; this Relink brings PostgreSQL 18.*Go on with the Relink that wrote it.*RELINK_HOME/)
  assert.doesNotMatch(failure.message, /relink (?:backup|restore)/, 'no remedy by commands that do not work yet')
  assert.ok(failure.message.includes(server.directory))
  writeFileSync(join(server.directory, 'PG_VERSION'), '18\n')
  const passwords = join(home, 'postgres/passwords.json')
  renameSync(passwords, `${passwords}.away`)
  assert.equal((await failureIn(home)).code, 'passwords_missing')
  renameSync(`${passwords}.away`, passwords)
  await (await startIn(home)).server.stop()
})

test('a directory that holds something else is refused', async () => {
  const home = scratchHome()
  mkdirSync(join(home, 'postgres/data'), { recursive: true })
  writeFileSync(join(home, 'postgres/data/letters.txt'), 'dear')
  const failure = await failureIn(home)
  assert.equal(failure.code, 'not_ours')
  assert.match(failure.message, /holds no PostgreSQL database/)
})

test('a server that cannot start says why, with the end of its log', async () => {
  const home = scratchHome()
  const { server } = await startIn(home)
  await server.stop()
  renameSync(join(server.directory, 'global/pg_control'), join(server.directory, 'global/pg_control.away'))
  const failure = await failureIn(home)
  assert.equal(failure.code, 'start_failed')
  assert.match(failure.message, /pg_control/)
  assert.ok(failure.log.some(line => line.includes('pg_control')), failure.log.join('\n'))
})

test('a platform without a package is told to use DATABASE_URL', () => {
  const found = packagedBinaries('aix', 'ppc64')
  assert.ok(!found.ok)
  assert.equal(found.failure.code, 'unsupported_platform')
  assert.match(found.failure.message, /aix on ppc64.*DATABASE_URL/)
})

test('missing library links are made', async () => {
  const home = scratchHome()
  const binaries = unlinkedBinaries(dirname(home))
  const { server } = await startIn(home, { binaries })
  await works(server.connections.owner)
  await server.stop()
  assert.ok(existsSync(join(binaries, 'lib/libpq.so.5')) || process.platform === 'darwin')
})

test('an ordinary user with a package it cannot write gets a copy of the programs beside the data', { skip: rootOnly }, async () => {
  const home = scratchHome()
  const binaries = unlinkedBinaries(dirname(home))
  mkdirSync(home)
  chownSync(home, 65_534, 65_534)
  const other = otherProcess(home, `say('in ' + process.getuid()); await told; await server.stop()`, { uid: 65_534, gid: 65_534 }, { binaries })
  assert.equal(await other.nextLine(), 'in 65534')
  const data = dataOf(home) ?? ''
  assert.equal(statSync(data).uid, 65_534)
  assert.ok(existsSync(join(home, 'postgres', `postgresql-${JSON.parse(readFileSync(join(binaries, '../package.json'), 'utf8')).version}`)))
  assert.equal(existsSync(join(binaries, 'lib/libpq.so.5')), false, 'the package is untouched')

  // Root joins what the user runs, and uses the user's account for it.
  const { server, events } = await startIn(home, { binaries })
  assert.deepEqual(events, [{ kind: 'joined' }])
  await server.stop()
  other.process.stdin?.end('leave\n')
  await other.ended
  assert.equal(runningPostmaster(data), null)
})

test('programs that the account cannot reach are copied to where it can', { skip: rootOnly }, async () => {
  const home = scratchHome()
  const binaries = unlinkedBinaries(dirname(home))
  chmodSync(join(dirname(home), 'package'), 0o700)
  const { server } = await startIn(home, { binaries })
  await works(server.connections.owner)
  await server.stop()
  assert.ok(existsSync(join(home, 'postgres', `postgresql-${JSON.parse(readFileSync(join(binaries, '../package.json'), 'utf8')).version}`)))
})

test('a home that the account cannot reach, as under /root: the data goes elsewhere and the record says where and why', { skip: rootOnly }, async () => {
  const home = scratchHome('closed/home')
  mkdirSync(dirname(home), { mode: 0o700 })
  mkdirSync(home, { mode: 0o700 })
  const { server } = await startIn(home)
  await works(server.connections.owner)
  assert.equal(server.directory.startsWith(home), false)
  const record = JSON.parse(readFileSync(join(home, 'postgres/location.json'), 'utf8')) as { why: string }
  assert.match(record.why, /cannot reach/)
  assert.equal(statSync(dirname(home)).mode & 0o777, 0o700, 'directories that are not ours keep their mode')
  assert.equal(statSync(home).mode & 0o777, 0o700, 'and ours too, since opening it did not help')
  await server.stop()
  await (await startIn(home)).server.stop()
  rmSync(dirname(server.directory), { recursive: true })
  const gone = await failureIn(home)
  assert.equal(gone.code, 'directory_unusable')
  assert.match(gone.message, /which is gone/)
  rmSync(join(home, 'postgres/location.json'))
})

// Fails when: the account is chosen anew at each start. The data are of another then, and PostgreSQL serves nobody else's.
test('a home that got another owner is served by the account that its data are of', { skip: rootOnly }, async () => {
  const home = scratchHome()
  await (await startIn(home)).server.stop()
  const { uid, gid } = statSync(home)
  const other = readFileSync('/etc/passwd', 'utf8').split('\n').map(line => line.split(':')).find(([name, , id]) => Number(id) > 0 && !['relink', 'postgres', 'nobody'].includes(name ?? ''))
  assert.ok(other !== undefined)
  chownSync(home, Number(other[2]), Number(other[3]))
  const { server } = await startIn(home)
  await works(server.connections.owner)
  await server.stop()
  chownSync(home, uid, gid)
})

test('a home with a very long path gets a short socket directory of its own', async () => {
  const home = scratchHome(`${'long'.repeat(20)}/${'path'.repeat(20)}`)
  const { server } = await startIn(home)
  assert.ok(Buffer.byteLength(join(server.connections.owner.host, '.s.PGSQL.5432')) <= 103)
  assert.equal(statSync(server.connections.owner.host).mode & 0o777, 0o700)
  await works(server.connections.owner)
  await server.stop()
  // A cleaner of the temporary directory may remove it between two runs.
  rmSync(server.connections.owner.host, { recursive: true })
  await (await startIn(home)).server.stop()
  rmSync(server.connections.owner.host, { recursive: true })
})

test('the log stays below its bound while the server writes on', () => {
  const home = scratchHome()
  mkdirSync(home)
  const places = { record: home, base: home, data: join(home, 'data'), log: join(home, 'postgres.log'), socket: join(home, 'run') }
  boundLog(places)
  writeFileSync(places.log, 'x'.repeat(900_000))
  boundLog(places)
  assert.equal(statSync(places.log).size, 900_000)
  writeFileSync(places.log, 'x'.repeat(1_200_000))
  boundLog(places)
  assert.equal(statSync(places.log).size, 0)
  assert.equal(statSync(`${places.log}.1`).size, 1_200_000)
})

// Fails when: what the file system says while a server is started anew is an exception that nobody awaits: it ended the process, with all reads in it.
test('a database whose directory is away is told of, and started again when it is back', async () => {
  const home = scratchHome()
  const { server, events } = await startIn(home)
  const base = dirname(server.directory)
  const postmaster = postmasterOf(server)
  renameSync(base, `${base}.away`)
  process.kill(postmaster, 'SIGKILL')
  await until('the failure is told', () => events.some(event => event.kind === 'failed' && /cannot be used.*no such file/i.test(event.failure.message)))
  renameSync(`${base}.away`, base)
  await until('the server is started again', () => events.at(-1)?.kind === 'restarted')
  await works(server.connections.owner)
  await server.stop()
})

test('a full disk is called a full disk: when the database is made, written, and started; nothing committed is lost', { skip: rootOnly }, async t => {
  const home = scratchHome()
  mkdirSync(home, { mode: 0o711 })
  const mount = (size: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'tmpfs', home]).status === 0
  if (!mount('20m')) return t.skip('this host does not let us mount a small disk')
  try {
    const tooSmall = await failureIn(home)
    assert.equal(tooSmall.code, 'disk_full', tooSmall.message)
    assert.match(tooSmall.message, new RegExp(`The disk that holds .*${basename(dirname(home))}.* is full \\(\\d+ MB free\\)`))
    assert.equal(spawnSync('mount', ['-o', 'remount,size=110m', home]).status, 0)

    const { server } = await startIn(home)
    await query(server.connections.owner, 'create table t (n int, filling text)')
    let committed = 0
    await assert.rejects(async () => {
      for (;;) {
        await query(server.connections.owner, `insert into t select $1, string_agg(md5(random()::text), '') from generate_series(1, 100000)`, [committed + 1])
        committed += 1
      }
    }, error => isDiskFull(error) || isDiskFull(readFileSync(join(server.directory, '../postgres.log'), 'utf8')))
    await server.stop()

    const { bavail, bsize } = statfsSync(home)
    writeFileSync(join(home, 'filler'), '')
    spawnSync('dd', ['if=/dev/zero', `of=${join(home, 'filler')}`, 'bs=4096', `count=${Math.ceil((bavail * bsize) / 4096) + 10}`])
    const noStart = await failureIn(home)
    assert.equal(noStart.code, 'disk_full', `${noStart.message}\n${noStart.log.join('\n')}`)
    // Nor has the log any room left in its last block: the server ends without a word.
    const log = join(home, 'postgres/postgres.log')
    truncateSync(log, Math.floor(statSync(log).size / 4_096) * 4_096)
    spawnSync('dd', ['if=/dev/zero', `of=${join(home, 'filler-of-the-rest')}`, 'bs=4096'])
    const wordless = await failureIn(home)
    assert.equal(wordless.code, 'disk_full', `${wordless.message}\n${wordless.log.join('\n')}`)
    rmSync(join(home, 'filler-of-the-rest'))
    // Nor is what it ends with always the reason: the line that had it found no room.
    const binaries = unlinkedBinaries(dirname(home))
    const program = join(binaries, 'bin/postgres')
    renameSync(program, `${program}.own`)
    writeFileSync(program, '#!/bin/sh\n[ "$1" = --version ] && exec "$0.own" --version\necho "FATAL:  the database system is not yet accepting connections" >&2\necho "FATAL:  checkpoint request failed" >&2\nexit 1\n', { mode: 0o755 })
    truncateSync(log, statSync(log).size - 1_000)
    const followed = await failureIn(home, { binaries })
    assert.equal(followed.code, 'disk_full', `${followed.message}\n${followed.log.join('\n')}`)

    // The log is cut where no copy of it fits: it is checked by a timer, whose exception ended the process.
    rmSync(join(home, 'filler'))
    writeFileSync(log, 'x'.repeat(1_200_000))
    spawnSync('dd', ['if=/dev/zero', `of=${join(home, 'filler')}`, 'bs=4096'])
    boundLog({ record: home, base: home, data: join(home, 'data'), log, socket: join(home, 'run') })
    assert.equal(statSync(log).size, 0)
    assert.ok(!existsSync(`${log}.1`), 'half a copy takes room for nothing')

    rmSync(join(home, 'filler'))
    assert.equal(spawnSync('mount', ['-o', 'remount,size=300m', home]).status, 0)
    const again = await startIn(home)
    const [row] = await query<{ rows: number }>(again.server.connections.owner, 'select count(*)::int as rows from t')
    assert.ok((row?.rows ?? 0) >= committed)
    await again.server.stop()
  } finally {
    await until('the small disk is unmounted', () => spawnSync('umount', [home]).status === 0)
  }
})

test('a session that is refused for want of space is a full disk, and no server that is still starting', () => {
  const said = (code: string) => classify(Object.assign(new Error('could not extend file'), { code })).kind
  assert.deepEqual(['53100', '57P03', 'ECONNREFUSED', '28P01'].map(said), ['full', 'busy', 'absent', 'foreign'])
})
