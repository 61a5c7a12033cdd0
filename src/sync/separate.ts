/**
 * Two rows in one answer are two, whatever was concluded before: when an earlier answer led the
 * matcher to take one for the other (the first had vanished, the second resembled it), and now the
 * bank shows both, they are parted again. The first keeps the transaction and its id; the other
 * is known from then on under a key of its own. What a person merged stays merged.
 */
import type { Candidates, FeedStore } from '../ports/feed.ts'
import { isRepeat } from './by-balance.ts'
import type { Incoming } from './incoming.ts'

export type Separated = { readonly rows: readonly Incoming[]; readonly candidates: Candidates }

/** `candidates` must have been asked for with both keys of each row (`keysOf`). */
export async function separate(feed: FeedStore, given: readonly Incoming[], candidates: Candidates): Promise<Separated> {
  const rows = given.map((row) => (candidates.known.has(row.apartKey) ? row.apart() : row))
  const parted = new Map<Incoming, Incoming>()
  for (const [transactionId, together] of shared(rows, candidates)) {
    const observations = await feed.observations(transactionId)
    if (observations.some((observation) => observation.tier === 'person')) continue
    const age = (row: Incoming) => observations.findIndex((observation) => observation.key === row.key)
    const [, ...others] = [...together].sort((a, b) => age(a) - age(b))
    for (const row of others) parted.set(row, row.apart())
  }
  return { rows: parted.size === 0 ? rows : rows.map((row) => parted.get(row) ?? row), candidates }
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
