/**
 * Which listed accounts are in the books already under no number, a masked one, or one that is written otherwise: files brought
 * them, or a bank that nobody asks any more. Their rows tell. Kind, currency and name prove nothing; where rows are too few, a
 * person is asked. Reads, but stores no row.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { Account } from '../domain/account.ts'
import { contains, type DayRange } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { Candidate } from '../ports/feed.ts'
import { agree, nameOf, relate } from './account-names.ts'
import { kindOf, UNKNOWN_CURRENCY, type Feed } from './account-ref.ts'
import { overlap } from './coverage.ts'
import { knownAccounts } from './file-account.ts'
import { formerFeeds } from './former-accounts.ts'
import type { Incoming } from './incoming.ts'
import { comparedDays, listedRows, storedRows, takeIn } from './renumber.ts'
import { daysOf, sameMoney } from './same-money.ts'
import type { Session } from './session.ts'

/** `accounts`: what is told; `isOpen`: another one may be one of the books, and nothing tells. */
export type KnownByRows = { readonly accounts: ReadonlyMap<ListedAccount, Account>; readonly isOpen: boolean }

type Verdict = 'same' | 'other' | 'unknown'
type Pair = { readonly listed: ListedAccount; readonly account: Account; readonly says: Verdict }

/** So many rows, and of those that are stored on the days of both this share in hundredths. */
const MIN_ROWS = 3
const NEARLY_ALL = 80

/** `unknown`: listed accounts that no number tells. One-to-one: where two could be meant, none is. */
export async function knownByRows(session: Session, unknown: readonly ListedAccount[]): Promise<KnownByRows> {
  const books = unknown.length === 0 ? [] : await unreadAccounts(session)
  const days = comparedDays(session)
  const pairs: Pair[] = []
  for (const listed of unknown) {
    const possible = books.filter((feeds) => mayBe(feeds, listed))
    const rows = possible.length === 0 ? null : await listedRows(session, listed, days)
    for (const [feed] of possible) pairs.push({ listed, account: feed!.account, says: rows === null ? 'unknown' : await compare(session, feed!, rows, days) })
  }
  const same = pairs.filter(({ says }) => says === 'same')
  const told = same.filter((one) => same.every((other) => other === one || (other.listed !== one.listed && other.account.id !== one.account.id)))
  const isTold = ({ listed, account }: Pair): boolean => told.some((one) => one.listed === listed || one.account.id === account.id)
  return { accounts: new Map(told.map(({ listed, account }) => [listed, account])), isOpen: pairs.some((pair) => pair.says !== 'other' && !isTold(pair)) }
}

/** The accounts that hold rows and that no bank is asked for, each with all that feeds it or did. Those of this login are looked for as such. */
async function unreadAccounts(session: Session): Promise<readonly (readonly Feed[])[]> {
  const { store } = session.deps
  const known = await knownAccounts(store)
  const own = new Set([...(await formerFeeds(session)), ...(await store.accounts.feeds(session.connection.id))].map(({ account }) => account.id))
  const unread: (readonly Feed[])[] = []
  for (const { id, state, rows } of await store.accounts.list()) {
    const sources = known.sources.get(id) ?? []
    if (rows === 0 || own.has(id) || state === 'closed' || state === 'paused' || sources.some((source) => source.connectionId !== null && source.state === 'active')) continue
    const account = await known.get(id)
    if (account !== null && sources.length > 0) unread.push(sources.map((source) => ({ source, account })))
  }
  return unread
}

/** A table seldom tells what sort of account it is of, nor its currency. */
function mayBe(feeds: readonly Feed[], listed: ListedAccount): boolean {
  const [{ kind, currency }, own] = [kindOf(listed), nameOf(listed.ref)]
  return feeds.every(({ account, source }) => agree(account.kind, kind, 'other') && agree(account.currency, currency, UNKNOWN_CURRENCY) && relate(own, nameOf(source.ref)) !== 'other')
}

async function compare(session: Session, feed: Feed, listed: readonly StatementRow[], days: DayRange): Promise<Verdict> {
  const asTold = takeIn(listed, feed, 1)
  const turned = takeIn(listed, feed, -1)
  if (asTold === null || turned === null) return 'unknown'
  const { stored } = await storedRows(session, feed, asTold, days)
  const verdicts = [asTold, turned].map((rows) => judge(rows.filter(({ content }) => content.status === 'posted'), stored))
  return verdicts.find((says) => says === 'same') ?? (verdicts.every((says) => says === 'other') ? 'other' : 'unknown')
}

/** By the days that both show: a file may begin later, and end before. */
function judge(rows: readonly Incoming[], stored: readonly Candidate[]): Verdict {
  if (rows.length === 0 || stored.length === 0) return 'unknown'
  const [shown, held] = [daysOf(rows.map(({ content }) => content.postedOn)), daysOf(stored.map(({ postedOn }) => postedOn))]
  const both = overlap(shown, held)
  if (both === null) return 'unknown'
  const here = rows.filter(({ content }) => contains(both, content.postedOn))
  const there = stored.filter(({ postedOn }) => contains(both, postedOn))
  if (there.length < MIN_ROWS) return 'unknown'
  const isNearlyAll = (met: number, of: number): boolean => met * 100 >= of * NEARLY_ALL
  const equal = commonOf(here.map(({ contentKey }) => contentKey), there.map(({ contentKey }) => contentKey))
  if (equal >= MIN_ROWS && isNearlyAll(equal, here.length) && isNearlyAll(equal, there.length)) return 'same'
  const pairs = sameMoney(rows, stored, shown, held)
  if (pairs.length > 0 && pairs.every(({ isSure }) => isSure) && isNearlyAll(pairs.filter(({ candidate }) => contains(both, candidate.postedOn)).length, there.length)) return 'same'
  // The bank's list is whole: what it does not show in any words was paid from another account.
  return commonOf(rows.map(({ content }) => content.amount), there.map(({ amount }) => amount)) * 2 < there.length ? 'other' : 'unknown'
}

/** How many of either have their like among the others, each once. */
function commonOf<T>(some: readonly T[], others: readonly T[]): number {
  const left = Map.groupBy(some, (one) => one)
  return others.filter((one) => left.get(one)?.pop() !== undefined).length
}
