/** `relink user`: who may use this Relink, and the last resort for somebody who cannot get in any more. */
import { ROLES, type Role } from '../domain/access.ts'
import { labelShape } from '../api/access-shapes.ts'
import { isoInstant } from '../api/shapes.ts'
import { invite, openInvitations } from '../access/members.ts'
import { refusePassword } from '../access/password.ts'
import type { Instance } from '../instance.ts'
import { pageAddress } from '../address.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, sourceOf, type SecretOptions } from './secrets.ts'
import { configuration, withInstance } from './with-instance.ts'

export async function list(output: Output): Promise<void> {
  await withInstance(output, async ({ store }) => {
    const members = (await store.access.members()).filter(({ removedAt }) => removedAt === null)
    for (const { userId, name, email, role, createdAt } of members) {
      output.data({ userId, name, email, role, since: isoInstant(createdAt) })
      output.say(`${role.padEnd(10)}  ${email}  ${name}`)
    }
    if (members.length === 0) output.say('Nobody yet: `relink start` shows the link that sets up the first owner.')
  })
}

export async function inviteOne(output: Output, label: string, role: string): Promise<void> {
  if (!(ROLES as readonly string[]).includes(role)) throw new CommandError(`--role must be one of ${ROLES.join(', ')}.`, 2)
  const named = labelShape.safeParse(label)
  if (!named.success) throw new CommandError(`The name of the person ${named.error.issues[0]?.message}.`, 2)
  await withInstance(output, async (instance) => {
    if ((await instance.store.access.members()).length === 0) throw new CommandError('There is no owner yet; the link that `relink start` shows makes the first one.')
    const { invitation, token } = await invite(instance, 'host', { role: role as Role, label: named.data })
    const address = pageAddress(configuration())
    const link = `${address ?? ''}${address === null ? '' : '/'}#join=${token}`
    output.data({ id: invitation.id, role, link, expiresAt: isoInstant(invitation.expiresAt) })
    output.say(link)
  })
}

export async function reset(output: Output, email: string, options: SecretOptions): Promise<void> {
  const { password = '' } = await fillForm([{ name: 'password', label: 'New password', kind: 'secret', required: true }], {}, sourceOf(options))
  await withInstance(output, async (instance) => {
    const member = await memberOf(instance, email)
    const refused = await refusePassword(password, [...member.name.split(/\s+/), ...member.email.split(/[@.]/)])
    if (refused !== null) throw new CommandError(refused)
    await instance.signIn.resetUser(member.userId, password)
    await instance.audit.record({ actor: 'host', action: 'user.reset', object: member.userId, codes: {} })
    await revokeWhatTheyMade(instance, member.userId)
    output.data({ userId: member.userId, reset: true })
    output.say(`${member.name} signs in with the new password now${member.role === 'owner' ? ', and then adds a second factor' : ''}. All sessions, passkeys and the authenticator app of before are gone, and so are the keys and open invitations that they made.`)
  })
}

/** Who is reset may have been somebody else for a while, who left a key or a link behind. */
async function revokeWhatTheyMade(instance: Instance, userId: string): Promise<void> {
  const { store, audit, clock } = instance
  const now = clock.now()
  for (const { id, maker, revokedAt } of await store.access.keys()) {
    if (maker === userId && revokedAt === null) await store.access.revokeKey(id, now, audit.seal({ actor: 'host', action: 'key.revoked', object: id, codes: {} }))
  }
  for (const { id, createdBy } of await openInvitations(instance)) {
    if (createdBy === `user:${userId}`) await store.access.revokeInvitation(id, now, audit.seal({ actor: 'host', action: 'invitation.revoked', object: id, codes: {} }))
  }
}

async function memberOf({ store }: Instance, email: string) {
  const member = (await store.access.members()).find((one) => one.removedAt === null && one.email === email.trim().toLowerCase())
  if (member === undefined) throw new CommandError(`No member signs in with ${email}; \`relink user list\` shows who does.`)
  return member
}
