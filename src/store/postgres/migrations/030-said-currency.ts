/** Whether a person said the currency of an account, because no statement did: then a person may say another. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const saidCurrency: Migration = {
  number: 30,
  name: 'said-currency',
  async up(db) {
    await sql`alter table relink.accounts add column currency_is_said boolean not null default false`.execute(db)
  },
}
