/** What a repair may do beyond the store: read now, ask harmless questions, take over newer data of the bank. */
import { isDeepStrictEqual } from 'node:util'
import type { Connector, ConnectorContext } from './connector-kit/connector.ts'
import type { Connection } from './domain/connection.ts'
import type { Institution } from './domain/institution.ts'
import type { SyncRun } from './domain/run.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { TenantStore } from './ports/store.ts'
import type { Reach, Transport } from './ports/transport.ts'
import type { RepairDeps } from './repair/advance.ts'
import { askGround, groundProbes, type GroundParts } from './repair/ground-probes.ts'
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
  /** The way to an institution's addresses, for looks that carry nothing. Absent where only the bank's protocol can be reached. */
  readonly reachOf?: (institutionId: string) => Reach
}

type Hands = Pick<RepairDeps, 'syncNow' | 'probe' | 'probes' | 'earliestReadAt' | 'reloadInstitution' | 'hasNewerData'>

export function repairHands(deps: SyncDeps, parts: HandParts): Hands {
  const found = async (connectionId: string) => {
    const connection = await parts.store.connections.get(connectionId)
    const connector = connection === null ? null : parts.connectorOf(connection.connector)
    const institution = connection === null ? null : parts.institutionOf(connection.institutionId)
    return connection === null || connector === null || institution === null ? null : { connection, connector, institution }
  }
  return {
    syncNow: (connectionId, trigger) => syncNow(deps, connectionId, trigger),
    async probes(connectionId) {
      const known = await found(connectionId)
      if (known === null) return []
      const ground = await groundProbes(groundOf(parts, known), { ...known, since: 0 })
      return (await mayAskMore(known.institution, parts.store.runs, parts.clock.now())) ? [...known.connector.probes, ...ground] : ground.filter((kind) => kind !== 'known_address')
    },
    async probe(connectionId, kind, since) {
      const known = await found(connectionId)
      if (known === null || kind === 'clock') return { probe: kind, outcome: 'not_asked', sentence: 'The connector of this connection is not known any more.', evidence: null, facts: {} }
      if (kind === 'profile' || kind === 'other_version') return known.connector.probe(contextOf(parts, known.connection, known.institution), kind)
      return askGround(groundOf(parts, known), { ...known, since }, kind)
    },
    async earliestReadAt(connectionId) {
      const known = await found(connectionId)
      return (known?.connection.lastAttemptAt ?? 0) + (known?.institution.limits.minSecondsBetweenSyncs ?? 0) * 1000
    },
    async hasNewerData(connectionId) {
      const known = await found(connectionId)
      return known !== null && newerRoute(known) !== null
    },
    async reloadInstitution(connectionId) {
      const known = await found(connectionId)
      const route = known === null ? null : newerRoute(known)
      if (known === null || route === null) return 'newest'
      const oldOrigins = known.connector.originsOf(known.connection.settings)
      // A secret goes only where the person sent it: another address wants it typed again. Of settings that cannot be used no address is known; the vault, which sealed it for one, lends it for no other.
      if (oldOrigins.length > 0 && known.connector.originsOf(route.settings).join() !== oldOrigins.join()) return 'elsewhere'
      await parts.store.connections.update(connectionId, { settings: route.settings, settingsChangedAt: parts.clock.now() })
      return 'taken'
    },
  }
}

/** The read of a repair. Somebody else who reads at this moment tells as much, when they have ended. */
async function syncNow(deps: SyncDeps, connectionId: string, trigger: 'repair'): Promise<SyncRun | null> {
  const done = await syncConnection(deps, connectionId, trigger)
  return done.ok ? done.value : null
}

/** What the bank's entry says of the connection's way to it now; null: nothing else than the connection has. */
function newerRoute({ connection, institution }: Known): Institution['routes'][number] | null {
  const route = institution.routes.find(({ connector }) => connector === connection.connector)
  return route === undefined || isDeepStrictEqual(route.settings, connection.settings) ? null : route
}

type Known = { readonly connection: Connection; readonly connector: Connector; readonly institution: Institution }

function groundOf(parts: HandParts, { connection, connector, institution }: Known): GroundParts {
  return {
    store: parts.store, institutionOf: parts.institutionOf, reachOf: parts.reachOf ?? null,
    originsOf: ({ settings }) => connector.originsOf(settings),
    profileWith: (settings) => connector.probe(contextOf(parts, { ...connection, settings }, institution), 'profile'),
  }
}

/** For probes: no answers, no memory kept; what they ask counts as what a read asks. */
function contextOf({ openTransport, clock, entropy, store }: HandParts, connection: Connection, institution: Institution): ConnectorContext {
  return {
    institution, settings: connection.settings, transport: withinQuota(openTransport(connection), institution, store.runs, clock), state: connection.connectorState, resume: null,
    now: () => clock.now(), newId: () => entropy.id(clock.now()),
  }
}
