/**
 * Pending rows are few and always of the last days, and each batch of a file asks for those of its
 * whole span: without an index of their own this read every row of an account of many years.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const pending: Migration = {
  number: 6,
  name: 'pending',
  async up(db) {
    await sql`create index transactions_pending on relink.transactions (tenant_id, account_id, posted_on) where state = 'pending'`.execute(db)
  },
}
