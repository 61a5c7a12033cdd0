/** What reviewing needs of one tenant in memory; see `ReviewStore`. */
import type { Transaction } from '../../domain/transaction.ts'
import { finder } from '../../domain/sought-words.ts'
import type { NewTransaction } from '../../ports/feed.ts'
import type { ReviewStore } from '../../ports/review.ts'
import { applyDecisions, isFree, reviewBeforePairing, ruleAsActor } from '../decide.ts'
import { put, shown } from './feed.ts'
import { by } from './order.ts'
import type { TenantState } from './state.ts'

export function memoryReview({ feed, rules, removedRules, ruleRows, accounts }: TenantState): ReviewStore {
  const newest = (wanted: (row: NewTransaction) => boolean, limit: number): readonly Transaction[] =>
    [...feed.transactions.values()].filter(wanted).sort(by((row) => row.postedOn, (row) => row.id)).reverse().slice(0, limit).map(shown)
  const sidesOf = (transferId: string): readonly NewTransaction[] => [...feed.transactions.values()].filter(({ decisions, state }) => decisions.transfer === transferId && state !== 'withdrawn')
  return {
    async rules() {
      return [...rules.values()].sort(by((rule) => rule.createdAt, (rule) => rule.id))
    },
    async saveRule(rule, rows, at) {
      if (rule.accountId !== null && !accounts.has(rule.accountId)) throw new Error('a rule of an account that does not exist')
      rules.set(rule.id, rule)
      const changed = rows.filter(({ id, category }) => category !== rule.category && feed.transactions.get(id)?.decisions.category === category)
      for (const { id } of changed) put(feed, applyDecisions(feed.transactions.get(id)!, { category: rule.category }, at, ruleAsActor(rule.id)))
      ruleRows.set(rule.id, changed.map((row) => ({ ...row, givenBack: false })))
      return changed.length
    },
    async removeRule(id, restore, at) {
      const rule = rules.get(id)
      if (rule === undefined) return null
      const gave = ruleRows.get(id) ?? []
      const held = restore ? gave.filter((row) => feed.transactions.get(row.id)?.decisions.category === rule.category) : []
      for (const { id: rowId, category } of held) put(feed, applyDecisions(feed.transactions.get(rowId)!, { category }, at, ruleAsActor(id)))
      rules.delete(id)
      removedRules.set(id, rule)
      ruleRows.set(id, gave.map((row) => ({ ...row, givenBack: held.includes(row) })))
      return held.length
    },
    async bringBackRule(id, at) {
      const rule = removedRules.get(id)
      if (rule === undefined) return null
      const gave = ruleRows.get(id) ?? []
      const again = gave.filter((row) => row.givenBack && feed.transactions.get(row.id)?.decisions.category === row.category)
      for (const { id: rowId } of again) put(feed, applyDecisions(feed.transactions.get(rowId)!, { category: rule.category }, at, ruleAsActor(id)))
      removedRules.delete(id)
      rules.set(id, rule)
      ruleRows.set(id, gave.filter((row) => !row.givenBack || again.includes(row)).map((row) => ({ ...row, givenBack: false })))
      return again.length
    },
    async removedRule(id) {
      return removedRules.get(id) ?? null
    },
    async removedRules(limit) {
      return [...removedRules.values()].reverse().slice(0, limit)
    },
    async containing(text, accountId, limit) {
      const wanted = finder(text)
      return newest((row) => isFree(row) && (accountId === null || row.accountId === accountId) && [row.name, row.memo].some(wanted), limit)
    },
    async categories() {
      const counts = new Map<string, number>()
      for (const { decisions: { category, deleted } } of feed.transactions.values()) if (category !== null && !deleted) counts.set(category, (counts.get(category) ?? 0) + 1)
      return [...counts].map(([category, rows]) => ({ category, rows })).sort(by(({ category }) => category))
    },
    async categorised(limit) {
      return newest(({ decisions }) => decisions.category !== null, limit)
    },
    async opposites({ accountId, currency, amounts, from, to, limit }) {
      return newest((row) => isFree(row) && row.decisions.transfer === null && row.accountId !== accountId && row.currency === currency && row.postedOn >= from && row.postedOn <= to && amounts.includes(row.amount), limit)
    },
    async pair(transferId, sides, at) {
      const rows = sides.map((id) => feed.transactions.get(id))
      if (!rows.every((row) => row !== undefined && isFree(row) && row.decisions.transfer === null)) return false
      for (const row of rows) put(feed, applyDecisions(row!, { transfer: transferId, review: 'accepted' }, at))
      return true
    },
    async sides(transferId) {
      return sidesOf(transferId).toSorted(by((row) => row.amount, (row) => row.id)).map(shown)
    },
    async unpair(transferId, at) {
      const rows = sidesOf(transferId)
      for (const row of rows) put(feed, applyDecisions(row, { transfer: null, review: reviewBeforePairing(feed.history.get(row.id) ?? [], transferId) }, at))
      return rows.length > 0
    },
  }
}
