/**
 * Candidates for the matcher and the commit of one page, in memory. A commit checks first and then
 * only adds, without a step in between at which another call could run: it is atomic.
 */
import { spannedDays } from '../../domain/run.ts'
import type { Candidate, CandidateQuery, Candidates, KnownReport, NewTransaction, PageCommit } from '../../ports/feed.ts'
import { assertOnePage, restoredIn, withoutStored } from '../page.ts'
import { by } from './order.ts'
import type { FeedState, StoredObservation, TenantState } from './state.ts'
import { countingReports, undoneRuns } from './undone.ts'

/** See `FeedStore.candidates`. */
export function candidates(state: TenantState, query: CandidateQuery): Candidates {
  const { feed } = state
  const known = new Map<string, KnownReport>()
  const found = new Set<string>()
  for (const key of query.keys) {
    const stored = feed.observation(query.sourceId, key)
    if (stored === undefined) continue
    const { state, withdrawnReason, contentKey } = feed.transactions.get(stored.transactionId)!
    if (feed.history.has(stored.transactionId)) found.add(stored.transactionId)
    known.set(key, { observationId: stored.row.id, transactionId: stored.transactionId, state, withdrawnReason, contentKey })
  }
  for (const id of query.providerIds) for (const stored of feed.reportedAs(query.sourceId, id)) found.add(stored.transactionId)
  for (const key of query.contentKeys) for (const id of feed.withContent(query.accountId, key)) found.add(id)
  addNear(feed, query, found)
  addStates(feed, query, found)
  const counts = undoneRuns(state).size === 0 ? () => true : countingReports(state)
  const rows = [...found].map((id) => candidate(feed, id, counts)).filter((row) => row !== null)
  return { known, transactions: rows.sort(by((row) => row.postedOn, (row) => row.id)) }
}

function addNear(feed: FeedState, { accountId, near }: CandidateQuery, found: Set<string>): void {
  near.amounts.forEach((amount, index) => {
    for (const id of feed.withAmount(accountId, amount)) {
      const { postedOn } = feed.transactions.get(id)!
      if (near.from[index]! <= postedOn && postedOn <= near.to[index]!) found.add(id)
    }
  })
}

function addStates(feed: FeedState, { accountId, states }: CandidateQuery, found: Set<string>): void {
  if (states === null) return
  for (const [day, ids] of feed.days(accountId)) {
    if (day < states.range.from || day > states.range.to) continue
    for (const id of ids) if (states.states.includes(feed.transactions.get(id)!.state)) found.add(id)
  }
}

const byObserving = by<StoredObservation>(({ row }) => row.observedAt, ({ row }) => row.id)

function candidate(feed: FeedState, id: string, counts: (stored: StoredObservation) => boolean): Candidate | null {
  const row = feed.transactions.get(id)
  if (row === undefined) return null
  const observed = feed.observationsOf(id)
  const inOrder = observed.length < 2 ? observed : observed.toSorted(byObserving)
  const reports = inOrder.map((stored) => {
    const { sourceId, providerId, pendingProviderId, key, status, postedOn } = stored.row
    return { sourceId, providerId, pendingProviderId, key, status, postedOn, counts: counts(stored) }
  })
  return { ...row, reports }
}

/** See `FeedStore.commitPages`. */
export function commitPages(state: TenantState, pages: readonly PageCommit[]): { readonly inserted: number } {
  for (const page of pages) {
    assertOnePage(page)
    if (state.sources.get(page.sourceId)?.accountId !== page.accountId) throw new Error('a page for a source that does not exist')
    if (!state.runs.has(page.runId)) throw new Error('a page of a run that does not exist')
  }
  return { inserted: pages.reduce((sum, page) => sum + commit(state, page), 0) }
}

/** How many transactions were new. */
function commit(state: TenantState, asked: PageCommit): number {
  const page = withoutStored(asked, alreadyStored(state.feed, asked))
  for (const { transactionId, tier, ...row } of page.observations) state.feed.addObservation({ row, transactionId, tier })
  for (const row of page.inserts) state.feed.putTransaction(row)
  applyUpdates(state.feed, page)
  const { accountId, sourceId, runId, at, seen, covers } = page
  for (const question of page.questions) {
    state.questions.set(question.id, question)
    state.questionRuns.set(question.id, { runId, closedBy: null })
  }
  reopenQuestions(state, page)
  state.pages.push({ runId, accountId, sourceId, at, seen, covers })
  if (covers !== null) state.coverage.push({ accountId, sourceId, runId, from: covers.from, to: covers.to })
  state.balances.push(...page.balances)
  const days = spannedDays(page.spans)
  if (days !== null) state.spans = [...state.spans.filter((s) => s.sourceId !== sourceId || s.to <= days.from || s.from >= days.to), ...page.spans]
  if (page.cursor !== null) state.cursors.set(sourceId, page.cursor)
  if (page.sign !== undefined) state.sources.set(sourceId, { ...state.sources.get(sourceId)!, sign: page.sign })
  return page.inserts.length
}

/** Questions that were closed with an undone row are open again when a report brings the row back. */
function reopenQuestions(state: TenantState, page: PageCommit): void {
  const back = new Set(restoredIn(page))
  if (back.size === 0) return
  const stands = (id: string | null) => id === null || state.feed.transactions.get(id)!.state !== 'withdrawn'
  for (const question of [...state.questions.values()]) {
    const { id, answer, transactionId, otherTransactionId } = question
    if (answer !== 'undone' || !(back.has(transactionId) || back.has(otherTransactionId ?? ''))) continue
    if (!stands(transactionId) || !stands(otherTransactionId)) continue
    state.questions.set(id, { ...question, answer: null, answeredAt: null, answerer: null })
    state.questionRuns.set(id, { runId: state.questionRuns.get(id)?.runId ?? null, closedBy: null })
  }
}

/** Observations of the page that lose, with the id under which their report is stored. */
function alreadyStored(feed: FeedState, page: PageCommit): ReadonlyMap<string, string> {
  const lost = new Map<string, string>()
  const inPage = new Map<string, string>()
  for (const { id, key, sourceId } of page.observations) {
    const winner = feed.observation(sourceId, key)?.row.id ?? inPage.get(key)
    if (winner === undefined) inPage.set(key, id)
    else lost.set(id, winner)
  }
  return lost
}

/** See `FeedStore.changeRows`. */
export function applyUpdates(feed: FeedState, page: Pick<PageCommit, 'accountId' | 'updates' | 'at'>): void {
  for (const { id, content, state, withdrawnReason, contentKey, change } of page.updates) {
    const before = feed.transactions.get(id)
    if (before === undefined || before.accountId !== page.accountId) continue
    const after: NewTransaction = { ...before, ...content, state, withdrawnReason, contentKey, updatedAt: page.at }
    feed.putTransaction(after)
    feed.addChange(change)
  }
}
