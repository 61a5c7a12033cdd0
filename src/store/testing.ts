/**
 * A PostgreSQL server of one test run: the host's own, in a temporary directory, on a socket. For
 * tests and benchmarks only; the program itself runs src/store/postgres/embedded.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { ConnectionConfig } from './postgres/session.ts'

export type TestServer = {
  /** The administrator's login to a database of the server, by default its first one. */
  admin(database?: string): ConnectionConfig
  createDatabase(name: string): Promise<void>
  /** kill -9 of the server, as a power cut would. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Stops the server and removes its files. */
  remove(): Promise<void>
}

const SETTINGS = ['listen_addresses=', 'shared_buffers=256MB', 'max_wal_size=2GB', 'max_connections=80']

/** Null where the host has no PostgreSQL server; tests then say that they are skipped. */
export async function startTestServer(): Promise<TestServer | null> {
  const bin = serverPrograms()
  if (bin === null) return null
  const directory = mkdtempSync(join(tmpdir(), 'relink-pg-'))
  const identity = userInfo().uid === 0 ? postgresAccount() : null
  if (identity !== null) chownSync(directory, identity.uid, identity.gid)
  const data = join(directory, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'admin', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], { ...identity, cwd: directory, stdio: 'ignore' })

  let server: ChildProcess | null = null
  async function start(): Promise<void> {
    const settings = [...SETTINGS, `unix_socket_directories=${directory}`].flatMap((setting) => ['-c', setting])
    server = spawn(join(bin!, 'postgres'), ['-D', data, ...settings], { ...identity, cwd: directory, stdio: 'ignore' })
    while (!(await answers(admin()))) if (server.exitCode !== null) throw new Error('the test server does not start')
  }
  function admin(database = 'postgres'): ConnectionConfig {
    return { host: directory, port: 5432, user: 'admin', database }
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((resolve) => server!.once('exit', resolve))
    server.kill(signal)
    await gone
  }
  await start()
  return {
    admin,
    start,
    async createDatabase(name) {
      const client = new pg.Client(admin())
      await client.connect()
      await client.query(`create database ${pg.escapeIdentifier(name)}`)
      await client.end()
    },
    crash: () => end('SIGKILL'),
    async remove() {
      await end('SIGINT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function serverPrograms(): string | null {
  try {
    const bin = execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return existsSync(join(bin, 'initdb')) ? bin : null
  } catch {
    return null
  }
}

/** A server refuses to run as root. */
function postgresAccount(): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function answers(config: ConnectionConfig): Promise<boolean> {
  const client = new pg.Client(config)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  }
}
