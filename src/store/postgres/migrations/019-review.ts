/**
 * Rules that a person made, with the rows that each changed, under forced row-level security like every
 * tenant table; and on a row the transfer between own accounts of which it is one side. A rule that goes takes the
 * memory of its rows with it.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const review: Migration = {
  number: 19,
  name: 'review',
  async up(db) {
    await sql`
alter table relink.transactions add column transfer uuid;
create index transactions_transfer on relink.transactions (tenant_id, transfer) where transfer is not null;
create index transactions_categorised on relink.transactions (tenant_id, posted_on desc, id desc) where category is not null;
create table relink.category_rules (
  tenant_id uuid not null references relink.tenants, id uuid not null, contains text not null, category text not null, account_id uuid, created_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references relink.accounts);
create table relink.category_rule_rows (
  tenant_id uuid not null, rule_id uuid not null, transaction_id uuid not null, category text,
  primary key (tenant_id, rule_id, transaction_id),
  foreign key (tenant_id, rule_id) references relink.category_rules on delete cascade,
  foreign key (tenant_id, transaction_id) references relink.transactions);
alter table relink.category_rules enable row level security;
alter table relink.category_rules force row level security;
alter table relink.category_rule_rows enable row level security;
alter table relink.category_rule_rows force row level security;
create policy tenant on relink.category_rules using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
create policy tenant on relink.category_rule_rows using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, delete on relink.category_rules, relink.category_rule_rows to relink_app;
`.execute(db)
  },
}
