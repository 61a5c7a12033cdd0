/** When a person wants a connection read by itself, and whether reading by itself is paused as a whole. Under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const schedule: Migration = {
  number: 23,
  name: 'schedule',
  async up(db) {
    await sql`
alter table relink.connections add column read_plan jsonb;
create table relink.reading_pauses (tenant_id uuid primary key references relink.tenants, since bigint not null, by_actor text not null);
alter table relink.reading_pauses enable row level security;
alter table relink.reading_pauses force row level security;
create policy tenant on relink.reading_pauses using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, update, delete on relink.reading_pauses to relink_app;
`.execute(db)
  },
}
