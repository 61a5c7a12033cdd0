/** The pause of one tenant's reading on PostgreSQL; see `ScheduleStore`. */
import { sql } from 'kysely'
import type { ScheduleStore } from '../../ports/schedule.ts'
import { inOneTrip, type Database } from './session.ts'

export function postgresSchedule(db: Database, tenantId: string): ScheduleStore {
  return {
    async pause() {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [sql<{ since: unknown; by_actor: string }>`select since, by_actor from relink.reading_pauses where tenant_id = ${tenantId}`])
      return row === undefined ? null : { since: Number(row.since), by: row.by_actor }
    },
    async setPause(pause) {
      await inOneTrip(db, tenantId, [
        pause === null ? sql`delete from relink.reading_pauses where tenant_id = ${tenantId}`
          : sql`insert into relink.reading_pauses (tenant_id, since, by_actor) values (${tenantId}, ${pause.since}, ${pause.by}) on conflict (tenant_id) do nothing`,
      ])
    },
  }
}
