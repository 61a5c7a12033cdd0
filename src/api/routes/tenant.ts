/** Everything at once: taken along as one file, or deleted for good. Both want a fresh sign-in. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { currentActor } from '../../acting/acting.ts'
import { actorOf } from '../../access/authorize.ts'
import { isShown } from '../../domain/connection.ts'
import { exportWhole, WHOLE_FILE } from '../../exports/whole.ts'
import { ApiProblem } from '../problems.ts'
import { Download, route, type Route } from '../route.ts'

const whole = route({
  method: 'GET', url: '/export', action: 'export_all', tag: 'Server', summary: 'Everything at once as one JSON file: accounts, rows with their reports and history, questions, runs, rules, connections without secrets. Where it breaks off before its end, it is not whole', response: 'download',
  handle: async ({ instance: { store, clock, audit } }) => {
    // Written before the first byte goes out, as of one account.
    await audit.record({ actor: currentActor(), action: 'all.exported', object: '', codes: {} })
    return new Download(WHOLE_FILE.contentType, WHOLE_FILE.fileName, Readable.from(exportWhole(store, clock.now())))
  },
})

const holds = z.object({ name: z.string().meta({ description: 'To be typed by whoever deletes all of it' }), connections: z.int(), accounts: z.int(), rows: z.int(), members: z.int(), keys: z.int(), consumers: z.int() })

const consequences = route({
  method: 'GET', url: '/tenant', action: 'manage', tag: 'Server', summary: 'What would be gone, if everything were deleted', response: holds,
  handle: async ({ instance: { store }, visit }) => {
    const [connections, accounts, members, keys, consumers] = await Promise.all([store.connections.list(), store.accounts.list(), store.access.members(), store.access.keys(), store.consumers.list()])
    return {
      name: nameOf(visit), accounts: accounts.length, rows: accounts.reduce((sum, { rows }) => sum + rows, 0), connections: connections.filter(isShown).length,
      members: members.filter(({ removedAt }) => removedAt === null).length, keys: keys.filter(({ revokedAt }) => revokedAt === null).length, consumers: consumers.filter(({ revokedAt }) => revokedAt === null).length,
    }
  },
})

const remove = route({
  method: 'DELETE', url: '/tenant', action: 'manage', tag: 'Server', summary: 'Delete everything: rows, connections, secrets with their key, members, the log. Cannot be taken back. Relink stops after it, and is empty when it is started again',
  body: z.strictObject({ name: z.string().max(300) }), response: z.object({ ok: z.literal(true) }),
  handle: async ({ instance, caller, body, visit }) => {
    if (instance.demo !== null) throw new ApiProblem('wrong_state', 'A demo is deleted when it ends.')
    if (body.name !== nameOf(visit)) throw new ApiProblem('invalid_request', 'This is not the name of this Relink. Nothing was deleted.')
    await instance.deleteAll(actorOf(caller))
    return { ok: true as const }
  },
})

export const tenantRoutes: readonly Route[] = [whole, consequences, remove]

/** As the address of the page shows it, so that nobody deletes in another window than they think. */
function nameOf({ origin }: { readonly origin: string }): string {
  return new URL(origin).host
}
