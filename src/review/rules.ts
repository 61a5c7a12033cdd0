/** Rules that a person made: which rows they speak of, and what one would change before it is made. */
import type { CategoryRule } from '../domain/review.ts'
import { finder } from '../domain/sought-words.ts'
import type { Transaction } from '../domain/transaction.ts'

function ruleSpeaksOf(rule: Pick<CategoryRule, 'contains' | 'accountId'>, row: Transaction): boolean {
  if (rule.accountId !== null && rule.accountId !== row.accountId) return false
  return [row.name, row.memo].some(found(rule.contains))
}

/** A rule is asked about every row of a list. */
const finders = new Map<string, (inside: string | null) => boolean>()
const MOST_FINDERS = 1_000

function found(text: string): (inside: string | null) => boolean {
  const known = finders.get(text)
  if (known !== undefined) return known
  if (finders.size >= MOST_FINDERS) finders.clear()
  const made = finder(text)
  finders.set(text, made)
  return made
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
