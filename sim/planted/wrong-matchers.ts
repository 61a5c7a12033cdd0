/**
 * Matchers as other programs have them: by content alone, by id alone, by amount within some days, or with
 * no memory at all. Each stands between the real engine and its store, and joins or parts rows there.
 */
import { daysBetween } from '../../src/domain/day.ts'
import type { NewTransaction, PageCommit } from '../../src/ports/feed.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import type { Digest, Transaction } from '../../src/domain/transaction.ts'
import { planted, type PlantedBug } from './planted-bug.ts'
import { commitsOf, feedOf } from './wrong-engines.ts'

/**
 * Takes new rows for ones that are there already: their reports go to those. `find` looks among the
 * rows of the account and the new ones that were kept.
 */
function joining(find: (row: NewTransaction, among: readonly Transaction[], page: PageCommit) => string | undefined) {
  return (store: TenantStore): TenantStore =>
    feedOf((feed) => ({
      commitPage: async (page) => {
        const { rows } = await feed.transactions({ accountId: page.accountId, states: ['posted', 'pending'], includeDeleted: true, limit: 1_000 })
        const among: Transaction[] = [...rows]
        const joined = new Map<string, string>()
        for (const row of page.inserts) {
          const into = find(row, among, page)
          if (into === undefined) among.push(row)
          else joined.set(row.id, into)
        }
        return feed.commitPage({
          ...page,
          inserts: page.inserts.filter(({ id }) => !joined.has(id)),
          observations: page.observations.map((one) => ({ ...one, transactionId: joined.get(one.transactionId) ?? one.transactionId })),
          questions: page.questions.filter(({ transactionId, otherTransactionId }) => !joined.has(transactionId) && !joined.has(otherTransactionId ?? '')),
        })
      },
    }))(store)
}

const sameText = (a: Transaction, b: Transaction): boolean => a.name === b.name && a.memo === b.memo

/** A key that nothing else has, from one that somebody has. */
const otherKey = (key: Digest, salt: string): Digest => `${salt.replaceAll('-', '').slice(-8)}${key.slice(8)}`

export const WRONG_MATCHERS: readonly PlantedBug[] = [
  planted('content-is-identity', 'true-twins', 'Rows of equal day, amount and words are one row (25, 26).', {
    store: joining((row, among) => among.find((one) => one.postedOn === row.postedOn && one.amount === row.amount && sameText(one, row))?.id),
  }),
  planted('amount-within-days', 'quiet', 'Rows of equal amount within a week are one row, whatever their ids (27).', {
    store: joining((row, among) => among.find((one) => one.amount === row.amount && Math.abs(daysBetween(one.postedOn, row.postedOn)) <= 7)?.id),
  }),
  planted('payee-is-identity', 'quiet', 'Rows of one payee within a few days are one row.', {
    store: joining((row, among) => among.find((one) => one.name === row.name && Math.abs(daysBetween(one.postedOn, row.postedOn)) <= 3)?.id),
  }),
  planted('id-is-identity', 'ids-reused', 'A row whose id was seen before is that row, whatever it says (28, 29).', {
    store: (store) => {
      const byId = new Map<string, string>()
      return joining((row, _among, page) => {
        for (const { providerId, transactionId, accountId } of page.observations) {
          if (providerId !== null && transactionId === row.id) return byId.get(`${accountId} ${providerId}`)
        }
        return undefined
      })(feedOf((feed) => ({
        commitPage: async (page) => {
          for (const { providerId, transactionId, accountId } of page.observations) if (providerId !== null) byId.set(`${accountId} ${providerId}`, transactionId)
          return feed.commitPage(page)
        },
      }))(store))
    },
  }),
  planted('only-ids-are-known', 'ids-change', 'A row under an unknown id is new, though its words are those of a row whose id is gone (11, 12).', {
    store: feedOf((feed) => ({
      candidates: async (query) => {
        const { known, transactions } = await feed.candidates(query)
        const ids = new Set(query.providerIds)
        return { known, transactions: transactions.filter(({ reports }) => reports.some(({ providerId }) => providerId !== null && ids.has(providerId))) }
      },
    })),
  }),
  planted('no-memory', 'quiet', 'What is stored is not looked up, so each read stores its rows anew (32, 33).', {
    store: feedOf((feed) => ({
      candidates: async () => ({ known: new Map(), transactions: [] }),
      commitPage: (page) => feed.commitPage({ ...page, observations: page.observations.map((one) => ({ ...one, key: otherKey(one.key, one.id) })) }),
    })),
  }),
  planted('doubled-after-a-crash', 'crashes-and-replays', 'A read that a crash interrupted is not known any more when the process is back (33).', {
    store: (store) => {
      // The life of this process; what an earlier one reported is not looked up in the first read of each account.
      const fresh = new Set<string>()
      return feedOf((feed) => ({
        candidates: async (query) => (fresh.has(query.accountId) ? feed.candidates(query) : { known: new Map(), transactions: [] }),
        commitPage: (page) => {
          const first = !fresh.has(page.accountId)
          fresh.add(page.accountId)
          return feed.commitPage(first ? { ...page, observations: page.observations.map((one) => ({ ...one, key: otherKey(one.key, one.id) })) } : page)
        },
      }))(store)
    },
  }),
  planted('no-question-asked', 'unsure-copies', 'Pairs below the certainty line are two rows, and nobody is asked (3).', { store: commitsOf((page) => ({ ...page, questions: [] })) }),
]
