/**
 * Reconnect previews: what a sign-in beside the old one showed, kept outside of the feed until a person
 * switches. Under forced row-level security like every tenant table.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const previews: Migration = {
  number: 7,
  name: 'previews',
  async up(db) {
    await sql`
alter table relink.connections drop constraint connections_state_check,
  add constraint connections_state_check check (state in ('connecting', 'active', 'disabled', 'removed', 'preview', 'replaced'));

create table relink.previews (
  tenant_id uuid not null, id uuid not null, connection_id uuid not null, shadow_id uuid not null,
  state text not null check (state in ('reading', 'asked', 'ready', 'failed', 'different_login', 'switched', 'undone', 'cancelled')),
  created_at bigint not null, updated_at bigint not null, switched_at bigint, switch_run_id uuid, former_state text not null,
  accounts jsonb not null, unfed jsonb not null, unknown jsonb not null, failure jsonb,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references relink.connections,
  foreign key (tenant_id, shadow_id) references relink.connections);
create index previews_connection on relink.previews (tenant_id, connection_id, created_at desc);
create index previews_shadow on relink.previews (tenant_id, shadow_id);

create table relink.preview_answers (
  tenant_id uuid not null, preview_id uuid not null, seq bigint generated always as identity, account_id uuid not null, answer jsonb not null,
  primary key (tenant_id, preview_id, seq),
  foreign key (tenant_id, preview_id) references relink.previews,
  foreign key (tenant_id, account_id) references relink.accounts);

alter table relink.previews enable row level security;
alter table relink.previews force row level security;
create policy tenant on relink.previews using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
alter table relink.preview_answers enable row level security;
alter table relink.preview_answers force row level security;
create policy tenant on relink.preview_answers using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
grant select, insert, update on relink.previews to relink_app;
grant select, insert, delete on relink.preview_answers to relink_app;
`.execute(db)
  },
}
