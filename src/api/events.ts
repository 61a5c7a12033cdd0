/**
 * Server-sent events: "something changed" with its kind and id, never data. A page asks again for
 * what it shows. At most 5 streams at once for each who asks: a page opens one.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/authorize.ts'
import type { Instance } from '../instance.ts'
import { createAtOnce } from './at-once.ts'
import { setSecurityHeaders } from './guard.ts'
import { ApiProblem } from './problems.ts'
import type { Admit } from './server.ts'

const MAX_STREAMS = 5
const HEARTBEAT_MS = 20_000
/** So much is kept for who does not read; a page reads at once, and asks again when its stream ended. */
const MOST_UNREAD_BYTES = 1_000_000

export async function registerEvents(server: FastifyInstance, admit: Admit, instance: Instance): Promise<void> {
  const streams = createAtOnce(MAX_STREAMS)
  let isClosing = false
  const stops = new Set<() => void>()
  server.addHook('preClose', async () => {
    isClosing = true
    for (const stop of stops) stop()
  })
  server.get('/api/events', { schema: { hide: true }, config: { action: 'read' }, exposeHeadRoute: false }, async (request, reply) => {
    await admit(request, 'read')
    // A page that lost its stream asks for another at once, over a line that is still open: that one would never end, and the server with it.
    if (isClosing) return reply.header('connection', 'close').status(204).send()
    const leave = streams.begin(actorOf(request.caller))
    if (leave === null) throw new ApiProblem('wrong_state', 'Too many event streams are open; close other tabs of Relink.')
    setSecurityHeaders(reply)
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    raw.write(': connected\n\n')
    const unsubscribe = instance.events.subscribe((change) => {
      raw.write(`event: changed\ndata: ${JSON.stringify(change)}\n\n`)
      if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy()
    })
    const heart = new AbortController()
    const stop = (): void => {
      unsubscribe()
      heart.abort()
      raw.end()
      stops.delete(stop)
      leave()
    }
    stops.add(stop)
    raw.on('close', stop)
    // Who left while it was asked who they are is not heard to leave.
    if (raw.destroyed) stop()
    const isStillAllowed = (): Promise<boolean> => admit(request, 'read', true).then(() => true, () => false)
    void beat(instance, raw, heart.signal, isStillAllowed).then((ended) => ended === 'refused' && stop())
  })
}

/** A word now and then keeps proxies from closing the stream, finds dead clients, and lets a page hear that its server is there; a session that ended ends its stream. */
async function beat(instance: Instance, raw: NodeJS.WritableStream, signal: AbortSignal, isStillAllowed: () => Promise<boolean>): Promise<'closed' | 'refused'> {
  while (!signal.aborted) {
    const ended = await instance.clock.sleep(HEARTBEAT_MS, signal).then(
      () => false,
      () => true,
    )
    if (ended) return 'closed'
    if (!(await isStillAllowed())) return 'refused'
    raw.write('event: here\ndata: {}\n\n')
  }
  return 'closed'
}
