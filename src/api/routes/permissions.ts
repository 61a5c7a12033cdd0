/** The way to a bank's own site, where a person gives the permission, and back (threats 11 and 13 of security.md). */
import { z } from 'zod'
import type { Caller } from '../../access/authorize.ts'
import { makeWayOut, readWayBack } from '../../access/way-back.ts'
import type { Challenge } from '../../domain/connection.ts'
import type { Instance } from '../../instance.ts'
import { demand } from '../demand.ts'
import { ApiProblem } from '../problems.ts'
import { idParams, route, type Route } from '../route.ts'
import { runResource, runShape } from '../shapes.ts'
import { valueOf } from './connections.ts'

/** Where banks send people back to: one address for all, which a bank registers beforehand. */
const RETURN_PATH = '/return'

const leave = route({
  method: 'POST', url: '/challenges/:id/leave', action: 'sync', tag: 'Challenges', summary: 'Where to go at the bank to give the permission; the way back is good once, for fifteen minutes, in this session',
  params: idParams, response: z.object({ url: z.url(), redirectUri: z.url().meta({ description: 'Where the bank sends the person back to' }) }),
  handle: async ({ params, instance, caller, visit }) => {
    const challenge = await mayAnswer(instance, caller, params.id)
    const prompt = challenge.prompts.find(({ kind }) => kind === 'redirect')
    if (prompt?.url === undefined) throw new ApiProblem('wrong_state', 'This question is answered here, not at the bank\'s site.')
    if (challenge.state !== 'open') throw new ApiProblem('wrong_state', 'This question was answered already, or is closed.')
    const { state, codeChallenge } = makeWayOut(instance.linkKey, { challengeId: challenge.id, sessionId: sessionOf(caller) }, instance.clock.now(), instance.entropy)
    const url = new URL(prompt.url)
    const redirectUri = returnUri(visit.origin)
    for (const [name, value] of Object.entries({ redirect_uri: redirectUri, state, code_challenge: codeChallenge, code_challenge_method: 'S256' })) url.searchParams.set(name, value)
    return { url: url.href, redirectUri }
  },
})

const comeBack = route({
  method: 'POST', url: '/returns', action: 'sync', tag: 'Challenges', summary: 'What a person brings back from the bank\'s site; the read goes on with it. Without a code nothing is sent, and the question stays open',
  body: z.strictObject({ state: z.string().max(300), code: z.string().min(1).max(4_000).nullable(), error: z.string().max(200).nullable() }), carriesSecret: true,
  response: z.object({ connectionId: z.uuid(), run: runShape.nullable().meta({ description: 'Null: the bank gave no permission' }) }),
  handle: async ({ body, instance, caller, visit, language }) => {
    const now = instance.clock.now()
    const way = readWayBack(instance.linkKey, body.state, sessionOf(caller), now)
    if (way === null) throw new ApiProblem('way_void', 'This did not begin here: whoever wants to give a permission sets out from the page of the connection, in this very browser. Nothing was stored.')
    const challenge = await mayAnswer(instance, caller, way.challengeId)
    if (way.isOver) throw new ApiProblem('way_void', 'The way back was open for fifteen minutes, and they are over.', { connectionId: challenge.connectionId })
    if (!(await instance.store.access.spendLink(way.digest, now))) throw new ApiProblem('way_void', 'This way back was taken before, and it is good once.', { connectionId: challenge.connectionId })
    if (body.code === null) return { connectionId: challenge.connectionId, run: null }
    const run = valueOf(await instance.verbs.comeBack(challenge.id, { code: body.code, verifier: way.verifier, redirectUri: returnUri(visit.origin) }), { connectionId: challenge.connectionId })
    return { connectionId: challenge.connectionId, run: await runResource(language, run) }
  },
})

export const permissionRoutes: readonly Route[] = [leave, comeBack]

function returnUri(origin: string): string {
  return new URL(RETURN_PATH, origin).href
}

/** Who sets out must be who comes back. A program has no session, and its key enters no sign-in. */
function sessionOf(caller: Caller | null): string {
  return caller?.kind === 'member' ? caller.session.sessionId : `token ${caller?.kind ?? 'none'}`
}

/** A permission is a sign-in: who may type that one may give it, for a look beside a connection as for the connection. */
async function mayAnswer(instance: Instance, caller: Caller | null, challengeId: string): Promise<Challenge> {
  const challenge = await instance.store.challenges.get(challengeId)
  if (challenge === null) throw new ApiProblem('not_found', 'There is no challenge with this id.')
  const [beside] = await instance.store.previews.list({ shadowId: challenge.connectionId })
  demand(instance, caller, 'enter_secret', beside?.connectionId ?? challenge.connectionId)
  return challenge
}
