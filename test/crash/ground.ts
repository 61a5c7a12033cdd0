/**
 * What the crash tests stand on: a sandbox bank on real sockets in this process, a home with the
 * embedded database, and `relink` as real processes that can be killed. Waits by looking, up to a
 * bound; chance is drawn from a seed that a failing test names (RELINK_CRASH_SEED repeats it).
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import { createBank, type Bank } from '../../bank/bank.ts'
import { ANA, BANK_FID, BANK_ORG, type CustomerSpec } from '../../bank/customers.ts'
import { listen, type Listening } from '../../bank/listen.ts'
import { createSettableClock } from '../../bank/main.ts'
import { compareWithBank } from '../../src/demo/compare.ts'
import { readConfig } from '../../src/config.ts'
import { openInstance, type Opened, type OpenOptions } from '../../src/open.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { layDatabase } from '../../src/store/made.fixture.ts'
import { startEmbedded, type EmbeddedPostgres } from '../../src/store/postgres/embedded/embedded.ts'
import { runningPostmaster } from '../../src/store/postgres/embedded/pidfile.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { until } from '../until.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')
export const BANK_ID = 'riverside'

/** How many times more than usual: RELINK_CRASH_ROUNDS=10 for a long night. */
export const ROUNDS_FACTOR = Math.max(1, Number(process.env['RELINK_CRASH_ROUNDS'] ?? '1'))

/** Repeatable chance of one test; the seed is told, so that a failure can be played again. */
export function chance(t: TestContext): { readonly seed: number; below(limit: number): number } {
  const seed = Number(process.env['RELINK_CRASH_SEED'] ?? 20_260_101)
  t.diagnostic(`seed ${seed} (RELINK_CRASH_SEED repeats it)`)
  let state = seed >>> 0
  return {
    seed,
    below(limit) {
      // mulberry32
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
    },
  }
}

export type Ended = { readonly code: number | null; readonly signal: string | null; readonly out: string; readonly err: string }
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended>; out(): string; err(): string; kill(): Promise<Ended> }

/** One `relink` command as a process of its own. */
export function relink(env: Readonly<Record<string, string>>, args: readonly string[], stdin = ''): Running {
  const { HOME = '/', PATH = '' } = process.env
  const child = spawn(process.execPath, [MAIN, ...args], { env: { HOME, PATH, NO_COLOR: '1', ...env }, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const ended = new Promise<Ended>((done) => child.once('close', (code, signal) => done({ code, signal, out, err })))
  return {
    child, ended, out: () => out, err: () => err,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Sees every exchange with the bank; may wait in `before`, or kill whoever asked. */
export type Watch = { before?(exchange: number): void | Promise<void>; after?(exchange: number): void | Promise<void> }

export type Ground = {
  readonly bank: Bank
  readonly listening: Listening
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  /** Exchanges that reached the bank's OFX door so far. */
  exchanges(): number
  watch(watch: Watch): void
  run(args: readonly string[], stdin?: string): Running
  /** Runs a command that must succeed; its standard output. */
  must(args: readonly string[], stdin?: string): Promise<string>
  /** Reads after a kill that may have come while the bank was answering a sign-in: that one a person lets out. */
  readAgain(id: string): Promise<void>
  /** Connects ana, who is the bank's customer; the id of the connection. */
  connect(): Promise<string>
  /** This process's own way to the database; opened when it is first asked for, which also keeps the server up. */
  store(): Promise<TenantStore>
  /** By a session of the owner of the tables, for counting. */
  query<R extends object>(text: string): Promise<readonly R[]>
  postmaster(): Promise<number>
  assertFeedIsTruth(where: string): Promise<void>
  /** Runs before the ground is taken away, the last first. */
  atEnd(work: () => Promise<unknown>): void
  /** Sends with each secret (by the bank's digest) that the bank refused, and how often in all. */
  refusals(): ReadonlyMap<string, number>
}

export type GroundOptions = { readonly customers?: readonly CustomerSpec[]; readonly historyDays?: number; readonly env?: Readonly<Record<string, string>>; readonly triesBeforeLock?: number; readonly home?: string; /** Without a database yet: the first start is what is tested. */ readonly isFirstStart?: boolean }

/** A bank and a home of their own for one test; all of it is gone when the test ends, whatever happened. */
export async function openGround(t: TestContext, options: GroundOptions = {}): Promise<Ground> {
  const parent = await mkdtemp(join(tmpdir(), 'relink-crash-'))
  await chmod(parent, 0o755)
  const home = options.home ?? join(parent, 'home')
  const bank = createBank({ clock: createSettableClock(), seed: 7, historyDays: options.historyDays ?? 60, customers: options.customers ?? [ANA], adminToken: 'of-tests-only', triesBeforeLock: options.triesBeforeLock ?? 3 })
  if (options.isFirstStart !== true) await layDatabase(home)
  const exchanges = watchBank(bank)
  const listening = await listen(bank)
  // Compiled modules are kept between the many starts of a test.
  const env = { RELINK_HOME: home, RELINK_PORT: '0', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(parent, 'compiled'), ...(await writeConfiguration(parent, listening)), ...options.env }
  const started: Running[] = []
  const endings: (() => Promise<unknown>)[] = []
  const database = openDatabase(home)
  t.after(async () => {
    for (const end of endings.reverse()) await end().catch(() => {})
    await Promise.all(started.map((running) => running.kill()))
    await database.close()
    await listening.close()
    await rm(parent, { recursive: true, force: true })
  })
  const run = (args: readonly string[], stdin = ''): Running => {
    const running = relink(env, args, stdin)
    started.push(running)
    return running
  }
  const must = async (args: readonly string[], stdin = ''): Promise<string> => {
    const ended = await run(args, stdin).ended
    assert.equal(ended.code, 0, `relink ${args.join(' ')}: ${ended.out}${ended.err}`)
    return ended.out
  }
  return {
    bank, listening, home, env, run, must,
    exchanges: () => exchanges.count,
    watch: (watch) => void (exchanges.watch = watch),
    atEnd: (work) => void endings.push(work),
    store: () => database.store(),
    query: (text) => database.query(text),
    postmaster: () => database.postmaster(),
    async readAgain(id) {
      const read = await run(['sync', id]).ended
      if (read.code === 0) return
      assert.match(read.out, /may have been a refusal/, read.err)
      await must(['secret', id, '--once-more'])
    },
    async connect() {
      const out = await must(['connect', BANK_ID, '--field', `username=${ANA.user}`, '--secrets-stdin', '--json'], ANA.password)
      return (JSON.parse(out) as { connection: { id: string } }).connection.id
    },
    async assertFeedIsTruth(where) {
      const { rows, lost, doubled } = await compareWithBank(await database.store(), bank)
      assert.ok(rows > 0, `${where}: the feed has accounts of this bank`)
      assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, where)
    },
    refusals() {
      const counts = new Map<string, number>()
      for (const { secretDigest, code } of bank.state.attempts) if (code !== 0) counts.set(secretDigest, (counts.get(secretDigest) ?? 0) + 1)
      return counts
    },
  }
}

type Exchanges = { count: number; watch: Watch }

function watchBank(bank: Bank): Exchanges {
  const exchanges: Exchanges = { count: 0, watch: {} }
  const handle = bank.handle.bind(bank)
  bank.handle = async (request) => {
    if (!request.url.startsWith('/ofx')) return handle(request)
    const exchange = ++exchanges.count
    await exchanges.watch.before?.(exchange)
    const answer = await handle(request)
    await exchanges.watch.after?.(exchange)
    return answer
  }
  return exchanges
}

async function writeConfiguration(directory: string, { ofxUrl }: Listening): Promise<Record<string, string>> {
  const [institutions, network] = [join(directory, 'institutions.json'), join(directory, 'network.json')]
  const routes = [{ connector: 'ofx', settings: { url: ofxUrl, org: BANK_ORG, fid: BANK_FID } }]
  await writeFile(institutions, JSON.stringify([{ id: BANK_ID, name: 'Riverside Bank', country: 'US', timeZone: 'America/New_York', routes }]))
  await writeFile(network, JSON.stringify({ institutions: { [BANK_ID]: { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.0/8', plainHttp: true }] } } }))
  return { RELINK_INSTITUTIONS: institutions, RELINK_NETWORK: network }
}

/** The embedded database of the home as this process joins it. */
function openDatabase(home: string) {
  type Opened = { readonly server: EmbeddedPostgres; readonly store: TenantStore; close(): Promise<void> }
  let opened: Promise<Opened> | null = null
  let asking: Promise<Client> | null = null
  const open = (): Promise<Opened> =>
    (opened ??= (async () => {
      const started = await startEmbedded({ home })
      assert.ok(started.ok, started.ok ? '' : started.failure.message)
      const { owner, app } = started.value.connections
      const store = await openPostgresStore({ owner, app, connections: 2 })
      assert.ok(store.ok, store.ok ? '' : store.failure.message)
      const close = async (): Promise<void> => {
        await store.value.close()
        await started.value.stop()
      }
      return { server: started.value, store: store.value.tenant(await store.value.defaultTenant()), close }
    })())
  return {
    store: async () => (await open()).store,
    postmaster: async () => until('the database runs', async () => runningPostmaster((await open()).server.directory)),
    async query<R extends object>(text: string): Promise<readonly R[]> {
      asking ??= ask((await open()).server, (await open()).store.tenantId)
      try {
        return (await (await asking).query<R>(text)).rows
      } catch (error) {
        // The database may have been killed meanwhile; the next question begins anew.
        const broken = asking
        asking = null
        await broken.then((client) => client.end()).catch(() => {})
        throw error
      }
    },
    async close() {
      await asking?.then((client) => client.end()).catch(() => {})
      // Whatever a killed process left behind is joined, and stopped as its last user.
      await open().then((o) => o.close()).catch(() => {})
    },
  }
}

/** A session of the owner of the tables, who is bound by row-level security too: the one tenant is named as the program names it. */
async function ask({ connections }: EmbeddedPostgres, tenantId: string): Promise<Client> {
  const client = new Client({ ...connections.owner })
  client.on('error', () => {})
  await client.connect()
  await client.query('set role relink_owner')
  await client.query(`select set_config('relink.tenant', $1, false)`, [tenantId])
  return client
}

/** Rows of every table of the feed and its surroundings, by table: to see that nothing was stored. */
export async function countAll(ground: Ground): Promise<Record<string, number>> {
  const tables = await ground.query<{ table_name: string }>(`select table_name from information_schema.tables where table_schema = 'relink' and table_type = 'BASE TABLE' order by 1`)
  const counts: Record<string, number> = {}
  for (const { table_name } of tables) counts[table_name] = Number((await ground.query<{ n: string }>(`select count(*) as n from relink."${table_name}"`))[0]?.n)
  return counts
}

/** Relink in this process, on the ground's home and bank, with what a test wants to hold in its own hands. */
export async function openHere(ground: Ground, options: Partial<OpenOptions> = {}): Promise<Opened> {
  const config = readConfig(ground.env, process.platform)
  assert.ok(config.ok)
  const opened = await openInstance(config.value, { tell: () => {}, ...options })
  assert.ok(opened.ok, opened.ok ? '' : opened.failure.message)
  ground.atEnd(() => opened.value.close())
  return opened.value
}

/** A running `relink start` and its API. */
export type Server = { readonly running: Running; call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }> }

export async function startServer(ground: Ground): Promise<Server> {
  const running = ground.run(['start'])
  const [, address] = await until('the server is up', () => {
    assert.equal(running.child.exitCode, null, `relink start ended: ${running.out()}${running.err()}`)
    return /running at (http:\/\/\S+)/.exec(running.out())
  })
  const token = await readFile(join(ground.home, 'keys', 'access.token'), 'utf8')
  return {
    running,
    async call(method, path, body) {
      const answer = await fetch(new URL(`api${path}`, address), {
        method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json() }
    },
  }
}
