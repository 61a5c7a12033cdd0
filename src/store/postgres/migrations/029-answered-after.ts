/** Which page was the newest when a question was answered: an account that is concluded anew takes reads and answers in the order in which they came, which clocks that are set back do not tell. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const answeredAfter: Migration = {
  number: 29,
  name: 'answered-after',
  async up(db) {
    await sql`alter table relink.questions add column answered_after bigint`.execute(db)
  },
}
