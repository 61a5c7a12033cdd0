/**
 * The composition: makes a running Relink out of a configuration. The only place that knows all
 * parts at once; everything below gets what it needs as parameters.
 */
import { surroundings } from './adapters/surroundings.ts'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pageAddress } from './address.ts'
import { hostClock } from './adapters/clock.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { createLog } from './adapters/log.ts'
import type { WireLimits } from './adapters/http-wire.ts'
import { createReach } from './adapters/reach.ts'
import { createTransport } from './adapters/transport.ts'
import type { Config } from './config.ts'
import { deleteTenant, forgetDeleted } from './delete-tenant.ts'
import { createRecorder } from './connector-kit/recorder.ts'
import type { Connector } from './connector-kit/connector.ts'
import { discoverConnectors, loadInstitutions } from './connectors/registry.ts'
import { createAlerting } from './alerting.ts'
import { auditedVerbs } from './audited-verbs.ts'
import { currentActor } from './acting/acting.ts'
import { createAudit, hex } from './access/audit.ts'
import { createVerbs } from './create-verbs.ts'
import { createResets } from './resets.ts'
import { createReadingNow } from './reading-now.ts'
import { tellAcross } from './across.ts'
import type { Channel } from './store/postgres/channel.ts'
import { hasRecoveryFile } from './recover-key.ts'
import { onRunEnding } from './run-ended.ts'
import type { HostFinding } from './diagnose/host-check.ts'
import { isShown, type Connection } from './domain/connection.ts'
import type { Institution, JsonObject } from './domain/institution.ts'
import { failed, ok, type Result } from './domain/result.ts'
import { createEvents } from './events.ts'
import type { Bare, DemoControl, Instance } from './instance.ts'
import { networkPolicy, NOTHING_PERMITTED, PUBLIC_ONLY, readNetworkPolicy, type InstitutionNetwork, type NetworkPolicy, type Networks } from './network-policy.ts'
import { lookAtHost, sharedLook } from './look-at-host.ts'
import { openStore, type OpenStore } from './open-store.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { SignInTime } from './ports/sign-in.ts'
import type { Reach, Transport } from './ports/transport.ts'
import { addedId, bankForm } from './sync/add-bank.ts'
import type { SyncDeps } from './sync/deps.ts'
import { forgetOldLogins } from './sync/preview.ts'
import { rehearse } from './rehearse.ts'
import { syncConnection } from './sync/sync.ts'
import { repairByItself } from './repair/by-itself.ts'
import { repairHands } from './repair-hands.ts'
import { deriveLasting, type MasterKey } from './vault/keys.ts'
import { signInWhenAsked } from './sign-in.ts'
import { checkMasterKey, readMasterKey } from './vault/master-key.ts'
import { readOutside } from './vault/outside-source.ts'
import { bindToMasterKey, blindKeyOf } from './vault/rotate.ts'
import { createVault, type TenantVault } from './vault/vault.ts'
import { VERSION } from './version.ts'
import { tellLoginsApart } from './sync/login-label.ts'
import { tellUntold } from './sync/tell-untold.ts'
import { startWorker } from './worker.ts'

export type OpenFailure = { readonly part: 'configuration' | 'database' | 'keys'; readonly message: string }

export type OpenOptions = {
  /** Told what takes a while. */
  readonly tell: (line: string) => void
  /** Servers log what happens; a command tells its person instead, and logs only what is wrong. Default: only errors. */
  readonly logsEverything?: boolean
  /** Default: this host's. */
  readonly clock?: Clock
  /** By which sign-ins are measured; default: this host's. */
  readonly signInTime?: SignInTime
  /** Default: the database that the configuration names. */
  readonly database?: OpenStore
  /** How long and how large an answer of a bank may be; default: the transport's own limits. */
  readonly limits?: WireLimits
  /** Institutions that exist only for this instance, with what their network needs: the demo's bank. */
  readonly own?: { readonly institutions: readonly Institution[]; readonly network: Networks; readonly demo: DemoControl; /** Where alerts may go beyond the public internet; default: nowhere. */ readonly alerts?: InstitutionNetwork }
}

export type Opened = {
  readonly instance: Instance
  /** Its public name, in hexadecimal. */
  readonly masterKeyId: string
  /** Starts to read connections when they are due; returns the function that stops it and waits for running reads. */
  startWorker(): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** Opens everything, or says in a sentence what is wrong and what to do. */
export async function openInstance(config: Config, options: OpenOptions): Promise<Result<Opened, OpenFailure>> {
  const clock = options.clock ?? hostClock
  const whole = createLog(process.stderr, clock)
  const log: Log = options.logsEverything === true ? whole : { ...whole, info: () => undefined, warn: () => undefined }
  const ground = await prepareGround(config, options)
  if (!ground.ok) return ground
  const database = options.database === undefined ? await openConfigured(config, options, log) : ok(options.database)
  if (!database.ok) return failed({ part: 'database', message: database.failure.message })
  const built = await buildInstance(config, options, ground.value, database.value, clock, log)
  if (!built.ok) await database.value.close()
  return built
}

async function openConfigured(config: Config, { tell }: OpenOptions, log: Log): ReturnType<typeof openStore> {
  tell('Opening the database…')
  return openStore(config, log)
}

/** How the database is called that was opened. */
export const DATABASE_NAMES = { embedded: 'embedded PostgreSQL 18', own: 'PostgreSQL of DATABASE_URL' } as const

/** The institutions that the configuration names, without opening anything. */
export async function loadInstitutionsFor(config: Config): Promise<Result<readonly Institution[], { readonly message: string }>> {
  return institutionsOf(config, await discoverConnectors())
}

async function institutionsOf({ institutionsFile }: Config, connectors: ReadonlyMap<string, Connector>): Promise<Result<readonly Institution[], { readonly message: string }>> {
  const loaded = await loadInstitutions(connectors, institutionsFile)
  if (loaded.ok || institutionsFile === null || !loaded.failure.message.startsWith(institutionsFile)) return loaded
  return failed({ message: `RELINK_INSTITUTIONS: ${loaded.failure.message}` })
}

/** As `mkdir -p`. Node's own `recursive` never returns where a parent takes no directories (/proc). */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeDirectory(dirname(path))
    await mkdir(path, { mode: 0o700 })
  }
}

type Ground = { readonly connectors: ReadonlyMap<string, Connector>; readonly institutions: readonly Institution[]; readonly network: NetworkPolicy }

/** What can be checked before a database is opened. */
async function prepareGround(config: Config, { own }: OpenOptions): Promise<Result<Ground, OpenFailure>> {
  try {
    await makeDirectory(config.home)
  } catch (error) {
    return failed({ part: 'configuration', message: `The data directory ${config.home} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown'}). Set RELINK_HOME to a place that this user may write.` })
  }
  const connectors = await discoverConnectors()
  const loaded = await institutionsOf(config, connectors)
  if (!loaded.ok) return failed({ part: 'configuration', message: loaded.failure.message })
  if (own !== undefined) {
    // As with an operator's file, the instance's own entry takes the place of ours with the same id.
    const ids = new Set(own.institutions.map(({ id }) => id))
    return ok({ connectors, institutions: [...own.institutions, ...loaded.value.filter(({ id }) => !ids.has(id))], network: networkPolicy(own.network, own.alerts) })
  }
  const network = config.networkFile === null ? ok(PUBLIC_ONLY) : await readNetworkPolicy(config.networkFile)
  if (!network.ok) return failed({ part: 'configuration', message: network.failure.message })
  return ok({ connectors, institutions: loaded.value, network: network.value })
}

async function buildInstance(config: Config, options: OpenOptions, ground: Ground, database: OpenStore, clock: Clock, log: Log): Promise<Result<Opened, OpenFailure>> {
  const tenantId = await database.store.defaultTenant()
  const store = database.store.tenant(tenantId)
  const masterKey = await openMasterKey(config, log, async (key) => checkMasterKey(store.secrets, key), (await store.secrets.tenantKey()) === null)
  if (!masterKey.ok) return masterKey
  const blindKey = await blindKeyOf(store.secrets, tenantId, masterKey.value)
  const audit = createAudit({ store: store.audit, key: deriveLasting(blindKey, 'audit'), clock })
  const vault = createVault({
    secrets: store.secrets, tenantId, masterKey: masterKey.value, blindKey, clock, entropy: hostEntropy, fetch: (source) => readOutside(source, process.env),
    tell: (action, object, codes) => audit.record({ actor: currentActor(), action, object, codes }),
  })
  const events = createEvents()
  // Another process may add, change or remove one: it is learnt when that is told.
  const institutions: Institution[] = [...ground.institutions]
  const learn = async (): Promise<void> => {
    const added = (await store.addedBanks.list()).filter(({ id, routes }) => !ground.institutions.some((one) => one.id === id) && routes.every(({ connector }) => ground.connectors.has(connector)))
    institutions.splice(0, institutions.length, ...ground.institutions, ...added.map((one): Institution => ({ ...one, isAdded: true })))
  }
  await learn()
  events.subscribe(({ kind }) => {
    if (kind === 'institution') void learn().catch(() => log.warn('banks_unread', {}))
  })
  const readingNow = createReadingNow(events, clock)
  const base = { store, vault, clock, entropy: hostEntropy, log, readBy: await surroundings(VERSION, (text) => vault.pseudonym(text)) }
  const timeZoneOf = (id: string): string => institutionOf(id)?.timeZone ?? 'UTC'
  const institutionOf = (id: string): Institution | null => institutions.find((i) => i.id === id) ?? null
  const connectorOf = (id: string): Connector | null => ground.connectors.get(id) ?? null
  const permittedTo = permissions({ network: ground.network, connectorOf, institutionOf })
  const openTransport = transportOpener({ vault, clock, log, permittedTo, connectorOf, limits: options.limits })
  const deps: SyncDeps = { ...base, connectorOf, institutionOf, openTransport, onRunEnding: onRunEnding({ ...base, timeZoneOf, institutionOf }, events), onProgress: readingNow.note }
  const openers = { institutionOf, connectorOf, openTransport, store, clock, entropy: hostEntropy, reachOf: reachOpener({ clock, permittedTo, institutionOf, connectorOf }) }
  const repairDeps = { ...base, ...repairHands(deps, openers) }
  const verbs = auditedVerbs(createVerbs({ deps, problemDeps: { ...base, timeZoneOf }, repairDeps, events, bankDeps: { store, clock, entropy: hostEntropy, institutions: () => institutions, learn, connectorOf, openTransport } }), audit, store.access)
  const signIn = signInWhenAsked({ database: database.app, key: deriveLasting(blindKey, 'sign-in'), origin: config.origin, log, ...(options.signInTime === undefined ? {} : { time: options.signInTime }) })
  const gone = Promise.withResolvers<void>()
  const deleteAll = async (actor: string): Promise<void> => {
    await deleteTenant({ database, tenantId, masterKey: masterKey.value, clock, entropy: hostEntropy, log }, actor)
    gone.resolve()
  }
  const bare: Bare = {
    version: VERSION, clock, entropy: hostEntropy, log, store, vault, events, readingNow, verbs, audit, signIn, linkKey: deriveLasting(blindKey, 'links'), bindToKey: () => bindToMasterKey(store.secrets, tenantId, masterKey.value, hostEntropy),
    deleteAll, gone: gone.promise,
    institutions, connectors: ground.connectors, demo: options.own?.demo ?? null,
  }
  const alerting = createAlerting(bare, { drawer: vault.drawer, way: ground.network.forAlerts(), page: pageAddress(config) })
  const masterKeyId = Buffer.from(masterKey.value.id).toString('hex')
  // Only banks that are in use here are called: no other site learns that this host exists.
  const checkHost = sharedLook(clock, async (): Promise<readonly HostFinding[]> => lookAtHost({
    home: config.home, banks: [...new Set((await store.connections.list()).filter(isShown).map(({ institutionId }) => institutionId))].flatMap((id) => institutionOf(id) ?? []), reachOf: openers.reachOf,
    now: clock.now(), database: { version: DATABASE_NAMES[config.databaseUrl === null ? 'embedded' : 'own'] }, keyProblem: null, hasRecoveryFile: await hasRecoveryFile(config, masterKeyId),
  }))
  const instance: Instance = { ...bare, alerting, resets: createResets({ ...bare, alerting }), checkHost }
  return ok({
    instance,
    masterKeyId,
    startWorker: async () => {
      const { openPostgresJobs, prepareJobs } = await import('./store/jobs/postgres.ts')
      await prepareJobs(database.owner)
      const jobs = await openPostgresJobs(database.app, log, clock)
      const toldOf = new Set<string>()
      // Whatever works beside others tells them what it does, and shows what they do.
      const { openChannel } = await import('./store/postgres/channel.ts')
      let channel: Channel | null = null
      const across = tellAcross({ events, readingNow, tenantId, self: hostEntropy.id(clock.now()) }, (text) => channel?.tell(text))
      channel = await openChannel(database.app, clock, across.hear)
      const stopWorker = await startWorker({
        store: database.store, tenantId, jobs, log, clock, entropy: hostEntropy, concurrency: config.concurrency, sync: (id, trigger) => syncConnection(deps, id, trigger), hourly: async () => {
          await store.secrets.destroyExpired(clock.now())
          await forgetOldLogins(deps)
          await tellLoginsApart(store)
          await tellUntold(deps, toldOf)
          await learn()
          await forgetDeleted({ database, tenantId, log })
          // Known outside of the database, the newest line of the audit log shows when lines were cut off after it.
          const head = await store.audit.head()
          if (head !== null) log.info('audit_head', { seq: head.seq, hash: hex(head.hash) })
        },
        onDeleted: gone.resolve,
        alerts: () => instance.alerting.round(),
        repair: async (id) => {
          if (await repairByItself(repairDeps, id)) events.publish({ kind: 'connection', id })
        },
      })
      return async () => {
        await stopWorker()
        across.stop()
        await channel?.close()
      }
    },
    close: async () => {
      await instance.resets.close()
      await signIn.close()
      await database.close()
    },
  })
}

async function openMasterKey(
  config: Config,
  log: Log,
  check: (key: MasterKey) => Promise<Result<null, { readonly message: string }>>,
  mayCreate: boolean,
): Promise<Result<MasterKey, OpenFailure>> {
  const read = await readMasterKey({ source: config.masterKey, environment: process.env, mayCreate, entropy: hostEntropy, warn: (message) => log.warn('master_key', { message }) })
  if (!read.ok) return failed({ part: 'keys', message: `The master key (${namedSource(config.masterKey)}): ${read.failure.message}` })
  const fits = await check(read.value)
  return fits.ok ? read : failed({ part: 'keys', message: fits.failure.message })
}

/** Where the key was looked for. What is no source may be the key itself, and a command may hold a secret: neither is shown. */
function namedSource(source: string): string {
  return /^(file|credential|env):/.test(source) ? `RELINK_MASTER_KEY=${source}` : 'RELINK_MASTER_KEY'
}

/** What the operator permits a bank with these settings. */
type Permissions = (bank: { readonly institutionId: string; readonly connector: string; readonly settings: JsonObject }) => InstitutionNetwork

/** An operator gives the address of a listed bank, so its permission goes by its id. That of another is an owner's to change: its permission is of the address that it has. */
function permissions({ network, connectorOf, institutionOf }: { readonly network: NetworkPolicy; readonly connectorOf: (id: string) => Connector | null; readonly institutionOf: (id: string) => Institution | null }): Permissions {
  return ({ institutionId, connector, settings }) => {
    const institution = institutionOf(institutionId)
    const isListed = institution !== null && institution.isAdded !== true
    const by = connectorOf(connector)
    return network.forInstitution(isListed || by === null ? institutionId : addedId(bankForm(by, settings)))
  }
}

type OpenerParts = {
  readonly vault: TenantVault
  readonly clock: Clock
  readonly log: Log
  readonly permittedTo: Permissions
  readonly connectorOf: (id: string) => Connector | null
  readonly limits: WireLimits | undefined
}

/** Harmless looks at a bank: only at the origins of its routes and at its public site, under the same policy as every exchange. */
function reachOpener({ clock, permittedTo, institutionOf, connectorOf }: Pick<OpenerParts, 'clock' | 'permittedTo' | 'connectorOf'> & { readonly institutionOf: (id: string) => Institution | null }): (institutionId: string) => Reach {
  return (institutionId) => {
    const institution = institutionOf(institutionId)
    const addresses = institution === null ? [] : [...institution.routes.flatMap(({ connector, settings }) => connectorOf(connector)?.originsOf(settings) ?? []), ...(institution.website === null ? [] : [institution.website])]
    const { privateHosts, caPem } = institution === null ? NOTHING_PERMITTED : permittedTo({ institutionId, ...institution.routes[0] })
    return createReach({ policy: { ports: addresses.map(portOf), privateHosts }, caPem, clock })
  }
}

function portOf(address: string): number {
  return Number(new URL(address).port || (address.startsWith('https') ? 443 : 80))
}

/** A connection's way out: only to the origins of its own settings, and private only where the operator says so. */
function transportOpener({ vault, clock, log, permittedTo, connectorOf, limits }: OpenerParts): (connection: Connection) => Transport {
  return (connection) => {
    const audience = connectorOf(connection.connector)?.originsOf(connection.settings) ?? []
    const { privateHosts, caPem } = permittedTo(connection)
    return createTransport({
      vault, clock, log, audience, caPem, rehearse, ...(limits === undefined ? {} : { limits }),
      owner: { connectionId: connection.id, loginIndex: connection.loginIndex },
      recorder: createRecorder(),
      pseudonym: (text) => vault.pseudonym(text),
      policy: { ports: audience.map(portOf), privateHosts },
    })
  }
}
