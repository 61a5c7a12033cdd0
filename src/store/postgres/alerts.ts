/** Alerts, destinations and messages of one tenant on PostgreSQL; see `AlertStore`. */
import { sql } from 'kysely'
import type { Alert, Destination, Message } from '../../domain/alert.ts'
import type { AlertStore, Telling } from '../../ports/alerts.ts'
import { withLine } from './access.ts'
import { arrayOf } from './arrays.ts'
import type { StoredRow } from './columns.ts'
import { idKey, inOneTrip, inTenant, isUuid, type Database, type Session } from './session.ts'
import { alerts, destinations, messages } from './tables.ts'

type TellingRow = StoredRow<Alert> & {
  readonly of_connection: string | null; readonly of_account: string | null; readonly first_cause: Telling['cause']; readonly proof_run: string | null; readonly is_over: boolean
  readonly expires_at: unknown; readonly run_trigger: Telling['trigger']; readonly is_asked: boolean; readonly connection_state: Telling['connectionState']; readonly incident: string | null
  readonly told: Telling['told'] | null
}

export function postgresAlerts(db: Database, tenantId: string): AlertStore {
  const one = async <R>(statement: Parameters<typeof inOneTrip>[2][number]): Promise<{ readonly rows: readonly R[]; readonly affected: number }> => (await inOneTrip(db, tenantId, [statement]))[0] as never
  const raise = (alert: Alert) => db.insertInto('relink.alerts').values({ tenant_id: tenantId, ...alerts.write(alert) } as never).onConflict((c) => c.doNothing())
  const raiseIn = async (trx: Session, alert: Alert | null): Promise<void> => {
    if (alert !== null) await trx.insertInto('relink.alerts').values({ tenant_id: tenantId, ...alerts.write(alert) } as never).onConflict((c) => c.doNothing()).execute()
  }
  return {
    async list({ open, limit }) {
      const { rows } = await one<StoredRow<Alert>>(
        db.selectFrom('relink.alerts').selectAll().where('tenant_id', '=', tenantId).$if(open !== undefined, (q) => q.where('closed_at', open! ? 'is' : 'is not', null))
          .orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit),
      )
      return rows.map(alerts.read)
    },
    async get(id) {
      const { rows: [row] } = await one<StoredRow<Alert>>(db.selectFrom('relink.alerts').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)))
      return row === undefined ? null : alerts.read(row)
    },
    async raise(alert) {
      return (await one(raise(alert))).affected === 1
    },
    async settle(id, closedAt) {
      await one(db.updateTable('relink.alerts').set({ closed_at: closedAt }).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('closed_at', 'is', null))
    },
    async telling(since, limit) {
      const { rows } = await one<TellingRow>(sql`
        select a.*, coalesce(a.connection_id, p.connection_id) as of_connection, coalesce(a.account_id, p.account_id) as of_account, p.diagnosis #>> '{causes,0,cause}' as first_cause, p.proof_run_id as proof_run,
          coalesce(q.state <> 'open', p.closed_at is not null, false) as is_over, q.expires_at, r.trigger as run_trigger,
          exists (select from relink.challenges o where o.tenant_id = a.tenant_id and o.connection_id = coalesce(a.connection_id, p.connection_id) and o.state = 'open') as is_asked, c.state as connection_state,
          (select i.id from relink.incidents i where i.tenant_id = a.tenant_id and (i.id = a.id or i.problem_id = a.problem_id) order by i.started_at desc, i.id desc limit 1) as incident,
          (select jsonb_agg(jsonb_build_object('destinationId', t.destination_id, 'part', t.part, 'state', m.state, 'endedAt', m.ended_at, 'messageId', m.id)) from relink.told t join relink.messages m on m.tenant_id = t.tenant_id and m.id = t.message_id where t.tenant_id = a.tenant_id and t.alert_id = a.id) as told
        from relink.alerts a
          left join relink.problems p on p.tenant_id = a.tenant_id and p.id = a.problem_id
          left join relink.challenges q on q.tenant_id = a.tenant_id and q.id = a.id and a.about = 'question'
          left join relink.runs r on r.tenant_id = q.tenant_id and r.id = q.run_id
          left join relink.connections c on c.tenant_id = a.tenant_id and c.id = coalesce(a.connection_id, p.connection_id)
        where a.tenant_id = ${tenantId} and (a.closed_at is null or (a.closed_at > ${since} and a.passed_at is null
          and exists (select from relink.told t where t.tenant_id = a.tenant_id and t.alert_id = a.id)
          and not exists (select from relink.told t where t.tenant_id = a.tenant_id and t.alert_id = a.id and t.part = 'ends')))
        order by a.opened_at, a.id limit ${limit}`)
      return rows.map((row) => ({
        alert: { ...alerts.read(row), connectionId: row.of_connection, accountId: row.of_account },
        cause: row.first_cause, proofRunId: row.proof_run, isOver: row.is_over, expiresAt: row.expires_at === null ? null : Number(row.expires_at), trigger: row.run_trigger, isAsked: row.is_asked,
        connectionState: row.connection_state, incidentId: row.incident, told: row.told ?? [],
      }))
    },
    async destinations() {
      const { rows } = await one<StoredRow<Destination>>(db.selectFrom('relink.destinations').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at').orderBy('id'))
      return rows.map(destinations.read)
    },
    async addDestination(destination, alert, seal) {
      await withLine(db, tenantId, seal, async (trx) => {
        await trx.insertInto('relink.destinations').values({ tenant_id: tenantId, ...destinations.write(destination) } as never).execute()
        await raiseIn(trx, alert)
        return true
      })
    },
    changeDestination(id, patch, alert, seal) {
      const values = destinations.writePatch(patch)
      const change = async (trx: Session): Promise<boolean> => {
        const found = Object.keys(values).length === 0
          ? await trx.selectFrom('relink.destinations').select('id').where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).executeTakeFirst()
          : await trx.updateTable('relink.destinations').set(values as never).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).returning('id').executeTakeFirst()
        if (found === undefined) return false
        await raiseIn(trx, alert)
        return true
      }
      return seal === null ? inTenant(db, tenantId, change) : withLine(db, tenantId, seal, change)
    },
    removeDestination: (id, alert, seal) =>
      withLine(db, tenantId, seal, async (trx) => {
        const { numDeletedRows } = await trx.deleteFrom('relink.destinations').where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).executeTakeFirst()
        if (numDeletedRows !== 1n) return false
        await raiseIn(trx, alert)
        return true
      }),
    async noteTry(id, { at, failure, stops }) {
      await one(failure === null ? sql`update relink.destinations set ${WORKS(at)}, state = case state when 'stopped' then 'active' else state end where tenant_id = ${tenantId} and id = ${idKey(id)}` : sql`update relink.destinations set ${fails(at, failure, stops)} where tenant_id = ${tenantId} and id = ${idKey(id)}`)
    },
    async plan(planned) {
      if (planned.length === 0) return
      await inTenant(db, tenantId, async (trx) => {
        for (const { message, items } of planned) {
          const known = items.filter(({ alertId }) => isUuid(alertId))
          const row = messages.write(message) as Readonly<Record<string, unknown>>
          // One statement, so that a message of which nothing is left is never there; its key is checked at the end of it.
          await sql`
            with there as (select id, state, attempts from relink.messages where tenant_id = ${tenantId} and id = ${message.id} for update),
            fresh as (
              insert into relink.told (tenant_id, destination_id, alert_id, part, message_id)
              select cast(${tenantId} as uuid), d.id, n.alert_id, n.part, cast(${message.id} as uuid)
              from unnest(${arrayOf(known.map(({ alertId }) => alertId), 'uuid')}, ${arrayOf(known.map(({ part }) => part), 'text')}) as n(alert_id, part), relink.destinations d
              where d.tenant_id = ${tenantId} and d.id = ${message.destinationId} and not exists (select from there where state <> 'waiting' or attempts > 0)
              on conflict do nothing returning alert_id, part),
            anew as (
              delete from relink.told t using fresh where t.tenant_id = ${tenantId} and t.destination_id = ${message.destinationId} and t.alert_id = fresh.alert_id and t.part = 'ends' and fresh.part <> 'ends')
            insert into relink.messages (tenant_id, id, destination_id, created_at, due_at, attempts, state)
            select cast(${tenantId} as uuid), cast(${message.id} as uuid), cast(${message.destinationId} as uuid), cast(${row['created_at']} as bigint), cast(${row['due_at']} as bigint), 0, 'waiting'
            where exists (select from fresh) and not exists (select from there)`.execute(trx)
        }
      })
    },
    async passOver(ids, at) {
      if (ids.length > 0) await one(sql`update relink.alerts set passed_at = ${at} where tenant_id = ${tenantId} and id = any(${arrayOf(ids.filter(isUuid), 'uuid')}) and closed_at is not null`)
    },
    take: (now, leaseMs) =>
      inTenant(db, tenantId, async (trx) => {
        const { rows: [row] } = await sql<StoredRow<Message>>`
          update relink.messages set attempts = attempts + 1, due_at = ${now + leaseMs} where tenant_id = ${tenantId} and id = (
            select m.id from relink.messages m join relink.destinations d on d.tenant_id = m.tenant_id and d.id = m.destination_id and d.state = 'active'
            where m.tenant_id = ${tenantId} and m.state = 'waiting' and m.due_at <= ${now} order by m.due_at, m.id limit 1 for update of m skip locked)
          returning *`.execute(trx)
        if (row === undefined) return null
        const message = messages.read(row)
        const destination = await trx.selectFrom('relink.destinations').selectAll().where('tenant_id', '=', tenantId).where('id', '=', message.destinationId).executeTakeFirstOrThrow()
        const items = await trx.selectFrom('relink.told').select(['alert_id', 'part']).where('tenant_id', '=', tenantId).where('message_id', '=', message.id).orderBy('alert_id').orderBy('part').execute()
        return { message, destination: destinations.read(destination), items: items.map(({ alert_id, part }) => ({ alertId: alert_id, part })) }
      }),
    async end(id, end) {
      const isLater = end.state === 'waiting'
      const failure = 'failure' in end ? end.failure : null
      const mine = sql`(select m.destination_id from relink.messages m where m.tenant_id = ${tenantId} and m.id = ${idKey(id)})`
      // First what hangs on it, while it still waits: what was ended by somebody else changes nothing.
      const waits = sql`exists (select from relink.messages m where m.tenant_id = ${tenantId} and m.id = ${idKey(id)} and m.state = 'waiting')`
      const more = end.state === 'sent'
        ? [
            sql`update relink.destinations set ${WORKS(end.at)} where tenant_id = ${tenantId} and id = ${mine} and ${waits}`,
            sql`update relink.alerts set delivered_at = ${end.at} where tenant_id = ${tenantId} and delivered_at is null and id in (select alert_id from relink.told where tenant_id = ${tenantId} and message_id = ${idKey(id)}) and ${waits}`,
          ]
        : failure === null ? [] : [sql`update relink.destinations set ${fails(end.at, failure, 'stops' in end && end.stops)} where tenant_id = ${tenantId} and id = ${mine} and ${waits}`]
      await inOneTrip(db, tenantId, [
        ...more,
        sql`update relink.messages set state = ${end.state}, ended_at = ${isLater ? null : end.at}, subject = coalesce(${end.subject}, subject), failure = ${end.state === 'dropped' ? sql`failure` : failure}, due_at = ${'dueAt' in end ? end.dueAt : sql`due_at`}
          where tenant_id = ${tenantId} and id = ${idKey(id)} and state = 'waiting'`,
      ])
    },
    async untried(limit) {
      const { rows } = await one<StoredRow<Message>>(db.selectFrom('relink.messages').selectAll().where('tenant_id', '=', tenantId).where('state', '=', 'waiting').where('attempts', '=', 0).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit))
      return rows.map(messages.read)
    },
    async messages(limit) {
      const { rows } = await one<StoredRow<Message>>(db.selectFrom('relink.messages').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit))
      return rows.map(messages.read)
    },
  }
}

const WORKS = (at: number) => sql`last_sent_at = ${at}, failing_since = null, failure = null`

function fails(at: number, failure: string, stops: boolean) {
  return sql`failing_since = coalesce(failing_since, ${at}), failure = ${failure}, state = ${stops ? sql`'stopped'` : sql`state`}`
}
