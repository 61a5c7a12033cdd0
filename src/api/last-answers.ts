/**
 * A server that ends waits for what it still answers, however long a bank takes, but not for whoever does not read on:
 * a laptop that was closed in the middle of a download would keep it from ending for ever. An answer that was under way
 * and is not taken within some seconds is cut; what is cut has no end, so nobody takes it for whole.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../ports/clock.ts'

export const LAST_ANSWER_MS = 5_000

export function cutUnread(server: FastifyInstance, clock: Pick<Clock, 'sleep'>): void {
  const open = new Set<ServerResponse>()
  const closed = new AbortController()
  const underWay = (): readonly ServerResponse[] => [...open].filter(({ headersSent }) => headersSent)
  const cut = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      const before = underWay()
      await clock.sleep(LAST_ANSWER_MS, closed.signal).catch(() => undefined)
      for (const answer of before) if (open.has(answer)) answer.destroy()
    }
  }
  server.addHook('onRequest', async (_request, { raw }) => {
    open.add(raw)
    raw.once('close', () => open.delete(raw))
  })
  server.addHook('preClose', async () => void cut())
  server.addHook('onClose', async () => closed.abort())
}
