/**
 * The matcher: which stored transaction, if any, each reported row belongs to. A pure function over
 * the rows of one answer, what the store holds around them and what the answer is known to cover.
 * One-to-one inside one account, certain tiers first (docs: integrity). It never merges below the
 * certainty line: there a row becomes a transaction of its own with a question beside it.
 */
import { daysBetween, type DayRange } from '../domain/day.ts'
import type { Covered } from '../domain/run.ts'
import type { MatchTier, TransactionId } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { dayAt, idsUnder, isBookedBy, isOpen, isOwn, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import type { IdTrust } from './id-trust.ts'
import { isReworded, presenceMark, resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { meetBooked } from './meet-booked.ts'
import { assignLeft, coveredByBoth, joinMoved } from './pairing.ts'
import { correctSameId, followLinks, keepSameId, settleSameId, turnSameId } from './same-id.ts'
import { takeBack, takesBack } from './unbooked.ts'

export type MatchContext = {
  readonly sourceId: string
  /** Days that the answer covers completely, oldest first: of a bank's one range at most, of statements of a file one for each gap between them. None: absence from it means nothing. */
  readonly covers: readonly DayRange[]
  /** False while pages are still to come: then only what no later page can change is decided. */
  readonly complete: boolean
  /** Whether the answer reports a row with this mark; while it is incomplete, so far. */
  readonly reported: (mark: string) => boolean
  /** Whether the answer holds the very report with this key. */
  readonly repeated: (key: string) => boolean
  /** How far the ids of this answer can be believed; see id-trust.ts. */
  readonly ids: IdTrust
  /** Rows that were missing from an earlier answer already, and were asked about: what comes now has not taken their place. */
  readonly vanishedBefore: ReadonlySet<TransactionId>
  /** What the other sources of the account covered. */
  readonly coverage: readonly Covered[]
  /** The days for which this source answered before; absent where it is not asked for days. */
  readonly answered?: readonly DayRange[]
}

export const NONE_VANISHED: ReadonlySet<TransactionId> = new Set()

/** What becomes of a row. `other`, `otherRow`: what a person should compare it with. */
export type Decision =
  /** `unbooked`: the transaction was posted meanwhile, and the bank lists it as pending again. `double`: what others alone booked, and the transaction becomes equal to. */
  | { readonly kind: 'seen'; readonly row: Incoming; readonly transactionId: TransactionId; readonly observationId: string; readonly unbooked?: true; readonly double?: TransactionId }
  | { readonly kind: 'join'; readonly row: Incoming; readonly transaction: Candidate; readonly tier: MatchTier; readonly double?: TransactionId }
  /** Belongs to the transaction that another row of the same answer makes or joins. */
  | { readonly kind: 'joinRow'; readonly row: Incoming; readonly with: Incoming; readonly tier: MatchTier }
  | { readonly kind: 'delete'; readonly row: Incoming; readonly transaction: Candidate | null }
  /**
   * `presumed`: the pair is one where no balance is stated that could say that it is two; `counted`: the balance holds one of them;
   * `held`: another source tells another amount; `instead`: the transaction that it is where the pair is two.
   */
  | { readonly kind: 'new'; readonly row: Incoming; readonly other: Candidate | null; readonly otherRow: Incoming | null; readonly presumed?: true; readonly counted?: 'one'; readonly held?: true; readonly instead?: { readonly transaction: Candidate; readonly tier: MatchTier } }
  | { readonly kind: 'wait'; readonly row: Incoming }

export type NewRow = Extract<Decision, { kind: 'new' }>

/** Nothing is known of it, and nobody is asked yet. */
export function isUndoubted(decision: Decision): decision is NewRow {
  return decision.kind === 'new' && decision.other === null && decision.otherRow === null
}

/** The state of one run of the matcher. */
export type Board = {
  readonly context: MatchContext
  readonly decisions: Map<Incoming, Decision>
  /** By which row a transaction is taken. */
  readonly taken: Map<TransactionId, Incoming>
  /** Posted transactions that a known pending row takes back, unless a posted row of the answer speaks for them; see unbooked.ts. */
  readonly takingBack: Map<TransactionId, Incoming>
  readonly candidates: readonly Candidate[]
  readonly byProviderId: ReadonlyMap<string, readonly Candidate[]>
  readonly byContent: ReadonlyMap<string, readonly Candidate[]>
  /** How many posted transactions have this text. */
  readonly timesPosted: (text: string) => number
  /** The posted transactions of this amount. */
  readonly postedOf: (amount: bigint) => readonly Candidate[]
}

/** A row that moves further than this is not re-dated, whatever its id says: the year or the month is wrong. */
export const MAX_MOVE_DAYS = 45
/** So many renewed ids disprove an id: fewer may be accidents. */
export const RENEWED_ROWS = 3
/** Decides every row; decisions in the order of the rows. Rows with equal keys must have been dropped before. */
export function match(rows: readonly Incoming[], candidates: Candidates, context: MatchContext): readonly Decision[] {
  const board = layOut(candidates, context)
  const left = rows.filter((row) => {
    const known = candidates.known.get(row.key)
    if (known === undefined) return true
    if (takesBack(board, row, known)) board.takingBack.set(known.transactionId, row)
    else board.taken.set(known.transactionId, row)
    return false
  })
  if (left.length > 0) {
    if (context.complete) decideAll(board, left)
    else decideCertain(board, left)
  }
  takeKnownBack(board)
  const doubles = doublesOf(board, rows, candidates.known)
  return rows.map((row): Decision => {
    const known = candidates.known.get(row.key)
    const double = doubles.has(row) ? { double: doubles.get(row)! } : {}
    if (known === undefined) {
      const decision = board.decisions.get(row) ?? { kind: 'new', row, other: null, otherRow: null }
      return decision.kind === 'join' ? { ...decision, ...double } : decision
    }
    const { transactionId, observationId } = known
    const isUnbooked = board.takingBack.get(transactionId) === row && board.taken.get(transactionId) === row
    return isUnbooked ? { kind: 'seen', row, transactionId, observationId, unbooked: true } : { kind: 'seen', row, transactionId, observationId, ...double }
  })
}

/**
 * Rows that make a booked transaction of this source equal to one that only others booked: a correction that they had told before,
 * or what was taken back and is reported again. Both stand, since each has its reports, and a person is asked.
 */
function doublesOf(board: Board, rows: readonly Incoming[], known: Candidates['known']): ReadonlyMap<Incoming, TransactionId> {
  const { candidates, decisions, taken, context: { sourceId } } = board
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]))
  const moved = rows.filter((row) => {
    const decision = decisions.get(row)
    const stored = decision?.kind === 'join' ? (decision.tier === 'other_source' ? undefined : decision.transaction) : byId.get(known.get(row.key)?.transactionId ?? '')
    return row.content.status === 'posted' && stored !== undefined && isOwn(stored, sourceId) && (stored.state === 'withdrawn' || placeOf(stored) !== placeOf(row.content))
  })
  const doubles = new Map<Incoming, TransactionId>()
  if (moved.length === 0) return doubles
  const foreign = Map.groupBy(candidates.filter((one) => one.state === 'posted' && !taken.has(one.id) && !isBookedBy(one, sourceId)), placeOf)
  const used = new Set<Candidate>()
  for (const row of moved) {
    const double = foreign.get(placeOf(row.content))?.find((one) => !used.has(one) && (isReworded(textOf(one), row.text) || coveredByBoth(board, row, one)))
    if (double === undefined) continue
    used.add(double)
    doubles.set(row, double.id)
  }
  return doubles
}

/** Known pending rows take back what no posted row of the answer has claimed. */
function takeKnownBack({ takingBack, taken }: Board): void {
  for (const [id, row] of takingBack) if (!taken.has(id)) taken.set(id, row)
}

/** Whether the answer reports the transaction under an id or key that this source used for it before. */
export function isReported(candidate: Candidate, context: MatchContext): boolean {
  return candidate.reports.some(({ sourceId, providerId, key }) => {
    if (sourceId !== context.sourceId) return false
    // An id that wanders may be on another row of the same amount now: only the very report counts.
    return providerId !== null && context.ids.distrusts(providerId) ? context.repeated(key) : context.reported(presenceMark(providerId, candidate.amount, key))
  })
}

/** Records that the row belongs to the transaction. */
export function join(board: Board, row: Incoming, transaction: Candidate, tier: MatchTier): void {
  board.decisions.set(row, { kind: 'join', row, transaction, tier })
  board.taken.set(transaction.id, row)
}

/** The state before the first decision. */
export function layOut(candidates: Candidates, context: MatchContext): Board {
  const byProviderId = new Map<string, Candidate[]>()
  const byContent = new Map<string, Candidate[]>()
  // What stands comes before what was withdrawn: a row that fits both is the one that stands.
  const [gone, standing] = [candidates.transactions.filter((c) => c.state === 'withdrawn' && isOpen(c)), candidates.transactions.filter((c) => c.state !== 'withdrawn')]
  const open = gone.length === 0 ? standing : [...standing, ...gone]
  for (const candidate of open) {
    push(byContent, candidate.contentKey, candidate)
    for (const id of idsUnder(candidate, context.sourceId)) if (!context.ids.distrusts(id)) push(byProviderId, id, candidate)
  }
  return { context, decisions: new Map(), taken: new Map(), takingBack: new Map(), candidates: open, byProviderId, byContent, timesPosted: countTexts(open), postedOf: postedOf(open) }
}

/** Counts when it is first asked: few answers leave anything to ask about. */
function countTexts(candidates: readonly Candidate[]): Board['timesPosted'] {
  let times: ReadonlyMap<string, readonly Candidate[]> | null = null
  return (text) => (times ??= Map.groupBy(candidates.filter(({ state }) => state === 'posted'), textOf)).get(text)?.length ?? 0
}

/** Looked through when it is first asked, as above. */
function postedOf(candidates: readonly Candidate[]): Board['postedOf'] {
  let byAmount: ReadonlyMap<bigint, readonly Candidate[]> | null = null
  return (amount) => (byAmount ??= Map.groupBy(candidates.filter(({ state }) => state === 'posted'), (candidate) => candidate.amount)).get(amount) ?? []
}

/** Rows that stay undecided are new. */
function decideAll(board: Board, rows: readonly Incoming[]): void {
  const within = [followCorrections, pairOwnPending]
  const against = [keepExported, meetBooked, keepSameId, followLinks, settleSameId, turnSameId, joinMoved, reKey, correctSameId]
  let left = rows
  for (const stage of board.candidates.length === 0 ? within : [...within, ...against]) {
    stage(board, left)
    if (board.decisions.size > 0) left = left.filter((row) => !board.decisions.has(row))
    if (left.length === 0) return
  }
  takeKnownBack(board)
  takeBack(board, left)
  assignLeft(board, left.filter((row) => !board.decisions.has(row)))
}

/** While pages are to come: rows that nothing stored and no other row resembles are new, the rest waits. */
function decideCertain(board: Board, rows: readonly Incoming[]): void {
  const ids = new Map<string, number>()
  for (const row of rows) if (row.providerId !== null) ids.set(row.providerId, (ids.get(row.providerId) ?? 0) + 1)
  const byAmount = Map.groupBy(board.candidates, (candidate) => candidate.amount)
  const pending = board.candidates.filter((candidate) => candidate.status === 'pending')
  for (const row of rows) {
    const linked = [row.providerId, row.pendingProviderId, row.corrects?.providerId ?? null].some((id) => id !== null && board.byProviderId.has(id))
    const sameIdHere = row.providerId !== null && ids.get(row.providerId)! > 1
    const near = (candidate: Candidate) => Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= 15
    const resembles =
      row.corrects !== null || row.pendingProviderId !== null || row.content.status === 'pending' ||
      (byAmount.get(row.content.amount) ?? []).some(near) || pending.some(near)
    board.decisions.set(row, linked || sameIdHere || resembles ? { kind: 'wait', row } : { kind: 'new', row, other: null, otherRow: null })
  }
}

/** OFX CORRECTFITID: the row replaces or deletes another, stored or in the same answer. */
function followCorrections(board: Board, rows: readonly Incoming[]): void {
  for (const row of rows) {
    if (row.corrects === null) continue
    const target = (board.byProviderId.get(row.corrects.providerId) ?? [])[0] ?? null
    if (row.corrects.action === 'delete') board.decisions.set(row, { kind: 'delete', row, transaction: target })
    else if (target !== null) join(board, row, target, 'provider_link')
  }
}

/** The same id pending and posted in one answer is one transaction: the posted row speaks for it. */
function pairOwnPending(board: Board, rows: readonly Incoming[]): void {
  const { distrusts } = board.context.ids
  const posted = new Map<string, Incoming>()
  for (const row of rows) if (row.providerId !== null && row.content.status === 'posted' && !board.decisions.has(row)) posted.set(row.providerId, row)
  for (const row of rows) {
    if (row.content.status !== 'pending' || row.providerId === null || distrusts(row.providerId) || board.decisions.has(row)) continue
    const settled = posted.get(row.providerId)
    if (settled !== undefined && resembleAtAll(row, settled)) board.decisions.set(row, { kind: 'joinRow', row, with: settled, tier: 'same_id' })
  }
}

function resembleAtAll(a: Incoming, b: Incoming): boolean {
  return a.content.amount === b.content.amount || resemblance(a.text, b.text) >= 0.5
}

/**
 * A row that this program exported bears the id of its transaction. It is that one, and tells nothing new of it: formats cut
 * texts, and have not all letters.
 */
function keepExported(board: Board, rows: readonly Incoming[]): void {
  const exported = rows.filter(({ providerId }) => providerId !== null && OWN_ID.test(providerId))
  if (exported.length === 0) return
  const byId = new Map(board.candidates.map((candidate) => [plainId(candidate.id), candidate]))
  for (const row of exported) {
    const own = byId.get(plainId(row.providerId!))
    const isSame = own !== undefined && own.amount === row.content.amount && own.currency === row.content.currency && own.postedOn === row.content.postedOn
    if (isSame && !board.decisions.has(row) && !board.taken.has(own.id)) join(board, row, own, 'other_source')
  }
}

/** With or without its hyphens, for which some formats have no room. */
const OWN_ID = /^[\da-f]{8}-?[\da-f]{4}-?7[\da-f]{3}-?[\da-f]{4}-?[\da-f]{12}$/

function plainId(id: string): string {
  return id.replaceAll('-', '')
}

/** Of one place are rows of one day and amount. */
export function placeOf({ postedOn, amount, currency }: Pick<Candidate, 'postedOn' | 'amount' | 'currency'>): string {
  return `${postedOn} ${amount} ${currency}`
}

/**
 * Equal content: under an id that vanished from this answer, or from a source that this one has not
 * met. As many rows as there are such transactions are paired, no more: twins stay twins.
 */
function reKey(board: Board, rows: readonly Incoming[]): void {
  const { sourceId } = board.context
  const own = (row: Incoming): readonly Candidate[] =>
    free(board, board.byContent.get(row.contentKey)).filter((candidate) => isOwn(candidate, sourceId) && mayFollow(row, candidate, sourceId) && (isGone(board, candidate) || isRenewed(board, rows, candidate)))
  // Posted with posted and pending with pending first: where both stand side by side, each keeps its own.
  for (const row of rows) {
    if (board.decisions.has(row)) continue
    const same = own(row).find((candidate) => candidate.status === row.content.status)
    if (same !== undefined) join(board, row, same, 'rekey')
  }
  for (const row of rows) {
    if (board.decisions.has(row)) continue
    const [pending] = own(row)
    const foreign = pending === undefined ? free(board, board.byContent.get(row.contentKey)).filter((candidate) => !isOwn(candidate, sourceId)) : []
    // Here, too: beside a booked coffee of the day may stand the next one, pending, as another login shows them.
    const found = pending ?? foreign.find(({ status }) => status === row.content.status) ?? foreign[0]
    if (found !== undefined) join(board, row, found, pending === undefined ? 'other_source' : 'pending_posted')
  }
}

/**
 * Whether a row of equal content, on a day for which the answer does not answer, is the stored one
 * under a new id. A late twin would come the same way, so it is believed only where ids change
 * anyway, or where the answer plainly shows all of the day; else it is asked about (pairing.ts).
 */
function isRenewed({ context, candidates }: Board, rows: readonly Incoming[], candidate: Candidate): boolean {
  if (!context.complete || isReported(candidate, context)) return false
  const { ids, sourceId } = context
  if (ids.renewed >= ids.agreeing || ids.renewed >= RENEWED_ROWS) return true
  if (candidate.reports.every((report) => report.sourceId !== sourceId || (report.providerId !== null && ids.distrusts(report.providerId)))) return true
  const isOfDay = (content: Pick<Candidate, 'postedOn'>): boolean => content.postedOn === candidate.postedOn
  const stored = candidates.filter((other) => isOfDay(other) && isOwn(other, sourceId))
  const others = stored.filter((other) => other.contentKey !== candidate.contentKey)
  if (others.length > 0 && others.every((other) => isReported(other, context))) return true
  // Each row that is stored twice by now, and shown once, was doubled by such a change before.
  const equal = stored.filter((other) => other.contentKey === candidate.contentKey)
  return equal.length > 1 && rows.filter((row) => row.contentKey === candidate.contentKey).length < equal.length
}

/** A posted row never goes back to pending under another id. What only other sources booked, this one may still show as pending. */
export function mayFollow(row: Incoming, candidate: Candidate, sourceId: string): boolean {
  return row.content.status === 'posted' || candidate.status === 'pending' || !isBookedBy(candidate, sourceId)
}

/** Gone: its day is covered completely, or it was pending before those days, and nothing in the answer reports it any more. */
export function isGone(board: Board, candidate: Candidate): boolean {
  const { context } = board
  const [first] = context.covers
  if (!context.complete || first === undefined) return false
  const isDue = coversDay(context.covers, dayAt(candidate, context.sourceId)) || (candidate.state === 'pending' && candidate.postedOn < first.from)
  return isDue && (board.takingBack.has(candidate.id) || !isReported(candidate, context))
}

/** Candidates that no row has taken; a pending row may stand beside the posted one of the same id. */
export function free(board: Board, candidates: readonly Candidate[] | undefined, row: Incoming | null = null): readonly Candidate[] {
  return (candidates ?? []).filter((candidate) => {
    const taker = board.taken.get(candidate.id)
    if (taker === undefined) return true
    return row !== null && row.content.status === 'pending' && candidate.status === 'posted' && taker.providerId === row.providerId
  })
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
