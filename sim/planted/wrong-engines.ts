/**
 * Engines that commit badly: the cursor before the rows, days as read that were not, decisions undone.
 * Each stands between the real engine and its store. What it does is stored, so the oracle sees it.
 */
import { addDays, maxDay, type Day, type DayRange } from '../../src/domain/day.ts'
import { pageByPage } from '../../src/ports/page-by-page.ts'
import type { FeedStore, PageCommit, TransactionUpdate } from '../../src/ports/feed.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { planted, type PlantedBug } from './planted-bug.ts'
import { withoutBalances } from './wrong-connectors.ts'

/** The real store with a changed feed. */
export function feedOf(change: (feed: FeedStore, store: TenantStore) => Partial<FeedStore>) {
  return (store: TenantStore): TenantStore => {
    const changed = change(store.feed, store)
    return { ...store, feed: { ...store.feed, ...changed, ...(changed.commitPage === undefined ? {} : pageByPage(changed.commitPage)) } }
  }
}

/** Each page changed before it is stored. */
export const commitsOf = (change: (page: PageCommit) => PageCommit) => feedOf((feed) => ({ commitPage: (page) => feed.commitPage(change(page)) }))
const updatesOf = (change: (update: TransactionUpdate) => readonly TransactionUpdate[]) => commitsOf((page) => ({ ...page, updates: page.updates.flatMap(change) }))

const NO_ROWS = { seen: [], observations: [], inserts: [], updates: [], questions: [] } as const
const NO_PROGRESS = { covers: null, balances: [], spans: [], cursor: null } as const

export const WRONG_ENGINES: readonly PlantedBug[] = [
  planted('cursor-before-rows', 'dies-at-first', 'Cursor and covered days are stored at once, the rows when the run has ended (36, 44).', {
    store: (store) => {
      const waiting: PageCommit[] = []
      return {
        ...store,
        feed: {
          ...store.feed,
          ...pageByPage(async (page) => {
            waiting.push({ ...page, ...NO_PROGRESS })
            return store.feed.commitPage({ ...page, ...NO_ROWS })
          }),
        },
        runs: {
          ...store.runs,
          end: async (...run) => {
            for (const page of waiting.splice(0)) await store.feed.commitPage(page)
            return store.runs.end(...run)
          },
        },
      }
    },
  }),
  planted('read-until-today', 'late-rows-and-gaps', 'All days until now count as read, by the date of the last attempt, and no balance says otherwise (39, 42).', {
    connector: withoutBalances,
    store: feedOf((feed, store) => {
      const untilToday = async <R extends DayRange>(ranges: readonly R[]): Promise<readonly R[]> => {
        const [run] = await store.runs.list({ limit: 1 })
        const today = run === undefined ? null : (new Date(run.startedAt).toISOString().slice(0, 10) as Day)
        return today === null ? ranges : ranges.map((range) => ({ ...range, to: maxDay(range.to, today) }))
      }
      return {
        coverage: async (accountId) => untilToday(await feed.coverage(accountId)),
        covered: async (accountId) => untilToday(await feed.covered(accountId)),
        progress: async (connectionId) => {
          const known = new Map(await feed.progress(connectionId))
          for (const [sourceId, progress] of known) known.set(sourceId, { ...progress, covered: await untilToday(progress.covered) })
          return known
        },
      }
    }),
  }),
  planted('history-forgotten', 'quiet', 'Covered days are stored with a month before them that nobody read (19).', {
    store: commitsOf((page) => (page.covers === null ? page : { ...page, covers: { ...page.covers, from: addDays(page.covers.from, -40) }, inserts: page.inserts.filter(({ postedOn }) => postedOn > addDays(page.covers!.to, -20)), observations: page.observations.filter(({ postedOn }) => postedOn > addDays(page.covers!.to, -20)) })),
  }),
  planted('amount-of-the-hold', 'pending-becomes-posted', 'A pending row keeps its amount when it posts: tips are lost (9).', {
    store: updatesOf((update) => {
      const { amount: _amount, ...content } = update.content
      return [{ ...update, content }]
    }),
  }),
  planted('day-of-the-hold', 'pending-becomes-posted', 'A pending row keeps its day when it posts.', {
    store: updatesOf((update) => {
      const { postedOn: _postedOn, ...content } = update.content
      return [{ ...update, content }]
    }),
  }),
  planted('never-posts', 'pending-becomes-posted', 'A pending row that the bank has booked stays as it is (2, 4).', { store: updatesOf((update) => (update.state === 'posted' ? [] : [update])) }),
  planted('corrections-ignored', 'days-and-zones', 'What was stored once is never amended (38).', { store: updatesOf((update) => ('state' in update.change.changes ? [update] : [])) }),
  planted('posting-forgets-decisions', 'pending-becomes-posted', 'A change of a row throws away what the person decided of it (8).', {
    store: feedOf((feed) => ({
      commitPage: async (page) => {
        const done = await feed.commitPage(page)
        for (const { id } of page.updates) await feed.decide(id, { category: null }, page.at)
        return done
      },
    })),
  }),
  planted('reads-forget-decisions', 'quiet', 'A row that is reported again comes without what the person decided of it.', {
    store: feedOf((feed) => ({
      commitPage: async (page) => {
        const done = await feed.commitPage(page)
        const { rows } = await feed.transactions({ accountId: page.accountId, limit: 50 })
        for (const row of rows) if (row.decisions.category !== null) await feed.decide(row.id, { category: null }, page.at)
        return done
      },
    })),
  }),
  planted('deleted-comes-back', 'second-source-and-deletions', 'A row that the person deleted is there again with the next read (14, 56, 57).', {
    store: feedOf((feed) => ({
      commitPage: async (page) => {
        const done = await feed.commitPage(page)
        const { rows } = await feed.transactions({ accountId: page.accountId, includeDeleted: true, limit: 50 })
        for (const row of rows) if (row.decisions.deleted) await feed.decide(row.id, { deleted: false }, page.at)
        return done
      },
    })),
  }),
  planted('missing-is-removed', 'removed-and-changed', 'A booked row that an answer does not show is removed without asking, and no balance says otherwise (37, 38).', {
    connector: withoutBalances,
    store: feedOf((feed) => ({
      commitPage: async (page) => {
        const done = await feed.commitPage(page)
        for (const { id, kind } of page.questions) if (kind === 'removed_at_bank') await feed.answerQuestion(id, 'removed', page.at)
        return done
      },
    })),
  }),
]
