/**
 * The one login and the one database that a new cluster gets: `relink_admin` owns the database
 * `relink` and may make roles, which are the store's part (../roles.ts). It is no superuser and does
 * not bypass row security.
 */
import type { Client } from 'pg'
import { OWNER } from './cluster.ts'

export const DATABASE = 'relink'
/** Already there, or made by another process at this moment. */
const ALREADY_THERE = new Set(['42710', '42P04', '23505'])

/** Makes what is missing; doing it again, or twice at once, changes nothing. */
export async function ensureOwner(client: Client, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
  if (rowCount !== 0) return
  await tolerant(client, `create role ${OWNER} login createrole nosuperuser nobypassrls nocreatedb noreplication password ${client.escapeLiteral(password)}`)
  await tolerant(client, `create database ${DATABASE} owner ${OWNER}`)
  await client.query(`revoke connect on database postgres from public`)
}

async function tolerant(client: Client, statement: string): Promise<void> {
  try {
    await client.query(statement)
  } catch (error) {
    if (!ALREADY_THERE.has(String((error as { code?: unknown }).code))) throw error
  }
}
