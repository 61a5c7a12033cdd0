/**
 * Each read asks for the newest spans of a source and for all that are not proved. Those are few among
 * many after years, and have an index of their own, so that a read does not look through the others.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const failingSpans: Migration = {
  number: 16,
  name: 'failing-spans',
  async up(db) {
    await sql`create index balance_spans_failing on relink.balance_spans (tenant_id, source_id) where status <> 'proved'`.execute(db)
  },
}
