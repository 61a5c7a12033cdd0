/**
 * What balances prove of an account, and what explains it where they do not agree with the rows.
 * Computed from what is stored when somebody looks or a balance has just failed; a feed that agrees
 * costs two reads. Nothing is changed here (see tend-balance.ts).
 */
import type { Account } from '../domain/account.ts'
import { addDays, joinRanges, type Day, type DayRange } from '../domain/day.ts'
import { moneyOf, type Decimal } from '../domain/money.ts'
import { agrees, type BalanceSpan, type BalanceStatement, type Coverage } from '../domain/run.ts'
import type { TransactionChange } from '../domain/transaction.ts'
import type { Candidate, FeedStore } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { checkpointsOf, stepsOf, type Checkpoint, type LedgerRow, type Step } from './balance-chain.ts'
import { Clues, type OtherSide } from './balance-clues.ts'
import { normalisedText } from './identity.ts'
import { textOf } from './candidate.ts'
import { solveBalance, type Explanation } from './solve-balance.ts'

export type BalanceProof = {
  /** `none`: no two balances to compare. `unknown`: they disagree, but may do so for the usual delays of a bank. */
  readonly state: 'proved' | 'broken' | 'unknown' | 'none'
  /** Oldest first. */
  readonly breaks: readonly BalanceBreak[]
  readonly spans: readonly BalanceSpan[]
}

/** Days after `from` up to `to` in which the bank counts `difference` minor units more than the rows. */
export type BalanceBreak = {
  readonly sourceId: string
  readonly from: Day
  readonly to: Day
  readonly difference: bigint
  readonly status: 'broken' | 'unknown'
  /** The most plausible first; empty when nothing explains it to the cent. */
  readonly explanations: readonly Explanation[]
}

/** The balances of a source around a failure, with the rows between them. */
export type LoadedChain = { readonly checkpoints: readonly Checkpoint[]; readonly steps: readonly Step[]; readonly rows: readonly LedgerRow[]; readonly coveredBefore: readonly DayRange[]; readonly covered: readonly DayRange[] }

/** So many balances before a failure tell how this source counts; so many in all are looked at. */
const BEFORE = 10
const MOST = 80
/** Rows so long before tell what is usual. */
const USUAL_DAYS = 150
const FAR_AHEAD_DAYS = 370
/** Rows around the chain whose changes are looked up. */
const CHANGED_DAYS = 45
const OTHER_ROWS = 1_000

export async function loadBalanceProof(store: TenantStore, account: Account): Promise<BalanceProof> {
  const { feed } = store
  const spans = await feed.spans(account.id)
  const breaks: BalanceBreak[] = []
  const failing = spans.filter(isFailing)
  const [coverage, others] = failing.length === 0 ? [[], []] : await Promise.all([feed.coverage(account.id), otherSides(store, account, failing[0]!.from)])
  for (const [sourceId, own] of Map.groupBy(failing, (span) => span.sourceId)) breaks.push(...(await breaksOf(feed, account, sourceId, own, coverage, others)))
  const newest = spans.reduce<BalanceSpan | null>((last, span) => (last === null || span.to >= last.to ? span : last), null)
  const state = breaks.some((each) => each.status === 'broken') ? 'broken' : breaks.length > 0 ? 'unknown' : newest === null ? 'none' : isFailing(newest) ? 'proved' : newest.status
  return { state, breaks, spans }
}

const SPANS_LOOKED_AT = 50

/** The newest days in which balance and rows disagree for more than a bank's usual delays explain; null: none. Looks at no more than the newest balances where they agree. */
export async function lastBroken(store: TenantStore, account: Account): Promise<BalanceBreak | null> {
  const sources = (await store.accounts.sources({ accountId: account.id })).filter(({ state }) => state === 'active')
  const spans = (await Promise.all(sources.map(({ id }) => store.feed.newestSpans(account.id, id, SPANS_LOOKED_AT)))).flat()
  if (!spans.some(isFailing)) return null
  return (await loadBalanceProof(store, account)).breaks.filter(({ status }) => status === 'broken').at(-1) ?? null
}

/** Balance and rows disagree, whether that is called broken already or not. */
export function isFailing(span: BalanceSpan): boolean {
  return span.status !== 'proved' && !agrees(span)
}

/** What a source stated, and the days that all of the account answered for. */
export type Stated = { readonly balances: readonly BalanceStatement[]; readonly coverage: readonly Coverage[] }

/** The chain around spans of one source that fail; `to`: the newest balance that belongs to it. */
export async function loadChain(feed: FeedStore, account: Account, sourceId: string, first: BalanceSpan, { balances, coverage }: Stated): Promise<LoadedChain | null> {
  const all = checkpointsOf(balances)
  const exact = all.findLastIndex(({ on, amount }) => on <= first.from && amount === first.opening)
  const anchor = exact === -1 ? all.findLastIndex(({ on }) => on <= first.from) : exact
  const checkpoints = all.slice(Math.max(0, anchor - BEFORE), Math.max(0, anchor - BEFORE) + MOST)
  const [begin, end] = [checkpoints[0], checkpoints.at(-1)]
  if (begin === undefined || end === undefined) return null
  const rows = await ledgerRows(feed, account, sourceId, { from: begin.on, to: end.on })
  const own = coverage.filter((range) => range.sourceId === sourceId)
  const since = runOf(balances, begin)
  const coveredBefore = joinRanges(own.filter(({ runId }) => runId <= since))
  const covered = joinRanges(own)
  return { checkpoints, rows, coveredBefore, covered, steps: stepsOf(checkpoints, rows, coveredBefore, covered).steps }
}

async function breaksOf(feed: FeedStore, account: Account, sourceId: string, failing: readonly BalanceSpan[], coverage: readonly Coverage[], others: readonly OtherSide[]): Promise<readonly BalanceBreak[]> {
  const breaks: BalanceBreak[] = []
  const stated: Stated = { balances: await feed.balances(account.id, sourceId), coverage }
  let done: Day | null = null
  for (const span of failing) {
    if (done !== null && span.from < done) continue
    const chain = await loadChain(feed, account, sourceId, span, stated)
    if (chain === null) continue
    done = chain.checkpoints.at(-1)!.on
    const together = failing.filter((other) => other.from >= span.from && other.from < done!)
    const difference = chain.steps.reduce((sum, step) => (step.isCovered ? sum + step.difference : sum), 0n)
    const explanations = solveBalance(stepsOf(chain.checkpoints, chain.rows, chain.coveredBefore, chain.covered), new Clues(chain.rows, others))
    // By now everything agrees: the next read says so of the span.
    if (difference === 0n && explanations.length === 0) continue
    const status = together.some((other) => other.status === 'broken') ? 'broken' : 'unknown'
    breaks.push({ sourceId, from: span.from, to: together.at(-1)!.to, difference, status, explanations })
  }
  return breaks
}

/** The newest run that had stated a balance by then: ids of runs are in the order of time. */
function runOf(balances: readonly BalanceStatement[], { at }: Checkpoint): string {
  return balances.reduce((newest, { runId, observedAt }) => (observedAt <= at && runId > newest ? runId : newest), '')
}

/** All rows of the account that balances of these days may have counted, with what speaks for and against each. */
export async function ledgerRows(feed: FeedStore, account: Account, sourceId: string, days: DayRange): Promise<readonly LedgerRow[]> {
  const range = { from: addDays(days.from, -USUAL_DAYS), to: addDays(days.to, FAR_AHEAD_DAYS) }
  const { transactions } = await feed.candidates({
    accountId: account.id, sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: { states: ['pending', 'posted', 'withdrawn'], range },
  })
  const rows: LedgerRow[] = []
  for (const row of transactions) {
    const isNear = row.postedOn >= addDays(days.from, -CHANGED_DAYS)
    const changes = isNear && row.updatedAt !== row.createdAt ? await feed.history(row.id) : []
    rows.push(ledgerRow(row, changes))
  }
  return rows
}

function ledgerRow(row: Candidate, changes: readonly TransactionChange[]): LedgerRow {
  // The last time: what it was before it went and came back, the balances of that time have judged.
  const posted = changes.findLast((change) => change.changes['state']?.[1] === 'posted')
  const wasPending = row.reports.some((report) => report.status === 'pending')
  const gone = row.state === 'withdrawn' ? changes.findLast((change) => change.changes['state']?.[1] === 'withdrawn') : undefined
  // What was never at the bank, or is another row by now, was in no balance.
  const neverWas = row.withdrawnReason === 'merged' || row.withdrawnReason === 'undone'
  const isPosted = row.state === 'posted' || (row.state === 'withdrawn' && row.status === 'posted' && !neverWas)
  const otherAmounts = changes.flatMap((change) => change.changes['amount'] ?? []).flatMap((amount) => (amount === null ? [] : [BigInt(amount)])).filter((amount) => amount !== row.amount)
  const foreign = row.foreignAmount === null || row.foreignCurrency === row.currency ? null : moneyOf(row.foreignAmount as Decimal, row.currency)
  return {
    id: row.id, on: row.postedOn, amount: row.amount, knownAt: isPosted ? (posted?.at ?? row.createdAt) : null, goneAt: neverWas || gone === undefined ? null : gone.at,
    pendingAt: wasPending && !neverWas ? row.createdAt : null, text: textOf(row), kind: row.kind, checkNumber: row.checkNumber, transactedOn: row.transactedOn, valueOn: row.valueOn,
    otherAmounts, foreignAmount: foreign !== null && foreign.ok ? foreign.value.minor : null,
  }
}

/** Rows of the other accounts in this currency, among which the other side of a transfer may be. */
export async function otherSides({ accounts, feed }: TenantStore, account: Account, from: Day): Promise<readonly OtherSide[]> {
  const others: OtherSide[] = []
  for (const other of await accounts.all()) {
    if (other.id === account.id || other.currency !== account.currency) continue
    const { rows } = await feed.transactions({ accountId: other.id, from: addDays(from, -USUAL_DAYS), states: ['posted'], limit: OTHER_ROWS })
    for (const row of rows) others.push({ id: row.id, on: row.postedOn, amount: row.amount, text: normalisedText(row.name, row.memo), kind: row.kind })
  }
  return others
}
