/** Reconciled statements of one tenant in memory; see `ReconciliationStore`. */
import type { ReconciliationStore } from '../../ports/store.ts'
import { by } from './order.ts'
import { insert } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryReconciliations({ reconciliations, accounts }: TenantState): ReconciliationStore {
  return {
    async note(statement) {
      if (!accounts.has(statement.accountId)) throw new Error('a statement of an account that does not exist')
      insert(reconciliations, statement)
    },
    async list(accountId) {
      return [...reconciliations.values()].filter((one) => one.accountId === accountId).sort(by((one) => one.on, (one) => one.notedAt, (one) => one.id)).reverse()
    },
    async forget(id) {
      return reconciliations.delete(id)
    },
  }
}
