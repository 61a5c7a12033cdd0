/** Runs: every attempt to read a connection and every import, with how it ended. */
import { z } from 'zod'
import { switchAtStake } from '../../sync/preview.ts'
import { demand } from '../demand.ts'
import { ApiProblem } from '../problems.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { valueOf } from './connections.ts'
import { runDetail, runDetailShape, runResource, runShape } from '../shapes.ts'

const list = route({
  method: 'GET', url: '/runs', action: 'read', tag: 'Runs', summary: 'Runs, newest first',
  query: z.strictObject({ connectionId: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: listOf(runShape),
  handle: async ({ query, instance, language }) => {
    const runs = await instance.store.runs.list({ limit: query.limit, ...(query.connectionId === undefined ? {} : { connectionId: query.connectionId }) })
    return { items: runs.map((run) => runResource(language, run)) }
  },
})

const one = route({
  method: 'GET', url: '/runs/:id', action: 'read', tag: 'Runs', summary: 'One run, with the days that each account was answered for in full',
  params: idParams, response: runDetailShape,
  handle: async ({ params, instance, language }) => {
    const run = await instance.store.runs.get(params.id)
    if (run === null) throw new ApiProblem('not_found', 'There is no run with this id.')
    return runDetail(language, run, await Promise.all(run.accounts.map(async ({ accountId }) => instance.store.feed.coverage(accountId))))
  },
})

const undo = route({
  method: 'POST', url: '/runs/:id/undo', action: 'review', tag: 'Runs', summary: 'Take back what a run made; an undo can be taken back, too. A switch to another connection is for who may switch',
  params: idParams, response: runShape,
  handle: async ({ params, instance, caller, language }) => {
    if ((await switchAtStake(instance, params.id)) !== null) demand(instance, caller, 'administer', null)
    return runResource(language, valueOf(await instance.verbs.undo(params.id)))
  },
})

export const runRoutes: readonly Route[] = [list, one, undo]
