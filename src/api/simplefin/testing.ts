/** A SimpleFIN server on the memory store with a clock moved by hand. Whatever would reach a bank or a secret throws, which proves that nothing does. */
import type { FastifyInstance } from 'fastify'
import { hostEntropy } from '../../adapters/entropy.ts'
import type { Account } from '../../domain/account.ts'
import { day } from '../../domain/day.ts'
import type { Institution } from '../../domain/institution.ts'
import { createEvents } from '../../events.ts'
import type { Instance } from '../../instance.ts'
import type { LogFields } from '../../ports/log.ts'
import type { Store, TenantStore } from '../../ports/store.ts'
import { aPage, aRun, aSource, anAccount, type Ledger } from '../../store/fixtures.ts'
import { createMemoryStore } from '../../store/memory/store.ts'
import { createDoor } from '../door.ts'
import { createServer } from '../server.ts'
import { createConsumer } from './consumers.ts'

export const URL_HERE = 'http://127.0.0.1:7351'
export const NOW = Date.parse('2026-06-15T09:00:00Z')

export type World = {
  readonly instance: Instance
  readonly store: TenantStore
  readonly server: FastifyInstance
  readonly log: readonly { readonly level: string; readonly event: string; readonly fields: LogFields }[]
  readonly clock: { at: number }
}

const untouchable = <T extends object>(what: string): T =>
  new Proxy({} as T, { get: () => { throw new Error(`the SimpleFIN server touched ${what}`) } })

export async function aWorld(over: { readonly store?: Store; readonly institutions?: readonly Institution[] } = {}): Promise<World> {
  const whole = over.store ?? createMemoryStore()
  const store = whole.tenant(await whole.defaultTenant())
  const clock = { at: NOW }
  const log: World['log'][number][] = []
  const at = (level: string) => (event: string, fields: LogFields = {}) => void log.push({ level, event, fields })
  const instance: Instance = {
    version: '0', clock: { now: () => clock.at, sleep: () => new Promise(() => {}) }, entropy: hostEntropy, log: { info: at('info'), warn: at('warn'), error: at('error') }, store,
    vault: untouchable('the vault'), verbs: untouchable('the verbs'), institutions: over.institutions ?? [], connectors: new Map(), events: createEvents(), readingNow: untouchable('reads under way'), demo: null,
    alerting: untouchable('the telling of alerts'), resets: untouchable('new passwords'), checkHost: untouchable('the host'), audit: untouchable('the audit log'), signIn: untouchable('the sign-in'), linkKey: untouchable('the key of links'), bindToKey: untouchable('the master key'), deleteAll: untouchable('the end of all'), gone: new Promise(() => {}),
  }
  const server = await createServer({ instance, token: 't', door: createDoor(hostEntropy, null), pageDirectory: null, origins: () => new Set(['http://127.0.0.1:7351', 'http://localhost:7351']) })
  return { instance, store, server, log, clock }
}

const HOST = { host: '127.0.0.1:7351' }

/** A consumer that has claimed; `get` asks for an address under `/simplefin` with its credentials. */
export async function aReader(world: World, accountIds: readonly string[] | null = null) {
  const made = await createConsumer(world.instance, { label: 'Books', url: URL_HERE, accountIds })
  if (!made.ok) throw new Error(made.failure.message)
  const claimUrl = Buffer.from(made.value.setupToken, 'base64').toString()
  const claimed = await world.server.inject({ method: 'POST', url: new URL(claimUrl).pathname, headers: HOST })
  const access = new URL(claimed.body)
  const headers = { ...HOST, authorization: `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}` }
  const get = (query = '') => world.server.inject({ method: 'GET', url: `/simplefin/accounts${query}`, headers })
  const accounts = async (query = ''): Promise<Answer> => {
    const answer = await get(query)
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`)
    return answer.json()
  }
  return { consumer: made.value.consumer, setupToken: made.value.setupToken, claimPath: new URL(claimUrl).pathname, accessUrl: claimed.body, headers, get, accounts }
}

export type Answer = {
  readonly errlist: readonly { readonly code: string; readonly msg: string; readonly conn_id?: string; readonly account_id?: string; readonly extra?: Record<string, string> }[]
  readonly errors: readonly string[]
  readonly connections: readonly Record<string, string>[]
  readonly accounts: readonly (Record<string, unknown> & { readonly id: string; readonly balance: string; readonly transactions: readonly (Record<string, unknown> & { readonly id: string })[] })[]
}

/** An account with a run, ready for rows. */
export async function anAccountIn({ store }: World, connectionId: string | null, over: Partial<Account> = {}): Promise<Ledger> {
  const account = anAccount({ currency: 'USD', startOn: null, createdAt: NOW, ...over })
  const source = aSource(account.id, { connectionId })
  const run = aRun({ connectionId, outcome: 'succeeded' })
  await store.accounts.create(account, source)
  await store.runs.create(run)
  return { tenant: store, accountId: account.id, sourceId: source.id, runId: run.id }
}

export type GivenRow = {
  readonly on: string
  readonly text?: string
  readonly amount?: bigint
  readonly status?: 'posted' | 'pending'
  /** When the row came into the feed. */
  readonly seenAt?: number
  readonly transactedOn?: string
  readonly memo?: string
  readonly currency?: string
}

let count = 0

/** Stores rows as the engine would; returns their ids in order. */
export async function report(ledger: Ledger, rows: readonly GivenRow[]): Promise<readonly string[]> {
  const page = aPage(ledger, rows.map(({ on, text = `row ${(count += 1)}`, amount, status }) => ({ on, text, ...(amount === undefined ? {} : { amount }), ...(status === undefined ? {} : { status }) })))
  const inserts = page.inserts.map((row, index) => {
    const { seenAt = NOW - 1_000, transactedOn, memo = null, currency = 'USD' } = rows[index]!
    return { ...row, currency, memo, transactedOn: transactedOn === undefined ? null : day(transactedOn), createdAt: seenAt, updatedAt: seenAt }
  })
  await ledger.tenant.feed.commitPage({ ...page, inserts })
  return inserts.map((row) => row.id)
}

/** Seconds since 1970 of noon on a day, as the feed dates rows. */
export const noon = (on: string): number => Date.parse(`${on}T12:00:00Z`) / 1_000
export const midnight = (on: string): number => Date.parse(`${on}T00:00:00Z`) / 1_000
