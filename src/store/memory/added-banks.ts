/** Banks of one tenant that are in no list, in memory; see `AddedBankStore`. */
import type { AddedBankStore } from '../../ports/store.ts'
import type { TenantState } from './state.ts'

export function memoryAddedBanks({ addedBanks, connections }: TenantState): AddedBankStore {
  return {
    async list() {
      return [...addedBanks.values()]
    },
    async add(institution) {
      if (addedBanks.has(institution.id)) return false
      addedBanks.set(institution.id, institution)
      return true
    },
    async change(institution) {
      if (!addedBanks.has(institution.id)) return false
      addedBanks.set(institution.id, institution)
      return true
    },
    async remove(id) {
      if ([...connections.values()].some(({ institutionId, state }) => institutionId === id && state !== 'removed')) return false
      return addedBanks.delete(id)
    },
  }
}
