/**
 * A database for a test run or a benchmark: the embedded PostgreSQL in a temporary home, or the one
 * that RELINK_TEST_DATABASE_URL names (to try another version; its tables are dropped and made anew).
 */
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Store, TenantStore } from '../ports/store.ts'
import { layDatabase } from './made.fixture.ts'
import { createMemoryStore } from './memory/store.ts'
import { startEmbedded } from './postgres/embedded/embedded.ts'
import { readDatabaseUrl } from './postgres/connect.ts'
import { addTenant } from './postgres/migrate.ts'
import { openPool, openSession, type ConnectionConfig, type Session } from './postgres/session.ts'
import { openPostgresStore } from './postgres/store.ts'

export type TestDatabase = {
  readonly owner: ConnectionConfig
  readonly app: ConnectionConfig
  /** kill -9 of the server; its supervisor starts it again. Null where the server is not ours. */
  readonly crash: (() => void) | null
  /** Ends the server and removes its files. */
  remove(): Promise<void>
}

/** `isKilled`: commits wait for the disk, because a test that kills the server asks what of them is there afterwards. `isEmpty`: without tables, as before the first start. */
export async function startTestDatabase({ isKilled = false, isEmpty = false } = {}): Promise<TestDatabase> {
  const url = process.env['RELINK_TEST_DATABASE_URL']
  return url === undefined ? startOwn(!isKilled, isEmpty) : useGiven(url)
}

async function startOwn(throwaway: boolean, isEmpty: boolean): Promise<TestDatabase> {
  const parent = mkdtempSync(join(tmpdir(), 'relink-store-'))
  chmodSync(parent, 0o755)
  const home = join(parent, 'home')
  if (!isEmpty) await layDatabase(home)
  const started = await startEmbedded({ home, throwaway })
  if (!started.ok) throw new Error(started.failure.message)
  const { connections, directory, stop } = started.value
  return {
    ...connections,
    crash: () => process.kill(Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL'),
    async remove() {
      await stop()
      rmSync(parent, { recursive: true, force: true })
    },
  }
}

async function useGiven(url: string): Promise<TestDatabase> {
  const owner = readDatabaseUrl(url)
  if (!owner.ok) throw new Error(owner.failure.message)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('drop schema if exists relink cascade; drop schema if exists relink_jobs cascade')
  await client.end()
  return { owner: owner.value, app: { ...owner.value, user: 'relink_app', password: 'of-tests-only' }, crash: null, async remove() {} }
}

/** Both stores, for tests that must hold for each. */
export type Twin = { readonly name: string; store(): Promise<Store>; newTenant(): Promise<TenantStore> }

export function memoryTwin(): Twin {
  const store = createMemoryStore()
  return { name: 'memory', store: async () => store, newTenant: async () => store.tenant(randomUUID()) }
}

/** Opened when the first test asks for it; `close` ends what was opened. */
export function postgresTwin(options: Parameters<typeof startTestDatabase>[0] = {}): Twin & { database(): Promise<TestDatabase>; close(): Promise<void> } {
  let opened: Promise<{ readonly database: TestDatabase; readonly store: Store; readonly owner: Session }> | null = null
  const open = () =>
    (opened ??= (async () => {
      const database = await startTestDatabase(options)
      const store = await openPostgresStore(database)
      if (!store.ok) throw new Error(`${store.failure.message} ${store.failure.remedy}`)
      return { database, store: store.value, owner: openSession(openPool(database.owner, 1)) }
    })())
  return {
    name: 'PostgreSQL',
    store: async () => (await open()).store,
    database: async () => (await open()).database,
    async newTenant() {
      const id = randomUUID()
      const { store, owner } = await open()
      await addTenant(owner, id)
      return store.tenant(id)
    },
    async close() {
      if (opened === null) return
      const { store, owner, database } = await opened
      await store.close()
      await owner.destroy()
      await database.remove()
    },
  }
}
