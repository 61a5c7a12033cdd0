/** An account concluded anew, on PostgreSQL; see `HistoryStore`. All of it is one transaction, written in batches. */
import { sql } from 'kysely'
import type { HistoryStore, RecomputeAct, ReportMove } from '../../ports/history.ts'
import type { NewTransaction } from '../../ports/feed.ts'
import { idsIn, inserted, recomputed } from '../recompute.ts'
import { arrayOf, columnList, unnested } from './arrays.ts'
import { digest } from './columns.ts'
import { storeAllDecided } from './decided.ts'
import { idKey, type Session } from './session.ts'
import { askedQuestions, dated, flatTransaction, flatTransactions, observations, readTransaction, runs, spans } from './tables.ts'
import { counts } from './undone.ts'

const BATCH = 2_000

type PageRow = { readonly seq: string; readonly run_id: string; readonly source_id: string; readonly at: string; readonly seen: string[]; readonly covers_from: string | null; readonly covers_to: string | null }

export function postgresRecompute(run: <T>(work: (trx: Session) => Promise<T>) => Promise<T>, tenantId: string): Pick<HistoryStore, 'pages' | 'answeredAfter' | 'reports' | 'recompute'> {
  return {
    async pages(accountId, after, limit) {
      if (idKey(accountId) === null) return []
      const { rows } = await run((trx) =>
        sql<PageRow>`
          select p.seq, p.run_id, p.source_id, p.at, p.seen, p.covers_from, p.covers_to from relink.pages p
          where p.tenant_id = ${tenantId} and p.source_id in (select id from relink.account_sources where tenant_id = ${tenantId} and account_id = ${accountId})
            and p.seq > ${after} and ${counts(tenantId, 'p.run_id')} order by p.seq limit ${limit}`.execute(trx),
      )
      return rows.map(({ seq, run_id, source_id, at, seen, covers_from, covers_to }) => ({
        seq: Number(seq), runId: run_id, accountId, sourceId: source_id, at: Number(at), seen,
        covers: covers_from === null || covers_to === null ? null : { from: covers_from as never, to: covers_to as never },
      }))
    },
    async answeredAfter(accountId) {
      const rows = await run((trx) => trx.selectFrom('relink.questions').select(['id', 'answered_after']).where('tenant_id', '=', tenantId).where('account_id', '=', idKey(accountId)).where('answered_after', 'is not', null).execute())
      return new Map(rows.map(({ id, answered_after }) => [id as string, Number(answered_after)]))
    },
    async reports(sourceId, after, limit) {
      if (idKey(sourceId) === null) return []
      const rows = await run((trx) =>
        trx.selectFrom('relink.observations').selectAll().where('tenant_id', '=', tenantId).where('source_id', '=', sourceId)
          .$if(after !== null, (q) => q.where(sql<boolean>`key > ${digest.write(after!)}::uuid`)).orderBy('key').limit(limit).execute(),
      )
      return rows.map(observations.read)
    },
    async recompute(act) {
      return run((trx) => recompute(trx, tenantId, act)).catch((error: unknown) => {
        if (error === MOVED_MEANWHILE) return false
        throw error
      })
    },
  }
}

const MOVED_MEANWHILE = new Error('a report is not where it was')

async function recompute(trx: Session, tenantId: string, act: RecomputeAct): Promise<boolean> {
  const { run, accountId } = act
  const ofTenant = sql`tenant_id = ${tenantId}`
  await trx.insertInto('relink.runs').values({ tenant_id: tenantId, ...runs.write(run) }).execute()
  await decide(trx, tenantId, act)
  for (const moves of batches(act.moves)) await move(trx, tenantId, run.id, moves)
  for (const sourceId of act.sourceIds) {
    await sql`insert into relink.pages (tenant_id, run_id, account_id, source_id, at, seen) values (${tenantId}, ${run.id}, ${accountId}, ${sourceId}, ${run.startedAt}, '{}')`.execute(trx)
  }
  for (const ids of batches(act.closed)) {
    await sql`update relink.questions set answer = 'undone', answered_at = ${run.startedAt}, closed_by = ${run.id} where ${ofTenant} and answer is null and id = any(${arrayOf(ids, 'uuid')})`.execute(trx)
  }
  for (const asked of batches(act.questions)) {
    const values = asked.map((question) => ({ ...question, runId: run.id }))
    await sql`insert into relink.questions (tenant_id, ${columnList(askedQuestions)}) select ${tenantId}::uuid, ${columnList(askedQuestions)} from ${unnested(askedQuestions, values)}`.execute(trx)
  }
  await sql`delete from relink.balance_spans where ${ofTenant} and account_id = ${accountId}`.execute(trx)
  for (const proved of batches(act.spans)) {
    await sql`insert into relink.balance_spans (tenant_id, ${columnList(spans)}) select ${tenantId}::uuid, ${columnList(spans)} from ${unnested(spans, proved.map(dated))}`.execute(trx)
  }
  return true
}

/** All rows are read before one of them is written: what joins a row is changed by the act itself. */
async function decide(trx: Session, tenantId: string, act: RecomputeAct): Promise<void> {
  const stored = new Map<string, NewTransaction>()
  for (const ids of batches([...idsIn(act)].sort())) {
    const rows = await trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', act.accountId).where(sql<boolean>`id = any(${arrayOf(ids, 'uuid')})`).orderBy('id').forUpdate().execute()
    for (const row of rows.map(readTransaction)) stored.set(row.id, row)
  }
  const decided = act.rows.map((to) => recomputed(stored.get(to.id)!, to.joins.map((id) => stored.get(id)!), to, act))
  const made = act.inserts.map((row) => inserted(row, act))
  for (const rows of batches(made)) {
    await sql`insert into relink.transactions (tenant_id, ${columnList(flatTransactions)}) select ${tenantId}::uuid, ${columnList(flatTransactions)} from ${unnested(flatTransactions, rows.map(({ before }) => flatTransaction(before)))}`.execute(trx)
  }
  for (const rows of batches([...decided, ...made.map(({ after }) => after)].filter(({ change }) => change !== null))) await storeAllDecided(trx, tenantId, rows)
}

async function move(trx: Session, tenantId: string, runId: string, moves: readonly ReportMove[]): Promise<void> {
  const given = sql`unnest(${arrayOf(moves.map((m) => m.sourceId), 'uuid')}, ${arrayOf(moves.map((m) => digest.write(m.key)), 'uuid')}, ${arrayOf(moves.map((m) => m.from), 'uuid')},
    ${arrayOf(moves.map((m) => m.to), 'uuid')}, ${arrayOf(moves.map((m) => m.tier), 'text')}) as n(source_id, key, from_id, to_id, tier)`
  await sql`insert into relink.moves (tenant_id, run_id, source_id, key, from_id, to_id, tier)
    select ${tenantId}, ${runId}, o.source_id, o.key, n.from_id, n.to_id, o.tier from ${given} join relink.observations o
    on o.tenant_id = ${tenantId} and o.source_id = n.source_id and o.key = n.key and o.transaction_id = n.from_id`.execute(trx)
  const { numAffectedRows } = await sql`update relink.observations o set transaction_id = n.to_id, tier = n.tier from ${given}
    where o.tenant_id = ${tenantId} and o.source_id = n.source_id and o.key = n.key and o.transaction_id = n.from_id`.execute(trx)
  if (Number(numAffectedRows) !== moves.length) throw MOVED_MEANWHILE
}

/** Reports that a recompute moved go back, where nobody moved them since; `by`, which is stored already, can be taken back itself. */
export async function moveBack(trx: Session, tenantId: string, runId: string, by: string): Promise<void> {
  await sql`insert into relink.moves (tenant_id, run_id, source_id, key, from_id, to_id, tier)
    select ${tenantId}, ${by}, o.source_id, o.key, m.to_id, m.from_id, o.tier from relink.moves m join relink.observations o
    on o.tenant_id = ${tenantId} and o.source_id = m.source_id and o.key = m.key and o.transaction_id = m.to_id
    where m.tenant_id = ${tenantId} and m.run_id = ${runId}`.execute(trx)
  await sql`update relink.observations o set transaction_id = m.from_id, tier = m.tier from relink.moves m
    where m.tenant_id = ${tenantId} and m.run_id = ${runId} and o.tenant_id = ${tenantId} and o.source_id = m.source_id and o.key = m.key and o.transaction_id = m.to_id`.execute(trx)
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH)
}
