/** The feed of one tenant on PostgreSQL; see `FeedStore`. */
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { FIRST_DAY, type Day } from '../../domain/day.ts'
import type { JsonObject } from '../../domain/institution.ts'
import { UNUSUAL_DECIMALS } from '../../domain/money.ts'
import { inMinor, soughtAmounts, soughtDays } from '../../domain/sought-amount.ts'
import { soughtWords } from '../../domain/sought-words.ts'
import type { Covered } from '../../domain/run.ts'
import type { FeedStore, Mark, TransactionFilter } from '../../ports/feed.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { applyDecisions, isAsSeen } from '../decide.ts'
import { cursorAfter, placeOf } from '../paging.ts'
import { arrayOf } from './arrays.ts'
import { storable, type StoredRow } from './columns.ts'
import { once } from './compiled.ts'
import { postgresAnswers } from './answers.ts'
import { storeAllDecided } from './decided.ts'
import { readCandidates } from './feed-candidates.ts'
import { changeRows, commitPages } from './feed-commit.ts'
import { idKey, inOneTrip, inTenant, type Database, type Session } from './session.ts'
import { refreshStatistics } from './statistics.ts'
import { balances, changes, coverage, observations, questions, readShown, readTransaction, spans, undated } from './tables.ts'
import { counts } from './undone.ts'

export function postgresFeed(db: Database, tenantId: string): FeedStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const decideAll: FeedStore['decideAll'] = (deeds, at) =>
    run(async (trx) => {
      const of = new Map(deeds.map((deed) => [deed.id, deed]))
      const ids = deeds.flatMap(({ id }) => idKey(id) ?? [])
      // In the order of their ids, so that two who decide of some of the same wait for each other instead of blocking.
      const held = await trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where(sql<SqlBool>`id = any(${arrayOf(ids, 'uuid')})`).orderBy('id').forUpdate().execute()
      const seen = held.map(readTransaction).filter((row) => isAsSeen(row, of.get(row.id)?.from))
      await storeAllDecided(trx, tenantId, seen.map((row) => applyDecisions(row, of.get(row.id)!.decisions, at)))
      return new Set(seen.map(({ id }) => id))
    })
  const cursorOf = once((sourceId: string | null) => db.selectFrom('relink.cursors').select('cursor').where('tenant_id', '=', tenantId).where('source_id', '=', sourceId))
  const coverageOf = once((accountId: string | null) =>
    db.selectFrom('relink.coverage').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', accountId).where(counts(tenantId, 'relink.coverage.run_id')).orderBy('seq'))
  const spansOf = once((accountId: string | null, since: Day) =>
    db.selectFrom('relink.balance_spans').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', accountId).where('to_on', '>=', since).orderBy('source_id').orderBy('from_on').orderBy('to_on').orderBy('seq'))
  const openQuestions = once((accountId: string | null) =>
    db.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('answer', 'is', null).where('account_id', '=', accountId).orderBy('asked_at').orderBy('id'))
  return {
    async candidates(query) {
      await refreshStatistics(db, tenantId, query.contentKeys.length + query.near.amounts.length)
      return readCandidates(db, tenantId, query)
    },
    commitPage: (page) => commitPages(db, tenantId, [page]),
    commitPages: (pages) => commitPages(db, tenantId, pages),
    changeRows: (accountId, updates, at) => changeRows(db, tenantId, { accountId, updates, at }),
    async cursor(sourceId) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [cursorOf(idKey(sourceId))])
      return row?.cursor ?? null
    },
    async progress(connectionId) {
      const [{ rows }] = await inOneTrip(db, tenantId, [progressOf(tenantId, idKey(connectionId))])
      return new Map(rows.map(({ id, cursor, covered, pending_from: pendingFrom }) => [id, { cursor, covered: (covered ?? []).map(([from, to]) => ({ from, to })), pendingFrom }]))
    },
    async coverage(accountId) {
      const [{ rows }] = await inOneTrip(db, tenantId, [coverageOf(idKey(accountId))])
      return rows.map((row) => undated(coverage.read(row)))
    },
    async covered(accountId) {
      const [{ rows }] = await inOneTrip(db, tenantId, [coveredOf(tenantId, idKey(accountId))])
      return rows
    },
    async newestAnswer(accountId, sourceIds) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.coverage').select('run_id').where('tenant_id', '=', tenantId).where('account_id', '=', idKey(accountId)).where(sql<SqlBool>`source_id = any(${arrayOf(sourceIds.map(idKey), 'uuid')})`)
          .where(counts(tenantId, 'relink.coverage.run_id')).orderBy('seq', 'desc').limit(1),
      ])
      return row?.run_id ?? null
    },
    async balances(accountId, sourceId, since = FIRST_DAY) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.balances').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', idKey(accountId)).where('source_id', '=', idKey(sourceId)).where('stated_on', '>=', since)
          .where(counts(tenantId, 'relink.balances.run_id')).orderBy('stated_on').orderBy('observed_at').orderBy('seq'),
      ])
      return rows.map(balances.read).map(({ statedOn, ...balance }) => ({ ...balance, on: statedOn }))
    },
    async newestBalance(accountId, kind) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.balances').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', idKey(accountId)).where('kind', '=', kind)
          .where(counts(tenantId, 'relink.balances.run_id')).orderBy('stated_on', 'desc').orderBy('observed_at', 'desc').orderBy('seq', 'desc').limit(1),
      ])
      if (row === undefined) return null
      const { statedOn, ...balance } = balances.read(row)
      return { ...balance, on: statedOn }
    },
    async spans(accountId, since = FIRST_DAY) {
      const [{ rows }] = await inOneTrip(db, tenantId, [spansOf(idKey(accountId), since)])
      return rows.map((row) => undated(spans.read(row)))
    },
    async newestSpans(accountId, sourceId, newest) {
      const [{ rows }] = await inOneTrip(db, tenantId, [newestSpans(tenantId, idKey(accountId), idKey(sourceId), newest)])
      return rows.map((row) => undated(spans.read(row as StoredRow<never>)))
    },
    async lastStated(accountId, sourceId, upTo) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [lastStated(tenantId, idKey(accountId), idKey(sourceId), upTo)])
      if (row === undefined) return null
      const { statedOn, ...balance } = balances.read(row as StoredRow<never>)
      return { balance: { ...balance, on: statedOn }, sumSince: BigInt(row.sum_since) }
    },
    async sumPosted(accountId, after, upTo) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        sql<{ sum: string }>`select coalesce(sum(amount), 0)::text as sum from relink.transactions
          where tenant_id = ${tenantId} and account_id = ${idKey(accountId)} and state = 'posted' and posted_on > ${after} and posted_on <= ${upTo}`,
      ])
      return BigInt(rows[0]!.sum)
    },
    transactions: async (filter) => run((trx) => listTransactions(trx, tenantId, filter)),
    async transaction(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [oneTransaction(db, tenantId, id)])
      return row === undefined ? null : readShown(row)
    },
    async history(id) {
      const [{ rows }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', '=', idKey(id)).orderBy('seq')])
      return rows.map(changes.read)
    },
    async observations(id) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.observations').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', '=', idKey(id)).orderBy('observed_at').orderBy('id'),
      ])
      return rows.map(observations.read).map(({ transactionId: _, ...observation }) => observation)
    },
    decide: async (id, decisions, at, from) => (await decideAll([{ id, decisions, ...(from === undefined ? {} : { from }) }], at)).has(id),
    decideAll,
    async decided(limit, by) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', tenantId).where('reason', '=', 'decision').$if(by !== undefined, (q) => q.where('by', '=', by!)).orderBy('seq', 'desc').limit(limit),
      ])
      return rows.map(changes.read)
    },
    async questions({ accountId, open }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        accountId !== undefined && open ? openQuestions(idKey(accountId)) :
        db.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('answer', open ? 'is' : 'is not', null)
          .$if(accountId !== undefined, (q) => q.where('account_id', '=', idKey(accountId!))).orderBy('asked_at').orderBy('id'),
      ])
      return rows.map(questions.read)
    },
    ...postgresAnswers(db, run, tenantId),
  }
}

type ProgressRow = { readonly id: string; readonly cursor: JsonObject | null; readonly covered: readonly (readonly [from: Day, to: Day])[] | null; readonly pending_from: Day | null }

/** The days are joined here: a row of them is added by each read, for years. */
const progressOf = once((tenantId: string, connectionId: string | null) => sql<ProgressRow>`
  select s.id, (select cursor from relink.cursors where tenant_id = ${tenantId} and source_id = s.id) as cursor, (
    select json_agg(json_build_array(lower(d), upper(d) - 1)) from unnest((
      select range_agg(daterange(from_on, to_on, '[]')) from relink.coverage
      where tenant_id = ${tenantId} and account_id = s.account_id and source_id = s.id and ${counts(tenantId, 'relink.coverage.run_id')})) as d) as covered, (
    select min(posted_on)::text from relink.transactions where tenant_id = ${tenantId} and account_id = s.account_id and state = 'pending') as pending_from
  from relink.account_sources s where s.tenant_id = ${tenantId} and s.connection_id = ${connectionId}`)

const coveredOf = once((tenantId: string, accountId: string | null) => sql<Covered>`
  select c.source_id as "sourceId", lower(d) as "from", upper(d) - 1 as "to" from (
    select source_id, range_agg(daterange(from_on, to_on, '[]')) as days from relink.coverage
    where tenant_id = ${tenantId} and account_id = ${accountId} and ${counts(tenantId, 'relink.coverage.run_id')} group by source_id) c
  cross join lateral unnest(c.days) d order by c.source_id, d`)

/** The newest by the key of the table, those that fail by an index of their own. */
const newestSpans = once((tenantId: string, accountId: string | null, sourceId: string | null, newest: number) => sql`
  select * from (
    (select * from relink.balance_spans where tenant_id = ${tenantId} and source_id = ${sourceId} order by to_on desc, seq desc limit ${newest})
    union
    select * from relink.balance_spans where tenant_id = ${tenantId} and source_id = ${sourceId} and status <> 'proved') s
  where s.account_id = ${accountId} order by from_on, to_on, seq`)

const lastStated = once((tenantId: string, accountId: string | null, sourceId: string | null, upTo: Day) => sql<{ readonly sum_since: string }>`
  select b.*, (
    select coalesce(sum(amount), 0)::text from relink.transactions
    where tenant_id = ${tenantId} and account_id = b.account_id and state = 'posted' and posted_on > b.stated_on and posted_on <= ${upTo}) as sum_since
  from (
    select * from relink.balances
    where tenant_id = ${tenantId} and account_id = ${accountId} and source_id = ${sourceId} and kind in ('ledger', 'closing')
      and ${counts(tenantId, 'relink.balances.run_id')}
    order by stated_on desc, observed_at desc, seq desc limit 1) b`)

function oneTransaction(trx: Session, tenantId: string, id: string) {
  return trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id))
}

async function listTransactions(trx: Session, tenantId: string, filter: TransactionFilter): Promise<{ rows: readonly Transaction[]; next: string | null }> {
  const place = filter.cursor === undefined ? null : placeOf(filter.cursor)
  const oldest = filter.order === 'oldest'
  const direction = oldest ? 'asc' : 'desc'
  let query = trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId)
  if (filter.accountId !== null) query = query.where('account_id', '=', idKey(filter.accountId))
  if (filter.from !== undefined) query = query.where('posted_on', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('posted_on', '<=', filter.to)
  if (filter.states !== undefined) query = query.where('state', 'in', filter.states.length === 0 ? [''] : [...filter.states])
  if (filter.includeDeleted !== true && filter.mark !== 'deleted') query = query.where('deleted', '=', false)
  if (filter.category !== undefined) query = filter.category === '' ? query.where('category', 'is', null) : query.where('category', '=', storable(filter.category))
  if (filter.mark !== undefined) query = query.where(MARKED[filter.mark])
  if (filter.review !== undefined) query = query.where('review', '=', filter.review)
  if (filter.review === 'for_review') query = query.where('excluded', '=', false).where('state', '!=', 'withdrawn')
  if (filter.arrived !== undefined) query = query.where(arrivedIn(tenantId, filter.arrived))
  if (filter.text !== undefined && filter.text !== '') query = query.where(isSought(filter.text))
  if (place !== null) {
    query = query.where(oldest ? sql<SqlBool>`(posted_on, id) > (${place.postedOn}::date, ${place.id}::uuid)` : sql<SqlBool>`(posted_on, id) < (${place.postedOn}::date, ${place.id}::uuid)`)
  }
  const found = await query.orderBy('posted_on', direction).orderBy('id', direction).limit(filter.limit + 1).execute()
  const rows = found.slice(0, filter.limit).map((row) => readShown(row as StoredRow<never>))
  const last = rows.at(-1)
  return { rows, next: found.length > rows.length && last !== undefined ? cursorAfter(last) : null }
}

/** As the index of what few rows are says it (migration 35). */
const MARKED: Readonly<Record<Mark, RawBuilder<SqlBool>>> = {
  excluded: sql`excluded`, included: sql`not excluded`, paired: sql`transfer is not null`, unpaired: sql`transfer is null`, noted: sql`note is not null`, deleted: sql`deleted`,
}

/** A row that becomes posted, or is taken back into the books, is changed at that instant, so that most rows are ruled out without their history. */
function arrivedIn(tenantId: string, { since, until }: NonNullable<TransactionFilter['arrived']>) {
  return sql<SqlBool>`(created_at >= ${since} and created_at < ${until} or updated_at >= ${since} and exists (
    select from relink.transaction_changes c where c.tenant_id = ${tenantId} and c.transaction_id = relink.transactions.id
      and c.at >= ${since} and c.at < ${until}
      and (state = 'posted' and c.changes -> 'state' ->> 1 = 'posted' or c.changes -> 'excluded' ->> 1 = 'false' or c.changes -> 'deleted' ->> 1 = 'false')))`
}

/** What the bank or a person wrote, or the amount in the coins of its currency. */
function isSought(text: string) {
  const days = soughtDays(text)
  const words = contains(text, ['name', 'memo', 'reference', 'check_number', 'note', 'category'])
  const written = days.length === 0 ? words : sql<SqlBool>`(${words} or posted_on = any(${arrayOf(days, 'date')}))`
  const amounts = soughtAmounts(text)
  if (amounts.values.length === 0) return written
  const minor = (currency: string) => sql`amount = any(${arrayOf(inMinor(amounts, currency).map(String), 'bigint')})`
  const unusual = [...Map.groupBy(UNUSUAL_DECIMALS.keys(), (currency) => UNUSUAL_DECIMALS.get(currency)).values()]
  const codes = (currencies: readonly string[]) => arrayOf(currencies, 'text')
  if (amounts.currency !== null) return sql<SqlBool>`(${written} or ${minor(amounts.currency)} and currency = ${amounts.currency})`
  return sql<SqlBool>`(${written} or ${minor('USD')} and currency <> all(${codes(unusual.flat())}) or ${sql.join(unusual.map((currencies) => sql`${minor(currencies[0]!)} and currency = any(${codes(currencies)})`), sql` or `)})`
}

/**
 * Anywhere in one of the columns, as `soughtWords` says. Most text is of plain letters, for which half the work tells the same: the
 * pattern is for what has others.
 */
export function contains(text: string, columns: readonly string[]) {
  const { pattern, plain } = soughtWords(storable(text))
  if (plain === null) return sql<SqlBool>`(${sql.join(columns.map((column) => sql`${sql.id(column)} ~ ${pattern}`), sql` or `)})`
  // One comparison for each: of a list the database guesses so many rows that it looks for them in the order of the days, alone, at twice the time.
  const likes = plain.map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}%`)
  const likely = (column: string) => sql.join(likes.map((like) => sql`${sql.id(column)} ilike ${like}`), sql` or `)
  // Numbers and the marks between them are written in one way.
  if (!/\p{L}|\P{ASCII}/u.test(text)) return sql<SqlBool>`(${sql.join(columns.map(likely), sql` or `)})`
  const found = columns.map((column) => sql`${likely(column)} or octet_length(${sql.id(column)}) > length(${sql.id(column)}) and ${sql.id(column)} ~ ${pattern}`)
  return sql<SqlBool>`(${sql.join(found, sql` or `)})`
}
