/**
 * Changes that one process makes are told to the pages of another: a worker of its own reads, and the server shows how
 * far it is. What is told is what the events tell, kinds and ids, and of a read its stage and counts; never data.
 */
import { z } from 'zod'
import type { Change, Events } from './events.ts'
import type { ReadingNow } from './reading-now.ts'

const told = z.object({
  from: z.string(), tenant: z.string(), change: z.object({ kind: z.string(), id: z.string() }),
  read: z.object({ connectionId: z.string(), progress: z.object({ runId: z.string(), stage: z.string(), rows: z.number(), account: z.number(), accounts: z.number() }) }).nullable(),
})

export type Across = { /** Something that this or another process told. */ hear(text: string): void; stop(): void }

/** `self`: a name that no other process has. */
export function tellAcross({ events, readingNow, tenantId, self }: { readonly events: Events; readonly readingNow: ReadingNow; readonly tenantId: string; readonly self: string }, tell: (text: string) => void): Across {
  // What was heard is told to the pages here, and not back.
  let isHeard = false
  const stop = events.subscribe((change) => {
    if (!isHeard) tell(JSON.stringify({ from: self, tenant: tenantId, change, read: change.kind === 'run' ? readingNow.read(change.id) : null } satisfies z.input<typeof told>))
  })
  return {
    stop,
    hear(text) {
      const heard = told.safeParse(parsed(text))
      if (!heard.success || heard.data.from === self || heard.data.tenant !== tenantId) return
      const { change, read } = heard.data
      if (read !== null) readingNow.hear(read.connectionId, read.progress)
      isHeard = true
      try {
        events.publish(change as Change)
      } finally {
        isHeard = false
      }
    },
  }
}

/** A process of another version may write something else. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
