/** When connections are read by themselves: to see for everybody, to change for owners. */
import { z } from 'zod'
import { isShown, waitsForChoice, type Connection, type ReadPlan } from '../../domain/connection.ts'
import type { Instance } from '../../instance.ts'
import { leastMs, NO_LIMITS, regularMs } from '../../sync/schedule.ts'
import { readPlanShape, scheduledShape, scheduleShape } from '../schedule-shapes.ts'
import { nextReadAt } from '../connection-resource.ts'
import { idParams, route, type Route } from '../route.ts'
import { isoInstant } from '../shapes.ts'
import { valueOf } from './connections.ts'

const MINUTE_MS = 60_000

const show = route({
  method: 'GET', url: '/schedule', action: 'read', tag: 'Schedule', summary: 'When each connection is read by itself, and whether that is paused', response: scheduleShape,
  handle: async ({ instance }) => scheduleView(instance),
})

const pause = route({
  method: 'PUT', url: '/schedule/pause', action: 'administer', tag: 'Schedule', summary: 'Read nothing by itself, or again; reading by hand is always possible',
  body: z.strictObject({ paused: z.boolean() }), response: scheduleShape,
  handle: async ({ instance, body }) => {
    await instance.verbs.pauseReads(body.paused)
    return scheduleView(instance)
  },
})

const plan = route({
  method: 'PUT', url: '/connections/:id/schedule', action: 'administer', tag: 'Schedule', summary: 'How often, and at what hours, this connection is read by itself', params: idParams,
  body: readPlanShape, response: scheduledShape,
  handle: async ({ instance, params, body }) => scheduledView(instance, valueOf(await instance.verbs.planReads(params.id, body satisfies ReadPlan))),
})

export const scheduleRoutes: readonly Route[] = [show, pause, plan]

export async function scheduleView(instance: Instance): Promise<z.output<typeof scheduleShape>> {
  const [connections, paused] = await Promise.all([instance.store.connections.list(), instance.store.schedule.pause()])
  return { pausedSince: paused === null ? null : isoInstant(paused.since), items: await Promise.all(connections.filter(isShown).map((one) => scheduledView(instance, one))) }
}

export async function scheduledView({ institutions, store, clock }: Instance, connection: Connection): Promise<z.output<typeof scheduledShape>> {
  const { id, institutionId, institutionName, loginLabel, state, readPlan, failuresInRow } = connection
  const limits = institutions.find((one) => one.id === institutionId)?.limits ?? NO_LIMITS
  const least = leastMs(limits)
  const asked = (await store.challenges.list({ connectionId: id, state: 'open' })).some(({ expiresAt }) => expiresAt > clock.now())
  return {
    connectionId: id, institutionName, loginLabel, state, everyMinutes: readPlan?.everyMinutes ?? null, hours: readPlan?.hours ?? null,
    usualMinutes: Math.round(regularMs(limits, null) / MINUTE_MS), leastMinutes: Math.ceil(least / MINUTE_MS), requestsPerDay: limits.requestsPerDay,
    nextReadAt: nextReadAt(connection, asked), awaitsChoice: waitsForChoice(connection), isRetrying: failuresInRow > 0,
  }
}
