/**
 * A login that was removed and is connected anew. What its former connection fed is known by its number; what the bank lists
 * under another one now is looked for among the accounts that are new, as if the connection had never gone.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import { isAlike, kindOf, sameRef, type Feed } from './account-ref.ts'
import type { Session } from './session.ts'

/**
 * What a removed connection of this login fed last, nothing feeds now, and the bank does not list under its number, as far as it
 * holds rows and is alike one of `fresh`, the listed accounts without rows in the books.
 */
export async function formerFeeds(session: Session, list: readonly ListedAccount[], fresh: readonly ListedAccount[]): Promise<readonly Feed[]> {
  const { accounts, connections, feed } = session.deps.store
  const { state, loginIndex } = session.connection
  if (state !== 'connecting' || fresh.length === 0) return []
  const former = new Map<string, Feed>()
  for (const one of await connections.list()) {
    if (one.state !== 'removed' || one.loginIndex !== loginIndex) continue
    for (const fed of await accounts.feeds(one.id)) if (fed.source.state !== 'replaced') former.set(fed.account.id, fed)
  }
  const found: Feed[] = []
  for (const fed of former.values()) {
    const { id, state: now } = fed.account
    if (now === 'closed' || now === 'paused' || list.some(({ ref }) => sameRef(ref, fed.source.ref)) || !fresh.some((listed) => isAlike(fed.account, kindOf(listed)))) continue
    const isFed = (await accounts.sources({ accountId: id })).some((source) => source.connectionId !== null && source.state === 'active')
    if (!isFed && (await feed.transactions({ accountId: id, limit: 1 })).rows.length > 0) found.push(fed)
  }
  return found
}
