/**
 * The bank's list of accounts against ours. Accounts are known by the bank's own reference, never by
 * name. An empty or cut list is never "no accounts". A renumbered account stays the same account
 * only when its rows prove it (`renumber.ts`); otherwise a new one waits for a person.
 */
import type { AccountList, ListedAccount } from '../connector-kit/connector.ts'
import type { Account, AccountSource, AccountState } from '../domain/account.ts'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { isAlike, isMasked, kindOf, learnedOf, sameRef, UNKNOWN_CURRENCY, type Feed } from './account-ref.ts'
import { formerFeeds, knownSign, mayGoOn } from './former-accounts.ts'
import { holdsRows } from './holds-rows.ts'
import { knownByRows } from './known-by-rows.ts'
import { findRenumbered, type Renumbered } from './renumber.ts'
import type { Session } from './session.ts'

/** Brings what the connection feeds up to the list, and tells how it is then. A failure means that the list cannot be used at all. */
export async function reconcileAccounts(session: Session, feeds: readonly Feed[], list: AccountList): Promise<Result<readonly Feed[], Failure>> {
  const sources = feeds.map(({ source }) => source)
  if (list.accounts.length === 0 && session.trial === null) return sources.length > 0 ? ok(feeds) : failed(emptyList())
  if (isSomebodyElse(session, sources, list)) {
    // A new card has a new number; then its rows tell whose it is, and from here on something is in common.
    const { moved } = await findRenumbered(session, list.accounts.filter(({ status }) => status === 'open'), feeds.filter(({ source }) => source.state === 'active'))
    for (const one of moved) await goOn(session, one)
    return moved.length === 0 ? failed(identityChanged()) : reconcileAccounts(session, await session.deps.store.accounts.feeds(session.connection.id), list)
  }
  const known = new Map(list.accounts.map((listed) => [listed, feeds.find(({ source }) => source.state !== 'replaced' && sameRef(source.ref, listed.ref))]))
  let moved = false
  for (const [listed, feed] of known) if (feed !== undefined && (await follow(session, feed, listed))) moved = true
  const unlisted = list.complete ? feeds.filter((feed) => ![...known.values()].includes(feed)) : []
  for (const feed of unlisted) await endWaiting(session, feed)
  const absent = unlisted.filter(({ source }) => source.state === 'active')
  const unknown = list.accounts.filter((listed) => known.get(listed) === undefined && listed.status === 'open')
  if (!moved && absent.length === 0 && unknown.length === 0) return ok(feeds)
  const [there, fresh] = await inTheBooks(session, unknown)
  const former = list.complete && fresh.length > 0 ? await mayGoOn(session, await formerFeeds(session), list.accounts, fresh) : []
  const left = await findRenumbered(session, fresh, [...absent, ...former])
  for (const one of left.moved) await goOn(session, one)
  const missing = left.absent.filter((feed) => absent.includes(feed) || mayBeOneOf(session, feed, left.unknown))
  for (const feed of missing) await miss(session, feed)
  const { accounts: told, isOpen } = await knownByRows(session, left.unknown)
  const awaitsChoice = isToChoose(session) || (isOpen && isFirst(session) && (await askWhich(session)))
  for (const listed of [...there, ...left.unknown]) {
    const waits = awaitsChoice || missing.some(({ account }) => isAlike(account, kindOf(listed)))
    await addAccount(session, listed, told.get(listed) ?? null, waits)
  }
  return ok(await session.deps.store.accounts.feeds(session.connection.id))
}

/** A listed account that we know: the bank's word on it counts, but a person's choice stays. */
async function follow(session: Session, { account, source }: Feed, listed: ListedAccount): Promise<boolean> {
  if (listed.status === 'closed') return setState(session, account, ['open', 'missing'], 'closed')
  if (source.state === 'paused' && account.state === 'closed') return (await isReplaced(session, account, listed)) ? false : setState(session, account, ['closed'], 'paused')
  // What the bank opens again is read again, where it was read before.
  return setState(session, account, source.state === 'active' ? ['missing', 'closed'] : ['missing'], 'open')
}

/** Whether another account goes on under its number by now. */
async function isReplaced({ deps: { store } }: Session, account: Account, listed: ListedAccount): Promise<boolean> {
  return (await store.accounts.findByRef(listed.ref)).some(({ id, state }) => id !== account.id && state !== 'closed')
}

/**
 * A new account that waited for a person, and that the bank lists no more before they said anything: nothing was read of it, and
 * nothing goes on there. A card may have had that number for days only. Listed again it waits again.
 */
async function endWaiting(session: Session, { account, source }: Feed): Promise<void> {
  if (source.state === 'paused' && account.state === 'paused' && !(await holdsRows(session.deps.store, account.id))) await setState(session, account, ['paused'], 'closed')
}

/** True when the state is another one now. */
async function setState(session: Session, account: Account, from: readonly AccountState[], to: AccountState): Promise<boolean> {
  if (!from.includes(account.state)) return false
  await session.deps.store.accounts.update(account.id, { state: to })
  return true
}

/** Those that the books hold rows of under the same number, and those that they do not. */
async function inTheBooks(session: Session, unknown: readonly ListedAccount[]): Promise<readonly [there: readonly ListedAccount[], fresh: readonly ListedAccount[]]> {
  const [there, fresh]: [ListedAccount[], ListedAccount[]] = [[], []]
  for (const listed of unknown) {
    const known = await sameAccount(session, listed)
    const isThere = known !== null && (await holdsRows(session.deps.store, known.id))
    ;(isThere ? there : fresh).push(listed)
  }
  return [there, fresh]
}

/** The account is fed under its new number from now on; files of before still name the former one. */
async function goOn(session: Session, { listed, feed: { account, source } }: Renumbered['moved'][number]): Promise<void> {
  const { accounts } = session.deps.store
  // Before this was known an account of its own may have been made for the new number; it was never read.
  const empty = await sameAccount(session, listed)
  if (empty !== null && empty.id !== account.id) await accounts.update(empty.id, { state: 'closed' })
  if (source.connectionId === session.connection.id) {
    await accounts.addSource({ ...source, id: session.newId(), state: 'replaced' })
    await accounts.updateSource(source.id, { ref: listed.ref })
  } else await accounts.addSource({ ...source, id: session.newId(), connectionId: session.connection.id, ref: listed.ref, state: isToChoose(session) ? 'paused' : 'active' })
  await accounts.update(account.id, { number: listed.ref.number, bankId: listed.ref.bankId, state: 'open' })
}

/** Whether a former account, which rows do not prove to be any of these, is asked about; where a person chooses what is read, they choose this, too. */
function mayBeOneOf(session: Session, { account }: Feed, unknown: readonly ListedAccount[]): boolean {
  return !isToChoose(session) && unknown.some((listed) => isAlike(account, kindOf(listed)))
}

/** The bank lists it no more. A former account is this connection's from now on, so that a person can say under which number it goes on. */
async function miss(session: Session, { account, source }: Feed): Promise<void> {
  const { accounts } = session.deps.store
  if (source.connectionId !== session.connection.id) await accounts.addSource({ ...source, id: session.newId(), connectionId: session.connection.id, state: 'active' })
  await setState(session, account, ['open'], 'missing')
}

/** At the first sign-in all are read, unless a person is to choose; later ones wait for a person. */
function isFirst({ connection }: Session): boolean {
  return connection.state === 'connecting'
}

/** A listed account may be one of the books, and nothing but a person tells: nothing is read before they chose. */
async function askWhich({ deps, connection }: Session): Promise<true> {
  const { everyMinutes, hours } = connection.readPlan ?? { everyMinutes: null, hours: null }
  await deps.store.connections.update(connection.id, { readPlan: { everyMinutes, hours, awaitsChoice: true } })
  return true
}

function isToChoose({ connection }: Session): boolean {
  return connection.readPlan?.awaitsChoice === true
}

/**
 * A new source: of an account that another source knows by the same number (files, a removed connection) or that `told` is, else of a
 * new account. `waits`: a person says first, as where it may be one that is missing.
 */
async function addAccount(session: Session, listed: ListedAccount, told: Account | null, waits: boolean): Promise<void> {
  const { store, clock } = session.deps
  const existing = (await sameAccount(session, listed)) ?? told
  const accountId = existing?.id ?? session.newId()
  const chosen = isFirst(session) && !waits
  const source: AccountSource = {
    id: session.newId(), accountId, connectionId: session.connection.id, program: null, ref: listed.ref, state: chosen ? 'active' : 'paused',
    sign: await knownSign(store, session.connection, accountId),
  }
  if (existing !== null) {
    const learned = learnedOf(existing, { ...listed.ref, institutionName: session.institution.name })
    if (learned !== null) await store.accounts.update(existing.id, learned)
    return store.accounts.addSource(source)
  }
  await store.accounts.create(
    {
      id: accountId, name: listed.name, number: listed.ref.number, bankId: listed.ref.bankId, kind: listed.ref.kind,
      currency: listed.currency ?? UNKNOWN_CURRENCY, currencyIsSaid: false, state: chosen ? 'open' : 'paused',
      institutionName: session.institution.name, startOn: null, createdAt: clock.now(),
    },
    source,
  )
}

/** Exactly one account with this full number, of the same currency, that this connection does not feed yet; of a masked one what this login fed last under it. */
async function sameAccount(session: Session, listed: ListedAccount): Promise<Account | null> {
  const { accounts } = session.deps.store
  const own = new Set((await accounts.sources({ connectionId: session.connection.id })).map((source) => source.accountId))
  const isFree = ({ id, currency }: Account): boolean => !own.has(id) && (listed.currency === null || currency === UNKNOWN_CURRENCY || currency === listed.currency)
  if (isMasked(listed.ref)) return (await formerFeeds(session)).findLast(({ source, account }) => sameRef(source.ref, listed.ref) && isFree(account))?.account ?? null
  const free = (await accounts.findByRef(listed.ref)).filter(isFree)
  // One that was closed, as when its number was found to be another account's new one, does not compete with one that lives.
  const alive = free.filter((account) => account.state !== 'closed')
  const [first, ...others] = alive.length > 0 ? alive : free
  return first !== undefined && others.length === 0 ? first : null
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
