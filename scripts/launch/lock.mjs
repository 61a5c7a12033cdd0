/**
 * One installer at a time per checkout. The lock is a directory that appears complete (rename of a
 * prepared one), naming its owner's process and the npm it runs; it is stale when neither lives any
 * more, so a kill -9 blocks nobody and an orphaned npm is waited for. Promises exclusion among
 * processes of one host; two hosts that share a checkout over a network are not kept apart.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 100
/** Breaking a stale lock takes well under a millisecond; a breaker that is older than this was killed. */
const BREAKER_MAX_AGE_MS = 10_000

/**
 * Waits for the lock directory and takes it. `onWait(pid)` is called once if another process has it.
 * Returns `{ note(childPid), release() }`; `note` records the npm child that must also be dead
 * before others go on.
 */
export async function acquireLock(directory, onWait) {
  let told = false
  for (;;) {
    if (take(directory)) return { note: child => writeOwner(directory, child), release: () => rmSync(directory, { recursive: true, force: true }) }
    const owner = readOwner(directory)
    if (owner === null) continue
    if (owner.alive) {
      if (!told) onWait(owner.pid)
      told = true
      await pause(POLL_MS)
    } else {
      await breakStale(directory)
    }
  }
}

function take(directory) {
  const prepared = `${directory}.${process.pid}`
  rmSync(prepared, { recursive: true, force: true })
  mkdirSync(prepared)
  writeOwner(prepared, null)
  try {
    // A rename onto a directory that is not empty fails: exactly one of many succeeds.
    renameSync(prepared, directory)
    return true
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true })
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false
    throw error
  }
}

function writeOwner(directory, child) {
  const processes = [process.pid, child].filter(pid => pid !== null && pid !== undefined)
  const text = JSON.stringify(processes.map(pid => ({ pid, born: birth(pid) })))
  writeFileSync(join(directory, 'owner.new'), text)
  renameSync(join(directory, 'owner.new'), join(directory, 'owner'))
}

/** `{ pid, alive }` of the present owner; null when there is none. */
function readOwner(directory) {
  try {
    const processes = JSON.parse(readFileSync(join(directory, 'owner'), 'utf8'))
    return { pid: processes[0].pid, alive: processes.some(({ pid, born }) => isAlive(pid) && birth(pid) === born) }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    if (error instanceof SyntaxError) return { pid: 0, alive: false }
    throw error
  }
}

/** Removes the lock if it is still stale. Only the holder of the breaker may do so, else a fresh lock could be removed. */
async function breakStale(directory) {
  const breaker = `${directory}.breaker`
  try {
    mkdirSync(breaker)
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (age(breaker) > BREAKER_MAX_AGE_MS) rmSync(breaker, { recursive: true, force: true })
    return pause(POLL_MS)
  }
  try {
    if (readOwner(directory)?.alive === false) rmSync(directory, { recursive: true, force: true })
  } finally {
    rmdirSync(breaker)
  }
}

function age(path) {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return 0
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Start time of a process in clock ticks since boot, where the system tells it: a reused pid has another. */
function birth(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
