/** Jobs in memory, for tests and the simulator: nothing survives the process. See `Jobs`. */
import type { Clock } from '../../ports/clock.ts'
import type { Job, Jobs } from '../../ports/jobs.ts'
import { keyOf } from './key.ts'

type Waiting = { readonly job: Job; readonly startAt: number }

export function createMemoryJobs(clock: Clock): Jobs {
  const waiting = new Map<string, Waiting>()
  const running = new Map<string, Promise<void>>()
  const stopped = new AbortController()
  let worker: { readonly concurrency: number; readonly handle: (job: Job) => Promise<void> } | null = null

  function pump(): void {
    if (worker === null || stopped.signal.aborted) return
    for (const [key, { job, startAt }] of waiting) {
      if (running.size >= worker.concurrency) return
      if (startAt > clock.now() || running.has(key)) continue
      waiting.delete(key)
      const run = worker.handle(job).catch(() => {}).finally(() => {
        running.delete(key)
        pump()
      })
      running.set(key, run)
    }
  }

  return {
    async enqueue(job, { startAt = clock.now() } = {}) {
      const key = keyOf(job)
      const before = waiting.get(key)
      if (before !== undefined && before.startAt <= startAt) return
      waiting.set(key, { job, startAt })
      if (startAt > clock.now()) clock.sleep(startAt - clock.now(), stopped.signal).then(pump, () => {})
      pump()
    },
    async work(concurrency, handle) {
      worker = { concurrency, handle }
      pump()
    },
    async stop() {
      stopped.abort()
      await Promise.all(running.values())
    },
  }
}
