/** About this server, and what a bank's error code means. */
import { z } from 'zod'
import { explain } from '../../diagnose/explain.ts'
import { listOf, route, type Route } from '../route.ts'
import { isoInstant } from '../shapes.ts'

const about = route({
  method: 'GET', url: '/server', action: 'read', tag: 'Server', summary: 'Version, and whether this is the demo',
  response: z.object({ version: z.string(), demo: z.boolean(), now: z.iso.datetime().meta({ description: 'The server\'s clock, which every instant of this API follows' }) }),
  handle: async ({ instance }) => ({ version: instance.version, demo: instance.demo !== null, now: isoInstant(instance.clock.now()) }),
})

const health = route({
  method: 'GET', url: '/health', action: 'public', tag: 'Server', summary: 'Answers when the server and its database work',
  response: z.object({ ok: z.literal(true) }),
  handle: async ({ instance }) => {
    await instance.store.connections.list()
    return { ok: true as const }
  },
})

const meaning = route({
  method: 'GET', url: '/explain/:code', action: 'read', tag: 'Server', summary: 'What an error code means, in any system that is known',
  params: z.strictObject({ code: z.string().min(1).max(100) }),
  response: listOf(z.looseObject({})),
  handle: async ({ params }) => ({ items: explain(params.code).map((one) => ({ ...one })) }),
})

export const serverRoutes: readonly Route[] = [about, health, meaning]
