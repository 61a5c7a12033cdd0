/** What reads of this process have done so far, for who watches them: in memory, because nothing of it is worth storing. What a read of another process tells is heard (across.ts). */
import type { Events } from './events.ts'
import type { Clock } from './ports/clock.ts'
import type { ReadProgress, SyncDeps } from './sync/deps.ts'

export type ReadingNow = {
  readonly note: NonNullable<SyncDeps['onProgress']>
  /** Of a read of another process. */
  hear(connectionId: string, progress: ReadProgress): void
  /** That run, as it was noted here; null: it was not. */
  read(runId: string): { readonly connectionId: string; readonly progress: ReadProgress } | null
  /** Of the newest read of that connection, whether or not it has ended. */
  of(connectionId: string): ReadProgress | null
}

/** Rows come faster than anybody reads a number. */
const TELL_AGAIN_MS = 1_000

export function createReadingNow(events: Events, clock: Clock): ReadingNow {
  const reads = new Map<string, { readonly progress: ReadProgress; readonly toldAt: number }>()
  return {
    note(connectionId, progress) {
      const before = reads.get(connectionId)
      const isNew = before?.progress.runId !== progress.runId || before.progress.stage !== progress.stage || clock.now() - before.toldAt >= TELL_AGAIN_MS
      reads.set(connectionId, { progress, toldAt: isNew ? clock.now() : before.toldAt })
      if (isNew) events.publish({ kind: 'run', id: progress.runId })
    },
    hear: (connectionId, progress) => void reads.set(connectionId, { progress, toldAt: clock.now() }),
    read(runId) {
      const [found] = [...reads].filter(([, { progress }]) => progress.runId === runId)
      return found === undefined ? null : { connectionId: found[0], progress: found[1].progress }
    },
    of: (connectionId) => reads.get(connectionId)?.progress ?? null,
  }
}
