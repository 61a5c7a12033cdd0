/** Rules that a person made: which rows they speak of, and what one would change before it is made. */
import type { CategoryRule } from '../domain/review.ts'
import type { Transaction } from '../domain/transaction.ts'

function ruleSpeaksOf(rule: Pick<CategoryRule, 'contains' | 'accountId'>, row: Transaction): boolean {
  if (rule.accountId !== null && rule.accountId !== row.accountId) return false
  const wanted = rule.contains.toLowerCase()
  return [row.name, row.memo].some((part) => part?.toLowerCase().includes(wanted) === true)
}

/** Of several the most particular one: of this account before of all, then the longest text, then the newest. */
export function ruleFor(rules: readonly CategoryRule[], row: Transaction): CategoryRule | null {
  let best: CategoryRule | null = null
  for (const rule of rules) if (ruleSpeaksOf(rule, row) && (best === null || isMoreParticular(rule, best))) best = rule
  return best
}

function isMoreParticular(rule: CategoryRule, than: CategoryRule): boolean {
  if ((rule.accountId !== null) !== (than.accountId !== null)) return rule.accountId !== null
  if (rule.contains.length !== than.contains.length) return rule.contains.length > than.contains.length
  return rule.createdAt >= than.createdAt
}

/** `fresh`: rows without a category; `against`: rows for which a person chose another one; `same`: rows that have it already. */
export type DryRun = { readonly fresh: readonly Transaction[]; readonly against: readonly Transaction[]; readonly same: readonly Transaction[] }

export function dryRun(category: string, rows: readonly Transaction[]): DryRun {
  const of = (wanted: (has: string | null) => boolean) => rows.filter(({ decisions }) => wanted(decisions.category))
  return { fresh: of((has) => has === null), against: of((has) => has !== null && has !== category), same: of((has) => has === category) }
}
