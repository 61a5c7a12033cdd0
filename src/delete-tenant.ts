/**
 * The end of everything that this Relink holds for its people: rows, connections, secrets with the key that they
 * are sealed under, members and their sign-ins. An empty tenant takes the place; the first line of its
 * log says what was deleted, by whom, and what the newest line of the log of before was. What runs was opened
 * for the tenant of before, so the process ends and is started anew.
 */
import { randomUUID } from 'node:crypto'
import { createAudit, hex } from './access/audit.ts'
import type { OpenStore } from './open-store.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { Log } from './ports/log.ts'
import type { SignIn } from './ports/sign-in.ts'
import { openPool, openSession } from './store/postgres/session.ts'
import { replaceTenant } from './store/postgres/delete-tenant.ts'
import { deriveLasting, type MasterKey } from './vault/keys.ts'
import { bindToMasterKey, blindKeyOf } from './vault/rotate.ts'

export type TenantParts = { readonly database: OpenStore; readonly tenantId: string; readonly masterKey: MasterKey; readonly signIn: SignIn; readonly clock: Clock; readonly entropy: Entropy; readonly log: Log }

export async function deleteTenant({ database, tenantId, masterKey, signIn, clock, entropy, log }: TenantParts, actor: string): Promise<void> {
  const before = database.store.tenant(tenantId)
  const [members, head] = await Promise.all([before.access.members(), before.audit.head()])
  const next = randomUUID()
  const session = openSession(openPool(database.owner, 1))
  const deleted = await replaceTenant(session, tenantId, next).finally(() => session.destroy())
  for (const { userId } of members) await signIn.deleteUser(userId)
  const { secrets, audit } = database.store.tenant(next)
  await bindToMasterKey(secrets, next, masterKey, entropy)
  const lines = createAudit({ store: audit, key: deriveLasting(await blindKeyOf(secrets, next, masterKey), 'audit'), clock })
  const rows = Object.values(deleted).reduce((sum, count) => sum + count, 0)
  await lines.record({ actor, action: 'tenant.deleted', object: tenantId, codes: { rows, transactions: deleted['transactions'] ?? 0, connections: deleted['connections'] ?? 0, secrets: deleted['secrets'] ?? 0, keys: deleted['tenant_keys'] ?? 0, lines: head?.seq ?? 0, head: head === null ? null : hex(head.hash) } })
  log.warn('tenant_deleted', { tenant: tenantId, rows, seq: head?.seq ?? 0, hash: head === null ? '' : hex(head.hash) })
}
