/**
 * What an owner delegated for a connection goes on with the connection that took its place, so that it can be
 * taken back; and what an owner takes away is gone with all that is linked so.
 */
import type { AccessStore } from '../ports/access.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Audit } from './audit.ts'

export async function carryDelegation({ access, audit }: { readonly access: AccessStore; readonly audit: Audit }, actor: string, from: string, to: string): Promise<void> {
  for (const { userId, delegated, removedAt } of await access.members()) {
    if (removedAt !== null || !delegated.includes(from) || delegated.includes(to)) continue
    await access.changeMember(userId, { delegated: [...delegated, to] }, audit.seal({ actor, action: 'member.changed', object: userId, codes: { role: null, delegated: delegated.length + 1 } }))
  }
}

/** These ids without those of connections that others took the place of, where the one in use is not among them: an owner sees only that one, and took it away. */
export async function delegable({ connections, previews }: Pick<TenantStore, 'connections' | 'previews'>, wanted: readonly string[]): Promise<readonly string[]> {
  const [all, looks] = await Promise.all([connections.list(), previews.list({})])
  const replaced = new Set(all.filter(({ state }) => state === 'replaced').map(({ id }) => id))
  const kept = new Set(wanted.filter((id) => !replaced.has(id)))
  const links = looks.filter(({ switchedAt }) => switchedAt !== null).flatMap(({ connectionId, shadowId }) => [[connectionId, shadowId], [shadowId, connectionId]] as const)
  // A set that grows while it is gone through is gone through to its end.
  for (const id of kept) for (const [one, other] of links) if (one === id && wanted.includes(other)) kept.add(other)
  return wanted.filter((id) => kept.has(id))
}
