/**
 * An account is in no known currency until a statement tells it (`XXX`, ISO 4217). From then on its rows are in it as
 * well: rows are known again by day, amount, currency and text, so those that stay without one would come twice.
 */
import type { Account } from '../domain/account.ts'
import { decimalsOf, type Currency } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { FeedStore, TransactionUpdate } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { UNKNOWN_CURRENCY } from './accounts.ts'
import { textOf } from './candidate.ts'
import { contentKey } from './identity.ts'

/** `runId`, `sourceId`: of the statement that tells it, at the instant `at`. */
export type Telling = { readonly runId: string; readonly sourceId: string; readonly at: number }

const PAGE = 1_000
const ALL_STATES = ['pending', 'posted', 'withdrawn'] as const

/**
 * Whether what the account holds can be in that currency: amounts without one were read with two decimals, and stand in
 * its minor units. What was taken back holds nothing up: it stays as it is, and does not come back.
 */
export async function mayBeIn({ feed }: Pick<TenantStore, 'feed'>, account: Account, currency: Currency): Promise<boolean> {
  if (account.currency !== UNKNOWN_CURRENCY || hasItsCoins(currency)) return true
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await pageOf(feed, account.id, cursor)
    if (page.rows.some(({ withdrawnReason }) => withdrawnReason !== 'undone')) return false
    cursor = page.next
  }
  return true
}

/** Whether amounts in minor units of no known currency are the same ones in that currency. */
function hasItsCoins(currency: Currency): boolean {
  return decimalsOf(currency) === decimalsOf(UNKNOWN_CURRENCY)
}

/** For a person: what to do where `mayBeIn` says no. */
export function cannotBeIn(account: Account, currency: Currency): string {
  return `The rows that "${account.name}" holds came without a currency and were read with two decimals, but the statement is in ${currency}, which has ${decimalsOf(currency)}. Undo the imports that brought them, import this statement first, then import them again.`
}

/**
 * Gives the rows the currency page by page, and the account last: after a crash the next statement that tells it goes on
 * where this one ended, and one that tells another takes the rows along: none of an account without a currency has its own.
 * Undoing that statement's import leaves the currency told. Rejects where `mayBeIn` says no.
 */
export async function nameCurrency(store: Pick<TenantStore, 'feed' | 'accounts'>, account: Account, currency: Currency, telling: Telling): Promise<Account> {
  if (!(await mayBeIn(store, account, currency))) throw new Error(cannotBeIn(account, currency))
  const isTold = (row: Transaction): boolean => row.currency === currency || (row.currency !== UNKNOWN_CURRENCY && account.currency !== UNKNOWN_CURRENCY)
  for (let cursor: string | null | undefined = hasItsCoins(currency) ? undefined : null; cursor !== null; ) {
    const page = await pageOf(store.feed, account.id, cursor)
    const updates = page.rows.filter((row) => !isTold(row)).map((row) => updateOf(row, currency, telling.at))
    if (updates.length > 0) {
      await store.feed.commitPage({ ...telling, accountId: account.id, seen: [], observations: [], inserts: [], updates, questions: [], covers: null, balances: [], spans: [], cursor: null })
    }
    cursor = page.next
  }
  await store.accounts.update(account.id, { currency })
  return { ...account, currency }
}

/**
 * Whether the account holds rows that were taken back in another currency than it is in by now: once all is taken back
 * another one can be told, and what came in the former one cannot stand beside it.
 */
export async function wasTakenBackInAnother({ accounts, feed }: Pick<TenantStore, 'feed' | 'accounts'>, accountId: string): Promise<boolean> {
  const account = await accounts.get(accountId)
  for (let cursor: string | null | undefined; account !== null && cursor !== null; ) {
    const page = await pageOf(feed, accountId, cursor)
    if (page.rows.some(({ currency, withdrawnReason }) => withdrawnReason === 'undone' && currency !== account.currency)) return true
    cursor = page.next
  }
  return false
}

function pageOf(feed: FeedStore, accountId: string, cursor?: string | null): ReturnType<FeedStore['transactions']> {
  return feed.transactions({ accountId, states: ALL_STATES, includeDeleted: true, order: 'oldest', limit: PAGE, ...(cursor == null ? {} : { cursor }) })
}

/** A change of no run: taking back the import that told the currency does not make the money of another one unknown again. */
function updateOf(row: Transaction, currency: Currency, at: number): TransactionUpdate {
  return {
    id: row.id, content: { currency }, state: row.state, withdrawnReason: row.withdrawnReason,
    contentKey: contentKey(row.postedOn, row.amount, currency, textOf(row)),
    change: { transactionId: row.id, at, runId: null, reason: 'currency_told', changes: { currency: [row.currency, currency] } },
  }
}
