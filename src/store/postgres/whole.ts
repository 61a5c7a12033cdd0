/** Everything of one tenant on PostgreSQL; see `WholeStore`. */
import type { Observation, MatchTier } from '../../domain/transaction.ts'
import type { WholeStore } from '../../ports/whole.ts'
import { inOneTrip, inTenant, type Database } from './session.ts'
import { changes, observations, questions, readShown, runs } from './tables.ts'

/** Before every id that there is. */
const FIRST = '00000000-0000-0000-0000-000000000000'

export function postgresWhole(db: Database, tenantId: string): WholeStore {
  return {
    rows: (after, limit) =>
      inTenant(db, tenantId, async (trx) => {
        const rows = (await trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where('id', '>', after ?? FIRST).orderBy('id').limit(limit).execute()).map(readShown)
        if (rows.length === 0) return []
        const ids = rows.map(({ id }) => id)
        const reports = await trx.selectFrom('relink.observations').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', 'in', ids).orderBy('observed_at').orderBy('id').execute()
        const changed = await trx.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', 'in', ids).orderBy('seq').execute()
        const reportsOf = Map.groupBy(reports.map(observations.read), ({ transactionId }) => transactionId)
        const changesOf = Map.groupBy(changed.map(changes.read), ({ transactionId }) => transactionId)
        return rows.map((row) => ({ ...row, observations: (reportsOf.get(row.id) ?? []).map(({ transactionId: _, ...report }): Observation & { readonly tier: MatchTier } => report), history: changesOf.get(row.id) ?? [] }))
      }),
    async questions(after, limit) {
      const [{ rows }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('id', '>', after ?? FIRST).orderBy('id').limit(limit)])
      return rows.map(questions.read)
    },
    async runs(after, limit) {
      const [{ rows }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.runs').selectAll().where('tenant_id', '=', tenantId).where('id', '>', after ?? FIRST).orderBy('id').limit(limit)])
      return rows.map(runs.read)
    },
  }
}
