/**
 * The commit of one page: one statement for each kind of row, one transaction, one trip. Observations go first;
 * their key is unique for the source, so the database itself decides which of two writers was first,
 * and the rest of the page follows that decision (src/store/page.ts).
 */
import { sql } from 'kysely'
import { spannedDays } from '../../domain/run.ts'
import type { NewObservation, PageCommit, TransactionUpdate } from '../../ports/feed.ts'
import { assertOnePage, restoredIn, withoutStored } from '../page.ts'
import { arrayOf, arrayText, columnList, TYPES, unnested } from './arrays.ts'
import { digest, json, type Shape } from './columns.ts'
import { insertMany, once } from './compiled.ts'
import { inOneTrip, inTenant, type Database, type Session, type Statement } from './session.ts'
import { refreshStatistics } from './statistics.ts'
import { askedQuestions, balances, changes, contentShape, coverage, dated, flatTransaction, flatTransactions, observations, spans } from './tables.ts'

/**
 * See `FeedStore.commitPages`. Tries first as the only writer, which is a fifth cheaper; when a key is
 * stored already the database refuses all of it, and it is written anew around what is there.
 */
export async function commitPages(db: Database, tenantId: string, pages: readonly PageCommit[]): Promise<{ readonly inserted: number }> {
  pages.forEach(assertOnePage)
  const committed = await writeOnce(db, tenantId, pages)
  await refreshStatistics(db, tenantId, committed.inserted)
  return committed
}

/** See `FeedStore.changeRows`. */
export async function changeRows(db: Database, tenantId: string, rows: RowChanges): Promise<void> {
  const statements = updateAll(tenantId, rows)
  if (statements.length > 0) await inOneTrip(db, tenantId, statements)
}

async function writeOnce(db: Database, tenantId: string, pages: readonly PageCommit[]): Promise<{ readonly inserted: number }> {
  try {
    await inOneTrip(db, tenantId, pages.flatMap((page) => [...insertObservations(tenantId, page.observations, 'alone'), ...aroundObservations(tenantId, page)]))
    return { inserted: pages.reduce((sum, page) => sum + page.inserts.length, 0) }
  } catch (error) {
    if ((error as { constraint?: unknown }).constraint !== 'observations_pkey') throw error
    return inTenant(db, tenantId, async (trx) => {
      let inserted = 0
      for (const page of pages) inserted += (await writeRaced(trx, tenantId, page)).inserted
      return { inserted }
    })
  }
}

/** One of several pages that are one step together with more. */
export async function writeInTransaction(trx: Session, tenantId: string, page: PageCommit): Promise<void> {
  assertOnePage(page)
  await writeRaced(trx, tenantId, page)
}

/** Stores what is new; what another writer stored before, and what only that would have made, is left out. */
async function writeRaced(trx: Session, tenantId: string, asked: PageCommit): Promise<{ readonly inserted: number }> {
  for (const statement of insertObservations(tenantId, asked.observations, 'raced')) await trx.executeQuery(statement.compile(trx))
  const page = withoutStored(asked, await readWinners(trx, tenantId, asked.sourceId, asked.observations))
  for (const statement of aroundObservations(tenantId, page)) await trx.executeQuery(statement.compile(trx))
  return { inserted: page.inserts.length }
}

/** All that a page stores beside its observations, in order. */
function aroundObservations(tenantId: string, page: PageCommit): readonly Statement[] {
  const { accountId, sourceId, runId, covers } = page
  // By id, so that two writers lock rows in one order and their index entries lie together.
  const inserts = page.inserts.map(flatTransaction).sort((a, b) => (a.id < b.id ? -1 : 1))
  return [
    ...insertAll(tenantId, inserts, 'transactions', flatTransactions, few.transactions),
    ...updateAll(tenantId, page),
    ...insertAll(tenantId, page.questions.map((question) => ({ ...question, runId: page.runId })), 'questions', askedQuestions, few.questions),
    ...reopenQuestions(tenantId, page),
    pageRecord(tenantId, page),
    ...(covers === null ? [] : [few.coverage(tenantId, [dated({ accountId, sourceId, runId, from: covers.from, to: covers.to })])]),
    ...insertAll(tenantId, page.balances.map(({ on, ...balance }) => ({ ...balance, statedOn: on })), 'balances', balances, few.balances),
    ...replaceSpans(tenantId, page),
    ...(page.cursor === null ? [] : [storeCursor(tenantId, page.sourceId, json().write(page.cursor), page.at)]),
    ...(page.sign === undefined ? [] : [sql`update relink.account_sources set sign = ${page.sign} where tenant_id = ${tenantId} and id = ${sourceId}`]),
  ]
}

/** Of so few rows the text is the same every time, so that the server plans it once; of more, less travels. */
const FEW_ROWS = 64
const few = {
  observations: insertMany('observations', observations), transactions: insertMany('transactions', flatTransactions), questions: insertMany('questions', askedQuestions),
  coverage: insertMany('coverage', coverage), balances: insertMany('balances', balances), spans: insertMany('balance_spans', spans),
}

function insertAll<T>(tenantId: string, values: readonly T[], table: string, shape: Shape<T>, insertFew: (tenantId: string, rows: readonly T[]) => Statement): readonly Statement[] {
  if (values.length === 0) return []
  if (values.length <= FEW_ROWS) return [insertFew(tenantId, values)]
  const columns = columnList(shape)
  return [sql`insert into ${sql.id('relink', table)} (tenant_id, ${columns}) select ${tenantId}::uuid, ${columns} from ${unnested(shape, values)}`]
}

/** Alone, a key that is stored already ends the page; raced, its observation is left out. */
function insertObservations(tenantId: string, rows: readonly NewObservation[], mode: 'alone' | 'raced'): readonly Statement[] {
  if (rows.length === 0) return []
  const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1))
  if (mode === 'alone' && sorted.length <= FEW_ROWS) return [few.observations(tenantId, sorted)]
  const columns = columnList(observations)
  return [
    sql`insert into relink.observations (tenant_id, ${columns})
      select ${tenantId}::uuid, ${columns} from ${unnested(observations, sorted)}
      ${mode === 'alone' ? sql`` : sql`on conflict (tenant_id, source_id, key) do nothing`}`,
  ]
}

/**
 * What lost: the id of each observation that was stored before, with its stored id. A statement of its own,
 * so that it sees what the other writer committed while the insert waited for it.
 */
async function readWinners(trx: Session, tenantId: string, sourceId: string, tried: readonly NewObservation[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; stored: string }>`
    select n.id, o.id as stored
    from unnest(${arrayOf(tried.map((o) => digest.write(o.key)), 'uuid')}, ${arrayOf(tried.map((o) => o.id), 'uuid')}) as n(key, id)
    cross join lateral (
      select id from relink.observations where tenant_id = ${tenantId} and source_id = ${sourceId} and key = n.key limit 1) o
    where o.id <> n.id`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.stored]))
}

type RowChanges = Pick<PageCommit, 'accountId' | 'updates' | 'at'>

function updateAll(tenantId: string, page: RowChanges): readonly Statement[] {
  if (page.updates.length === 0) return []
  const updates = [...page.updates].sort((a, b) => (a.id < b.id ? -1 : 1))
  const set = contentShape.columns.map(({ column, codec }) =>
    sql`${sql.id(column)} = case when n.content ? ${column} then cast(n.content ->> ${column} as ${TYPES[codec.type]}) else t.${sql.id(column)} end`,
  )
  return [sql`
    with updated as (
      update relink.transactions t set ${sql.join(set)}, state = n.state, withdrawn_reason = n.withdrawn_reason, content_key = n.content_key, updated_at = ${page.at}
      from unnest(${column(updates, 'uuid', (u) => u.id)}, ${column(updates, 'jsonb', (u) => json().write(contentShape.writePatch(u.content)))},
                  ${column(updates, 'text', (u) => u.state)}, ${column(updates, 'text', (u) => u.withdrawnReason)},
                  ${column(updates, 'uuid', (u) => u.contentKey)}) as n(id, content, state, withdrawn_reason, content_key)
      where t.tenant_id = ${tenantId} and t.id = n.id and t.account_id = ${page.accountId}
      returning t.id)
    insert into relink.transaction_changes (tenant_id, ${columnList(changes)})
    select ${tenantId}::uuid, ${columnList(changes)} from ${unnested(changes, updates.map((u) => u.change))}
    where transaction_id in (select id from updated)`]
}

function column(updates: readonly TransactionUpdate[], type: 'uuid' | 'jsonb' | 'text', value: (update: TransactionUpdate) => unknown) {
  return arrayOf(updates.map(value), type)
}

/** Questions that were closed with an undone row are open again when a report brings the row back. */
function reopenQuestions(tenantId: string, page: PageCommit): readonly Statement[] {
  const restored = restoredIn(page)
  if (restored.length === 0) return []
  const ids = arrayOf(restored, 'uuid')
  const gone = (column: string) => sql`exists (select from relink.transactions t where t.tenant_id = ${tenantId} and t.id = ${sql.ref(column)} and t.state = 'withdrawn')`
  return [sql`
    update relink.questions q set answer = null, answered_at = null, closed_by = null
    where q.tenant_id = ${tenantId} and q.answer = 'undone' and (q.transaction_id = any(${ids}) or q.other_transaction_id = any(${ids}))
      and not ${gone('q.transaction_id')} and not ${gone('q.other_transaction_id')}`]
}

function pageRecord(tenantId: string, { runId, accountId, sourceId, at, seen, covers }: PageCommit): Statement {
  return insertPage(tenantId, runId, accountId, sourceId, at, arrayText(seen, 'uuid'), covers?.from ?? null, covers?.to ?? null)
}

const insertPage = once((tenantId: string, runId: string, accountId: string, sourceId: string, at: number, seen: string, from: string | null, to: string | null) => sql`
  insert into relink.pages (tenant_id, run_id, account_id, source_id, at, seen, covers_from, covers_to)
  values (${tenantId}, ${runId}, ${accountId}, ${sourceId}, ${at}, cast(${seen} as uuid[]), ${from}, ${to})`)

function replaceSpans(tenantId: string, page: PageCommit): readonly Statement[] {
  const days = spannedDays(page.spans)
  if (days === null) return []
  return [dropSpans(tenantId, page.sourceId, days.from, days.to), ...insertAll(tenantId, page.spans.map(dated), 'balance_spans', spans, few.spans)]
}

/** The day as the result of a subquery: seeing it, the planner finds each time that few spans end later, and plans anew for each page. */
const dropSpans = once((tenantId: string, sourceId: string, from: string, to: string) => sql`
  delete from relink.balance_spans where tenant_id = ${tenantId} and source_id = ${sourceId} and to_on > (select cast(${from} as date)) and from_on < (select cast(${to} as date))`)

const storeCursor = once((tenantId: string, sourceId: string, cursor: unknown, at: number) => sql`
  insert into relink.cursors (tenant_id, source_id, cursor, at) values (${tenantId}, ${sourceId}, ${cursor}, ${at})
  on conflict (tenant_id, source_id) do update set cursor = excluded.cursor, at = excluded.at`)
