/**
 * The roles of security.md section 4: `relink_owner` owns the tables and migrates, `relink_app` runs,
 * `relink_sched` sees due times, `relink_auth` the sign-in tables. They are made where the given login may make them; where it may not,
 * the failure carries the statements that an administrator runs once.
 */
import { createHmac, pbkdf2Sync, createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { failed, ok, type Result } from '../../domain/result.ts'
import { errorCode } from './outage.ts'

/** `remedy`: what an operator does; for roles, the statements to run. */
export type OpenFailure = {
  readonly code: 'database_unreachable' | 'login_refused' | 'roles_missing' | 'role_unsafe' | 'schema_newer' | 'schema_missing' | 'version_unsupported' | 'encoding_unsupported' | 'sessions_shared'
  readonly message: string
  readonly remedy: string
}

export const APP_ROLE = 'relink_app'
/** Those that the app may become for one transaction or one connection; it inherits nothing of them. */
const APART = ['relink_sched', 'relink_auth']

/**
 * Makes what is missing: roles, memberships, the right to create the schema. The password is set only
 * when `relink_app` is made here: an existing one may serve other programs.
 */
export async function prepareRoles(admin: pg.Client, appPassword: string | null): Promise<Result<void, OpenFailure>> {
  const { rows } = await admin.query<{ owner: boolean; app: boolean; apart: string[]; me: string; db: string }>(
    `select exists (select from pg_roles where rolname = 'relink_owner') as owner,
            exists (select from pg_roles where rolname = 'relink_app') as app,
            array(select rolname::text from pg_roles where rolname = any($1)) as apart,
            current_user as me, current_database() as db`,
    [APART],
  )
  const found = rows[0]!
  const me = pg.escapeIdentifier(found.me)
  const database = pg.escapeIdentifier(found.db)
  const statements = [
    ...(found.owner ? [] : ['create role relink_owner nologin nosuperuser nobypassrls']),
    ...APART.filter((role) => !found.apart.includes(role)).map((role) => `create role ${role} nologin nosuperuser nobypassrls`),
    // Without `noinherit` the app would see the due times of all tenants and the sign-in tables in every query, not only in those roles.
    ...(found.app ? [] : [`create role relink_app login noinherit nosuperuser nobypassrls nocreatedb nocreaterole${passwordClause(appPassword)}`]),
    ...(await missingMemberships(admin)).map((role) => `grant ${role} to relink_app`),
    ...((await isMember(admin, found.me, 'relink_owner')) ? [] : [`grant relink_owner to ${me}`]),
    ...((await mayConnect(admin)) ? [] : [`grant connect on database ${database} to relink_app`]),
    ...((await mayCreate(admin)) ? [] : [`grant create on database ${database} to relink_owner`]),
  ]
  try {
    for (const statement of statements) await tolerant(admin, statement)
  } catch (error) {
    if (errorCode(error) !== '42501') throw error
    return failed(rolesMissing(found.me, statements))
  }
  return ok(undefined)
}

function rolesMissing(user: string, statements: readonly string[]): OpenFailure {
  const shown = statements.map((statement) => statement.replace(/ password '.*'$/, " password 'CHOOSE-ONE'"))
  return {
    code: 'roles_missing',
    message: `The database user ${user} may not create the roles that Relink needs.`,
    remedy: `An administrator of the database runs once, in this database:\n${shown.map((statement) => `  ${statement};`).join('\n')}`,
  }
}

/** Two processes that start at once may both find a role missing; the second is told so and goes on. */
async function tolerant(admin: pg.Client, statement: string): Promise<void> {
  try {
    await admin.query(statement)
  } catch (error) {
    if (!['42710', '23505', 'XX000'].includes(errorCode(error))) throw error
    if (errorCode(error) === 'XX000' && !/concurrently updated/.test(String(error))) throw error
  }
}

async function missingMemberships(admin: pg.Client): Promise<readonly string[]> {
  const missing: string[] = []
  for (const role of APART) if (!(await isMember(admin, APP_ROLE, role))) missing.push(role)
  return missing
}

/** Whether the one may become the other: who made a role has it from version 16 on, but may not become it before that is granted, too. */
async function isMember(admin: pg.Client, member: string, role: string): Promise<boolean> {
  const { rows } = await admin.query<{ member: boolean }>(
    `select coalesce(pg_has_role(m.oid, r.oid, case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end), false) as member
     from pg_roles m, pg_roles r where m.rolname = $1 and r.rolname = $2`,
    [member, role],
  )
  return rows[0]?.member ?? false
}

/** Usually everybody may (PUBLIC); an administrator may have taken that away. */
async function mayConnect(admin: pg.Client): Promise<boolean> {
  const { rows } = await admin.query<{ may: boolean }>(
    `select has_database_privilege('public', current_database(), 'CONNECT') or exists (select from pg_roles where rolname = $1 and has_database_privilege(oid, current_database(), 'CONNECT')) as may`,
    [APP_ROLE],
  )
  return rows[0]?.may ?? false
}

async function mayCreate(admin: pg.Client): Promise<boolean> {
  const { rows } = await admin.query<{ may: boolean }>(
    `select has_database_privilege(oid, current_database(), 'CREATE') or exists (select from pg_namespace where nspname = 'relink' and nspowner = r.oid) as may
     from pg_roles r where rolname = 'relink_owner'`,
  )
  return rows[0]?.may ?? false
}

/** The verifier of RFC 5802, so that the password itself is never in a statement that a server may log. */
function passwordClause(password: string | null): string {
  return password === null ? '' : ` password '${scramVerifier(password)}'`
}

const SCRAM_ITERATIONS = 4096

function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, SCRAM_ITERATIONS, 32, 'sha256')
  const storedKey = createHash('sha256').update(createHmac('sha256', salted).update('Client Key').digest()).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/** Refuses to run as a role that row-level security does not hold. */
export async function checkAppRole(app: pg.Pool): Promise<Result<void, OpenFailure>> {
  const { rows } = await app.query<{ name: string; unsafe: boolean; owns: boolean; inherits: boolean }>(
    `select r.rolname as name, r.rolsuper or r.rolbypassrls as unsafe,
            pg_has_role(r.oid, 'relink_owner', 'MEMBER') as owns, pg_has_role(r.oid, 'relink_sched', 'USAGE') or pg_has_role(r.oid, 'relink_auth', 'USAGE') as inherits
     from pg_roles r where r.rolname = current_user`,
  )
  const role = rows[0]!
  if (!role.unsafe && !role.owns && !role.inherits) return ok(undefined)
  return failed({
    code: 'role_unsafe',
    message: `Relink must not run as the database role ${role.name}: row-level security would not hold for it.`,
    remedy: 'Sign in as relink_app: login, noinherit, nosuperuser, nobypassrls, not a member of relink_owner.',
  })
}
