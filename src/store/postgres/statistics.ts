/**
 * Keeps the planner informed while rows outrun autovacuum: asked after so many pages and rows, and
 * again before a large question, because a process that is killed after a page leaves its statistics
 * unmade, and without them a question takes minutes. Costs a look at the tables' sizes.
 */
import { sql } from 'kysely'
import { inTenant, type Database } from './session.ts'

/** So many pages and rows, stored or asked about, are a reason to look; later as many as came before, since it is growth by a factor that is looked for, and at most so many. */
const MANY = 500
const MOST = 50_000

type Looks = { rows: number; nextAt: number }
const looks = new WeakMap<Database, Looks>()

/** Has statistics made of the tables that have grown fourfold, when many `rows` came since it was last looked. Never fails: they help, and nothing depends on them. */
export async function refreshStatistics(db: Database, tenantId: string, rows: number): Promise<void> {
  const seen = looks.get(db) ?? { rows: 0, nextAt: MANY }
  looks.set(db, seen)
  seen.rows += 1 + rows
  if (seen.rows < seen.nextAt) return
  seen.nextAt = seen.rows + Math.min(seen.rows, MOST)
  // In a transaction of its own: it may wait for autovacuum, and nothing else should.
  await inTenant(db, tenantId, (trx) => sql`select relink.refresh_statistics()`.execute(trx)).catch(() => {})
}
