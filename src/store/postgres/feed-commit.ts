/**
 * The commit of one page: one statement for each kind of row, one transaction. Observations go first;
 * their key is unique for the source, so the database itself decides which of two writers was first,
 * and the rest of the page follows that decision (src/store/page.ts).
 */
import { sql } from 'kysely'
import type { NewObservation, PageCommit, TransactionUpdate } from '../../ports/store.ts'
import { assertOnePage, spansReplacedAfter, withoutStored } from '../page.ts'
import { arrayOf, columnList, TYPES, unnested } from './arrays.ts'
import { digest, json, type Shape } from './columns.ts'
import { inTenant, type Session } from './session.ts'
import { refreshStatistics } from './statistics.ts'
import { balances, changes, contentShape, coverage, dated, flatTransaction, flatTransactions, observations, questions, spans } from './tables.ts'

/**
 * See `FeedStore.commitPage`. Tries first as the only writer, which is a fifth cheaper; when a key is
 * stored already the database refuses the whole page, and it is written anew around what is there.
 */
export async function commitPage(db: Session, tenantId: string, page: PageCommit): Promise<{ readonly inserted: number }> {
  const committed = await writeOnce(db, tenantId, page)
  await refreshStatistics(db, tenantId, committed.inserted)
  return committed
}

async function writeOnce(db: Session, tenantId: string, page: PageCommit): Promise<{ readonly inserted: number }> {
  try {
    return await inTenant(db, tenantId, (trx) => writePage(trx, tenantId, page, 'alone'))
  } catch (error) {
    if ((error as { constraint?: unknown }).constraint !== 'observations_pkey') throw error
    return inTenant(db, tenantId, (trx) => writePage(trx, tenantId, page, 'raced'))
  }
}

async function writePage(trx: Session, tenantId: string, asked: PageCommit, mode: 'alone' | 'raced'): Promise<{ readonly inserted: number }> {
  assertOnePage(asked)
  const page = withoutStored(asked, await writeObservations(trx, tenantId, asked, mode))
  // By id, so that two writers lock rows in one order and their index entries lie together.
  const inserts = page.inserts.map(flatTransaction).sort((a, b) => (a.id < b.id ? -1 : 1))
  await insertAll(trx, tenantId, 'transactions', flatTransactions, inserts)
  await writeUpdates(trx, tenantId, page)
  await insertAll(trx, tenantId, 'questions', questions, page.questions)
  await writePageRecord(trx, tenantId, page)
  const { accountId, sourceId, runId, covers } = page
  if (covers !== null) await insertAll(trx, tenantId, 'coverage', coverage, [dated({ accountId, sourceId, runId, from: covers.from, to: covers.to })])
  await insertAll(trx, tenantId, 'balances', balances, page.balances.map(({ on, ...balance }) => ({ ...balance, statedOn: on })))
  await writeSpans(trx, tenantId, page)
  if (page.cursor !== null) await writeCursor(trx, tenantId, page)
  return { inserted: page.inserts.length }
}

async function insertAll<T>(trx: Session, tenantId: string, table: string, shape: Shape<T>, values: readonly T[]): Promise<void> {
  if (values.length === 0) return
  const columns = columnList(shape)
  await sql`insert into ${sql.id('relink', table)} (tenant_id, ${columns}) select ${tenantId}, ${columns} from ${unnested(shape, values)}`.execute(trx)
}

/** Stores what is new and returns what lost: the id of each observation that was stored before, with its stored id. */
async function writeObservations(trx: Session, tenantId: string, page: PageCommit, mode: 'alone' | 'raced'): Promise<ReadonlyMap<string, string>> {
  if (page.observations.length === 0) return new Map()
  const sorted = [...page.observations].sort((a, b) => (a.key < b.key ? -1 : 1))
  const columns = columnList(observations)
  const { numAffectedRows } = await sql`
    insert into relink.observations (tenant_id, ${columns})
    select ${tenantId}, ${columns} from ${unnested(observations, sorted)}
    ${mode === 'alone' ? sql`` : sql`on conflict (tenant_id, source_id, key) do nothing`}`.execute(trx)
  return numAffectedRows === BigInt(sorted.length) ? new Map() : readWinners(trx, tenantId, page.sourceId, sorted)
}

/** A new statement, so that it sees what the other writer committed while the insert waited for it. */
async function readWinners(trx: Session, tenantId: string, sourceId: string, tried: readonly NewObservation[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; stored: string }>`
    select n.id, o.id as stored
    from unnest(${arrayOf(tried.map((o) => digest.write(o.key)), 'uuid')}, ${arrayOf(tried.map((o) => o.id), 'uuid')}) as n(key, id)
    cross join lateral (
      select id from relink.observations where tenant_id = ${tenantId} and source_id = ${sourceId} and key = n.key limit 1) o
    where o.id <> n.id`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.stored]))
}

async function writeUpdates(trx: Session, tenantId: string, page: PageCommit): Promise<void> {
  if (page.updates.length === 0) return
  const updates = [...page.updates].sort((a, b) => (a.id < b.id ? -1 : 1))
  const set = contentShape.columns.map(({ column, codec }) =>
    sql`${sql.id(column)} = case when n.content ? ${column} then cast(n.content ->> ${column} as ${TYPES[codec.type]}) else t.${sql.id(column)} end`,
  )
  await sql`
    with updated as (
      update relink.transactions t set ${sql.join(set)}, state = n.state, withdrawn_reason = n.withdrawn_reason, content_key = n.content_key, updated_at = ${page.at}
      from unnest(${column(updates, 'uuid', (u) => u.id)}, ${column(updates, 'jsonb', (u) => json().write(contentShape.writePatch(u.content)))},
                  ${column(updates, 'text', (u) => u.state)}, ${column(updates, 'text', (u) => u.withdrawnReason)},
                  ${column(updates, 'uuid', (u) => u.contentKey)}) as n(id, content, state, withdrawn_reason, content_key)
      where t.tenant_id = ${tenantId} and t.id = n.id and t.account_id = ${page.accountId}
      returning t.id)
    insert into relink.transaction_changes (tenant_id, ${columnList(changes)})
    select ${tenantId}, ${columnList(changes)} from ${unnested(changes, updates.map((u) => u.change))}
    where transaction_id in (select id from updated)`.execute(trx)
}

function column(updates: readonly TransactionUpdate[], type: 'uuid' | 'jsonb' | 'text', value: (update: TransactionUpdate) => unknown) {
  return arrayOf(updates.map(value), type)
}

async function writePageRecord(trx: Session, tenantId: string, { runId, accountId, sourceId, at, seen, covers }: PageCommit): Promise<void> {
  await sql`
    insert into relink.pages (tenant_id, run_id, account_id, source_id, at, seen, covers_from, covers_to)
    values (${tenantId}, ${runId}, ${accountId}, ${sourceId}, ${at}, ${arrayOf(seen, 'uuid')}, ${covers?.from ?? null}, ${covers?.to ?? null})`.execute(trx)
}

async function writeSpans(trx: Session, tenantId: string, page: PageCommit): Promise<void> {
  const after = spansReplacedAfter(page)
  if (after === null) return
  await trx.deleteFrom('relink.balance_spans').where('tenant_id', '=', tenantId).where('source_id', '=', page.sourceId).where('to_on', '>', after).execute()
  await insertAll(trx, tenantId, 'balance_spans', spans, page.spans.map(dated))
}

async function writeCursor(trx: Session, tenantId: string, { sourceId, cursor, at }: PageCommit): Promise<void> {
  const row = { tenant_id: tenantId, source_id: sourceId, cursor: json().write(cursor), at }
  await trx.insertInto('relink.cursors').values(row).onConflict((c) => c.columns(['tenant_id', 'source_id']).doUpdateSet({ cursor: row.cursor, at })).execute()
}
