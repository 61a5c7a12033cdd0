/**
 * What the matcher must know of reported rows. Every question asks one index for an array of keys, which
 * it goes through once in the order of the index: its cost follows the rows asked, never the rows stored,
 * and is a fifth of what a lookup for each key takes. The rows of the days asked are read as they lie, and what else is
 * found beside them by its id. All of it is one trip; the texts are the same every time.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Day } from '../../domain/day.ts'
import type { Candidate, CandidateQuery, Candidates, KnownReport } from '../../ports/feed.ts'
import { arrayText } from './arrays.ts'
import { digest, text, type StoredRow } from './columns.ts'
import { once } from './compiled.ts'
import { inOneTrip, type Database, type Statement } from './session.ts'
import { flatTransactions, readTransaction } from './tables.ts'

type Id = RawBuilder<unknown>
type Report = Candidate['reports'][number]

/** See `FeedStore.candidates`. */
export async function readCandidates(db: Database, tenantId: string, query: CandidateQuery): Promise<Candidates> {
  const [{ rows }] = await inOneTrip(db, tenantId, [rowsAround(tenantId, query)])
  return readFound(rows, query)
}

/** A transaction with one of its reports; the columns of a report have names of their own. Without a day: a report that was asked for, of a transaction that was not found. `report_source` null: the one that is asked for. */
type FoundRow = Record<string, unknown> & {
  readonly id: string; readonly posted_on: string | null; readonly state: KnownReport['state']; readonly withdrawn_reason: KnownReport['withdrawnReason']; readonly content_key: string
  readonly report_source: string | null; readonly report_provider: string | null; readonly report_pending: string | null; readonly report_key: string; readonly report_status: Report['status']; readonly report_on: Day; readonly report_counts: boolean; readonly report_id: string | null
}

/** Rows of one transaction follow each other. */
function readFound(rows: readonly FoundRow[], { accountId, sourceId, keys }: CandidateQuery): Candidates {
  let asked: ReadonlySet<string> | null = null
  const known = new Map<string, KnownReport>()
  const transactions: Candidate[] = []
  let [id, reports]: [string | null, Report[]] = [null, []]
  const tell = (key: string, observationId: string, { id: transactionId, state, withdrawn_reason: withdrawnReason, content_key: contentKey }: FoundRow): void =>
    void known.set(key, { observationId, transactionId, state, withdrawnReason, contentKey: digest.read(contentKey as never) })
  for (const row of rows) {
    if (row.posted_on !== null && row.id !== id) {
      reports = []
      id = row.id
      transactions.push(Object.assign(readTransaction(row as unknown as StoredRow<never>), { accountId, reports }))
    }
    const observationId = row.report_id
    if (observationId === null) continue
    const key = digest.read(row.report_key as never)
    if (row.posted_on === null) tell(key, observationId, row)
    else {
      reports.push({ sourceId: row.report_source ?? sourceId, providerId: row.report_provider, pendingProviderId: row.report_pending, key, status: row.report_status, postedOn: row.report_on, counts: row.report_counts })
      if (row.report_source === null && (asked ??= new Set(keys)).has(key)) tell(key, observationId, row)
    }
  }
  return { known, transactions }
}

/** An id as the result of a subquery, so that the planner reckons with the average. */
function hidden(id: string): Id {
  return sql`(select cast(${id} as uuid))`
}

/** The rows that any of the questions finds, each with its reports in the order in which they were observed; last the known reports of others. */
function rowsAround(tenantId: string, { accountId, sourceId, keys, providerIds, contentKeys, near, states }: CandidateQuery): Statement<FoundRow> {
  const asked = [
    tenantId, accountId, sourceId, arrayText(keys, 'uuid'), arrayText(providerIds.map(text().write), 'text'), arrayText(contentKeys, 'uuid'), arrayText(near.amounts, 'bigint'), arrayText(near.from, 'date'), arrayText(near.to, 'date'),
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

/** Without what is the same in all of them; and with nothing but what is told of a known report. */
const COLUMNS = flatTransactions.columns.filter(({ field }) => field !== 'accountId').map(({ column }) => column)
const TOLD: ReadonlySet<string> = new Set(['id', 'state', 'withdrawn_reason', 'content_key'])
const [OF_TRANSACTION, OF_KNOWN] = [sql.join(COLUMNS.map((column) => sql`t.${sql.id(column)}`)), sql.join(COLUMNS.map((column) => (TOLD.has(column) ? sql`t.${sql.id(column)}` : sql`null`)))]
/** What the order alone needs does not travel. */
const FOUND = sql.join([...COLUMNS, 'report_source', 'report_provider', 'report_pending', 'report_key', 'report_status', 'report_on', 'report_counts', 'report_id'].map((column) => sql.id(column)))

function findersBeside(ofStates: (states: string) => RawBuilder<unknown>) {
  return once((tenantId: string, accountId: string, sourceId: string, keys: string, providerIds: string, contentKeys: string, amounts: string, nearFrom: string, nearTo: string, from: string, to: string, states: string) => {
    const [tenant, account, source] = [hidden(tenantId), hidden(accountId), hidden(sourceId)]
    const [ids, reported] = [sql`cast(${providerIds} as text[])`, sql`select o.transaction_id as id from relink.observations o where o.tenant_id = ${tenant} and o.source_id = ${source}`]
    // Known reports whose transaction has a history, reports under the same ids, the same content, and the same amount about the same days.
    const beside = sql`
      select transaction_id as id from known k where exists (select from relink.transaction_changes where tenant_id = ${tenant} and transaction_id = k.transaction_id offset 0)
      union ${reported} and o.provider_id = any(${ids})
      union ${reported} and o.pending_provider_id = any(${ids})
      union select id from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and content_key = any(cast(${contentKeys} as uuid[]))
      union select t.id from unnest(cast(${amounts} as bigint[]), cast(${nearFrom} as date[]), cast(${nearTo} as date[])) as n(amount, from_on, to_on) cross join lateral (
        select id from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and amount = n.amount and posted_on between n.from_on and n.to_on offset 0) t`
    // What was taken back, and what of it was shown again: nothing is looked for where nothing was.
    // Full, though no report is without its transaction: a full join is never made row by row, however few rows the planner expects.
    // Begins with what tells that it only reads (session.ts).
    return sql<FoundRow>`
      select ${FOUND} from (with undone as materialized (
        select run_id as id from relink.undos where tenant_id = ${tenant} and redone_at is null),
      again as materialized (
        select s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
        where exists (select from undone) and p.tenant_id = ${tenant} and p.run_id not in (select id from undone) and p.source_id in (
          select q.source_id from relink.account_sources a join relink.pages q on q.tenant_id = ${tenant} and q.source_id = a.id
          where exists (select from undone) and a.tenant_id = ${tenant} and a.account_id = ${account} and q.run_id in (select id from undone))),
      known as materialized (
        select key, id, transaction_id from relink.observations where tenant_id = ${tenant} and source_id = ${source} and key = any(cast(${keys} as uuid[]))),
      lying as materialized (
        select * from relink.transactions where tenant_id = ${tenant} and account_id = ${account} and posted_on between ${from} and ${to} and ${ofStates(states)}),
      beside as materialized (select id from (${beside}) b where id not in (select id from lying)),
      found as materialized (
        select * from lying
        union all
        select t.* from relink.transactions t where t.tenant_id = ${tenant} and t.id = any(array(select id from beside)) and t.account_id = ${account})
      select ${OF_TRANSACTION}, nullif(o.source_id, ${source}) as report_source, o.provider_id as report_provider, o.pending_provider_id as report_pending, o.key as report_key, o.status as report_status, o.posted_on as report_on, o.counts as report_counts, o.id as report_id, o.observed_at
      from found t full join (
        select source_id, transaction_id, provider_id, pending_provider_id, key, status, posted_on, observed_at, id,
          run_id not in (select id from undone) or id in (select id from again) as counts from relink.observations
        where tenant_id = ${tenant} and transaction_id = any(array(select id from found))) o on o.transaction_id = t.id
      union all
      select ${OF_KNOWN}, null, null, null, k.key, null, null, null, k.id, null
      from known k join relink.transactions t on t.tenant_id = ${tenant} and t.id = k.transaction_id
      where k.transaction_id not in (select id from found)) t
      order by posted_on, id, observed_at, report_id`
  }, 12)
}
