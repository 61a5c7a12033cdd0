/**
 * postmaster.pid and the process behind it. A pid proves nothing by itself: it may be of a dead
 * postmaster (a zombie that nobody reaps), or used again by another program. A postmaster is ours when
 * it lives and its command line names our data directory; its start time is not compared, because a
 * stepped clock moves it. Format: PostgreSQL's miscadmin.h (LOCK_FILE_LINE_PID and following).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** LOCK_FILE_LINE_PM_STATUS, counted from 0. */
const STATUS_LINE = 7

/** The pid in the first line of a lock file; null when there is no such file or it is empty. */
export function lockedBy(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8').split('\n', 1)[0] ?? '', 10)
    // Under standalone (single-user) mode the number is negative.
    return Number.isNaN(pid) ? null : Math.abs(pid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The postmaster that runs on `data`, seen to be ours; null when none does. */
export function runningPostmaster(data: string): number | null {
  const pid = lockedBy(join(data, 'postmaster.pid'))
  return pid !== null && isPostmasterOf(pid, data) ? pid : null
}

/** Whether the postmaster on `data` says that it takes sessions; one that is still starting may have no socket yet. */
export function saysReady(data: string): boolean {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[STATUS_LINE]?.trim() === 'ready'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Whether a process lives and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return !describe(pid).state.startsWith('Z')
}

function isPostmasterOf(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false
  // As `postmaster.ts` starts it; a backend of the same server shows another title.
  return describe(pid).command.includes(`postgres -D ${data} -c `)
}

/**
 * Removes a lock file whose process is not our postmaster, so that PostgreSQL, which looks at the pid
 * alone, can start. If the file turns out to be a new one it is put back. Should even that race be
 * lost, PostgreSQL's own check of the shared memory refuses a second server on the same directory.
 */
export function removeStaleLock(path: string, stalePid: number): void {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (lockedBy(aside) !== stalePid && !existsSync(path)) linkSync(aside, path)
  rmSync(aside, { force: true })
}

/** State letter and command line; empty texts when the process is gone or hidden. */
function describe(pid: number): { readonly state: string; readonly command: string } {
  if (existsSync('/proc/self/stat')) {
    const read = (name: string): string => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8')
      } catch {
        return ''
      }
    }
    const stat = read('stat')
    return { state: stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3), command: read('cmdline').replaceAll('\0', ' ') }
  }
  const told = spawnSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return { state: told.slice(0, 1), command: told }
}
