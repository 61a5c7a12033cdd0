/**
 * Outages of banks with begin, end and scope, kept for their history. Under forced row-level security
 * like every tenant table. Of one bank and scope one is open at most, whoever writes it first.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const incidents: Migration = {
  number: 14,
  name: 'incidents',
  async up(db) {
    await sql`
create table relink.incidents (
  tenant_id uuid not null references relink.tenants, id uuid not null, institution_id text not null, scope_key text not null, scope jsonb not null, cause text not null,
  started_at bigint not null, last_failure_at bigint not null, ended_at bigint, failing integer not null, connections integer not null,
  witness text not null check (witness in ('reads', 'probe')), problem_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, problem_id) references relink.problems,
  check (ended_at is null or ended_at >= started_at));
create unique index incidents_open on relink.incidents (tenant_id, institution_id, scope_key) where ended_at is null;
create index incidents_started on relink.incidents (tenant_id, institution_id, started_at desc);
alter table relink.incidents enable row level security;
alter table relink.incidents force row level security;
create policy tenant on relink.incidents using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, update on relink.incidents to relink_app;
`.execute(db)
  },
}
