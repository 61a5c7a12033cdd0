/**
 * The process of a rehearsal. A thread reads; this process counts the processor time that it takes, so
 * that a busy host stops nobody, and ends with the one that started it also when the reader hangs.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { Task, Told } from './rehearsal.ts'

/** The status with which the process ends when the time is over. */
export const OVERDUE_STATUS = 3
const LOOK_MS = 200

/** The whole of the process: `entry` is the module that calls this, `read` comes to its end or does not. A `read` that throws is a bug, and comes up again where its result is wanted. */
export function performRehearsals(entry: URL, read: (task: Task) => Promise<void>): void {
  if (isMainThread) return supervise(entry, Number(process.argv[2]))
  const tell = (told: Told): void => parentPort?.postMessage(told)
  parentPort?.on('message', (task: Task) => {
    tell('begun')
    const end = (): void => tell('read')
    read(task).then(end, end)
  })
}

function supervise(entry: URL, cpuMs: number): void {
  const thread = new Worker(entry, { env: {} })
  let begunAt: NodeJS.CpuUsage | null = null
  thread.on('error', () => process.exit(1))
  thread.on('message', (told: Told) => {
    begunAt = told === 'begun' ? process.cpuUsage() : null
    process.send?.(told)
  })
  process.on('message', (task: Task) => thread.postMessage(task))
  process.on('disconnect', () => process.exit(0))
  setInterval(() => {
    if (begunAt === null) return
    const { user, system } = process.cpuUsage(begunAt)
    if (user + system > cpuMs * 1_000) process.exit(OVERDUE_STATUS)
  }, LOOK_MS).unref()
}
