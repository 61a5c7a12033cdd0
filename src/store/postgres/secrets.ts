/**
 * Sealed secrets and the attempts ledger of one tenant on PostgreSQL; see `SecretStore`. The row of a
 * login is its lock: whoever begins an attempt holds it until the attempt is stored.
 */
import { sql } from 'kysely'
import type { Attempt, LoginLedger, NewAttempt, SecretStore } from '../../ports/secrets.ts'
import { columnList, TYPES } from './arrays.ts'
import { insertOne, once } from './compiled.ts'
import { idKey, inOneTrip, inTwoTrips, lease, noteTruth, type Database } from './session.ts'
import { attempts, secrets, tenantKeys } from './tables.ts'

const IS_UNSETTLED = sql<boolean>`outcome in ('open', 'unknown', 'lost', 'abandoned')`

const insertAttempt = insertOne('login_attempts', attempts)

export function postgresSecrets(db: Database, tenantId: string): SecretStore {
  const newest = once((connectionId: string | null, purpose: string) =>
    db.selectFrom('relink.secrets').selectAll().where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId).where('purpose', '=', purpose).orderBy('version', 'desc').limit(1))
  const close = once((outcome: Attempt['outcome'], at: number, id: string | null) =>
    db.updateTable('relink.login_attempts').set({ outcome, closed_at: at }).where('tenant_id', '=', tenantId).where('id', '=', id).where(IS_UNSETTLED))
  return {
    async tenantKey() {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.tenant_keys').selectAll().where('tenant_id', '=', tenantId)])
      return row === undefined ? null : tenantKeys.read(row)
    },
    async saveTenantKey(key) {
      const row = tenantKeys.write(key)
      await inOneTrip(db, tenantId, [
        db.insertInto('relink.tenant_keys').values({ tenant_id: tenantId, ...row }).onConflict((c) =>
          c.column('tenant_id').doUpdateSet({ sealed: row.sealed, master_key_id: row.master_key_id }).where('relink.tenant_keys.key_id', '=', row.key_id)),
      ])
    },
    async put(record, underKey) {
      const row = secrets.write(record) as Readonly<Record<string, unknown>>
      const values = secrets.columns.map(({ column, codec }) => sql`cast(${row[column]} as ${TYPES[codec.type]})`)
      const isMeant = underKey === undefined ? sql`true` : sql`exists (select from relink.tenant_keys where tenant_id = ${tenantId} and key_id = ${Buffer.from(underKey)})`
      const [, , { affected }] = await inOneTrip(db, tenantId, [
        // Held to the end: whoever seals all anew sees this record, or this one sees the new key.
        sql`select from relink.tenant_keys where tenant_id = ${tenantId} for share`,
        sql`delete from relink.secrets where tenant_id = ${tenantId} and connection_id = ${record.connectionId} and purpose = ${record.purpose} and version <= ${record.version} and ${isMeant}`,
        sql`insert into relink.secrets (tenant_id, ${columnList(secrets)}) select cast(${tenantId} as uuid), ${sql.join(values)} where ${isMeant}`,
      ])
      return affected === 1
    },
    reseal: (decide) =>
      inTwoTrips(
        db, tenantId,
        [sql<KeyRow>`select * from relink.tenant_keys where tenant_id = ${tenantId} for update`, sql<SecretRow>`select * from relink.secrets where tenant_id = ${tenantId} order by connection_id, purpose, version`],
        ([{ rows: [key] }, found]) => {
          const decided = key === undefined ? null : decide(tenantKeys.read(key), found.rows.map((row) => secrets.read(row)))
          if (decided === null) return null
          return [
            db.updateTable('relink.tenant_keys').set(tenantKeys.write(decided.key)).where('tenant_id', '=', tenantId),
            db.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId),
            ...decided.records.map((record) => db.insertInto('relink.secrets').values({ tenant_id: tenantId, ...secrets.write(record) })),
          ]
        },
      ),
    async get(connectionId, purpose) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [newest(idKey(connectionId), purpose)])
      return row === undefined ? null : secrets.read(row)
    },
    async destroy(connectionId, purpose) {
      await inOneTrip(db, tenantId, [
        db.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId).where('connection_id', '=', idKey(connectionId)).$if(purpose !== undefined, (q) => q.where('purpose', '=', purpose!)),
      ])
    },
    async destroyExpired(now) {
      await inOneTrip(db, tenantId, [db.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId).where('expires_at', '<=', now)])
    },
    async beginAttempt(loginIndex, decide, seen) {
      const expected = seen === undefined ? null : decide(seen)
      if (expected !== null && (await beginAsSeen(db, tenantId, expected, seen!))) return attemptOf(expected)
      let begun: Attempt | null = null
      await inTwoTrips(db, tenantId, [...lockLogin(tenantId, loginIndex), ...ledgerOf(tenantId, loginIndex)], ([, , login, found]) => {
        const decided = decide(readLedger(login.rows, found.rows))
        if (decided === null) return null
        begun = attemptOf(decided)
        const insert = insertAttempt(tenantId, begun)
        return decided.usesGrant === true ? [insert, takeGrant(tenantId, loginIndex)] : [insert]
      })
      return begun
    },
    async endAttempt(id, outcome, at) {
      const ended = close(outcome, at, idKey(id))
      // What the bank said is true even when the lock of the connection was lost meanwhile.
      if (outcome !== 'accepted') return void (await lease.exit(() => inOneTrip(db, tenantId, outcome === 'locked' ? [noteLock(tenantId, idKey(id), at), ended] : [ended])))
      // An acceptance that is lost with the process leaves an attempt of which nothing is known, which allows less, never more.
      await noteTruth(db, tenantId, ended, [endGrants(tenantId, idKey(id))])
    },
    async closeStaleAttempts(before, at) {
      const [{ affected }] = await inOneTrip(db, tenantId, [
        db.updateTable('relink.login_attempts').set({ outcome: 'abandoned', closed_at: at }).where('tenant_id', '=', tenantId).where(sql<boolean>`outcome = 'open'`).where('opened_at', '<', before),
      ])
      return affected
    },
    async ledger(loginIndex) {
      const [login, found] = await inOneTrip(db, tenantId, ledgerOf(tenantId, loginIndex))
      return readLedger(login.rows, found.rows)
    },
    async setLogin(loginIndex, { lockedAt, grantedUses }) {
      const values = { ...(lockedAt === undefined ? {} : { locked_at: lockedAt }), ...(grantedUses === undefined ? {} : { granted_uses: grantedUses }) }
      const changed = Object.keys(values).length === 0 ? [] : [db.updateTable('relink.logins').set(values).where('tenant_id', '=', tenantId).where('login_index', '=', loginIndex)]
      await inOneTrip(db, tenantId, [...lockLogin(tenantId, loginIndex), ...changed])
    },
  }
}

function attemptOf({ usesGrant: _, ...attempt }: NewAttempt): Attempt {
  return attempt
}

/**
 * Stores the attempt if the ledger, under its lock, is still what was seen, and the secret still stored; true
 * when it is stored. One trip, which others may share, so that no lock is held while this process thinks.
 */
async function beginAsSeen(db: Database, tenantId: string, { usesGrant = false, ...attempt }: NewAttempt, seen: LoginLedger): Promise<boolean> {
  const { loginIndex, connectionId, secretVersion, secretDigest } = attempt
  const row = attempts.write(attempt) as Readonly<Record<string, unknown>>
  // Who was seen with an attempt has a row.
  const lock = seen.attempts.length > 0 ? [holdLogin(tenantId, loginIndex)] : lockLogin(tenantId, loginIndex)
  const told = await inOneTrip(db, tenantId, [
    ...lock,
    insertAsSeen(tenantId, loginIndex, seen.lockedAt, seen.grantedUses, digestOf(seen), connectionId, secretVersion, secretDigest, ...attempts.columns.map(({ column }) => row[column])),
    ...(usesGrant ? [takeGrant(tenantId, loginIndex, attempt.id)] : []),
  ])
  return told[lock.length]!.affected === 1
}

/** `row`: the columns of the attempt in order. */
const insertAsSeen = once((tenantId: string, loginIndex: string, lockedAt: number | null, grantedUses: number, digest: string, connectionId: string, version: number, secretDigest: string, ...row: readonly unknown[]) => {
  const values = attempts.columns.map(({ codec }, index) => sql`cast(${row[index]} as ${TYPES[codec.type]})`)
  return sql`
    insert into relink.login_attempts (tenant_id, ${columnList(attempts)})
    select cast(${tenantId} as uuid), ${sql.join(values)} from relink.logins l
    where l.tenant_id = ${tenantId} and l.login_index = ${loginIndex} and l.locked_at is not distinct from cast(${lockedAt} as bigint) and l.granted_uses = ${grantedUses}
      and ${digest} = coalesce((select string_agg(a.id || ' ' || a.outcome, ',' order by a.seq desc) from (${sinceAccepted(tenantId, loginIndex)}) a), '')
      and exists (select from relink.secrets where tenant_id = ${tenantId} and connection_id = ${connectionId} and version = ${version} and digest = ${secretDigest})`
}, 8 + attempts.columns.length)

/** What the rules of the ledger look at, as text. */
function digestOf({ attempts: seen }: LoginLedger): string {
  return seen.map(({ id, outcome }) => `${id} ${outcome}`).join(',')
}

/** One granted use less; with `attemptId` only if that attempt is stored. */
function takeGrant(tenantId: string, loginIndex: string, attemptId?: string) {
  const isStored = attemptId === undefined ? sql`true` : sql`exists (select from relink.login_attempts where tenant_id = ${tenantId} and id = ${attemptId})`
  return sql`update relink.logins set granted_uses = granted_uses - 1 where tenant_id = ${tenantId} and login_index = ${loginIndex} and granted_uses > 0 and ${isStored}`
}

const endGrants = once((tenantId: string, attemptId: string | null) => sql`
  update relink.logins set granted_uses = 0
  where tenant_id = ${tenantId} and granted_uses <> 0 and login_index = (select login_index from relink.login_attempts where tenant_id = ${tenantId} and id = ${attemptId})`)

/** Of an attempt that is about to be closed as `locked`; one that has its end keeps it, and locks nothing. */
const noteLock = once((tenantId: string, attemptId: string | null, at: number) => sql`
  update relink.logins set locked_at = coalesce(locked_at, ${at})
  where tenant_id = ${tenantId} and login_index = (select login_index from relink.login_attempts where tenant_id = ${tenantId} and id = ${attemptId} and ${IS_UNSETTLED})`)

/** Makes the row where it is missing and holds it to the end of the transaction. */
function lockLogin(tenantId: string, loginIndex: string) {
  return [makeLogin(tenantId, loginIndex), holdLogin(tenantId, loginIndex)] as const
}

const makeLogin = once((tenantId: string, loginIndex: string) => sql`insert into relink.logins (tenant_id, login_index) values (${tenantId}, ${loginIndex}) on conflict do nothing`)
const holdLogin = once((tenantId: string, loginIndex: string) => sql`select from relink.logins where tenant_id = ${tenantId} and login_index = ${loginIndex} for update`)

type KeyRow = Parameters<typeof tenantKeys.read>[0]
type SecretRow = Parameters<typeof secrets.read>[0]
type LoginRow = { readonly locked_at: bigint | null; readonly granted_uses: number }
type AttemptRow = Parameters<typeof attempts.read>[0]

/** A statement of its own after the lock, so that it sees what was committed while the lock was waited for. */
function ledgerOf(tenantId: string, loginIndex: string) {
  return [readLogin(tenantId, loginIndex), readAttempts(tenantId, loginIndex)] as const
}

const readLogin = once((tenantId: string, loginIndex: string) => sql<LoginRow>`select locked_at, granted_uses from relink.logins where tenant_id = ${tenantId} and login_index = ${loginIndex}`)
const readAttempts = once((tenantId: string, loginIndex: string) => sql<AttemptRow>`select * from (${sinceAccepted(tenantId, loginIndex)}) a order by seq desc`)

/** `coalesce` stands inside: around the subquery it counts as leaky, and under the policies the planner then looks at every attempt that the login ever had. */
function sinceAccepted(tenantId: string, loginIndex: string) {
  const lastAccepted = sql`(select coalesce(max(seq), 0) from relink.login_attempts where tenant_id = ${tenantId} and login_index = ${loginIndex} and outcome = 'accepted')`
  return sql`
    select * from relink.login_attempts where tenant_id = ${tenantId} and login_index = ${loginIndex} and seq >= ${lastAccepted}
    union all
    select * from relink.login_attempts a where tenant_id = ${tenantId} and login_index = ${loginIndex} and outcome in ('open', 'refused', 'abandoned') and seq < ${lastAccepted} and seq > (
      select coalesce(max(seq), 0) from relink.login_attempts where tenant_id = ${tenantId} and login_index = ${loginIndex} and secret_digest = a.secret_digest and outcome = 'accepted')`
}

function readLedger([login]: readonly LoginRow[], found: readonly AttemptRow[]): LoginLedger {
  return {
    attempts: found.map(attempts.read),
    lockedAt: login === undefined || login.locked_at === null ? null : Number(login.locked_at),
    grantedUses: login?.granted_uses ?? 0,
  }
}
