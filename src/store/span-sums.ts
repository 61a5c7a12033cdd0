/**
 * What the sums of balance spans (`rowsSum`) hold of a row, so that they are put right where an answer to a question changes
 * which rows stand: it comes between two reads, and no read would ever count it. The engine counts a row once
 * (src/sync/balance.ts): at the first balance that is stated for its day or a later one, where it came with that very run or
 * is dated after the balance before. What came in any other way is in no sum and is taken from none. Pure, for both stores.
 */
import { contains, type Day } from '../domain/day.ts'
import { agrees, withRowsSum, type BalanceSpan, type BalanceStatement, type Coverage } from '../domain/run.ts'
import type { Observation, Question, RunId, TransactionChange } from '../domain/transaction.ts'
import type { NewTransaction } from '../ports/feed.ts'

/** A row as it stands before the answer, or after it was taken back. `history`: oldest first; `report`: its first posted one. */
export type Told = { readonly row: NewTransaction; readonly history: readonly TransactionChange[]; readonly report: Pick<Observation, 'runId' | 'observedAt'> | null }

/** What the store holds of the account's balances, of all its sources, as it was stored: clocks step. Without what was taken back. */
export type Books = { readonly spans: readonly BalanceSpan[]; readonly balances: readonly BalanceStatement[]; readonly coverage: readonly Coverage[] }

/** A span that is no longer as it was. */
export type Restated = { readonly before: BalanceSpan; readonly after: BalanceSpan }

/** A change of the posted rows. `runId` null: it happened at the bank before the balance of then, whoever tells it. */
type Share = { readonly on: Day; readonly amount: bigint; readonly at: number; readonly runId: RunId | null; readonly isNew: boolean }

/** A balance with which a run was proved, and the newest of the source before it. */
type Proof = { readonly stated: BalanceStatement; readonly last: BalanceStatement }

/** The spans that two rows becoming one change: the other one is in no sum any more. None where the first takes its place. */
export function restatedAsOne(books: Books, row: NewTransaction, other: Told): readonly Restated[] {
  return row.state === 'posted' ? restated(books, negative(sharesOf(other))) : []
}

/** The same where that is taken back; both as they are then. */
export function restatedAsTwo(books: Books, kept: Told, other: Told, { answeredAt }: Question): readonly Restated[] {
  const tookPlace = kept.history.some(({ runId, at, changes }) => runId === null && at === answeredAt && changes['state'] !== undefined)
  return tookPlace || other.row.withdrawnReason === 'merged' ? [] : restated(books, sharesOf(other))
}

/** The spans that a row changes which is gone at the bank, since it was asked about or from the beginning: as the balances have it. */
export function restatedWithout(books: Books, told: Told, { askedAt }: Question): readonly Restated[] {
  if (told.row.state !== 'posted') return []
  const [since, never] = [restated(books, [gone(told.row, askedAt)]), restated(books, negative(sharesOf(told)))]
  return failing(never) < failing(since) ? never : since
}

/** The same where that is taken back, and the row stands again. */
export function restatedWith(books: Books, row: NewTransaction, { askedAt }: Question): readonly Restated[] {
  return row.state === 'posted' ? restated(books, negative([gone(row, askedAt)])) : []
}

function gone({ postedOn, amount }: NewTransaction, at: number): Share {
  return { on: postedOn, amount: -amount, at, runId: null, isNew: false }
}

/** How many spans fail more than before. */
function failing(changed: readonly Restated[]): number {
  return changed.reduce((sum, { before, after }) => sum + Number(!agrees(after)) - Number(!agrees(before)), 0)
}

function negative(shares: readonly Share[]): readonly Share[] {
  return shares.map((share) => ({ ...share, amount: -share.amount }))
}

type Facts = { readonly state: string; readonly on: Day; readonly amount: bigint }

/** How the row came to count as it does. What was concluded anew (recompute) was so from its first report on. */
function sharesOf({ row, history, report }: Told): readonly Share[] {
  const changes = history.slice(history.findLastIndex(({ reason }) => reason === 'recomputed') + 1)
  const first = changes.reduceRight<Facts>((facts, change) => after(facts, change, 0), { state: row.state, on: row.postedOn, amount: row.amount })
  const shares: Share[] = []
  const add = ({ state, on, amount }: Facts, sign: bigint, by: { readonly runId: RunId; readonly at: number }, isNew: boolean): void => {
    if (state === 'posted') shares.push({ on, amount: sign * amount, ...by, isNew })
  }
  const reported = report === null ? null : { runId: report.runId, at: report.observedAt }
  if (reported !== null) add(first, 1n, reported, true)
  let facts = first
  for (const change of changes) {
    const next = after(facts, change, 1)
    // A person's word has changed no sum by itself; a row that took the place of another counts since that one was reported.
    const by = change.runId !== null ? { runId: change.runId, at: change.at } : change.reason === 'person' ? reported : null
    if (by !== null && !isSame(facts, next)) {
      add(facts, -1n, by, false)
      add(next, 1n, by, facts.state !== 'posted')
    }
    facts = next
  }
  return shares
}

/** The facts before (0) or after (1) a change. An amount that was turned was so from the beginning: the sums were turned with it. */
function after({ state, on, amount }: Facts, { changes }: TransactionChange, side: 0 | 1): Facts {
  const { state: states, postedOn: days, amount: amounts } = changes
  const isTurned = amounts != null && BigInt(amounts[0] ?? 0) === -BigInt(amounts[1] ?? 0)
  return { state: states?.[side] ?? state, on: (days?.[side] as Day | undefined) ?? on, amount: amounts == null || isTurned ? amount : BigInt(amounts[side] ?? 0) }
}

function isSame(a: Facts, b: Facts): boolean {
  return a.state === b.state && a.on === b.on && a.amount === b.amount
}

/** The spans with these shares added, as far as they change. */
function restated(books: Books, shares: readonly Share[]): readonly Restated[] {
  const sums = new Map<BalanceSpan, bigint>()
  for (const [sourceId, spans] of Map.groupBy(books.spans, (span) => span.sourceId)) {
    const proofs = proofsOf(books.balances.filter((balance) => balance.sourceId === sourceId))
    const coverage = books.coverage.filter((range) => range.sourceId === sourceId)
    for (const share of shares) {
      const span = spanOf(share, spans, proofs, coverage)
      if (span !== null) sums.set(span, (sums.get(span) ?? 0n) + share.amount)
    }
  }
  return [...sums].flatMap(([before, sum]) => (sum === 0n ? [] : [{ before, after: withRowsSum(before, before.rowsSum + sum, books.coverage.filter(({ sourceId }) => sourceId === before.sourceId)) }]))
}

/** Each balance that a read was proved with, in the order in which they were stored; not the first, which is compared with nothing. */
function proofsOf(balances: readonly BalanceStatement[]): readonly Proof[] {
  const pages = Map.groupBy(balances.filter(({ kind }) => kind === 'ledger' || kind === 'closing'), ({ runId, observedAt }) => `${runId} ${observedAt}`)
  const isNewer = (one: BalanceStatement, than: BalanceStatement): boolean => one.on > than.on || (one.on === than.on && one.observedAt >= than.observedAt)
  let last: BalanceStatement | null = null
  return [...pages.values()].flatMap((page): Proof[] => {
    const stated = page.reduce((newest, one) => (isNewer(one, newest) ? one : newest))
    const proof = last === null || stated.on < last.on ? [] : [{ stated, last }]
    if (last === null || isNewer(stated, last)) last = stated
    return proof
  })
}

/** The span whose sum holds the share; null: none does. */
function spanOf({ on, at, runId, isNew }: Share, spans: readonly BalanceSpan[], proofs: readonly Proof[], coverage: readonly Coverage[]): BalanceSpan | null {
  const proof = proofs.find(({ stated }) => stated.observedAt >= at && stated.on >= on)
  const span = proof === undefined ? undefined : spans.find(({ from, to }) => from < proof.stated.on && proof.stated.on <= to)
  if (proof === undefined || span === undefined || isAfter(proof, span)) return null
  if (runId === null || on > proof.last.on) return span
  if (runId !== proof.stated.runId) return null
  // History that was filled in: the balance that the span begins with held it already.
  const isHistory = isNew && on <= span.from && !coverage.some((range) => range.runId < proof.stated.runId && contains(range, on))
  return isHistory ? null : span
}

/** Whether the balance is a later one of the day with whose balance the span ends: what moved between the two is in no span. */
function isAfter({ stated, last }: Proof, { to, closing }: BalanceSpan): boolean {
  return stated.on === to && last.on === to && stated.amount !== closing
}
