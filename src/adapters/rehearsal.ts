/**
 * Rehearsals in processes that can be killed (security.md section 5): 256 MB, 20 s of processor time, no environment. Promises
 * that what hangs or fills the memory there ends there, and that this process goes on. A thread would not
 * do: V8 ends the whole process when one list grows past a thread's limit. A process that came to the end of
 * its work waits a while for the next one; one that was stopped is not used again. Nothing here judges what was read.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { OVERDUE_STATUS } from './rehearsal-process.ts'
import type { RehearsalEnd, Reader, Rehearse } from '../ports/rehearsal.ts'

export type RehearsalLimits = {
  readonly megabytes: number
  readonly cpuMs: number
  /** For a process that does not even count its own time any more. */
  readonly wallMs: number
  /** At once; other work waits. */
  readonly processes: number
  readonly idleMs: number
}

export const REHEARSAL_LIMITS: RehearsalLimits = { megabytes: 256, cpuMs: 20_000, wallMs: 240_000, processes: 2, idleMs: 60_000 }

/** What the process is sent; it answers `begun` when it begins to read, and `read` at the end. */
export type Task = { readonly reader: Reader; readonly bytes: Uint8Array }
export type Told = 'begun' | 'read'

type Idle = { readonly child: ChildProcess; readonly timer: NodeJS.Timeout }

/** `entry`: the module that the processes run; `execPath`: by which Node. */
export function createRehearsal(entry: URL, limits: RehearsalLimits = REHEARSAL_LIMITS, execPath = process.execPath): Rehearse {
  const idle: Idle[] = []
  const places = createPlaces(limits.processes)
  const keep = (child: ChildProcess): void => {
    const kept: Idle = { child, timer: setTimeout(() => end(idle.splice(idle.indexOf(kept), 1)[0]?.child), limits.idleMs).unref() }
    idle.push(kept)
  }
  const take = (): ChildProcess => {
    const kept = idle.pop()
    clearTimeout(kept?.timer)
    return kept?.child.connected === true ? kept.child : start(entry, limits, execPath)
  }
  return async (reader, bytes) => {
    await places.take()
    try {
      const child = take()
      const ended = await perform(child, { reader, bytes }, limits)
      if (ended === 'read') keep(child)
      else end(child)
      return ended
    } finally {
      places.free()
    }
  }
}

/** So many at once; the others wait in their order. A place that becomes free is handed on as it is: whoever comes at that moment waits behind those who wait already. */
export function createPlaces(count: number): { take(): Promise<void>; free(): void } {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    async take() {
      if (taken >= count) return new Promise((resolve) => waiting.push(resolve))
      taken += 1
    },
    free() {
      const next = waiting.shift()
      if (next === undefined) taken -= 1
      else next()
    },
  }
}

function start(entry: URL, { megabytes, cpuMs }: RehearsalLimits, execPath: string): ChildProcess {
  const child = fork(entry, [String(cpuMs)], { execPath, env: {}, execArgv: ['--disable-proto=throw', `--max-old-space-size=${megabytes}`], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  hold(child, false)
  return child
}

function end(child: ChildProcess | undefined): void {
  child?.kill('SIGKILL')
}

/** An idle one does not keep this process from ending, and ends with it. */
function hold(child: ChildProcess, held: boolean): void {
  for (const one of [child, child.channel]) held ? one?.ref() : one?.unref()
}

async function perform(child: ChildProcess, task: Task, { wallMs }: RehearsalLimits): Promise<RehearsalEnd> {
  hold(child, true)
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<RehearsalEnd>((resolve) => {
      child.on('message', (told: Told) => {
        if (told === 'read') resolve('read')
      })
      // What could not be started has no exit.
      child.once('error', () => resolve('not_begun'))
      // Whatever else ended it would have ended this process.
      child.once('exit', (status) => resolve(status === OVERDUE_STATUS ? 'too_slow' : 'too_large'))
      timer = setTimeout(() => resolve('too_slow'), wallMs)
      child.send(task, (unsent) => unsent !== null && resolve('not_begun'))
    })
  } finally {
    clearTimeout(timer)
    child.removeAllListeners('message').removeAllListeners('exit').removeAllListeners('error').on('error', () => undefined)
    hold(child, false)
  }
}
