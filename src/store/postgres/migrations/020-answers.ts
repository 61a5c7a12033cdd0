/** Who answered a question, and which reports an answer moved, so that a person's answer can be taken back. Under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const answers: Migration = {
  number: 20,
  name: 'answers',
  async up(db) {
    await sql`
alter table relink.questions add column answered_by text;
create index questions_answered on relink.questions (tenant_id, answered_at desc) where answered_by = 'person';
create table relink.answer_moves (
  tenant_id uuid not null, question_id uuid not null, source_id uuid not null, key uuid not null, tier text not null,
  primary key (tenant_id, question_id, source_id, key),
  foreign key (tenant_id, question_id) references relink.questions);
alter table relink.answer_moves enable row level security;
alter table relink.answer_moves force row level security;
create policy tenant on relink.answer_moves using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, delete on relink.answer_moves to relink_app;
`.execute(db)
  },
}
