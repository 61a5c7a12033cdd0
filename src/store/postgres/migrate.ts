/**
 * Brings the tables to what this program needs, forward only. Safe when several processes start at
 * once: the first migrates, the others wait. A database that a newer program has migrated is refused.
 */
import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { start } from './migrations/001-start.ts'
import { consumers } from './migrations/002-consumers.ts'
import { analyzed } from './migrations/003-analyzed.ts'
import { patterns } from './migrations/004-patterns.ts'
import { history } from './migrations/005-history.ts'
import { pending } from './migrations/006-pending.ts'
import { previews } from './migrations/007-previews.ts'
import { lostAttempts } from './migrations/008-lost-attempts.ts'
import { failedExchanges } from './migrations/009-failed-exchanges.ts'
import { moves } from './migrations/010-moves.ts'
import { fence } from './migrations/011-fence.ts'
import { abandonedAttempts } from './migrations/012-abandoned-attempts.ts'
import { readBy } from './migrations/013-read-by.ts'
import { incidents } from './migrations/014-incidents.ts'
import { statistics } from './migrations/015-statistics.ts'
import { failingSpans } from './migrations/016-failing-spans.ts'
import { signIn } from './migrations/017-sign-in.ts'
import { reconciliations } from './migrations/018-reconciliations.ts'
import { review } from './migrations/019-review.ts'
import { answers } from './migrations/020-answers.ts'
import { lockedAttempts } from './migrations/021-locked-attempts.ts'
import { alerts } from './migrations/022-alerts.ts'
import { schedule } from './migrations/023-schedule.ts'
import { fileDates } from './migrations/024-file-dates.ts'
import { alertLanguage } from './migrations/025-alert-language.ts'
import { rulesBack } from './migrations/026-rules-back.ts'
import { carried } from './migrations/027-carried.ts'
import { heldQuestions } from './migrations/028-held-questions.ts'
import { answeredAfter } from './migrations/029-answered-after.ts'
import { saidCurrency } from './migrations/030-said-currency.ts'
import { programs } from './migrations/031-programs.ts'
import { deciders } from './migrations/032-deciders.ts'
import { newest } from './migrations/033-newest.ts'
import { standingRefusals } from './migrations/034-standing-refusals.ts'
import { marked } from './migrations/035-marked.ts'
import { addedBanks } from './migrations/036-added-banks.ts'
import { changedBanks } from './migrations/037-changed-banks.ts'
import type { Tables } from './tables.ts'

export type Migration = { readonly number: number; readonly name: string; up(db: Kysely<Tables>): Promise<void> }

/** In order; the last one's number is the schema that this program knows. */
export const MIGRATIONS: readonly Migration[] = [start, consumers, analyzed, patterns, history, pending, previews, lostAttempts, failedExchanges, moves, fence, abandonedAttempts, readBy, incidents, statistics, failingSpans, signIn, reconciliations, review, answers, lockedAttempts, alerts, schedule, fileDates, alertLanguage, rulesBack, carried, heldQuestions, answeredAfter, saidCurrency, programs, deciders, newest, standingRefusals, marked, addedBanks, changedBanks]

export type Migrated = 'current' | 'newer'

const LOCK = 7_265_106_946n

/** Runs as the role that owns the tables, in one transaction; `newer` leaves everything as it is. */
export async function migrate(db: Kysely<Tables>): Promise<Migrated> {
  return asOwner(db, async (session) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(session)
    return migrateLocked(session)
  })
}

async function migrateLocked(db: Kysely<Tables>): Promise<Migrated> {
  await sql`create schema if not exists relink;
    create table if not exists relink.migrations (number integer primary key, name text not null, applied_at timestamptz not null default now())`.execute(db)
  const done = await schemaNumber(db)
  const known = MIGRATIONS.at(-1)!.number
  if (done > known) return 'newer'
  for (const migration of MIGRATIONS.filter((m) => m.number > done)) {
    await migration.up(db)
    await db.insertInto('relink.migrations').values({ number: migration.number, name: migration.name, applied_at: sql`now()` }).execute()
  }
  await ensureDefaultTenant(db)
  return 'current'
}

/** The number of the newest migration that the database has; 0 when none. */
export async function schemaNumber(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('relink.migrations').select('number').orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row?.number ?? 0
}

async function ensureDefaultTenant(db: Kysely<Tables>): Promise<void> {
  if ((await db.selectFrom('relink.instance').select('default_tenant').executeTakeFirst()) !== undefined) return
  const id = randomUUID()
  await createTenant(db, id)
  await db.insertInto('relink.instance').values({ single: true, default_tenant: id }).execute()
}

/** Inside of `asOwner`. */
export async function createTenant(db: Kysely<Tables>, id: string): Promise<void> {
  await sql`select set_config('relink.tenant', ${id}, true)`.execute(db)
  await db.insertInto('relink.tenants').values({ tenant_id: id, created_at: sql`now()` }).execute()
}

/** Adds a tenant, as the owner; the id is a uuid in lower case. */
export async function addTenant(db: Kysely<Tables>, id: string): Promise<void> {
  await asOwner(db, (session) => createTenant(session, id))
}

/** One transaction as the role that owns the tables. */
export async function asOwner<T>(db: Kysely<Tables>, work: (session: Kysely<Tables>) => Promise<T>): Promise<T> {
  return db.connection().execute(async (session) => {
    await sql`begin; set local role relink_owner`.execute(session)
    try {
      const result = await work(session)
      await sql`commit`.execute(session)
      return result
    } catch (error) {
      await sql`rollback`.execute(session).catch(() => {})
      throw error
    }
  })
}
