/** Keys of programs, for owners: made, listed and ended. The key itself is in one answer only. */
import { z } from 'zod'
import { actorOf } from '../../access/authorize.ts'
import { makeKey } from '../../access/keys.ts'
import { KEY_SCOPES } from '../../domain/access.ts'
import { keyShape, labelShape } from '../access-shapes.ts'
import { keyView } from '../access-views.ts'
import { ApiProblem } from '../problems.ts'
import { listOf, route, type Route } from '../route.ts'

const list = route({
  method: 'GET', url: '/keys', action: 'manage', tag: 'Keys', summary: 'Keys of programs, newest first, ended ones too', response: listOf(keyShape),
  handle: async ({ instance }) => ({ items: (await instance.store.access.keys()).map(keyView) }),
})

const create = route({
  method: 'POST', url: '/keys', action: 'manage', tag: 'Keys', summary: 'Make a key; it is shown this once and good for a year. It never does more than its maker may', status: 201,
  body: z.strictObject({ label: labelShape, scope: z.enum(KEY_SCOPES) }), response: keyShape.extend({ key: z.string() }),
  handle: async ({ instance, caller, body }) => {
    if (caller?.kind !== 'member') throw new ApiProblem('forbidden', 'A key belongs to a person; sign in on the page to make one.')
    const { store, clock, entropy, audit } = instance
    const { key, text } = await makeKey({ access: store.access, clock, entropy, audit }, caller.member, actorOf(caller), body)
    return { ...keyView(key), key: text }
  },
})

const revoke = route({
  method: 'DELETE', url: '/keys/:key', action: 'manage', tag: 'Keys', summary: 'End a key at once', params: z.strictObject({ key: z.string().regex(/^[0-9a-f]{16}$/) }), response: z.object({ ok: z.literal(true) }),
  handle: async ({ instance: { store, audit, clock }, caller, params }) => {
    if (!(await store.access.revokeKey(params.key, clock.now(), audit.seal({ actor: actorOf(caller), action: 'key.revoked', object: params.key, codes: {} })))) throw new ApiProblem('not_found')
    return { ok: true as const }
  },
})

export const keyRoutes: readonly Route[] = [list, create, revoke]
