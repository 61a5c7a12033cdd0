/** Whether an account holds rows: also such as a person deleted or a bank took out, because what was told of it once is no other account's. */
import type { TenantStore } from '../ports/store.ts'

export async function holdsRows({ feed }: Pick<TenantStore, 'feed'>, accountId: string): Promise<boolean> {
  return (await feed.transactions({ accountId, limit: 1, includeDeleted: true })).rows.length > 0
}
