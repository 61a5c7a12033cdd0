/** A reconnect, looked at before it happens: preview, switch, end. */
import type { Instance } from '../../instance.ts'
import { previewResource } from '../preview-resource.ts'
import { previewShape } from '../preview-shape.ts'
import { isOpen } from '../../sync/preview.ts'
import { ApiProblem } from '../problems.ts'
import { demandSignIn, demandSwitch } from '../reconnect-rights.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { connectForm, connectionOf, failedSignIn, valueOf } from './connections.ts'

const begin = route({
  method: 'POST', url: '/connections/:id/previews', action: 'enter_secret', tag: 'Reconnect', summary: 'Sign in beside this connection and read, without touching the feed; the answer may wait for the bank\'s question. Another bank, way or address than the connection has is for owners',
  params: idParams, body: connectForm, carriesSecret: true, response: previewShape, status: 201,
  handle: async ({ params, body, instance, caller, language }) => {
    const connection = await connectionOf(instance, params.id)
    demandSignIn(instance, caller, connection, { institutionId: body.institutionId, connector: body.connector ?? onlyWay(instance, body.institutionId), form: body.form })
    // An open one would be ended by this one.
    for (const open of await instance.store.previews.list({ connectionId: params.id })) if (isOpen(open)) await demandSwitch(instance, caller, open)
    const result = await instance.verbs.previewReconnect(params.id, { institutionId: body.institutionId, connector: body.connector ?? null, form: body.form, goesTo: body.goesTo, onceMore: body.onceMore === true })
    if (result.kind === 'preview') return previewResource(language, instance, result.preview)
    throw result.kind === 'refused' ? new ApiProblem(result.refusal.code === 'not_found' ? 'not_found' : 'wrong_state', result.refusal.message) : failedSignIn(result)
  },
})

const ofConnection = route({
  method: 'GET', url: '/connections/:id/previews', action: 'read', tag: 'Reconnect', summary: 'Previews of this connection, newest first; also those by which it came',
  params: idParams, response: listOf(previewShape),
  handle: async ({ params, instance, language }) => {
    await connectionOf(instance, params.id)
    const { previews } = instance.store
    const found = [...(await previews.list({ connectionId: params.id })), ...(await previews.list({ shadowId: params.id }))]
    return { items: await Promise.all(found.map((preview) => previewResource(language, instance, preview))) }
  },
})

const one = route({
  method: 'GET', url: '/previews/:id', action: 'read', tag: 'Reconnect', summary: 'What the switch would do: the same, new, lost, double and doubtful rows of each account',
  params: idParams, response: previewShape,
  handle: async ({ params, instance, language }) => previewResource(language, instance, await previewOf(instance, params.id)),
})

const switchOver = route({
  method: 'POST', url: '/previews/:id/switch', action: 'sync', tag: 'Reconnect', summary: 'Put the new sign-in in the place of the old one, in one step; refused when a row would be lost. Taken back by undoing its run. For who may sign in so',
  params: idParams, response: previewShape,
  handle: async ({ params, instance, caller, language }) => {
    await demandSwitch(instance, caller, await previewOf(instance, params.id))
    return previewResource(language, instance, valueOf(await instance.verbs.switchPreview(params.id)))
  },
})

const cancel = route({
  method: 'DELETE', url: '/previews/:id', action: 'sync', tag: 'Reconnect', summary: 'End a preview: its sign-in and what it read are destroyed. For who may sign in so',
  params: idParams, response: previewShape,
  handle: async ({ params, instance, caller, language }) => {
    await demandSwitch(instance, caller, await previewOf(instance, params.id))
    return previewResource(language, instance, valueOf(await instance.verbs.cancelPreview(params.id)))
  },
})

export const previewRoutes: readonly Route[] = [begin, ofConnection, one, switchOver, cancel]

/** The way that is meant where none is named. */
function onlyWay({ institutions }: Instance, institutionId: string): string {
  return institutions.find(({ id }) => id === institutionId)?.routes[0]?.connector ?? ''
}

async function previewOf(instance: Instance, id: string) {
  const preview = await instance.store.previews.get(id)
  if (preview === null) throw new ApiProblem('not_found', 'There is no preview with this id.')
  return preview
}
