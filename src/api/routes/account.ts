/**
 * A person's own sign-in: who they are, their sessions, password and factors. Only for the person in their
 * own session; changes want a fresh sign-in, end other sessions and are in the audit log.
 */
import { z } from 'zod'
import { actionsOf, hasSecondFactor, type Caller } from '../../access/authorize.ts'
import type { Instance } from '../../instance.ts'
import type { SignInAnswer } from '../../ports/sign-in.ts'
import { accountShape, labelShape, passkeyResponseShape, passwordShape, signInIdShape } from '../access-shapes.ts'
import { memberView } from '../access-views.ts'
import { ApiProblem } from '../problems.ts'
import { listOf, route, type Route } from '../route.ts'
import { isoInstant } from '../shapes.ts'
import { takePassword, tooMany } from './sign-in.ts'

const FRESH_SECONDS = 600
const done = z.object({ ok: z.literal(true) })
const codesShape = z.object({ recoveryCodes: z.array(z.string()) })
const own = { tag: 'Account', carriesSecret: true } as const

const show = route({
  ...own, method: 'GET', url: '/account', action: 'self', summary: 'Who is signed in, with which factors', response: accountShape,
  handle: async ({ instance, caller }) => {
    const { member, session } = person(caller)
    const { passkeys, ...factors } = await instance.signIn.factors(member.userId)
    const owner = (await instance.store.access.members()).find(({ role, removedAt }) => role === 'owner' && removedAt === null)
    return {
      ...memberView(member), ...factors, may: [...actionsOf(member)], owner: owner?.name ?? null, method: session.method, needsSecondFactor: member.role === 'owner' && !hasSecondFactor(session),
      freshForSeconds: Math.max(0, FRESH_SECONDS - Math.floor(session.ageMs / 1_000)),
      passkeys: passkeys.map(({ createdAt, ...passkey }) => ({ ...passkey, createdAt: createdAt === null ? null : isoInstant(createdAt) })),
    }
  },
})

const sessions = route({
  ...own, method: 'GET', url: '/account/sessions', action: 'self', summary: 'Where this person is signed in',
  response: listOf(z.object({ id: z.string(), isThis: z.boolean(), method: z.string(), signedInAt: z.iso.datetime(), seenAt: z.iso.datetime(), address: z.string(), userAgent: z.string() })),
  handle: async ({ instance, caller }) => {
    const { member, session } = person(caller)
    return { items: (await instance.signIn.sessions(member.userId)).map((one) => ({ ...one, isThis: one.id === session.sessionId, signedInAt: isoInstant(one.signedInAt), seenAt: isoInstant(one.seenAt) })) }
  },
})

const endSession = route({
  ...own, method: 'DELETE', url: '/account/sessions/:session', action: 'self', summary: 'End one of one\'s sessions', params: z.strictObject({ session: signInIdShape }), response: done,
  handle: async ({ instance, caller, params }) => {
    const { member } = person(caller)
    if (!(await instance.signIn.sessions(member.userId)).some(({ id }) => id === params.session)) throw new ApiProblem('not_found')
    await instance.signIn.endSessions(member.userId, params.session)
    return tell(instance, member.userId, 'session.ended')
  },
})

const changePassword = route({
  ...own, method: 'POST', url: '/account/password', action: 'factors', summary: 'Another password; all other sessions end', body: z.strictObject({ current: passwordShape, next: passwordShape }), response: done,
  handle: async ({ instance, caller, body, visit, keep }) => {
    const { member } = person(caller)
    await takePassword({ ...member, password: body.next })
    const answer = await passed(instance, instance.signIn.ask(visit, 'POST', '/change-password', { currentPassword: body.current, newPassword: body.next, revokeOtherSessions: true }))
    await endOthers(instance, member.userId, answer)
    await instance.signIn.voidHalfway(member.userId)
    keep(answer.cookies)
    return tell(instance, member.userId, 'password.changed')
  },
})

const startTotp = route({
  ...own, method: 'POST', url: '/account/totp', action: 'factors', summary: 'Begin with an authenticator app: its secret and the recovery codes, shown once', body: z.strictObject({ password: passwordShape }),
  response: codesShape.extend({ uri: z.string(), secret: z.string() }),
  handle: async ({ instance, caller, body, visit }) => {
    const { hasTotp } = await instance.signIn.factors(person(caller).member.userId)
    if (hasTotp) throw new ApiProblem('wrong_state', 'An authenticator app is set up already; remove it first, signed in with it.')
    const { body: given } = await passed(instance, instance.signIn.ask(visit, 'POST', '/two-factor/enable', { password: body.password }))
    const { totpURI, backupCodes } = given as { totpURI: string; backupCodes: string[] }
    return { uri: totpURI, secret: new URL(totpURI).searchParams.get('secret') ?? '', recoveryCodes: backupCodes }
  },
})

const confirmTotp = route({
  ...own, method: 'POST', url: '/account/totp/confirm', action: 'factors', summary: 'The first code of the authenticator app; from then on it is asked at each sign-in', body: z.strictObject({ code: z.string().regex(/^\d{6}$/) }), response: done,
  handle: async ({ instance, caller, body, visit, keep }) => {
    const { member } = person(caller)
    const answer = await passed(instance, instance.signIn.ask(visit, 'POST', '/two-factor/verify-totp', { code: body.code }))
    await endOthers(instance, member.userId, answer)
    keep(answer.cookies)
    return tell(instance, member.userId, 'totp.added')
  },
})

const removeTotp = route({
  ...own, method: 'DELETE', url: '/account/totp', action: 'factors', summary: 'No authenticator app any more; an owner then needs a passkey', body: z.strictObject({ password: passwordShape }), response: done,
  handle: async ({ instance, caller, body, visit, keep }) => {
    const { member } = person(caller)
    const answer = await instance.signIn.alone(async () => {
      const { passkeys } = await instance.signIn.factors(member.userId)
      if (member.role === 'owner' && passkeys.length === 0) throw new ApiProblem('wrong_state', 'It is the only second factor of an owner; add a passkey first.')
      return passed(instance, instance.signIn.ask(visit, 'POST', '/two-factor/disable', { password: body.password }))
    })
    await endOthers(instance, member.userId, answer)
    keep(answer.cookies)
    return tell(instance, member.userId, 'totp.removed')
  },
})

const newCodes = route({
  ...own, method: 'POST', url: '/account/recovery-codes', action: 'factors', summary: 'New recovery codes in place of the old ones, shown once', body: z.strictObject({ password: passwordShape }), response: codesShape,
  handle: async ({ instance, caller, body, visit }) => {
    const { body: given } = await passed(instance, instance.signIn.ask(visit, 'POST', '/two-factor/generate-backup-codes', { password: body.password }))
    await tell(instance, person(caller).member.userId, 'recovery_codes.made')
    return { recoveryCodes: (given as { backupCodes: string[] }).backupCodes }
  },
})

const passkeyOptions = route({
  ...own, method: 'POST', url: '/account/passkeys/options', action: 'factors', summary: 'What the browser needs to make a passkey', response: z.looseObject({ challenge: z.string() }),
  handle: async ({ instance, caller, visit, keep }) => {
    const answer = await passed(instance, instance.signIn.ask(visit, 'GET', '/passkey/generate-register-options', undefined, { name: person(caller).member.email }))
    keep(answer.cookies)
    return answer.body as { challenge: string }
  },
})

const addPasskey = route({
  ...own, method: 'POST', url: '/account/passkeys', action: 'factors', summary: 'Keep the passkey that the browser made; its device must have verified the person', body: z.strictObject({ name: labelShape, response: passkeyResponseShape }), response: done,
  handle: async ({ instance, caller, body, visit }) => {
    await passed(instance, instance.signIn.ask(visit, 'POST', '/passkey/verify-registration', { name: body.name, response: body.response }))
    return tell(instance, person(caller).member.userId, 'passkey.added')
  },
})

const removePasskey = route({
  ...own, method: 'DELETE', url: '/account/passkeys/:passkey', action: 'factors', summary: 'Remove a passkey; all other sessions end', params: z.strictObject({ passkey: signInIdShape }), response: done,
  handle: async ({ instance, caller, params, visit }) => {
    const { member, session } = person(caller)
    await instance.signIn.alone(async () => {
      const { passkeys, hasTotp } = await instance.signIn.factors(member.userId)
      if (!passkeys.some(({ id }) => id === params.passkey)) throw new ApiProblem('not_found')
      if (member.role === 'owner' && !hasTotp && passkeys.length === 1) throw new ApiProblem('wrong_state', 'It is the only second factor of an owner; add another one first.')
      return passed(instance, instance.signIn.ask(visit, 'POST', '/passkey/delete-passkey', { id: params.passkey }))
    })
    for (const { id } of await instance.signIn.sessions(member.userId)) if (id !== session.sessionId) await instance.signIn.endSessions(member.userId, id)
    return tell(instance, member.userId, 'passkey.removed')
  },
})

export const accountRoutes: readonly Route[] = [show, sessions, endSession, changePassword, startTotp, confirmTotp, removeTotp, newCodes, passkeyOptions, addPasskey, removePasskey]

function person(caller: Caller | null): Extract<Caller, { kind: 'member' }> {
  if (caller?.kind !== 'member') throw new Error('authorize lets only a person get here')
  return caller
}

/** What the library refuses here is a wrong password, code or passkey. */
async function passed({ log }: Instance, asked: Promise<SignInAnswer>): Promise<SignInAnswer> {
  const answer = await asked
  if (answer.status === 429) throw tooMany(answer.retryAfter ?? 60)
  const code = String((answer.body as { code?: string } | null)?.code ?? answer.status)
  // What a browser gave of a passkey and cannot be read, it calls a failure of its own.
  if (answer.status >= 500 && code !== 'FAILED_TO_VERIFY_REGISTRATION') throw new Error('the sign-in library failed; see its line in the log')
  if (answer.status !== 200) {
    log.warn('factor_refused', { code })
    throw new ApiProblem('sign_in_refused')
  }
  return answer
}

/** After a change of password or factors only the session that the library has just opened stays; what came between its steps is ended, too. */
async function endOthers({ signIn }: Instance, userId: string, { cookies }: SignInAnswer): Promise<void> {
  const header = cookies.map((line) => line.split(';', 1)[0]).join('; ')
  const opened = await signIn.session({ cookie: header })
  for (const { id } of await signIn.sessions(userId)) if (id !== opened?.session.sessionId) await signIn.endSessions(userId, id)
}

async function tell({ audit }: Instance, userId: string, action: string): Promise<{ ok: true }> {
  await audit.record({ actor: `user:${userId}`, action, object: userId, codes: {} })
  return { ok: true }
}
