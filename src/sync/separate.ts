/**
 * Two rows in one answer are two, whatever was concluded before: when an earlier answer led the
 * matcher to take one for the other (the first had vanished, the second resembled it), and now the
 * bank shows both, they are parted again. The first keeps the transaction and its id; the other
 * is known from then on under a key of its own. What a person merged stays merged, unless just such a row is stored that the
 * answer does not show: of several equal ones and a copy nobody can tell which is the copy, and it was the other one.
 */
import type { Candidate, Candidates, FeedStore } from '../ports/feed.ts'
import { isRepeat } from './by-balance.ts'
import type { Incoming } from './incoming.ts'

export type Separated = { readonly rows: readonly Incoming[]; readonly candidates: Candidates }

/**
 * `candidates` must have been asked for with both keys of each row (`keysOf`). `isLacking`: whether the answer, which is complete, does not show a
 * stored row as far as its keys tell; null: there is more to come.
 */
export async function separate(feed: FeedStore, given: readonly Incoming[], candidates: Candidates, isLacking: ((candidate: Candidate) => boolean) | null): Promise<Separated> {
  const rows = given.map((row) => (candidates.known.has(row.apartKey) ? row.apart() : row))
  const doubled = shared(rows, candidates)
  if (doubled.size === 0) return { rows, candidates }
  const shownIds = new Set(rows.map((row) => candidates.known.get(row.key)?.transactionId))
  const lacking = Map.groupBy(isLacking === null ? [] : candidates.transactions.filter((one) => one.state === 'posted' && !shownIds.has(one.id) && isLacking(one)), ({ contentKey }) => contentKey)
  const parted = new Map<Incoming, Incoming>()
  for (const [transactionId, together] of doubled) {
    const observations = await feed.observations(transactionId)
    const age = (row: Incoming) => observations.findIndex((observation) => observation.key === row.key)
    const [, ...others] = [...together].sort((a, b) => age(a) - age(b))
    const isMerged = observations.some((observation) => observation.tier === 'person')
    for (const row of others) if (!isMerged || lacking.get(row.contentKey)?.pop() !== undefined) parted.set(row, row.apart())
  }
  return { rows: rows.map((row) => parted.get(row) ?? row), candidates }
}

/** The keys under which rows may be known. */
export function keysOf(rows: readonly Incoming[]): readonly string[] {
  return rows.flatMap((row) => [row.key, row.apartKey])
}

/** Transactions for which the answer shows several posted rows under different ids. Hardly any: the others cost a look each. */
function shared(rows: readonly Incoming[], { known }: Candidates): ReadonlyMap<string, readonly Incoming[]> {
  const first = new Map<string, Incoming>()
  const together = new Map<string, Incoming[]>()
  for (const row of rows) {
    const id = row.content.status === 'posted' && !isRepeat(row) ? known.get(row.key)?.transactionId : undefined
    if (id === undefined) continue
    const before = first.get(id)
    if (before === undefined) first.set(id, row)
    else together.set(id, [...(together.get(id) ?? [before]), row])
  }
  return together
}
