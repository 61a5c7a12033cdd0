/** The feed of one tenant in memory; see `FeedStore`. */
import type { Transaction, TransactionChange } from '../../domain/transaction.ts'
import { FIRST_DAY, joinRanges, type Day } from '../../domain/day.ts'
import { isSought } from '../../domain/sought-amount.ts'
import type { Deed, FeedStore, Mark, NewTransaction, TransactionFilter } from '../../ports/feed.ts'
import { memoryAnswers } from './answers.ts'
import { applyDecisions, isAsSeen, type Decided } from '../decide.ts'
import { cursorAfter, placeOf } from '../paging.ts'
import { applyUpdates, candidates, commitPages } from './feed-commit.ts'
import { undoneRuns } from './undone.ts'
import { by } from './order.ts'
import type { FeedState, TenantState } from './state.ts'

export function memoryFeed(state: TenantState): FeedStore {
  const { feed } = state
  return {
    async candidates(query) {
      return candidates(state, query)
    },
    async commitPage(page) {
      return commitPages(state, [page])
    },
    async changeRows(accountId, updates, at) {
      applyUpdates(feed, { accountId, updates, at })
    },
    async commitPages(pages) {
      return commitPages(state, pages)
    },
    async cursor(sourceId) {
      return state.cursors.get(sourceId) ?? null
    },
    async progress(connectionId) {
      const own = [...state.sources.values()].filter((source) => source.connectionId === connectionId)
      const covered = counting(state, state.coverage)
      return new Map(own.map(({ id, accountId }) => [id, {
        covered: joinRanges(covered.filter((c) => c.accountId === accountId && c.sourceId === id)), cursor: state.cursors.get(id) ?? null, pendingFrom: oldestPending(feed, accountId),
      }]))
    },
    async coverage(accountId) {
      return counting(state, state.coverage).filter((c) => c.accountId === accountId)
    },
    async covered(accountId) {
      const own = Map.groupBy(counting(state, state.coverage).filter((c) => c.accountId === accountId), (c) => c.sourceId)
      return [...own].sort(by(([sourceId]) => sourceId)).flatMap(([sourceId, ranges]) => joinRanges(ranges).map(({ from, to }) => ({ sourceId, from, to })))
    },
    async newestAnswer(accountId, sourceIds) {
      return counting(state, state.coverage).findLast((c) => c.accountId === accountId && sourceIds.includes(c.sourceId))?.runId ?? null
    },
    async balances(accountId, sourceId, since = FIRST_DAY) {
      const own = counting(state, state.balances).filter((b) => b.accountId === accountId && b.sourceId === sourceId && b.on >= since)
      return own.sort(by((b) => b.on, (b) => b.observedAt))
    },
    async newestBalance(accountId, kind) {
      return counting(state, state.balances).filter((b) => b.accountId === accountId && b.kind === kind).sort(by((b) => b.on, (b) => b.observedAt)).at(-1) ?? null
    },
    async spans(accountId, since = FIRST_DAY) {
      return state.spans.filter((s) => s.accountId === accountId && s.to >= since).sort(by((s) => s.sourceId, (s) => s.from, (s) => s.to))
    },
    async newestSpans(accountId, sourceId, newest) {
      const own = state.spans.filter((s) => s.accountId === accountId && s.sourceId === sourceId).sort(by((s) => s.to))
      return own.filter(({ status }, index) => status !== 'proved' || index >= own.length - newest).sort(by((s) => s.from, (s) => s.to))
    },
    async lastStated(accountId, sourceId, upTo) {
      const stated = counting(state, state.balances).filter((b) => b.accountId === accountId && b.sourceId === sourceId && (b.kind === 'ledger' || b.kind === 'closing'))
      const balance = stated.sort(by((b) => b.on, (b) => b.observedAt)).at(-1)
      return balance === undefined ? null : { balance, sumSince: sumPosted(feed, accountId, balance.on, upTo) }
    },
    async sumPosted(accountId, after, upTo) {
      return sumPosted(feed, accountId, after, upTo)
    },
    async transactions(filter) {
      return listTransactions(feed, filter)
    },
    async transaction(id) {
      const row = feed.transactions.get(id)
      return row === undefined ? null : shown(row)
    },
    async history(id) {
      return [...(feed.history.get(id) ?? [])]
    },
    async observations(id) {
      const stored = [...feed.observationsOf(id)].sort(by((o) => o.row.observedAt, (o) => o.row.id))
      return stored.map((o) => ({ ...o.row, tier: o.tier }))
    },
    decide: async (id, decisions, at, from) => decideAll(feed, [{ id, decisions, ...(from === undefined ? {} : { from }) }], at).has(id),
    async decideAll(deeds, at) {
      return decideAll(feed, deeds, at)
    },
    async decided(limit, by) {
      return feed.decisions.filter((change) => by === undefined || change.by === by).slice(-limit).reverse()
    },
    async questions(filter) {
      const asked = [...state.questions.values()].filter(
        (q) => (filter.accountId === undefined || q.accountId === filter.accountId) && (q.answer === null) === filter.open,
      )
      return asked.sort(by((q) => q.askedAt, (q) => q.id))
    },
    ...memoryAnswers(state),
  }
}

function decideAll(feed: FeedState, deeds: readonly Deed[], at: number): ReadonlySet<string> {
  const stored = new Set<string>()
  for (const { id, decisions, from } of deeds) {
    const row = feed.transactions.get(id)
    if (row === undefined || !isAsSeen(row, from)) continue
    put(feed, applyDecisions(row, decisions, at))
    stored.add(id)
  }
  return stored
}

/** Without what a run said that was taken back. */
export function counting<T extends { readonly runId: string }>(state: TenantState, stated: readonly T[]): readonly T[] {
  if (state.undos.size === 0) return stated
  const undone = undoneRuns(state)
  return stated.filter(({ runId }) => !undone.has(runId))
}

function sumPosted(feed: FeedState, accountId: string, after: Day, upTo: Day): bigint {
  let sum = 0n
  for (const [day, ids] of feed.days(accountId)) {
    if (day <= after || day > upTo) continue
    for (const id of ids) {
      const row = feed.transactions.get(id)!
      if (row.state === 'posted') sum += row.amount
    }
  }
  return sum
}

function oldestPending(feed: FeedState, accountId: string): Day | null {
  let oldest: Day | null = null
  for (const [day, ids] of feed.days(accountId)) {
    if (oldest !== null && day >= oldest) continue
    for (const id of ids) if (feed.transactions.get(id)!.state === 'pending') oldest = day
  }
  return oldest
}

export function put(feed: FeedState, { row, change }: Decided): void {
  if (change === null) return
  feed.putTransaction(row)
  feed.addChange(change)
}

function listTransactions(feed: FeedState, filter: TransactionFilter): { rows: readonly Transaction[]; next: string | null } {
  const place = filter.cursor === undefined ? null : placeOf(filter.cursor)
  const rows: NewTransaction[] = []
  const isWithin = (day: Day): boolean => (filter.from === undefined || day >= filter.from) && (filter.to === undefined || day <= filter.to)
  if (filter.accountId === null) for (const row of feed.transactions.values()) if (isWithin(row.postedOn)) rows.push(row)
  for (const [day, ids] of filter.accountId === null ? [] : feed.days(filter.accountId)) if (isWithin(day)) for (const id of ids) rows.push(feed.transactions.get(id)!)
  const oldest = filter.order === 'oldest'
  const ascending = by<{ postedOn: string; id: string }>((row) => row.postedOn, (row) => row.id)
  const order = oldest ? ascending : (a: NewTransaction, b: NewTransaction) => -ascending(a, b)
  const follows = (row: NewTransaction) => place === null || (oldest ? ascending(row, place) > 0 : ascending(row, place) < 0)
  const wanted = rows.filter((row) => matches(row, filter) && arrived(feed, row, filter) && follows(row)).sort(order)
  const page = wanted.slice(0, filter.limit)
  const last = page.at(-1)
  return { rows: page.map(shown), next: wanted.length > page.length && last !== undefined ? cursorAfter(last) : null }
}

function matches(row: NewTransaction, filter: TransactionFilter): boolean {
  const { category, note, excluded, deleted, transfer } = row.decisions
  if (deleted && filter.includeDeleted !== true && filter.mark !== 'deleted') return false
  if (filter.category !== undefined && (category ?? '') !== filter.category) return false
  const marks: Readonly<Record<Mark, boolean>> = { excluded, included: !excluded, paired: transfer !== null, unpaired: transfer === null, noted: note !== null, deleted }
  if (filter.mark !== undefined && !marks[filter.mark]) return false
  if (filter.states !== undefined && !filter.states.includes(row.state)) return false
  if (filter.review !== undefined && row.decisions.review !== filter.review) return false
  if (filter.review === 'for_review' && (row.decisions.excluded || row.state === 'withdrawn')) return false
  return filter.text === undefined || filter.text === '' || isSought(row, filter.text)
}

function arrived(feed: FeedState, row: NewTransaction, { arrived: window }: TransactionFilter): boolean {
  if (window === undefined) return true
  const inside = (at: number): boolean => at >= window.since && at < window.until
  const arrives = ({ changes }: TransactionChange): boolean => (row.state === 'posted' && changes['state']?.[1] === 'posted') || changes['excluded']?.[1] === 'false' || changes['deleted']?.[1] === 'false'
  return inside(row.createdAt) || (feed.history.get(row.id) ?? []).some((c) => inside(c.at) && arrives(c))
}

/** The row as consumers see it; made once, since a row that changes is another one. */
export function shown(stored: NewTransaction): Transaction {
  let row = seen.get(stored)
  if (row === undefined) {
    const { contentKey: _, ...told } = stored
    seen.set(stored, (row = told))
  }
  return row
}
const seen = new WeakMap<NewTransaction, Transaction>()
