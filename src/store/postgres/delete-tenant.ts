/**
 * Deletes a tenant with everything of it, its key and the sign-ins of its people too, and puts an empty one in its place: in one
 * transaction, as the role that owns the tables, because the app may delete neither rows nor lines of the log. Whoever writes
 * for the tenant meanwhile is waited for, and fails after it.
 */
import { sql, type Kysely } from 'kysely'
import type { AuditHead, Seal } from '../../domain/audit.ts'
import type { SealedKey } from '../../ports/secrets.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import { appendLine } from './access.ts'
import { asOwner, createTenant } from './migrate.ts'
import { errorCode } from './outage.ts'
import { auditHeads, tenantKeys, type Tables } from './tables.ts'

const LOCK_WAIT = '10s'
/** SQLSTATE, PostgreSQL, appendix A. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Rows by table, as they were deleted, and the newest line of the log. */
export type Deleted = { readonly counts: Readonly<Record<string, number>>; readonly head: AuditHead | null }

/** The empty one, with its key and the first line of its log. */
export type Successor = { readonly tenantId: string; readonly key: SealedKey; firstLine(deleted: Deleted): Seal }

/**
 * Null, and nothing was done: another one has its place already. Throws `StoreUnavailable`, and nothing was done, where others hold what
 * it needs for long: a dump reads every table until it ends, and all who write would wait behind this for it.
 */
export async function replaceTenant(db: Kysely<Tables>, former: string, next: Successor): Promise<Deleted | null> {
  return replaced(db, former, next).catch((error: unknown) => {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error
    throw new StoreUnavailable('database_busy', 'Something else holds the database for longer than this waits, a backup perhaps. Nothing was deleted.', 'Delete again when it has ended.', error)
  })
}

function replaced(db: Kysely<Tables>, former: string, next: Successor): Promise<Deleted | null> {
  return asOwner(db, async (session) => {
    await sql`set local lock_timeout = ${sql.lit(LOCK_WAIT)}`.execute(session)
    const { rows: found } = await sql`select from relink.instance where default_tenant = ${former} for update`.execute(session)
    if (found.length === 0) return null
    await createTenant(session, next.tenantId)
    await sql`update relink.instance set default_tenant = ${next.tenantId}`.execute(session)
    const deleted = await deleteRows(session, former)
    await actFor(session, next.tenantId)
    await session.insertInto('relink.tenant_keys').values({ tenant_id: next.tenantId, ...tenantKeys.write(next.key) }).execute()
    await appendLine(session, next.tenantId, next.firstLine(deleted))
    return deleted
  })
}

async function deleteRows(session: Kysely<Tables>, tenantId: string): Promise<Deleted> {
  await actFor(session, tenantId)
  // Every row of the tenant's holds on to this one: who adds some has ended before it is taken, or waits and finds it gone.
  await sql`select from relink.tenants where tenant_id = ${tenantId} for update`.execute(session)
  const newest = await session.selectFrom('relink.audit_heads').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst()
  await deleteSignIns(session, tenantId)
  const counts: Record<string, number> = {}
  for (const table of await childrenFirst(session)) {
    const { numAffectedRows = 0n } = await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(session)
    if (numAffectedRows > 0n) counts[table.replace(/^relink\./, '')] = Number(numAffectedRows)
  }
  return { counts, head: newest === undefined || Number(newest.seq) === 0 ? null : auditHeads.read(newest) }
}

/** Only the role that signs people in sees these, so the owner of the table lifts that for itself until the end of this step. */
async function deleteSignIns(session: Kysely<Tables>, tenantId: string): Promise<void> {
  await sql`alter table relink.auth_user no force row level security`.execute(session)
  await sql`delete from relink.auth_user where id in (select user_id from relink.members where tenant_id = ${tenantId})`.execute(session)
  await sql`alter table relink.auth_user force row level security`.execute(session)
}

async function actFor(session: Kysely<Tables>, tenantId: string): Promise<void> {
  await sql`select set_config('relink.tenant', ${tenantId}, true)`.execute(session)
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

/** A deleted row stays in the files of the database until they are written anew: for keys and secrets that is now. Throws where somebody reads them for so long that others would have to wait. */
export async function forgetSealed(db: Kysely<Tables>): Promise<void> {
  await db.connection().execute(async (session) => {
    await sql`set role relink_owner`.execute(session)
    await sql`set lock_timeout = ${sql.lit(LOCK_WAIT)}`.execute(session)
    try {
      for (const table of ['relink.tenant_keys', 'relink.secrets']) await sql`vacuum (full) ${sql.table(table)}`.execute(session)
    } finally {
      await sql`reset role`.execute(session)
      await sql`reset lock_timeout`.execute(session)
    }
  })
}
