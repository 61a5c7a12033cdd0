/**
 * PostgreSQL 18 under our own supervision, shared by all Relink processes of one RELINK_HOME (server,
 * workers, commands). Whoever comes first starts it, others join the running one, an orphan of a killed
 * process is adopted, the last to leave stops it, and a server that dies is started again while
 * somebody needs it. Promises that a committed row survives kill -9 of anything. Each part is a
 * neighbour file; here is only the order of things.
 */
import type { Client } from 'pg'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { failed, ok, type Result } from '../../../domain/result.ts'
import { type Account, databaseAccount } from './account.ts'
import { type Binaries, packagedBinaries, usableBinaries } from './binaries.ts'
import { APP, ensureCluster, OWNER, type Passwords } from './cluster.ts'
import { diskFull, embeddedFailure, type EmbeddedFailure, hasNoSpace, isDiskFull, lastLines, textOf } from './failure.ts'
import { releaseLease, takeLease } from './lease.ts'
import { DATABASE, ensureOwner } from './owner.ts'
import { runningPostmaster, saysReady } from './pidfile.ts'
import { OWN_SETTINGS, type Places, preparePlaces, recordedData, SOCKET_PORT } from './places.ts'
import { boundLog, clearStaleLocks, type Spawned, spawnPostmaster, stopPostmaster } from './postmaster.ts'

export type ServerConnection = {
  /** The directory of the Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly ssl: false
  readonly options: string
}

export type EmbeddedEvent =
  | { readonly kind: 'started' | 'joined' | 'restarted' | 'stopped' | 'left' | 'lost' }
  | { readonly kind: 'failed'; readonly failure: EmbeddedFailure }

export type EmbeddedOptions = {
  /** RELINK_HOME; made when it does not exist. */
  readonly home: string
  /** How long a start, crash recovery included, may take. Default 120 s. */
  readonly startTimeoutMs?: number
  /** The `native` folder of the programs; default: the platform's npm package. */
  readonly binaries?: string
  /** The data are made to be thrown away (simulator, tests): commits do not wait for the disk. Never for a feed. */
  readonly throwaway?: boolean
  /** Told of what happens to the server while this process uses it. */
  readonly onEvent?: (event: EmbeddedEvent) => void
}

export type EmbeddedPostgres = {
  /**
   * How to connect: `owner` migrates and makes the roles, `app` is what it makes for the program to run as.
   * Pools must have an `error` listener: a stopping server cuts their sessions.
   */
  readonly connections: { readonly owner: ServerConnection; readonly app: ServerConnection }
  /** The data directory. */
  readonly directory: string
  /** Ends this process's use, and the server when it was the last. Close pools before. Never rejects; further calls do nothing. */
  stop(): Promise<void>
}

const DEFAULT_START_TIMEOUT_MS = 120_000
const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 250
/** A server that was ready and whose socket is gone (somebody cleaned the directory) is ended after this long and started anew. */
const NO_SOCKET_MS = 3_000
/** One that is still starting, or accepts sessions and says nothing, may only be slow: it gets longer. */
const SLOW_MS = 30_000
const LOG_CHECK_MS = 60_000
const RESTART_PAUSE_MS = 1_000
const LOG_LINES = 15

type Ground = { readonly places: Places; readonly binaries: Binaries; readonly account: Account; readonly passwords: Passwords; readonly startTimeoutMs: number; readonly throwaway: boolean }
type Reached = { readonly client: Client; readonly started: boolean }

/** Starts or joins the embedded server of `home`. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Result<EmbeddedPostgres, EmbeddedFailure>> {
  const ground = await prepare(options)
  if (!ground.ok) return ground
  const reached = await reach(ground.value)
  if (!reached.ok) return reached
  try {
    await ensureOwner(reached.value.client, ground.value.passwords[OWNER] ?? '')
  } catch (error) {
    const { places } = ground.value
    await leave(reached.value.client, places)
    return failed(isDiskFull(error) ? diskFull(places.base) : embeddedFailure('start_failed', `The database could not be made in ${places.data}: ${textOf(error)}`))
  }
  const onEvent = options.onEvent ?? (() => {})
  onEvent({ kind: reached.value.started ? 'started' : 'joined' })
  return ok(supervise(ground.value, reached.value.client, onEvent))
}

async function prepare(options: EmbeddedOptions): Promise<Result<Ground, EmbeddedFailure>> {
  const account = databaseAccount(options.home, recordedData(options.home))
  if (!account.ok) return account
  const source: Result<string, EmbeddedFailure> = options.binaries === undefined ? packagedBinaries() : ok(options.binaries)
  if (!source.ok) return source
  const places = await preparePlaces(options.home, account.value)
  if (!places.ok) return places
  const binaries = await usableBinaries(source.value, places.value.base, account.value)
  if (!binaries.ok) return binaries
  const passwords = await ensureCluster(places.value, binaries.value, account.value)
  if (!passwords.ok) return passwords
  const startTimeoutMs = options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS
  return ok({ places: places.value, binaries: binaries.value, account: account.value, passwords: passwords.value, startTimeoutMs, throwaway: options.throwaway === true })
}

/** A lease on the running server, which is started if none runs. What the file system refuses meanwhile is a failure like any other: nobody else would catch it. */
async function reach(ground: Ground): Promise<Result<Reached, EmbeddedFailure>> {
  try {
    return await reachServer(ground)
  } catch (error) {
    const { base, data } = ground.places
    return failed(isDiskFull(error) ? diskFull(base) : embeddedFailure('directory_unusable', `The database in ${data} cannot be used: ${textOf(error)}`))
  }
}

async function reachServer(ground: Ground): Promise<Result<Reached, EmbeddedFailure>> {
  const { places } = ground
  const began = performance.now()
  let spawned: Spawned | null = null
  let unusableSince: number | null = null
  let pollMs = FIRST_POLL_MS
  while (performance.now() - began < ground.startTimeoutMs) {
    const attempt = await takeLease(places, ground.passwords)
    if (attempt.kind === 'leased') return ok({ client: attempt.client, started: spawned !== null && !spawned.exited })
    if (attempt.kind === 'foreign') return failed(embeddedFailure('not_ours', `The database in ${places.data} cannot be used: ${attempt.reason}.`))
    if (attempt.kind === 'full') return failed(diskFull(places.base))
    const isUnusable = attempt.kind !== 'busy' && runningPostmaster(places.data) !== null
    if (!isUnusable) unusableSince = null
    else if (performance.now() - (unusableSince ??= performance.now()) > (attempt.kind === 'absent' && saysReady(places.data) ? NO_SOCKET_MS : SLOW_MS)) await stopPostmaster(places)
    if (attempt.kind === 'absent' && !isUnusable && (spawned === null || spawned.exited)) {
      const refused = spawned === null ? null : refusal(spawned, places)
      if (refused !== null) return failed(refused)
      boundLog(places)
      clearStaleLocks(places)
      spawned = spawnPostmaster(places, ground.binaries, ground.account, ground.throwaway)
    }
    await pause(pollMs)
    pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)
  }
  // A server on a full disk may come up and then take nobody.
  if (hasNoSpace(places.base)) return failed(diskFull(places.base, lastLines(places.log, LOG_LINES)))
  const seconds = Math.round(ground.startTimeoutMs / 1000)
  return failed(embeddedFailure('start_failed', `The database in ${places.data} did not answer within ${seconds} s; the end of ${places.log} says how far it came.`, lastLines(places.log, LOG_LINES)))
}

/** What follows from a reason that stands in another line, if there was room for it. */
const FOLLOWS = /checkpoint request failed|the database system is (starting up|not yet accepting connections|shutting down)/

/** Why the spawned server ended, or null when another one was simply first or is still going away: then one tries again. */
function refusal(spawned: Spawned, places: Places): EmbeddedFailure | null {
  const said = readFileSync(places.log).subarray(spawned.logFrom).toString('utf8')
  if (/lock file ".*" already exists|pre-existing shared memory block/.test(said)) return null
  const lines = said.trim().split('\n').slice(-LOG_LINES)
  const fatal = lines.findLast(line => /FATAL|PANIC|could not/.test(line) && !FOLLOWS.test(line))
  // On a full disk there may be no room for its last words either.
  if (isDiskFull(said) || (fatal === undefined && hasNoSpace(places.base))) return diskFull(places.base, lines)
  const reason = fatal ?? lines.at(-1) ?? ''
  return embeddedFailure('start_failed', `The database in ${places.data} does not start: ${reason}. The end of ${places.log} says more.`, lines)
}

/** Watches over the server for as long as this process uses it. */
function supervise(ground: Ground, first: Client, onEvent: (event: EmbeddedEvent) => void): EmbeddedPostgres {
  const { places } = ground
  let client = first
  let stopping: Promise<void> | null = null
  let recovery: Promise<void> = Promise.resolve()
  const logCheck = setInterval(() => boundLog(places), LOG_CHECK_MS)
  logCheck.unref()

  const watch = (): void => {
    client.once('end', () => {
      if (stopping !== null) return
      onEvent({ kind: 'lost' })
      recovery = recover()
    })
  }
  const recover = async (): Promise<void> => {
    while (stopping === null) {
      const reached = await reach(ground)
      if (reached.ok) {
        client = reached.value.client
        onEvent({ kind: reached.value.started ? 'restarted' : 'joined' })
        if (stopping === null) watch()
        return
      }
      onEvent({ kind: 'failed', failure: reached.failure })
      await pause(RESTART_PAUSE_MS)
    }
  }
  watch()

  const end = async (): Promise<void> => {
    clearInterval(logCheck)
    await recovery
    onEvent({ kind: await leave(client, places) })
  }
  return {
    connections: connectionsFor(ground),
    directory: places.data,
    stop: () => (stopping ??= end()),
  }
}

/** Gives the lease back and stops the server when nobody else has one. */
async function leave(client: Client, places: Places): Promise<'stopped' | 'left'> {
  try {
    const last = await releaseLease(client)
    if (last) await stopPostmaster(places)
    return last ? 'stopped' : 'left'
  } catch {
    // The server is gone or going: nothing is left to stop, or another process does it.
    return 'left'
  } finally {
    await client.end().catch(() => {})
  }
}

function connectionsFor({ places, passwords }: Ground): EmbeddedPostgres['connections'] {
  const connection = (user: string): ServerConnection => ({ host: places.socket, port: SOCKET_PORT, database: DATABASE, user, password: passwords[user] ?? '', ...OWN_SETTINGS })
  return { owner: connection(OWNER), app: connection(APP) }
}
