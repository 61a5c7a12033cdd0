/**
 * The way in: set-up of the first owner, invitations, password, second factor, passkey. All public, held to
 * 16 kB, and told apart by nothing: a wrong password and an unknown address give the same answer after the
 * same work (security.md rows 15, 17, 37).
 */
import { z } from 'zod'
import { openInvitation } from '../../access/members.ts'
import { refusePassword } from '../../access/password.ts'
import type { Instance } from '../../instance.ts'
import { SOMEBODY_ELSE, type Knock, type SignInAnswer } from '../../ports/sign-in.ts'
import { emailShape, labelShape, passkeyResponseShape, passwordShape, roleShape } from '../access-shapes.ts'
import { ApiProblem } from '../problems.ts'
import { route, type Route } from '../route.ts'

const tokenShape = z.string().regex(/^[!-~]{1,200}$/)
const done = z.object({ ok: z.literal(true) })
const nextShape = z.object({ next: z.enum(['done', 'second_factor']) })
const NO_MAIL = 'This Relink sends no mail. Who runs it can set a new password on its host: `relink user reset`.'
const account = { name: labelShape, email: emailShape, password: passwordShape }
const common = { method: 'POST', action: 'public', tag: 'Sign-in', carriesSecret: true } as const

const state = route({
  method: 'GET', url: '/sign-in', action: 'public', tag: 'Sign-in', summary: 'Whether there is an owner yet, and whether a new password can be had by mail',
  response: z.object({ isSetUp: z.boolean(), resetsByMail: z.boolean() }),
  handle: async ({ instance }) => ({ isSetUp: (await instance.store.access.members()).length > 0, resetsByMail: await instance.resets.isPossible() }),
})

const setUp = route({
  ...common, url: '/sign-in/setup', summary: 'Make the first owner, with the token that the terminal shows; then this is closed',
  body: z.strictObject({ token: tokenShape, ...account }), response: nextShape,
  handle: async ({ body, instance, door, visit, keep }) => {
    await knock(instance, visit, 'setup')
    const { store, signIn, audit, clock } = instance
    if ((await store.access.members()).length > 0) throw new ApiProblem('setup_closed')
    if (!door.isSetupToken(body.token)) throw new ApiProblem('link_void')
    await takePassword(body)
    await instance.bindToKey()
    await signIn.alone(async () => {
      if ((await store.access.members()).length > 0) throw new ApiProblem('setup_closed')
      const userId = await newUser(instance, body)
      const owner = { userId, name: body.name, email: body.email, role: 'owner', delegated: [], createdAt: clock.now(), createdBy: 'host', removedAt: null } as const
      if (await store.access.addFirst(owner, audit.seal({ actor: 'host', action: 'owner.set_up', object: userId, codes: {} }))) return
      await signIn.deleteUser(userId)
      throw new ApiProblem('setup_closed')
    })
    await door.closeSetup()
    return enterByPassword(instance, visit, keep, body)
  },
})

const invitation = route({
  ...common, url: '/sign-in/invitation', summary: 'What an invitation offers', body: z.strictObject({ token: tokenShape }), response: z.object({ role: roleShape }),
  handle: async ({ body, instance, visit }) => {
    await knock(instance, visit, 'invitation')
    const open = await openInvitation(instance, body.token)
    if (open === null) throw new ApiProblem('link_void')
    return { role: open.role }
  },
})

const join = route({
  ...common, url: '/sign-in/join', summary: 'Accept an invitation and become a member', body: z.strictObject({ token: tokenShape, ...account }), response: nextShape,
  handle: async ({ body, instance, visit, keep }) => {
    await knock(instance, visit, 'join')
    const { store, signIn, audit, clock } = instance
    const open = await openInvitation(instance, body.token)
    if (open === null) throw new ApiProblem('link_void')
    await takePassword(body)
    await signIn.alone(async () => {
      const userId = await newUser(instance, body)
      const member = { userId, name: body.name, email: body.email, role: open.role, delegated: [], createdAt: clock.now(), createdBy: open.createdBy, removedAt: null }
      if (await store.access.accept(open.id, member, clock.now(), audit.seal({ actor: `user:${userId}`, action: 'member.joined', object: userId, codes: { role: open.role, invitation: open.id } }))) return
      await signIn.deleteUser(userId)
      throw new ApiProblem('link_void')
    })
    return enterByPassword(instance, visit, keep, body)
  },
})

const byLink = route({
  ...common, url: '/sign-in/link', summary: 'Only in the demo: sign in by the link that its terminal shows, once', body: z.strictObject({ token: tokenShape }), response: nextShape,
  handle: async ({ body, instance, door, visit, keep }) => {
    await knock(instance, visit, 'link')
    const userId = door.takeLink(body.token)
    if (userId === null) throw new ApiProblem('link_void')
    keep(await instance.signIn.enter(userId, visit))
    await tellEntry(instance, userId, 'link')
    return { next: 'done' as const }
  },
})

const byPassword = route({
  ...common, url: '/sign-in/password', summary: 'Sign in with address and password; the answer may ask for a second factor', body: z.strictObject({ email: emailShape, password: passwordShape }), response: nextShape,
  handle: async ({ body, instance, visit, keep }) => enterByPassword(instance, visit, keep, body),
})

const askReset = route({
  ...common, url: '/sign-in/reset', summary: 'A link by mail that sets another password, once; the answer is the same for an address that nobody has', status: 202, body: z.strictObject({ email: emailShape }), response: done,
  handle: async ({ body, instance, visit, language }) => {
    await knock(instance, visit, 'reset')
    if (!(await instance.resets.isPossible())) throw new ApiProblem('wrong_state', NO_MAIL)
    instance.resets.ask(body.email, language)
    return { ok: true as const }
  },
})

const reset = route({
  ...common, url: '/sign-in/reset/password', summary: 'Another password by the link of the mail; all sessions end, and a second factor is asked for as before', body: z.strictObject({ token: tokenShape, password: passwordShape }), response: done,
  handle: async ({ body: { token, password }, instance, visit }) => {
    const { signIn, store, audit } = instance
    await knock(instance, visit, 'password')
    const userId = await signIn.resetOf(token)
    const member = userId === null ? null : await store.access.member(userId)
    if (member === null || member.removedAt !== null) throw new ApiProblem('link_void')
    await takePassword({ ...member, password })
    const { status, retryAfter } = await signIn.ask(visit, 'POST', '/reset-password', { token, newPassword: password })
    if (status === 400) throw new ApiProblem('link_void')
    refuse({ status, retryAfter })
    // The library ended them before the password was stored; who signed in with the old one in between is among these.
    await signIn.endSessions(member.userId)
    await signIn.voidHalfway(member.userId)
    // Who has the mailbox is not whom the count of wrong passwords keeps out.
    await signIn.succeeded(member.email)
    await audit.record({ actor: `user:${member.userId}`, action: 'password.reset', object: member.userId, codes: {} })
    return { ok: true as const }
  },
})

const secondFactor = route({
  ...common, url: '/sign-in/second-factor', summary: 'The code of the authenticator app, or one of the recovery codes, after the password',
  body: z.strictObject({ code: z.string().regex(/^\d{6}$/).optional(), recoveryCode: z.string().trim().min(5).max(40).optional() }).refine(({ code, recoveryCode }) => (code === undefined) !== (recoveryCode === undefined), 'one of code and recoveryCode'),
  response: nextShape,
  handle: async ({ body, instance, visit, keep }) => {
    const isApp = body.code !== undefined
    const answer = await instance.signIn.ask(visit, 'POST', isApp ? '/two-factor/verify-totp' : '/two-factor/verify-backup-code', { code: body.code ?? body.recoveryCode })
    await passOrTell(instance, answer, isApp ? 'totp' : 'recovery', keep)
    return { next: 'done' as const }
  },
})

const passkeyOptions = route({
  ...common, url: '/sign-in/passkey/options', summary: 'What the browser needs to ask for a passkey', response: z.looseObject({ challenge: z.string() }),
  handle: async ({ instance, visit, keep }) => {
    const answer = await instance.signIn.ask(visit, 'GET', '/passkey/generate-authenticate-options')
    refuse(answer)
    keep(answer.cookies)
    // The library asks for the person's verification only where it can; here it is a must.
    return { ...(answer.body as { challenge: string }), userVerification: 'required' }
  },
})

const byPasskey = route({
  ...common, url: '/sign-in/passkey', summary: 'Sign in with the passkey that the browser gave; its device must have verified the person', body: z.strictObject({ response: passkeyResponseShape, whose: emailShape.optional().meta({ description: 'The address of who is to prove that it is them: a passkey of anybody else is refused' }) }), response: nextShape,
  handle: async ({ body: { response, whose }, instance, visit, keep }) => {
    await passOrTell(instance, await instance.signIn.ask(visit, 'POST', '/passkey/verify-authentication', { response }, whose === undefined ? {} : { whose }), 'passkey', keep)
    return { next: 'done' as const }
  },
})

const signOut = route({
  ...common, url: '/sign-in/out', summary: 'End this session', response: done,
  handle: async ({ instance, visit, keep }) => {
    keep((await instance.signIn.ask(visit, 'POST', '/sign-out', {})).cookies)
    return { ok: true as const }
  },
})

export const signInRoutes: readonly Route[] = [state, setUp, invitation, join, byLink, byPassword, askReset, reset, secondFactor, passkeyOptions, byPasskey, signOut]

type Keep = (cookies: readonly string[]) => void
type Visit = Parameters<Instance['signIn']['ask']>[0]

async function enterByPassword(instance: Instance, visit: Visit, keep: Keep, { email, password }: { readonly email: string; readonly password: string }): Promise<z.output<typeof nextShape>> {
  const { signIn } = instance
  if (!(await signIn.mayTry(email))) throw tooMany(15 * 60)
  const answer = await signIn.ask(visit, 'POST', '/sign-in/email', { email, password })
  // Whoever is stopped for all that comes from their network locks nobody's account, and leaves no line for each name that they make up.
  if (answer.status === 429) await signIn.notTried(email)
  const next = await passOrTell(instance, answer, 'password', keep)
  await signIn.succeeded(email)
  return { next }
}

/** Keeps the cookies of a success and writes it down; a refusal is written down too, and says no more than that. */
async function passOrTell(instance: Instance, answer: SignInAnswer, method: string, keep: Keep): Promise<'done' | 'second_factor'> {
  if (answer.status !== 200) {
    if (answer.status !== 429) await instance.audit.record({ actor: 'nobody', action: 'sign_in.refused', object: '', codes: { method } })
    refuse(answer)
  }
  keep(answer.cookies)
  const body = answer.body as { twoFactorRedirect?: boolean; user?: { id: string } }
  if (body.twoFactorRedirect === true) return 'second_factor'
  await tellEntry(instance, body.user?.id ?? '', method)
  return 'done'
}

function tellEntry({ audit }: Instance, userId: string, method: string): Promise<void> {
  return audit.record({ actor: `user:${userId}`, action: 'sign_in.done', object: userId, codes: { method } })
}

/** Counts one more of these from that network; throws where it is too many. */
async function knock({ signIn }: Instance, visit: Visit, way: Knock): Promise<void> {
  refuse(await signIn.ask(visit, 'POST', `/knock/${way}`, {}))
}

function refuse({ status, retryAfter, body }: Pick<SignInAnswer, 'status' | 'retryAfter'> & { readonly body?: unknown }): void {
  if (status === 200) return
  if (status === 429) throw tooMany(retryAfter ?? 60)
  if (status >= 500) throw new Error('the sign-in library failed; see its line in the log')
  if ((body as { code?: string } | null | undefined)?.code === SOMEBODY_ELSE) throw new ApiProblem('sign_in_refused', 'This passkey belongs to somebody else. Use one of your own, or your password.')
  throw new ApiProblem('sign_in_refused')
}

export function tooMany(retryAfter: number): ApiProblem {
  return new ApiProblem('too_many_requests', undefined, { retryAfter })
}

export async function takePassword({ password, name, email }: { readonly password: string; readonly name: string; readonly email: string }): Promise<void> {
  const refused = await refusePassword(password, [...name.split(/\s+/), ...email.split(/[@.]/)])
  if (refused !== null) throw new ApiProblem('password_weak', refused)
}

/** A user whom a killed set-up left behind, and who is nobody's member, is made anew. Only inside `alone`: else the one who is just becoming a member would be taken for left behind. */
async function newUser({ store, signIn }: Instance, user: { readonly name: string; readonly email: string; readonly password: string }): Promise<string> {
  const known = await signIn.userOf(user.email)
  const isMember = known !== null && (await store.access.member(known)) !== null
  if (known !== null && !isMember) await signIn.deleteUser(known)
  const userId = isMember ? null : await signIn.createUser(user)
  if (userId === null) throw new ApiProblem('invalid_request', 'This e-mail address belongs to a member already.')
  return userId
}
