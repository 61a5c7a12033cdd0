/** Incidents of banks, and how their connections were read, of one tenant on PostgreSQL; see `IncidentStore`. */
import { sql } from 'kysely'
import { scopeKey, type Incident } from '../../domain/incident.ts'
import type { IncidentStore } from '../../ports/store.ts'
import { alertOfIncident } from '../alert-rows.ts'
import { arrayOf, columnList, TYPES } from './arrays.ts'
import type { StoredRow } from './columns.ts'
import { once } from './compiled.ts'
import { idKey, inOneTrip, isUuid, type Database } from './session.ts'
import { alerts, incidents, runs } from './tables.ts'

export function postgresIncidents(db: Database, tenantId: string): IncidentStore {
  const all = db.selectFrom('relink.incidents').selectAll().where('tenant_id', '=', tenantId)
  const openOf = once((institutionId: string, limit: number) =>
    all.where('institution_id', '=', institutionId).where('ended_at', 'is', null).orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit))
  return {
    async open(incident, covered) {
      const problems = covered.filter(isUuid)
      const opened = sql`exists (select from relink.incidents i where i.tenant_id = ${tenantId} and i.id = ${incident.id})`
      const silence = problems.length === 0 ? [] : [sql`update relink.alerts set closed_at = ${incident.lastFailureAt} where tenant_id = ${tenantId} and problem_id = any(${arrayOf(problems, 'uuid')}) and closed_at is null
        and not exists (select from relink.incidents i where i.tenant_id = ${tenantId} and i.ended_at is null and i.problem_id = relink.alerts.problem_id)`]
      const row = alerts.write(alertOfIncident(incident)) as Readonly<Record<string, unknown>>
      const own = incident.problemId !== null ? [] : [sql`insert into relink.alerts (tenant_id, ${columnList(alerts)}) select cast(${tenantId} as uuid), ${sql.join(alerts.columns.map(({ column, codec }) => sql`cast(${row[column]} as ${TYPES[codec.type]})`))} where ${opened}`]
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.insertInto('relink.incidents').values({ tenant_id: tenantId, ...incidents.write({ ...incident, scopeKey: scopeKey(incident.scope) }) })
          .onConflict((c) => c.columns(['tenant_id', 'institution_id', 'scope_key']).where('ended_at', 'is', null).doNothing()).returning('id'),
        ...silence, ...own,
      ])
      return rows.length === 1
    },
    async update(id, patch) {
      const values = incidents.writePatch({ ...patch, ...(patch.scope === undefined ? {} : { scopeKey: scopeKey(patch.scope) }) })
      if (Object.keys(values).length === 0) return
      const mine = sql<boolean>`(tenant_id, id) = (select i.tenant_id, coalesce(i.problem_id, i.id) from relink.incidents i where i.tenant_id = ${tenantId} and i.id = ${idKey(id)})`
      const closed = patch.endedAt === undefined ? [] : [db.updateTable('relink.alerts').set({ closed_at: sql`coalesce(closed_at, ${patch.endedAt})` }).where(mine)]
      await inOneTrip(db, tenantId, [db.updateTable('relink.incidents').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)), ...closed])
    },
    async list({ institutionId, open, since, limit }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        // What each read asks at its end.
        institutionId !== undefined && open === true && since === undefined ? openOf(institutionId, limit) :
        all
          .$if(institutionId !== undefined, (q) => q.where('institution_id', '=', institutionId!))
          .$if(open === true, (q) => q.where('ended_at', 'is', null))
          .$if(since !== undefined, (q) => q.where((e) => e.or([e('ended_at', 'is', null), e('ended_at', '>=', since!)])))
          .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit),
      ])
      return rows.map(readIncident)
    },
    async reads(institutionId, since, most) {
      const ofBank = sql`relink.runs r join relink.connections c on c.tenant_id = r.tenant_id and c.id = r.connection_id
        where r.tenant_id = ${tenantId} and c.institution_id = ${institutionId} and r.ended_at >= ${since} and r.trigger in ('schedule', 'person', 'repair', 'connect')`
      const ended = (outcome: 'failed' | 'partial') => sql<StoredRow<Parameters<typeof runs.write>[0]> & { before: string | null }>`
        select * from (select r.*, lag(r.outcome) over (partition by r.connection_id order by r.started_at, r.id) as before from ${ofBank}) read
        where read.outcome = ${outcome} order by read.started_at desc, read.id desc limit ${most}`
      const [{ rows: days }, { rows: failed }, { rows: partly }] = await inOneTrip(db, tenantId, [
        sql<{ day: unknown; reads: unknown }>`select r.ended_at / 86400000 as day, count(*) as reads from ${ofBank} and r.outcome in ('succeeded', 'partial', 'failed') group by 1 order by 1`,
        ended('failed'), ended('partial'),
      ])
      const oldestFirst = (newest: typeof failed) => newest.map((row) => ({ run: runs.read(row), follows: row.before === row.outcome })).reverse()
      return { days: days.map(({ day, reads }) => ({ day: Number(day), reads: Number(reads) })), failed: oldestFirst(failed), partly: oldestFirst(partly) }
    },
  }
}

function readIncident(row: StoredRow<Incident & { readonly scopeKey: string }>): Incident {
  const { scopeKey: _, ...incident } = incidents.read(row)
  return incident
}
