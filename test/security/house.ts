/**
 * A served Relink for the tests of sign-in and roles: one real instance on PostgreSQL that is no demo, and
 * browsers as cookie jars, each with an address of its own (through a trusted proxy), so that limits of one
 * test do not meet another. Codes of authenticator apps are computed here, not by what checks them.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { listen, setupFileOf, type ListeningServer } from '../../src/api/listen.ts'
import { readConfig } from '../../src/config.ts'
import { openSandbox, type Sandbox } from '../../src/demo/sandbox.ts'
import type { Instance } from '../../src/instance.ts'
import type { OpenStore } from '../../src/open-store.ts'
import { send, type Answer } from '../api/served.fixture.ts'
import { openMadeStore } from '../made-store.ts'

export const OWNER = { name: 'Olga Owner', email: 'olga@books.example', password: 'seven violet kettles sing' }

export type Browser = {
  readonly cookies: ReadonlyMap<string, string>
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** A copy of what it holds. */
  fork(): Browser
}

export type House = {
  readonly sandbox: Sandbox
  readonly instance: Instance
  readonly server: ListeningServer
  readonly hostToken: string
  readonly setupToken: string
  readonly database: OpenStore
  browser(address?: string): Browser
  program(token: string): Browser
  /** For a test that signs in more often than twice a minute: codes of the app that were used are good again. */
  forgetCodes(): Promise<void>
  /** Lets time pass for sign-ins: all of it; or only what the host's clock shows, as if somebody set it. */
  passTime(ms: number, only?: 'clock'): void
  /** As the role of the sign-in tables. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>
  /** As the owner of the tables, who can switch their protection off: what an administrator of the database can do. */
  tamper(table: string, text: string): Promise<void>
  /** A tenant's table, as text, row by row. */
  dump(table: string): Promise<string>
  close(): Promise<void>
}

/** `pageDirectory`: the built page, for tests in a browser. `tells`: alerts may go to programs of this machine. */
export async function openHouse(pageDirectory: string | null = null, { tells = false }: { readonly tells?: boolean } = {}): Promise<House> {
  const config = readConfig({ PATH: process.env['PATH'] }, process.platform)
  assert.ok(config.ok)
  const database = await openMadeStore()
  const alerts = { privateHosts: tells ? [{ host: '127.0.0.1', cidr: '127.0.0.1/32', plainHttp: true }] : [], caPem: null }
  const ahead = { clock: 0, steady: 0 }
  // What is measured by the steady clock passes only when a test says so: however slow the machine is, a sign-in is fresh until then.
  const signInTime = { now: () => Date.now() + ahead.clock, steady: () => ahead.steady }
  const sandbox = await openSandbox(config.value, { seed: 3, historyDays: 60, tell: () => undefined, database, signInTime, alerts })
  assert.ok(sandbox.ok)
  const instance: Instance = { ...sandbox.value.opened.instance, demo: null }
  const server = await listen({ instance, home: sandbox.value.home, host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'], pageDirectory })
  assert.ok(server.ok)
  const asSignIn = quiet(new pg.Pool({ ...database.app, max: 1, options: '-c role=relink_auth -c search_path=relink' }))
  const asOwner = quiet(new pg.Pool({ ...database.owner, max: 1 }))
  const unprotected = async <T>(table: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await asOwner.connect()
    try {
      await client.query(`set role relink_owner; alter table relink.${table} no force row level security`)
      return await work(client)
    } finally {
      await client.query(`alter table relink.${table} force row level security; reset role`)
      client.release()
    }
  }
  let addresses = 0
  const { port: bound } = new URL(server.value.url)
  return {
    sandbox: sandbox.value, instance, server: server.value, database,
    hostToken: (await readFile(server.value.tokenFile, 'utf8')).trim(),
    setupToken: (await readFile(setupFileOf(sandbox.value.home), 'utf8')).trim(),
    browser: (address) => browserAt(`http://localhost:${bound}`, { 'x-forwarded-for': address ?? `198.51.100.${(addresses += 1)}` }),
    passTime: (ms, only) => {
      ahead.clock += ms
      if (only === undefined) ahead.steady += ms
    },
    forgetCodes: async () => void (await asSignIn.query(`delete from relink.auth_attempts where starts_with(key, 'code:')`)),
    program: (token) => browserAt(`http://localhost:${bound}`, { authorization: `Bearer ${token}` }, false),
    sql: async (text, values) => (await asSignIn.query(text, values)).rows,
    tamper: (table, text) => unprotected(table, async (client) => void (await client.query(text))),
    dump: (table) => unprotected(table, async (client) => JSON.stringify((await client.query(`select t::text from relink.${table} t`)).rows)),
    async close() {
      await asSignIn.end()
      await asOwner.end()
      await server.value.close()
      await sandbox.value.close()
    },
  }
}

/** A connection that is still closing when the database stops hears that it was ended; nobody waits for that any more. */
function quiet(pool: pg.Pool): pg.Pool {
  pool.on('error', () => undefined)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  return pool
}

function browserAt(origin: string, always: Readonly<Record<string, string>>, isBrowser = true, held: ReadonlyMap<string, string> = new Map()): Browser {
  const cookies = new Map(held)
  return {
    cookies,
    async ask(method, path, body, headers = {}) {
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const sent = {
        ...(isBrowser ? { origin, 'sec-fetch-site': 'same-origin' } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(jar === '' ? {} : { cookie: jar }), host: new URL(origin).host, ...always, ...headers,
      }
      const answer = await send(new URL(path, origin.replace('localhost', '127.0.0.1')), method, Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')), body === undefined ? undefined : JSON.stringify(body))
      for (const line of answer.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '' || /max-age=0/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return answer
    },
    fork: () => browserAt(origin, always, isBrowser, cookies),
  }
}

/** RFC 6238 with SHA-1, six digits, thirty seconds. */
export function totp(secret: string, now: number = Date.now()): string {
  const bits = [...secret.replace(/=+$/, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac.at(-1)! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Signs the owner in with the app's code. */
export async function addTotp(browser: Browser, password: string): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[] }> {
  const begun = await browser.ask('POST', '/api/account/totp', { password })
  assert.equal(begun.status, 200, begun.text)
  const confirmed = await browser.ask('POST', '/api/account/totp/confirm', { code: totp(begun.json.secret) })
  assert.equal(confirmed.status, 200, confirmed.text)
  return begun.json
}

/** `house`: where there is a secret, whose code may be spent within its half minute. */
export async function signIn(browser: Browser, { email, password }: { readonly email: string; readonly password: string }, secret?: string, house?: Pick<House, 'forgetCodes'>): Promise<Browser> {
  const first = await browser.ask('POST', '/api/sign-in/password', { email, password })
  assert.deepEqual([first.status, first.json?.next], [200, secret === undefined ? 'done' : 'second_factor'], first.text)
  await house?.forgetCodes()
  if (secret !== undefined) assert.equal((await browser.ask('POST', '/api/sign-in/second-factor', { code: totp(secret) })).status, 200)
  return browser
}
