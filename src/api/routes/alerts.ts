/**
 * Where alerts are told, for owners, and what was told lately, for everybody: a reader sees that somebody
 * was told and whether it arrived, but not where it went.
 */
import { z } from 'zod'
import { actorOf, seesDestinations } from '../../access/authorize.ts'
import { addDestination, changeDestination, removeDestination, whereTo, type Refused } from '../../alerts/destinations.ts'
import type { Destination, Message } from '../../domain/alert.ts'
import type { Result } from '../../domain/result.ts'
import type { Instance } from '../../instance.ts'
import { languageOf, type Language } from '../../language/language.ts'
import { retold } from '../../language/retold.ts'
import { changeShape, destinationShape, enteredShape, messageShape } from '../alert-shapes.ts'
import { ApiProblem } from '../problems.ts'
import { changeOf, idParams, listOf, route, type Route } from '../route.ts'
import { isoInstant, isoOrNull } from '../shapes.ts'

const SHOWN = 50

const list = route({
  method: 'GET', url: '/alerts/destinations', action: 'manage', tag: 'Alerts', summary: 'Where alerts are told, and how that goes',
  response: listOf(destinationShape).extend({ page: z.string().nullable().meta({ description: 'Under which address links in messages lead here; null: messages have no links' }) }),
  handle: async ({ instance, language }) => ({ items: (await instance.store.alerts.destinations()).map((destination) => destinationView(language, destination)), page: instance.alerting.page }),
})

const add = route({
  method: 'POST', url: '/alerts/destinations', action: 'manage', tag: 'Alerts', summary: 'A further place; the others are told of it. The key of a webhook’s signatures is in this answer only', status: 201,
  body: enteredShape, carriesSecret: true, response: destinationShape.extend({ signing: z.string().nullable() }),
  handle: async ({ instance, caller, body, language }) => {
    const { destination, signing } = done(await addDestination(destinationParts(instance), actorOf(caller), { ...body, language: body.language ?? language }))
    instance.events.publish({ kind: 'alert', id: destination.id })
    return { ...destinationView(language, destination), signing }
  },
})

const change = route({
  method: 'PATCH', url: '/alerts/destinations/:id', action: 'manage', tag: 'Alerts', summary: 'Change what a place hears, when, or where it is', params: idParams,
  body: changeOf(changeShape), carriesSecret: true, response: destinationShape.extend({ signing: z.string().nullable() }),
  handle: async ({ instance, caller, params, body, language }) => {
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
    const { destination, signing } = done(await changeDestination(destinationParts(instance), actorOf(caller), params.id, given))
    instance.events.publish({ kind: 'alert', id: params.id })
    return { ...destinationView(language, destination), signing }
  },
})

const remove = route({
  method: 'DELETE', url: '/alerts/destinations/:id', action: 'manage', tag: 'Alerts', summary: 'Tell nothing there any more; its secrets are destroyed', params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ instance, caller, params }) => {
    done(await removeDestination(destinationParts(instance), actorOf(caller), params.id))
    instance.events.publish({ kind: 'alert', id: params.id })
    return { ok: true as const }
  },
})

const test = route({
  method: 'POST', url: '/alerts/destinations/:id/test', action: 'manage', tag: 'Alerts', summary: 'Send a test now; the answer says what came of it', params: idParams,
  response: z.object({ sent: z.boolean(), failure: z.string().nullable() }),
  handle: async ({ instance, caller, params, language }) => {
    const destination = (await instance.store.alerts.destinations()).find(({ id }) => id === params.id)
    if (destination === undefined) throw new ApiProblem('not_found')
    const result = await tryDestination(instance, actorOf(caller), destination)
    return { sent: result.ok, failure: result.ok ? null : retold(language, result.failure.message) }
  },
})

const messages = route({
  method: 'GET', url: '/alerts/messages', action: 'read', tag: 'Alerts', summary: 'What was told lately, newest first, and what waits', response: listOf(messageShape),
  handle: async ({ instance, caller, language }) => {
    const { store } = instance
    const oversees = seesDestinations(caller)
    const places = new Map((await store.alerts.destinations()).map((one) => [one.id, one]))
    return { items: (await store.alerts.messages(SHOWN)).map((message) => messageView(language, oversees ? message : { ...message, failure: null }, places.get(message.destinationId), oversees)) }
  },
})

export const alertRoutes: readonly Route[] = [list, add, change, remove, test, messages]

export function destinationParts({ store, clock, entropy, audit, alerting }: Instance): Parameters<typeof addDestination>[0] {
  return { store, clock, entropy, audit, drawer: alerting.drawer, refusal: alerting.refusal }
}

/** A test, with its line of the audit log. */
export async function tryDestination({ alerting, audit }: Instance, actor: string, destination: Destination): ReturnType<Instance['alerting']['test']> {
  const result = await alerting.test(destination)
  await audit.record({ actor, action: 'destination.tested', object: destination.id, codes: { sent: result.ok } })
  return result
}

function done<T>(result: Result<T, Refused>): T {
  if (!result.ok) throw new ApiProblem(result.failure.code === 'invalid' ? 'invalid_request' : result.failure.code, result.failure.message)
  return result.value
}

export function destinationView(language: Language, { id, label, place, topics, quiet, timeZone, language: messagesIn, amounts, state, createdAt, lastSentAt, failingSince, failure }: Destination): z.output<typeof destinationShape> {
  const server = place.kind === 'email' ? { ...place.server, to: [...place.server.to] } : null
  return { id, label, kind: place.kind, to: whereTo(place), server, topics: [...topics], quiet, timeZone, language: languageOf(messagesIn), amounts, state, createdAt: isoInstant(createdAt), lastSentAt: isoOrNull(lastSentAt), failingSince: isoOrNull(failingSince), failure: told(language, failure) }
}

function messageView(language: Language, { id, destinationId, subject, state, attempts, createdAt, dueAt, endedAt, failure }: Message, place: Destination | undefined, oversees: boolean): z.output<typeof messageShape> {
  return { id, destinationId, destination: oversees ? (place?.label ?? null) : null, subject, language: languageOf(place?.language), state, attempts, createdAt: isoInstant(createdAt), dueAt: isoInstant(dueAt), endedAt: isoOrNull(endedAt), failure: told(language, failure) }
}

/** Why a message did not get through is stored in English. */
function told(language: Language, failure: string | null): string | null {
  return failure === null ? null : retold(language, failure)
}
