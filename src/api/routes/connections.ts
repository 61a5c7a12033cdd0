/** Connections: sign in, read, pause, remove, a new secret, and the bank's questions. */
import { z } from 'zod'
import { seesDestinations } from '../../access/authorize.ts'
import { LINK_TTL_MS, makeChallengeLink, readChallengeLink } from '../../access/challenge-link.ts'
import { isShown, type Connection } from '../../domain/connection.ts'
import { parseDay } from '../../domain/day.ts'
import type { Instance } from '../../instance.ts'
import type { VerbFailure } from '../../verbs.ts'
import type { Result } from '../../domain/result.ts'
import type { Begun } from '../../sync/connect.ts'
import { accountNameShape } from '../access-shapes.ts'
import { connectionResource, diagnosisResource } from '../connection-resource.ts'
import { connectionShape } from '../connection-shapes.ts'
import { ApiProblem, type ProblemCode, type ProblemExtras } from '../problems.ts'
import { demandSignIn } from '../reconnect-rights.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { challengeResource, challengeShape, dayShape, isoInstant, runResource, runShape } from '../shapes.ts'

const form = z.record(z.string().max(64), z.string().max(1_000)).meta({ description: 'Values by field name, as the institution\'s route describes its fields' })

const sentOnceMore = z.boolean().optional().meta({ description: 'Send it although the bank refused this very secret, or locked the login, before; banks lock after a few' })

const goesTo = z.array(z.string().max(300)).max(20).optional().meta({ description: 'As the way, or the connection, was shown: where its address was changed since, nothing is sent' })

/** What a sign-in needs. */
export const connectForm = z.strictObject({ institutionId: z.string().max(100), connector: z.string().max(40).optional(), form, goesTo, onceMore: sentOnceMore, choosesAccounts: z.boolean().optional().meta({ description: 'Only sign in and list the accounts; which are read is chosen then' }) })

const list = route({
  method: 'GET', url: '/connections', action: 'read', tag: 'Connections', summary: 'All connections with their health and problems',
  response: listOf(connectionShape),
  handle: async ({ instance, language }) => {
    const connections = (await instance.store.connections.list()).filter((c) => isShown(c))
    return { items: await Promise.all(connections.map((c) => connectionResource(language, instance, c))) }
  },
})

const one = route({
  method: 'GET', url: '/connections/:id', action: 'read', tag: 'Connections', summary: 'One connection',
  params: idParams, response: connectionShape,
  handle: async ({ params, instance, language }) => connectionResource(language, instance, await connectionOf(instance, params.id)),
})

const rename = route({
  method: 'PATCH', url: '/connections/:id', action: 'administer', tag: 'Connections', summary: 'Name a login, so that it is told from others of its bank',
  params: idParams, body: z.strictObject({ loginLabel: accountNameShape }), response: connectionShape,
  handle: async ({ params, body: { loginLabel }, instance, language }) => connectionResource(language, instance, valueOf(await instance.verbs.nameLogin(params.id, loginLabel))),
})

const connect = route({
  method: 'POST', url: '/connections', action: 'administer', tag: 'Connections', summary: 'Sign in at a bank and read for the first time; the answer may hold a challenge',
  body: connectForm, carriesSecret: true,
  response: connectionShape, status: 201,
  handle: async ({ body, instance, language }) => {
    const result = await instance.verbs.connect({ institutionId: body.institutionId, connector: body.connector ?? null, form: body.form, goesTo: body.goesTo, onceMore: body.onceMore === true, choosesAccounts: body.choosesAccounts === true })
    switch (result.kind) {
      case 'connected':
      case 'challenge':
        return connectionResource(language, instance, await connectionOf(instance, result.connection.id))
      case 'exists':
      case 'invalid':
      case 'withheld':
        throw failedSignIn(result)
      case 'failed':
        throw new ApiProblem('sign_in_failed', result.failure.message, { failure: { code: result.failure.code, stage: result.failure.stage }, diagnosis: diagnosisResource(language, result.diagnosis, { bank: instance.institutions.find((i) => i.id === body.institutionId)?.name ?? body.institutionId }) })
    }
  },
})

const sync = route({
  method: 'POST', url: '/connections/:id/sync', action: 'sync', tag: 'Connections', summary: 'Read this connection now; answers when the run has ended or waits for a person',
  params: idParams, response: runShape,
  handle: async ({ params, instance, language }) => runResource(language, valueOf(await instance.verbs.sync(params.id, 'person'))),
})

const secret = route({
  method: 'PUT', url: '/connections/:id/secret', action: 'enter_secret', tag: 'Connections', summary: 'Store a new secret and sign in once with it',
  params: idParams, body: z.strictObject({ form, goesTo, onceMore: sentOnceMore }), carriesSecret: true, response: runShape,
  handle: async ({ params, body, instance, caller, language }) => {
    const connection = await connectionOf(instance, params.id)
    demandSignIn(instance, caller, connection, { ...connection, form: body.form })
    return runResource(language, valueOf(await instance.verbs.enterSecret(params.id, body.form, { goesTo: body.goesTo, onceMore: body.onceMore === true })))
  },
})

const onceMore = route({
  method: 'POST', url: '/connections/:id/secret/once-more', action: 'enter_secret', tag: 'Connections', summary: 'Send the stored secret once more although the bank refused it',
  params: idParams, response: runShape,
  handle: async ({ params, instance, language }) => runResource(language, valueOf(await instance.verbs.tryOnceMore(params.id, 'api'))),
})

const disable = switchRoute('disable', 'Stop reading; every row, match and question stays')
const enable = switchRoute('enable', 'Read again; what was missed is fetched')

const remove = route({
  method: 'DELETE', url: '/connections/:id', action: 'administer', tag: 'Connections', summary: 'Destroy the sign-in; rows stay',
  params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    valueOf(await instance.verbs.remove(params.id))
    return { ok: true as const }
  },
})

const adopt = route({
  method: 'POST', url: '/connections/:id/accounts/adopt', action: 'administer', tag: 'Connections', summary: 'Say that a new account of the bank continues one that is missing; rows and ids stay',
  params: idParams, body: z.strictObject({ missingAccountId: z.uuid(), newAccountId: z.uuid() }), response: runShape,
  handle: async ({ params, body, instance, language }) => runResource(language, valueOf(await instance.verbs.adoptAccount(params.id, body.missingAccountId, body.newAccountId))),
})

const part = route({
  method: 'POST', url: '/connections/:id/accounts/part', action: 'administer', tag: 'Connections', summary: 'Take back that an account goes on under a new number: it has its former one, and the new account waits to be chosen. Rows that were read meanwhile stay until their runs are taken back',
  params: idParams, body: z.strictObject({ accountId: z.uuid() }), response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, body, instance }) => {
    valueOf(await instance.verbs.partAccount(params.id, body.accountId))
    return { ok: true as const }
  },
})

const choose = route({
  method: 'PUT', url: '/connections/:id/accounts', action: 'administer', tag: 'Connections', summary: 'Choose which accounts are read, into which account of the books and since when; then they are read. Those that are not named are not',
  params: idParams, body: z.strictObject({ accounts: z.array(z.strictObject({ accountId: z.uuid(), into: z.uuid().nullable(), startOn: dayShape.nullable() })).min(1).max(200) }), response: runShape,
  handle: async ({ params, body, instance, language }) => runResource(language, valueOf(await instance.verbs.chooseAccounts(params.id, body.accounts.map(({ accountId, into, startOn }) => ({ accountId, into, startOn: startOn === null ? null : parseDay(startOn) }))))),
})

const challenge = route({
  method: 'GET', url: '/challenges/:id', action: 'sync', tag: 'Challenges', summary: 'A question of the bank\'s',
  params: idParams, response: challengeShape,
  handle: async ({ params, instance, language }) => {
    const found = await instance.store.challenges.get(params.id)
    if (found === null) throw new ApiProblem('not_found', 'There is no challenge with this id.')
    return challengeResource(language, instance.store, found)
  },
})

const challenges = route({
  method: 'GET', url: '/challenges', action: 'sync', tag: 'Challenges', summary: 'Open questions of banks',
  response: listOf(challengeShape),
  handle: async ({ instance, language }) => ({ items: await Promise.all((await instance.store.challenges.list({ state: 'open' })).map((challenge) => challengeResource(language, instance.store, challenge))) }),
})

const answer = route({
  method: 'POST', url: '/challenges/:id/answer', action: 'sync', tag: 'Challenges', summary: 'Answer; each answer is sent to the bank once and not kept',
  params: idParams, body: z.strictObject({ answers: z.record(z.string().max(64), z.string().max(1_000)) }), carriesSecret: true, response: runShape,
  handle: async ({ params, body, instance, language }) => runResource(language, valueOf(await instance.verbs.answer(params.id, body.answers))),
})

const link = route({
  method: 'POST', url: '/challenges/:id/link', action: 'sync', tag: 'Challenges', summary: 'A link to answer this question on another device: good once, for ten minutes, for a member who signs in there', status: 201,
  params: idParams, response: z.object({ path: z.string(), expiresAt: z.iso.datetime() }),
  handle: async ({ params, instance }) => {
    const found = await instance.store.challenges.get(params.id)
    if (found === null) throw new ApiProblem('not_found', 'There is no challenge with this id.')
    const now = instance.clock.now()
    return { path: `/c/${makeChallengeLink(instance.linkKey, found.id, now, instance.entropy)}`, expiresAt: isoInstant(now + LINK_TTL_MS) }
  },
})

const send = route({
  method: 'POST', url: '/challenges/:id/send', action: 'sync', tag: 'Challenges', summary: 'Send this question, with a link to answer it, to where alerts go; the answer says how often it got through and, to owners, where and why not',
  params: idParams, response: z.object({ sent: z.int(), notSent: z.int(), sentTo: z.array(z.string()).meta({ description: 'Labels, for owners' }), failures: z.array(z.string()).meta({ description: 'For owners' }) }),
  handle: async ({ params, instance, caller }) => {
    const found = await instance.store.challenges.get(params.id)
    if (found === null) throw new ApiProblem('not_found', 'There is no challenge with this id.')
    const results = await instance.alerting.sendQuestion(found.id)
    const sentTo = results.flatMap(({ label, failure }) => (failure === null ? [label] : []))
    const failures = results.flatMap(({ label, failure }) => (failure === null ? [] : [`${label}: ${failure}`]))
    return { sent: sentTo.length, notSent: failures.length, ...(seesDestinations(caller) ? { sentTo, failures } : { sentTo: [], failures: [] }) }
  },
})

const openLink = route({
  method: 'POST', url: '/challenge-links', action: 'sync', tag: 'Challenges', summary: 'The question that a link leads to; the link is spent by this. Of one that is over, `connectionId` says where the question can still be answered',
  body: z.strictObject({ link: z.string().max(200) }), response: challengeShape,
  handle: async ({ body, instance, caller, language }) => {
    if (caller?.kind !== 'member') throw new ApiProblem('forbidden', 'A link is for a person who is signed in.')
    const now = instance.clock.now()
    const read = readChallengeLink(instance.linkKey, body.link, now)
    const found = read === null ? null : await instance.store.challenges.get(read.challengeId)
    if (read === null || found === null) throw new ApiProblem('link_void')
    // Who is signed in may answer on the page of the connection as well: the way there is told with why not here.
    const instead = { connectionId: found.connectionId }
    if (read.isOver) throw new ApiProblem('link_void', 'This link was good for ten minutes, and they are over.', instead)
    if (!(await instance.store.access.spendLink(read.digest, now))) throw new ApiProblem('link_void', 'This link was opened before, and it is good once.', instead)
    return challengeResource(language, instance.store, found)
  },
})

export const connectionRoutes: readonly Route[] = [list, one, rename, connect, sync, secret, onceMore, disable, enable, remove, adopt, part, choose, challenges, challenge, answer, link, send, openLink]

function switchRoute(verb: 'disable' | 'enable', summary: string): Route {
  return route({
    method: 'POST', url: `/connections/:id/${verb}`, action: 'administer', tag: 'Connections', summary, params: idParams, response: connectionShape,
    handle: async ({ params, instance, language }) => connectionResource(language, instance, valueOf(await instance.verbs[verb](params.id))),
  })
}

export async function connectionOf(instance: Instance, id: string): Promise<Connection> {
  const connection = await instance.store.connections.get(id)
  if (connection === null) throw new ApiProblem('not_found', 'There is no connection with this id.')
  return connection
}

/** Why nothing was sent. */
export function failedSignIn(result: Exclude<Begun, { readonly kind: 'begun' }>): ApiProblem {
  if (result.kind === 'exists') return new ApiProblem('already_connected', undefined, { existing: result.connectionId })
  if (result.kind === 'withheld') return new ApiProblem('secret_withheld', result.message)
  return new ApiProblem('invalid_request', result.message, { errors: [{ field: result.field === null ? 'form' : `form/${result.field}`, message: result.message }] })
}

const CODES: Record<VerbFailure['code'], ProblemCode> = {
  not_found: 'not_found',
  wrong_state: 'wrong_state',
  busy: 'busy',
  secret_withheld: 'secret_withheld',
  invalid: 'invalid_request',
  different_login: 'different_login',
}

/** The value of a verb, or its failure as a problem. */
export function valueOf<T>(result: Result<T, VerbFailure>, extras: ProblemExtras = {}): T {
  if (!result.ok) throw new ApiProblem(CODES[result.failure.code], result.failure.message, extras)
  return result.value
}
