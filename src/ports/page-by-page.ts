/** For feeds that stand before a store and look at each page: both ways of committing lead through the one. */
import type { FeedStore } from './feed.ts'

export function pageByPage(commitPage: FeedStore['commitPage']): Pick<FeedStore, 'commitPage' | 'commitPages'> {
  return {
    commitPage,
    async commitPages(pages) {
      let inserted = 0
      for (const page of pages) inserted += (await commitPage(page)).inserted
      return { inserted }
    },
  }
}
