/** A bank that calls a login locked is heard at the end of the attempt, not only when the run that made it ends: a process that dies between would let the next read try once more. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const lockedAttempts: Migration = {
  number: 21,
  name: 'locked-attempts',
  async up(db) {
    await sql`
      alter table relink.login_attempts drop constraint login_attempts_outcome_check,
        add constraint login_attempts_outcome_check check (outcome in ('open', 'accepted', 'refused', 'locked', 'not_sent', 'unknown', 'lost', 'abandoned'))`.execute(db)
  },
}
