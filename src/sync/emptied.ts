/**
 * Accounts that are in no list: files alone fed them, and all that came was taken back, so that no row, balance or
 * covered day is left and nothing that a person made rests on them. Nothing is deleted: one is listed again, as it
 * was, once an import of it is brought back or another comes in.
 */
import type { AccountSummary, TenantStore } from '../ports/store.ts'

type Stores = Pick<TenantStore, 'accounts' | 'feed' | 'reconciliations' | 'review'>

/** The accounts without those. */
export async function withoutEmptied(stores: Stores, accounts: readonly AccountSummary[]): Promise<readonly AccountSummary[]> {
  const bare = accounts.filter(({ rows, balanceIsStated }) => rows === 0 && !balanceIsStated)
  if (bare.length === 0) return accounts
  const ruled = new Set((await stores.review.rules()).map(({ accountId }) => accountId))
  const emptied = new Set<string>()
  for (const { id } of bare) if (!ruled.has(id) && (await isEmptied(stores, id))) emptied.add(id)
  return accounts.filter(({ id }) => !emptied.has(id))
}

async function isEmptied({ accounts, feed, reconciliations }: Stores, accountId: string): Promise<boolean> {
  const [sources, covered, noted] = await Promise.all([accounts.sources({ accountId }), feed.covered(accountId), reconciliations.list(accountId)])
  return covered.length === 0 && noted.length === 0 && sources.every(({ connectionId }) => connectionId === null)
}
