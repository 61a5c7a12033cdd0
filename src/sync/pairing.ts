/**
 * The last tier of the matcher: what resembles but is not equal. Pairs are weighed by amount, day
 * and text, chosen by a least-cost assignment, and made only above the certainty line. Where a
 * missed pair would leave a double in the feed, the pair becomes a question; where it would not
 * (a pending row that vanished is withdrawn anyway), nobody is bothered. Nor about a pair where several
 * rows compete for one that vanished: then the question is whether that is gone (answer.ts), not which it became.
 */
import { addDays, contains, daysBetween, type Day } from '../domain/day.ts'
import type { MatchTier } from '../domain/transaction.ts'
import type { Candidate } from '../ports/feed.ts'
import { isAnsweredFor, isBookedBy, isOwn, textOf } from './candidate.ts'
import { askAboutEqual, askAboutHeld, askAboutMoved, askAboutStandingPending } from './ask-beside.ts'
import { assign, components, type Edge } from './assign.ts'
import { coversDay } from './coverage.ts'
import { isTurned, resemblance } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { type Board, isGone, isReported, join, mayFollow, type NewRow } from './match.ts'
import { daysTo, MOST_APART_DAYS } from './other-days.ts'
import { LONGEST_BOOKING_DAYS, namedApart, nameOtherDays, purchaseOf } from './purchase-day.ts'
import { daysOf, LEAST_AMOUNTS, sameMoney } from './same-money.ts'

/**
 * `sure`: enough by itself. `if_unique`: enough when nothing else competes for either side. `if_unrivalled`: enough when no
 * other row competes for the transaction, but such as have an equal one of their own, or the bank plainly dates its rows anew.
 * `if_reworded`: enough when nothing competes and the bank plainly words its rows anew. `doubtful`: a question.
 */
type Certainty = 'sure' | 'if_unique' | 'if_unrivalled' | 'if_reworded' | 'if_unbalanced' | 'doubtful'

/** `isNamed`: the texts name the day of the purchase, the same one. `instead`: what the row is where it is not this. */
type Pair = Edge & { readonly row: Incoming; readonly candidate: Candidate; readonly certainty: Certainty; readonly tier: MatchTier; readonly isNamed: boolean; readonly instead?: NonNullable<NewRow['instead']> }

type Verdict = { readonly certainty: Certainty; readonly tier: MatchTier; readonly isNamed?: true } | null

/** Cost of leaving a row alone: higher than any pair, so that as many pairs as possible are made. */
const ALONE = 1_000
/** Within this a booking day is corrected. */
export const MOVED_DAYS = 3
const REACH_DAYS = 12
/** Thousandths. Of two holds in one shop each became the amount that is nearer; further off than this it tells nothing. */
const MOST_OFF = 400
/** So many pairs of one day and amount in one answer, all with other words, are a bank's new wording and no chance; so many that moved by as many days, its new dating. */
const REWORDED_ROWS = 3
/** Words that stand in half of so many texts or more ("Card payment", "CARD 4411") tell no purchase from another. */
const TEXTS_WITH_WORDS = 6

/** Pairs that compete for the same rows and transactions, and of these the chosen ones. */
type Group = {
  readonly chosen: readonly Pair[]
  /** As many rows as transactions, each with one of the other side. */
  readonly closed: boolean
  /** One of each, and nothing competes. */
  readonly isPair: boolean
  /** All of one amount: whichever way round, each is there once. */
  readonly isEven: boolean
  /** Another row competes for the transaction which has no equal one of its own. */
  readonly isRivalled: (pair: Pair) => boolean
}

/** Joins what is above the certainty line; rows below it become new with a question; others stay undecided. */
export function assignLeft(board: Board, rows: readonly Incoming[]): void {
  joinSameMoney(board, rows, false)
  const free = board.candidates.filter((candidate) => !board.taken.has(candidate.id))
  const groups = components(free.length === 0 ? [] : weigh(board, rows, free)).map(groupOf)
  const isReworded = groups.flatMap(({ chosen, closed }) => (closed ? chosen.filter(({ certainty }) => certainty === 'if_reworded') : [])).length >= REWORDED_ROWS
  const { isSameMoved, isRedated } = sameOnOtherDays(board, groups)
  // A booking that alone moved so far looks like the next purchase of its price, while the earlier one is left out: a balance tells them apart.
  const isFar = (pair: Pair): boolean => pair.certainty === 'if_unrivalled' && daysMoved(pair) > MOVED_DAYS && leavesDouble(pair) && !isRedated(pair)
  for (const group of groups) {
    for (const pair of group.chosen) {
      const { certainty } = pair
      const isCertain = certainty === 'sure' || (certainty === 'if_unrivalled' && isSameMoved(pair, group)) || (group.closed && (certainty === 'if_unique' || (certainty === 'if_reworded' && isReworded)))
      // Of several rows and amounts nobody knows which became which, unless it comes to the same.
      const isTold = group.closed && (group.isEven || pair.row.content.amount === pair.candidate.amount)
      if (isCertain && !isFar(pair)) join(board, pair.row, pair.candidate, pair.tier)
      else if (isCertain) board.decisions.set(pair.row, { kind: 'new', row: pair.row, other: pair.candidate, otherRow: null, presumed: true })
      else if (leavesDouble(pair) && !isAsked(board, pair) && (isTold || !isOwn(pair.candidate, board.context.sourceId) || board.context.vanishedBefore.has(pair.candidate.id))) {
        board.decisions.set(pair.row, { kind: 'new', row: pair.row, other: pair.candidate, otherRow: null, ...(group.isPair && certainty === 'if_unbalanced' ? { presumed: true } : {}), ...(pair.instead === undefined ? {} : { instead: pair.instead }) })
      }
    }
  }
  askAboutEqual(board, rows)
  askAboutMoved(board, rows)
  askAboutHeld(board, rows)
  askAboutStandingPending(board, rows)
}

function groupOf(component: readonly Pair[]): Group {
  const [rows, transactions] = [new Set(component.map(({ left }) => left)).size, new Set(component.map(({ right }) => right)).size]
  const chosen = assign(component, ALONE)
  const explained = new Set(chosen.filter(({ row, candidate }) => row.content.amount === candidate.amount).map(({ left }) => left))
  const byRight = Map.groupBy(component, ({ right }) => right)
  return {
    chosen, closed: rows === transactions && chosen.length === rows, isPair: component.length === 1,
    isEven: new Set(component.map(({ row, candidate }) => `${row.content.amount} ${candidate.amount}`)).size === 1,
    isRivalled: (pair) => byRight.get(pair.right)!.some(({ left }) => left !== pair.left && !explained.has(left)),
  }
}

type Moved = { readonly isSameMoved: (pair: Pair, group: Group) => boolean; /** Others moved by as many days. */ readonly isRedated: (pair: Pair) => boolean }

/** Tells of a chosen pair of one amount on two days whether the row is the booking of before, on another day, rather than the next purchase of its shop. */
function sameOnOtherDays(board: Board, groups: readonly Group[]): Moved {
  const unrivalled = groups.flatMap(({ chosen, isRivalled }) => chosen.filter((pair) => pair.certainty === 'if_unrivalled' && !isRivalled(pair)))
  // A later row of a shop where others cost the same: as likely the next purchase there, while the earlier one is missing. Words that only these two share make it the same.
  const mayBeNext = ({ row, candidate }: Pair): boolean => {
    if (row.content.postedOn <= candidate.postedOn) return false
    const isLike = (text: string): boolean => (row.text === textOf(candidate) ? text === row.text : resemblance(text, textOf(candidate)) >= Math.min(0.8, resemblance(row.text, textOf(candidate))))
    return board.postedOf(candidate.amount).some((other) => other.postedOn !== candidate.postedOn && isLike(textOf(other)))
  }
  // Where one of a day may be the next, those that stand beside it as many days on are no more than that.
  const next = new Set(unrivalled.filter(mayBeNext).map(moveOf))
  const first = unrivalled.length === 0 ? null : firstShown(board)
  // It was the first of the list, which may begin later now: where its like comes often, what is newer is as likely the next one.
  const mayBeCut = ({ row, candidate }: Pair): boolean => row.content.postedOn > candidate.postedOn && (first === null || candidate.postedOn <= first) && comesOften(board, candidate)
  const redated = new Set([...Map.groupBy(unrivalled, daysMoved)].flatMap(([days, together]) => (together.length >= REWORDED_ROWS && together.filter(mayBeNext).length * 2 < together.length ? [days] : [])))
  const isRedated = (pair: Pair): boolean => redated.has(daysMoved(pair))
  return { isRedated, isSameMoved: (pair, { isRivalled }) => isRedated(pair) || (!isRivalled(pair) && !mayBeCut(pair) && !next.has(moveOf(pair))) }
}

/** Rows that have other days than before. First of all that goes by content: beside a row of each day lies one that looks just like it on the next. */
export function joinMoved(board: Board, rows: readonly Incoming[]): void {
  joinSameMoney(board, rows, true)
}

/** A bank, or the next one that is asked, that names and dates its rows otherwise than before: where nearly all of them meet what is stored and not shown any more, they are that. */
function joinSameMoney(board: Board, rows: readonly Incoming[], isMoved: boolean): void {
  const { context, candidates, decisions, taken } = board
  const [first, last] = [context.covers[0], context.covers.at(-1)]
  if (!context.complete || first === undefined || last === undefined) return
  const mine = rows.filter((row) => row.content.status === 'posted' && row.corrects === null && !decisions.has(row))
  if (mine.length < LEAST_AMOUNTS) return
  const near = { from: addDays(first.from, -MOVED_DAYS), to: addDays(last.to, MOVED_DAYS) }
  const stored = candidates.filter((candidate) => candidate.state === 'posted' && !taken.has(candidate.id) && contains(near, candidate.postedOn) && !(isOwn(candidate, context.sourceId) && isReported(candidate, context)))
  if (stored.length < LEAST_AMOUNTS) return
  const gone = new Set(stored)
  const isWhole = candidates.every((candidate) => candidate.state !== 'posted' || gone.has(candidate) || !coversDay(context.covers, candidate.postedOn))
  const held = daysOf(candidates.filter(({ state }) => state === 'posted').map(({ postedOn }) => postedOn))
  for (const { row, candidate, isSure } of sameMoney(mine, stored, { from: first.from, to: last.to }, held, isWhole).filter((pair) => pair.isMoved || !isMoved)) {
    if (isSure && comparable(row, candidate, context.sourceId)) join(board, row, candidate, isOwn(candidate, context.sourceId) ? 'assignment' : 'other_source')
  }
}

/** The day of the oldest posted row that the answer shows and that is known. */
function firstShown({ taken }: Board): Day | null {
  let first: Day | null = null
  for (const { content } of taken.values()) if (content.status === 'posted' && (first === null || content.postedOn < first)) first = content.postedOn
  return first
}

function daysMoved({ row, candidate }: Pair): number {
  return daysBetween(candidate.postedOn, row.content.postedOn)
}

/** From which day on it moved, and by how many. */
function moveOf(pair: Pair): string {
  return `${pair.candidate.postedOn} ${daysMoved(pair)}`
}

function weigh(board: Board, rows: readonly Incoming[], free: readonly Candidate[]): readonly Pair[] {
  // Other amounts are only weighed against vanished pending rows, which are few, and vanished rows of
  // the same text: so the work grows with the rows, not with their square.
  const vanished = free.filter((candidate) => isOwn(candidate, board.context.sourceId) && isGone(board, candidate))
  // What others booked and this source showed as pending alone is theirs, unless it has gone from where it was shown.
  const isTheirs = (candidate: Candidate): boolean => !isOwn(candidate, board.context.sourceId) || (candidate.state === 'posted' && !isBookedBy(candidate, board.context.sourceId) && !vanished.includes(candidate))
  const foreign = free.filter(isTheirs)
  const theirs = new Set(foreign)
  const eligible = [...foreign, ...vanished]
  const place = new Map(eligible.map((candidate, index) => [candidate, index]))
  const byAmount = Map.groupBy(eligible, (candidate) => candidate.amount)
  // Pending here or there: what one source shows as pending, another may have booked by now, with its tip.
  const pending = [...vanished, ...foreign].filter((candidate) => candidate.status === 'pending')
  const booked = foreign.filter((candidate) => candidate.status === 'posted')
  // What this source held, and a file lists as booked: in its own words, so that the words of this one tell nothing of it.
  const held = vanished.filter((candidate) => candidate.status === 'posted' && !isBookedBy(candidate, board.context.sourceId))
  // A row that vanished beside its equal, which stands, was one too many: it has not become another amount, nor the next of its kind.
  const standing = new Set(board.candidates.filter((candidate) => board.taken.has(candidate.id)).map((candidate) => candidate.contentKey))
  const byText = Map.groupBy(vanished.filter((candidate) => candidate.status === 'posted' && !standing.has(candidate.contentKey)), textOf)
  const pairs: Pair[] = []
  let common: ReadonlySet<string> | null = null
  const telling = (text: string): string => text.split(' ').filter((word) => !(common ??= commonWords(rows, board.candidates)).has(word)).join(' ')
  rows.forEach((row, left) => {
    if (row.corrects !== null) return
    const otherAmount = (candidate: Candidate) => candidate.amount !== row.content.amount
    const isElsewhere = isUnderItsId(board, row)
    const others = [...new Set([...pending, ...(row.content.status === 'pending' ? booked : held), ...(byText.get(row.text) ?? [])])].filter((candidate) => otherAmount(candidate) && !(isElsewhere && candidate.status === 'posted'))
    for (const candidate of [...(byAmount.get(row.content.amount) ?? []), ...others]) {
      const days = daysTo(row, candidate, board.context.sourceId)
      if (Math.abs(days) > REACH_DAYS || !comparable(row, candidate, board.context.sourceId)) continue
      if (Math.abs(days) > MOVED_DAYS && candidate.status === 'posted' && isOwn(candidate, board.context.sourceId) && standing.has(candidate.contentKey)) continue
      // With its amount a purchase may be known in no words; with another one by words of its own alone.
      const [text, other] = otherAmount(candidate) && (candidate.status === 'pending' || row.content.status === 'pending') ? [telling(row.text), telling(textOf(candidate))] : [row.text, textOf(candidate)]
      const likeness = text !== row.text && (text === '' || other === '') ? 0 : resemblance(text, other)
      const verdict = theirs.has(candidate) ? judgeForeign(board, row, candidate, days, likeness) : judgeOwn(board, row, candidate, days, likeness)
      if (verdict === null) continue
      const certainty = inLimbo(board, row, candidate) ? 'doubtful' : verdict.certainty
      // Where neither a join nor a question can come of it, it competes with nothing.
      if (certainty === 'doubtful' && candidate.state !== 'posted') continue
      // What two rows cost together says how they fit; how sure that makes one of it is another matter.
      pairs.push({ left, right: place.get(candidate)!, row, candidate, tier: verdict.tier, certainty, isNamed: verdict.isNamed === true, cost: costOf(row, candidate, days, likeness, verdict.certainty) })
    }
  })
  return withoutIdleTurns(withoutIdleAmounts(withoutUnnamed(pairs)))
}

/** Its amount and words stand under its id a few days beside it: it may be that, dated anew across the edge of the answer, and is no other one of another amount. */
function isUnderItsId({ byProviderId, taken }: Board, { providerId, content, text }: Incoming): boolean {
  const under = providerId === null ? [] : (byProviderId.get(providerId) ?? [])
  return under.some((candidate) => candidate.state === 'posted' && !taken.has(candidate.id) && candidate.amount === content.amount && textOf(candidate) === text && Math.abs(daysBetween(candidate.postedOn, content.postedOn)) <= MOVED_DAYS)
}

function commonWords(rows: readonly Incoming[], candidates: readonly Candidate[]): ReadonlySet<string> {
  const texts = [...rows.map(({ text }) => text), ...candidates.map(textOf)]
  const times = Map.groupBy(texts.flatMap((text) => [...new Set(text.split(' '))]), (word) => word)
  return new Set(texts.length < TEXTS_WITH_WORDS ? [] : [...times].flatMap(([word, { length }]) => (length * 2 >= texts.length ? [word] : [])))
}

/** What names its purchase is told by that, and competes for nothing else. */
function withoutUnnamed(pairs: readonly Pair[]): readonly Pair[] {
  const named = pairs.filter(({ isNamed }) => isNamed)
  if (named.length === 0) return pairs
  const { lefts, rights } = sidesOf(named)
  return pairs.filter(({ left, right, isNamed }) => isNamed || (!lefts.has(left) && !rights.has(right)))
}

/** That a booked row became another amount is a guess where a row of its day and text is only a little off: what has such a one competes with no other. */
function withoutIdleAmounts(pairs: readonly Pair[]): readonly Pair[] {
  const drifted = pairs.filter(isDrift)
  if (drifted.length === 0) return pairs
  const { lefts, rights } = sidesOf(drifted)
  const isIdle = ({ left, right, row, candidate }: Pair): boolean => candidate.status === 'posted' && row.content.amount !== candidate.amount && (lefts.has(left) || rights.has(right))
  return pairs.filter((pair) => isDrift(pair) || !isIdle(pair))
}

/** A booked row of the same day and text whose amount is a little off: converted at another rate, as some banks do for days. */
function isDrift({ row, candidate }: Pick<Pair, 'row' | 'candidate'>): boolean {
  const { amount, postedOn } = row.content
  return candidate.status === 'posted' && amount !== candidate.amount && postedOn === candidate.postedOn && row.text === textOf(candidate) && amount < 0n === candidate.amount < 0n && ratioWithin(amount, candidate.amount, 95n, 105n)
}

/**
 * That a sign was turned is the last guess: where anything else fits the row or the transaction, it competes with nothing. But
 * what was withdrawn, as a hold that was dropped when its purchase was booked with the wrong sign, comes after what stands.
 */
function withoutIdleTurns(pairs: readonly Pair[]): readonly Pair[] {
  const turned = pairs.filter(({ row, candidate }) => isTurned(row.content.amount, candidate.amount))
  if (turned.length === 0) return pairs
  const others = pairs.filter(({ row, candidate }) => !isTurned(row.content.amount, candidate.amount))
  const [fitting, standing] = [sidesOf(others), sidesOf(others.filter(isStanding))]
  const competes = (pair: Pair, { lefts, rights }: Sides): boolean => lefts.has(pair.left) || rights.has(pair.right)
  const kept = turned.filter((pair) => !competes(pair, isStanding(pair) ? standing : fitting))
  const { lefts: turnedRows } = sidesOf(kept.filter(isStanding))
  const holdOf = ({ left }: Pair): Pick<Pair, 'instead'> => {
    const [hold, more] = others.filter((pair) => pair.left === left)
    const isIts = hold !== undefined && more === undefined && hold.certainty !== 'doubtful' && others.every((pair) => pair === hold || pair.right !== hold.right)
    return isIts ? { instead: { transaction: hold.candidate, tier: hold.tier } } : {}
  }
  return [...others.filter((pair) => isStanding(pair) || !turnedRows.has(pair.left)), ...kept.map((pair) => ({ ...pair, ...holdOf(pair) }))]
}

type Sides = { readonly lefts: ReadonlySet<number>; readonly rights: ReadonlySet<number> }

function sidesOf(pairs: readonly Pair[]): Sides {
  return { lefts: new Set(pairs.map(({ left }) => left)), rights: new Set(pairs.map(({ right }) => right)) }
}

function isStanding({ candidate }: Pair): boolean {
  return candidate.state !== 'withdrawn'
}

/** Same currency, same direction or else turned, and no check numbers that contradict each other. */
function comparable(row: Incoming, candidate: Candidate, sourceId: string): boolean {
  const { amount, currency, checkNumber } = row.content
  if (currency !== candidate.currency || !mayFollow(row, candidate, sourceId)) return false
  if (amount < 0n !== candidate.amount < 0n && !isTurned(amount, candidate.amount)) return false
  return checkNumber === null || candidate.checkNumber === null || checkNumber === candidate.checkNumber
}

function judgeOwn(board: Board, row: Incoming, candidate: Candidate, days: number, likeness: number): Verdict {
  const verdict = !isBookedBy(candidate, board.context.sourceId) || candidate.status === 'pending' ? judgePending(row, candidate, days, likeness) : judgeVanished(board, row, candidate, days, likeness)
  // What is pending may be told under the next day, and a day between two of one amount is a zone's. Of what a bank called booked with another amount it is another purchase.
  const mayBeOff = candidate.transactedOn === null && (candidate.status === 'pending' || !isBookedBy(candidate, board.context.sourceId) || row.content.amount === candidate.amount)
  if (verdict === null || (madeApart(row, candidate) ?? 0) <= (mayBeOff ? 1 : 0)) return verdict
  // Made on another day: with another amount it is another purchase, and pending it bears its own.
  if (row.content.amount !== candidate.amount || row.content.status === 'pending') return null
  // Of the same amount as well, where the bank told both days and the booking has not simply moved by as many.
  if (verdict.certainty === 'if_unrivalled' && candidate.transactedOn !== null && madeApart(row, candidate) !== Math.abs(days)) return { ...verdict, certainty: 'doubtful' }
  return verdict.certainty === 'sure' ? { ...verdict, certainty: 'if_unique' } : verdict
}

/** Days between those on which the two were made, where the bank tells that beside the booking day of the row, or of both though the row is pending; null where not. */
function madeApart({ content: { transactedOn, postedOn, status } }: Incoming, candidate: Candidate): number | null {
  const isUntold = transactedOn === null || (transactedOn === postedOn && (status === 'posted' || candidate.transactedOn === null))
  return isUntold ? null : Math.abs(daysBetween(candidate.transactedOn ?? candidate.postedOn, transactedOn))
}

/** Equal amounts of which the earlier was gone before: a booking that is moved or worded anew is gone and there again in one answer. */
function inLimbo({ context }: Board, row: Incoming, candidate: Candidate): boolean {
  return candidate.status === 'posted' && row.content.amount === candidate.amount && isBookedBy(candidate, context.sourceId) && context.vanishedBefore.has(candidate.id)
}

/**
 * Asked about, or kept by a person, in a shop that comes often: each new purchase there would be one more question about
 * the one that is gone. Its own amount, which no other row has there, is its own booking more likely than another purchase.
 */
function isAsked(board: Board, { row, candidate }: Pair): boolean {
  const { sourceId, vanishedBefore } = board.context
  if (row.content.postedOn === candidate.postedOn || candidate.status !== 'posted' || !isBookedBy(candidate, sourceId) || !vanishedBefore.has(candidate.id) || !comesOften(board, candidate)) return false
  return row.content.amount !== candidate.amount || isPrice(board, candidate)
}

/** What others cost in that shop, too, on other days. */
function isPrice({ postedOf }: Board, candidate: Candidate): boolean {
  return postedOf(candidate.amount).some((other) => other.postedOn !== candidate.postedOn && textOf(other) === textOf(candidate))
}

/** A pending row that vanished, and a row that appeared. */
function judgePending(row: Incoming, candidate: Candidate, days: number, likeness: number): Verdict {
  const tier = row.content.status === 'posted' ? 'pending_posted' : 'assignment'
  // A purchase stays pending under its own day: on a later one it is another.
  if (days < -1 || days > (row.content.status === 'pending' ? 1 : madeApart(row, candidate) === 0 ? LONGEST_BOOKING_DAYS : 10)) return null
  if (row.content.amount === candidate.amount) {
    if (likeness >= 0.3) return { certainty: 'sure', tier }
    return days <= 5 ? { certainty: 'if_unique', tier } : null
  }
  if (isTurned(row.content.amount, candidate.amount) || nameOtherDays(row, candidate)) return null
  // What another source booked has its final amount, unless it lists what is held as booked: a person compares them, where the words or the day of the purchase are the same.
  if (candidate.status === 'posted') return row.content.status === 'posted' && days >= 0 && (madeApart(row, candidate) === 0 || (likeness >= 0.75 && isTip(row.content.amount, candidate.amount))) ? { certainty: 'doubtful', tier } : null
  // A hold (fuel, hotel) may change by any factor.
  if (isTip(row.content.amount, candidate.amount) && likeness >= 0.5) return { certainty: likeness >= 0.75 ? 'sure' : 'if_unique', tier }
  return likeness >= 0.75 && days <= 5 ? { certainty: 'if_unique', tier } : null
}

/** A posted row of this source that vanished, and a row under another id that resembles it. */
function judgeVanished(board: Board, row: Incoming, candidate: Candidate, days: number, likeness: number): Verdict {
  const apart = Math.abs(days)
  const tier = 'assignment'
  if (isTurned(row.content.amount, candidate.amount)) {
    // A bank that puts a wrong sign right. A purchase that is left out where its refund of the same day comes looks the same: the balance decides, or a person.
    return likeness === 1 && apart === 0 ? { certainty: 'doubtful', tier } : null
  }
  if (row.content.amount !== candidate.amount) {
    // One that was gone before, and was asked about, has not changed today.
    if (isDrift({ row, candidate })) return board.context.vanishedBefore.has(candidate.id) ? null : { certainty: 'if_unbalanced', tier }
    if (likeness === 1 && days >= 0 && days <= 10 && madeApart(row, candidate) === 0) return { certainty: 'if_unique', tier }
    // Some banks list pending rows as booked ones and bring them again, with the final amount, under another id. A
    // row that is missing for a while and the next purchase in the same shop look just like it: the balance decides, or a person,
    // who is asked at once about a shop that comes often.
    const isLikely = likeness === 1 && days >= 0 && days <= 10 && isTip(row.content.amount, candidate.amount)
    if (isLikely && !comesOften(board, candidate)) return { certainty: 'if_unbalanced', tier }
    // A hold may become any amount.
    return likeness === 1 && days >= -3 && days <= 10 ? { certainty: 'doubtful', tier } : null
  }
  if (apart === 0) return { certainty: likeness >= 0.3 ? 'sure' : 'if_reworded', tier }
  // A hold that was listed as booked, and is booked now: the bank tells the day of the purchase beside.
  if (days > 0 && days <= LONGEST_BOOKING_DAYS && likeness >= 0.8 && madeApart(row, candidate) === 0) return { certainty: 'sure', tier }
  // Two holds are of one amount, too: the earlier may have become the other row that competes for it.
  if ((apart <= MOVED_DAYS && likeness >= 0.5) || (apart <= 7 && likeness >= 0.8 && !comesOften(board, candidate))) return { certainty: 'if_unrivalled', tier }
  return (apart <= 7 && likeness >= 0.3) || likeness >= 0.8 ? { certainty: 'doubtful', tier } : null
}

/** Other rows of the same text stand around it: the next one there is as likely another purchase. */
function comesOften({ timesPosted }: Board, candidate: Candidate): boolean {
  return timesPosted(textOf(candidate)) > (candidate.state === 'posted' ? 1 : 0)
}

/**
 * A transaction that only other sources reported. Days that both cover must show the same rows, so
 * there even a different text and day can be told; elsewhere only the same day and a like text can,
 * and what is near becomes a question.
 */
function judgeForeign(board: Board, row: Incoming, candidate: Candidate, days: number, likeness: number): Verdict {
  const tier = 'other_source'
  const isShared = coveredByBoth(board, row, candidate)
  const purchase = purchaseOf(row, candidate)
  if (purchase === 'another') return null
  if (candidate.status !== row.content.status) return judgeBookedElsewhere(row, candidate, days, likeness, isShared)
  if (row.content.amount !== candidate.amount) return null
  const apart = Math.abs(days)
  // Of equal amounts on one day that both show, each shows as many: whichever is which, each is there once.
  if (apart === 0 && (likeness >= 0.5 || isShared)) return { certainty: 'sure', tier }
  // Where neither lies on that day, it may be a number of the shop that looks like one; where the later one begins after it, two of a day.
  if (purchase !== 'nothing' && apart <= LONGEST_BOOKING_DAYS) return isShared || (purchase === 'the same' && lacksEarlier(board, row, candidate)) ? { certainty: 'sure', tier, isNamed: true } : { certainty: 'doubtful', tier }
  // At the edge of what a source covered, a row and its like of the next day may be one or two.
  if (!isShared) return (Math.min(apart, namedApart(row, candidate) ?? apart) <= 3 && likeness >= 0.5) || (apart <= MOST_APART_DAYS && isSingle(board, candidate)) ? { certainty: 'doubtful', tier } : null
  if (apart <= 3) return { certainty: likeness >= 0.3 ? 'sure' : 'if_unique', tier }
  // Booking took a week at most, where one of the two tells the purchase.
  return apart <= MOST_APART_DAYS ? { certainty: likeness >= 0.5 ? 'if_unique' : 'doubtful', tier } : null
}

/** No other one of its amount is near: that tells where words and days do not. */
function isSingle({ postedOf }: Board, { id, amount, currency, postedOn }: Candidate): boolean {
  return postedOf(amount).every((other) => other.id === id || other.currency !== currency || Math.abs(daysBetween(other.postedOn, postedOn)) > REACH_DAYS)
}

/** Booked at one source and pending at the other; a row that is pending is so because this source is behind, which only days tell that both show. */
function judgeBookedElsewhere(row: Incoming, candidate: Candidate, days: number, likeness: number, isShared: boolean): Verdict {
  const tier = 'other_source'
  const isBehind = row.content.status === 'pending'
  const [took, booked, held] = isBehind ? [-days, candidate.amount, row.content.amount] : [days, row.content.amount, candidate.amount]
  if (took < -1 || took > 10 || (isBehind && !isShared)) return null
  if (booked === held) return likeness >= 0.3 ? { certainty: 'sure', tier } : isShared && took <= 5 ? { certainty: 'if_unique', tier } : null
  return isTip(booked, held) && likeness >= 0.5 && took >= 0 && !nameOtherDays(row, candidate) ? { certainty: 'if_unique', tier } : null
}

/** Whether both sources answered for the days of both: then they show the same rows. */
export function coveredByBoth({ context }: Board, row: Incoming, candidate: Candidate): boolean {
  return coversDay(context.covers, candidate.postedOn) && isAnsweredFor(candidate, context.coverage, row.content.postedOn)
}

/** Whether the source of the later one answered for the day of the earlier one: there it would show a second purchase of its own. */
function lacksEarlier({ context }: Board, row: Incoming, candidate: Candidate): boolean {
  return row.content.postedOn < candidate.postedOn ? isAnsweredFor(candidate, context.coverage, row.content.postedOn) : coversDay(context.covers, candidate.postedOn)
}

/** Whether both would stay in the feed as posted if the pair is not made. */
function leavesDouble(pair: Pair): boolean {
  return pair.candidate.status === 'posted' && pair.candidate.state === 'posted'
}

function costOf(row: Incoming, candidate: Candidate, days: number, likeness: number, certainty: Certainty): number {
  const doubt = certainty === 'sure' || certainty === 'if_unrivalled' ? 0 : certainty === 'doubtful' ? 400 : 200
  const amount = row.content.amount === candidate.amount ? 0 : 100 + Math.min(perMilleOff(row.content.amount, candidate.amount), MOST_OFF) / 10
  return doubt + amount + (madeApart(row, candidate) ?? namedApart(row, candidate) ?? Math.abs(days)) * 5 + Math.round((1 - likeness) * 40)
}

/** Tips add up to a third, exchange rates move a little. */
export function isTip(booked: bigint, held: bigint): boolean {
  return booked < 0n === held < 0n && ratioWithin(booked, held, 85n, 135n)
}

/** By how many thousandths of `b` the two differ. */
function perMilleOff(a: bigint, b: bigint): number {
  const off = ((a - b) * 1000n) / b
  return Number(off < 0n ? -off : off)
}

/** Whether |a| lies between `low` and `high` hundredths of |b|; both have the same sign. */
function ratioWithin(a: bigint, b: bigint, low: bigint, high: bigint): boolean {
  const [x, y] = a < 0n ? [-a, -b] : [a, b]
  return x * 100n >= y * low && x * 100n <= y * high
}
