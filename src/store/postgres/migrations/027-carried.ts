/** What an answer changed besides its two rows, so that it can be taken back: the questions that it carried to the row that stays. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const carried: Migration = {
  number: 27,
  name: 'carried',
  async up(db) {
    await sql`alter table relink.questions add column carried jsonb not null default '[]'`.execute(db)
  },
}
