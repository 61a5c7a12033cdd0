/** Consumers of one tenant on PostgreSQL; see `ConsumerStore`. Each step is one statement, so that no two requests can both take it. */
import { sql } from 'kysely'
import type { ConsumerStore } from '../../ports/store.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { consumerReads, consumers } from './tables.ts'

export function postgresConsumers(db: Session, tenantId: string): ConsumerStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const all = (trx: Session) => trx.selectFrom('relink.consumers').selectAll().where('tenant_id', '=', tenantId)
  const one = (trx: Session, id: string) => trx.updateTable('relink.consumers').where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('revoked_at', 'is', null)
  return {
    create: (consumer) =>
      run(async (trx) => {
        await trx.insertInto('relink.consumers').values({ tenant_id: tenantId, ...consumers.write(consumer) }).execute()
      }),
    async get(id) {
      const row = await run((trx) => all(trx).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : consumers.read(row)
    },
    async list() {
      return (await run((trx) => all(trx).orderBy('created_at').orderBy('id').execute())).map(consumers.read)
    },
    async claim(id, accessDigest, at) {
      const row = await run((trx) =>
        one(trx, id).where('first_used_at', 'is', null).where('setup_expires_at', '>', at)
          .set({ access_digest: Buffer.from(accessDigest), claimed_at: at, claims: sql<number>`claims + 1` }).returning('claims').executeTakeFirst(),
      )
      return row?.claims ?? null
    },
    async use(id, accessDigest, at) {
      const { numUpdatedRows } = await run((trx) =>
        one(trx, id).where('access_digest', '=', Buffer.from(accessDigest)).set({ first_used_at: sql`coalesce(first_used_at, ${at})`, last_used_at: at }).executeTakeFirst(),
      )
      return numUpdatedRows === 1n
    },
    revoke: (id, at) =>
      run(async (trx) => {
        await one(trx, id).set({ revoked_at: at }).execute()
      }),
    async reads(id) {
      const rows = await run((trx) => trx.selectFrom('relink.consumer_reads').selectAll().where('tenant_id', '=', tenantId).where('consumer_id', '=', idKey(id)).orderBy('account_id').execute())
      return rows.map(consumerReads.read).map(({ accountId, fromOn, readAt }) => ({ accountId, from: fromOn, at: readAt }))
    },
    recordRead: (id, { accountId, from, at }) =>
      run(async (trx) => {
        await trx.insertInto('relink.consumer_reads').values({ tenant_id: tenantId, ...consumerReads.write({ consumerId: id, accountId, fromOn: from, readAt: at }) })
          .onConflict((c) => c.columns(['tenant_id', 'consumer_id', 'account_id']).doUpdateSet({ from_on: sql`least(relink.consumer_reads.from_on, excluded.from_on)` })).execute()
      }),
  }
}
