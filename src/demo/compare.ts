/**
 * Compares the feed with the bank's own truth, as an outside judge: every booked row of the bank
 * exactly once. Rows are compared by day and amount with their multiplicity, since nothing else is
 * the same word for word on both sides.
 */
import type { Bank } from '../../bank/bank.ts'
import { formatMoney } from '../domain/money.ts'
import type { TenantStore } from '../ports/store.ts'

export type Comparison = { readonly rows: number; readonly lost: number; readonly doubled: number }

const PAGE = 500

/** All accounts of the feed that the bank knows. */
export async function compareWithBank(store: TenantStore, bank: Bank): Promise<Comparison> {
  let [rows, lost, doubled] = [0, 0, 0]
  const accounts = (await store.accounts.list()).filter(({ number }) => number !== null && bank.has(number))
  // Two accounts may name one of the bank's: what was listed as new, and then said to continue another.
  for (const [number, same] of Map.groupBy(accounts, (account) => account.number ?? '')) {
    const booked = countBy(bank.truth(number).filter((row) => row.state === 'booked').map((row) => `${row.bookedOn} ${row.amount}`))
    const fed = countBy((await Promise.all(same.map(({ id }) => postedRows(store, id)))).flat())
    for (const key of new Set([...booked.keys(), ...fed.keys()])) {
      const difference = (fed.get(key) ?? 0) - (booked.get(key) ?? 0)
      if (difference > 0) doubled += difference
      else lost -= difference
    }
    rows += [...booked.values()].reduce((sum, count) => sum + count, 0)
  }
  return { rows, lost, doubled }
}

async function postedRows(store: TenantStore, accountId: string): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({ accountId, states: ['posted'], includeDeleted: true, limit: PAGE, ...(cursor === null ? {} : { cursor }) })
    for (const row of page.rows) keys.push(`${row.postedOn} ${formatMoney({ minor: row.amount, currency: row.currency })}`)
    cursor = page.next
  } while (cursor !== null)
  return keys
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}
