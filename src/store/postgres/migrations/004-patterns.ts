/** Questions keep the pattern of their pair, so that a person's answer holds for the next pair of the same pattern. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const patterns: Migration = {
  number: 4,
  name: 'patterns',
  async up(db) {
    await sql`alter table relink.questions add column pattern text`.execute(db)
  },
}
