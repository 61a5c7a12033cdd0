/** What reviewing needs of one tenant on PostgreSQL; see `ReviewStore`. */
import { sql, type SqlBool } from 'kysely'
import type { Patch } from '../../ports/store.ts'
import type { ReviewStore } from '../../ports/review.ts'
import type { Decisions, Transaction } from '../../domain/transaction.ts'
import { applyDecisions, isFree, reviewBeforePairing, ruleAsActor, type Decided } from '../decide.ts'
import type { StoredRow } from './columns.ts'
import { storeAllDecided } from './decided.ts'
import { contains } from './feed.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { changes, readShown, readTransaction, ruleRows, rules } from './tables.ts'

export function postgresReview(db: Session, tenantId: string): ReviewStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const rows = (trx: Session) => trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId)
  const live = (trx: Session) => rows(trx).where('state', '!=', 'withdrawn').where('deleted', '=', false).where('excluded', '=', false)
  const sidesOf = (trx: Session, transferId: string) => rows(trx).where('transfer', '=', idKey(transferId)).where('state', '!=', 'withdrawn')
  const newest = (query: ReturnType<typeof rows>, limit: number): Promise<readonly Transaction[]> =>
    query.orderBy('posted_on', 'desc').orderBy('id', 'desc').limit(limit).execute().then((found) => found.map((row) => readShown(row as StoredRow<never>)))
  /** Locks the rows in the order of their ids, so that two who want some of the same wait for each other instead of blocking. */
  const locked = async (query: ReturnType<typeof rows>) => (await query.orderBy('id').forUpdate().execute()).map((row) => readTransaction(row as StoredRow<never>))
  const decideAll = (trx: Session, held: Awaited<ReturnType<typeof locked>>, patchOf: (id: string) => Patch<Decisions>, at: number, by?: string): Promise<void> =>
    storeAllDecided(trx, tenantId, held.map((row): Decided => applyDecisions(row, patchOf(row.id), at, by)))
  /** Marks the rule as removed, or as there again; null: there is none to mark so. */
  const marked = async (trx: Session, id: string, removedAt: number | null) => {
    const { rows: [found] } = await sql`update relink.category_rules set removed_at = ${removedAt} where tenant_id = ${tenantId} and id = ${idKey(id)} and (removed_at is null) = ${removedAt !== null} returning *`.execute(trx)
    return found === undefined ? null : rules.read(found as Parameters<typeof rules.read>[0])
  }
  return {
    rules: () => run(async (trx) => (await trx.selectFrom('relink.category_rules').selectAll().where('tenant_id', '=', tenantId).where(sql<SqlBool>`removed_at is null`).orderBy('created_at').orderBy('id').execute()).map(rules.read)),
    saveRule: (rule, seen, at) =>
      run(async (trx) => {
        await trx.insertInto('relink.category_rules').values({ tenant_id: tenantId, ...rules.write(rule) } as never).execute()
        if (seen.length === 0) return 0
        const before = new Map(seen.map(({ id, category }) => [id, category]))
        const held = await locked(rows(trx).where('id', '=', sql<string>`any(cast(${[...before.keys()]} as uuid[]))`))
        const changed = held.filter(({ id, decisions }) => decisions.category === before.get(id) && decisions.category !== rule.category)
        await decideAll(trx, changed, () => ({ category: rule.category }), at, ruleAsActor(rule.id))
        if (changed.length === 0) return 0
        await sql`insert into relink.category_rule_rows (tenant_id, rule_id, transaction_id, category)
          select ${tenantId}, ${rule.id}, u.id, u.category from unnest(cast(${changed.map(({ id }) => id)} as uuid[]), cast(${changed.map(({ decisions }) => decisions.category)} as text[])) as u(id, category)`.execute(trx)
        return changed.length
      }),
    removeRule: (id, restore, at) =>
      run(async (trx) => {
        // Of two that remove it at once one finds it.
        const rule = await marked(trx, id, at)
        if (rule === null) return null
        const gave = (await trx.selectFrom('relink.category_rule_rows').selectAll().where('tenant_id', '=', tenantId).where('rule_id', '=', idKey(id)).execute()).map(ruleRows.read)
        const before = new Map(gave.map(({ transactionId, category }) => [transactionId, category]))
        const held = !restore || before.size === 0 ? [] : await locked(rows(trx).where('id', '=', sql<string>`any(cast(${[...before.keys()]} as uuid[]))`).where('category', '=', rule.category))
        await decideAll(trx, held, (rowId) => ({ category: before.get(rowId) ?? null }), at, ruleAsActor(id))
        if (held.length > 0) await sql`update relink.category_rule_rows set given_back = true where tenant_id = ${tenantId} and rule_id = ${idKey(id)} and transaction_id = any(cast(${held.map((row) => row.id)} as uuid[]))`.execute(trx)
        return held.length
      }),
    bringBackRule: (id, at) =>
      run(async (trx) => {
        const rule = await marked(trx, id, null)
        if (rule === null) return null
        const given = (await trx.selectFrom('relink.category_rule_rows').selectAll().where('tenant_id', '=', tenantId).where('rule_id', '=', idKey(id)).where('given_back', '=', true).execute()).map(ruleRows.read)
        const before = new Map(given.map(({ transactionId, category }) => [transactionId, category]))
        const there = before.size === 0 ? [] : await locked(rows(trx).where('id', '=', sql<string>`any(cast(${[...before.keys()]} as uuid[]))`))
        const again = there.filter((row) => row.decisions.category === before.get(row.id))
        await decideAll(trx, again, () => ({ category: rule.category }), at, ruleAsActor(id))
        // What somebody changed since is theirs.
        await sql`delete from relink.category_rule_rows where tenant_id = ${tenantId} and rule_id = ${idKey(id)} and given_back and not transaction_id = any(cast(${again.map((row) => row.id)} as uuid[]))`.execute(trx)
        await sql`update relink.category_rule_rows set given_back = false where tenant_id = ${tenantId} and rule_id = ${idKey(id)}`.execute(trx)
        return again.length
      }),
    removedRule: (id) =>
      run(async (trx) => {
        const found = await trx.selectFrom('relink.category_rules').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where(sql<SqlBool>`removed_at is not null`).executeTakeFirst()
        return found === undefined ? null : rules.read(found)
      }),
    removedRules: (limit) => run(async (trx) => (await trx.selectFrom('relink.category_rules').selectAll().where('tenant_id', '=', tenantId).where(sql<SqlBool>`removed_at is not null`).orderBy(sql`removed_at`, 'desc').orderBy('id', 'desc').limit(limit).execute()).map(rules.read)),
    containing: (text, accountId, limit) =>
      run((trx) => {
        const query = live(trx).where(contains(text, ['name', 'memo']))
        return newest(accountId === null ? query : query.where('account_id', '=', idKey(accountId)), limit)
      }),
    categories: () =>
      run(async (trx) => {
        const { rows: found } = await sql<{ category: string; rows: string }>`select category, count(*)::text as rows from relink.transactions where tenant_id = ${tenantId} and category is not null and not deleted group by category`.execute(trx)
        return found.map(({ category, rows: count }) => ({ category, rows: Number(count) })).sort((a, b) => (a.category < b.category ? -1 : 1))
      }),
    categorised: (limit) => run((trx) => newest(rows(trx).where('category', 'is not', null), limit)),
    opposites: ({ accountId, currency, amounts, from, to, limit }) =>
      run((trx) =>
        newest(
          live(trx).where('transfer', 'is', null).where('account_id', '!=', idKey(accountId)).where('currency', '=', currency).where('posted_on', '>=', from).where('posted_on', '<=', to)
            .where(sql<SqlBool>`amount = any(cast(${amounts.map(String)} as bigint[]))`),
          limit,
        ),
      ),
    pair: (transferId, sides, at) =>
      run(async (trx) => {
        const held = await locked(rows(trx).where('id', 'in', sides.map((id) => idKey(id) ?? '00000000-0000-0000-0000-000000000000')))
        if (held.length !== 2 || !held.every((row) => isFree(row) && row.decisions.transfer === null)) return false
        await decideAll(trx, held, () => ({ transfer: transferId, review: 'accepted' }), at)
        return true
      }),
    sides: (transferId) =>
      run(async (trx) => (await sidesOf(trx, transferId).orderBy('amount').orderBy('id').execute()).map((row) => readShown(row as StoredRow<never>))),
    unpair: (transferId, at) =>
      run(async (trx) => {
        const held = await locked(sidesOf(trx, transferId))
        const paired = held.length === 0 ? [] : (await trx.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', 'in', held.map(({ id }) => id)).where('reason', '=', 'decision').orderBy('seq').execute()).map(changes.read)
        await decideAll(trx, held, (id) => ({ transfer: null, review: reviewBeforePairing(paired.filter(({ transactionId }) => transactionId === id), transferId) }), at)
        return held.length > 0
      }),
  }
}
