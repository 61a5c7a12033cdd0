/** Members and invitations, for owners. Another role, or none any more, ends all sessions of the person. */
import { z } from 'zod'
import { actorOf } from '../../access/authorize.ts'
import { delegable } from '../../access/delegation.ts'
import { invite, openInvitations } from '../../access/members.ts'
import type { MemberPatch } from '../../ports/access.ts'
import type { Instance } from '../../instance.ts'
import { invitationShape, labelShape, listedMemberShape, roleShape, signInIdShape } from '../access-shapes.ts'
import { invitationView, listedMemberView } from '../access-views.ts'
import { ApiProblem } from '../problems.ts'
import { changeOf, idParams, listOf, route, type Route } from '../route.ts'

const done = z.object({ ok: z.literal(true) })
const userParams = z.strictObject({ user: signInIdShape })

const list = route({
  method: 'GET', url: '/members', action: 'manage', tag: 'Members', summary: 'Who may do what here', response: listOf(listedMemberShape),
  handle: async ({ instance }) => {
    const members = (await instance.store.access.members()).filter(({ removedAt }) => removedAt === null)
    return { items: await Promise.all(members.map(async (member) => listedMemberView(member, await seenAt(instance, member.userId)))) }
  },
})

const change = route({
  method: 'PATCH', url: '/members/:user', action: 'manage', tag: 'Members', summary: 'Another role, or the connections whose sign-in a bookkeeper may enter; all sessions of the person end', params: userParams,
  body: changeOf(z.strictObject({ role: roleShape.optional(), delegated: z.array(z.uuid()).max(500).optional() })), response: done,
  handle: async ({ instance, caller, params, body }) => {
    const delegated = body.delegated === undefined ? undefined : await delegable(instance.store, body.delegated)
    const patch: MemberPatch = { ...(body.role === undefined ? {} : { role: body.role }), ...(delegated === undefined ? {} : { delegated }) }
    return changed(instance, actorOf(caller), params.user, patch, 'member.changed', { role: body.role ?? null, delegated: delegated?.length ?? null })
  },
})

const remove = route({
  method: 'DELETE', url: '/members/:user', action: 'manage', tag: 'Members', summary: 'Remove a member: their sessions end, their keys stop, their sign-in is deleted', params: userParams, response: done,
  handle: async ({ instance, caller, params }) => {
    const result = await changed(instance, actorOf(caller), params.user, { removedAt: instance.clock.now() }, 'member.removed', {})
    await instance.signIn.deleteUser(params.user)
    return result
  },
})

const invitations = route({
  method: 'GET', url: '/invitations', action: 'manage', tag: 'Members', summary: 'Invitations that can still be accepted', response: listOf(invitationShape),
  handle: async ({ instance }) => ({ items: (await openInvitations(instance)).map(invitationView) }),
})

const create = route({
  method: 'POST', url: '/invitations', action: 'manage', tag: 'Members', summary: 'Invite somebody; the token for the link is shown this once and is good for a week', status: 201,
  body: z.strictObject({ role: roleShape, label: labelShape }), response: invitationShape.extend({ token: z.string() }),
  handle: async ({ instance, caller, body }) => {
    const { invitation, token } = await invite(instance, actorOf(caller), body)
    return { ...invitationView(invitation), token }
  },
})

const revoke = route({
  method: 'DELETE', url: '/invitations/:id', action: 'manage', tag: 'Members', summary: 'Take an invitation back', params: idParams, response: done,
  handle: async ({ instance, caller, params }) => {
    const { store, audit, clock } = instance
    if (!(await store.access.revokeInvitation(params.id, clock.now(), audit.seal({ actor: actorOf(caller), action: 'invitation.revoked', object: params.id, codes: {} })))) throw new ApiProblem('not_found')
    return { ok: true as const }
  },
})

export const memberRoutes: readonly Route[] = [list, change, remove, invitations, create, revoke]

/** Sessions that ended are gone, and with them when they were used; what was done in them stands in the log. */
async function seenAt({ signIn, store }: Instance, userId: string): Promise<number | null> {
  const [sessions, acts] = await Promise.all([signIn.sessions(userId), store.audit.list({ actor: `user:${userId}`, limit: 1 })])
  const times = [...sessions.map((session) => session.seenAt), ...acts.map(({ at }) => at)]
  return times.length === 0 ? null : Math.max(...times)
}

async function changed({ store, audit, signIn }: Instance, actor: string, userId: string, patch: MemberPatch, action: string, codes: Readonly<Record<string, string | number | null>>): Promise<{ ok: true }> {
  const result = await store.access.changeMember(userId, patch, audit.seal({ actor, action, object: userId, codes }))
  if (result === 'missing') throw new ApiProblem('not_found')
  if (result === 'last_owner') throw new ApiProblem('last_owner')
  await signIn.endSessions(userId)
  return { ok: true }
}
