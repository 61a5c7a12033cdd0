/** People, invitations, keys and lines of the audit log as the shapes of access-shapes.ts. */
import type { z } from 'zod'
import { hex } from '../access/audit.ts'
import type { ApiKey, Invitation, Member } from '../domain/access.ts'
import type { AuditRecord } from '../domain/audit.ts'
import type { auditShape, invitationShape, keyShape, listedMemberShape, memberShape } from './access-shapes.ts'
import { isoInstant, isoOrNull } from './shapes.ts'

export function memberView({ userId, name, email, role, delegated, createdAt }: Member): z.output<typeof memberShape> {
  return { userId, name, email, role, delegated: [...delegated], since: isoInstant(createdAt) }
}

/** `seenAt`: null where nothing of theirs was noticed. */
export function listedMemberView(member: Member, seenAt: number | null): z.output<typeof listedMemberShape> {
  return { ...memberView(member), seenAt: isoOrNull(seenAt) }
}

export function invitationView({ id, role, label, createdAt, expiresAt }: Invitation): z.output<typeof invitationShape> {
  return { id, role, label, createdAt: isoInstant(createdAt), expiresAt: isoInstant(expiresAt) }
}

export function keyView({ id, label, scope, maker, createdAt, expiresAt, lastUsedAt, revokedAt }: ApiKey): z.output<typeof keyShape> {
  return { id, label, scope, maker, createdAt: isoInstant(createdAt), expiresAt: isoInstant(expiresAt), lastUsedAt: isoOrNull(lastUsedAt), revokedAt: isoOrNull(revokedAt) }
}

export function auditView({ seq, at, actor, action, object, codes, hash }: AuditRecord): z.output<typeof auditShape> {
  return { seq, at: isoInstant(at), actor, action, object, codes: { ...codes }, hash: hex(hash) }
}
