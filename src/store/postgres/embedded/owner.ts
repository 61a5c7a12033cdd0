/**
 * The one login and the one database that a new cluster gets: `relink_admin` owns the database
 * `relink` and may make roles, which are the store's part (../roles.ts). It is no superuser and does
 * not bypass row security.
 */
import type { Client } from 'pg'
import { OWNER } from './cluster.ts'

export const DATABASE = 'relink'
/** Held while one process makes them; the others wait and find them made. Locks belong to a database, and this one is the supervisor's alone. */
const MAKING = 1

/** Makes what is missing; doing it again, or twice at once, changes nothing. The database comes last: where it stands, the rest does too. */
export async function ensureOwner(client: Client, password: string): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [MAKING])
  try {
    if (await exists(client, 'select from pg_database where datname = $1', DATABASE)) return
    if (!(await exists(client, 'select from pg_roles where rolname = $1', OWNER))) {
      await client.query(`create role ${OWNER} login createrole nosuperuser nobypassrls nocreatedb noreplication password ${client.escapeLiteral(password)}`)
    }
    await client.query(`revoke connect on database postgres from public`)
    await client.query(`create database ${DATABASE} owner ${OWNER}`)
  } finally {
    // A session that is gone has given its lock back.
    await client.query('select pg_advisory_unlock($1)', [MAKING]).catch(() => {})
  }
}

async function exists(client: Client, question: string, name: string): Promise<boolean> {
  return (await client.query(question, [name])).rowCount !== 0
}
