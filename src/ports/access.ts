/**
 * What is remembered of members, invitations, keys and their acts. Every change comes with its line of
 * the audit log and is stored together with it, or not at all. Both stores pass src/store/contract-access.test.ts.
 */
import type { ApiKey, Invitation, Member } from '../domain/access.ts'
import type { AuditHead, AuditRecord, Seal } from '../domain/audit.ts'

export type MemberPatch = Partial<Pick<Member, 'role' | 'delegated' | 'removedAt'>>

export type AccessStore = {
  /** Oldest first, removed ones too. */
  members(): Promise<readonly Member[]>
  member(userId: string): Promise<Member | null>
  /** The first owner; false when anybody was ever a member: a set-up happens once. */
  addFirst(owner: Member, seal: Seal): Promise<boolean>
  /** `last_owner`: nobody would be left who may let others in. */
  changeMember(userId: string, patch: MemberPatch, seal: Seal): Promise<'changed' | 'missing' | 'last_owner'>

  invite(invitation: Invitation, seal: Seal): Promise<void>
  /** Newest first. */
  invitations(): Promise<readonly Invitation[]>
  /** Takes an open invitation and adds the member; false when it is not open at `at`. */
  accept(invitationId: string, member: Member, at: number, seal: Seal): Promise<boolean>
  /** False when it is not open any more. */
  revokeInvitation(id: string, at: number, seal: Seal): Promise<boolean>

  addKey(key: ApiKey, seal: Seal): Promise<void>
  /** Newest first. */
  keys(): Promise<readonly ApiKey[]>
  key(id: string): Promise<ApiKey | null>
  touchKey(id: string, at: number): Promise<void>
  /** False when there is no such key that still works. */
  revokeKey(id: string, at: number, seal: Seal): Promise<boolean>

  /** True for the first who brings this link; the digest is kept, the link is not. */
  spendLink(digest: Uint8Array, at: number): Promise<boolean>
}

/** `kinds`: of acts whose first word is one of these. `since` counts in, `until` not. */
export type AuditFilter = { readonly kinds?: readonly string[]; readonly actor?: string; readonly since?: number; readonly until?: number }

export type AuditStore = {
  head(): Promise<AuditHead | null>
  append(seal: Seal): Promise<void>
  /** Newest first, before the line `before` where it is given. */
  list(page: AuditFilter & { readonly before?: number; readonly limit: number }): Promise<readonly AuditRecord[]>
  /** Oldest first, after the line `after`. */
  following(after: number, limit: number): Promise<readonly AuditRecord[]>
}
