/** Work on thousands of things, some of them at once: what they ask of the store in one breath shares its trips. */
const AT_ONCE = 50

/** Rejects with the first failure; what was begun beside it goes on. */
export async function inGroups<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) await Promise.all(all.slice(from, from + AT_ONCE).map(work))
}
