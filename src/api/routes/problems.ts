/** Problems, their repair, the letter to the bank and the support bundle; what a code means. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Problem } from '../../domain/connection.ts'
import { letterToBank, supportBundle } from '../../repair/papers.ts'
import { needOf } from '../../repair/steps.ts'
import { LANGUAGES } from '../../language/language.ts'
import type { Instance } from '../../instance.ts'
import { planResource, problemResource } from '../connection-resource.ts'
import { planShape, problemShape } from '../connection-shapes.ts'
import { demand } from '../demand.ts'
import { ApiProblem } from '../problems.ts'
import { Download, idParams, listOf, route, type Route } from '../route.ts'
import { connectionOf, valueOf } from './connections.ts'

const list = route({
  method: 'GET', url: '/problems', action: 'read', tag: 'Problems', summary: 'Problems, open ones first',
  query: z.strictObject({ open: z.enum(['true', 'false']).optional(), connectionId: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: listOf(problemShape),
  handle: async ({ query, instance, language }) => {
    const problems = await instance.store.problems.list({
      limit: query.limit,
      ...(query.open === undefined ? {} : { open: query.open === 'true' }),
      ...(query.connectionId === undefined ? {} : { connectionId: query.connectionId }),
    })
    return { items: await Promise.all(problems.map((p) => problemResource(language, instance, p))) }
  },
})

const one = route({
  method: 'GET', url: '/problems/:id', action: 'read', tag: 'Problems', summary: 'One problem with its likely causes and the evidence',
  params: idParams, response: problemShape,
  handle: async ({ params, instance, language }) => problemResource(language, instance, await problemOf(instance, params.id)),
})

const plan = route({
  method: 'GET', url: '/problems/:id/repair', action: 'read', tag: 'Repairs', summary: 'The plan of a repair; its last step is a proof',
  params: idParams, response: planShape,
  handle: async ({ params, instance, language }) => {
    const problem = await problemOf(instance, params.id)
    const plan = await instance.verbs.plan(problem)
    return planResource(language, plan, (await instance.store.connections.get(problem.connectionId))?.nextSyncAt ?? null, problem.updatedAt)
  },
})

const repair = route({
  method: 'POST', url: '/connections/:id/repair', action: 'sync', tag: 'Repairs', summary: 'Go on with the repair: do what is automatic, check what a person did; `needs` of the step says what whoever reports it must be allowed to do',
  params: idParams,
  body: z.strictObject({ stepId: z.string().max(100).optional(), did: z.enum(['done', 'cannot']).optional() }),
  response: z.object({ plan: planShape.nullable() }),
  handle: async ({ params, body, instance, caller, language }) => {
    await connectionOf(instance, params.id)
    // Trying once more and switching an account off are the same acts here as by their own routes, and for the same people.
    if (body.did === 'done' && body.stepId !== undefined) demand(instance, caller, needOf(body.stepId), params.id)
    const report = body.stepId === undefined || body.did === undefined ? null : { stepId: body.stepId, did: body.did }
    const after = valueOf(await instance.verbs.repair(params.id, report))
    return { plan: after === null ? null : planResource(language, after, (await connectionOf(instance, params.id)).nextSyncAt) }
  },
})

const tell = route({
  method: 'POST', url: '/problems/:id/told', action: 'review', tag: 'Problems', summary: 'What a person sees at the bank itself; the causes are ranked anew',
  params: idParams,
  body: z.strictObject({
    bankLoginWorks: z.boolean().optional().meta({ description: 'The same login works at the bank\'s own site or app now' }), passwordChangedAtBank: z.boolean().optional(),
    otherClientWorks: z.boolean().optional().meta({ description: 'Another program reads the same login now' }), accountReplaced: z.boolean().optional().meta({ description: 'The account or card has another number now' }),
  }),
  response: problemShape,
  handle: async ({ params, body, instance, language }) => {
    await problemOf(instance, params.id)
    const told = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
    const problem = await instance.verbs.tell(params.id, told)
    if (problem === null) throw new ApiProblem('wrong_state', 'This problem is closed.')
    return problemResource(language, instance, problem)
  },
})

const letter = route({
  method: 'GET', url: '/problems/:id/letter', action: 'read', tag: 'Repairs', summary: 'A letter to the bank: times, request ids and codes, no secrets',
  params: idParams, query: z.strictObject({ language: z.enum(LANGUAGES).optional().meta({ description: 'Left out: the language that the request asks for' }) }), response: 'download',
  handle: async ({ params, query, instance, language }) => {
    const problem = await problemOf(instance, params.id)
    const text = await letterToBank(query.language ?? language, instance.store, problem)
    return new Download('text/plain; charset=utf-8', 'letter-to-the-bank.txt', Readable.from([text]))
  },
})

const bundle = route({
  method: 'GET', url: '/problems/:id/bundle', action: 'read', tag: 'Repairs', summary: 'A redacted support file that replays to the same verdict',
  params: idParams, response: 'download',
  handle: async ({ params, instance }) => {
    const problem = await problemOf(instance, params.id)
    const content = await supportBundle(instance.store, problem, instance.version)
    return new Download('application/json', 'relink-support.json', Readable.from([JSON.stringify(content, null, 2)]))
  },
})

export const problemRoutes: readonly Route[] = [list, one, plan, repair, tell, letter, bundle]

async function problemOf(instance: Instance, id: string): Promise<Problem> {
  const problem = await instance.store.problems.get(id)
  if (problem === null) throw new ApiProblem('not_found', 'There is no problem with this id.')
  return problem
}
