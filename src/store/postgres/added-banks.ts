/** Banks of one tenant that are in no list, on PostgreSQL; see `AddedBankStore`. */
import { sql } from 'kysely'
import type { AddedBankStore } from '../../ports/store.ts'
import { inTenant, type Session } from './session.ts'
import { addedBanks } from './tables.ts'

export function postgresAddedBanks(db: Session, tenantId: string): AddedBankStore {
  return {
    list: () => inTenant(db, tenantId, async (trx) => (await trx.selectFrom('relink.added_banks').selectAll().where('tenant_id', '=', tenantId).orderBy('added_at').orderBy('id').execute()).map((row) => addedBanks.read(row).institution)),
    add: (institution, at) =>
      inTenant(db, tenantId, async (trx) => {
        const row = addedBanks.write({ id: institution.id, institution, addedAt: at })
        const { numAffectedRows } = await sql`insert into relink.added_banks (tenant_id, id, institution, added_at) values (${tenantId}, ${row.id}, ${row.institution}, ${row.added_at}) on conflict do nothing`.execute(trx)
        return numAffectedRows === 1n
      }),
    change: (institution) =>
      inTenant(db, tenantId, async (trx) => {
        const { institution: written } = addedBanks.write({ id: institution.id, institution, addedAt: 0 })
        const { numUpdatedRows } = await trx.updateTable('relink.added_banks').set({ institution: written }).where('tenant_id', '=', tenantId).where('id', '=', institution.id).executeTakeFirst()
        return numUpdatedRows === 1n
      }),
    remove: (id) =>
      inTenant(db, tenantId, async (trx) => {
        const uses = trx.selectFrom('relink.connections').select('id').where('tenant_id', '=', tenantId).where('institution_id', '=', id).where('state', '<>', 'removed')
        const { numDeletedRows } = await trx.deleteFrom('relink.added_banks').where('tenant_id', '=', tenantId).where('id', '=', id).where(({ not, exists }) => not(exists(uses))).executeTakeFirst()
        return numDeletedRows === 1n
      }),
  }
}
