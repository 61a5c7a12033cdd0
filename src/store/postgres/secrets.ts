/**
 * Sealed secrets and the attempts ledger of one tenant on PostgreSQL; see `SecretStore`. The row of a
 * login is its lock: whoever begins an attempt holds it until the attempt is stored.
 */
import { sql } from 'kysely'
import type { LoginLedger, SecretStore } from '../../ports/store.ts'
import { idKey, inTenant, lease, type Session } from './session.ts'
import { attempts, secrets, tenantKeys } from './tables.ts'

export function postgresSecrets(db: Session, tenantId: string): SecretStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  return {
    async tenantKey() {
      const row = await run((trx) => trx.selectFrom('relink.tenant_keys').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst())
      return row === undefined ? null : tenantKeys.read(row)
    },
    saveTenantKey: (key) =>
      run(async (trx) => {
        const row = tenantKeys.write(key)
        await trx.insertInto('relink.tenant_keys').values({ tenant_id: tenantId, ...row })
          .onConflict((c) =>
            c.column('tenant_id').doUpdateSet({ sealed: row.sealed, master_key_id: row.master_key_id }).where('relink.tenant_keys.key_id', '=', row.key_id),
          ).execute()
      }),
    put: (record) =>
      run(async (trx) => {
        await trx.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId).where('connection_id', '=', record.connectionId).where('purpose', '=', record.purpose)
          .where('version', '<=', record.version).execute()
        await trx.insertInto('relink.secrets').values({ tenant_id: tenantId, ...secrets.write(record) }).execute()
      }),
    async get(connectionId, purpose) {
      const row = await run((trx) =>
        trx.selectFrom('relink.secrets').selectAll().where('tenant_id', '=', tenantId).where('connection_id', '=', idKey(connectionId)).where('purpose', '=', purpose)
          .orderBy('version', 'desc').limit(1).executeTakeFirst(),
      )
      return row === undefined ? null : secrets.read(row)
    },
    destroy: (connectionId) =>
      run(async (trx) => {
        await trx.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId).where('connection_id', '=', idKey(connectionId)).execute()
      }),
    destroyExpired: (now) =>
      run(async (trx) => {
        await trx.deleteFrom('relink.secrets').where('tenant_id', '=', tenantId).where('expires_at', '<=', now).execute()
      }),
    beginAttempt: (loginIndex, decide) =>
      run(async (trx) => {
        await lockLogin(trx, tenantId, loginIndex)
        const decided = decide(await readLedger(trx, tenantId, loginIndex))
        if (decided === null) return null
        const { usesGrant = false, ...attempt } = decided
        await trx.insertInto('relink.login_attempts').values({ tenant_id: tenantId, ...attempts.write(attempt) } as never).execute()
        if (usesGrant) {
          await trx.updateTable('relink.logins').set({ granted_uses: sql`granted_uses - 1` }).where('tenant_id', '=', tenantId).where('login_index', '=', loginIndex)
            .where('granted_uses', '>', 0).execute()
        }
        return attempt
      }),
    endAttempt: (id, outcome, at) =>
      // What the bank said is true even when the lock of the connection was lost meanwhile.
      lease.run({ lost: false }, () =>
        run(async (trx) => {
          await trx.updateTable('relink.login_attempts').set({ outcome, closed_at: at }).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))
            .where('outcome', 'in', ['open', 'unknown']).execute()
        }),
      ),
    async closeStaleAttempts(before, at) {
      const { numUpdatedRows } = await run((trx) =>
        trx.updateTable('relink.login_attempts').set({ outcome: 'unknown', closed_at: at }).where('tenant_id', '=', tenantId).where('outcome', '=', 'open')
          .where('opened_at', '<', before).executeTakeFirst(),
      )
      return Number(numUpdatedRows)
    },
    ledger: (loginIndex) => run((trx) => readLedger(trx, tenantId, loginIndex)),
    setLogin: (loginIndex, { lockedAt, grantedUses }) =>
      run(async (trx) => {
        await lockLogin(trx, tenantId, loginIndex)
        const values = { ...(lockedAt === undefined ? {} : { locked_at: lockedAt }), ...(grantedUses === undefined ? {} : { granted_uses: grantedUses }) }
        if (Object.keys(values).length === 0) return
        await trx.updateTable('relink.logins').set(values).where('tenant_id', '=', tenantId).where('login_index', '=', loginIndex).execute()
      }),
  }
}

/** Makes the row where it is missing and holds it to the end of the transaction. */
async function lockLogin(trx: Session, tenantId: string, loginIndex: string): Promise<void> {
  await sql`insert into relink.logins (tenant_id, login_index) values (${tenantId}, ${loginIndex}) on conflict do nothing`.execute(trx)
  await trx.selectFrom('relink.logins').select('login_index').where('tenant_id', '=', tenantId).where('login_index', '=', loginIndex).forUpdate().execute()
}

async function readLedger(trx: Session, tenantId: string, loginIndex: string): Promise<LoginLedger> {
  const login = await trx.selectFrom('relink.logins').select(['locked_at', 'granted_uses']).where('tenant_id', '=', tenantId).where('login_index', '=', loginIndex).executeTakeFirst()
  const { rows } = await sql<Parameters<typeof attempts.read>[0]>`
    select * from relink.login_attempts
    where tenant_id = ${tenantId} and login_index = ${loginIndex} and seq >= coalesce((
      select max(seq) from relink.login_attempts where tenant_id = ${tenantId} and login_index = ${loginIndex} and outcome = 'accepted'), 0)
    order by seq desc`.execute(trx)
  return {
    attempts: rows.map(attempts.read),
    lockedAt: login === undefined || login.locked_at === null ? null : Number(login.locked_at),
    grantedUses: login?.granted_uses ?? 0,
  }
}
