/**
 * Alerts of more than problems, where they are told, and what was told: the outbox of messages. An alert
 * is made with what causes it, so none can be lost; a message is planned once for each alert, destination
 * and part. Under forced row-level security like every tenant table.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const alerts: Migration = {
  number: 22,
  name: 'alerts',
  async up(db) {
    await sql`
alter table relink.alerts alter column problem_id drop not null, add column about text not null default 'problem', add column connection_id uuid, add column account_id uuid,
  add column key text, add column facts jsonb not null default '{}';
alter table relink.alerts alter column about drop default, alter column facts drop default;
create unique index alerts_key on relink.alerts (tenant_id, key);
create index alerts_open on relink.alerts (tenant_id, opened_at) where closed_at is null;
create index alerts_closed on relink.alerts (tenant_id, closed_at) where closed_at is not null;
create index alerts_problem on relink.alerts (tenant_id, problem_id);

create table relink.destinations (
  tenant_id uuid not null references relink.tenants, id uuid not null, label text not null, place jsonb not null, topics jsonb not null, quiet jsonb, time_zone text not null, amounts boolean not null,
  state text not null check (state in ('active', 'paused', 'stopped')), created_at bigint not null, created_by text not null, last_sent_at bigint, failing_since bigint, failure text,
  primary key (tenant_id, id));

create table relink.messages (
  tenant_id uuid not null, id uuid not null, destination_id uuid not null, created_at bigint not null, due_at bigint not null, attempts integer not null,
  state text not null check (state in ('waiting', 'sent', 'given_up', 'dropped')), ended_at bigint, subject text, failure text,
  primary key (tenant_id, id),
  foreign key (tenant_id, destination_id) references relink.destinations on delete cascade);
create index messages_due on relink.messages (tenant_id, due_at) where state = 'waiting';
create index messages_created on relink.messages (tenant_id, created_at desc, id desc);

create table relink.told (
  tenant_id uuid not null, destination_id uuid not null, alert_id uuid not null, part text not null check (part in ('acts', 'waits', 'begins', 'ends')), message_id uuid not null,
  primary key (tenant_id, alert_id, destination_id, part),
  foreign key (tenant_id, destination_id) references relink.destinations on delete cascade,
  foreign key (tenant_id, message_id) references relink.messages on delete cascade,
  foreign key (tenant_id, alert_id) references relink.alerts);
create index told_message on relink.told (tenant_id, message_id);
create index told_destination on relink.told (tenant_id, destination_id);
alter table relink.alerts add column passed_at bigint;

do $$
declare protected regclass;
begin
  foreach protected in array array['relink.destinations', 'relink.messages', 'relink.told']::regclass[] loop
    execute format('alter table %s enable row level security', protected);
    execute format('alter table %s force row level security', protected);
    execute format(
      'create policy tenant on %s using (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid)) '
      'with check (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid))', protected);
  end loop;
end $$;
grant select, insert, update, delete on relink.destinations, relink.messages, relink.told to relink_app;
`.execute(db)
  },
}
