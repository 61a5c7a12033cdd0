/** Who decided about a row, and who answered a question about two: older decisions stay without a name. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const deciders: Migration = {
  number: 32,
  name: 'deciders',
  async up(db) {
    await sql`alter table relink.transaction_changes add column by text`.execute(db)
    await sql`alter table relink.questions add column answerer text`.execute(db)
  },
}
