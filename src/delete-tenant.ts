/**
 * The end of everything that this Relink holds for its people: rows, connections, secrets with the key that they
 * are sealed under, members and their sign-ins. An empty tenant takes the place; the first line of its
 * log says what was deleted, by whom, and what the newest line of the log of before was: all of it in one step of the
 * database, so that a process that is killed leaves all or nothing. What runs was opened
 * for the tenant of before, so the process ends and is started anew.
 */
import { randomUUID } from 'node:crypto'
import { createAudit, hex } from './access/audit.ts'
import type { OpenStore } from './open-store.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { Log } from './ports/log.ts'
import { openPool, openSession, type Session } from './store/postgres/session.ts'
import { forgetSealed, replaceTenant } from './store/postgres/delete-tenant.ts'
import { deriveLasting, makeTenantKey, type MasterKey } from './vault/keys.ts'

export type TenantParts = { readonly database: OpenStore; readonly tenantId: string; readonly masterKey: MasterKey; readonly clock: Clock; readonly entropy: Entropy; readonly log: Log }

/** Somebody else may have deleted it first; then there is nothing to do. */
export async function deleteTenant({ database, tenantId, masterKey, clock, entropy, log }: TenantParts, actor: string): Promise<void> {
  const next = randomUUID()
  const { key, sealed } = makeTenantKey(masterKey, next, entropy)
  const lines = createAudit({ store: database.store.tenant(next).audit, key: deriveLasting(key.blind, 'audit'), clock })
  const session = openSession(openPool(database.owner, 1))
  try {
    const deleted = await replaceTenant(session, tenantId, {
      tenantId: next, key: sealed,
      firstLine: ({ counts, head }) => lines.seal({ actor, action: 'tenant.deleted', object: tenantId, codes: { rows: sumOf(counts), transactions: counts['transactions'] ?? 0, connections: counts['connections'] ?? 0, secrets: counts['secrets'] ?? 0, keys: counts['tenant_keys'] ?? 0, lines: head?.seq ?? 0, head: head === null ? null : hex(head.hash) } }),
    })
    if (deleted === null) return
    const { counts, head } = deleted
    log.warn('tenant_deleted', { tenant: tenantId, rows: sumOf(counts), seq: head?.seq ?? 0, hash: head === null ? '' : hex(head.hash) })
    await rewrite(session, log)
  } finally {
    await session.destroy()
  }
}

/** What is left of the keys in the files of the database, where the process was killed or somebody was reading them: done again until somebody is set up. */
export async function forgetDeleted({ database, tenantId, log }: Pick<TenantParts, 'database' | 'tenantId' | 'log'>): Promise<void> {
  const { access, audit } = database.store.tenant(tenantId)
  if ((await access.members()).length > 0) return
  const [first] = await audit.list({ before: 2, limit: 1 })
  if (first?.action !== 'tenant.deleted') return
  const session = openSession(openPool(database.owner, 1))
  await rewrite(session, log).finally(() => session.destroy())
}

/** Everything is gone already, whatever becomes of this. */
async function rewrite(session: Session, log: Log): Promise<void> {
  await forgetSealed(session).catch((error: unknown) => log.error('sealed_not_rewritten', { reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown' }))
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
