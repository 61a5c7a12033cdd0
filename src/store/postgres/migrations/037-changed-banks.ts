/** A bank that an owner added can be changed and removed; the policy of the table holds for both. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const changedBanks: Migration = {
  number: 37,
  name: 'changed-banks',
  async up(db) {
    await sql`grant update, delete on relink.added_banks to relink_app`.execute(db)
  },
}
