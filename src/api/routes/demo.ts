/** Only in `relink demo`: breaks and repairs its sandbox bank. The routes do not exist elsewhere. */
import { z } from 'zod'
import type { Instance, DemoControl } from '../../instance.ts'
import { ApiProblem } from '../problems.ts'
import { route, type Route } from '../route.ts'

const demoShape = z.object({
  bankUrl: z.url(),
  hints: z.array(z.string()),
  faults: z.array(z.object({ family: z.string(), familyName: z.string(), fault: z.string(), sentence: z.string(), active: z.boolean() })),
})

const show = route({
  method: 'GET', url: '/demo', action: 'demo', tag: 'Demo', summary: 'The sandbox bank and the ways to break it', response: demoShape,
  handle: async ({ instance }) => describe(controlOf(instance)),
})

const change = route({
  method: 'POST', url: '/demo', action: 'demo', tag: 'Demo', summary: 'Break the sandbox bank, or let the bank repair it',
  body: z.strictObject({ inject: z.string().max(100).optional(), clear: z.string().max(100).optional() }), response: demoShape,
  handle: async ({ body, instance }) => {
    const control = controlOf(instance)
    if (body.inject !== undefined) await control.inject(body.inject)
    if (body.clear !== undefined) await control.clear(body.clear)
    instance.events.publish({ kind: 'demo', id: body.inject ?? body.clear ?? '' })
    return describe(control)
  },
})

export const demoRoutes: readonly Route[] = [show, change]

function controlOf(instance: Instance): DemoControl {
  if (instance.demo === null) throw new ApiProblem('not_found', 'This is not the demo.')
  return instance.demo
}

async function describe(control: DemoControl): Promise<z.output<typeof demoShape>> {
  return { bankUrl: control.bankUrl, hints: [...control.hints], faults: [...(await control.faults())] }
}
