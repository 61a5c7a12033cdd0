/** Connections of one tenant on PostgreSQL; see `ConnectionStore`. */
import type { Connection } from '../../domain/connection.ts'
import type { ConnectionStore } from '../../ports/store.ts'
import type { Locks } from './locks.ts'
import { idKey, inOneTrip, type Database } from './session.ts'
import { connections } from './tables.ts'

/** What each run writes anew. Lost with a crash of the database, it only means a read sooner or later than planned. */
const HEALTH: ReadonlySet<string> = new Set<keyof Connection>(['lastAttemptAt', 'lastSuccessAt', 'failuresInRow', 'nextSyncAt'])

export function postgresConnections(db: Database, locks: Locks, tenantId: string): ConnectionStore {
  const all = db.selectFrom('relink.connections').selectAll().where('tenant_id', '=', tenantId)
  return {
    async create(connection) {
      await inOneTrip(db, tenantId, [db.insertInto('relink.connections').values({ tenant_id: tenantId, ...connections.write(connection) })])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [all.where('id', '=', idKey(id))])
      return row === undefined ? null : connections.read(row)
    },
    async list() {
      const [{ rows }] = await inOneTrip(db, tenantId, [all.orderBy('created_at').orderBy('id')])
      return rows.map(connections.read)
    },
    async findByLogin(loginIndex) {
      const newest = all.where('login_index', '=', loginIndex).where('state', 'not in', ['removed', 'preview', 'replaced']).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1)
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [newest])
      return row === undefined ? null : connections.read(row)
    },
    async update(id, patch) {
      const values = connections.writePatch(patch)
      if (Object.keys(values).length === 0) return
      await inOneTrip(db, tenantId, [db.updateTable('relink.connections').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))], Object.keys(patch).every((field) => HEALTH.has(field)) ? 'relaxed' : 'durable')
    },
    exclusively(id, work) {
      const { sql: text, parameters: values } = all.where('id', '=', idKey(id)).compile()
      return locks.exclusively(`relink/${tenantId}/${id}`, { tenantId, statement: { text, values } }, (row) => work(row === null ? null : connections.read(row as never)))
    },
  }
}
