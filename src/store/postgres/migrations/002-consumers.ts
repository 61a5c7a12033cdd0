/** Programs that read the feed, and which days each has taken. Credentials are digests; under forced row-level security like every tenant table. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const consumers: Migration = {
  number: 2,
  name: 'consumers',
  async up(db) {
    await tables.execute(db)
    await protect.execute(db)
  },
}

const tables = sql`
create table relink.consumers (
  tenant_id uuid not null references relink.tenants, id uuid not null, label text not null, url text not null, account_ids jsonb, created_at bigint not null,
  setup_digest bytea not null check (length(setup_digest) = 32), setup_expires_at bigint not null,
  access_digest bytea check (length(access_digest) = 32), claimed_at bigint, claims integer not null,
  first_used_at bigint, last_used_at bigint, revoked_at bigint,
  primary key (tenant_id, id));

create table relink.consumer_reads (
  tenant_id uuid not null, consumer_id uuid not null, account_id uuid not null, from_on date not null, read_at bigint not null,
  primary key (tenant_id, consumer_id, account_id),
  foreign key (tenant_id, consumer_id) references relink.consumers,
  foreign key (tenant_id, account_id) references relink.accounts);

grant select, insert, update on relink.consumers, relink.consumer_reads to relink_app;
`

const protect = sql`
alter table relink.consumers enable row level security;
alter table relink.consumers force row level security;
create policy tenant on relink.consumers using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
alter table relink.consumer_reads enable row level security;
alter table relink.consumer_reads force row level security;
create policy tenant on relink.consumer_reads using (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('relink.tenant', true), '')::uuid));
`
