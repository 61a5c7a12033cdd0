/** An attempt whose process died is told apart from one that was not answered. What was `lost` so far stays: it keeps the rule under which it was written. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const abandonedAttempts: Migration = {
  number: 12,
  name: 'abandoned-attempts',
  async up(db) {
    await sql`
      alter table relink.login_attempts drop constraint login_attempts_outcome_check,
        add constraint login_attempts_outcome_check check (outcome in ('open', 'accepted', 'refused', 'not_sent', 'unknown', 'lost', 'abandoned'))`.execute(db)
  },
}
