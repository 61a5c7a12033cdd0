/**
 * The way to the database: one pool of the app role, and transactions in which the tenant is set. No
 * statement of a tenant runs outside of `inTenant`; without a tenant the policies show no row.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { StoreUnavailable } from '../../ports/store.ts'
import { types } from './columns.ts'
import { isRetriable, outageOf } from './outage.ts'
import type { Tables } from './tables.ts'

/** Where a database is and who signs in; `host` may be a directory with the server's socket. */
export type ConnectionConfig = Pick<pg.ClientConfig, 'connectionString' | 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'>

export type Session = Kysely<Tables>

/** The lease of `connections.exclusively`, seen by every store call that its work makes. */
export type Lease = { lost: boolean }
export const lease = new AsyncLocalStorage<Lease>()

const RETRIES = 5
const CONNECT_TIMEOUT_MS = 10_000

export function openPool(config: ConnectionConfig, max: number): pg.Pool {
  const pool = new pg.Pool({ ...config, max, types, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'relink' })
  // A server that goes away emits `error` on idle and on busy clients alike; without these handlers
  // that ends the process. The call that uses the client gets its own rejection.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

export function openSession(pool: pg.Pool): Session {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/**
 * Runs `work` in one transaction for the tenant: all of it is stored or nothing. Runs it again after
 * a deadlock. Throws `StoreUnavailable` when the database cannot serve.
 */
export async function inTenant<T>(db: Session, tenantId: string, work: (trx: Session) => Promise<T>): Promise<T> {
  return transact(db, (trx) => sql`begin; select set_config('relink.tenant', ${sql.lit(tenantId)}, true), set_config('jit', 'off', true)`.execute(trx), work)
}

/** As `inTenant`, as the scheduler's role, which sees the due times of all tenants and nothing else. */
export async function asScheduler<T>(db: Session, work: (trx: Session) => Promise<T>): Promise<T> {
  return transact(db, (trx) => sql`begin; set local role relink_sched`.execute(trx), work)
}

async function transact<T>(db: Session, begin: (trx: Session) => Promise<unknown>, work: (trx: Session) => Promise<T>): Promise<T> {
  if (lease.getStore()?.lost === true) throw lockLost()
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.connection().execute((trx) => once(trx, begin, work))
    } catch (error) {
      if (isRetriable(error) && attempt < RETRIES) continue
      throw outageOf(error) ?? error
    }
  }
}

async function once<T>(trx: Session, begin: (trx: Session) => Promise<unknown>, work: (trx: Session) => Promise<T>): Promise<T> {
  // Begin and the tenant go in one message: a round trip less for every call. No statement here is worth compiling.
  await begin(trx)
  let result: T
  try {
    result = await work(trx)
    if (lease.getStore()?.lost === true) throw lockLost()
  } catch (error) {
    // A connection that is gone has rolled back by itself; the pool drops it.
    await sql`rollback`.execute(trx).catch(() => {})
    throw error
  }
  const { rows } = await sql<{ command: string }>`commit`.execute(trx)
  if (rows[0]?.command === 'ROLLBACK') throw new Error('a transaction ended in an error that was swallowed')
  return result
}

function lockLost(): StoreUnavailable {
  return new StoreUnavailable('lock_lost', 'The lock of this connection was lost.', 'Nothing to do: the sync starts again when the database answers.')
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isUuid(id: string): boolean {
  return UUID.test(id)
}

/** An id that came from outside as a key to look up: what is no uuid finds nothing, instead of failing in the database. */
export function idKey(id: string): string | null {
  return isUuid(id) ? id : null
}
