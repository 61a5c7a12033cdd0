/**
 * Sign-in and who may do what. The tables `auth_*` belong to the library that signs people in: only the
 * role `relink_auth` sees them, under forced row-level security too. Members, invitations, keys and the
 * audit log are tenant tables; the log can be added to, not changed.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const signIn: Migration = {
  number: 17,
  name: 'sign-in',
  async up(db) {
    await auth.execute(db)
    await access.execute(db)
    await protect.execute(db)
    await grants.execute(db)
  },
}

/** Columns are named as the library names them. */
const auth = sql`
create table relink.auth_user (
  "id" text primary key, "name" text not null, "email" text not null unique, "emailVerified" boolean not null, "image" text,
  "createdAt" timestamptz not null, "updatedAt" timestamptz not null, "twoFactorEnabled" boolean);
create table relink.auth_session (
  "id" text primary key, "expiresAt" timestamptz not null, "token" text not null unique, "createdAt" timestamptz not null, "updatedAt" timestamptz not null,
  "ipAddress" text, "userAgent" text, "userId" text not null references relink.auth_user on delete cascade,
  "method" text not null check ("method" in ('password', 'totp', 'recovery', 'passkey', 'link')), "seenAt" timestamptz not null);
create index auth_session_user on relink.auth_session ("userId");
create table relink.auth_account (
  "id" text primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references relink.auth_user on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, "scope" text,
  "password" text, "createdAt" timestamptz not null, "updatedAt" timestamptz not null);
create index auth_account_user on relink.auth_account ("userId");
create table relink.auth_verification (
  "id" text primary key, "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null, "createdAt" timestamptz not null, "updatedAt" timestamptz not null);
create index auth_verification_identifier on relink.auth_verification ("identifier");
create table relink.auth_two_factor (
  "id" text primary key, "secret" text not null, "backupCodes" text not null, "userId" text not null references relink.auth_user on delete cascade,
  "verified" boolean, "failedVerificationCount" integer, "lockedUntil" timestamptz);
create index auth_two_factor_user on relink.auth_two_factor ("userId");
create table relink.auth_passkey (
  "id" text primary key, "name" text, "publicKey" text not null, "userId" text not null references relink.auth_user on delete cascade, "credentialID" text not null unique,
  "counter" bigint not null, "deviceType" text not null, "backedUp" boolean not null, "transports" text, "createdAt" timestamptz, "aaguid" text);
create index auth_passkey_user on relink.auth_passkey ("userId");
create table relink.auth_rate_limit ("id" text primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null);
-- Ours: failed sign-ins of an account, whatever the address they come from. The key is a digest, so that no address of a stranger is kept.
create table relink.auth_attempts (key text primary key, count integer not null, since bigint not null);
`

const access = sql`
create table relink.members (
  tenant_id uuid not null references relink.tenants, user_id text not null, name text not null, email text not null,
  role text not null check (role in ('owner', 'bookkeeper', 'reader')), delegated jsonb not null, created_at bigint not null, created_by text not null, removed_at bigint,
  primary key (tenant_id, user_id));
create table relink.invitations (
  tenant_id uuid not null references relink.tenants, id uuid not null, role text not null check (role in ('owner', 'bookkeeper', 'reader')), label text not null,
  token_digest bytea not null check (length(token_digest) = 32), created_at bigint not null, created_by text not null, expires_at bigint not null, accepted_at bigint, revoked_at bigint,
  primary key (tenant_id, id));
create table relink.api_keys (
  tenant_id uuid not null references relink.tenants, id text not null, label text not null, scope text not null check (scope in ('read', 'work')),
  digest bytea not null check (length(digest) = 32), maker text not null, created_at bigint not null, expires_at bigint not null, last_used_at bigint, revoked_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, maker) references relink.members);
create table relink.spent_links (
  tenant_id uuid not null references relink.tenants, digest bytea not null check (length(digest) = 32), spent_at bigint not null,
  primary key (tenant_id, digest));
create table relink.audit (
  tenant_id uuid not null references relink.tenants, seq bigint not null, at bigint not null, actor text not null, action text not null, object text not null,
  codes jsonb not null, prev bytea not null check (length(prev) = 32), hash bytea not null check (length(hash) = 32),
  primary key (tenant_id, seq));
create table relink.audit_heads (
  tenant_id uuid not null references relink.tenants, seq bigint not null, hash bytea not null check (length(hash) = 32),
  primary key (tenant_id));
`

const protect = sql`
do $$
declare protected regclass;
begin
  for protected in select c.oid from pg_class c where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r' and c.relname like 'auth\_%' loop
    execute format('alter table %s enable row level security', protected);
    execute format('alter table %s force row level security', protected);
    execute format('create policy sign_in on %s to relink_auth using (true) with check (true)', protected);
    execute format('grant select, insert, update, delete on %s to relink_auth', protected);
  end loop;
  foreach protected in array array['relink.members', 'relink.invitations', 'relink.api_keys', 'relink.spent_links', 'relink.audit', 'relink.audit_heads']::regclass[] loop
    execute format('alter table %s enable row level security', protected);
    execute format('alter table %s force row level security', protected);
    execute format(
      'create policy tenant on %s using (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid)) '
      'with check (tenant_id = (select nullif(current_setting(''relink.tenant'', true), '''')::uuid))', protected);
  end loop;
end $$;
`

const grants = sql`
grant usage on schema relink to relink_auth;
grant select, insert, update on relink.members, relink.invitations, relink.api_keys, relink.audit_heads to relink_app;
grant select, insert on relink.spent_links, relink.audit to relink_app;
`
