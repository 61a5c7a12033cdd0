/**
 * What the matcher must know of reported rows. Every question is a join from an array to one index by
 * a lateral subquery, so that its cost follows the rows asked, never the rows stored: the planner may
 * not choose to read a table for it. The rows of the days asked are read as they lie, and what else is
 * found beside them by its id. All of it is one trip; the texts are the same every time.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Candidate, CandidateQuery, Candidates, KnownReport } from '../../ports/store.ts'
import { arrayText } from './arrays.ts'
import { digest, text, type StoredRow } from './columns.ts'
import { once } from './compiled.ts'
import { inOneTrip, type Database, type Statement } from './session.ts'
import { readTransaction } from './tables.ts'

type Id = RawBuilder<unknown>
type Report = Candidate['reports'][number]

/** See `FeedStore.candidates`. */
export async function readCandidates(db: Database, tenantId: string, query: CandidateQuery): Promise<Candidates> {
  const keys = arrayText(query.keys, 'uuid')
  const [known, rows] = await inOneTrip(db, tenantId, [knownReports(tenantId, query.sourceId, keys), rowsAround(tenantId, query, keys)])
  return { known: new Map(known.rows.map((row) => [digest.read(row.key as never), readKnown(row)])), transactions: readFound(rows.rows) }
}

type KnownRow = { readonly key: string; readonly id: string; readonly transaction_id: string; readonly state: KnownReport['state']; readonly withdrawn_reason: KnownReport['withdrawnReason']; readonly content_key: string }
/** A transaction with one of its reports; the columns of a report have names of their own. */
type FoundRow = Record<string, unknown> & {
  readonly id: string; readonly report_source: string | null; readonly report_provider: string | null; readonly report_pending: string | null; readonly report_key: string; readonly report_status: Report['status']
}

function readKnown(row: KnownRow): KnownReport {
  return { observationId: row.id, transactionId: row.transaction_id, state: row.state, withdrawnReason: row.withdrawn_reason, contentKey: digest.read(row.content_key as never) }
}

/** Rows of one transaction follow each other. */
function readFound(rows: readonly FoundRow[]): readonly Candidate[] {
  const found: Candidate[] = []
  let [id, reports]: [string | null, Report[]] = [null, []]
  for (const row of rows) {
    if (row.id !== id) {
      reports = []
      id = row.id
      found.push(Object.assign(readTransaction(row as unknown as StoredRow<never>), { reports }))
    }
    if (row.report_source !== null) reports.push({ sourceId: row.report_source, providerId: row.report_provider, pendingProviderId: row.report_pending, key: digest.read(row.report_key as never), status: row.report_status })
  }
  return found
}

/** An id as the result of a subquery, so that the planner reckons with the average. */
function hidden(id: string): Id {
  return sql`(select cast(${id} as uuid))`
}

/** The reports that are stored, with what became of them. */
const knownReports = once((tenantId: string, sourceId: string, keys: string) => sql<KnownRow>`
  select k.key, o.id, o.transaction_id, t.state, t.withdrawn_reason, t.content_key
  from unnest(cast(${keys} as uuid[])) as k(key)
  cross join lateral (
    select id, transaction_id from relink.observations
    where tenant_id = ${hidden(tenantId)} and source_id = ${hidden(sourceId)} and key = k.key limit 1) o
  cross join lateral (
    select state, withdrawn_reason, content_key from relink.transactions where tenant_id = ${hidden(tenantId)} and id = o.transaction_id limit 1) t`)

/** The rows that any of the questions finds, each with its reports in the order in which they were observed. */
function rowsAround(tenantId: string, { accountId, sourceId, providerIds, contentKeys, near, states }: CandidateQuery, keys: string): Statement<FoundRow> {
  const asked = [
    tenantId, accountId, sourceId, keys, arrayText(providerIds.map(text().write), 'text'), arrayText(contentKeys, 'uuid'), arrayText(near.amounts, 'bigint'), arrayText(near.from, 'date'), arrayText(near.to, 'date'),
  ] as const
  if (states === null) return around.nothing(...asked, '0001-01-01', '0001-01-01', '')
  const { from, to } = states.range
  // Pending rows alone have an index, which the planner only takes for the word itself.
  if (states.states.every((state) => state === 'pending')) return around.pending(...asked, from, to, '')
  return states.states.length === ALL_STATES ? around.all(...asked, from, to, '') : around.some(...asked, from, to, arrayText(states.states, 'text'))
}

const ALL_STATES = 3

/** By which rows of the days are asked. */
const around = {
  nothing: findersBeside(() => sql`false`),
  pending: findersBeside(() => sql`state = 'pending'`),
  some: findersBeside((states) => sql`state = any(cast(${states} as text[]))`),
  all: findersBeside(() => sql`true`),
}

function findersBeside(ofStates: (states: string) => RawBuilder<unknown>) {
  return once((tenantId: string, accountId: string, sourceId: string, keys: string, providerIds: string, contentKeys: string, amounts: string, nearFrom: string, nearTo: string, from: string, to: string, states: string) => {
    const [tenant, account, source] = [hidden(tenantId), hidden(accountId), hidden(sourceId)]
    return sql<FoundRow>`
      select t.*, o.source_id as report_source, o.provider_id as report_provider, o.pending_provider_id as report_pending, o.key as report_key, o.status as report_status
      from (
        with lying as materialized (
          select * from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and posted_on between ${from} and ${to} and ${ofStates(states)}),
        beside as (
          ${changed(tenant, source, keys)} union ${byProvider(tenant, source, providerIds, sql`provider_id`)} union ${byProvider(tenant, source, providerIds, sql`pending_provider_id`)}
          union ${byContent(tenant, account, contentKeys)} union ${byAmount(tenant, account, amounts, nearFrom, nearTo)})
        select * from lying
        union all
        select t.* from beside f cross join lateral (select * from relink.transactions where tenant_id = ${tenant} and id = f.id limit 1) t
        where f.id not in (select id from lying) and t.account_id = ${accountId}) t
      left join lateral (
        select source_id, provider_id, pending_provider_id, key, status, observed_at, id from relink.observations
        where tenant_id = ${tenant} and transaction_id = t.id offset 0) o on true
      order by t.posted_on, t.id, o.observed_at, o.id`
  }, 12)
}

/** Known reports whose transaction has a history. */
function changed(tenant: Id, source: Id, keys: string): RawBuilder<unknown> {
  return sql`select o.transaction_id as id from unnest(cast(${keys} as uuid[])) as k(key) cross join lateral (
      select transaction_id from relink.observations where tenant_id = ${tenant} and source_id = ${source} and key = k.key limit 1) o
    where exists (select from relink.transaction_changes where tenant_id = ${tenant} and transaction_id = o.transaction_id)`
}

function byProvider(tenant: Id, source: Id, ids: string, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select o.transaction_id from unnest(cast(${ids} as text[])) as p(id) cross join lateral (
      select transaction_id from relink.observations where tenant_id = ${tenant} and source_id = ${source} and ${column} = p.id and ${column} is not null offset 0) o`
}

function byContent(tenant: Id, account: Id, keys: string): RawBuilder<unknown> {
  return sql`select t.id from unnest(cast(${keys} as uuid[])) as c(key) cross join lateral (
      select id from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and content_key = c.key offset 0) t`
}

function byAmount(tenant: Id, account: Id, amounts: string, from: string, to: string): RawBuilder<unknown> {
  return sql`select t.id from unnest(cast(${amounts} as bigint[]), cast(${from} as date[]), cast(${to} as date[])) as n(amount, from_on, to_on) cross join lateral (
      select id from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and amount = n.amount and posted_on between n.from_on and n.to_on offset 0) t`
}
