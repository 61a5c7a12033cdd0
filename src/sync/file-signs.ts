/**
 * Which way the amounts of a file went, where the file does not prove it: a card's list of charges without signs reads like
 * money in. What is stored tells: rows that stand in the account on the same days, with the same texts and just the opposite
 * amounts, are the same rows. A file that proves its signs is not turned. Then what is stored was a guess, and nobody but a
 * person may take that back.
 */
import type { Account } from '../domain/account.ts'
import { contains, joinRanges, maxDay, minDay, type DayRange } from '../domain/day.ts'
import { moneyOf, type Decimal } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { FormatFailure, StatementRow, StatementStream } from '../domain/statement.ts'
import type { Candidate } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { textOf } from './candidate.ts'
import type { ChosenAccounts } from './file-accounts.ts'
import { SAMPLED, type CheckedFile, type FileAccount } from './file-check.ts'
import { fileSource } from './file-source.ts'
import { contentKey, normalisedText } from './identity.ts'
import type { ImportRequest } from './import.ts'
import { inGroups } from './in-groups.ts'

/** So many opposite rows are no refunds. */
const SURE = 2
/** Imports that are named to a person. */
const NAMED = 3
const PAGE = 500

/** How much of what the account has on the days of the file is shown by it: all, all but what stands on its first and last day, within which it may begin and end, or less. */
type Shown = 'all' | 'inner' | 'less'

/** `rows`: those of the account that the file shows turned, none where it shows as many as they are: `same`. `isAll`: the file has nothing else on days that both know. */
export type Opposites = { readonly rows: readonly Candidate[]; readonly same: number; readonly shown: Shown; readonly isAll: boolean }

const NONE: Opposites = { rows: [], same: 0, shown: 'less', isAll: false }

/** Compares a sample of the file with what the account has, each row with its sign and without. */
export async function findOpposites(store: TenantStore, file: FileAccount, account: Account): Promise<Opposites> {
  const sources = await store.accounts.sources({ accountId: account.id })
  const source = fileSource(sources, file.program)
  const { currency } = account
  const rows = file.sample.flatMap((row) => {
    const money = moneyOf(row.amount, currency)
    const text = normalisedText(row.name, row.memo)
    // Without a text there is nothing but a day and a figure.
    if (!money.ok || money.value.minor === 0n || text === '' || row.status !== 'posted') return []
    const minor = money.value.minor * BigInt(source?.sign ?? 1)
    return [{ on: row.postedOn, key: contentKey(row.postedOn, minor, currency, text), opposite: contentKey(row.postedOn, -minor, currency, text) }]
  })
  if (rows.length === 0) return NONE
  const { transactions } = await store.feed.candidates({
    accountId: account.id, sourceId: (source ?? sources[0]!).id, keys: [], providerIds: [], contentKeys: rows.flatMap(({ key, opposite }) => [key, opposite]), near: { amounts: [], from: [], to: [] }, states: null,
  })
  const byKey = Map.groupBy(transactions.filter(({ state }) => state === 'posted'), (one) => one.contentKey)
  const take = (key: string): readonly Candidate[] => byKey.get(key)?.splice(0, 1) ?? []
  const same = rows.filter(({ key }) => take(key).length > 0)
  const left = rows.filter((row) => !same.includes(row))
  const turned = left.flatMap(({ opposite }) => take(opposite))
  if (turned.length <= same.length) return { ...NONE, same: same.length }
  const covered = joinRanges(await store.feed.coverage(account.id))
  // A file may begin and end within a day.
  const inner = left.filter(({ on }) => covered.some(({ from, to }) => from < on && on < to))
  // Most of what both know of those days is of another account.
  if (turned.length * 2 < inner.length) return { ...NONE, same: same.length }
  const shown = new Set([...turned.map(({ contentKey: key }) => key), ...same.map(({ key }) => key)])
  const isAll = same.length === 0 && left.filter(({ on }) => covered.some((range) => contains(range, on))).length <= turned.length
  return { rows: turned, same: same.length, shown: await shownOf(store, account, daysOf(file, rows), shown), isAll }
}

/** Whether the rows are those that are stored: one alone may be a refund, unless it is all that both know; several may be where the file lacks others of those days. */
function areTurned({ rows, shown, isAll }: Opposites): boolean {
  return shown !== 'less' && (rows.length >= SURE || (rows.length === 1 && isAll))
}

/** Whether rows that name no account tell which it is, or leave it open. Those of a transfer stand turned in both of its accounts: there the one has more. */
export function namesAccount({ rows, shown, isAll }: Opposites): 'yes' | 'open' | 'no' {
  if (rows.length === 0 || shown === 'less') return 'no'
  return rows.length >= SURE && shown === 'all' && isAll ? 'yes' : 'open'
}

/** The days between the first and the last one of the sample, as far as nothing is left out of it. */
function daysOf({ sample, sums }: FileAccount, rows: readonly { readonly on: StatementRow['postedOn'] }[]): DayRange {
  const whole = sums.reduce((total, sum) => total + sum.finish().rows, 0) === sample.length
  const days = whole ? rows.map(({ on }) => on) : sample.slice(0, SAMPLED).map(({ postedOn }) => postedOn)
  return { from: days.reduce(minDay), to: days.reduce(maxDay) }
}

async function shownOf(store: TenantStore, account: Account, { from, to }: DayRange, shown: ReadonlySet<string>): Promise<Shown> {
  let found: Shown = 'all'
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({ accountId: account.id, from, to, states: ['posted'], includeDeleted: true, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    const others = page.rows.filter((row) => !shown.has(contentKey(row.postedOn, row.amount, row.currency, textOf(row))))
    if (others.some(({ postedOn }) => postedOn !== from && postedOn !== to)) return 'less'
    if (others.length > 0) found = 'inner'
    cursor = page.next
  }
  return found
}

/** Whether nothing in the file proves which way its amounts went. */
function areSignsOpen({ sums }: FileAccount): boolean {
  return sums.every(({ head }) => head.signsOpen === true)
}

/** Why a file that proves its signs is not brought in beside its own rows turned; null where a bank itself reported them so, which nobody can take back. */
async function signsUnclear({ feed, runs }: TenantStore, account: Account, file: FileAccount, { rows }: Opposites): Promise<FormatFailure | null> {
  const ids = new Set((await Promise.all(rows.map(({ id }) => feed.observations(id)))).flat().map(({ runId }) => runId))
  const stored = (await Promise.all([...ids].map((id) => runs.get(id)))).filter((run) => run !== null)
  if (stored.some(({ trigger }) => trigger !== 'import')) return null
  const names = stored.slice(0, NAMED).map(({ label, id }) => `${label ?? ''} (${id})`).join(', ')
  const message = `The rows of this file are in "${account.name}" already, but with the other sign, and this file proves which way the money went. Take back the import that brought them, ${names}, bring this file, and then that one again: it is read by what is there. If this is another account, say that it is a new one (--account new).`
  return { code: 'signs_unclear', message, line: file.line }
}

/** `sentences`: for each account that is turned what a person is told of it. `areAllTold`: of no account is the way open. */
type Turned = { readonly sentences: ReadonlyMap<FileAccount, string>; readonly areAllTold: boolean }

/** The statements with the amounts and balances of these accounts turned. Each sentence is told once. */
async function* turnedStatements(stream: StatementStream, starts: CheckedFile['starts'], { sentences, areAllTold }: Turned): StatementStream {
  const turn = (amount: Decimal): Decimal => (amount === '0' ? amount : amount.startsWith('-') ? amount.slice(1) : `-${amount}`) as Decimal
  const told = new Set<string>()
  let [index, message]: [number, string | undefined] = [-1, undefined]
  for await (const read of stream) {
    const part = read.ok ? read.value : null
    if (part?.part === 'start') message = sentences.get(starts[++index]!.account)
    if (part?.part === 'notice' && part.code === 'unsigned' && areAllTold) continue
    if (part === null || message === undefined) yield read
    else if (part.part === 'rows') yield ok({ part: 'rows', rows: part.rows.map((row): StatementRow => ({ ...row, amount: turn(row.amount), foreign: row.foreign === null || row.foreign.amount === null ? row.foreign : { ...row.foreign, amount: turn(row.foreign.amount) } })) })
    else if (part.part === 'balance') yield ok({ part: 'balance', balance: { ...part.balance, amount: turn(part.balance.amount) } })
    else yield read
    if (part?.part !== 'start' || message === undefined || told.has(message)) continue
    told.add(message)
    yield ok({ part: 'notice', code: 'signs_followed', severity: 'INFO', message, line: 0 })
  }
}

/**
 * The request with the signs that its rows have where they are stored. What is not there yet follows the others of its file, unless
 * one of them is stored as it is written: then each is read by its own rows. `chosen`: the account of each part of the file, null where it is new.
 */
export async function asStored(store: TenantStore, request: ImportRequest, { accounts, starts }: CheckedFile, chosen: ChosenAccounts): Promise<Result<ImportRequest, FormatFailure>> {
  const found = new Map<FileAccount, Opposites>()
  await inGroups(accounts, async (file) => {
    const account = chosen.get(file) ?? null
    if (account !== null) found.set(file, await findOpposites(store, file, account))
  })
  const turned = new Map<FileAccount, Account>()
  let [isMixed, areAllTold] = [false, true]
  for (const file of accounts) {
    const account = chosen.get(file) ?? null
    const opposites = found.get(file) ?? NONE
    if (account === null || !areTurned(opposites)) {
      const isTold = opposites.same > 0 || !areSignsOpen(file)
      isMixed ||= isTold
      areAllTold &&= isTold
      continue
    }
    const unclear = areSignsOpen(file) ? null : await signsUnclear(store, account, file, opposites)
    if (unclear !== null) return failed(unclear)
    turned.set(file, account)
  }
  const [known] = turned.values()
  if (known === undefined) return ok(request)
  const sentence = isMixed
    ? ({ name }: Account): string => `The rows of this file for "${name}" are there already, with the other sign: all its rows for this account were read as those are.`
    : ({ name }: Account): string => `The rows of this file are in "${name}" already, with the other sign: all its rows were read as those are.`
  const told: Turned = isMixed
    ? { sentences: new Map([...turned].map(([file, account]) => [file, sentence(account)])), areAllTold }
    : { sentences: new Map(accounts.map((file) => [file, sentence(known)])), areAllTold: true }
  return ok({ ...request, open: async (remembered) => turnedStatements(await request.open(remembered), starts, told) })
}
