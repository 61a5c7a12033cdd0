/**
 * How far the provider ids of one source can be believed, judged from what its answers showed: an id
 * that comes again on the content that it was stored with is one; ids that wander over contents are
 * positions in the answer (row 1, 2, 3, numbered anew each time) and say nothing. Until an id has
 * proved itself it counts together with its content only (match.ts). Pure; nothing is configured for a bank.
 */
import type { DayRange } from '../domain/day.ts'
import type { Digest } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { idsUnder, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import { isReworded } from './identity.ts'
import type { Incoming } from './incoming.ts'

export type IdTrust = {
  /** Whether the id says nothing of the row that bears it. */
  readonly distrusts: (providerId: string) => boolean
  /** Rows of the answer under the id that their content had before. */
  readonly agreeing: number
  /** Rows of the answer whose content was stored under an id that the answer does not show any more. */
  readonly renewed: number
  /** No id stands on two rows, here or in what is stored: none is made from what a row says. */
  readonly areSingle: boolean
}

/** Before anything is known: ids are ids. */
const UNTRIED: IdTrust = { distrusts: () => false, agreeing: 0, renewed: 0, areSingle: false }

/** So many rows under wandering ids are no accident of single rows: then no id of the source counts. */
const WANDERING = 2

/** So many bookings under the id of their pending row are a bank's way. */
const KEEPING = 3

/** A stored transaction with the ids under which this source reported it. */
type Holder = { readonly candidate: Candidate; readonly ids: readonly string[] }

/** What the stored rows and the answer show of ids. */
type Evidence = {
  readonly byId: ReadonlyMap<string, readonly Holder[]>
  readonly byContent: ReadonlyMap<Digest, readonly Holder[]>
  /** The contents that the answer shows under each id, and of these the posted ones. */
  readonly shown: ReadonlyMap<string, ReadonlySet<Digest>>
  readonly shownPosted: ReadonlyMap<string, ReadonlySet<Digest>>
  readonly shownContents: ReadonlySet<Digest>
}

/** `covers`: the days that the answer claims to cover. */
export function judgeIds(rows: readonly Incoming[], candidates: Candidates, sourceId: string, covers: readonly DayRange[]): IdTrust {
  const holders: Holder[] = []
  for (const candidate of candidates.transactions) {
    const ids = idsUnder(candidate, sourceId)
    if (ids.length > 0) holders.push({ candidate, ids })
  }
  if (holders.length === 0) return UNTRIED
  const evidence = gather(rows, candidates, holders)
  const contested = new Set<string>()
  let [agreeing, renewed, wandering] = [0, 0, 0]
  let isSure = false
  for (const row of rows) {
    if (row.providerId === null || row.content.status === 'pending') continue
    const verdict = judgeRow(row, candidates.known.has(row.key), evidence)
    if (verdict.kind === 'agrees') agreeing++
    if (verdict.kind === 'renewed') renewed++
    if (verdict.kind !== 'wanders') continue
    wandering++
    isSure ||= verdict.isSure
    for (const id of verdict.ids) contested.add(id)
  }
  const areSingle = !isSure && [...evidence.byId.values()].every((those) => those.length === 1) && [...evidence.shownPosted.values()].every((contents) => contents.size === 1)
  // All booking days moved while the ids stayed: where rows are equal each day this looks like ids that wander.
  const moved = isSure || covers.length === 0 ? 0 : rowsMoved(rows, evidence, covers)
  if (moved > 0) return { ...UNTRIED, agreeing: agreeing + (moved > 1 ? moved : 0), areSingle }
  const all = (wandering >= WANDERING && wandering >= agreeing) || haveWandered(holders, evidence)
  return { distrusts: all ? () => true : (id) => contested.has(id), agreeing, renewed, areSingle }
}

/** Whether this source books what was pending under the id that it had: then a booked row of another id is another purchase than a row that is still pending. */
export function keepsIdsWhenBooked(stored: readonly Candidate[], sourceId: string): boolean {
  const idsOf = ({ reports }: Candidate, asked: 'pending' | 'posted'): readonly (string | null)[] => reports.flatMap(({ status, ...report }) => (report.sourceId === sourceId && status === asked ? [report.providerId] : []))
  const pending = new Set(stored.flatMap((candidate) => idsOf(candidate, 'pending')))
  const settled = stored.filter((candidate) => idsOf(candidate, 'pending').length > 0).flatMap((candidate) => idsOf(candidate, 'posted'))
  return settled.length >= KEEPING && settled.every((id) => id !== null && pending.has(id))
}

type RowVerdict =
  | { readonly kind: 'agrees' | 'renewed' | 'unknown' }
  /** `isSure`: not to be explained by booking days that moved. */
  | { readonly kind: 'wanders'; readonly isSure: boolean; readonly ids: readonly string[] }

function judgeRow(row: Incoming, isKnown: boolean, evidence: Evidence): RowVerdict {
  const id = row.providerId!
  if (isKnown) return { kind: 'agrees' }
  const equal = evidence.byContent.get(row.contentKey) ?? []
  if (equal.some((holder) => holder.ids.includes(id))) return { kind: 'agrees' }
  // A posted row is not shown by a pending one of its id: beside a posted one of another id that is its twin, and the id went from one to the other.
  const shownAs = ({ candidate }: Holder) => (candidate.status === 'posted' ? evidence.shownPosted : evidence.shown)
  const others = equal.filter((holder) => !holder.ids.some((other) => shownAs(holder).get(other)?.has(row.contentKey) === true))
  if (others.length === 0) return { kind: 'unknown' }
  const before = (evidence.byId.get(id) ?? []).filter((holder) => holder.candidate.contentKey !== row.contentKey)
  const movedOn = others.flatMap((holder) => holder.ids.filter((other) => evidence.shown.has(other)))
  if (before.length === 0 && movedOn.length === 0) return { kind: 'renewed' }
  const isSure = before.some(({ candidate }) => candidate.amount !== row.content.amount || textOf(candidate) !== row.text)
  return { kind: 'wanders', isSure, ids: [id, ...movedOn] }
}

function gather(rows: readonly Incoming[], { known }: Candidates, holders: readonly Holder[]): Evidence {
  const byId = new Map<string, Holder[]>()
  for (const holder of holders) {
    for (const id of holder.ids) {
      const list = byId.get(id)
      if (list === undefined) byId.set(id, [holder])
      else list.push(holder)
    }
  }
  const [shown, shownPosted] = [new Map<string, Set<Digest>>(), new Map<string, Set<Digest>>()]
  const shownContents = new Set<Digest>()
  for (const row of rows) {
    const content = known.get(row.key)?.contentKey ?? row.contentKey
    shownContents.add(content)
    if (row.providerId === null) continue
    for (const under of row.content.status === 'posted' ? [shown, shownPosted] : [shown]) {
      const contents = under.get(row.providerId)
      if (contents === undefined) under.set(row.providerId, new Set([content]))
      else contents.add(content)
    }
  }
  return { byId, byContent: Map.groupBy(holders, (holder) => holder.candidate.contentKey), shown, shownPosted, shownContents }
}

/**
 * How many different rows that the answer must show are only there under their old id on another day: then days moved,
 * not ids. Rows of equal amount and text count once, since ids that wander over them would show the same.
 */
function rowsMoved(rows: readonly Incoming[], { byId, shownContents }: Evidence, covers: readonly DayRange[]): number {
  const moved = new Set<string>()
  for (const row of rows) {
    const holders = row.providerId === null ? [] : (byId.get(row.providerId) ?? [])
    const isMoved = holders.some(
      ({ candidate }) =>
        candidate.amount === row.content.amount && candidate.postedOn !== row.content.postedOn && isReworded(textOf(candidate), row.text) &&
        coversDay(covers, candidate.postedOn) && !shownContents.has(candidate.contentKey),
    )
    if (isMoved) moved.add(`${row.content.amount} ${row.text}`)
  }
  return moved.size
}

/** Whether most stored rows bear several ids that other rows bear as well: the ids of this source were positions before. */
function haveWandered(holders: readonly Holder[], { byId }: Evidence): boolean {
  const wandered = holders.filter(
    ({ candidate, ids }) => ids.length > 1 && ids.some((id) => byId.get(id)!.some((other) => other.candidate.contentKey !== candidate.contentKey)),
  )
  return wandered.length > WANDERING && wandered.length * 2 >= holders.length
}
