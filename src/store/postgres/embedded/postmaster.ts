/**
 * Starting and stopping the server process. It gets a session of its own, so that Ctrl-C in the
 * terminal reaches Relink first and Relink ends it in order. Promises settings that keep every commit
 * (fsync, synchronous_commit, full page writes), a socket that only its account may enter, no TCP, and
 * a log without row data that stays below 2 MB.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, fstatSync, openSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Account, spawnAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import { lockedBy, isAlive, removeStaleLock, runningPostmaster } from './pidfile.ts'
import { type Places, SOCKET_PORT } from './places.ts'

const MAX_LOG_BYTES = 1_048_576
const STOP_POLL_MS = 20
/** A fast shutdown writes one checkpoint; only a broken disk takes longer than this. */
const FAST_STOP_MS = 60_000
const IMMEDIATE_STOP_MS = 10_000

/** For a small host; what is durable is not for sale. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(SOCKET_PORT),
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',
  max_connections: '50',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  huge_pages: 'off',
  jit: 'off',
  max_wal_size: '1GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  client_encoding: 'UTF8',
  // ERROR and its statement would carry rows of people into a plain file; the client is told them anyway.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  logging_collector: 'off',
}

/** For data that are thrown away with the process that made them: nothing waits for the disk. What was committed outlives kill -9, not a power cut. */
const THROWAWAY: Readonly<Record<string, string>> = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** A server process that was spawned; `exited` is set when it has ended. */
export type Spawned = { readonly process: ChildProcess; exited: boolean; readonly logFrom: number }

/** Spawns the server. It may still fail or find another one running: see its exit and the log. */
export function spawnPostmaster(places: Places, binaries: Binaries, account: Account, throwaway: boolean): Spawned {
  const log = openSync(places.log, 'a', 0o600)
  try {
    // Quoted, because the setting is a list: a comma in the path would be read as two directories.
    const settings = { ...SETTINGS, ...(throwaway ? THROWAWAY : {}), unix_socket_directories: `"${places.socket.replaceAll('"', '""')}"` }
    const args = ['-D', places.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
    // Before it runs: one that ends at once may have said why by then.
    const logFrom = fstatSync(log).size
    const child = spawn(binaries.postgres, args, { ...spawnAs(account), detached: true, stdio: ['ignore', log, log] })
    const spawned: Spawned = { process: child, exited: false, logFrom }
    child.once('error', () => (spawned.exited = true))
    child.once('exit', () => (spawned.exited = true))
    child.unref()
    return spawned
  } finally {
    closeSync(log)
  }
}

/** Ends the server on these places, whoever started it: in order, then without, then by force. Resolves when it is gone. */
export async function stopPostmaster(places: Places): Promise<void> {
  const steps = [['SIGINT', FAST_STOP_MS], ['SIGQUIT', IMMEDIATE_STOP_MS], ['SIGKILL', IMMEDIATE_STOP_MS]] as const
  for (const [signal, waitMs] of steps) {
    const pid = runningPostmaster(places.data)
    if (pid === null) return
    kill(pid, signal)
    for (let waited = 0; waited < waitMs; waited += STOP_POLL_MS) {
      if (!isAlive(pid)) return
      await pause(STOP_POLL_MS)
    }
  }
}

/** Removes lock files whose process is a zombie or another program by now; those of a server of ours that lives stay. */
export function clearStaleLocks(places: Places): void {
  if (runningPostmaster(places.data) !== null) return
  for (const path of [join(places.data, 'postmaster.pid'), join(places.socket, `.s.PGSQL.${SOCKET_PORT}.lock`)]) {
    const pid = lockedBy(path)
    // PostgreSQL itself clears the lock of a dead process, and more carefully than we could.
    if (pid !== null && looksAlive(pid)) removeStaleLock(path, pid)
  }
}

/** Keeps the log below its bound: the older half moves to one `.1` file, or goes where that has no room. Never throws: a log is not worth the program. */
export function boundLog(places: Places): void {
  try {
    if (statSync(places.log).size <= MAX_LOG_BYTES) return
    keepOlder(places.log, `${places.log}.1`)
    // The server appends, so it goes on writing at the new end.
    truncateSync(places.log)
  } catch {
    // Not there yet, or not ours to change: what uses the directory next says so.
  }
}

function keepOlder(log: string, older: string): void {
  try {
    copyFileSync(log, older)
    chmodSync(older, 0o600)
  } catch {
    rmSync(older, { force: true })
  }
}

function looksAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
