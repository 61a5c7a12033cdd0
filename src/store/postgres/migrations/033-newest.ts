/** The rows of all accounts, newest first: without an index of their own a page of them sorted every row of the tenant. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const newest: Migration = {
  number: 33,
  name: 'newest',
  async up(db) {
    await sql`create index transactions_newest on relink.transactions (tenant_id, posted_on, id)`.execute(db)
  },
}
