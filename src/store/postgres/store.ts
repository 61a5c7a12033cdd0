/**
 * The store on PostgreSQL 15 or newer. Opening it prepares roles, migrates, and checks that the role
 * it runs as is held by row-level security; only then is a store handed out.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { failed, ok, type Result } from '../../domain/result.ts'
import { FARTHEST_SYNC_MS, READ_STATES } from '../../domain/connection.ts'
import type { Store, TenantStore } from '../../ports/store.ts'
import { postgresAccess, postgresAudit } from './access.ts'
import { postgresAccounts } from './accounts.ts'
import { postgresAlerts } from './alerts.ts'
import { postgresConnections } from './connections.ts'
import { postgresConsumers } from './consumers.ts'
import { postgresAddedBanks } from './added-banks.ts'
import { postgresReconciliations } from './reconciliations.ts'
import { postgresReview } from './review.ts'
import { postgresSchedule } from './schedule.ts'
import { postgresWhole } from './whole.ts'
import { postgresFeed } from './feed.ts'
import { postgresHistory } from './history.ts'
import { postgresIncidents } from './incidents.ts'
import { openLocks, type Locks } from './locks.ts'
import { MIGRATIONS, migrate, schemaNumber } from './migrate.ts'
import { errorCode, outageOf } from './outage.ts'
import { postgresPreviews } from './previews.ts'
import { postgresChallenges, postgresProblems } from './problems.ts'
import { APP_ROLE, checkAppRole, prepareRoles, type OpenFailure } from './roles.ts'
import { postgresRuns } from './runs.ts'
import { postgresSecrets } from './secrets.ts'
import { asScheduler, CONNECT_TIMEOUT_MS, isUuid, openPool, openSession, type ConnectionConfig, type Database, type Session } from './session.ts'

export type { ConnectionConfig } from './session.ts'
export type { OpenFailure } from './roles.ts'

export type PostgresOptions = {
  /** A login that may become `relink_owner`, or an administrator; null: a worker that never migrates. */
  readonly owner: ConnectionConfig | null
  /** The login of `relink_app`. Its password is set when the role is made here. */
  readonly app: ConnectionConfig
  /** Connections at most; one more holds the locks. */
  readonly connections?: number
}

const OLDEST_SERVER = 150000

/** A store that is ready, or why there is none. Throws only for bugs. */
export async function openPostgresStore({ owner, app, connections = 10 }: PostgresOptions): Promise<Result<Store, OpenFailure>> {
  const whole = await checkSessions(owner ?? app)
  if (!whole.ok) return whole
  const prepared = owner === null ? ok(undefined) : await prepareDatabase(owner, typeof app.password === 'string' ? app.password : null)
  if (!prepared.ok) return prepared
  const pool = openPool(app, connections)
  const db = openSession(pool)
  const checked = await attempt(app, () => checkReady(pool, db))
  if (!checked.ok) {
    await db.destroy()
    return checked
  }
  return ok(store(db, openLocks(app)))
}

/**
 * A pooler that gives each transaction another session of the server loses our locks, so two could write to one
 * connection. It shows where one client's session is busy: the setting of the other's is then found by the wrong one,
 * or by none. A socket of this host leads to the server itself.
 */
async function checkSessions(way: ConnectionConfig): Promise<Result<void, OpenFailure>> {
  if (way.host?.startsWith('/')) return ok(undefined)
  return attempt(way, async () => {
    const clients = [0, 1].map(() => new pg.Client({ ...way, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, application_name: 'relink start' }))
    const [one, other] = clients as [pg.Client, pg.Client]
    try {
      for (const client of clients) client.on('error', () => {})
      await Promise.all(clients.map((client) => client.connect()))
      const mark = randomUUID()
      await one.query(`select set_config('relink.start', $1, false)`, [mark])
      await other.query('begin')
      const found = async (client: pg.Client) => (await client.query<{ mark: string | null }>(`select current_setting('relink.start', true) as mark`)).rows[0]!.mark
      const [own, foreign] = [await found(one), await found(other)]
      await other.query('rollback')
      return own === mark && foreign !== mark ? ok(undefined) : failed(sessionsShared(way))
    } finally {
      await Promise.all(clients.map((client) => client.end()))
    }
  })
}

/** Roles and tables, as the owner. */
async function prepareDatabase(owner: ConnectionConfig, appPassword: string | null): Promise<Result<void, OpenFailure>> {
  return attempt(owner, async () => {
    const admin = new pg.Client({ ...owner, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, application_name: 'relink migration' })
    admin.on('error', () => {})
    try {
      await admin.connect()
      const { v: version, e: encoding } = (await admin.query<{ v: number; e: string }>(`select current_setting('server_version_num')::int as v, current_setting('server_encoding') as e`)).rows[0]!
      if (version < OLDEST_SERVER) return failed(unsupported(version))
      if (encoding !== 'UTF8') return failed(notUnicode(encoding))
      const roles = await prepareRoles(admin, appPassword)
      if (!roles.ok) return roles
    } finally {
      await admin.end()
    }
    const db = openSession(openPool(owner, 1))
    try {
      return (await migrate(db)) === 'newer' ? failed(newerSchema()) : ok(undefined)
    } finally {
      await db.destroy()
    }
  })
}

async function checkReady(pool: pg.Pool, db: Session): Promise<Result<void, OpenFailure>> {
  const role = await checkAppRole(pool)
  if (!role.ok) return role
  const number = await schemaNumber(db)
  const known = MIGRATIONS.at(-1)!.number
  if (number > known) return failed(newerSchema())
  if (number < known) return failed(missingSchema())
  return ok(undefined)
}

async function defaultTenantOf(db: Session): Promise<string> {
  return (await db.selectFrom('relink.instance').select('default_tenant').executeTakeFirstOrThrow()).default_tenant
}

/** The login that Relink made for itself is known to the data directory that made it, and to no other. */
const APP_REMEDY =
  `Relink runs as ${APP_ROLE}, which another data directory made in this server. Copy keys/database-app.password from there, or name the login in DATABASE_APP_URL; an administrator can also allow it and set its password anew (alter role ${APP_ROLE} login password 'CHOOSE-ONE').`

/** What keeps us from the database at the start is an answer for the operator, not an exception; it names the place. */
async function attempt<T>(way: ConnectionConfig, work: () => Promise<Result<T, OpenFailure>>): Promise<Result<T, OpenFailure>> {
  try {
    return await work()
  } catch (error) {
    const code = errorCode(error)
    if (['42P01', '3F000', '42704'].includes(code)) return failed(missingSchema())
    const { message } = error as Error
    if (code.startsWith('28')) return failed({ code: 'login_refused', message: `The database refused the sign-in: ${message}.`, remedy: remedyOfRefusal(way, message) })
    if (code === '42501' && message.startsWith('permission denied for database')) {
      const [database, user] = [way.database, way.user].map((name) => pg.escapeIdentifier(String(name)))
      return failed({ code: 'login_refused', message: `The database refused the sign-in: ${message}.`, remedy: `Give that right (grant connect on database ${database} to ${user};), or name another user in the address.` })
    }
    if (code === '3D000') return failed({ code: 'database_unreachable', message: `${message}.`, remedy: 'Create the database, or correct its name.' })
    // What the driver says of its own has no code.
    if (/^SASL: .*password must be/.test(message)) return failed({ code: 'login_refused', message: `The database asks for a password of ${String(way.user)}, and none is given.`, remedy: 'Give it in the address: postgres://USER:PASSWORD@HOST/DATABASE.' })
    if (/does not support SSL|establishing an SSL/.test(message)) return failed({ code: 'database_unreachable', message: `The database at ${placeOf(way)} takes no connection with TLS.`, remedy: 'Leave sslmode out of the address, or switch TLS on in the server (ssl = on).' })
    const outage = outageOf(error)
    if (outage === null) throw error
    // At the start nothing runs yet that could go on.
    const remedy = outage.remedy.replace(/; [^;]*Relink goes on by itself[^;]*$/, '.')
    return failed({ code: 'database_unreachable', message: `${outage.message.replace(/\.$/, '')} (${placeOf(way)}${code === '' ? '' : `, ${code}`}).`, remedy })
  }
}

function placeOf({ host, port }: ConnectionConfig): string {
  return `${String(host)}:${String(port)}`
}

/** In the words of the server, which are the same in every version; where its messages are in another language, the general remedy is left. */
function remedyOfRefusal({ user }: ConnectionConfig, message: string): string {
  if (message.includes('no encryption')) return 'From here the server takes connections with TLS only: add ?sslmode=verify-full to the address, or allow this host in pg_hba.conf of the server.'
  if (message.includes('pg_hba.conf')) return 'Allow this host, user and database in pg_hba.conf of the server.'
  return user === APP_ROLE ? APP_REMEDY : 'Correct the user and password of the database.'
}

function notUnicode(encoding: string): OpenFailure {
  return { code: 'encoding_unsupported', message: `The database is made for ${encoding}, in which not every name and text of a bank can be written.`, remedy: `Make one in UTF-8 (create database relink encoding 'UTF8' template template0) and name it in the address.` }
}

function unsupported(version: number): OpenFailure {
  return { code: 'version_unsupported', message: `The database server is PostgreSQL ${Math.trunc(version / 10000)}.`, remedy: 'Relink needs PostgreSQL 15 or newer.' }
}

function sessionsShared(way: ConnectionConfig): OpenFailure {
  return {
    code: 'sessions_shared',
    message: `At ${placeOf(way)} a pooler hands out sessions of the database by transaction; locks do not hold through it.`,
    remedy: 'Give the address of the database itself, or of a pooler in session mode (pool_mode = session; hosted databases often have it at port 5432 beside 6543).',
  }
}

function newerSchema(): OpenFailure {
  return { code: 'schema_newer', message: 'A newer Relink has changed this database.', remedy: 'Run that version or a newer one; Relink never migrates backwards.' }
}

function missingSchema(): OpenFailure {
  return { code: 'schema_missing', message: 'The tables of this version are not in the database.', remedy: 'Start `relink start` once with the owner of the database.' }
}

function store(db: Database, locks: Locks): Store {
  return {
    tenant(tenantId) {
      if (!isUuid(tenantId)) throw new Error('a tenant id is a uuid in lower case')
      return tenantStore(db, locks, tenantId)
    },
    async due(now, limit) {
      const rows = await asScheduler(db, (trx) =>
        trx.selectFrom('relink.connections').select(['tenant_id', 'id']).where((e) => e.or([e('next_sync_at', '<=', now), e('next_sync_at', '>', now + FARTHEST_SYNC_MS)])).where('state', 'in', READ_STATES)
          .orderBy('next_sync_at').orderBy('id').limit(limit).execute(),
      )
      return rows.map((row) => ({ tenantId: row.tenant_id, connectionId: row.id as string }))
    },
    defaultTenant: () => defaultTenantOf(db),
    async close() {
      await locks.close()
      await db.destroy()
    },
  }
}

function tenantStore(db: Database, locks: Locks, tenantId: string): TenantStore {
  return {
    tenantId,
    connections: postgresConnections(db, locks, tenantId),
    accounts: postgresAccounts(db, tenantId),
    feed: postgresFeed(db, tenantId),
    history: postgresHistory(db, tenantId),
    previews: postgresPreviews(db, tenantId),
    runs: postgresRuns(db, tenantId),
    problems: postgresProblems(db, tenantId),
    incidents: postgresIncidents(db, tenantId),
    alerts: postgresAlerts(db, tenantId),
    challenges: postgresChallenges(db, tenantId),
    secrets: postgresSecrets(db, tenantId),
    consumers: postgresConsumers(db, tenantId),
    access: postgresAccess(db, tenantId),
    audit: postgresAudit(db, tenantId),
    reconciliations: postgresReconciliations(db, tenantId),
    addedBanks: postgresAddedBanks(db, tenantId),
    review: postgresReview(db, tenantId),
    schedule: postgresSchedule(db, tenantId),
    whole: postgresWhole(db, tenantId),
  }
}
