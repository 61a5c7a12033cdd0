/**
 * The first tables. The tenant leads every key; every tenant table is under forced row-level security;
 * what is evidence (observations, history, coverage, balances, pages) can be added but not changed.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const start: Migration = {
  number: 1,
  name: 'start',
  async up(db) {
    await tenants.execute(db)
    await connectionsAndAccounts.execute(db)
    await feed.execute(db)
    await health.execute(db)
    await vault.execute(db)
    await protect.execute(db)
    await grants.execute(db)
    await statistics.execute(db)
  },
}

const tenants = sql`
create table relink.tenants (tenant_id uuid primary key, created_at timestamptz not null default now());
create table relink.instance (single boolean primary key default true check (single), default_tenant uuid not null references relink.tenants);
`

const connectionsAndAccounts = sql`
create table relink.connections (
  tenant_id uuid not null references relink.tenants, id uuid not null,
  institution_id text not null, institution_name text not null, connector text not null, settings jsonb not null,
  login_label text not null, login_index text not null, state text not null check (state in ('connecting', 'active', 'disabled', 'removed')),
  connector_state jsonb not null, created_at bigint not null, next_sync_at bigint, last_success_at bigint, last_attempt_at bigint,
  failures_in_row integer not null, secret_changed_at bigint, settings_changed_at bigint,
  primary key (tenant_id, id));
create index connections_login on relink.connections (tenant_id, login_index);
-- The scheduler asks over all tenants: the one index that does not begin with the tenant.
create index connections_due on relink.connections (next_sync_at) where next_sync_at is not null and state in ('connecting', 'active');

create table relink.accounts (
  tenant_id uuid not null references relink.tenants, id uuid not null,
  name text not null, number text, bank_id text, kind text not null, currency text not null,
  state text not null check (state in ('open', 'paused', 'closed', 'missing')), institution_name text, start_on date, created_at bigint not null,
  primary key (tenant_id, id));

create table relink.account_sources (
  tenant_id uuid not null, id uuid not null, account_id uuid not null, connection_id uuid,
  ref_bank_id text, ref_branch_id text, ref_number text not null, ref_kind text not null,
  state text not null check (state in ('active', 'paused', 'replaced')), sign smallint not null check (sign in (1, -1)),
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references relink.accounts,
  foreign key (tenant_id, connection_id) references relink.connections);
create index account_sources_account on relink.account_sources (tenant_id, account_id);
create index account_sources_connection on relink.account_sources (tenant_id, connection_id);
create index account_sources_number on relink.account_sources (tenant_id, ref_number);

create table relink.runs (
  tenant_id uuid not null references relink.tenants, id uuid not null, connection_id uuid,
  trigger text not null, started_at bigint not null, ended_at bigint,
  outcome text not null check (outcome in ('running', 'succeeded', 'partial', 'failed', 'suspended')),
  stage text, accounts jsonb not null, failure jsonb, label text,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references relink.connections);
create index runs_started on relink.runs (tenant_id, started_at desc, id desc);
create index runs_connection on relink.runs (tenant_id, connection_id, started_at desc);
create index runs_ended on relink.runs (tenant_id, ended_at) where ended_at is not null;

create table relink.request_quotas (
  tenant_id uuid not null references relink.tenants, institution_id text not null, day date not null, used integer not null,
  primary key (tenant_id, institution_id, day));
`

/**
 * Observations and transactions have no foreign keys of their own: a page is checked against its run
 * and source once (relink.pages), which costs nothing per row, and only commitPage writes them.
 */
const feed = sql`
create table relink.observations (
  tenant_id uuid not null, source_id uuid not null, key uuid not null, id uuid not null, account_id uuid not null, run_id uuid not null,
  transaction_id uuid not null, tier text not null, provider_id text, pending_provider_id text, ordinal integer not null, observed_at bigint not null,
  status text not null, posted_on date not null, transacted_on date, value_on date, amount bigint not null, currency text not null,
  name text, memo text, kind text, check_number text, reference text, foreign_amount text, foreign_currency text,
  primary key (tenant_id, source_id, key));
create index observations_transaction on relink.observations (tenant_id, transaction_id);
create index observations_provider on relink.observations (tenant_id, source_id, provider_id) where provider_id is not null;
create index observations_pending on relink.observations (tenant_id, source_id, pending_provider_id) where pending_provider_id is not null;

create table relink.transactions (
  tenant_id uuid not null, id uuid not null, account_id uuid not null,
  status text not null, posted_on date not null, transacted_on date, value_on date, amount bigint not null, currency text not null,
  name text, memo text, kind text, check_number text, reference text, foreign_amount text, foreign_currency text,
  state text not null check (state in ('pending', 'posted', 'withdrawn')), withdrawn_reason text,
  review text not null, category text, note text, excluded boolean not null, deleted boolean not null,
  created_at bigint not null, updated_at bigint not null, content_key uuid not null,
  primary key (tenant_id, id),
  check ((state = 'withdrawn') = (withdrawn_reason is not null)));
create index transactions_day on relink.transactions (tenant_id, account_id, posted_on, id);
create index transactions_amount on relink.transactions (tenant_id, account_id, amount, posted_on);
create index transactions_content on relink.transactions (tenant_id, account_id, content_key);

create table relink.transaction_changes (
  tenant_id uuid not null, seq bigint generated always as identity, transaction_id uuid not null, at bigint not null, run_id uuid,
  reason text not null, changes jsonb not null,
  primary key (tenant_id, transaction_id, seq),
  foreign key (tenant_id, transaction_id) references relink.transactions);

create table relink.pages (
  tenant_id uuid not null, seq bigint generated always as identity, run_id uuid not null, account_id uuid not null, source_id uuid not null,
  at bigint not null, seen uuid[] not null, covers_from date, covers_to date,
  primary key (tenant_id, source_id, seq),
  foreign key (tenant_id, run_id) references relink.runs,
  foreign key (tenant_id, account_id) references relink.accounts,
  foreign key (tenant_id, source_id) references relink.account_sources);
-- Random ids do not compress; trying costs as much as the rest of the row.
alter table relink.pages alter column seen set storage external;

create table relink.coverage (
  tenant_id uuid not null, seq bigint generated always as identity, account_id uuid not null, source_id uuid not null,
  from_on date not null, to_on date not null, run_id uuid not null,
  primary key (tenant_id, account_id, seq),
  foreign key (tenant_id, source_id) references relink.account_sources,
  check (from_on <= to_on));

create table relink.balances (
  tenant_id uuid not null, seq bigint generated always as identity, account_id uuid not null, source_id uuid not null, run_id uuid not null,
  kind text not null, amount bigint not null, stated_on date not null, observed_at bigint not null,
  primary key (tenant_id, account_id, seq),
  foreign key (tenant_id, source_id) references relink.account_sources);
create index balances_stated on relink.balances (tenant_id, account_id, source_id, stated_on, observed_at, seq);

create table relink.balance_spans (
  tenant_id uuid not null, seq bigint generated always as identity, account_id uuid not null, source_id uuid not null,
  from_on date not null, to_on date not null, opening bigint not null, closing bigint not null, rows_sum bigint not null,
  status text not null check (status in ('proved', 'broken', 'unknown')),
  primary key (tenant_id, source_id, to_on, seq),
  foreign key (tenant_id, source_id) references relink.account_sources);
create index balance_spans_account on relink.balance_spans (tenant_id, account_id);

create table relink.cursors (
  tenant_id uuid not null, source_id uuid not null, cursor jsonb not null, at bigint not null,
  primary key (tenant_id, source_id),
  foreign key (tenant_id, source_id) references relink.account_sources);

create table relink.questions (
  tenant_id uuid not null, id uuid not null, account_id uuid not null, kind text not null, transaction_id uuid not null, other_transaction_id uuid,
  asked_at bigint not null, answer text, answered_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references relink.accounts,
  foreign key (tenant_id, transaction_id) references relink.transactions,
  foreign key (tenant_id, other_transaction_id) references relink.transactions);
create index questions_open on relink.questions (tenant_id, account_id) where answer is null;
`

const health = sql`
create table relink.problems (
  tenant_id uuid not null, id uuid not null, connection_id uuid not null, account_id uuid, institution_id text not null,
  opened_at bigint not null, updated_at bigint not null, closed_at bigint, proof_run_id uuid,
  failure jsonb not null, context jsonb not null, diagnosis jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references relink.connections,
  foreign key (tenant_id, account_id) references relink.accounts,
  foreign key (tenant_id, proof_run_id) references relink.runs);
create index problems_opened on relink.problems (tenant_id, opened_at desc, id desc);
create index problems_connection on relink.problems (tenant_id, connection_id) where closed_at is null;

create table relink.alerts (
  tenant_id uuid not null, id uuid not null, problem_id uuid not null, opened_at bigint not null, closed_at bigint, delivered_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, problem_id) references relink.problems);
create index alerts_opened on relink.alerts (tenant_id, opened_at desc, id desc);

create table relink.repair_plans (
  tenant_id uuid not null, id uuid not null, problem_id uuid not null, connection_id uuid not null, cause text not null,
  created_at bigint not null, updated_at bigint not null, state text not null check (state in ('open', 'proved', 'abandoned')), steps jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, problem_id) references relink.problems,
  foreign key (tenant_id, connection_id) references relink.connections);
create index repair_plans_problem on relink.repair_plans (tenant_id, problem_id, created_at desc);

create table relink.challenges (
  tenant_id uuid not null, id uuid not null, connection_id uuid not null, run_id uuid not null, prompts jsonb not null, resume jsonb not null,
  asked_at bigint not null, expires_at bigint not null,
  state text not null check (state in ('open', 'answered', 'accepted', 'refused', 'expired', 'cancelled')),
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references relink.connections);
create index challenges_connection on relink.challenges (tenant_id, connection_id, asked_at desc);
`

/** Secrets come before their connection exists: the first sign-in decides whether it will. Hence no foreign key. */
const vault = sql`
create table relink.tenant_keys (tenant_id uuid primary key references relink.tenants, key_id bytea not null, sealed bytea not null, master_key_id bytea not null);

create table relink.secrets (
  tenant_id uuid not null references relink.tenants, connection_id uuid not null, purpose text not null, version integer not null,
  sealed bytea not null, digest text not null, created_at bigint not null, expires_at bigint,
  primary key (tenant_id, connection_id, purpose, version));

create table relink.logins (
  tenant_id uuid not null references relink.tenants, login_index text not null, locked_at bigint, granted_uses integer not null default 0 check (granted_uses >= 0),
  primary key (tenant_id, login_index));

create table relink.login_attempts (
  tenant_id uuid not null, id uuid not null, seq bigint generated always as identity, login_index text not null, connection_id uuid not null,
  secret_version integer not null, secret_digest text not null, opened_at bigint not null, closed_at bigint,
  outcome text not null check (outcome in ('open', 'accepted', 'refused', 'not_sent', 'unknown')),
  primary key (tenant_id, id),
  foreign key (tenant_id, login_index) references relink.logins);
create index login_attempts_login on relink.login_attempts (tenant_id, login_index, seq desc);
create index login_attempts_open on relink.login_attempts (tenant_id, opened_at) where outcome = 'open';
`

/** The setting is read in a subquery so that it is evaluated once for each statement, not for each row: a quarter of the cost of an insert. */
const protect = sql`
do $$
declare tenant_table regclass;
begin
  for tenant_table in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r'
  loop
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
      'create policy tenant on %s using (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid)) '
      'with check (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid))', tenant_table);
  end loop;
end $$;
create policy due on relink.connections for select to relink_sched using (true);
`

/**
 * A first import outruns autovacuum by minutes, and without statistics the planner takes any index for
 * any other. Only the owner may analyze; the app may ask for it when a table has grown fourfold.
 */
const statistics = sql`
create function relink.refresh_statistics() returns void language plpgsql security definer set search_path = '' as $$
begin
  if pg_catalog.pg_relation_size('relink.transactions') / pg_catalog.current_setting('block_size')::bigint
     > 4 * greatest(1, (select relpages from pg_catalog.pg_class where oid = 'relink.transactions'::regclass))
     and pg_catalog.pg_try_advisory_xact_lock(7265106947) then
    analyze relink.observations;
    analyze relink.transactions;
    analyze relink.transaction_changes;
  end if;
end $$;
revoke all on function relink.refresh_statistics() from public;
grant execute on function relink.refresh_statistics() to relink_app;
`

const grants = sql`
grant usage on schema relink to relink_app, relink_sched;
grant select on relink.migrations, relink.instance, relink.tenants to relink_app;
grant select (tenant_id, id, state, next_sync_at) on relink.connections to relink_sched;

grant select, insert, update on relink.connections, relink.accounts, relink.account_sources, relink.runs, relink.request_quotas,
  relink.transactions, relink.cursors, relink.questions, relink.problems, relink.alerts, relink.repair_plans, relink.challenges,
  relink.tenant_keys, relink.logins to relink_app;
grant select, insert, delete on relink.balance_spans to relink_app;
grant select, insert, update, delete on relink.secrets to relink_app;

grant select, insert on relink.observations, relink.transaction_changes, relink.pages, relink.coverage, relink.balances,
  relink.login_attempts to relink_app;
grant update (transaction_id, tier) on relink.observations to relink_app;
grant update (outcome, closed_at) on relink.login_attempts to relink_app;
`
