/** What a person said of the dates of an account's files, for the next ones. Under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const fileDates: Migration = {
  number: 24,
  name: 'file-dates',
  async up(db) {
    await sql`
create table relink.file_dates (
  tenant_id uuid not null, account_id uuid not null, format text not null, dates text not null check (dates in ('day-first', 'month-first')),
  primary key (tenant_id, account_id, format),
  foreign key (tenant_id, account_id) references relink.accounts);
alter table relink.file_dates enable row level security;
alter table relink.file_dates force row level security;
create policy tenant on relink.file_dates using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, update, delete on relink.file_dates to relink_app;
`.execute(db)
  },
}
