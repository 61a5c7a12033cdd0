/** Connections of one tenant on PostgreSQL; see `ConnectionStore`. */
import type { Connection } from '../../domain/connection.ts'
import type { ConnectionStore } from '../../ports/store.ts'
import { insertOne, once, updateOne } from './compiled.ts'
import type { Locks } from './locks.ts'
import { openChallenges } from './problems.ts'
import { recentRuns } from './runs.ts'
import { idKey, endNotes, storeOwed, inOneTrip, written, type Database } from './session.ts'
import { challenges, connections, runs } from './tables.ts'

/** What each run writes anew. Lost with a crash of the database, it only means a read sooner or later than planned. */
const HEALTH: ReadonlySet<string> = new Set<keyof Connection>(['lastAttemptAt', 'lastSuccessAt', 'readBy', 'failuresInRow', 'nextSyncAt'])

const insert = insertOne('connections', connections)
const change = updateOne('connections', connections)

export function postgresConnections(db: Database, locks: Locks, tenantId: string): ConnectionStore {
  const all = db.selectFrom('relink.connections').selectAll().where('tenant_id', '=', tenantId)
  const one = once((id: string | null) => all.where('id', '=', id))
  const recent = recentRuns(db, tenantId)
  const open = openChallenges(db, tenantId)
  return {
    async create(connection) {
      await inOneTrip(db, tenantId, [insert(tenantId, connection)])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [one(idKey(id))])
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
      const changed = change(tenantId, idKey(id), patch)
      if (changed === null) return
      await inOneTrip(db, tenantId, [changed], Object.keys(patch).every((field) => HEALTH.has(field)) ? 'relaxed' : 'durable')
    },
    async exclusively(id, work) {
      await storeOwed(db, tenantId)
      const key = idKey(id)
      const asked = written(db, [one(key), recent(key), open(key)])
      return locks.exclusively(`relink/${tenantId}/${id}`, { tenantId, statements: asked }, async ([found, ran, challenged]) => {
        const [row] = found!.rows
        const before = { runs: ran!.rows.map((run) => runs.read(run as never)), challenges: challenged!.rows.map((challenge) => challenges.read(challenge as never)) }
        try {
          return await work(row === undefined ? null : connections.read(row as never), before)
        } finally {
          await endNotes(db, tenantId)
        }
      })
    },
  }
}
