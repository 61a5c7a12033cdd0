/** About this server, and what a bank's error code means. */
import { z } from 'zod'
import { explain } from '../../diagnose/explain.ts'
import { answerCase, isBundle } from '../../diagnose/jsonl.ts'
import { message, translated, type Language } from '../../language/language.ts'
import { retold } from '../../language/retold.ts'
import { hostFindingShape } from '../connection-shapes.ts'
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
  handle: async ({ params, language }) => ({ items: explain(params.code, undefined, language).map((one) => ({ ...one })) }),
})

const MOST_RECORDS = 500

const diagnosis = route({
  method: 'POST', url: '/diagnose', action: 'read', tag: 'Server', summary: 'The likely causes of failures that another program met: records in, one answer for each in the same order; nothing is stored',
  body: z.strictObject({ records: z.array(z.unknown()).min(1).max(MOST_RECORDS).meta({ description: 'Each with "evidence" and "context" as relink diagnose --format jsonl reads them; a support bundle is answered by its record' }) }),
  response: listOf(z.looseObject({})),
  handle: async ({ body, language }) => ({ items: body.records.map((record, at) => toldIn(language, answerCase(isBundle(record) ? record.record : record, at + 1))) }),
})

/** Codes and causes are the same in every language. */
function toldIn(language: Language, answer: ReturnType<typeof answerCase>): Record<string, unknown> {
  if ('error' in answer) return { ...answer, error: { ...answer.error, message: retold(language, answer.error.message) } }
  const all = (sentences: readonly string[]): string[] => sentences.map((sentence) => retold(language, sentence))
  return { ...answer, for: all(answer.for), against: all(answer.against) }
}

const NAMES: Readonly<Record<string, string>> = {
  names: message('Names of banks'), 'way out': message('Way to the banks'), certificates: message('Certificates'), 'trust store': message('Trusted authorities'), proxy: message('Proxy'), clock: message('Clock'),
  disk: message('Disk'), directory: message('Data directory'), database: message('Database'), keys: message('Master key'), recovery: message('Recovery file'),
}

const host = route({
  method: 'GET', url: '/server/check', action: 'sync', tag: 'Server', summary: 'This host as `relink doctor` sees it: asks the public sites of a few banks that are in use here, without a sign-in',
  response: listOf(hostFindingShape),
  handle: async ({ instance, language }) => ({ items: (await instance.checkHost()).map(({ check, state, sentence }) => ({ check, name: translated(language, NAMES[check] ?? check), state, sentence: retold(language, sentence) })) }),
})

export const serverRoutes: readonly Route[] = [about, health, meaning, diagnosis, host]
