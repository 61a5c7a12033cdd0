/**
 * The feed's way back: which run was taken back by which, and which run asked a question. Runs, pages
 * and observations stay as they are; an undo is a row beside them. Under forced row-level security
 * like every tenant table.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const history: Migration = {
  number: 5,
  name: 'history',
  async up(db) {
    await sql`
create table relink.undos (
  tenant_id uuid not null, undo_run_id uuid not null, run_id uuid not null, at bigint not null, redone_at bigint,
  primary key (tenant_id, undo_run_id),
  foreign key (tenant_id, run_id) references relink.runs,
  foreign key (tenant_id, undo_run_id) references relink.runs deferrable initially deferred);
-- One undo of a run at a time, whoever asks first.
create unique index undos_present on relink.undos (tenant_id, run_id) where redone_at is null;
alter table relink.undos enable row level security;
alter table relink.undos force row level security;
create policy tenant on relink.undos using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert on relink.undos to relink_app;
grant update (redone_at) on relink.undos to relink_app;

alter table relink.questions add column run_id uuid, add column closed_by uuid;
`.execute(db)
  },
}
