/** Reconciled statements of one tenant on PostgreSQL; see `ReconciliationStore`. */
import type { ReconciliationStore } from '../../ports/store.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { reconciliations } from './tables.ts'

export function postgresReconciliations(db: Session, tenantId: string): ReconciliationStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  return {
    note: ({ on, ...statement }) =>
      run(async (trx) => {
        await trx.insertInto('relink.reconciliations').values({ tenant_id: tenantId, ...reconciliations.write({ ...statement, statedOn: on }) } as never).execute()
      }),
    async list(accountId) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.reconciliations').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', idKey(accountId)).orderBy('stated_on', 'desc').orderBy('noted_at', 'desc').orderBy('id', 'desc').execute(),
      )
      return rows.map(reconciliations.read).map(({ statedOn, ...statement }) => ({ ...statement, on: statedOn }))
    },
    async forget(id) {
      const { numDeletedRows } = await run((trx) => trx.deleteFrom('relink.reconciliations').where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).executeTakeFirst())
      return numDeletedRows === 1n
    },
  }
}
