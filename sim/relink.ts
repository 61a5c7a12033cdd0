/**
 * One Relink process in the simulated world: the real engine, matcher, schedule, vault, diagnosis and
 * repair, put together as `src/open.ts` does, on ports that the world owns. It lives until it is killed.
 */
import { BANK_FID, BANK_ORG } from '../bank/customers.ts'
import { createMemoryTransport } from '../src/adapters/transport.ts'
import type { Connector } from '../src/connector-kit/connector.ts'
import { createRecorder } from '../src/connector-kit/recorder.ts'
import { createVerbs } from '../src/create-verbs.ts'
import type { Connection } from '../src/domain/connection.ts'
import type { Institution } from '../src/domain/institution.ts'
import { createEvents } from '../src/events.ts'
import type { Entropy } from '../src/ports/entropy.ts'
import type { TenantStore } from '../src/ports/store.ts'
import { repairByItself } from '../src/repair/by-itself.ts'
import { repairHands } from '../src/repair-hands.ts'
import { onRunEnding } from '../src/run-ended.ts'
import type { SyncDeps } from '../src/sync/deps.ts'
import { syncConnection } from '../src/sync/sync.ts'
import { tellUntold } from '../src/sync/tell-untold.ts'
import { masterKeyOf } from '../src/vault/keys.ts'
import { createVault } from '../src/vault/vault.ts'
import type { Verbs } from '../src/verbs.ts'
import { hostClock, mortal, type Life } from './kernel.ts'
import { wayToBank, type Network } from './network.ts'
import type { Plan } from './plan.ts'
import { NO_PLANT, type Plant } from './plant.ts'

const BANK_URL = 'https://bank.example/ofx'
const AUDIENCE = ['https://bank.example:443']
const MASTER_KEY = masterKeyOf(new Uint8Array(32).fill(5))
const READ_BY = { software: '1', runtime: '1', network: '1' }
/** As `src/worker.ts`. */
const STALE_ATTEMPT_MS = 5 * 60_000
const LOG = { info() {}, warn() {}, error() {} }

export type Relink = {
  readonly life: Life
  readonly store: TenantStore
  readonly verbs: Verbs
  readonly deps: SyncDeps
  /** What the worker does with a connection that is due. */
  read(connectionId: string): ReturnType<typeof syncConnection>
  /** What the worker does with a repair that is due. */
  repair(connectionId: string): Promise<boolean>
  /** What the worker does at its start with what a dead process left behind. */
  takeOver(): Promise<void>
}

export type Parts = {
  readonly life: Life
  readonly network: Network
  readonly store: TenantStore
  readonly entropy: Entropy
  readonly institution: Institution
  readonly connectors: ReadonlyMap<string, Connector>
  /** Wrong parts in place of the real ones. */
  readonly plant?: Plant
}

export function startRelink({ life, network, store: disk, entropy, institution, connectors, plant = NO_PLANT }: Parts): Relink {
  const store = plant.store(mortal(disk, life))
  const clock = hostClock(network.time, life)
  const vault = plant.vault(createVault({ secrets: store.secrets, tenantId: store.tenantId, masterKey: MASTER_KEY, clock, entropy }))
  const timeZoneOf = (): string => institution.timeZone
  const connectorOf = (id: string): Connector | null => {
    const connector = connectors.get(id)
    return connector === undefined ? null : plant.connector(connector)
  }
  const institutionOf = (): Institution => institution
  const openTransport = (connection: Connection) => createMemoryTransport({
    bank: plant.wire(wayToBank(network, life)), vault, owner: { connectionId: connection.id, loginIndex: connection.loginIndex }, audience: AUDIENCE, clock, log: LOG,
    recorder: createRecorder(), pseudonym: (text) => vault.pseudonym(text),
  })
  const events = createEvents()
  const base = { store, vault, clock, entropy, log: LOG, readBy: READ_BY }
  const deps: SyncDeps = { ...base, connectorOf, institutionOf, openTransport, onRunEnding: onRunEnding({ ...base, timeZoneOf, institutionOf }, events) }
  const hands = repairHands(deps, { institutionOf, connectorOf, openTransport, store, clock, entropy })
  const repairDeps = { ...base, ...hands }
  const verbs = createVerbs({ deps, problemDeps: { ...base, timeZoneOf }, repairDeps, events, bankDeps: { store, clock, entropy, connectorOf: deps.connectorOf, openTransport, institutions: () => [], learn: async () => undefined } })
  return {
    life, store, verbs, deps, read: (id) => syncConnection(deps, id, 'schedule'), repair: (id) => repairByItself(repairDeps, id),
    takeOver: async () => {
      await store.secrets.closeStaleAttempts(clock.now() - STALE_ATTEMPT_MS, clock.now())
      await tellUntold(deps)
    },
  }
}

/** The bank as an entry of data, as Relink knows it. */
export function institutionOf({ place, settings, hoursBetweenReads }: Pick<Plan, 'place' | 'settings' | 'hoursBetweenReads'>): Institution {
  return {
    id: 'simulated', name: 'Sandbox Bank', country: 'US', website: null, routingNumbers: [], timeZone: place.timeZone,
    limits: { requestsPerDay: null, minSecondsBetweenSyncs: hoursBetweenReads * 3_600 },
    routes: [{ connector: 'ofx', settings: { url: BANK_URL, org: BANK_ORG, fid: BANK_FID, ...settings } }],
  }
}
