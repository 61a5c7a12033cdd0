/**
 * Among several ways to match, the one that makes the balance hold wins. A doubtful pair is one
 * transaction or two; each way changes the sum of the rows, and stated balances may bear only one of
 * them. Decided is what all ways agree on that the balance bears; the rest stays a question. Pure.
 */
import type { Digest, MatchTier } from '../domain/transaction.ts'
import type { Movement } from './balance.ts'
import { isTurned } from './identity.ts'
import type { Incoming } from './incoming.ts'
import type { Decision, NewRow } from './match.ts'

type Sound = (movements: readonly Movement[]) => boolean

/** More doubts than this are only tried as all one and all two: so many at once the balance cannot tell apart. */
const MAX_DOUBTS = 6

/** The decisions, with pairs decided where the balance decides them. `movements`: of the decisions as they are. */
export function decideByBalance(decisions: readonly Decision[], movements: readonly Movement[], sound: Sound): readonly Decision[] {
  const doubts = decisions.filter(isDoubt)
  if (doubts.length === 0) return decisions
  const ways: boolean[][] = []
  for (const joined of combinations(doubts.length)) {
    if (sound([...movements, ...doubts.flatMap((doubt, index) => (joined[index]! ? differenceOf(doubt) : []))])) ways.push(joined)
  }
  if (ways.length === 0) return decisions
  const decided = new Map<Decision, Decision>()
  doubts.forEach((doubt, index) => {
    const [first, ...others] = ways.map((way) => way[index]!)
    if (others.some((joined) => joined !== first)) return
    if (!first!) decided.set(doubt, asTwo(doubt))
    else decided.set(doubt, mayBeGone(doubt) ? { ...doubt, counted: 'one' } : asOne(doubt, isRepeat(doubt.row) ? 'same_id' : 'assignment'))
  })
  return decisions.map((decision) => decided.get(decision) ?? decision)
}

/**
 * Equal rows under ids of their own are two. But where a list came twice and the balance lacks just one of them, it may be the
 * same under another id, and a person is asked. `movements`: of the decisions as they are.
 */
export function doubtTwins(decisions: readonly Decision[], movements: readonly Movement[], sound: Sound): readonly Decision[] {
  if (!decisions.some(({ kind }) => kind === 'new') || sound(movements)) return decisions
  // Rather one that is known, wherever it stands: a row that is new may come before it.
  const firsts = new Map<Digest, Decision>()
  for (const decision of decisions) {
    const first = firsts.get(decision.row.contentKey)
    if (first === undefined || (first.kind === 'new' && decision.kind !== 'new')) firsts.set(decision.row.contentKey, decision)
  }
  const twins = decisions.flatMap((decision): { readonly twin: NewRow; readonly first: Decision }[] => {
    const first = firsts.get(decision.row.contentKey)!
    const isTwin = decision.kind === 'new' && decision.other === null && decision.otherRow === null && decision.row.content.status === 'posted'
    return isTwin && first !== decision && (first.kind === 'new' || first.kind === 'seen' || first.kind === 'join') ? [{ twin: decision, first }] : []
  })
  const repeats = decisions.filter(isDoubt).filter(({ row }) => isRepeat(row)).flatMap(differenceOf)
  const lacking = twins.find(({ twin }) => [[], repeats].some((more) => sound([...movements, ...differenceOf(twin), ...more])))
  return lacking === undefined ? decisions : decisions.map((decision) => (decision === lacking.twin ? { ...lacking.twin, otherRow: lacking.first.row } : decision))
}

function* combinations(count: number): Generator<boolean[]> {
  const all = 1 << Math.min(count, MAX_DOUBTS)
  const step = count > MAX_DOUBTS ? all - 1 : 1
  for (let mask = 0; mask < all; mask += step) yield Array.from({ length: count }, (_, index) => (mask & (1 << index % MAX_DOUBTS)) !== 0)
}

/** What the sum loses by pairs that are asked about, and of which the balance holds one side only. */
export function countedOnce(decisions: readonly Decision[]): readonly Movement[] {
  return decisions.flatMap((decision) => (decision.kind === 'new' && decision.counted === 'one' ? differenceOf(decision) : []))
}

/** Where no balance could tell, pairs that look like one are one. */
export function presume(decisions: readonly Decision[]): readonly Decision[] {
  return decisions.map((decision) => (decision.kind === 'new' && decision.presumed === true ? asOne(decision, 'assignment') : decision))
}

/** The pair is one transaction. */
export function asOne(doubt: NewRow, tier: MatchTier): Decision {
  const { row, other, otherRow } = doubt
  if (other !== null) return { kind: 'join', row, transaction: other, tier }
  return otherRow === null ? doubt : { kind: 'joinRow', row, with: otherRow, tier }
}

/** The pair is two, and nobody need be asked. */
export function asTwo(doubt: NewRow): Decision {
  if (doubt.instead !== undefined) return { kind: 'join', row: doubt.row, ...doubt.instead }
  return { ...doubt, other: null, otherRow: null }
}

export function isRepeat(row: Incoming): boolean {
  return row.providerId !== null && row.ordinal > 0
}

/** A pair of which both sides would count as posted. */
function isDoubt(decision: Decision): decision is NewRow {
  if (decision.kind !== 'new' || decision.row.content.status !== 'posted') return false
  return decision.other?.state === 'posted' || decision.otherRow?.content.status === 'posted'
}

/**
 * Of other amounts, and not plainly one: that the earlier row is gone and the later one is another purchase comes to the
 * same sum, so the balance can only tell that both are booked. Not where money in became money out: a purchase is not gone
 * for good while its refund stays.
 */
function mayBeGone({ row, other, presumed }: NewRow): boolean {
  return other !== null && !isRepeat(row) && other.amount !== row.content.amount && !isTurned(other.amount, row.content.amount) && presumed !== true
}

/** What the sum loses when the pair is one. */
function differenceOf({ row, other }: NewRow): readonly Movement[] {
  const { postedOn: on, amount } = row.content
  const without: Movement = { on, amount: -amount, isNew: true }
  if (other === null || isRepeat(row)) return [without]
  return [without, { on: other.postedOn, amount: -other.amount, isNew: false }, { on, amount, isNew: false }]
}
