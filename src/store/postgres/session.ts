/**
 * The way to the database: one pool of the app role, and transactions in which the tenant is set. No
 * statement of a tenant runs outside of `inTenant` and `inOneTrip`; without a tenant the policies show
 * no row.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, PostgresDialect, sql, type CompiledQuery } from 'kysely'
import pg from 'pg'
import { StoreUnavailable } from '../../ports/store.ts'
import { types } from './columns.ts'
import { errorCode, isRetriable, outageOf } from './outage.ts'
import type { Tables } from './tables.ts'
import { asTenant, Together, travel, withClient, type Fence, type Step } from './together.ts'
import { isForgotten, type Written } from './trip.ts'

/** Where a database is and who signs in; `host` may be a directory with the server's socket. */
export type ConnectionConfig = Pick<pg.ClientConfig, 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl' | 'options'>

export type Session = Kysely<Tables>

/** A session that can also send several statements at once; the stores are given this. */
export class Database extends Kysely<Tables> {
  readonly pool: pg.Pool
  readonly together: Together
  /** Of each tenant: what this process knows to be true and could not store, because the database was away at the end of the work. */
  readonly owed = new Map<string, readonly Statement[]>()

  constructor(pool: pg.Pool) {
    super({ dialect: new PostgresDialect({ pool }) })
    this.pool = pool
    this.together = new Together(pool)
  }
}

/** The lease of `connections.exclusively`, seen by every store call that its work makes; `holder` names the session that has the lock. */
export type Lease = {
  readonly name: string
  holder: string
  lost: boolean
  /** Written down with the next trip that the work makes; see `note`. */
  notes: readonly Written[]
  /** Of the notes what is true whoever has the lock: stored without it when it was lost. Repeating it changes nothing. */
  truths: readonly Statement[]
}
export const lease = new AsyncLocalStorage<Lease>()

const RETRIES = 5
/** Raised by `relink.fence`. */
const LOCK_LOST = 'RL001'
/** A server may take a connection and say nothing: nobody waits for ever. */
export const CONNECT_TIMEOUT_MS = 10_000

export function openPool(config: ConnectionConfig, max: number): pg.Pool {
  const pool = new pg.Pool({ ...config, max, types, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'relink' })
  // A server that goes away emits `error` on idle and on busy clients alike; without these handlers
  // that ends the process. The call that uses the client gets its own rejection.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

export function openSession(pool: pg.Pool): Database {
  return new Database(pool)
}

/**
 * Runs `work` in one transaction for the tenant: all of it is stored or nothing. Runs it again after
 * a deadlock. Throws `StoreUnavailable` when the database cannot serve.
 */
export async function inTenant<T>(db: Session, tenantId: string, work: (trx: Session) => Promise<T>): Promise<T> {
  if (db instanceof Database) await storeNotes(db, tenantId)
  const held = lease.getStore()
  const fenced = held === undefined ? sql`` : sql`, relink.fence(${sql.lit(held.name)}, ${sql.lit(held.holder)})`
  return transact(db, (trx) => sql`begin; select set_config('relink.tenant', ${sql.lit(tenantId)}, true), set_config('jit', 'off', true)${fenced}`.execute(trx), work)
}

/** As `inTenant`, as the scheduler's role, which sees the due times of all tenants and nothing else. */
export async function asScheduler<T>(db: Session, work: (trx: Session) => Promise<T>): Promise<T> {
  return transact(db, (trx) => sql`begin; set local role relink_sched`.execute(trx), work)
}

/** A query of Kysely's, built but not run. */
export type Statement<R = any> = { compile(db: Session): CompiledQuery<R> }
type Answers<S extends readonly Statement[]> = { readonly [K in keyof S]: S[K] extends Statement<infer R> ? { readonly rows: readonly R[]; readonly affected: number } : never }

/**
 * Runs statements that need no answer of each other for the tenant, as one transaction in one round
 * trip (trip.ts), together with what else is asked at that moment (together.ts). `relaxed`: done before the
 * disk has it, so that a crash of the database or the host, never of this process, may lose it; only for
 * what decision 6 names. Otherwise as `inTenant`.
 */
export async function inOneTrip<const S extends readonly Statement[]>(db: Database, tenantId: string, statements: S, durability: 'durable' | 'relaxed' = 'durable'): Promise<Answers<S>> {
  const held = lease.getStore()
  const notes = takeNotes(held)
  const asked = written(db, statements)
  const stores = asked.some(({ text }) => !READS.test(text))
  const fence = stores || notes.length > 0 ? fenceOf(held) : null
  const step: Step = { tenantId, fence, statements: [...notes, ...asked], durable: stores && durability === 'durable', mayGo: () => (held?.lost === true ? lockLost() : null) }
  try {
    return (await persistently(() => db.together.ask(step))).slice(notes.length) as unknown as Answers<S>
  } catch (error) {
    if (held !== undefined) held.notes = [...notes, ...held.notes]
    throw error
  }
}

/**
 * Writes something down without a trip of its own: it goes with the next one that the work under this lock
 * makes, before what that one asks or stores, at the latest when the lock is given up. Lost, like what is
 * `relaxed`, when the process or the lock is lost before. Without a lock it is stored at once.
 */
export async function note(db: Database, tenantId: string, statements: readonly Statement[]): Promise<void> {
  const held = lease.getStore()
  if (held === undefined || held.lost) await inOneTrip(db, tenantId, statements, 'relaxed')
  else held.notes = [...held.notes, ...written(db, statements)]
}

/** As `note`, of something that happened outside and stays true when the lock is lost. */
export async function noteTruth(db: Database, tenantId: string, truth: Statement, also: readonly Statement[]): Promise<void> {
  const held = lease.getStore()
  if (held !== undefined) held.truths = [...held.truths, truth]
  await (held?.lost === true ? lease.exit(() => note(db, tenantId, [truth, ...also])) : note(db, tenantId, [truth, ...also]))
}

/** At the end of the work: what is noted and waits, of a lost lock only the truths. These are stored later where the database is away. */
export async function endNotes(db: Database, tenantId: string): Promise<void> {
  const held = lease.getStore()
  const isStored = await storeNotes(db, tenantId).then(() => held?.lost !== true, () => false)
  if (held === undefined || held.truths.length === 0 || isStored) return
  db.owed.set(tenantId, [...(db.owed.get(tenantId) ?? []), ...held.truths])
  await lease.exit(() => storeOwed(db, tenantId)).catch(() => {})
}

/** Before anything is decided anew by what is stored. What still cannot be stored stays owed. */
export async function storeOwed(db: Database, tenantId: string): Promise<void> {
  const owed = db.owed.get(tenantId)
  if (owed === undefined) return
  // Owed until it is stored: who asks meanwhile waits for it as well. Repeating it changes nothing.
  const settle = (): void => {
    const left = (db.owed.get(tenantId) ?? []).filter((one) => !owed.includes(one))
    if (left.length === 0) db.owed.delete(tenantId)
    else db.owed.set(tenantId, left)
  }
  try {
    await inOneTrip(db, tenantId, owed, 'relaxed')
    settle()
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) settle()
    throw error
  }
}

/** Stores what is noted and waits. */
async function storeNotes(db: Database, tenantId: string): Promise<void> {
  const held = lease.getStore()
  if (held !== undefined && !held.lost && held.notes.length > 0) await inOneTrip(db, tenantId, [], 'relaxed')
}

function takeNotes(held: Lease | undefined): readonly Written[] {
  const notes = held?.notes ?? []
  if (held !== undefined) held.notes = []
  return notes
}

/**
 * One transaction in two round trips: `decide` sees the answers to `asked` while the locks that they took
 * are held, and says what is to be stored; null: nothing. True when something was stored.
 */
export async function inTwoTrips<const S extends readonly Statement[]>(db: Database, tenantId: string, asked: S, decide: (answers: Answers<S>) => readonly Statement[] | null): Promise<boolean> {
  const before = [BEGIN, asTenant(tenantId, true, fenceOf(lease.getStore()))]
  const first = [...before, ...written(db, asked)]
  await storeNotes(db, tenantId)
  return persistently(() =>
    withClient(db.pool, async (client) => {
      try {
        const found = (await travel(client, first)).slice(before.length)
        const decided = decide(found as unknown as Answers<S>)
        if (lease.getStore()?.lost === true) throw lockLost()
        await travel(client, decided === null ? [ROLLBACK] : [...written(db, decided), COMMIT])
        return decided !== null
      } catch (error) {
        // A connection that is gone has rolled back by itself; the pool drops it.
        await travel(client, [ROLLBACK]).catch(() => {})
        throw error
      }
    }),
  )
}

const [BEGIN, COMMIT, ROLLBACK] = ['begin', 'commit', 'rollback'].map((text): Written => ({ text, values: [] })) as [Written, Written, Written]

function fenceOf(held: Lease | undefined): Fence | null {
  return held === undefined ? null : { name: held.name, holder: held.holder }
}

/** What reads has nothing to wait for; a statement that begins otherwise may store. */
const READS = /^\s*select\b/i

/** As the server gets them. */
export function written(db: Database, statements: readonly Statement[]): readonly Written[] {
  return statements.map((statement) => {
    const { sql: text, parameters } = statement.compile(db)
    return { text, values: parameters }
  })
}

async function transact<T>(db: Session, begin: (trx: Session) => Promise<unknown>, work: (trx: Session) => Promise<T>): Promise<T> {
  return persistently(() => db.connection().execute((trx) => once(trx, begin, work)))
}

/** Again after a deadlock, never without the lease, and the driver's errors as what they mean. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  if (lease.getStore()?.lost === true) throw lockLost()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if ((isRetriable(error) || isForgotten(error)) && attempt < RETRIES) continue
      if (errorCode(error) === LOCK_LOST) throw lockLost()
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
