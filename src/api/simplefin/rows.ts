/**
 * The rows of an account for one request: the window by booking day, before it what arrived late.
 * Neither withdrawn nor deleted rows, nor those that a person keeps out of the books. Ids never
 * change, also not when a pending row is posted. Read page by page: memory does not grow with the feed.
 */
import type { ConsumerRead } from '../../domain/consumer.ts'
import { addDays, type Day, type DayRange } from '../../domain/day.ts'
import { decimalsOf, formatMinor } from '../../domain/money.ts'
import type { Transaction, TransactionState } from '../../domain/transaction.ts'
import type { TransactionFilter } from '../../ports/feed.ts'
import type { TenantStore } from '../../ports/store.ts'
import { descriptionOf } from '../shapes.ts'
import { boundsOf, noonOf, type AccountsRequest } from './request.ts'

const PAGE = 2_000

/** Oldest first, in pages. `read`: what the consumer has taken of this account before; null: nothing. */
export async function* rowsFor(store: TenantStore, accountId: string, request: AccountsRequest, read: ConsumerRead | null): AsyncGenerator<readonly Transaction[]> {
  const states: readonly TransactionState[] = request.pending ? ['posted', 'pending'] : ['posted']
  const { first, last } = boundsOf(request)
  const late = first === null ? null : lateDays(first, read)
  if (late !== null && read !== null && request.start !== null) {
    const until = request.end === null ? Number.MAX_SAFE_INTEGER : request.end * 1_000
    yield* shown(store, { accountId, states, ...late, arrived: { since: Math.max(request.start * 1_000, read.at), until } })
  }
  if (first !== null && last !== null && first > last) return
  yield* shown(store, { accountId, states, ...(first === null ? {} : { from: first }), ...(last === null ? {} : { to: last }) })
}

/**
 * Days before the window that the consumer has taken already: what came to them since would never reach
 * it otherwise. History that it never asked for is not late, so an import of old files floods nobody.
 */
function lateDays(first: Day, read: ConsumerRead | null): DayRange | null {
  return read === null || read.from >= first ? null : { from: read.from, to: addDays(first, -1) }
}

async function* shown(store: TenantStore, filter: Omit<TransactionFilter, 'limit' | 'order' | 'cursor'>): AsyncGenerator<readonly Transaction[]> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({ ...filter, order: 'oldest', limit: PAGE, ...(cursor === null ? {} : { cursor }) })
    yield page.rows.filter((row) => !row.decisions.excluded)
    cursor = page.next
  } while (cursor !== null)
}

/**
 * The transaction in both versions of the protocol. Amounts are positive for money that comes in. A
 * pending row has no posting time yet: `posted` is 0 and `transacted_at` dates it.
 */
export function transactionOf(row: Transaction): Record<string, unknown> {
  const pending = row.state === 'pending'
  const description = descriptionOf(row).trim() || 'No description'
  const transactedOn = row.transactedOn ?? (pending ? row.postedOn : null)
  const { category } = row.decisions
  const { checkNumber, reference, kind, foreignAmount, foreignCurrency } = row
  return {
    id: row.id,
    posted: pending ? 0 : noonOf(row.postedOn),
    ...(transactedOn === null ? {} : { transacted_at: noonOf(transactedOn) }),
    amount: plainAmount(row.amount, row.currency),
    description,
    payee: row.name ?? description,
    memo: row.memo ?? '',
    pending,
    extra: present({ category, check_number: checkNumber, reference, kind, foreign_amount: foreignAmount, foreign_currency: foreignCurrency }),
  }
}

/**
 * An exact decimal with two decimals wherever two hold it, whatever the currency: a client that drops the
 * point and counts cents reads 1000.00 JPY and 12.34 KWD right. More decimals only where they are needed.
 */
export function plainAmount(minor: bigint, currency: string): string {
  const decimals = decimalsOf(currency)
  const text = formatMinor(minor, decimals)
  if (decimals === 2) return text
  const [whole = '', fraction = ''] = text.split('.')
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`
}

function present(facts: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== null))
}
