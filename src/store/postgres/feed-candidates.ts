/**
 * What the matcher must know of reported rows. Every question is a join from an array to one index by
 * a lateral subquery, so that its cost follows the rows asked, never the rows stored: the planner may
 * not choose to read a table for it.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Candidate, CandidateQuery, Candidates, KnownReport } from '../../ports/store.ts'
import { arrayOf } from './arrays.ts'
import { digest, text, uuid, type StoredRow } from './columns.ts'
import type { Session } from './session.ts'
import { readTransaction } from './tables.ts'

type Id = RawBuilder<unknown>
type Report = Candidate['reports'][number]

/** See `FeedStore.candidates`; in a transaction of the tenant. */
export async function readCandidates(trx: Session, tenantId: string, query: CandidateQuery): Promise<Candidates> {
  const changed: string[] = []
  const known = await readKnown(trx, hidden(tenantId), query, changed)
  const rows = await readRows(trx, hidden(tenantId), query, changed)
  const reports = await readReports(trx, hidden(tenantId), rows.map((row) => row['id'] as string))
  const transactions = rows.map((row) => ({ ...readTransaction(row as StoredRow<never>), reports: reports.get(row['id'] as string) ?? [] }))
  return { known, transactions }
}

/** An id as the result of a subquery, so that the planner reckons with the average. */
function hidden(id: string): Id {
  return sql`(select cast(${id} as uuid))`
}

/** The reports that are stored; ids of transactions with a history are added to `changed`. */
async function readKnown(trx: Session, tenant: Id, { sourceId, keys }: CandidateQuery, changed: string[]): Promise<Candidates['known']> {
  const known = new Map<string, KnownReport>()
  if (keys.length === 0) return known
  const { rows } = await sql<{ key: string; id: string; transaction_id: string; state: KnownReport['state']; withdrawn_reason: KnownReport['withdrawnReason']; content_key: string; changed: boolean }>`
    select k.key, o.id, o.transaction_id, t.state, t.withdrawn_reason, t.content_key,
      exists (select from relink.transaction_changes where tenant_id = ${tenant} and transaction_id = o.transaction_id) as changed
    from unnest(${arrayOf(keys, 'uuid')}) as k(key)
    cross join lateral (
      select id, transaction_id from relink.observations
      where tenant_id = ${tenant} and source_id = ${hidden(sourceId)} and key = k.key limit 1) o
    cross join lateral (
      select state, withdrawn_reason, content_key from relink.transactions where tenant_id = ${tenant} and id = o.transaction_id limit 1) t`.execute(trx)
  for (const row of rows) {
    if (row.changed) changed.push(row.transaction_id)
    known.set(digest.read(row.key as never), {
      observationId: row.id, transactionId: row.transaction_id, state: row.state, withdrawnReason: row.withdrawn_reason, contentKey: digest.read(row.content_key as never),
    })
  }
  return known
}

async function readRows(trx: Session, tenant: Id, query: CandidateQuery, changed: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const finders = [...(changed.length === 0 ? [] : [sql`select unnest(${arrayOf(changed, 'uuid')})`]), ...byProvider(tenant, query), ...byContent(tenant, query), ...near(tenant, query), ...inStates(tenant, query)]
  if (finders.length === 0) return []
  const { rows } = await sql<Record<string, unknown>>`
    select t.* from (${sql.join(finders, sql` union `)}) as f(id)
    cross join lateral (select * from relink.transactions where tenant_id = ${tenant} and id = f.id limit 1) t
    where t.account_id = ${query.accountId}
    order by t.posted_on, t.id`.execute(trx)
  return rows
}

function byProvider(tenant: Id, { sourceId, providerIds }: CandidateQuery): readonly RawBuilder<unknown>[] {
  if (providerIds.length === 0) return []
  const ids = arrayOf(providerIds.map(text().write), 'text')
  return [
    sql`select o.transaction_id from unnest(${ids}) as p(id) cross join lateral (
          select transaction_id from relink.observations
          where tenant_id = ${tenant} and source_id = ${hidden(sourceId)} and provider_id = p.id and provider_id is not null offset 0) o`,
    sql`select o.transaction_id from unnest(${ids}) as p(id) cross join lateral (
          select transaction_id from relink.observations
          where tenant_id = ${tenant} and source_id = ${hidden(sourceId)} and pending_provider_id = p.id and pending_provider_id is not null offset 0) o`,
  ]
}

function byContent(tenant: Id, { accountId, contentKeys }: CandidateQuery): readonly RawBuilder<unknown>[] {
  if (contentKeys.length === 0) return []
  return [
    sql`select t.id from unnest(${arrayOf(contentKeys, 'uuid')}) as c(key) cross join lateral (
          select id from relink.transactions where tenant_id = ${tenant} and account_id = ${hidden(accountId)} and content_key = c.key offset 0) t`,
  ]
}

function near(tenant: Id, { accountId, near: { amounts, from, to } }: CandidateQuery): readonly RawBuilder<unknown>[] {
  if (amounts.length === 0) return []
  return [
    sql`select t.id from unnest(${arrayOf(amounts, 'bigint')}, ${arrayOf(from, 'date')}, ${arrayOf(to, 'date')}) as n(amount, from_on, to_on)
        cross join lateral (
          select id from relink.transactions
          where tenant_id = ${tenant} and account_id = ${hidden(accountId)} and amount = n.amount and posted_on between n.from_on and n.to_on offset 0) t`,
  ]
}

function inStates(tenant: Id, { accountId, states }: CandidateQuery): readonly RawBuilder<unknown>[] {
  if (states === null) return []
  return [
    sql`select id from relink.transactions where tenant_id = ${tenant} and account_id = ${hidden(accountId)}
          and posted_on between ${states.range.from} and ${states.range.to} and state = any(${arrayOf(states.states, 'text')})`,
  ]
}

async function readReports(trx: Session, tenant: Id, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Report[]>> {
  const reports = new Map<string, Report[]>()
  if (ids.length === 0) return reports
  const { rows } = await sql<{ transaction_id: string; source_id: string; provider_id: string | null; pending_provider_id: string | null; key: string; status: Report['status'] }>`
    select o.* from unnest(${arrayOf(ids, uuid.type)}) as t(id) cross join lateral (
      select transaction_id, source_id, provider_id, pending_provider_id, key, status, observed_at, id from relink.observations
      where tenant_id = ${tenant} and transaction_id = t.id offset 0) o
    order by o.observed_at, o.id`.execute(trx)
  for (const row of rows) {
    const report = {
      sourceId: row.source_id, providerId: row.provider_id, pendingProviderId: row.pending_provider_id, key: digest.read(row.key as never), status: row.status,
    }
    const list = reports.get(row.transaction_id)
    if (list === undefined) reports.set(row.transaction_id, [report])
    else list.push(report)
  }
  return reports
}
