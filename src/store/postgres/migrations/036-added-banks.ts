/** Banks that an owner added by their address, beside those of the lists: under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const addedBanks: Migration = {
  number: 36,
  name: 'added-banks',
  async up(db) {
    await sql`
create table relink.added_banks (
  tenant_id uuid not null references relink.tenants, id text not null, institution jsonb not null, added_at bigint not null,
  primary key (tenant_id, id));
alter table relink.added_banks enable row level security;
alter table relink.added_banks force row level security;
create policy tenant on relink.added_banks using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert on relink.added_banks to relink_app;
`.execute(db)
  },
}
