/** Runs: every attempt to read a connection and every import, with how it ended. */
import { z } from 'zod'
import type { ReconnectPreview } from '../../domain/preview.ts'
import type { SyncRun } from '../../domain/run.ts'
import type { Instance } from '../../instance.ts'
import { switchAtStake } from '../../sync/preview.ts'
import { ApiProblem } from '../problems.ts'
import { demandSwitch, switchNeeds } from '../reconnect-rights.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { valueOf } from './connections.ts'
import { listedRunShape, runDetail, runDetailShape, runResource, runShape } from '../shapes.ts'

/** In the place of a connection. */
const OF_FILES = 'none'

const list = route({
  method: 'GET', url: '/runs', action: 'read', tag: 'Runs', summary: 'Runs, newest first',
  query: z.strictObject({ connectionId: z.union([z.uuid(), z.literal(OF_FILES)]).optional().meta({ description: '`none`: imports of files, and what took them back' }), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: listOf(listedRunShape),
  handle: async ({ query, instance, language }) => {
    const runs = await instance.store.runs.list({ limit: query.limit, ...(query.connectionId === undefined ? {} : { connectionId: query.connectionId === OF_FILES ? null : query.connectionId }) })
    const undone = new Set((await instance.store.history.undos(runs.map(({ id }) => id))).filter(({ redoneAt }) => redoneAt === null).map(({ runId }) => runId))
    return { items: await Promise.all(runs.map(async (run) => ({ ...runResource(language, run), undone: undone.has(run.id), undoNeeds: await undoNeeds(instance, run) }))) }
  },
})

/** Only these two may be of a switch; null: it is of none. */
async function switchOf(instance: Pick<Instance, 'store'>, { id, trigger }: Pick<SyncRun, 'id' | 'trigger'>): Promise<ReconnectPreview | null> {
  return trigger === 'switch' || trigger === 'undo' ? switchAtStake(instance, id) : null
}

async function undoNeeds(instance: Pick<Instance, 'store' | 'connectors' | 'institutions'>, run: Pick<SyncRun, 'id' | 'trigger'>): Promise<z.output<typeof listedRunShape>['undoNeeds']> {
  const preview = await switchOf(instance, run)
  return preview === null ? { action: 'review', connectionId: null } : { action: await switchNeeds(instance, preview), connectionId: preview.connectionId }
}

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
    const run = await instance.store.runs.get(params.id)
    const preview = run === null ? null : await switchOf(instance, run)
    if (preview !== null) await demandSwitch(instance, caller, preview)
    return runResource(language, valueOf(await instance.verbs.undo(params.id)))
  },
})

export const runRoutes: readonly Route[] = [list, one, undo]
