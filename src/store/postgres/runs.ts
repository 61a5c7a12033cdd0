/** Runs and request quotas of one tenant on PostgreSQL; see `RunStore`. */
import { sql } from 'kysely'
import type { RunStore } from '../../ports/store.ts'
import type { StoredRow } from './columns.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { runs } from './tables.ts'

export function postgresRuns(db: Session, tenantId: string): RunStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const all = (trx: Session) => trx.selectFrom('relink.runs').selectAll().where('tenant_id', '=', tenantId)
  return {
    create: (value) =>
      run(async (trx) => {
        await trx.insertInto('relink.runs').values({ tenant_id: tenantId, ...runs.write(value) }).execute()
      }),
    update: (id, patch) =>
      run(async (trx) => {
        const values = runs.writePatch(patch)
        if (Object.keys(values).length === 0) return
        await trx.updateTable('relink.runs').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).execute()
      }),
    async get(id) {
      const row = await run((trx) => all(trx).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : runs.read(row)
    },
    async list({ connectionId, since, limit }) {
      const rows = await run((trx) =>
        all(trx).$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!))).$if(since !== undefined, (q) => q.where('started_at', '>=', since!))
          .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute(),
      )
      return rows.map(runs.read)
    },
    async latestByConnection(since) {
      const { rows } = await run((trx) =>
        sql<StoredRow<Parameters<typeof runs.write>[0]> & { institution_id: string }>`
          select distinct on (r.connection_id) r.*, c.institution_id
          from relink.runs r join relink.connections c on c.tenant_id = r.tenant_id and c.id = r.connection_id
          where r.tenant_id = ${tenantId} and r.ended_at >= ${since}
          order by r.connection_id, r.ended_at desc, r.id desc`.execute(trx),
      )
      return rows.map((row) => ({ connectionId: row.connection_id as string, institutionId: row.institution_id, run: runs.read(row) }))
    },
    async reserveRequest(institutionId, day, quota) {
      if (quota < 1) return false
      const { rows } = await run((trx) =>
        sql<{ used: number }>`
          insert into relink.request_quotas as q (tenant_id, institution_id, day, used) values (${tenantId}, ${institutionId}, ${day}, 1)
          on conflict (tenant_id, institution_id, day) do update set used = q.used + 1 where q.used < ${quota}
          returning used`.execute(trx),
      )
      return rows.length === 1
    },
  }
}
