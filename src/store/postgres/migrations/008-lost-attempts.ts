/** An attempt whose answer nobody read is told apart from one whose answer says nothing of the secret. What was `unknown` so far may be either, and stays. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const lostAttempts: Migration = {
  number: 8,
  name: 'lost-attempts',
  async up(db) {
    await sql`
      alter table relink.login_attempts drop constraint login_attempts_outcome_check,
        add constraint login_attempts_outcome_check check (outcome in ('open', 'accepted', 'refused', 'not_sent', 'unknown', 'lost'))`.execute(db)
  },
}
