/**
 * Statements that a person compared with the rows, under forced row-level security like every tenant
 * table; and the way to what persons decided lately, which no index led to.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const reconciliations: Migration = {
  number: 18,
  name: 'reconciliations',
  async up(db) {
    await sql`
create table relink.reconciliations (
  tenant_id uuid not null references relink.tenants, id uuid not null, account_id uuid not null, stated_on date not null, amount bigint not null,
  difference bigint not null, note text, noted_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references relink.accounts);
create index reconciliations_account on relink.reconciliations (tenant_id, account_id, stated_on desc);
alter table relink.reconciliations enable row level security;
alter table relink.reconciliations force row level security;
create policy tenant on relink.reconciliations using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, delete on relink.reconciliations to relink_app;
create index transaction_changes_decided on relink.transaction_changes (tenant_id, seq desc) where reason = 'decision';
`.execute(db)
  },
}
