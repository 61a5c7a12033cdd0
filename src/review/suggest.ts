/**
 * What Relink proposes for rows that wait for a person: a category by a rule or by what was chosen before
 * for the same payee, the other side of a transfer, and what is worth a second look. Pure; nothing is
 * decided by it.
 */
import { addDays, maxDay, minDay } from '../domain/day.ts'
import type { CategoryRule } from '../domain/review.ts'
import { isSought } from '../domain/sought-amount.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'
import { payeeOf } from './payee.ts'
import { ruleFor } from './rules.ts'
import { pairTransfers, TRANSFER_DAYS } from './transfers.ts'
import { unusualAmong, type Unusual } from './unusual.ts'

/** `times`: how often this category was chosen for the payee before. */
export type CategorySuggestion = { readonly category: string; readonly because: 'rule' | 'before'; readonly times: number }

export type Suggested = {
  readonly row: Transaction
  readonly category: CategorySuggestion | null
  readonly transfer: { readonly other: Transaction; readonly days: number } | null
  readonly unusual: Unusual | null
}

/** Of the newest so many rows that wait. */
const LOOKED_AT = 500
const LEARNED_FROM = 5_000
const PAST = 2_000
/** A category is proposed from the past when it was chosen so often, and in so large a share of the payee's rows. */
const CHOSEN = { times: 2, share: 0.75 }

/** Of one account or, with null, of all. `text`: only of rows that are sought by it. `looked`: how many rows that wait were looked at; `suggested`: those of them for which there is something to say, newest first. */
export async function suggestions(store: TenantStore, accountId: string | null, text = ''): Promise<{ readonly looked: number; readonly suggested: readonly Suggested[] }> {
  const { rows } = await store.feed.transactions({ accountId, review: 'for_review', limit: LOOKED_AT })
  if (rows.length === 0) return { looked: 0, suggested: [] }
  const [rules, categorised] = await Promise.all([store.review.rules(), store.review.categorised(LEARNED_FROM)])
  const chosen = chosenBefore(categorised)
  const beside = new Map((await Promise.all([...Map.groupBy(rows, (row) => row.accountId)].map(([id, own]) => lookBeside(store, id, own)))).flat())
  const all = rows.map((row): Suggested => ({ row, category: row.decisions.category === null ? categoryFor(row, rules, chosen) : null, transfer: null, unusual: null, ...beside.get(row.id) }))
  return { looked: rows.length, suggested: all.filter(({ row, category, transfer, unusual }) => (category !== null || transfer !== null || unusual !== null) && isSought(row, text)) }
}

/** What other rows, of this account and of others, say of rows of one account. */
async function lookBeside({ feed, review }: TenantStore, accountId: string, rows: readonly Transaction[]): Promise<readonly (readonly [id: string, Pick<Suggested, 'transfer' | 'unusual'>])[]> {
  const days = rows.map(({ postedOn }) => postedOn)
  const [from, to] = [days.reduce(minDay), days.reduce(maxDay)]
  const [{ rows: past }, opposites] = await Promise.all([
    feed.transactions({ accountId, to, limit: PAST }),
    review.opposites({ accountId, currency: rows[0]!.currency, amounts: [...new Set(rows.map(({ amount }) => -amount))], from: addDays(from, -TRANSFER_DAYS), to: addDays(to, TRANSFER_DAYS), limit: PAST }),
  ])
  const unusual = unusualAmong(rows, past)
  const transfers = new Map(pairTransfers(rows, opposites).map(({ row, other, days: apart }) => [row.id, { other, days: apart }]))
  return rows.map(({ id }) => [id, { transfer: transfers.get(id) ?? null, unusual: unusual.get(id) ?? null }] as const)
}

/** How often each category was chosen, by payee and direction: what comes back from a shop is not what was spent there. */
type Chosen = ReadonlyMap<string, ReadonlyMap<string, number>>

function chosenBefore(rows: readonly Transaction[]): Chosen {
  const chosen = new Map<string, Map<string, number>>()
  for (const row of rows) {
    const key = keyOf(row)
    const { category } = row.decisions
    if (key === null || category === null || row.state === 'withdrawn') continue
    let of = chosen.get(key)
    if (of === undefined) chosen.set(key, (of = new Map()))
    of.set(category, (of.get(category) ?? 0) + 1)
  }
  return chosen
}

function keyOf(row: Transaction): string | null {
  const payee = payeeOf(row)
  return payee === '' ? null : `${payee}|${row.amount < 0n}`
}

function categoryFor(row: Transaction, rules: readonly CategoryRule[], chosen: Chosen): CategorySuggestion | null {
  const key = keyOf(row)
  const before = key === null ? undefined : chosen.get(key)
  const rule = ruleFor(rules, row)
  if (rule !== null) return { category: rule.category, because: 'rule', times: before?.get(rule.category) ?? 0 }
  if (before === undefined) return null
  const [category, times] = [...before].reduce((best, one) => (one[1] > best[1] ? one : best))
  const all = [...before.values()].reduce((sum, one) => sum + one, 0)
  return times >= CHOSEN.times && times >= all * CHOSEN.share ? { category, because: 'before', times } : null
}
