/** Runs and request quotas of one tenant on PostgreSQL; see `RunStore`. */
import { sql } from 'kysely'
import type { SyncRun } from '../../domain/run.ts'
import { RUNS_BEFORE, type RunStore } from '../../ports/store.ts'
import type { StoredRow } from './columns.ts'
import { insertOne, once, updateOne } from './compiled.ts'
import { idKey, inOneTrip, note, type Database } from './session.ts'
import { connections, runs } from './tables.ts'

const insert = insertOne('runs', runs)
const change = updateOne('runs', runs)

export function postgresRuns(db: Database, tenantId: string): RunStore {
  const all = db.selectFrom('relink.runs').selectAll().where('tenant_id', '=', tenantId)
  const [end, noteHealth, noteStage] = [endRun(db, tenantId), updateHealth(db, tenantId), updateStage(db, tenantId)]
  return {
    async create(run) {
      await inOneTrip(db, tenantId, [insert(tenantId, run)], 'relaxed')
    },
    stage: (id, stage) => note(db, tenantId, [noteStage(idKey(id), stage)]),
    async update(id, patch) {
      const changed = change(tenantId, idKey(id), patch)
      if (changed !== null) await inOneTrip(db, tenantId, [changed], tellsNoFailure(patch) ? 'relaxed' : 'durable')
    },
    async end(id, { outcome, failure, accounts, endedAt }, { id: connectionId, lastSuccessAt = null, readBy = null, isRead, ...health }) {
      const ended = runs.write({ outcome, failure, accounts, endedAt } as SyncRun)
      const noted = connections.writePatch({ ...health, lastSuccessAt, readBy })
      const [, { rows: [row] }] = await inOneTrip(db, tenantId, [
        end(ended.outcome, ended.failure, ended.accounts, ended.ended_at, idKey(id)),
        noteHealth(noted.last_attempt_at, noted.last_success_at, noted.read_by, noted.failures_in_row, noted.next_sync_at, isRead, idKey(connectionId)),
      ], tellsNoFailure({ outcome, failure }) ? 'relaxed' : 'durable')
      return row === undefined ? null : connections.read(row)
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [all.where('id', '=', idKey(id))])
      return row === undefined ? null : runs.read(row)
    },
    async list({ connectionId, since, limit }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        all.$if(connectionId !== undefined, (q) => (connectionId === null ? q.where('connection_id', 'is', null) : q.where('connection_id', '=', idKey(connectionId!)))).$if(since !== undefined, (q) => q.where('started_at', '>=', since!))
          .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit),
      ])
      return rows.map(runs.read)
    },
    async running() {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        sql<{ id: string }>`
          select c.id from relink.connections c
          cross join lateral (select r.outcome from relink.runs r where r.tenant_id = c.tenant_id and r.connection_id = c.id order by r.started_at desc, r.id desc limit 1) newest
          where c.tenant_id = ${tenantId} and newest.outcome = 'running'
          order by c.id`,
      ])
      return rows.map(({ id }) => id)
    },
    async latestByConnection(since) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        sql<StoredRow<Parameters<typeof runs.write>[0]> & { institution_id: string; connector: string; last_success_at: unknown }>`
          select distinct on (r.connection_id) r.*, c.institution_id, c.connector, c.last_success_at
          from relink.runs r join relink.connections c on c.tenant_id = r.tenant_id and c.id = r.connection_id
          where r.tenant_id = ${tenantId} and r.ended_at >= ${since}
          order by r.connection_id, r.ended_at desc, r.id desc`,
      ])
      return rows.map((row) => ({
        connectionId: row.connection_id as string, institutionId: row.institution_id, connector: row.connector, lastSuccessAt: row.last_success_at === null ? null : Number(row.last_success_at), run: runs.read(row),
      }))
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
    async requestsUsed(institutionId, day) {
      const [{ rows }] = await inOneTrip(db, tenantId, [sql<{ used: number }>`select used from relink.request_quotas where tenant_id = ${tenantId} and institution_id = ${institutionId} and day = ${day}`])
      return rows[0]?.used ?? 0
    },
  }
}

/** The runs of a connection that whoever takes it is shown. */
export function recentRuns(db: Database, tenantId: string) {
  return once((connectionId: string | null) => db.selectFrom('relink.runs').selectAll().where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
    .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(RUNS_BEFORE))
}

function endRun(db: Database, tenantId: string) {
  return once((outcome: unknown, failure: unknown, accounts: unknown, endedAt: unknown, id: string | null) =>
    db.updateTable('relink.runs').set({ outcome, failure, accounts, ended_at: endedAt, stage: null } as never).where('tenant_id', '=', tenantId).where('id', '=', id))
}

function updateStage(db: Database, tenantId: string) {
  return once((id: string | null, stage: string) => db.updateTable('relink.runs').set({ stage }).where('tenant_id', '=', tenantId).where('id', '=', id))
}

function updateHealth(db: Database, tenantId: string) {
  return once((attemptAt: unknown, successAt: unknown, readBy: unknown, failuresInRow: unknown, nextSyncAt: unknown, isRead: boolean, id: string | null) =>
    db.updateTable('relink.connections')
      .set({
        last_attempt_at: attemptAt, failures_in_row: failuresInRow,
        last_success_at: sql`coalesce(${successAt}::bigint, last_success_at)`, read_by: sql`coalesce(${readBy}::jsonb, read_by)`,
        next_sync_at: sql`case when state in ('disabled', 'removed') then null else ${nextSyncAt}::bigint end`,
        state: sql`case when ${isRead}::boolean and state = 'connecting' then 'active' else state end`,
      } as never)
      .where('tenant_id', '=', tenantId).where('id', '=', id).returningAll())
}

/** What is lost of a run that goes on or went well is found out by the next one; what a failure showed is found nowhere else. */
function tellsNoFailure({ outcome, failure }: Parameters<RunStore['update']>[1]): boolean {
  return (outcome === undefined || outcome === 'succeeded') && (failure ?? null) === null
}
