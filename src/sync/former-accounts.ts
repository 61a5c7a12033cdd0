/**
 * A login that was removed and is connected anew. What its former connection fed is known by its number, a masked one too: it is
 * the same login. What the bank lists under another one now is looked for among the accounts that are new, as if the connection
 * had never gone.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { AccountSource } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import type { TenantStore } from '../ports/store.ts'
import { isAlike, kindOf, sameRef, type Feed } from './account-ref.ts'
import type { Session } from './session.ts'

/** What removed connections of this login fed, each account as it was fed last; the newest comes last. */
export async function formerFeeds({ deps, connection }: Session): Promise<readonly Feed[]> {
  const { accounts, connections } = deps.store
  const former = new Map<string, Feed>()
  for (const { id, state, loginIndex } of await connections.list()) {
    if (state !== 'removed' || loginIndex !== connection.loginIndex) continue
    for (const fed of await accounts.feeds(id)) {
      if (fed.source.state === 'replaced') continue
      former.delete(fed.account.id)
      former.set(fed.account.id, fed)
    }
  }
  return [...former.values()]
}

/**
 * Of these what nothing feeds now, and the bank does not list under its number, as far as it holds rows and is alike one of
 * `fresh`, the listed accounts without rows in the books. What a person closed or switched off does not go on by itself.
 */
export async function mayGoOn({ deps }: Session, former: readonly Feed[], list: readonly ListedAccount[], fresh: readonly ListedAccount[]): Promise<readonly Feed[]> {
  const { accounts, feed } = deps.store
  const found: Feed[] = []
  for (const fed of former) {
    const { id, state } = fed.account
    if (state === 'closed' || state === 'paused' || list.some(({ ref }) => sameRef(ref, fed.source.ref)) || !fresh.some((listed) => isAlike(fed.account, kindOf(listed)))) continue
    const isFed = (await accounts.sources({ accountId: id })).some((source) => source.connectionId !== null && source.state === 'active')
    if (!isFed && (await feed.transactions({ accountId: id, limit: 1 })).rows.length > 0) found.push(fed)
  }
  return found
}

/** Which way this bank tells the amounts of an account, as the last connection to it was told them: whoever reads it anew is told them so, too. */
export async function knownSign({ accounts, connections }: TenantStore, { institutionId, connector }: Pick<Connection, 'institutionId' | 'connector'>, accountId: string): Promise<AccountSource['sign']> {
  const sources = (await accounts.sources({ accountId })).filter(({ state }) => state !== 'replaced')
  for (const { connectionId, sign } of sources.toReversed()) {
    const before = connectionId === null ? null : await connections.get(connectionId)
    if (before?.institutionId === institutionId && before.connector === connector) return sign
  }
  return 1
}
