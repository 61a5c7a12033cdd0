/**
 * From the matcher's decisions to one page for the store: observations, new transactions, changes
 * with their history, questions. Pure but for the ids it is given. What a person decided is never
 * touched here: rows they deleted stay deleted and take up their later reports.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import {
  UNDECIDED, type MatchTier, type Observation, type Question, type RowContent, type TransactionChange, type TransactionId, type TransactionState, type WithdrawnReason,
} from '../domain/transaction.ts'
import type { Candidate, Candidates, NewObservation, NewTransaction, PageCommit, TransactionUpdate } from '../ports/feed.ts'
import { dayAt, isBookedBy, isOpen, isOwn, textOf } from './candidate.ts'
import { coversDay } from './coverage.ts'
import type { Movement } from './balance.ts'
import { contentKey, isTurned } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { isReported, MAX_MOVE_DAYS, type Decision, type MatchContext } from './match.ts'
import { LONGEST_BOOKING_DAYS } from './purchase-day.ts'
import { patternOfDoubt } from './rules.ts'

export type CommitContext = {
  readonly accountId: string
  readonly sourceId: string
  readonly runId: string
  readonly at: number
  readonly newId: () => string
  /** True for files: old ones amend nothing. */
  readonly isFile: boolean
}

export type Counts = { readonly added: number; readonly matched: number; readonly changed: number; readonly withdrawn: number; readonly questions: number }

/** The part of a `PageCommit` that comes from rows. */
export type RowsCommit = Pick<PageCommit, 'seen' | 'observations' | 'inserts' | 'updates' | 'questions'> & {
  readonly movements: readonly Movement[]
  readonly counts: Counts
}

const NO_TAKERS: ReadonlyMap<string, number> = new Map()

/** A transaction being changed: what was stored, what it becomes. */
type Draft = { readonly before: Candidate; content: RowContent; state: TransactionState; withdrawnReason: WithdrawnReason | null; reason: TransactionChange['reason'] }

/** Collects the changes of one page. */
export class CommitBuilder {
  readonly #context: CommitContext
  readonly #byId: ReadonlyMap<TransactionId, Candidate>
  readonly #drafts = new Map<TransactionId, Draft>()
  readonly #seen: string[] = []
  readonly #observations: NewObservation[] = []
  readonly #inserts: NewTransaction[] = []
  readonly #questions: Question[] = []
  /** Where the rows of this page went, when some of them belong to another row of the page. */
  #placed: Map<Incoming, TransactionId> | null = null
  #matched = 0

  constructor(context: CommitContext, stored: ReadonlyMap<TransactionId, Candidate>) {
    this.#context = context
    this.#byId = stored
  }

  /** Takes up decisions; rows that wait are left out. */
  add(decisions: readonly Decision[]): void {
    const follows = (decision: Decision) => decision.kind === 'joinRow' || (decision.kind === 'new' && decision.otherRow !== null)
    const later = decisions.filter(follows)
    if (later.length > 0) this.#placed = new Map()
    const takers = this.#byId.size === 0 ? NO_TAKERS : takersOf(decisions)
    for (const decision of decisions) if (later.length === 0 || !follows(decision)) this.#take(decision, takers)
    for (const decision of later) this.#take(decision, takers)
  }

  /** A row is no longer true at the bank. */
  withdraw(candidate: Candidate, reason: WithdrawnReason): void {
    const draft = this.#draft(candidate, reason)
    draft.state = 'withdrawn'
    draft.withdrawnReason = reason
  }

  ask(kind: Question['kind'], transactionId: TransactionId, otherTransactionId: TransactionId | null, pattern: string | null = null): void {
    const { accountId, at, newId } = this.#context
    this.#questions.push({ id: newId(), accountId, kind, transactionId, otherTransactionId, pattern, askedAt: at, answer: null, answeredAt: null, answerer: null })
  }

  finish(): RowsCommit {
    const updates: TransactionUpdate[] = []
    const movements: Movement[] = []
    for (const row of this.#inserts) if (row.state === 'posted') movements.push({ on: row.postedOn, amount: row.amount, isNew: true })
    let withdrawn = 0
    for (const draft of this.#drafts.values()) {
      const update = updateOf(draft, this.#context)
      if (update === null) continue
      updates.push(update)
      if (draft.state === 'withdrawn') withdrawn++
      const { before } = draft
      if (before.state === 'posted') movements.push({ on: before.postedOn, amount: -before.amount, isNew: false })
      // A row that posts now was not posted before: to a balance it is new.
      if (draft.state === 'posted') movements.push({ on: draft.content.postedOn, amount: draft.content.amount, isNew: before.state !== 'posted' })
    }
    const counts = {
      added: this.#inserts.length, matched: this.#matched, changed: updates.length - withdrawn, withdrawn, questions: this.#questions.length,
    }
    return { seen: this.#seen, observations: this.#observations, inserts: this.#inserts, updates, questions: this.#questions, movements, counts }
  }

  #take(decision: Decision, takers: ReadonlyMap<string, number>): void {
    const { row } = decision
    switch (decision.kind) {
      case 'wait':
        return
      case 'seen': {
        this.#matched++
        this.#seen.push(decision.observationId)
        this.#placed?.set(row, decision.transactionId)
        const stored = this.#byId.get(decision.transactionId)
        if (stored !== undefined && decision.unbooked === true) this.#overwrite(row, stored, 'unbooked')
        else if (stored !== undefined && this.#repeat(row, stored, (takers.get(`${stored.id} ${row.content.status}`) ?? 0) > 1) && decision.double !== undefined) this.ask('same_transaction', stored.id, decision.double)
        return
      }
      case 'join':
        this.#matched++
        this.#observe(row, decision.transaction.id, decision.tier)
        this.#amend(row, decision.transaction, decision.tier)
        if (decision.double !== undefined) this.ask('same_transaction', decision.transaction.id, decision.double)
        return
      case 'joinRow':
        this.#matched++
        this.#observe(row, this.#placed!.get(decision.with)!, decision.tier)
        return
      case 'delete':
        if (decision.transaction === null) return
        this.#matched++
        this.#observe(row, decision.transaction.id, 'provider_link')
        if (decision.transaction.state !== 'withdrawn') this.withdraw(decision.transaction, 'bank_corrected')
        return
      case 'new': {
        const id = this.#insert(row)
        const other = decision.other?.id ?? (decision.otherRow === null ? null : this.#placed!.get(decision.otherRow))
        if (other !== null && other !== undefined) this.ask('same_transaction', other, id, patternOfDoubt(decision))
      }
    }
  }

  /** The same report again: it may bring back a row that had gone, or content that was amended in between. Tells whether it did. */
  #repeat(row: Incoming, stored: Candidate, contested: boolean): boolean {
    const reason = this.#broughtBy(row, stored, contested)
    if (reason !== null) this.#overwrite(row, stored, reason)
    return reason !== null
  }

  #broughtBy(row: Incoming, stored: Candidate, contested: boolean): TransactionChange['reason'] | null {
    if (stored.state === 'withdrawn') return isOpen(stored) ? 'restored' : null
    // What settled it was taken back, and is reported again.
    if (stored.status === 'pending' && row.content.status === 'posted') return 'pending_posted'
    if (this.#context.isFile || contested || row.content.status !== stored.status) return null
    // A, then B, now A again under the same source: the bank took its correction back. Or a read was taken back, and it is reported again.
    const amended = stored.reports.filter((r) => r.sourceId === this.#context.sourceId && r.status === stored.status).length > 1
    // Turned here, because balances said so, and turned back by now.
    return (amended && differs(row, stored)) || isTurned(row.content.amount, stored.amount) ? 'correction' : null
  }

  #amend(row: Incoming, stored: Candidate, tier: MatchTier): void {
    if (stored.state === 'withdrawn') return this.#overwrite(row, stored, 'restored')
    const goesBack = row.content.status === 'pending' && stored.status === 'posted' && tier !== 'unbooked'
    // Another source's words do not replace those of the first, unless they settle a pending row.
    const foreign = tier === 'other_source' && !(row.content.status === 'posted' && stored.status === 'pending')
    if (!goesBack && !foreign) this.#overwrite(row, stored, tier)
  }

  #overwrite(row: Incoming, stored: Candidate, reason: TransactionChange['reason']): void {
    const draft = this.#draft(stored, reason)
    if (draft.content.status === 'posted' && row.content.status === 'pending' && draft.state !== 'withdrawn' && reason !== 'unbooked') return
    const moved = Math.abs(daysBetween(stored.postedOn, row.content.postedOn))
    draft.content = moved > MAX_MOVE_DAYS ? { ...row.content, postedOn: stored.postedOn } : row.content
    draft.state = row.content.status
    draft.withdrawnReason = null
    draft.reason = reason
  }

  #draft(before: Candidate, reason: TransactionChange['reason']): Draft {
    const known = this.#drafts.get(before.id)
    if (known !== undefined) return known
    const draft: Draft = { before, content: contentOf(before), state: before.state, withdrawnReason: before.withdrawnReason, reason }
    this.#drafts.set(before.id, draft)
    return draft
  }

  #insert(row: Incoming): TransactionId {
    const { accountId, at, newId } = this.#context
    const id = newId()
    this.#inserts.push({
      ...row.content, id, accountId, state: row.content.status, withdrawnReason: null, contentKey: row.contentKey,
      decisions: UNDECIDED, createdAt: at, updatedAt: at,
    })
    this.#observe(row, id, 'new')
    return id
  }

  #observe(row: Incoming, transactionId: TransactionId, tier: MatchTier): void {
    const { accountId, sourceId, runId, at, newId } = this.#context
    const observation: Observation = {
      ...row.content, id: newId(), accountId, sourceId, runId, providerId: row.providerId, pendingProviderId: row.pendingProviderId,
      key: row.key, ordinal: row.ordinal, observedAt: at,
    }
    this.#observations.push({ ...observation, transactionId, tier })
    this.#seen.push(observation.id)
    this.#placed?.set(row, transactionId)
  }
}

/**
 * Stored rows of this source that an answer which covers their day does not show any more, and that no row was joined to; also
 * pending rows that only sources reported which were not read for long: nobody else would ever end those. A day that the answer
 * does not cover ends nothing: each read reaches back to the oldest pending row (window.ts).
 */
export function missingFrom(candidates: Candidates, decisions: readonly Decision[], context: MatchContext): readonly Candidate[] {
  const { covers } = context
  const last = covers.at(-1)
  if (last === undefined) return []
  const taken = takenBy(decisions)
  const settled = new Set(decisions.flatMap(({ row }) => (row.content.status === 'posted' ? (row.providerId ?? []) : [])))
  for (const { row } of decisions) if (row.content.status === 'pending' && row.providerId !== null) settled.delete(row.providerId)
  // Its booked row became another transaction, which another source had booked: the hold itself is shown no more.
  const isLeftBehind = ({ state, reports }: Candidate): boolean =>
    state === 'pending' && settled.size > 0 && reports.every(({ sourceId, providerId }) => sourceId !== context.sourceId || (providerId !== null && settled.has(providerId)))
  return candidates.transactions.filter(
    (candidate) =>
      (candidate.state === 'pending' || candidate.state === 'posted') && coversDay(covers, dayAt(candidate, context.sourceId)) &&
      (candidate.state === 'posted' ? isBookedBy(candidate, context.sourceId) : isOwn(candidate, context.sourceId) || isLeft(candidate, last.to, context)) && !taken.has(candidate.id) && (!isReported(candidate, context) || isLeftBehind(candidate)),
  )
}

/** Its sources are not read any more, and it can become no booked row of another. */
function isLeft({ state, postedOn, reports }: Candidate, today: Day, { coverage }: MatchContext): boolean {
  if (state !== 'pending' || daysBetween(postedOn, today) <= LONGEST_BOOKING_DAYS) return false
  return coverage.every(({ sourceId, to }) => daysBetween(to, today) > LONGEST_BOOKING_DAYS || !reports.some((report) => report.sourceId === sourceId))
}

/** The stored transactions that rows of the answer stand for, or are asked about. */
export function takenBy(decisions: readonly Decision[]): ReadonlySet<TransactionId> {
  return new Set(decisions.flatMap((decision) => placeOf(decision) ?? []))
}

function placeOf(decision: Decision): TransactionId | null {
  if (decision.kind === 'seen') return decision.transactionId
  if (decision.kind === 'join') return decision.transaction.id
  if (decision.kind === 'new' && decision.other?.status === 'posted') return decision.other.id
  return decision.kind === 'delete' ? (decision.transaction?.id ?? null) : null
}

/** How many posted rows of the page, and how many pending ones, stand for each transaction. */
function takersOf(decisions: readonly Decision[]): ReadonlyMap<string, number> {
  const takers = new Map<string, number>()
  for (const decision of decisions) {
    if (decision.kind !== 'seen' && decision.kind !== 'join') continue
    const taken = `${decision.kind === 'seen' ? decision.transactionId : decision.transaction.id} ${decision.row.content.status}`
    takers.set(taken, (takers.get(taken) ?? 0) + 1)
  }
  return takers
}

function updateOf(draft: Draft, context: CommitContext): TransactionUpdate | null {
  const { before, content } = draft
  const changes: Record<string, readonly [string | null, string | null]> = {}
  const changed: Record<string, unknown> = {}
  const former = contentOf(before)
  for (const field of Object.keys(content) as (keyof RowContent)[]) {
    if (content[field] === former[field]) continue
    changed[field] = content[field]
    changes[field] = [textual(former[field]), textual(content[field])]
  }
  if (draft.state !== before.state) changes['state'] = [before.state, draft.state]
  if (draft.withdrawnReason !== before.withdrawnReason) changes['withdrawnReason'] = [before.withdrawnReason, draft.withdrawnReason]
  if (Object.keys(changes).length === 0) return null
  const change = { transactionId: before.id, at: context.at, runId: context.runId, reason: draft.reason, by: null, changes }
  const key = contentKey(content.postedOn, content.amount, content.currency, textOf({ ...before, ...content }))
  return { id: before.id, content: changed as TransactionUpdate['content'], state: draft.state, withdrawnReason: draft.withdrawnReason, contentKey: key, change }
}

function differs(row: Incoming, stored: Candidate): boolean {
  const former = contentOf(stored)
  return (Object.keys(former) as (keyof RowContent)[]).some((field) => former[field] !== row.content[field])
}

function textual(value: string | bigint | null): string | null {
  return value === null ? null : value.toString()
}

export function contentOf(row: RowContent): RowContent {
  const { status, postedOn, transactedOn, valueOn, amount, currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency } = row
  return { status, postedOn, transactedOn, valueOn, amount, currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency }
}
