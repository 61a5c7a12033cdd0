/**
 * The bank's list of accounts against ours. Accounts are known by the bank's own reference, never by
 * name. An empty or cut list is never "no accounts". A renumbered account stays the same account
 * only when its rows prove it (`renumber.ts`); otherwise a new one waits for a person.
 */
import type { AccountList, ListedAccount } from '../connector-kit/connector.ts'
import type { Account, AccountRef, AccountSource, AccountState } from '../domain/account.ts'
import type { Failure } from '../domain/evidence.ts'
import type { Currency } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { findRenumbered } from './renumber.ts'
import type { Session } from './session.ts'

/** "No currency" in ISO 4217: what an account has until a statement tells. */
export const UNKNOWN_CURRENCY: Currency = 'XXX'

/** What the connection feeds: a source with its account. */
export type Feed = { readonly source: AccountSource; readonly account: Account }

/** Brings what the connection feeds up to the list, and tells how it is then. A failure means that the list cannot be used at all. */
export async function reconcileAccounts(session: Session, feeds: readonly Feed[], list: AccountList): Promise<Result<readonly Feed[], Failure>> {
  const sources = feeds.map(({ source }) => source)
  if (list.accounts.length === 0 && session.trial === null) return sources.length > 0 ? ok(feeds) : failed(emptyList())
  if (isSomebodyElse(session, sources, list)) {
    // A new card has a new number; then its rows tell whose it is, and from here on something is in common.
    const active = sources.filter(({ state }) => state === 'active')
    const { absent } = await findRenumbered(session, list.accounts.filter(({ status }) => status === 'open'), active)
    return absent.length === active.length ? failed(identityChanged()) : reconcileAccounts(session, await session.deps.store.accounts.feeds(session.connection.id), list)
  }
  const known = new Map(list.accounts.map((listed) => [listed, sources.find((source) => source.state !== 'replaced' && sameRef(source.ref, listed.ref))]))
  const accountOf = (source: AccountSource): Account => feeds.find((feed) => feed.source === source)!.account
  let moved = false
  for (const [listed, source] of known) if (source !== undefined && (await follow(session, accountOf(source), source, listed))) moved = true
  const absent = list.complete ? sources.filter((source) => source.state === 'active' && ![...known.values()].includes(source)) : []
  const unknown = list.accounts.filter((listed) => known.get(listed) === undefined && listed.status === 'open')
  if (!moved && absent.length === 0 && unknown.length === 0) return ok(feeds)
  const left = await findRenumbered(session, unknown, absent)
  for (const source of left.absent) await setState(session, accountOf(source), ['open'], 'missing')
  const created: string[] = []
  for (const listed of left.unknown) created.push(await addAccount(session, listed))
  session.newAccountIds = session.connection.state === 'connecting' ? [] : created
  return ok(await session.deps.store.accounts.feeds(session.connection.id))
}

/** Same number and kind; bank and branch must agree where both tell one. */
export function sameRef(a: AccountRef, b: AccountRef): boolean {
  const agree = (x: string | null, y: string | null) => x === null || y === null || x === y
  return a.number === b.number && a.kind === b.kind && agree(a.bankId, b.bankId) && agree(a.branchId, b.branchId)
}

/** A listed account that we know: the bank's word on it counts, but a person's choice stays. */
async function follow(session: Session, account: Account, source: AccountSource, listed: ListedAccount): Promise<boolean> {
  if (listed.status === 'closed') return setState(session, account, ['open', 'missing'], 'closed')
  // What the bank opens again is read again, where it was read before.
  return setState(session, account, source.state === 'active' ? ['missing', 'closed'] : ['missing'], 'open')
}

/** True when the state is another one now. */
async function setState(session: Session, account: Account, from: readonly AccountState[], to: AccountState): Promise<boolean> {
  if (!from.includes(account.state)) return false
  await session.deps.store.accounts.update(account.id, { state: to })
  return true
}

/**
 * A new source: of an account that another source knows by the same number (files, a removed
 * connection), else of a new account. At the first sign-in all are read, unless a person wants to choose; later ones wait for a person.
 */
async function addAccount(session: Session, listed: ListedAccount): Promise<string> {
  const { store, clock } = session.deps
  const existing = await sameAccount(session, listed)
  const accountId = existing?.id ?? session.newId()
  const chosen = session.connection.state === 'connecting' && session.connection.readPlan?.awaitsChoice !== true && listed.status === 'open'
  const source: AccountSource = {
    id: session.newId(), accountId, connectionId: session.connection.id, program: null, ref: listed.ref, state: chosen ? 'active' : 'paused', sign: 1,
  }
  if (existing !== null) {
    await store.accounts.addSource(source)
    return accountId
  }
  await store.accounts.create(
    {
      id: accountId, name: listed.name, number: listed.ref.number, bankId: listed.ref.bankId, kind: listed.ref.kind,
      currency: listed.currency ?? UNKNOWN_CURRENCY, currencyIsSaid: false, state: listed.status === 'closed' ? 'closed' : chosen ? 'open' : 'paused',
      institutionName: session.institution.name, startOn: null, createdAt: clock.now(),
    },
    source,
  )
  return accountId
}

/** Exactly one account with this full number, of the same currency, that this connection does not feed yet. */
async function sameAccount(session: Session, listed: ListedAccount): Promise<Account | null> {
  if (isMasked(listed.ref)) return null
  const found = (await session.deps.store.accounts.findByRef(listed.ref)).filter(
    (account) => listed.currency === null || account.currency === UNKNOWN_CURRENCY || account.currency === listed.currency,
  )
  const own = new Set((await session.deps.store.accounts.sources({ connectionId: session.connection.id })).map((source) => source.accountId))
  const free = found.filter((account) => !own.has(account.id))
  // One that was closed, as when its number was found to be another account's new one, does not compete with one that lives.
  const alive = free.filter((account) => account.state !== 'closed')
  const [first, ...others] = alive.length > 0 ? alive : free
  return first !== undefined && others.length === 0 ? first : null
}

/** `****1234`, or four digits without a bank: two accounts may share it, so it proves nothing outside of its own connection. */
export function isMasked({ number, bankId }: AccountRef): boolean {
  return /[*x#•]{2,}/i.test(number) || (bankId === null && number.replace(/\W/g, '').length <= 4)
}

/**
 * After a person typed a login anew: a complete list that shows none of the accounts that this
 * connection knows belongs to somebody else, unless rows prove otherwise. A renumbered account that
 * shows too few of them cannot be told from that, and storing a stranger's rows is the worse mistake.
 */
function isSomebodyElse(session: Session, sources: readonly AccountSource[], list: AccountList): boolean {
  const noneInCommon = !sources.some((source) => list.accounts.some((listed) => sameRef(source.ref, listed.ref)))
  // Another user name must prove itself; that nothing speaks against it is not enough.
  if (session.trial !== null) return sources.length > 0 && noneInCommon
  if (session.run.trigger !== 'repair' || sources.length === 0 || !list.complete) return false
  const changedSince = session.connection.secretChangedAt !== null && session.connection.secretChangedAt > (session.connection.lastSuccessAt ?? 0)
  return changedSince && noneInCommon
}

function identityChanged(): Failure {
  const message = 'This login shows none of the accounts of this connection, nor their rows: it seems to be somebody else\'s. Nothing was stored. If the bank gave you new numbers, remove this connection (its rows stay) and connect again.'
  return { code: 'identity_changed', stage: 'accounts', retry: { kind: 'afterPerson' }, message, evidence: [{ stage: 'accounts', message }] }
}

function emptyList(): Failure {
  const message = 'The bank accepted the sign-in but listed no account.'
  return { code: 'answer_empty', stage: 'accounts', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'accounts', empty: true, message }] }
}
