/**
 * What only a person can say of an account: that a new number continues it, where its rows are too
 * few to prove so. Rows, ids, matches and decisions of the old account stay; nothing is ever
 * re-pointed by name.
 */
import type { AccountId, AccountSource } from '../domain/account.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Refusal, SyncDeps } from './deps.ts'

type Deps = Pick<SyncDeps, 'store'>

/**
 * The missing account goes on under the reference of the new one, which must not hold rows yet. The
 * new account is closed; the next sync reads the days in between into the old one.
 */
export async function adoptAccount(deps: Deps, connectionId: string, missingId: AccountId, newId: AccountId): Promise<Result<null, Refusal>> {
  const done = await deps.store.connections.exclusively(connectionId, async (): Promise<Result<null, Refusal>> => {
    const { accounts, feed } = deps.store
    const [old, fresh] = await Promise.all([accounts.get(missingId), accounts.get(newId)])
    const [oldSource, freshSource] = await Promise.all([sourceOf(deps, connectionId, missingId), sourceOf(deps, connectionId, newId)])
    if (old === null || fresh === null || oldSource === null || freshSource === null || missingId === newId) return failed(NOT_OF_CONNECTION)
    if (old.kind !== fresh.kind) return failed({ code: 'invalid', message: `"${fresh.name}" is another kind of account than "${old.name}".` })
    const hasRows = (await feed.transactions({ accountId: newId, limit: 1, includeDeleted: true })).rows.length > 0
    if (hasRows) return failed({ code: 'wrong_state', message: `"${fresh.name}" holds rows of its own already; only an account that was never read can continue another.` })
    // The new one goes first: a crash in between leaves it to be listed again, and nothing is read twice.
    await accounts.updateSource(freshSource.id, { state: 'replaced' })
    await accounts.update(newId, { state: 'closed' })
    await accounts.updateSource(oldSource.id, { ref: freshSource.ref, state: 'active' })
    await accounts.update(missingId, { number: freshSource.ref.number, bankId: freshSource.ref.bankId, state: 'open' })
    return ok(null)
  })
  return done ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

async function sourceOf(deps: Deps, connectionId: string, accountId: AccountId): Promise<AccountSource | null> {
  const sources = await deps.store.accounts.sources({ connectionId, accountId })
  return sources.find((source) => source.state !== 'replaced') ?? null
}

const NOT_OF_CONNECTION: Refusal = { code: 'not_found', message: 'Both accounts must belong to this connection.' }
