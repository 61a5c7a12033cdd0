/** What a repair may do beyond the store: read now, ask harmless questions, take over newer data of the bank. */
import type { Connector, ConnectorContext } from './connector-kit/connector.ts'
import type { Connection } from './domain/connection.ts'
import type { Institution } from './domain/institution.ts'
import type { SyncRun } from './domain/run.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { TenantStore } from './ports/store.ts'
import type { Transport } from './ports/transport.ts'
import type { RepairDeps } from './repair/advance.ts'
import type { SyncDeps } from './sync/deps.ts'
import { mayAskMore, withinQuota } from './sync/schedule.ts'
import { syncConnection } from './sync/sync.ts'

export type HandParts = {
  readonly store: TenantStore
  readonly clock: Clock
  readonly entropy: Entropy
  readonly institutionOf: (id: string) => Institution | null
  readonly connectorOf: (id: string) => Connector | null
  readonly openTransport: (connection: Connection) => Transport
}

type Hands = Pick<RepairDeps, 'syncNow' | 'probe' | 'connectorProbes' | 'earliestReadAt' | 'reloadInstitution'>

export function repairHands(deps: SyncDeps, parts: HandParts): Hands {
  const found = async (connectionId: string) => {
    const connection = await parts.store.connections.get(connectionId)
    const connector = connection === null ? null : parts.connectorOf(connection.connector)
    const institution = connection === null ? null : parts.institutionOf(connection.institutionId)
    return connection === null || connector === null || institution === null ? null : { connection, connector, institution }
  }
  return {
    syncNow: (connectionId, trigger) => syncNow(deps, connectionId, trigger),
    async connectorProbes(connectionId) {
      const known = await found(connectionId)
      return known === null || !(await mayAskMore(known.institution, parts.store.runs, parts.clock.now())) ? [] : known.connector.probes
    },
    async probe(connectionId, probeId) {
      const known = await found(connectionId)
      if (known === null) return { id: probeId, ok: false, sentence: 'The connector of this connection is not known any more.', evidence: null, facts: {} }
      return known.connector.probe(contextOf(parts, known.connection, known.institution), probeId)
    },
    async earliestReadAt(connectionId) {
      const known = await found(connectionId)
      return (known?.connection.lastAttemptAt ?? 0) + (known?.institution.limits.minSecondsBetweenSyncs ?? 0) * 1000
    },
    async reloadInstitution(connectionId) {
      const known = await found(connectionId)
      const route = known?.institution.routes.find((r) => r.connector === known.connection.connector)
      if (known === null || route === undefined || JSON.stringify(route.settings) === JSON.stringify(known.connection.settings)) return false
      const newOrigins = known.connector.originsOf(route.settings).join()
      // A secret goes only where the person sent it: another address wants it typed again.
      if (newOrigins !== known.connector.originsOf(known.connection.settings).join()) return false
      await parts.store.connections.update(connectionId, { settings: route.settings, settingsChangedAt: parts.clock.now() })
      return true
    },
  }
}

/** The read of a repair. Somebody else who reads at this moment tells as much, when they have ended. */
async function syncNow(deps: SyncDeps, connectionId: string, trigger: 'repair'): Promise<SyncRun | null> {
  const done = await syncConnection(deps, connectionId, trigger)
  return done.ok ? done.value : null
}

/** For probes: no answers, no memory kept; what they ask counts as what a read asks. */
function contextOf({ openTransport, clock, entropy, store }: HandParts, connection: Connection, institution: Institution): ConnectorContext {
  return {
    institution, settings: connection.settings, transport: withinQuota(openTransport(connection), institution, store.runs, clock), state: connection.connectorState, resume: null,
    now: () => clock.now(), newId: () => entropy.id(clock.now()),
  }
}
