/** An account concluded anew from its reports: seen first, then applied. */
import { recomputeResource, recomputeShape } from '../recompute-shape.ts'
import { idParams, route, type Route } from '../route.ts'
import { valueOf } from './connections.ts'

const look = route({
  method: 'GET', url: '/accounts/:id/recompute', action: 'review', tag: 'Accounts', summary: 'What the present matcher would make of all reports of this account, as a difference to what stands; changes nothing',
  params: idParams, response: recomputeShape,
  handle: async ({ params, instance, language }) => recomputeResource(language, valueOf(await instance.verbs.recompute(params.id, false))),
})

const apply = route({
  method: 'POST', url: '/accounts/:id/recompute', action: 'administer', tag: 'Accounts', summary: 'Apply that difference in one step; ids and what a person decided stay. Taken back by undoing its run',
  params: idParams, response: recomputeShape,
  handle: async ({ params, instance, language }) => recomputeResource(language, valueOf(await instance.verbs.recompute(params.id, true))),
})

export const recomputeRoutes: readonly Route[] = [look, apply]
