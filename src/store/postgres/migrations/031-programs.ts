/** The program that wrote the files of a source: those of each are a source of their own. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const programs: Migration = {
  number: 31,
  name: 'programs',
  async up(db) {
    await sql`alter table relink.account_sources add column program text`.execute(db)
  },
}
