/**
 * Which account a file belongs to. A full number decides by itself. Where the file gives a masked
 * number, only a name or none at all, its rows do: they are compared with those of the accounts that
 * it could be, on the days that both know; then its balances, which go on where an account's ended.
 * What is left open is a failure that says how to name the account: two accounts are never mixed, and
 * one is never made two, because of what a file is called.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { BalanceStatement } from '../domain/run.ts'
import { addDays, contains, daysBetween, joinRanges, type Day } from '../domain/day.ts'
import { moneyOf } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { FormatFailure } from '../domain/statement.ts'
import type { Candidate } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { agree, isName, nameOf, relate, type Named } from './account-names.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import type { FileAccount } from './file-check.ts'
import { findOpposites, namesAccount } from './file-signs.ts'
import { fileSource } from './file-source.ts'
import { contentKey, normalisedText, resemblance } from './identity.ts'
import { textOf } from './candidate.ts'

/** Days by which two sources may book the same row apart. */
const NEAR_DAYS = 3
const LIKE = 0.3
/** A shorter one may be the row's place in its file. */
const ID_LENGTH = 8

/** An account that the file may mean. `sameName`: the file calls it as a file before did. */
type Possible = { readonly account: Account; readonly source: AccountSource; readonly relation: 'same' | 'possible'; readonly sameName: boolean }

/** What the rows of both say. `other`: they know the same days and share next to nothing. */
type Verdict = { readonly says: 'same' | 'unknown' | 'other'; readonly shared: number }

/** The accounts that are there, with what each is called: asked once for all accounts of a file, of which there may be thousands. */
export type KnownAccounts = { readonly sources: ReadonlyMap<string, readonly KnownSource[]>; readonly get: TenantStore['accounts']['get'] }
type KnownSource = AccountSource & { readonly named: Named }

export async function knownAccounts({ accounts }: TenantStore): Promise<KnownAccounts> {
  const sources = Map.groupBy((await accounts.sources({})).map((source) => ({ ...source, named: nameOf(source.ref) })), ({ accountId }) => accountId)
  const asked = new Map<string, Promise<Account | null>>()
  const get = (id: string): Promise<Account | null> => {
    const account = asked.get(id) ?? accounts.get(id)
    asked.set(id, account)
    return account
  }
  return { sources, get }
}

/** The account; null when nobody knows it yet. `together`: accounts that belong to another statement of the same file, or came with it before. */
export async function chooseAccount(store: TenantStore, known: KnownAccounts, file: FileAccount, together: ReadonlySet<string> = new Set()): Promise<Result<Account | null, FormatFailure>> {
  const possible = await possibleAccounts(known, file)
  const named = possible.filter(({ relation }) => relation === 'same')
  if (named.length === 1) return ok(named[0]!.account)
  // Of several accounts with that number, as two banks may have, the one that has the rows; else the one of the same kind.
  const shown = (await Promise.all(named.map(async (one) => ((await compare(store, file, one)).says === 'same' ? [one] : [])))).flat()
  if (shown.length === 1) return ok(shown[0]!.account)
  const exact = named.filter(({ account }) => account.kind === file.ref.kind)
  if (exact.length > 0) return ok(exact[0]!.account)
  // Nothing can be mixed by a statement that brings nothing: the same empty one again goes where it went before.
  const again = file.sample.length > 0 ? [] : (await Promise.all(possible.map(async (one) => (one.sameName && (await knowsBalances(store, file, one.account)) ? [one] : [])))).flat()
  if (again.length === 1) return ok(again[0]!.account)
  const judged = await Promise.all((named.length > 0 ? named : possible).map(async (one) => ({ ...one, verdict: await compare(store, file, one) })))
  const proved = judged.filter(({ verdict }) => verdict.says === 'same').sort((a, b) => b.verdict.shared - a.verdict.shared)
  if (proved[0] !== undefined && proved[0].verdict.shared > (proved[1]?.verdict.shared ?? 0)) return ok(proved[0].account)
  const equal = proved.filter(({ verdict, sameName }) => verdict.shared === proved[0]!.verdict.shared && sameName)
  if (equal.length === 1 && file.named.name !== null) return ok(equal[0]!.account)
  if (proved.length > 0) return unclear(file, proved)
  const opposite = (await Promise.all(judged.map(async (one) => ({ ...one, says: namesAccount(await findOpposites(store, file, one.account)) })))).filter(({ says }) => says !== 'no')
  if (opposite.length === 1 && opposite[0]!.says === 'yes') return ok(opposite[0]!.account)
  if (opposite.length > 0) return unclear(file, opposite)
  const open = judged.filter(({ verdict }) => verdict.says === 'unknown')
  const goesOn = (await Promise.all(open.map(async (one) => ((await balancesMeet(store, file, one.account)) ? [one] : [])))).flat()
  if (goesOn.length === 1) return ok(goesOn[0]!.account)
  if (named.length > 0) return ok(null)
  const [companion, ...more] = open.filter(({ account }) => together.has(account.id))
  if (companion !== undefined && more.length === 0) return ok(companion.account)
  const chosen = byName(file, open)
  // A row that both have on the day on which the account ended proves nothing, and hides nothing.
  const met = open.filter(({ verdict }) => verdict.shared > 0)
  return chosen.ok && chosen.value === null && met.length > 0 ? unclear(file, met) : chosen
}

/** Nothing but names to go by. A program's own name for one account of several counts, and a mask within one bank; what the file is called does not. */
function byName(file: FileAccount, open: readonly Possible[]): Result<Account | null, FormatFailure> {
  const called = open.filter(({ sameName }) => sameName)
  const trusted = file.named.number !== null ? file.ref.bankId !== null : file.named.name !== null && file.named.isNameLone !== true
  if (trusted && called.length === 1) return ok(called[0]!.account)
  const doubtful = isName(file.ref) ? called : open.filter(({ source, sameName }) => sameName || !isName(source.ref))
  return doubtful.length === 0 ? ok(null) : unclear(file, doubtful)
}

function unclear({ named, label, line }: FileAccount, choices: readonly Possible[]): Result<never, FormatFailure> {
  const names = choices.slice(0, 5).map(({ account }) => `"${account.name}" (${account.id})`).join(', ')
  const number = named.number ?? named.name
  const message = number === null
    ? `${label} names no account, and nothing in it tells whether it goes on with ${names} or belongs to another account. Name the account (--account ID), or say that it is a new one (--account new).`
    : `${label} names its account only as ${number}, and nothing in it tells whether it goes on with ${names} or belongs to another account. Name the account (--account ID), or say that it is a new one (--account new).`
  return failed({ code: 'account_unclear', message, line })
}

/** The accounts that the file could be: of its currency and kind, and not called by another number. */
async function possibleAccounts(known: KnownAccounts, file: FileAccount): Promise<readonly Possible[]> {
  const own = nameOf(file.ref)
  const possible: Possible[] = []
  for (const [accountId, sources] of known.sources) {
    const relations = sources.map((source) => relate(own, source.named))
    const relation = relations.includes('same') ? 'same' : relations.includes('other') ? 'other' : 'possible'
    if (relation === 'other') continue
    const account = await known.get(accountId)
    if (account === null || !agree(account.currency, file.currency, UNKNOWN_CURRENCY) || !agree(account.kind, file.ref.kind, 'other')) continue
    // Which way another source reports amounts tells nothing of this one.
    const source = fileSource(sources, file.program) ?? { ...sources[0]!, sign: 1 }
    possible.push({ account, source, relation, sameName: sources.some(({ ref }) => ref.number === file.ref.number && agree(ref.bankId, file.ref.bankId, null)) })
  }
  return possible.sort((a, b) => a.account.createdAt - b.account.createdAt || (a.account.id < b.account.id ? -1 : 1))
}

/** Compares a sample of the file with what the account has. */
async function compare(store: TenantStore, file: FileAccount, { account, source }: Possible): Promise<Verdict> {
  const { currency } = account
  const rows = file.sample.flatMap((row) => {
    const money = moneyOf(row.amount, currency)
    if (!money.ok) return []
    const text = normalisedText(row.name, row.memo)
    return [{ on: row.postedOn, amount: money.value.minor * BigInt(source.sign), text, id: row.providerId, key: contentKey(row.postedOn, money.value.minor * BigInt(source.sign), currency, text) }]
  })
  if (rows.length === 0) return { says: 'unknown', shared: 0 }
  const { transactions } = await store.feed.candidates({
    accountId: account.id, sourceId: source.id, keys: [], providerIds: [], contentKeys: rows.map(({ key }) => key),
    near: { amounts: rows.map(({ amount }) => amount), from: rows.map(({ on }) => addDays(on, -NEAR_DAYS)), to: rows.map(({ on }) => addDays(on, NEAR_DAYS)) }, states: null,
  })
  const left = new Set(transactions.filter(({ state }) => state !== 'withdrawn'))
  const take = (fits: (candidate: Candidate) => boolean): boolean => {
    const found = [...left].find(fits)
    return found !== undefined && left.delete(found)
  }
  const equal = rows.filter(({ key }) => take((candidate) => candidate.contentKey === key))
  const alike = rows.filter((row) => !equal.includes(row) && take((candidate) => isLike(row, candidate)))
  const covered = joinRanges(await store.feed.coverage(account.id))
  const isShared = (row: (typeof rows)[number]): boolean => equal.includes(row) || alike.includes(row)
  const met = rows.filter((row) => isShared(row) || covered.some((range) => contains(range, row.on)))
  const shared = equal.length + alike.length
  // A file may begin and end within a day: what it lacks of that day another one of the account may have.
  const whole = met.filter((row) => isShared(row) || !covered.some(({ from, to }) => row.on === from || row.on === to))
  if (shared * 2 < (shared === 0 ? met : whole).length) return { says: 'other', shared }
  // One equal row may be a fee that every account pays on that day; it proves where it has a number of its own, or is all that both know.
  const isNumbered = equal.some(({ id, on, key }) => id !== null && id.replace(on.replaceAll('-', ''), '').length >= ID_LENGTH && transactions.some((one) => one.contentKey === key && one.reports.some(({ providerId }) => providerId === id)))
  const proves = (shared >= 2 && shared * 2 >= met.length) || isNumbered || (equal.length === 1 && met.length === 1)
  return { says: proves ? 'same' : 'unknown', shared }
}

function isLike(row: { readonly on: Day; readonly amount: bigint; readonly text: string }, candidate: Candidate): boolean {
  return candidate.amount === row.amount && Math.abs(daysBetween(candidate.postedOn, row.on)) <= NEAR_DAYS && resemblance(row.text, textOf(candidate)) >= LIKE
}

/** Each balance that the file states is there already, for the same day. */
async function knowsBalances(store: TenantStore, file: FileAccount, account: Account): Promise<boolean> {
  const { currency } = account
  const stored = await balancesOf(store, account)
  return file.sums.every(({ balances }) =>
    balances.every(({ kind, amount, on }) => {
      const money = moneyOf(amount, currency)
      return money.ok && stored.some((one) => one.kind === kind && one.on === on && one.amount === money.value.minor)
    }),
  )
}

async function balancesOf(store: TenantStore, account: Account): Promise<readonly BalanceStatement[]> {
  return (await Promise.all((await store.accounts.sources({ accountId: account.id })).map((source) => store.feed.balances(account.id, source.id)))).flat()
}

/** The file opens with what the account's newest balance before it was, or closes where the account's oldest begins. */
async function balancesMeet(store: TenantStore, file: FileAccount, account: Account): Promise<boolean> {
  const { currency } = account
  const stored = await balancesOf(store, account)
  const wentBefore = (on: Day, minor: bigint): boolean => {
    const before = stored.filter((balance) => (balance.kind === 'closing' || balance.kind === 'ledger') && balance.on <= on)
    const newest = before.reduce<Day | null>((day, balance) => (day === null || balance.on > day ? balance.on : day), null)
    return minor !== 0n && before.some((balance) => balance.on === newest && balance.amount === minor)
  }
  return file.sums.some(({ balances, lying, postedSum }) =>
    balances.some((own) => {
      const money = moneyOf(own.amount, currency)
      if (!money.ok || money.value.minor === 0n) return false
      const { minor } = money.value
      if (own.kind === 'opening') return wentBefore(own.on, minor)
      const posted = moneyOf(postedSum, currency)
      // A file that tells only where it ends began that much lower.
      if (lying.opening === null && lying.days !== null && own.kind !== 'available' && posted.ok && wentBefore(addDays(lying.days.from, -1), minor - posted.value.minor)) return true
      if (own.kind !== 'closing') return false
      const after = stored.filter(({ kind, on }) => kind === 'opening' && on >= own.on)
      const oldest = after.reduce<Day | null>((day, { on }) => (day === null || on < day ? on : day), null)
      return after.some(({ on, amount }) => on === oldest && amount === minor)
    }),
  )
}
