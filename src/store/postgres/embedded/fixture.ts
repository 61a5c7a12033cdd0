/**
 * For the tests of the embedded server: homes that are removed with everything outside them, other
 * Relink processes that can be killed, and plain SQL. Waits for real processes by looking, up to a bound.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { Client } from 'pg'
import { type EmbeddedEvent, type EmbeddedOptions, type EmbeddedPostgres, type ServerConnection, startEmbedded } from './embedded.ts'
import type { EmbeddedFailure } from './failure.ts'
import { runningPostmaster } from './pidfile.ts'

/** Longer than anything honest takes on two processors that have much else to do. */
const DEADLINE_MS = 120_000

export const isRoot = process.getuid?.() === 0
/** Set by the root-only tests; says why they are skipped elsewhere. */
export const rootOnly = isRoot ? false : 'only root can arrange this'

const homes: string[] = []
const others: ChildProcess[] = []
after(() => {
  // One that a failed test left waiting would keep its file open for ever.
  for (const other of others) other.kill('SIGKILL')
  for (const home of homes) {
    const data = dataOf(home)
    const left = data === null ? null : runningPostmaster(data)
    if (left !== null) process.kill(left, 'SIGKILL')
    if (data !== null && !data.startsWith(home)) rmSync(dirname(data), { recursive: true, force: true })
    rmSync(home, { recursive: true, force: true })
  }
})

/** A directory that is removed at the end; one component by default. */
export function scratchHome(name = 'home'): string {
  const parent = mkdtempSync(join(tmpdir(), 'relink-pg-'))
  chmodSync(parent, 0o755)
  // The home before its parent: its record says where the rest is.
  homes.push(join(parent, name), parent)
  return join(parent, name)
}

/** Where the cluster of a home is, as its record says. */
export function dataOf(home: string): string | null {
  const path = join(home, 'postgres/location.json')
  return existsSync(path) ? join((JSON.parse(readFileSync(path, 'utf8')) as { base: string }).base, 'data') : null
}

export type Running = { readonly server: EmbeddedPostgres; readonly events: EmbeddedEvent[] }

/** Starts or joins, which must succeed. */
export async function startIn(home: string, options: Partial<EmbeddedOptions> = {}): Promise<Running> {
  const events: EmbeddedEvent[] = []
  const started = await startEmbedded({ home, onEvent: event => events.push(event), ...options })
  assert.ok(started.ok, started.ok ? '' : `${started.failure.message}\n${started.failure.log.join('\n')}`)
  return { server: started.value, events }
}

/** Starts, which must fail. */
export async function failureIn(home: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedFailure> {
  const started = await startEmbedded({ home, ...options })
  if (started.ok) await started.value.stop()
  assert.equal(started.ok, false, 'the start was expected to fail')
  return (started as { failure: EmbeddedFailure }).failure
}

/** One session, closed afterwards. */
export async function query<R extends object>(connection: ServerConnection, sql: string, values: unknown[] = []): Promise<readonly R[]> {
  const client = await session(connection)
  try {
    return (await client.query<R>(sql, values)).rows
  } finally {
    await client.end()
  }
}

export async function session(connection: ServerConnection): Promise<Client> {
  const client = new Client({ ...connection })
  client.on('error', () => {})
  await client.connect()
  return client
}

export type Other = { readonly process: ChildProcess; nextLine(): Promise<string>; ended: Promise<unknown> }

/** Another Relink process: `body` may use `server`, `query`, `say(line)`, and `told` (a line came on stdin). */
export function otherProcess(home: string, body: string, as: { uid?: number; gid?: number } = {}, options: Partial<EmbeddedOptions> = {}): Other {
  const program = `
    import { startEmbedded } from ${JSON.stringify(new URL('embedded.ts', import.meta.url).href)}
    import { Client } from ${JSON.stringify(import.meta.resolve('pg'))}
    const say = line => process.stdout.write(line + '\\n')
    const told = new Promise(resolve => process.stdin.once('data', resolve))
    const started = await startEmbedded(${JSON.stringify({ home, ...options })})
    if (!started.ok) { say('failed ' + JSON.stringify(started.failure)); process.exit(1) }
    const server = started.value
    ${body}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { ...as, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
  others.push(child)
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    process: child,
    nextLine: async () => String((await lines.next()).value),
    ended: new Promise(resolve => child.once('close', resolve)),
  }
}

/** Looks until it holds; real processes take real time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < DEADLINE_MS; ) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  assert.fail(`did not happen within ${DEADLINE_MS / 1000} s: ${what}`)
}

export function postmasterOf(server: EmbeddedPostgres): number {
  const pid = runningPostmaster(server.directory)
  assert.ok(pid !== null, 'the server runs')
  return pid
}
