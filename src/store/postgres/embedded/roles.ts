/**
 * The application's roles and database in a cluster of ours: none is a superuser or may bypass row
 * security (security.md, section 4). What each may do with the tables is the migrations' part.
 */
import type { Client } from 'pg'
import { type Passwords, ROLES } from './cluster.ts'

export const DATABASE = 'relink'
const DUPLICATE_DATABASE = new Set(['42P04', '23505'])

/** Makes what is missing; doing it again, or twice at once, changes nothing. */
export async function ensureRoles(client: Client, passwords: Passwords): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any($1) union all select datname from pg_database where datname = $2',
    [Object.values(ROLES), DATABASE],
  )
  const present = new Set(rows.map(row => row.name))
  if (present.size === Object.values(ROLES).length + 1) return
  await client.query('begin')
  await client.query('lock table pg_authid in share row exclusive mode')
  for (const role of Object.values(ROLES)) {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [role])
    if (found.rowCount !== 0) continue
    const password = client.escapeLiteral(passwords[role] ?? '')
    await client.query(`create role ${role} login nosuperuser nobypassrls nocreaterole nocreatedb noreplication password ${password}`)
  }
  await client.query('commit')
  if (present.has(DATABASE)) return
  try {
    await client.query(`create database ${DATABASE} owner ${ROLES.owner}`)
  } catch (error) {
    if (!DUPLICATE_DATABASE.has(String((error as { code?: unknown }).code))) throw error
  }
  await client.query(`revoke all on database ${DATABASE} from public`)
  await client.query(`grant connect on database ${DATABASE} to ${Object.values(ROLES).join(', ')}`)
}
