/** By which program, runtime and network a connection was last read with success: what changed since is a fact for the diagnosis. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const readBy: Migration = {
  number: 13,
  name: 'read-by',
  async up(db) {
    await sql`alter table relink.connections add column read_by jsonb`.execute(db)
  },
}
