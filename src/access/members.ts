/** Letting people in: invitations by a link that is shown once and good for a week, and what changes of members mean. */
import { RULES, type Invitation, type Role } from '../domain/access.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Audit } from './audit.ts'
import { digestOf, matches, newToken } from './token.ts'

const WEEK_MS = 7 * 86_400_000

type Parts = { readonly store: Pick<TenantStore, 'access'>; readonly clock: Clock }

/** `token` goes into the link; it exists nowhere else. */
export async function invite({ store, clock, entropy, audit }: Parts & { readonly entropy: Entropy; readonly audit: Audit }, actor: string, { role, label }: { readonly role: Role; readonly label: string }): Promise<{ readonly invitation: Invitation; readonly token: string }> {
  const now = clock.now()
  const token = newToken(entropy)
  const invitation: Invitation = { id: entropy.id(now), role, label, tokenDigest: digestOf(token), createdAt: now, createdBy: actor, expiresAt: now + WEEK_MS, acceptedAt: null, revokedAt: null }
  await store.access.invite(invitation, audit.seal({ actor, action: 'member.invited', object: invitation.id, codes: { role, label } }))
  return { invitation, token }
}

/** Those that can still be accepted. As a key, an invitation is worth what its maker may now: who was removed does not come back by a link of their own. */
export async function openInvitations({ store, clock }: Parts): Promise<readonly Invitation[]> {
  const now = clock.now()
  const [invitations, members] = await Promise.all([store.access.invitations(), store.access.members()])
  const inviters = new Set(['host', ...members.filter(({ role, removedAt }) => removedAt === null && RULES.manage.roles.includes(role)).map(({ userId }) => `user:${userId}`)])
  return invitations.filter(({ acceptedAt, revokedAt, expiresAt, createdBy }) => acceptedAt === null && revokedAt === null && expiresAt > now && inviters.has(createdBy))
}

/** The open invitation of this token; all are compared, so that the time tells nothing. */
export async function openInvitation(parts: Parts, token: string): Promise<Invitation | null> {
  const found = (await openInvitations(parts)).filter(({ tokenDigest }) => matches(token, tokenDigest))
  return found[0] ?? null
}
