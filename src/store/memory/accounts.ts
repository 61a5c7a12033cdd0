/** Accounts and their sources of one tenant in memory; see `AccountStore`. */
import type { Account, AccountSource } from '../../domain/account.ts'
import type { AccountStore, AccountSummary } from '../../ports/store.ts'
import { counting } from './feed.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

const inOrder = by<Account>((a) => a.createdAt, (a) => a.id)

export function memoryAccounts(state: TenantState): AccountStore {
  const { accounts, sources } = state
  function checkSource(source: AccountSource): void {
    if (source.connectionId !== null && !state.connections.has(source.connectionId)) throw new Error('a source of a connection that does not exist')
    if (sources.has(source.id)) throw new Error(`the id ${source.id} is used`)
  }
  return {
    async create(account, source) {
      if (source.accountId !== account.id) throw new Error('the first source of an account belongs to another account')
      checkSource(source)
      insert(accounts, account)
      insert(sources, source)
    },
    async addSource(source) {
      if (!accounts.has(source.accountId)) throw new Error('a source of an account that does not exist')
      checkSource(source)
      insert(sources, source)
    },
    async get(id) {
      return accounts.get(id) ?? null
    },
    async all() {
      return [...accounts.values()].sort(inOrder)
    },
    async list({ accountIds, connectionId } = {}) {
      const fed = connectionId === undefined ? null : new Set([...sources.values()].filter((s) => s.connectionId === connectionId).map((s) => s.accountId))
      const wanted = [...accounts.values()].filter((a) => (accountIds === undefined || accountIds.includes(a.id)) && (fed === null || fed.has(a.id)))
      return wanted.sort(inOrder).map((account) => summary(state, account))
    },
    async update(id, changes) {
      patch(accounts, id, changes)
    },
    async sources({ accountId, connectionId }) {
      const wanted = [...sources.values()].filter(
        (s) => (accountId === undefined || s.accountId === accountId) && (connectionId === undefined || s.connectionId === connectionId),
      )
      return wanted.sort(by((s) => s.id))
    },
    async feeds(connectionId) {
      const own = [...sources.values()].filter((s) => s.connectionId === connectionId).sort(by((s) => s.id))
      return own.map((source) => ({ source, account: accounts.get(source.accountId)! }))
    },
    async updateSource(id, changes) {
      const { connectionId } = changes
      if (connectionId !== undefined && connectionId !== null && !state.connections.has(connectionId)) {
        throw new Error('a source of a connection that does not exist')
      }
      patch(sources, id, changes)
    },
    async fileDates() {
      return [...state.fileDates.values()].sort(by((said) => said.accountId, (said) => said.format))
    },
    async keepFileDates(said) {
      if (!accounts.has(said.accountId)) throw new Error('dates of an account that does not exist')
      state.fileDates.set(`${said.accountId} ${said.format}`, said)
    },
    async forgetFileDates(accountId) {
      const said = [...state.fileDates].filter(([, one]) => one.accountId === accountId)
      for (const [key] of said) state.fileDates.delete(key)
      return said.length > 0
    },
    async findByRef(ref) {
      const same = [...sources.values()].filter(
        (s) => s.ref.number === ref.number && s.ref.kind === ref.kind && (s.ref.bankId === null || ref.bankId === null || s.ref.bankId === ref.bankId),
      )
      const ids = new Set(same.map((s) => s.accountId))
      return [...accounts.values()].filter((a) => ids.has(a.id)).sort(by((a) => a.createdAt, (a) => a.id))
    },
  }
}

function summary(state: TenantState, account: Account): AccountSummary {
  let [sum, rows, forReview] = [0n, 0, 0]
  let newestRowOn: AccountSummary['newestRowOn'] = null
  for (const ids of state.feed.days(account.id).values()) {
    for (const id of ids) {
      const row = state.feed.transactions.get(id)!
      if (row.state === 'withdrawn' || row.decisions.deleted) continue
      rows++
      if (row.decisions.review === 'for_review' && !row.decisions.excluded) forReview++
      if (row.state === 'posted') sum += row.amount
      if (newestRowOn === null || row.postedOn > newestRowOn) newestRowOn = row.postedOn
    }
  }
  const stated = counting(state, state.balances)
    .filter((b) => b.accountId === account.id && (b.kind === 'ledger' || b.kind === 'closing'))
    .sort(by((b) => b.on, (b) => b.observedAt))
    .at(-1)
  const own = [...state.sources.values()].filter((s) => s.accountId === account.id && s.connectionId !== null)
  return {
    ...account,
    balance: stated?.amount ?? sum,
    balanceOn: stated?.on ?? newestRowOn,
    balanceIsStated: stated !== undefined,
    newestRowOn, rows, forReview,
    connectionIds: [...new Set(own.map((s) => s.connectionId!))].sort(),
  }
}
