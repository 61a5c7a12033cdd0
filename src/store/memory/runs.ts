/** Runs and request quotas of one tenant in memory; see `RunStore`. */
import type { Connection } from '../../domain/connection.ts'
import type { RunStore } from '../../ports/store.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryRuns({ runs, connections, requests }: TenantState): RunStore {
  const newestFirst = by<{ startedAt: number; id: string }>((r) => r.startedAt, (r) => r.id)
  return {
    async create(run) {
      if (run.connectionId !== null && !connections.has(run.connectionId)) throw new Error('a run of a connection that does not exist')
      insert(runs, run)
    },
    async stage(id, stage) {
      patch(runs, id, { stage })
    },
    async update(id, changes) {
      patch(runs, id, changes)
    },
    async end(id, { outcome, failure, accounts, endedAt }, { id: connectionId, nextSyncAt, isRead, ...health }) {
      patch(runs, id, { outcome, failure, accounts, endedAt, stage: null })
      const connection = connections.get(connectionId)
      if (connection === undefined) return null
      const { state } = connection
      const isOff = state === 'disabled' || state === 'removed'
      const changed: Connection = { ...connection, ...health, nextSyncAt: isOff ? null : nextSyncAt, state: isRead && state === 'connecting' ? 'active' : state }
      connections.set(connectionId, changed)
      return changed
    },
    async get(id) {
      return runs.get(id) ?? null
    },
    async list({ connectionId, since, limit }) {
      const wanted = [...runs.values()].filter(
        (r) => (connectionId === undefined || r.connectionId === connectionId) && (since === undefined || r.startedAt >= since),
      )
      return wanted.sort((a, b) => newestFirst(b, a)).slice(0, limit)
    },
    async running() {
      const newest = new Map([...runs.values()].sort(newestFirst).map((run) => [run.connectionId, run]))
      return [...newest].flatMap(([connectionId, { outcome }]) => (connectionId !== null && outcome === 'running' ? [connectionId] : [])).sort()
    },
    async latestByConnection(since) {
      const ended = [...runs.values()].filter((r) => r.connectionId !== null && r.endedAt !== null && r.endedAt >= since)
      const newest = new Map(ended.sort(by((r) => r.endedAt!, (r) => r.id)).map((run) => [run.connectionId!, run]))
      const latest = [...newest].map(([connectionId, run]) => {
        const { institutionId, connector, lastSuccessAt } = connections.get(connectionId)!
        return { connectionId, institutionId, connector, lastSuccessAt, run }
      })
      return latest.sort(by((l) => l.connectionId))
    },
    async reserveRequest(institutionId, day, quota) {
      const used = requests.get(`${institutionId}|${day}`) ?? 0
      if (used >= quota) return false
      requests.set(`${institutionId}|${day}`, used + 1)
      return true
    },
    requestsUsed: async (institutionId, day) => requests.get(`${institutionId}|${day}`) ?? 0,
  }
}
