/** Rows by what a person gave them: a category, and what few rows are. Without these a page of a long account's few went through all of it. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const marked: Migration = {
  number: 35,
  name: 'marked',
  async up(db) {
    await sql`create index transactions_category on relink.transactions (tenant_id, category, posted_on, id) where category is not null`.execute(db)
    await sql`create index transactions_marked on relink.transactions (tenant_id, posted_on, id) where excluded or deleted or note is not null or transfer is not null`.execute(db)
  },
}
