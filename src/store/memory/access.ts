/** Members, invitations, keys and the audit log of one tenant in memory; see `AccessStore`. */
import type { ApiKey, Invitation, Member } from '../../domain/access.ts'
import type { AuditRecord, Seal } from '../../domain/audit.ts'
import type { AccessStore, AuditStore } from '../../ports/access.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'

export type AccessState = { readonly members: Map<string, Member>; readonly invitations: Map<string, Invitation>; readonly keys: Map<string, ApiKey>; readonly spent: Set<string>; readonly log: AuditRecord[] }

export const emptyAccess = (): AccessState => ({ members: new Map(), invitations: new Map(), keys: new Map(), spent: new Set(), log: [] })

export function memoryAccess({ members, invitations, keys, spent, log }: AccessState): AccessStore {
  const newestFirst = <T extends { readonly createdAt: number; readonly id: string }>(rows: Map<string, T>): T[] => [...rows.values()].sort(by((r: T) => r.createdAt, (r: T) => r.id)).reverse()
  const addMember = (member: Member): void => {
    if (members.has(member.userId)) throw new Error('this user is or was a member')
    members.set(member.userId, member)
  }
  return {
    async members() {
      return [...members.values()].sort(by((m) => m.createdAt, (m) => m.userId))
    },
    async member(userId) {
      return members.get(userId) ?? null
    },
    async addFirst(owner, seal) {
      if (members.size > 0) return false
      addMember(owner)
      add(log, seal)
      return true
    },
    async changeMember(userId, change, seal) {
      const present = [...members.values()].filter(({ removedAt }) => removedAt === null)
      const member = present.find((one) => one.userId === userId)
      if (member === undefined) return 'missing'
      const changed = { ...member, ...change }
      if (!present.some((one) => one.role === 'owner' && one.userId !== userId) && (changed.role !== 'owner' || changed.removedAt !== null)) return 'last_owner'
      members.set(userId, changed)
      add(log, seal)
      return 'changed'
    },
    async invite(invitation, seal) {
      insert(invitations, invitation)
      add(log, seal)
    },
    async invitations() {
      return newestFirst(invitations)
    },
    async accept(invitationId, member, at, seal) {
      const invitation = invitations.get(invitationId)
      if (invitation === undefined || invitation.acceptedAt !== null || invitation.revokedAt !== null || invitation.expiresAt <= at) return false
      addMember(member)
      patch(invitations, invitationId, { acceptedAt: at })
      add(log, seal)
      return true
    },
    async revokeInvitation(id, at, seal) {
      const invitation = invitations.get(id)
      if (invitation === undefined || invitation.acceptedAt !== null || invitation.revokedAt !== null) return false
      patch(invitations, id, { revokedAt: at })
      add(log, seal)
      return true
    },
    async addKey(key, seal) {
      if (!members.has(key.maker)) throw new Error('a key of somebody who is no member')
      insert(keys, key)
      add(log, seal)
    },
    async keys() {
      return newestFirst(keys)
    },
    async key(id) {
      return keys.get(id) ?? null
    },
    async touchKey(id, at) {
      patch(keys, id, { lastUsedAt: at })
    },
    async revokeKey(id, at, seal) {
      if (keys.get(id)?.revokedAt !== null) return false
      patch(keys, id, { revokedAt: at })
      add(log, seal)
      return true
    },
    async spendLink(digest) {
      const key = Buffer.from(digest).toString('hex')
      if (spent.has(key)) return false
      spent.add(key)
      return true
    },
  }
}

export function memoryAudit({ log }: AccessState): AuditStore {
  return {
    async head() {
      return log.at(-1) === undefined ? null : { seq: log.at(-1)!.seq, hash: log.at(-1)!.hash }
    },
    async append(seal) {
      add(log, seal)
    },
    async list({ before = Number.POSITIVE_INFINITY, limit, kinds, actor, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }) {
      const isAsked = (line: AuditRecord): boolean => (kinds?.includes(line.action.split('.', 1)[0]!) ?? true) && (actor ?? line.actor) === line.actor && line.at >= since && line.at < until
      return log.filter((line) => line.seq < before && isAsked(line)).reverse().slice(0, limit)
    },
    async following(after, limit) {
      return log.filter(({ seq }) => seq > after).slice(0, limit)
    },
  }
}

/** The line of an act that is stored elsewhere in the tenant. */
export function addLine({ log }: AccessState, seal: Seal): void {
  add(log, seal)
}

function add(log: AuditRecord[], seal: Seal): void {
  const newest = log.at(-1)
  log.push(seal(newest === undefined ? null : { seq: newest.seq, hash: newest.hash }))
}
