/**
 * Deletes a tenant with everything of it, its key too, and puts an empty one in its place: in one transaction, as
 * the role that owns the tables, because the app may delete neither rows nor lines of the log. Whoever writes
 * for the tenant meanwhile is waited for, and fails after it.
 */
import { sql, type Kysely } from 'kysely'
import { asOwner, createTenant } from './migrate.ts'
import type { Tables } from './tables.ts'

/** Rows by table, as they were deleted. */
export type Deleted = Readonly<Record<string, number>>

export async function replaceTenant(db: Kysely<Tables>, former: string, next: string): Promise<Deleted> {
  const deleted = await asOwner(db, async (session) => {
    await createTenant(session, next)
    await sql`update relink.instance set default_tenant = ${next} where default_tenant = ${former}`.execute(session)
    await sql`select set_config('relink.tenant', ${former}, true)`.execute(session)
    // Every row of the tenant's holds on to this one: who adds some has ended before it is taken, or waits and finds it gone.
    await sql`select from relink.tenants where tenant_id = ${former} for update`.execute(session)
    const counts: Record<string, number> = {}
    for (const table of await childrenFirst(session)) {
      const { numAffectedRows = 0n } = await sql`delete from ${sql.table(table)} where tenant_id = ${former}`.execute(session)
      if (numAffectedRows > 0n) counts[table.replace(/^relink\./, '')] = Number(numAffectedRows)
    }
    return counts
  })
  await forgetSealed(db)
  return deleted
}

/** The tenant's tables, each before those that it refers to; `relink.tenants` is the last. */
async function childrenFirst(session: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string; parents: string[] }>`
    select c.oid::regclass::text as name,
           array(select distinct k.confrelid::regclass::text from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as parents
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r' order by 1`.execute(session)
  const ordered: string[] = []
  while (ordered.length < rows.length) {
    const left = rows.filter(({ name }) => !ordered.includes(name))
    const ready = left.filter(({ name }) => !left.some(({ name: other, parents }) => other !== name && parents.includes(name)))
    if (ready.length === 0) throw new Error('tables of a tenant refer to each other in a circle')
    ordered.push(...ready.map(({ name }) => name))
  }
  return ordered
}

/** A deleted row stays in the files of the database until they are written anew: for keys and secrets that is now. */
async function forgetSealed(db: Kysely<Tables>): Promise<void> {
  await db.connection().execute(async (session) => {
    await sql`set role relink_owner`.execute(session)
    try {
      for (const table of ['relink.tenant_keys', 'relink.secrets']) await sql`vacuum (full) ${sql.table(table)}`.execute(session)
    } finally {
      await sql`reset role`.execute(session)
    }
  })
}
