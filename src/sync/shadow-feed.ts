/**
 * A feed that remembers what would be committed instead of committing it: reads show the stored feed
 * with the pages so far on top, so that answers can be judged by the very code that judges them for
 * good. Nothing that is done to it reaches the store.
 */
import { contains, FIRST_DAY } from '../domain/day.ts'
import type { RowContent, TransactionId } from '../domain/transaction.ts'
import { pageByPage } from '../ports/page-by-page.ts'
import type { Candidate, CandidateQuery, Candidates, FeedStore, KnownReport, NewObservation, PageCommit } from '../ports/feed.ts'

export class ShadowFeed {
  /** What would be committed, in order. */
  readonly pages: PageCommit[] = []
  readonly #stored: FeedStore
  /** Transactions that the pages made or changed, and those that they were shown. */
  readonly #rows = new Map<TransactionId, Candidate>()
  readonly #touched = new Set<TransactionId>()
  readonly #known = new Map<string, { readonly observationId: string; readonly transactionId: TransactionId }>()

  constructor(stored: FeedStore) {
    this.#stored = stored
  }

  get feed(): FeedStore {
    const stored = this.#stored
    return {
      ...stored,
      candidates: (query) => this.#candidates(query),
      ...pageByPage(async (page) => this.#commit(page)),
      cursor: async (sourceId) => this.pages.findLast((page) => page.sourceId === sourceId && page.cursor !== null)?.cursor ?? stored.cursor(sourceId),
      coverage: async (accountId) => [
        ...(await stored.coverage(accountId)),
        ...this.pages.flatMap(({ accountId: of, sourceId, runId, covers }) => (of !== accountId || covers === null ? [] : [{ accountId, sourceId, runId, ...covers }])),
      ],
      covered: async (accountId) => [
        ...(await stored.covered(accountId)),
        ...this.pages.flatMap(({ accountId: of, sourceId, covers }) => (of !== accountId || covers === null ? [] : [{ sourceId, ...covers }])),
      ],
      newestAnswer: async (accountId, sourceIds) => this.pages.findLast((page) => page.accountId === accountId && sourceIds.includes(page.sourceId) && page.covers !== null)?.runId ?? stored.newestAnswer(accountId, sourceIds),
      balances: async (accountId, sourceId, since = FIRST_DAY) => [...(await stored.balances(accountId, sourceId, since)), ...this.pages.flatMap((page) => (page.sourceId === sourceId ? page.balances.filter(({ on }) => on >= since) : []))],
      spans: async (accountId, since = FIRST_DAY) => [...(await stored.spans(accountId, since)), ...this.pages.flatMap((page) => (page.accountId === accountId ? page.spans.filter(({ to }) => to >= since) : []))],
      newestSpans: async (accountId, sourceId, newest) => [...(await stored.newestSpans(accountId, sourceId, newest)), ...this.pages.flatMap((page) => (page.sourceId === sourceId ? page.spans : []))],
      sumPosted: async (accountId, after, upTo) => {
        let sum = await stored.sumPosted(accountId, after, upTo)
        const inside = (row: Candidate) => row.accountId === accountId && row.state === 'posted' && row.postedOn > after && row.postedOn <= upTo
        for (const id of this.#touched) {
          const [before, now] = [await stored.transaction(id), this.#rows.get(id)!]
          if (before !== null && inside({ ...now, ...before })) sum -= before.amount
          if (inside(now)) sum += now.amount
        }
        return sum
      },
      observations: async (id) => [...(await stored.observations(id)), ...this.pages.flatMap((page) => page.observations.filter((o) => o.transactionId === id))],
      // What a person answers concerns the feed as it is.
      decide: async () => true,
      decideAll: async (deeds) => new Set(deeds.map(({ id }) => id)),
      answerQuestion: async () => {},
    }
  }

  /** The transaction as it would be; null when nothing showed or made it. */
  row(id: TransactionId): Candidate | null {
    return this.#rows.get(id) ?? null
  }

  async #candidates(query: CandidateQuery): Promise<Candidates> {
    const stored = await this.#stored.candidates(query)
    const rows = new Map<TransactionId, Candidate>()
    for (const row of stored.transactions) {
      if (!this.#rows.has(row.id)) this.#rows.set(row.id, row)
      rows.set(row.id, this.#rows.get(row.id)!)
    }
    for (const id of this.#touched) {
      const row = this.#rows.get(id)!
      if (row.accountId === query.accountId && isAskedFor(row, query)) rows.set(id, row)
    }
    const known = new Map<string, KnownReport>(stored.known)
    for (const key of query.keys) {
      const report = this.#known.get(`${query.sourceId}|${key}`)
      if (report === undefined) continue
      const { state, withdrawnReason, contentKey } = this.#rows.get(report.transactionId)!
      known.set(key, { ...report, state, withdrawnReason, contentKey })
    }
    return { known, transactions: [...rows.values()].sort((a, b) => (a.postedOn < b.postedOn || (a.postedOn === b.postedOn && a.id < b.id) ? -1 : 1)) }
  }

  #commit(page: PageCommit): { readonly inserted: number } {
    this.pages.push(page)
    for (const row of page.inserts) this.#put({ ...row, reports: [] })
    for (const observation of page.observations) this.#join(observation)
    for (const { id, content, state, withdrawnReason, contentKey } of page.updates) {
      const before = this.#rows.get(id)
      if (before !== undefined) this.#put({ ...before, ...(content as Partial<RowContent>), state, withdrawnReason, contentKey })
    }
    return { inserted: page.inserts.length }
  }

  #join({ id, transactionId, sourceId, providerId, pendingProviderId, key, status, postedOn }: NewObservation): void {
    const row = this.#rows.get(transactionId)
    if (row === undefined) throw new Error('an observation of a transaction that was not shown')
    this.#put({ ...row, reports: [...row.reports, { sourceId, providerId, pendingProviderId, key, status, postedOn, counts: true }] })
    this.#known.set(`${sourceId}|${key}`, { observationId: id, transactionId })
  }

  #put(row: Candidate): void {
    this.#rows.set(row.id, row)
    this.#touched.add(row.id)
  }
}

function isAskedFor(row: Candidate, { sourceId, providerIds, contentKeys, near, states, keys }: CandidateQuery): boolean {
  if (states !== null && states.states.includes(row.state) && contains(states.range, row.postedOn)) return true
  if (contentKeys.includes(row.contentKey)) return true
  if (near.amounts.some((amount, index) => amount === row.amount && near.from[index]! <= row.postedOn && row.postedOn <= near.to[index]!)) return true
  return row.reports.some((r) => r.sourceId === sourceId && (keys.includes(r.key) || (r.providerId !== null && providerIds.includes(r.providerId)) || (r.pendingProviderId !== null && providerIds.includes(r.pendingProviderId))))
}
