/**
 * Which PostgreSQL to use: the one that DATABASE_URL names, or the embedded one of RELINK_HOME.
 * Promises that a wrong or unsuitable DATABASE_URL is refused before anything is stored, naming the
 * part that is wrong and never the password. Opens no pool.
 */
import { Client } from 'pg'
import { failed, ok, type Result } from '../../domain/result.ts'

export const OLDEST_MAJOR = 15

export type ConnectionTarget =
  | { readonly kind: 'embedded'; readonly home: string }
  | { readonly kind: 'server'; readonly url: string; readonly host: string; readonly port: number; readonly database: string; readonly user: string }

export type ConnectFailure = {
  readonly code: 'database_url_invalid' | 'database_unreachable' | 'database_refused' | 'database_too_old' | 'database_encoding'
  readonly message: string
}

/** Reads the configuration; `databaseUrl` null means embedded. */
export function connectionTarget(config: { readonly databaseUrl: string | null; readonly home: string }): Result<ConnectionTarget, ConnectFailure> {
  const url = config.databaseUrl
  if (url === null) return ok({ kind: 'embedded', home: config.home })
  if (!/^postgres(ql)?:\/\//.test(url)) return failed(invalid('it must begin with postgres:// or postgresql://'))
  try {
    // The driver's own reading, so that what is checked is what will be used.
    const { host, port, database, user } = new Client({ connectionString: url })
    if (!(port >= 1 && port <= 65_535)) return failed(invalid('its port is not a number from 1 to 65535'))
    if (!user) return failed(invalid('it names no user'))
    if (!database) return failed(invalid('it names no database'))
    return ok({ kind: 'server', url, host, port, database, user })
  } catch {
    // The driver's message may quote the address with its password.
    return failed(invalid('it cannot be read as an address; special characters in the password must be percent-encoded (@ is %40)'))
  }
}

/** Logs in once and checks version and encoding; the major version. */
export async function checkServer(target: ConnectionTarget & { readonly kind: 'server' }): Promise<Result<number, ConnectFailure>> {
  const client = new Client({ connectionString: target.url, connectionTimeoutMillis: 10_000, application_name: 'relink check' })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string; encoding: string }>(`select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`)
    const major = Math.floor(Number(rows[0]?.version ?? 0) / 10_000)
    if (major < OLDEST_MAJOR) {
      return failed({ code: 'database_too_old', message: `The PostgreSQL at ${where(target)} has version ${major}; Relink needs ${OLDEST_MAJOR} or newer. Upgrade it, or leave DATABASE_URL out to use the embedded database.` })
    }
    if (rows[0]?.encoding !== 'UTF8') {
      return failed({ code: 'database_encoding', message: `The database ${target.database} at ${where(target)} stores text as ${rows[0]?.encoding ?? 'an unknown encoding'}; create one with "create database ${target.database} encoding 'UTF8' template template0".` })
    }
    return ok(major)
  } catch (error) {
    return failed(explain(error, target))
  } finally {
    await client.end().catch(() => {})
  }
}

function explain(error: unknown, target: ConnectionTarget & { readonly kind: 'server' }): ConnectFailure {
  const code = String((error as { code?: unknown }).code ?? '')
  // 28: authentication; 3D000: no such database; 53300: too many connections (SQLSTATE, appendix A of PostgreSQL's manual).
  if (code.startsWith('28')) return { code: 'database_refused', message: `The PostgreSQL at ${where(target)} refuses the user ${target.user} (SQLSTATE ${code}). Check user and password in DATABASE_URL.` }
  if (code === '3D000') return { code: 'database_refused', message: `The PostgreSQL at ${where(target)} has no database ${target.database}. Create it ("createdb ${target.database}") or correct DATABASE_URL.` }
  const reason = code === '' ? 'no answer within 10 s' : code
  return { code: 'database_unreachable', message: `No PostgreSQL answers at ${where(target)} (${reason}). Check that it runs and that DATABASE_URL names the right host and port.` }
}

function where({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`
}

function invalid(what: string): ConnectFailure {
  return { code: 'database_url_invalid', message: `DATABASE_URL is not usable: ${what}. Example: postgres://relink:PASSWORD@db.example:5432/relink. Leave it out to use the embedded database.` }
}
