/** Which reports a recompute moved from one transaction to another, so that it can be taken back. Under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const moves: Migration = {
  number: 10,
  name: 'moves',
  async up(db) {
    await sql`
create table relink.moves (
  tenant_id uuid not null, run_id uuid not null, source_id uuid not null, key uuid not null, from_id uuid not null, to_id uuid not null, tier text not null,
  primary key (tenant_id, run_id, source_id, key),
  foreign key (tenant_id, run_id) references relink.runs);
alter table relink.moves enable row level security;
alter table relink.moves force row level security;
create policy tenant on relink.moves using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert on relink.moves to relink_app;
`.execute(db)
  },
}
