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
  }
}
