/**
 * An account is in no known currency until a statement tells it (`XXX`, ISO 4217), or a person says it. From then on its
 * rows are in it as well: rows are known again by day, amount, currency and text, so those that stay without one would
 * come twice. What a person said a person may change; what a statement told stays.
 */
import type { Account } from '../domain/account.ts'
import { decimalsOf, type Currency } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { FeedStore, TransactionUpdate } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import { textOf } from './candidate.ts'
import { contentKey } from './identity.ts'

/** Who tells it, a statement or a person who says it, and when. */
export type Telling = { readonly isSaid: boolean; readonly at: number }

const PAGE = 1_000
const ALL_STATES = ['pending', 'posted', 'withdrawn'] as const

/** Whether another currency may take the place of the account's. */
export function isOpenCurrency({ currency, currencyIsSaid }: Pick<Account, 'currency' | 'currencyIsSaid'>): boolean {
  return currency === UNKNOWN_CURRENCY || currencyIsSaid
}

/**
 * Whether what the account holds can be in that currency: amounts stand in minor units, and those without one were read with
 * two decimals. What was taken back holds nothing up: it stays as it is, and does not come back.
 */
export async function mayBeIn({ feed }: Pick<TenantStore, 'feed'>, account: Account, currency: Currency): Promise<boolean> {
  if (!isOpenCurrency(account) || haveSameCoins(account.currency, currency)) return true
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await pageOf(feed, account.id, cursor)
    if (page.rows.some(({ withdrawnReason }) => withdrawnReason !== 'undone')) return false
    cursor = page.next
  }
  return true
}

/** Whether amounts in minor units of one are the same ones in the other. */
function haveSameCoins(one: Currency, other: Currency): boolean {
  return decimalsOf(one) === decimalsOf(other)
}

/** For a person: what to do where `mayBeIn` says no to a statement. */
export function cannotBeIn(account: Account, currency: Currency): string {
  return `The rows that "${account.name}" holds came without a currency and were read with two decimals, but the statement is in ${currency}, which has ${decimalsOf(currency)}. Undo the imports that brought them, import this statement first, then import them again.`
}

/**
 * Gives the rows the currency page by page, and the account last: after a crash who tells it again goes on where this one
 * ended, and who tells another takes the rows along: none of an account whose currency is open has its own, but what was
 * taken back while one was told. Undoing the import of a statement that told it leaves it told. Rejects where `mayBeIn` says no.
 */
export async function nameCurrency(store: Pick<TenantStore, 'feed' | 'accounts'>, account: Account, currency: Currency, { isSaid, at }: Telling): Promise<Account> {
  if (!(await mayBeIn(store, account, currency))) throw new Error(cannotBeIn(account, currency))
  const isOpen = isOpenCurrency(account)
  const goesAlong = (row: Transaction): boolean => [row.currency, account.currency].includes(UNKNOWN_CURRENCY) || (isOpen && row.withdrawnReason !== 'undone')
  for (let cursor: string | null | undefined = haveSameCoins(isOpen ? account.currency : UNKNOWN_CURRENCY, currency) ? undefined : null; cursor !== null; ) {
    const page = await pageOf(store.feed, account.id, cursor)
    await store.feed.changeRows(account.id, page.rows.filter((row) => row.currency !== currency && goesAlong(row)).map((row) => updateOf(row, currency, at)), at)
    cursor = page.next
  }
  const named = { currency, currencyIsSaid: isSaid && currency !== UNKNOWN_CURRENCY }
  await store.accounts.update(account.id, named)
  return { ...account, ...named }
}

/** A statement tells the currency that a person said: nobody changes it any more. */
export async function tellCurrency({ accounts }: Pick<TenantStore, 'accounts'>, { id, currencyIsSaid }: Account): Promise<void> {
  if (currencyIsSaid) await accounts.update(id, { currencyIsSaid: false })
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
    change: { transactionId: row.id, at, runId: null, reason: 'currency_told', by: null, changes: { currency: [row.currency, currency] } },
  }
}
