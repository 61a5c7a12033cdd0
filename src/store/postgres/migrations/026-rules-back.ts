/** A rule that was removed can be brought back with what it did: it stays, marked, and its rows say which of them got back what they had. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const rulesBack: Migration = {
  number: 26,
  name: 'rules-back',
  async up(db) {
    await sql`
alter table relink.category_rules add column removed_at bigint;
alter table relink.category_rule_rows add column given_back boolean not null default false;
grant update on relink.category_rules, relink.category_rule_rows to relink_app;
`.execute(db)
  },
}
