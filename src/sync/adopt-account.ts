/**
 * What only a person can say of an account: that a new number continues it, where its rows are too
 * few to prove so, and the way back. Rows, ids, matches and decisions of the old account stay; nothing is ever
 * re-pointed by name.
 */
import type { Account, AccountId, AccountSource } from '../domain/account.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { isAlike, sameRef } from './account-ref.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { holdsRows } from './holds-rows.ts'

type Deps = Pick<SyncDeps, 'store' | 'clock' | 'entropy'>

/**
 * The account that the bank no longer lists goes on under the reference of a new one, which it lists and which holds no rows yet.
 * The new account is closed; the next sync reads the days in between into the old one.
 */
export async function adoptAccount(deps: Deps, connectionId: string, missingId: AccountId, newId: AccountId): Promise<Result<null, Refusal>> {
  return whileUnread(deps, connectionId, async () => {
    const { accounts } = deps.store
    const [old, fresh] = await Promise.all([accounts.get(missingId), accounts.get(newId)])
    const [oldSource, freshSource] = await Promise.all([sourceOf(deps, connectionId, missingId), sourceOf(deps, connectionId, newId)])
    if (old === null || fresh === null || oldSource === null || freshSource === null || missingId === newId) return failed(NOT_OF_CONNECTION)
    const refusal = await refusalFor(deps, old, fresh)
    if (refusal !== null) return failed(refusal)
    // The new one goes first: a crash in between leaves it to be listed again, and nothing is read twice.
    await accounts.updateSource(freshSource.id, { state: 'replaced' })
    await accounts.update(newId, { state: 'closed' })
    // Under the former number files of before still find the account, and the way back what it was.
    await accounts.addSource({ ...oldSource, id: deps.entropy.id(deps.clock.now()), state: 'replaced' })
    await accounts.updateSource(oldSource.id, { ref: freshSource.ref, state: 'active' })
    await accounts.update(missingId, { number: freshSource.ref.number, bankId: freshSource.ref.bankId, state: 'open' })
    return ok(null)
  })
}

/**
 * Takes that back: the account has its former number, under which the bank does not list it, and the new one waits to be chosen. What
 * was read meanwhile stays where it is: each of those reads is a run, and is taken back as such.
 */
export async function partAccount(deps: Deps, connectionId: string, accountId: AccountId): Promise<Result<null, Refusal>> {
  return whileUnread(deps, connectionId, async () => {
    const { accounts } = deps.store
    const adoption = adoptionOf(await accounts.sources({ connectionId }), accountId)
    if (adoption === null) return failed(NOT_ADOPTED)
    const { own, former, fresh } = adoption
    // In this order a crash in between leaves both to be done once more, and nothing is read twice.
    await accounts.update(accountId, { number: former.ref.number, bankId: former.ref.bankId, state: 'missing' })
    await accounts.update(fresh.accountId, { state: 'paused' })
    await accounts.updateSource(fresh.id, { state: 'paused' })
    await accounts.updateSource(own.id, { ref: former.ref })
    return ok(null)
  })
}

/** What a person joined: the source that feeds the account, under which number it did before, and the account that the bank's new number was of. `sources`: all of the connection. Null: nobody did. */
export function adoptionOf(sources: readonly AccountSource[], accountId: AccountId): { readonly own: AccountSource; readonly former: AccountSource; readonly fresh: AccountSource } | null {
  const own = sources.find((source) => source.accountId === accountId && source.state !== 'replaced')
  if (own === undefined) return null
  const former = sources.filter((source) => source.accountId === accountId && source.state === 'replaced' && !sameRef(source.ref, own.ref)).sort((a, b) => (a.id < b.id ? 1 : -1))[0]
  const fresh = sources.find((source) => source.accountId !== accountId && source.state === 'replaced' && sameRef(source.ref, own.ref))
  return former === undefined || fresh === undefined ? null : { own, former, fresh }
}

async function whileUnread(deps: Deps, connectionId: string, work: () => Promise<Result<null, Refusal>>): Promise<Result<null, Refusal>> {
  return (await deps.store.connections.exclusively(connectionId, work)) ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

/** Why one does not continue the other; null: it may. */
async function refusalFor({ store }: Deps, old: Account, fresh: Account): Promise<Refusal | null> {
  if (old.state !== 'missing') return { code: 'wrong_state', message: `The bank still lists "${old.name}"; only an account that it no longer lists can go on under another number.` }
  if (fresh.state === 'missing' || fresh.state === 'closed') return { code: 'wrong_state', message: `The bank does not list "${fresh.name}" as open, so nothing can go on with it.` }
  if (!isAlike(old, fresh)) return { code: 'invalid', message: `"${fresh.name}" is of another kind or currency than "${old.name}".` }
  return (await holdsRows(store, fresh.id)) ? { code: 'wrong_state', message: `"${fresh.name}" holds rows of its own already; only an account that was never read can continue another.` } : null
}

async function sourceOf(deps: Deps, connectionId: string, accountId: AccountId): Promise<AccountSource | null> {
  const sources = await deps.store.accounts.sources({ connectionId, accountId })
  return sources.find((source) => source.state !== 'replaced') ?? null
}

const NOT_OF_CONNECTION: Refusal = { code: 'not_found', message: 'Both accounts must belong to this connection.' }
const NOT_ADOPTED: Refusal = { code: 'not_found', message: 'Nobody said of this account that it goes on under another number.' }
