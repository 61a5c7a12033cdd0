/**
 * A refused secret stays refused also when the bank has let in another one of the login since: what stands so is found
 * without reading every sign-in that the login ever had.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const standingRefusals: Migration = {
  number: 34,
  name: 'standing-refusals',
  async up(db) {
    await sql`create index login_attempts_standing on relink.login_attempts (tenant_id, login_index, seq) where outcome in ('open', 'refused', 'abandoned')`.execute(db)
    await sql`create index login_attempts_secret on relink.login_attempts (tenant_id, secret_digest, seq)`.execute(db)
    await sql`drop index relink.login_attempts_open`.execute(db)
  },
}
