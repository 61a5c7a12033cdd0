/**
 * The store in memory: the twin of PostgreSQL for the simulator and for tests. It keeps nothing when
 * the process ends. Rows are shared with the caller, which is safe because domain types are read-only.
 */
import { FARTHEST_SYNC_MS, READ_STATES } from '../../domain/connection.ts'
import type { Store, TenantStore } from '../../ports/store.ts'
import { memoryAccess, memoryAudit } from './access.ts'
import { memoryAccounts } from './accounts.ts'
import { memoryAlerts } from './alerts.ts'
import { memoryConnections } from './connections.ts'
import { memoryConsumers } from './consumers.ts'
import { memoryFeed } from './feed.ts'
import { memoryHistory } from './history.ts'
import { memoryIncidents } from './incidents.ts'
import { by } from './order.ts'
import { memoryPreviews } from './previews.ts'
import { memoryChallenges, memoryProblems } from './problems.ts'
import { memoryAddedBanks } from './added-banks.ts'
import { memoryReconciliations } from './reconciliations.ts'
import { memoryReview } from './review.ts'
import { memorySchedule } from './schedule.ts'
import { memoryWhole } from './whole.ts'
import { memoryRuns } from './runs.ts'
import { memorySecrets } from './secrets.ts'
import { emptyTenant, type TenantState } from './state.ts'

const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000001'

/** An empty store. A tenant exists as soon as it is asked for. */
export function createMemoryStore(): Store {
  const tenants = new Map<string, { readonly state: TenantState; readonly store: TenantStore }>()
  function tenant(tenantId: string): TenantStore {
    let entry = tenants.get(tenantId)
    if (entry === undefined) {
      const state = emptyTenant()
      entry = { state, store: tenantStore(tenantId, state) }
      tenants.set(tenantId, entry)
    }
    return entry.store
  }
  return {
    tenant,
    async due(now, limit) {
      const due = [...tenants].flatMap(([tenantId, { state }]) =>
        [...state.connections.values()]
          .filter((c) => c.nextSyncAt !== null && (c.nextSyncAt <= now || c.nextSyncAt > now + FARTHEST_SYNC_MS) && READ_STATES.includes(c.state))
          .map((c) => ({ at: c.nextSyncAt!, tenantId, connectionId: c.id })),
      )
      const first = due.sort(by((d) => d.at, (d) => d.connectionId)).slice(0, limit)
      return first.map(({ tenantId, connectionId }) => ({ tenantId, connectionId }))
    },
    async defaultTenant() {
      return DEFAULT_TENANT
    },
    async close() {},
  }
}

function tenantStore(tenantId: string, state: TenantState): TenantStore {
  return {
    tenantId,
    connections: memoryConnections(state),
    accounts: memoryAccounts(state),
    feed: memoryFeed(state),
    history: memoryHistory(state),
    previews: memoryPreviews(state),
    runs: memoryRuns(state),
    problems: memoryProblems(state),
    incidents: memoryIncidents(state),
    alerts: memoryAlerts(state),
    challenges: memoryChallenges(state),
    secrets: memorySecrets(state.secrets),
    consumers: memoryConsumers(state),
    access: memoryAccess(state.access),
    audit: memoryAudit(state.access),
    reconciliations: memoryReconciliations(state),
    addedBanks: memoryAddedBanks(state),
    review: memoryReview(state),
    schedule: memorySchedule(state),
    whole: memoryWhole(state),
  }
}
