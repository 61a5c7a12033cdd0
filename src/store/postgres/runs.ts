/** Runs and request quotas of one tenant on PostgreSQL; see `RunStore`. */
import { sql } from 'kysely'
import type { RunStore } from '../../ports/store.ts'
import type { StoredRow } from './columns.ts'
import { idKey, inOneTrip, type Database } from './session.ts'
import { runs } from './tables.ts'

export function postgresRuns(db: Database, tenantId: string): RunStore {
  const all = db.selectFrom('relink.runs').selectAll().where('tenant_id', '=', tenantId)
  return {
    async create(run) {
      await inOneTrip(db, tenantId, [db.insertInto('relink.runs').values({ tenant_id: tenantId, ...runs.write(run) })])
    },
    async update(id, patch) {
      const values = runs.writePatch(patch)
      if (Object.keys(values).length === 0) return
      await inOneTrip(db, tenantId, [db.updateTable('relink.runs').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [all.where('id', '=', idKey(id))])
      return row === undefined ? null : runs.read(row)
    },
    async list({ connectionId, since, limit }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        all.$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!))).$if(since !== undefined, (q) => q.where('started_at', '>=', since!))
          .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit),
      ])
      return rows.map(runs.read)
    },
    async latestByConnection(since) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        sql<StoredRow<Parameters<typeof runs.write>[0]> & { institution_id: string }>`
          select distinct on (r.connection_id) r.*, c.institution_id
          from relink.runs r join relink.connections c on c.tenant_id = r.tenant_id and c.id = r.connection_id
          where r.tenant_id = ${tenantId} and r.ended_at >= ${since}
          order by r.connection_id, r.ended_at desc, r.id desc`,
      ])
      return rows.map((row) => ({ connectionId: row.connection_id as string, institutionId: row.institution_id, run: runs.read(row) }))
    },
    async reserveRequest(institutionId, day, quota) {
      if (quota < 1) return false
      const [{ rows }] = await inOneTrip(db, tenantId, [
        sql<{ used: number }>`
          insert into relink.request_quotas as q (tenant_id, institution_id, day, used) values (${tenantId}, ${institutionId}, ${day}, 1)
          on conflict (tenant_id, institution_id, day) do update set used = q.used + 1 where q.used < ${quota}
          returning used`,
      ])
      return rows.length === 1
    },
  }
}
