/**
 * Who uses the server is known to the server itself: each Relink process holds one session with a
 * shared advisory lock, its lease. A killed process loses it at once, without pids or files to clear
 * up. The process that leaves and can take the lock alone was the last one and stops the server.
 * A login proves that the server is ours: only it knows the password, and it names its directory.
 */
import { Client } from 'pg'
import { type Passwords, SUPERUSER } from './cluster.ts'
import { isDiskFull, textOf } from './failure.ts'
import { OWN_SETTINGS, type Places, SOCKET_PORT } from './places.ts'

/** Any fixed number: advisory locks are per database, and this one is taken in `postgres`, which is ours. */
const LEASE_LOCK = 7_351_001
const CONNECT_TIMEOUT_MS = 10_000

export type LeaseAttempt =
  | { readonly kind: 'leased'; readonly client: Client }
  /** Nobody listens on the socket. */
  | { readonly kind: 'absent' }
  /** A server is there and starts, recovers or stops: try again. */
  | { readonly kind: 'busy' }
  /** A server is there and says nothing at all. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'foreign'; readonly reason: string }
  /** A server is there that cannot make a session for want of space. */
  | { readonly kind: 'full' }

/** Tries once to become a user of the server on these places. */
export async function takeLease(places: Places, passwords: Passwords): Promise<LeaseAttempt> {
  const client = new Client({
    host: places.socket,
    port: SOCKET_PORT,
    user: SUPERUSER,
    password: passwords[SUPERUSER] ?? '',
    database: 'postgres',
    ...OWN_SETTINGS,
    application_name: 'relink lease',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // A lost connection is also an event; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ directory: string }>(`select current_setting('data_directory') as directory`)
    if (rows[0]?.directory !== places.data) {
      await client.end()
      return { kind: 'foreign', reason: `the server on ${places.socket} serves ${rows[0]?.directory ?? 'an unknown directory'}, not ${places.data}` }
    }
    await client.query('select pg_advisory_lock_shared($1)', [LEASE_LOCK])
    return { kind: 'leased', client }
  } catch (error) {
    await client.end().catch(() => {})
    return classify(error)
  }
}

/** Gives the lease back; true when no other process has one. The session is left open, and keeps new users waiting, if so. */
export async function releaseLease(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ last: boolean }>(
    'select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as last',
    [LEASE_LOCK],
  )
  return rows[0]?.last === true
}

export function classify(error: unknown): LeaseAttempt {
  if (isDiskFull(error)) return { kind: 'full' }
  const code = String((error as { code?: unknown }).code)
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return { kind: 'absent' }
  if (/timeout/i.test(textOf(error))) return { kind: 'silent' }
  // 28: authentication. A server with other passwords is not ours to use.
  if (code.startsWith('28')) return { kind: 'foreign', reason: `the server on this socket does not accept the password in passwords.json (SQLSTATE ${code})` }
  return { kind: 'busy' }
}
