/**
 * An account concluded anew: all its reports are judged once more by the present matcher, as they came,
 * and what comes out differently is shown, and applied in one step when a person wants it. Ids stay, and
 * so does what a person decided; applying is a run of its own that can be taken back. Applied once, a
 * second time finds nothing.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { MatchTier, Transaction, TransactionId } from '../domain/transaction.ts'
import type { StoredReport } from '../ports/history.ts'
import type { FeedStore } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Refusal } from './deps.ts'
import { IMPORTS } from './import.ts'
import { difference, type Difference, type RecomputeCounts, type RecomputedRow } from './recompute-difference.ts'
import { replay } from './replay.ts'
import { whileHeld, type UndoDeps } from './undo.ts'

export type RecomputeDeps = UndoDeps & {
  /** An empty store that is thrown away. */
  readonly scratch: () => TenantStore
}

/** `run`: the run that applied it; null when nothing was applied. */
export type Recomputation = { readonly account: Account; readonly counts: RecomputeCounts; readonly rows: readonly RecomputedRow[]; readonly isDifferent: boolean; readonly run: SyncRun | null }

const PAGE = 5_000
/** All reports of the account are held while it is lived through: about 3 kB each. */
const MAX_REPORTS = 250_000

/** Shows the difference; with `apply` makes it true as well. */
export async function recomputeAccount(deps: RecomputeDeps, accountId: string, apply: boolean): Promise<Result<Recomputation, Refusal>> {
  const account = await deps.store.accounts.get(accountId)
  if (account === null) return failed({ code: 'not_found', message: 'There is no such account.' })
  const sources = await deps.store.accounts.sources({ accountId })
  if (!apply) return judge(deps, account, sources)
  const connections = new Set(sources.flatMap(({ connectionId }) => connectionId ?? []))
  const held = await whileHeld(deps, [IMPORTS, ...[...connections].sort()], () => judgeAndApply(deps, account))
  return held?.value ?? failed({ code: 'busy', message: 'The account is being read right now.' })
}

type Judged = Recomputation & { readonly act: Difference['act']; readonly sources: readonly AccountSource[] }

async function judgeAndApply(deps: RecomputeDeps, account: Account): Promise<Result<Recomputation, Refusal>> {
  const judged = await judge(deps, account, await deps.store.accounts.sources({ accountId: account.id }))
  if (!judged.ok || !judged.value.isDifferent) return judged
  const { counts, act, sources } = judged.value
  const now = deps.clock.now()
  const outcome = {
    accountId: account.id, added: counts.parted + counts.restored, matched: counts.same, changed: counts.changed, withdrawn: counts.joined + counts.withdrawn, questions: counts.questions, failure: null,
  }
  const run: SyncRun = {
    id: deps.entropy.id(now), connectionId: null, trigger: 'recompute', startedAt: now, endedAt: now, outcome: 'succeeded', stage: null, accounts: [outcome], failure: null, label: account.name,
  }
  const done = await deps.store.history.recompute({ run, accountId: account.id, sourceIds: sources.map(({ id }) => id), ...act })
  return done ? ok({ ...judged.value, run }) : failed({ code: 'busy', message: 'Somebody decided about rows of this account meanwhile; look at the difference again.' })
}

async function judge(deps: RecomputeDeps, account: Account, sources: readonly AccountSource[]): Promise<Result<Judged, Refusal>> {
  const { store } = deps
  const reports = await reportsOf(store, sources)
  if (reports === null) return failed({ code: 'wrong_state', message: `This account has more than ${MAX_REPORTS} reports; so many cannot be judged again yet.` })
  const [open, answered, answeredAfter] = await Promise.all([store.feed.questions({ accountId: account.id, open: true }), store.feed.questions({ accountId: account.id, open: false }), store.history.answeredAfter(account.id)])
  const { feed, placeOf } = sources.length === 0 ? { feed: store.feed, placeOf: new Map<string, TransactionId>() } : await replay({ store, account, sources, reports, answered, answeredAfter }, deps.scratch())
  const now = deps.clock.now()
  const [stored, derived] = [await transactionsOf(store.feed, account.id), await transactionsOf(feed, account.id)]
  const found = difference({
    stored, derived, reports, placeOf, tierOf: await tiersOf(feed, reports, placeOf),
    questions: { stored: [...open, ...answered], derived: sources.length === 0 ? [] : await feed.questions({ accountId: account.id, open: true }) },
    spans: await feed.spans(account.id), ended: new Set(sources.filter(({ state }) => state === 'replaced').map(({ id }) => id)), at: now, newId: () => deps.entropy.id(now),
  })
  const { inserts, rows, moves, questions, closed } = found.act
  return ok({ account, sources, ...found, isDifferent: [inserts, rows, moves, questions, closed].some((list) => list.length > 0), run: null })
}

async function reportsOf(store: TenantStore, sources: readonly AccountSource[]): Promise<ReadonlyMap<string, StoredReport> | null> {
  const reports = new Map<string, StoredReport>()
  for (const { id } of sources) {
    for (let after: string | null = null; ; ) {
      const page: readonly StoredReport[] = await store.history.reports(id, after, PAGE)
      for (const report of page) reports.set(report.id, report)
      if (reports.size > MAX_REPORTS) return null
      if (page.length < PAGE) break
      after = page.at(-1)!.key
    }
  }
  return reports
}

async function transactionsOf(feed: FeedStore, accountId: string): Promise<ReadonlyMap<TransactionId, Transaction>> {
  const all = new Map<TransactionId, Transaction>()
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<FeedStore['transactions']>> = await feed.transactions({ accountId, limit: PAGE, order: 'oldest', includeDeleted: true, ...(cursor === null ? {} : { cursor }) })
    for (const row of page.rows) all.set(row.id, row)
    if (page.next === null) return all
    cursor = page.next
  }
}

/** Why the reports that go elsewhere belong where they go. */
async function tiersOf(feed: FeedStore, reports: ReadonlyMap<string, StoredReport>, placeOf: ReadonlyMap<string, TransactionId>): Promise<(reportId: string) => MatchTier> {
  const tiers = new Map<string, MatchTier>()
  const places = new Set([...placeOf].filter(([reportId, place]) => reports.get(reportId)!.transactionId !== place).map(([, place]) => place))
  for (const place of places) for (const { id, tier } of await feed.observations(place)) tiers.set(id, tier)
  return (reportId) => tiers.get(reportId) ?? 'new'
}
