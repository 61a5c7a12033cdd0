/** Connections of one tenant on PostgreSQL; see `ConnectionStore`. */
import type { ConnectionStore } from '../../ports/store.ts'
import type { Locks } from './locks.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { connections } from './tables.ts'

export function postgresConnections(db: Session, locks: Locks, tenantId: string): ConnectionStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const all = (trx: Session) => trx.selectFrom('relink.connections').selectAll().where('tenant_id', '=', tenantId)
  return {
    create: (connection) =>
      run(async (trx) => {
        await trx.insertInto('relink.connections').values({ tenant_id: tenantId, ...connections.write(connection) }).execute()
      }),
    async get(id) {
      const row = await run((trx) => all(trx).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : connections.read(row)
    },
    async list() {
      return (await run((trx) => all(trx).orderBy('created_at').orderBy('id').execute())).map(connections.read)
    },
    async findByLogin(loginIndex) {
      const row = await run((trx) =>
        all(trx).where('login_index', '=', loginIndex).where('state', '!=', 'removed').orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst(),
      )
      return row === undefined ? null : connections.read(row)
    },
    update: (id, patch) =>
      run(async (trx) => {
        const values = connections.writePatch(patch)
        if (Object.keys(values).length === 0) return
        await trx.updateTable('relink.connections').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).execute()
      }),
    exclusively: (id, work) => locks.exclusively(`relink/${tenantId}/${id}`, work),
  }
}
