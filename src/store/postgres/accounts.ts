/** Accounts and their sources of one tenant on PostgreSQL; see `AccountStore`. */
import { sql, type SqlBool } from 'kysely'
import type { AccountSource } from '../../domain/account.ts'
import type { FileDates } from '../../domain/dates-said.ts'
import type { AccountFilter, AccountStore, AccountSummary } from '../../ports/store.ts'
import { arrayOf } from './arrays.ts'
import { once } from './compiled.ts'
import type { StoredRow } from './columns.ts'
import { idKey, inOneTrip, type Database } from './session.ts'
import { accounts, sources } from './tables.ts'
import { counts } from './undone.ts'

export function postgresAccounts(db: Database, tenantId: string): AccountStore {
  const insertSource = (source: AccountSource) => db.insertInto('relink.account_sources').values({ tenant_id: tenantId, ...sources.write(source) } as never)
  const fedBy = (connectionId: string | null) => db.selectFrom('relink.account_sources').where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
  const sourcesFed = once((connectionId: string | null) => fedBy(connectionId).selectAll().orderBy('id'))
  // Ids as an array: of a subquery the planner makes a join, for which it reads all accounts of the tenant.
  const accountsFed = once((connectionId: string | null) =>
    db.selectFrom('relink.accounts').selectAll().where('tenant_id', '=', tenantId).where(sql<SqlBool>`id = any(array(${fedBy(connectionId).select('account_id')}))`))
  return {
    async create(account, source) {
      if (source.accountId !== account.id) throw new Error('the first source of an account belongs to another account')
      await inOneTrip(db, tenantId, [db.insertInto('relink.accounts').values({ tenant_id: tenantId, ...accounts.write(account) }), insertSource(source)])
    },
    async addSource(source) {
      await inOneTrip(db, tenantId, [insertSource(source)])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.accounts').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
      return row === undefined ? null : accounts.read(row)
    },
    async all() {
      const [{ rows }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.accounts').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at').orderBy('id')])
      return rows.map(accounts.read)
    },
    async list(filter = {}) {
      const [{ rows }] = await inOneTrip(db, tenantId, [summaries(tenantId, filter)])
      return rows.map(readSummary)
    },
    async update(id, patch) {
      const values = accounts.writePatch(patch)
      if (Object.keys(values).length === 0) return
      await inOneTrip(db, tenantId, [db.updateTable('relink.accounts').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
    },
    async sources({ accountId, connectionId }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.account_sources').selectAll().where('tenant_id', '=', tenantId)
          .$if(accountId !== undefined, (q) => q.where('account_id', '=', idKey(accountId!)))
          .$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!)))
          .orderBy('id'),
      ])
      return rows.map(sources.read)
    },
    async feeds(connectionId) {
      const [found, fed] = await inOneTrip(db, tenantId, [sourcesFed(idKey(connectionId)), accountsFed(idKey(connectionId))])
      const byId = new Map(fed.rows.map((row) => [row.id as string, accounts.read(row)]))
      return found.rows.map(sources.read).map((source) => ({ source, account: byId.get(source.accountId)! }))
    },
    async updateSource(id, patch) {
      const values = sources.writePatch(patch)
      if (Object.keys(values).length === 0) return
      await inOneTrip(db, tenantId, [db.updateTable('relink.account_sources').set(values as object).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
    },
    async fileDates() {
      const [{ rows }] = await inOneTrip(db, tenantId, [sql<FileDates>`select account_id as "accountId", format, dates from relink.file_dates where tenant_id = ${tenantId} order by account_id, format`])
      return rows
    },
    async keepFileDates({ accountId, format, dates }) {
      await inOneTrip(db, tenantId, [sql`insert into relink.file_dates (tenant_id, account_id, format, dates) values (${tenantId}, ${accountId}, ${format}, ${dates}) on conflict (tenant_id, account_id, format) do update set dates = excluded.dates`])
    },
    async forgetFileDates(accountId) {
      const [{ rows }] = await inOneTrip(db, tenantId, [sql`delete from relink.file_dates where tenant_id = ${tenantId} and account_id = ${idKey(accountId)} returning format`])
      return rows.length > 0
    },
    async findByRef({ number, kind, bankId }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.accounts as a').selectAll('a').where('a.tenant_id', '=', tenantId)
          .where(({ exists, selectFrom }) =>
            exists(
              selectFrom('relink.account_sources as s').select('s.id').where('s.tenant_id', '=', tenantId).whereRef('s.account_id', '=', 'a.id')
                .where('s.ref_number', '=', number).where('s.ref_kind', '=', kind)
                .$if(bankId !== null, (q) => q.where((or) => or.or([or('s.ref_bank_id', 'is', null), or('s.ref_bank_id', '=', bankId)]))),
            ),
          )
          .orderBy('a.created_at').orderBy('a.id'),
      ])
      return rows.map(accounts.read)
    },
  }
}

type SummaryRow = StoredRow<Parameters<typeof accounts.write>[0]> & {
  readonly stated: bigint | null; readonly stated_on: AccountSummary['balanceOn']; readonly rows_sum: string | null
  readonly newest_row_on: AccountSummary['newestRowOn']; readonly shown_rows: bigint | null; readonly for_review: bigint | null; readonly connection_ids: string[] | null
}

function summaries(tenantId: string, { accountIds, connectionId }: AccountFilter) {
  const ofIds = accountIds === undefined ? sql`true` : sql`a.id = any (${arrayOf(accountIds.map(idKey), 'uuid')})`
  const ofConnection =
    connectionId === undefined
      ? sql`true`
      : sql`exists (select from relink.account_sources c where c.tenant_id = ${tenantId} and c.account_id = a.id and c.connection_id = ${idKey(connectionId)})`
  return sql<SummaryRow>`
    select a.*, b.amount as stated, b.stated_on, t.rows_sum, t.newest_row_on, t.shown_rows, t.for_review, s.connection_ids
    from relink.accounts a
    left join lateral (
      select coalesce(sum(amount) filter (where state = 'posted'), 0)::text as rows_sum, max(posted_on) as newest_row_on, count(*) as shown_rows,
        count(*) filter (where review = 'for_review' and not excluded) as for_review
      from relink.transactions where tenant_id = ${tenantId} and account_id = a.id and state <> 'withdrawn' and not deleted) t on true
    left join lateral (
      select amount, stated_on from relink.balances where tenant_id = ${tenantId} and account_id = a.id and kind in ('ledger', 'closing') and ${counts(tenantId, 'relink.balances.run_id')}
      order by stated_on desc, observed_at desc, seq desc limit 1) b on true
    left join lateral (
      select array_agg(distinct connection_id::text order by connection_id::text) as connection_ids
      from relink.account_sources where tenant_id = ${tenantId} and account_id = a.id and connection_id is not null) s on true
    where a.tenant_id = ${tenantId} and ${ofIds} and ${ofConnection} order by a.created_at, a.id`
}

function readSummary(row: SummaryRow): AccountSummary {
  return {
    ...accounts.read(row),
    balance: row.stated ?? BigInt(row.rows_sum ?? 0),
    balanceOn: row.stated_on ?? row.newest_row_on,
    balanceIsStated: row.stated !== null,
    newestRowOn: row.newest_row_on,
    rows: Number(row.shown_rows ?? 0),
    forReview: Number(row.for_review ?? 0),
    connectionIds: row.connection_ids ?? [],
  }
}
