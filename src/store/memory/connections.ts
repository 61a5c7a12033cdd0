/** Connections of one tenant in memory; see `ConnectionStore`. */
import { RUNS_BEFORE, type ConnectionStore } from '../../ports/store.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryConnections({ connections, heldConnections, runs, challenges }: TenantState): ConnectionStore {
  return {
    async create(connection) {
      insert(connections, connection)
    },
    async get(id) {
      return connections.get(id) ?? null
    },
    async list() {
      return [...connections.values()].sort(by((c) => c.createdAt, (c) => c.id))
    },
    async findByLogin(loginIndex) {
      const same = [...connections.values()].filter((c) => c.loginIndex === loginIndex && !['removed', 'preview', 'replaced'].includes(c.state))
      return same.sort(by((c) => c.createdAt, (c) => c.id)).at(-1) ?? null
    },
    async update(id, changes) {
      patch(connections, id, changes)
    },
    async exclusively(id, work) {
      if (heldConnections.has(id)) return null
      heldConnections.add(id)
      try {
        const own = [...runs.values()].filter((run) => run.connectionId === id).sort(by((run) => run.startedAt, (run) => run.id)).reverse()
        const asked = [...challenges.values()].filter((one) => one.connectionId === id && (one.state === 'open' || one.state === 'answered')).sort(by((one) => one.askedAt, (one) => one.id)).reverse()
        return await work(connections.get(id) ?? null, { runs: own.slice(0, RUNS_BEFORE), challenges: asked })
      } finally {
        heldConnections.delete(id)
      }
    },
  }
}
