/** Everything of one tenant in memory; see `WholeStore`. */
import type { WholeStore } from '../../ports/whole.ts'
import { shown } from './feed.ts'
import { by } from './order.ts'
import type { TenantState } from './state.ts'

export function memoryWhole({ feed, questions, runs }: TenantState): WholeStore {
  return {
    async rows(after, limit) {
      return pageOf([...feed.transactions.values()], after, limit).map((row) => ({
        ...shown(row), observations: feed.observationsOf(row.id).map((o) => ({ ...o.row, tier: o.tier })).sort(by((o) => o.observedAt, (o) => o.id)), history: [...(feed.history.get(row.id) ?? [])],
      }))
    },
    async questions(after, limit) {
      return pageOf([...questions.values()], after, limit)
    },
    async runs(after, limit) {
      return pageOf([...runs.values()], after, limit)
    },
  }
}

function pageOf<T extends { readonly id: string }>(all: readonly T[], after: string | null, limit: number): readonly T[] {
  return all.filter(({ id }) => after === null || id > after).sort(by(({ id }) => id)).slice(0, limit)
}
