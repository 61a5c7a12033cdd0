/**
 * Members, invitations, keys and the audit log of one tenant on PostgreSQL; see `AccessStore`. Each change
 * locks the newest line of the log first, so that acts of one tenant follow each other and each finds the
 * head that it seals after; the change and its line are one transaction.
 */
import { sql } from 'kysely'
import type { AuditHead, Seal } from '../../domain/audit.ts'
import type { AccessStore, AuditStore } from '../../ports/access.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { apiKeys, audit, auditHeads, invitations, members } from './tables.ts'

const NOTHING = new Uint8Array(32)

export function postgresAccess(db: Session, tenantId: string): AccessStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  /** `change` says whether it did anything; only then there is a line of it. */
  const logged = <T>(seal: Seal, change: (trx: Session) => Promise<T>, didNothing: (result: T) => boolean): Promise<T> =>
    run(async (trx) => {
      const head = await lockHead(trx, tenantId)
      const result = await change(trx)
      if (!didNothing(result)) await write(trx, tenantId, head, seal)
      return result
    })
  const never = (): boolean => false
  const not = (done: boolean): boolean => !done
  const allMembers = (trx: Session) => trx.selectFrom('relink.members').selectAll().where('tenant_id', '=', tenantId)
  const insertMember = (trx: Session, member: Parameters<typeof members.write>[0]) => trx.insertInto('relink.members').values({ tenant_id: tenantId, ...members.write(member) }).execute()
  return {
    async members() {
      return (await run((trx) => allMembers(trx).orderBy('created_at').orderBy('user_id').execute())).map(members.read)
    },
    async member(userId) {
      const row = await run((trx) => allMembers(trx).where('user_id', '=', userId).executeTakeFirst())
      return row === undefined ? null : members.read(row)
    },
    addFirst: (owner, seal) =>
      logged(seal, async (trx) => {
        if ((await allMembers(trx).limit(1).executeTakeFirst()) !== undefined) return false
        await insertMember(trx, owner)
        return true
      }, not),
    changeMember: (userId, patch, seal) =>
      logged(seal, async (trx) => {
        const present = (await allMembers(trx).where('removed_at', 'is', null).execute()).map(members.read)
        const member = present.find((one) => one.userId === userId)
        if (member === undefined) return 'missing' as const
        const stays = { ...member, ...patch }
        const ownersLeft = present.filter((one) => one.role === 'owner' && one.userId !== userId).length + (stays.role === 'owner' && stays.removedAt === null ? 1 : 0)
        if (ownersLeft === 0) return 'last_owner' as const
        await trx.updateTable('relink.members').set(members.writePatch(patch)).where('tenant_id', '=', tenantId).where('user_id', '=', userId).execute()
        return 'changed' as const
      }, (result) => result !== 'changed'),
    invite: (invitation, seal) =>
      logged(seal, async (trx) => {
        await trx.insertInto('relink.invitations').values({ tenant_id: tenantId, ...invitations.write(invitation) }).execute()
      }, never),
    async invitations() {
      return (await run((trx) => trx.selectFrom('relink.invitations').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at', 'desc').orderBy('id', 'desc').execute())).map(invitations.read)
    },
    accept: (invitationId, member, at, seal) =>
      logged(seal, async (trx) => {
        const { numUpdatedRows } = await trx.updateTable('relink.invitations').set({ accepted_at: at }).where('tenant_id', '=', tenantId).where('id', '=', idKey(invitationId))
          .where('accepted_at', 'is', null).where('revoked_at', 'is', null).where('expires_at', '>', at).executeTakeFirst()
        if (numUpdatedRows !== 1n) return false
        await insertMember(trx, member)
        return true
      }, not),
    revokeInvitation: (id, at, seal) =>
      logged(seal, async (trx) => {
        const { numUpdatedRows } = await trx.updateTable('relink.invitations').set({ revoked_at: at }).where('tenant_id', '=', tenantId).where('id', '=', idKey(id))
          .where('accepted_at', 'is', null).where('revoked_at', 'is', null).executeTakeFirst()
        return numUpdatedRows === 1n
      }, not),
    addKey: (key, seal) =>
      logged(seal, async (trx) => {
        await trx.insertInto('relink.api_keys').values({ tenant_id: tenantId, ...apiKeys.write(key) }).execute()
      }, never),
    async keys() {
      return (await run((trx) => trx.selectFrom('relink.api_keys').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at', 'desc').orderBy('id', 'desc').execute())).map(apiKeys.read)
    },
    async key(id) {
      const row = await run((trx) => trx.selectFrom('relink.api_keys').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst())
      return row === undefined ? null : apiKeys.read(row)
    },
    touchKey: (id, at) =>
      run(async (trx) => {
        await trx.updateTable('relink.api_keys').set({ last_used_at: at }).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
      }),
    revokeKey: (id, at, seal) =>
      logged(seal, async (trx) => {
        const { numUpdatedRows } = await trx.updateTable('relink.api_keys').set({ revoked_at: at }).where('tenant_id', '=', tenantId).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()
        return numUpdatedRows === 1n
      }, not),
    spendLink: (digest, at) =>
      run(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx.insertInto('relink.spent_links').values({ tenant_id: tenantId, digest: Buffer.from(digest), spent_at: at }).onConflict((c) => c.doNothing()).executeTakeFirst()
        return numInsertedOrUpdatedRows === 1n
      }),
  }
}

export function postgresAudit(db: Session, tenantId: string): AuditStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const lines = (trx: Session) => trx.selectFrom('relink.audit').selectAll().where('tenant_id', '=', tenantId)
  return {
    async head() {
      const row = await run((trx) => trx.selectFrom('relink.audit_heads').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst())
      return row === undefined || Number(row.seq) === 0 ? null : auditHeads.read(row)
    },
    append: (seal) => run((trx) => appendLine(trx, tenantId, seal)),
    async list({ before, limit, kinds, actor, since, until }) {
      const rows = await run((trx) => lines(trx)
        .$if(before !== undefined, (q) => q.where('seq', '<', before!))
        .$if(kinds !== undefined, (q) => q.where(sql`split_part(action, '.', 1)`, 'in', kinds!))
        .$if(actor !== undefined, (q) => q.where('actor', '=', actor!))
        .$if(since !== undefined, (q) => q.where('at', '>=', since!))
        .$if(until !== undefined, (q) => q.where('at', '<', until!))
        .orderBy('seq', 'desc').limit(limit).execute())
      return rows.map(audit.read)
    },
    async following(after, limit) {
      return (await run((trx) => lines(trx).where('seq', '>', after).orderBy('seq').limit(limit).execute())).map(audit.read)
    },
  }
}

/** An act with its line, in one transaction; `change` says whether it did anything, and only then there is a line. */
export function withLine(db: Session, tenantId: string, seal: Seal, change: (trx: Session) => Promise<boolean>): Promise<boolean> {
  return inTenant(db, tenantId, async (trx) => {
    const head = await lockHead(trx, tenantId)
    const done = await change(trx)
    if (done) await write(trx, tenantId, head, seal)
    return done
  })
}

/** Inside of a transaction for the tenant. */
export async function appendLine(trx: Session, tenantId: string, seal: Seal): Promise<void> {
  await write(trx, tenantId, await lockHead(trx, tenantId), seal)
}

/** The newest line, locked until the transaction ends; null before the first. The row is there from the first act on, so that two first acts wait for each other too. */
async function lockHead(trx: Session, tenantId: string): Promise<AuditHead | null> {
  await trx.insertInto('relink.audit_heads').values({ tenant_id: tenantId, seq: 0, hash: Buffer.from(NOTHING) }).onConflict((c) => c.column('tenant_id').doNothing()).execute()
  const row = await trx.selectFrom('relink.audit_heads').selectAll().where('tenant_id', '=', tenantId).forUpdate().executeTakeFirstOrThrow()
  return Number(row.seq) === 0 ? null : auditHeads.read(row)
}

async function write(trx: Session, tenantId: string, head: AuditHead | null, seal: Seal): Promise<void> {
  const record = seal(head)
  await trx.insertInto('relink.audit').values({ tenant_id: tenantId, ...audit.write(record) }).execute()
  await trx.updateTable('relink.audit_heads').set({ seq: sql<number>`${record.seq}`, hash: Buffer.from(record.hash) }).where('tenant_id', '=', tenantId).execute()
}
