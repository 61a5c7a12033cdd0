/** What an owner delegated for a connection goes on with the connection that took its place. */
import type { AccessStore } from '../ports/access.ts'
import type { Audit } from './audit.ts'

export async function carryDelegation({ access, audit }: { readonly access: AccessStore; readonly audit: Audit }, actor: string, from: string, to: string): Promise<void> {
  for (const { userId, delegated, removedAt } of await access.members()) {
    if (removedAt !== null || !delegated.includes(from) || delegated.includes(to)) continue
    await access.changeMember(userId, { delegated: [...delegated, to] }, audit.seal({ actor, action: 'member.changed', object: userId, codes: { role: null, delegated: delegated.length + 1 } }))
  }
}
