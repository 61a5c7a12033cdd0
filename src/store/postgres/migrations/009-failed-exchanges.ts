/**
 * What was asked and answered, redacted, in the last run that showed a problem: for the support bundle.
 * Under forced row-level security like every tenant table.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const failedExchanges: Migration = {
  number: 9,
  name: 'failed-exchanges',
  async up(db) {
    await sql`
create table relink.failed_exchanges (
  tenant_id uuid not null, problem_id uuid not null, run_id uuid not null, exchanges jsonb not null,
  primary key (tenant_id, problem_id),
  foreign key (tenant_id, problem_id) references relink.problems);
alter table relink.failed_exchanges enable row level security;
alter table relink.failed_exchanges force row level security;
create policy tenant on relink.failed_exchanges using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, update on relink.failed_exchanges to relink_app;
`.execute(db)
  },
}
