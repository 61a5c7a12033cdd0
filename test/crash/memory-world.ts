/**
 * The whole engine on the memory store and a sandbox bank in the same process: real connector, vault,
 * diagnosis and repair, no socket and no timer. A process of it can be killed at its nth store call,
 * before or after the call took effect; what is left is the store, as after kill -9.
 */
import { createBank, type Bank } from '../../bank/bank.ts'
import { ANA, BANK_FID, BANK_ORG, type CustomerSpec } from '../../bank/customers.ts'
import { uuidOf } from '../../src/adapters/entropy.ts'
import { createMemoryTransport, type BankHandle } from '../../src/adapters/transport.ts'
import { createRecorder } from '../../src/connector-kit/recorder.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import { createVerbs } from '../../src/create-verbs.ts'
import { compareWithBank, type Comparison } from '../../src/demo/compare.ts'
import type { Connection } from '../../src/domain/connection.ts'
import type { Institution, JsonObject } from '../../src/domain/institution.ts'
import { createEvents } from '../../src/events.ts'
import type { Entropy } from '../../src/ports/entropy.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { repairHands } from '../../src/repair-hands.ts'
import { onRunEnding } from '../../src/run-ended.ts'
import { createMemoryStore } from '../../src/store/memory/store.ts'
import type { SyncDeps } from '../../src/sync/deps.ts'
import { syncConnection } from '../../src/sync/sync.ts'
import { masterKeyOf } from '../../src/vault/keys.ts'
import { createVault } from '../../src/vault/vault.ts'
import type { Verbs } from '../../src/verbs.ts'
import type { WireAnswer, WireRequest } from '../../src/adapters/wire.ts'
import { repairByItself } from '../../src/repair/by-itself.ts'
import { repairDueAt } from '../../src/repair/due.ts'

const TICK_MS = 5_000

export const FORM = { username: ANA.user, password: ANA.password }
const URL_OF_BANK = 'https://bank.example/ofx'
const ORIGINS = ['https://bank.example:443']

/** What kill -9 looks like from inside: nothing after it runs. */
export class Killed extends Error {}

/** The store call at which a process dies, counted from 1, `before` or `after` its effect; or the answer of the bank that it does not live to read. */
export type KillAt = { readonly call: number; readonly when: 'before' | 'after' } | { readonly answer: number }

export type Asked = { readonly url: string; readonly text: string; readonly headers: WireRequest['headers'] }

export type MemoryWorld = {
  readonly bank: Bank
  readonly store: TenantStore
  /** The bank's time; ours is off by `skewMs`. */
  now: number
  skewMs: number
  /** Sees every exchange before the bank does. */
  onExchange: (() => void | Promise<void>) | null
  /** The bank's own way of answering: what comes of its answer. `asked`: the request's address and text. */
  rewrite: ((answer: WireAnswer, asked: Asked) => WireAnswer) | null
  exchanges: number
  /** A process on the store, which dies at the given point. */
  start(killAt?: KillAt): Process
  compare(): Promise<Comparison>
}

export type Process = { readonly deps: SyncDeps; /** Of the customer who is connected. */ readonly loginIndex: string; readonly verbs: Verbs; calls(): number; sync(connectionId: string, trigger?: 'schedule' | 'person'): ReturnType<typeof syncConnection>; /** Lives as the worker does, with nobody there. */ live(forMs: number): Promise<void> }

export function createMemoryWorld(options: { readonly now: number; readonly seed: number; readonly historyDays?: number; readonly customers?: readonly CustomerSpec[]; readonly triesBeforeLock?: number; /** Traits of the bank's route. */ readonly settings?: JsonObject }): MemoryWorld {
  const time = { now: options.now }
  const bank = createBank({ clock: { now: () => time.now }, seed: options.seed, historyDays: options.historyDays ?? 40, customers: options.customers ?? [ANA], triesBeforeLock: options.triesBeforeLock ?? 3 })
  const store = createMemoryStore().tenant('00000000-0000-7000-8000-000000000001')
  const entropy = seeded(options.seed)
  const world: MemoryWorld = {
    bank, store, skewMs: 0, onExchange: null, rewrite: null, exchanges: 0,
    get now() {
      return time.now
    },
    set now(value) {
      time.now = value
    },
    start: (killAt) => startProcess(world, entropy, killAt ?? null, options.settings ?? {}),
    compare: () => compareWithBank(store, bank),
  }
  return world
}

/** A read; the sign-in that a kill left without an answer goes out when a person asks for one more try. */
export async function readAgain(world: MemoryWorld, id: string): ReturnType<typeof syncConnection> {
  const read = await world.start().sync(id)
  return read.ok && read.value.failure?.evidence[0].codes?.[0] === 'vault_interrupted' ? world.start().verbs.tryOnceMore(id, 'test') : read
}

function seeded(seed: number): Entropy {
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => next() >>> 24)
  return { bytes, fraction: () => next() / 2 ** 32, id: (at) => uuidOf(Math.max(0, at), bytes(10)) }
}

function startProcess(world: MemoryWorld, entropy: Entropy, killAt: KillAt | null, traits: JsonObject): Process {
  const life: Life = { calls: 0, answers: 0, dead: false }
  const store = mortal(world.store, life, killAt)
  const clock = { now: () => world.now + world.skewMs, sleep: async (ms: number) => void (world.now += ms) }
  const log = { info() {}, warn() {}, error() {} }
  const vault = createVault({ secrets: store.secrets, tenantId: store.tenantId, masterKey: masterKeyOf(new Uint8Array(32).fill(5)), clock, entropy })
  const institution: Institution = {
    id: 'riverside', name: 'Riverside Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null },
    routes: [{ connector: 'ofx', settings: { url: URL_OF_BANK, org: BANK_ORG, fid: BANK_FID, ...traits } }],
  }
  const timeZoneOf = (): string => institution.timeZone
  const openTransport = (connection: Connection) => createMemoryTransport({
    bank: handleOf(world, life, killAt), vault, owner: { connectionId: connection.id, loginIndex: connection.loginIndex }, audience: ORIGINS, clock, log,
    recorder: createRecorder(), pseudonym: (text) => vault.pseudonym(text),
  })
  const events = createEvents()
  const base = { store, vault, clock, entropy, log, readBy: { software: '1', runtime: '1', network: '1' } }
  const deps: SyncDeps = { ...base, connectorOf: (id) => (id === 'ofx' ? connector : null), institutionOf: () => institution, openTransport, onRunEnding: onRunEnding({ ...base, timeZoneOf, institutionOf: () => institution }, events) }
  const hands = repairHands(deps, { institutionOf: () => institution, connectorOf: deps.connectorOf, openTransport, store, clock, entropy })
  const repairDeps = { ...base, ...hands }
  const verbs = createVerbs({ deps, problemDeps: { ...base, timeZoneOf }, repairDeps, events, bankDeps: { store, clock, entropy, connectorOf: deps.connectorOf, openTransport, institutions: () => [], learn: async () => undefined } })
  const sync = (id: string, trigger: 'schedule' | 'person' = 'person') => syncConnection(deps, id, trigger)
  const live = async (forMs: number): Promise<void> => {
    for (const until = world.now + forMs; world.now < until; ) {
      let next = until
      for (const { id, nextSyncAt } of await store.connections.list()) {
        if (nextSyncAt !== null && nextSyncAt <= clock.now()) await sync(id, 'schedule')
        next = Math.min(next, (await store.connections.get(id))?.nextSyncAt ?? until)
      }
      for (const open of await store.problems.repairs(100)) {
        const due = repairDueAt(open)
        if (due !== null && due <= clock.now()) await repairByItself(repairDeps, open.connectionId)
        else next = Math.min(next, due ?? until)
      }
      world.now = Math.max(world.now + TICK_MS, next)
    }
  }
  return { deps, verbs, loginIndex: vault.loginIndex(institution.id, FORM.username), calls: () => life.calls, sync, live }
}

function handleOf(world: MemoryWorld, life: Life, killAt: KillAt | null): BankHandle {
  return async ({ method, url, headers, body }) => {
    if (life.dead) throw new Killed()
    world.exchanges++
    await world.onExchange?.()
    const answer = await world.bank.handle({
      method, url: url.pathname, headers: { host: url.host, ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])) }, body: body ?? new Uint8Array(0), scheme: 'https',
    })
    if (killAt !== null && 'answer' in killAt && ++life.answers === killAt.answer) {
      life.dead = true
      throw new Killed()
    }
    if (answer.kind === 'http') {
      const plain = { status: answer.status, headers: answer.headers, cookies: [], body: answer.body }
      return { kind: 'answer', answer: world.rewrite?.(plain, { url: url.href, text: Buffer.from(body ?? []).toString('latin1'), headers }) ?? plain }
    }
    const message = 'The bank ended the connection without an answer.'
    return { kind: 'failed', sent: true, failure: { code: 'bank_unreachable', stage: 'connect', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'connect', message }] } }
  }
}

type Life = { calls: number; answers: number; dead: boolean }

/** The store as a process sees it that dies at one of its calls: from then on no call has an effect. */
function mortal<T extends object>(target: T, life: Life, killAt: KillAt | null): T {
  return new Proxy(target, {
    get(of, name, receiver) {
      const value: unknown = Reflect.get(of, name, receiver)
      if (typeof value === 'function') return (...args: unknown[]) => call(life, killAt, () => (value as (...args: unknown[]) => unknown).apply(of, args))
      return typeof value === 'object' && value !== null ? mortal(value, life, killAt) : value
    },
  })
}

async function call(life: Life, killAt: KillAt | null, work: () => unknown): Promise<unknown> {
  if (life.dead) throw new Killed()
  life.calls++
  const isLast = killAt !== null && 'call' in killAt && life.calls === killAt.call
  if (isLast && killAt.when === 'before') {
    life.dead = true
    throw new Killed()
  }
  const result = await work()
  if (!isLast && !life.dead) return result
  life.dead = true
  throw new Killed()
}
