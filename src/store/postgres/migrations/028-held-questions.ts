/** What a bank gave to go with its question is kept sealed (`Vault.holdQuestion`): what lay here in the clear goes, also of questions that are over. One that waits is asked anew. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const heldQuestions: Migration = {
  number: 28,
  name: 'held-questions',
  async up(db) {
    // The owner sees the rows of all tenants only while the policies are not forced on it.
    await sql`
alter table relink.challenges no force row level security;
update relink.challenges set resume = resume - 'data' where resume ? 'data';
alter table relink.challenges force row level security;
`.execute(db)
  },
}
