/**
 * Rows that come twice in one answer under one id with equal content: a row or page that the bank
 * repeated, or two equal purchases of a bank whose ids are made from the content. A repeated list is
 * one. Of single rows the balance decides (by-balance.ts), then whether the bank gives equal rows ids
 * of their own; what neither tells is taken as two with a question, and later counts settle it. Pure.
 */
import { daysBetween, type Day } from '../domain/day.ts'
import type { Digest, Question, TransactionId } from '../domain/transaction.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { asOne, asTwo, isRepeat } from './by-balance.ts'
import { idsUnder } from './candidate.ts'
import type { Incoming } from './incoming.ts'
import { placeOf, type Decision } from './match.ts'

/** So many different rows that come again in a row are a repeated list. */
const LISTED_ROWS = 3
/** So many different single rows that come twice, where no equal rows have ids of their own, show ids made from the content. */
const MADE_IDS = 3
/** Later than this a bank books no second row of a day that it showed before. */
const LATE_DAYS = 14

/** The repeats of one answer as they come; those of a repeated list are dropped on the way. */
export class Repeats {
  readonly #rows: Incoming[] = []
  /** The repeats of different rows that stand together at the end of what was taken so far: as many as are no list yet, and how many. */
  #run: Incoming[] = []
  #length = 0
  #last: Incoming | null = null
  #firsts = 0
  #hasAny = false

  /** Whether anything came twice so far. */
  get hasAny(): boolean {
    return this.#hasAny
  }

  /** Takes every row of the answer in its order, repeated or not. */
  take(row: Incoming): void {
    if (!isRepeat(row)) {
      if (row.providerId !== null) this.#firsts++
      this.#endRun()
      return
    }
    this.#hasAny = true
    if (this.#last?.providerId === row.providerId) {
      this.#endRun()
      this.#rows.push(row)
    } else {
      this.#last = row
      if (++this.#length < LISTED_ROWS) this.#run.push(row)
    }
  }

  /** The answer is complete: the repeats that are to be decided one by one. */
  finish(): readonly Incoming[] {
    // The whole list came again, however short it is; one row alone is no list.
    const isWhole = this.#firsts > 1 && this.#rows.length === 0 && this.#length === this.#firsts
    if (!isWhole) this.#endRun()
    return this.#rows
  }

  #endRun(): void {
    if (this.#length < LISTED_ROWS) this.#rows.push(...this.#run)
    this.#run = []
    this.#length = 0
    this.#last = null
  }
}

/** `taken`: the transactions that other rows stand for; `missing`: stored rows that the answer does not show. */
type Around = { readonly sourceId: string; readonly taken: ReadonlySet<TransactionId>; readonly missing?: readonly Candidate[] }

/**
 * Of repeats that are not known by their report those for which a stored row of their id, amount and day stands, in whatever words: each
 * keeps its own, before another row under that id is taken for it.
 */
export function ofStored(repeats: readonly Incoming[], { transactions, known }: Candidates, sourceId: string): readonly Incoming[] {
  return repeats.filter(({ key, providerId, ordinal, content }) => {
    const isItsOwn = (candidate: Candidate): boolean => candidate.state === 'posted' && placeOf(candidate) === placeOf(content) && idsUnder(candidate, sourceId).includes(providerId!)
    return !known.has(key) && transactions.filter(isItsOwn).length > ordinal
  })
}

/**
 * Repeats that are not stored yet: those which this source reported before under the same id, in other words, are those, and
 * as many as stored rows of equal content are missing from the answer; each other is a doubt, one with the first of its kind,
 * or a row of its own. `rows`: the other rows that are being decided; `candidates` must have been asked for with the ids and
 * first keys of the repeats.
 */
export function doubtRepeats(repeats: readonly Incoming[], rows: readonly Incoming[], candidates: Candidates, { sourceId, taken, missing = [] }: Around): readonly Decision[] {
  if (repeats.length === 0) return []
  const free = candidates.transactions.filter(({ id, state }) => state === 'posted' && !taken.has(id))
  const gone = new Set(missing)
  const firsts = new Map(rows.map((row) => [row.key, row]))
  return repeats.flatMap((row): Decision[] => {
    const wasReported = ({ reports }: Candidate): boolean => reports.some((report) => report.sourceId === sourceId && report.providerId === row.providerId)
    const equal = free.findIndex((candidate) => candidate.contentKey === row.contentKey && (gone.has(candidate) || wasReported(candidate)))
    if (equal !== -1) return free.splice(equal, 1).map((transaction) => ({ kind: 'join', row, transaction, tier: gone.has(transaction) ? 'rekey' : 'same_id' }))
    const otherRow = firsts.get(row.firstKey) ?? null
    if (otherRow !== null) return [{ kind: 'new', row, other: null, otherRow }]
    const known = candidates.known.get(row.firstKey)
    const other = candidates.transactions.find((candidate) => candidate.id === known?.transactionId) ?? null
    return other === null ? [] : [{ kind: 'new', row, other, otherRow: null }]
  })
}

/**
 * Decides the repeats that the balance left in doubt: by the way in which the bank gives ids, and by earlier answers that
 * showed a day once when it was long past. `today`: the day of the answer; null where others say nothing.
 */
export function decideRepeats(decisions: readonly Decision[], rows: readonly Incoming[], candidates: Candidates, { sourceId, today }: { readonly sourceId: string; readonly today: Day | null }): readonly Decision[] {
  const doubts = new Set(decisions.filter((decision) => decision.kind === 'new' && isRepeat(decision.row) && (decision.other ?? decision.otherRow) !== null))
  if (doubts.size === 0) return decisions
  const isOneRow = givesTwinsIds(rows, candidates.transactions)
  // A bank repeats a row or a list by mistake, not many single rows at once: then its ids are made from the content.
  const areTwo = new Set([...doubts].map(({ row }) => (row as Incoming).firstKey)).size >= MADE_IDS
  const wasOnce = (row: Incoming): boolean => today !== null && candidates.known.has(row.firstKey) && daysBetween(row.content.postedOn, today) > LATE_DAYS
  return decisions.map((decision) => {
    if (decision.kind !== 'new' || !doubts.has(decision)) return decision
    if ((isOneRow && !isReused(decision.row, sourceId, candidates.transactions)) || (!areTwo && wasOnce(decision.row))) return asOne(decision, 'same_id')
    return areTwo ? asTwo(decision) : decision
  })
}

/** Whether the id is on a row of other content as well: a bank that uses ids again may have given it to two equal rows. */
function isReused(row: Incoming, sourceId: string, stored: readonly Candidate[]): boolean {
  return stored.some((candidate) => candidate.contentKey !== row.contentKey && candidate.reports.some((report) => report.sourceId === sourceId && report.providerId === row.providerId))
}

/** Whether equal rows are known under different ids: then ids are given out one by one, and an id that comes twice is one row. */
function givesTwinsIds(rows: readonly Incoming[], stored: readonly Candidate[]): boolean {
  const shown = rows.filter((row) => row.providerId !== null && !isRepeat(row) && row.content.status === 'posted')
  if (hasTwins(shown.map((row): Named => [row.contentKey, [row.providerId!]]))) return true
  const posted = stored.filter((candidate) => candidate.state === 'posted')
  return hasTwins(posted.map((candidate): Named => [candidate.contentKey, candidate.reports.flatMap((report) => report.providerId ?? [])]))
}

type Named = readonly [content: Digest, ids: readonly string[]]

function hasTwins(named: readonly Named[]): boolean {
  const idsOf = new Map<Digest, readonly string[]>()
  for (const [content, ids] of named) {
    if (ids.length === 0) continue
    const others = idsOf.get(content)
    if (others !== undefined && !others.some((id) => ids.includes(id))) return true
    idsOf.set(content, ids)
  }
  return false
}

/** Whether the question is about a row that came twice under one id. */
export function isAboutRepeat(question: Question, first: Candidate | undefined, second: Candidate | undefined): boolean {
  if (question.kind !== 'same_transaction' || first === undefined || second === undefined || first.contentKey !== second.contentKey) return false
  return second.reports.some((report) => report.providerId !== null && first.reports.some((other) => other.sourceId === report.sourceId && other.providerId === report.providerId))
}
