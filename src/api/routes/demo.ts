/** Only in `relink demo`: breaks and repairs its sandbox bank, and lets time pass. The routes do not exist elsewhere. */
import { z } from 'zod'
import { waitsForChoice } from '../../domain/connection.ts'
import type { Instance, DemoControl } from '../../instance.ts'
import type { Language } from '../../language/language.ts'
import { retold } from '../../language/retold.ts'
import { ApiProblem } from '../problems.ts'
import { route, type Route } from '../route.ts'

const demoShape = z.object({
  bankUrl: z.url(),
  hints: z.array(z.string()),
  faults: z.array(z.object({ family: z.string(), familyName: z.string(), fault: z.string(), sentence: z.string(), active: z.boolean() })),
})

const MAX_HOURS = 24 * 31

const show = route({
  method: 'GET', url: '/demo', action: 'demo', tag: 'Demo', summary: 'The sandbox bank and the ways to break it', response: demoShape,
  handle: async ({ instance, language }) => describe(language, controlOf(instance)),
})

const change = route({
  method: 'POST', url: '/demo', action: 'demo', tag: 'Demo',
  summary: 'Let hours pass, break the sandbox bank, let the bank repair it; then every connection is read, and events tell what came of it',
  body: z.strictObject({ passHours: z.int().min(1).max(MAX_HOURS).optional(), inject: z.string().max(100).optional(), clear: z.string().max(100).optional() }), response: demoShape,
  handle: async ({ body, instance, language }) => {
    const control = controlOf(instance)
    const known = new Set((await control.faults()).map(({ fault }) => fault))
    const strange = [body.inject, body.clear].find((fault) => fault !== undefined && !known.has(fault))
    if (strange !== undefined) throw new ApiProblem('invalid_request', `The demo has no fault ${strange}.`)
    if (body.passHours !== undefined) control.passTime(body.passHours)
    if (body.inject !== undefined) await control.inject(body.inject)
    if (body.clear !== undefined) await control.clear(body.clear)
    instance.events.publish({ kind: 'demo', id: body.inject ?? body.clear ?? '' })
    void readAll(instance).catch((error: Error) => instance.log.error('demo_read_broke', { place: error.stack ?? error.message }))
    return describe(language, control)
  },
})

export const demoRoutes: readonly Route[] = [show, change]

/** As the schedule would in a while: what waits for a person, to answer a question or to choose accounts, is not read. */
async function readAll({ store, verbs }: Instance): Promise<void> {
  for (const connection of await store.connections.list()) {
    const { id, state } = connection
    const asked = await store.challenges.list({ connectionId: id, state: 'open' })
    if (state === 'active' && asked.length === 0 && !waitsForChoice(connection)) await verbs.sync(id, 'person')
  }
}

function controlOf(instance: Instance): DemoControl {
  if (instance.demo === null) throw new ApiProblem('not_found', 'This is not the demo.')
  return instance.demo
}

async function describe(language: Language, control: DemoControl): Promise<z.output<typeof demoShape>> {
  return { bankUrl: control.bankUrl, hints: [...control.hints(language)], faults: (await control.faults()).map((one) => ({ ...one, familyName: retold(language, one.familyName), sentence: retold(language, one.sentence) })) }
}
