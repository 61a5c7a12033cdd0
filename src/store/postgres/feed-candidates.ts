/**
 * What the matcher must know of reported rows. Every question is a join from an array to one index by
 * a lateral subquery, so that its cost follows the rows asked, never the rows stored: the planner may
 * not choose to read a table for it. All of it is one trip.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Candidate, CandidateQuery, Candidates, KnownReport } from '../../ports/store.ts'
import { arrayOf } from './arrays.ts'
import { digest, text, type StoredRow } from './columns.ts'
import { inOneTrip, type Database, type Statement } from './session.ts'
import { readTransaction } from './tables.ts'

type Id = RawBuilder<unknown>
type Report = Candidate['reports'][number]

/** See `FeedStore.candidates`. */
export async function readCandidates(db: Database, tenantId: string, query: CandidateQuery): Promise<Candidates> {
  const [known, rows] = await inOneTrip(db, tenantId, [knownReports(hidden(tenantId), query), rowsAround(hidden(tenantId), query)])
  return { known: new Map(known.rows.map((row) => [digest.read(row.key as never), readKnown(row)])), transactions: rows.rows.map(readCandidate) }
}

type KnownRow = { readonly key: string; readonly id: string; readonly transaction_id: string; readonly state: KnownReport['state']; readonly withdrawn_reason: KnownReport['withdrawnReason']; readonly content_key: string }
type FoundRow = Record<string, unknown> & { readonly reports: readonly (readonly [sourceId: string, providerId: string | null, pendingProviderId: string | null, key: string, status: Report['status']])[] }

function readKnown(row: KnownRow): KnownReport {
  return { observationId: row.id, transactionId: row.transaction_id, state: row.state, withdrawnReason: row.withdrawn_reason, contentKey: digest.read(row.content_key as never) }
}

function readCandidate({ reports, ...row }: FoundRow): Candidate {
  return {
    ...readTransaction(row as StoredRow<never>),
    reports: reports.map(([sourceId, providerId, pendingProviderId, key, status]) => ({ sourceId, providerId, pendingProviderId, key: digest.read(key as never), status })),
  }
}

/** An id as the result of a subquery, so that the planner reckons with the average. */
function hidden(id: string): Id {
  return sql`(select cast(${id} as uuid))`
}

/** The reports that are stored, with what became of them. */
function knownReports(tenant: Id, { sourceId, keys }: CandidateQuery): Statement<KnownRow> {
  return sql<KnownRow>`
    select k.key, o.id, o.transaction_id, t.state, t.withdrawn_reason, t.content_key
    from unnest(${arrayOf(keys, 'uuid')}) as k(key)
    cross join lateral (
      select id, transaction_id from relink.observations
      where tenant_id = ${tenant} and source_id = ${hidden(sourceId)} and key = k.key limit 1) o
    cross join lateral (
      select state, withdrawn_reason, content_key from relink.transactions where tenant_id = ${tenant} and id = o.transaction_id limit 1) t`
}

/** The rows that any of the questions finds, each with its reports in the order in which they were observed. */
function rowsAround(tenant: Id, query: CandidateQuery): Statement<FoundRow> {
  const finders = [...changed(tenant, query), ...byProvider(tenant, query), ...byContent(tenant, query), ...near(tenant, query), ...inStates(tenant, query)]
  return sql<FoundRow>`
    select t.*, o.reports from (${finders.length === 0 ? sql`select null::uuid limit 0` : sql.join(finders, sql` union `)}) as f(id)
    cross join lateral (select * from relink.transactions where tenant_id = ${tenant} and id = f.id limit 1) t
    cross join lateral (
      select coalesce(json_agg(json_build_array(source_id, provider_id, pending_provider_id, key, status) order by observed_at, id), '[]') as reports
      from relink.observations where tenant_id = ${tenant} and transaction_id = t.id offset 0) o
    where t.account_id = ${query.accountId}
    order by t.posted_on, t.id`
}

/** Known reports whose transaction has a history. */
function changed(tenant: Id, { sourceId, keys }: CandidateQuery): readonly RawBuilder<unknown>[] {
  if (keys.length === 0) return []
  return [
    sql`select o.transaction_id from unnest(${arrayOf(keys, 'uuid')}) as k(key) cross join lateral (
          select transaction_id from relink.observations
          where tenant_id = ${tenant} and source_id = ${hidden(sourceId)} and key = k.key limit 1) o
        where exists (select from relink.transaction_changes where tenant_id = ${tenant} and transaction_id = o.transaction_id)`,
  ]
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
  // Pending rows alone have an index, which the planner only takes for the word itself.
  const state = states.states.every((one) => one === 'pending') ? sql`state = 'pending'` : sql`state = any(${arrayOf(states.states, 'text')})`
  return [
    sql`select id from relink.transactions where tenant_id = ${tenant} and account_id = ${hidden(accountId)}
          and posted_on between ${states.range.from} and ${states.range.to} and ${state}`,
  ]
}
