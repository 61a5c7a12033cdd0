/**
 * Keeps the planner informed while an import outruns autovacuum: asked after a large page is stored,
 * and again before a large question, because a process that is killed after a page leaves its
 * statistics unmade, and without them a question takes minutes. Costs a look at the table's size.
 */
import { sql } from 'kysely'
import { inTenant, type Session } from './session.ts'

/** Rows from which a page or a question is large. */
const LARGE = 500

/** Has statistics made when many rows are in play and the tables have grown fourfold. Never fails: they help, and nothing depends on them. */
export async function refreshStatistics(db: Session, tenantId: string, rows: number): Promise<void> {
  if (rows < LARGE) return
  await inTenant(db, tenantId, (trx) => sql`select relink.refresh_statistics()`.execute(trx)).catch(() => {})
}
