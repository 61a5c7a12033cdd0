/**
 * What remains of a file's rows after the matcher, which took every stored row as still standing:
 * a row whose content equals a stored one of this source that the file does not show under its old
 * id is that row (converters change their ids), as many as there are and no more. One that only
 * resembles such a row, on days that the file answers for, stays a row of its own with a question.
 */
import { addDays, daysBetween, type Day, type DayRange } from '../domain/day.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { byId, isBookedBy, isOpen, isOwn, textOf } from './candidate.ts'
import { takenBy } from './commit.ts'
import { coversDay } from './coverage.ts'
import { resemblance } from './identity.ts'
import type { DoubtedDay } from './file-border.ts'
import type { Incoming } from './incoming.ts'
import { isReported, isUndoubted, mayFollow, placeOf, type Decision, type MatchContext, type NewRow } from './match.ts'
import { areDatedTwice, costApart, dayUnder, MOST_APART_DAYS, oneSide, otherDaysIn, pairApart, singlesIn, type OtherDays } from './other-days.ts'
import { isTip } from './pairing.ts'
import { BOOKING_DAYS, LONGEST_BOOKING_DAYS, purchaseOf } from './purchase-day.ts'
import { followIds } from './same-id.ts'
import { costOf, daysOf, sameMoney, type SameMoney } from './same-money.ts'

const NEAR_DAYS = 3
const LIKE = 0.5
/** So many rows may be amended in any file; else a fifth of those that it shows again. */
const FEW_LEFT = 2
/** A number in a text that names one booking: of a shop or a month they have fewer digits. */
export const NAMING = /\d{5}/
/** Letters of a beginning that tells the text. */
const WHOLE_BEGINNING = 12

/** Whether `joinEqual` could change a decision, so that what the file shows must be known. */
export function mayJoin(decisions: readonly Decision[], candidates: Candidates, sourceId: string): boolean {
  return candidates.transactions.some((candidate) => isOpen(candidate) && isOwn(candidate, sourceId)) && decisions.some((decision) => decision.kind === 'new')
}

/** The decisions, with rows of equal content joined and resembling ones asked about. `context.reported`: what the file shows. */
export function joinEqual(matched: readonly Decision[], candidates: Candidates, context: MatchContext, before: readonly DayRange[]): readonly Decision[] {
  if (candidates.transactions.length === 0 || matched.every((decision) => decision.kind !== 'new')) return matched
  const decisions = followIds(matched, candidates, context)
  const taken = new Set(decisions.flatMap((decision) => (decision.kind === 'seen' ? [decision.transactionId] : decision.kind === 'join' ? [decision.transaction.id] : [])))
  const left = candidates.transactions.filter(
    (candidate) => isOpen(candidate) && !taken.has(candidate.id) && isOwn(candidate, context.sourceId) && !isReported(candidate, context),
  )
  const first = context.covers[0]?.from
  const earlier = first === undefined ? [] : candidates.transactions.filter((candidate) => candidate.state === 'posted' && candidate.postedOn <= first && !taken.has(candidate.id) && isOwn(candidate, context.sourceId))
  if (left.length + earlier.length === 0) return decisions
  const byContent = Map.groupBy(left, (candidate) => candidate.contentKey)
  const byPlace = Map.groupBy(left, placeOf)
  const byMoney = Map.groupBy(left, ({ amount, currency }) => `${amount} ${currency}`)
  const purchaseNear = (row: Incoming, candidate: Candidate): ReturnType<typeof purchaseOf> => (Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= LONGEST_BOOKING_DAYS ? purchaseOf(row, candidate) : 'nothing')
  const mayBePurchaseOf = (row: Incoming, candidate: Candidate): boolean => candidate.state === 'posted' && ['the same', 'alike'].includes(purchaseNear(row, candidate))
  const free = (candidate: Candidate): boolean => !taken.has(candidate.id)
  const joinedBy = (find: (row: Incoming) => readonly Candidate[]) => (decision: Decision): Decision => {
    if (decision.kind !== 'new') return decision
    const { row } = decision
    const equal = find(row).find((candidate) => free(candidate) && mayFollow(row, candidate, context.sourceId) && isItsDay(row, candidate))
    if (equal === undefined) return decision
    taken.add(equal.id)
    const posts = equal.status === 'pending' && row.content.status === 'posted'
    return { kind: 'join', row, transaction: equal, tier: posts ? 'pending_posted' : 'rekey' }
  }
  const otherDays = otherDaysOf(decisions, left, candidates, context)
  const isItsDay = (row: Incoming, candidate: Candidate): boolean => row.content.postedOn === (dayUnder(otherDays, candidate, context.sourceId) ?? row.content.postedOn)
  const apart = apartOf(decisions, left, otherDays, context, before)
  const joined = decisions
    .map((decision): Decision => {
      const transaction = apart.get(decision.row)
      if (transaction === undefined) return decision
      taken.add(transaction.id)
      return { kind: 'join', row: decision.row, transaction, tier: 'assignment' }
    })
    .map(joinedBy((row) => byContent.get(row.contentKey) ?? []))
    // Within the days of the file: beside what another one showed before them may stand a second purchase of that day.
    .map(joinedBy((row) => (byMoney.get(`${row.content.amount} ${row.content.currency}`) ?? []).filter((candidate) => isWithin(candidate, context) && purchaseNear(row, candidate) === 'the same')))
    .map(joinedBy((row) => (byPlace.get(placeOf(row.content)) ?? []).filter((candidate) => isCutOff(row.text, textOf(candidate)) || isReordered(row.text, textOf(candidate)))))
  const reworded = rewordedOf(joined, left.filter(free), candidates, context.sourceId)
  const same = (row: Incoming): Candidate | undefined => {
    const { candidate } = reworded.get(row) ?? {}
    if (candidate === undefined || !free(candidate)) return undefined
    taken.add(candidate.id)
    return candidate
  }
  const known = joined.map((decision): Decision => {
    const transaction = reworded.get(decision.row)?.isSure === true ? same(decision.row) : undefined
    return transaction === undefined ? decision : { kind: 'join', row: decision.row, transaction, tier: 'assignment' }
  })
  const byAmount = Map.groupBy(left.filter(free), (candidate) => candidate.amount)
  const times = Map.groupBy(known.filter(isUndoubted), ({ row: { content } }) => content.amount)
  const isSingle = ({ content }: Incoming): boolean => content.status === 'posted' && times.get(content.amount)?.length === 1
  const isNamed = namedIn(matched, left)
  const askedBy = (find: (decision: NewRow, near: readonly Candidate[]) => Candidate | undefined) => (decision: Decision): Decision => {
    const other = isUndoubted(decision) ? find(decision, byAmount.get(decision.row.content.amount)?.filter(free) ?? []) : undefined
    if (other === undefined || !isUndoubted(decision)) return decision
    taken.add(other.id)
    return { ...decision, other }
  }
  return known
    // Those of one number first: of equal purchases another one may be nearer.
    .map(askedBy((decision, near) => near.find((candidate) => textOf(candidate) === decision.row.text && isNamed(decision.row.text) && resembles(decision, candidate, context, LONGEST_BOOKING_DAYS))))
    .map(askedBy((decision, near) =>
      likest(decision.row, near.filter((candidate) => resembles(decision, candidate, context) || mayBePurchaseOf(decision.row, candidate))) ?? same(decision.row) ?? (isSingle(decision.row) ? singleIn(decision.row, near, context) : undefined)))
    .map(askedBy(({ row }) => (isSingle(row) ? singleBefore(row, earlier.filter((candidate) => free(candidate) && candidate.amount === row.content.amount)) : undefined)))
}

/**
 * A row that came with another amount: some banks list holds as booked rows, and the next export shows what was booked in the end. Each stays a
 * row of its own, and a person compares it with the one of before. `left`: posted rows of the source that the file does not show, on days that it reaches.
 */
export function doubtAmended(decisions: readonly Decision[], left: readonly Candidate[]): readonly Decision[] {
  const byDay = Map.groupBy(left, ({ postedOn }) => postedOn)
  const isNamed = namedIn(decisions, left)
  const isAloneOn = aloneOnDays(decisions.filter(isUndoubted), left)
  const before = new Map<Incoming, readonly Candidate[]>()
  const after = new Map<Candidate, number>()
  for (const decision of decisions) {
    if (!isUndoubted(decision) || decision.row.content.status !== 'posted') continue
    const found = mayHaveBeen(decision.row, byDay, (candidate, row) => isNamed(row.text) || isAloneOn(candidate, row))
    if (found.length > 0) before.set(decision.row, found)
    for (const candidate of found) after.set(candidate, (after.get(candidate) ?? 0) + 1)
  }
  // What leaves out much, with nothing in its place, is another selection, and no newer state of the same.
  const isReplaced = (found: readonly Candidate[]): boolean => found.length === 1 && after.get(found[0]!) === 1
  const lacking = left.length - [...before.values()].filter(isReplaced).length
  if (lacking > FEW_LEFT && lacking * 5 > decisions.filter(({ kind }) => kind !== 'new').length) return decisions
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    const other = before.get(decision.row)?.find((candidate) => !asked.has(candidate))
    if (other === undefined || !isUndoubted(decision)) return decision
    asked.add(other)
    return { ...decision, other }
  })
}

/** Which of them the row may have been before, the latest first. `isTold`: whether the words that both have tell that they are one; at a pump any amount is held. */
function mayHaveBeen(row: Incoming, byDay: ReadonlyMap<Day, readonly Candidate[]>, isTold: (candidate: Candidate, row: Incoming) => boolean): readonly Candidate[] {
  const { content, text } = row
  const near = Array.from({ length: BOOKING_DAYS + 1 }, (_, took) => byDay.get(addDays(content.postedOn, -took)) ?? []).flat()
  const isOne = (candidate: Candidate): boolean => candidate.amount < 0n === content.amount < 0n && text !== '' && textOf(candidate) === text && isTold(candidate, row)
  return near.filter((candidate) => candidate.currency === content.currency && (isOne(candidate) || (isTip(content.amount, candidate.amount) && resemblance(text, textOf(candidate)) >= LIKE)))
}

/** Whether a text tells one row from all others, here and there. */
function namedIn(decisions: readonly Decision[], left: readonly Candidate[]): (text: string) => boolean {
  const [shown, stored] = [timesOf(decisions.map(({ row }) => row.text)), timesOf(left.map(textOf))]
  return (text) => NAMING.test(text) && shown.get(text) === 1 && stored.get(text) === 1
}

/** Whether of a day and these words there is one row in the place of one. */
function aloneOnDays(fresh: readonly Pick<Decision, 'row'>[], left: readonly Candidate[]): (candidate: Candidate, row: Incoming) => boolean {
  const placeIn = (on: Day, text: string): string => `${on} ${text}`
  const [here, there] = [timesOf(fresh.map(({ row }) => placeIn(row.content.postedOn, row.text))), timesOf(left.map((candidate) => placeIn(candidate.postedOn, textOf(candidate))))]
  return (candidate, { content, text }) => candidate.postedOn === content.postedOn && [here, there].every((times) => times.get(placeIn(content.postedOn, text)) === 1)
}

export function timesOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1)
  return times
}

/** The days of rows that the file shows for the first time, and another source had booked; null: none. */
export function metBeside(decisions: readonly Decision[]): DayRange | null {
  const days = decisions.flatMap((decision) => (isMet(decision) ? [decision.row.content.postedOn] : []))
  return days.length === 0 ? null : daysOf(days)
}

type Join = Extract<Decision, { kind: 'join' }>

function isMet(decision: Decision): decision is Join {
  return decision.kind === 'join' && decision.tier === 'other_source' && decision.double === undefined && decision.row.content.status === 'posted'
}

/**
 * What a source listed as booked or pending while it was held, and lists as booked now, may have come from another source meanwhile: then its
 * row of before stands alone, and a person compares it with that one. `left`: posted rows that the source alone reported as booked and the answer, on their days, does not show.
 */
export function doubtMet(decisions: readonly Decision[], left: readonly Candidate[]): readonly Decision[] {
  if (left.length === 0 || (left.length > FEW_LEFT && left.length * 5 > decisions.length)) return decisions
  const isAloneOn = aloneOnDays(decisions.filter(isMet), left)
  const pairs = decisions.flatMap((decision) => {
    if (!isMet(decision)) return []
    const { content, text } = decision.row
    const isBefore = (candidate: Candidate): boolean => {
      const took = daysBetween(candidate.postedOn, content.postedOn)
      return took >= 0 && took <= BOOKING_DAYS && candidate.currency === content.currency && (candidate.amount === content.amount || isTip(content.amount, candidate.amount) || isPump(candidate)) && resemblance(text, textOf(candidate)) >= LIKE
    }
    // Any amount is held there; its day and words tell it, where they stand once here and there.
    const isPump = (candidate: Candidate): boolean => text !== '' && textOf(candidate) === text && candidate.amount < 0n === content.amount < 0n && isAloneOn(candidate, decision.row)
    return left.filter(isBefore).map((candidate) => ({ decision, candidate, cost: costOf(decision.row, candidate, daysBetween(candidate.postedOn, content.postedOn)) + (candidate.amount === content.amount ? 0 : 1_000) }))
  })
  const [asked, doubles] = [new Set<Candidate>(), new Map<Decision, Decision>()]
  for (const { decision, candidate } of pairs.sort((a, b) => a.cost - b.cost)) {
    if (asked.has(candidate) || doubles.has(decision)) continue
    asked.add(candidate)
    doubles.set(decision, { ...decision, double: candidate.id })
  }
  return doubles.size === 0 ? decisions : decisions.map((decision) => doubles.get(decision) ?? decision)
}

/** Rows of the decisions that may have come so, and the days on which what they were before may stand; null: none. */
export function maybeAmended(decisions: readonly Decision[]): DayRange | null {
  const known = decisions.filter(({ kind }) => kind !== 'new').map(({ row }) => row.content.postedOn)
  if (known.length === 0) return null
  const last = daysOf(known).to
  const fresh = decisions.flatMap((decision) => (isUndoubted(decision) && decision.row.content.postedOn <= addDays(last, BOOKING_DAYS) ? [decision.row.content.postedOn] : []))
  return fresh.length === 0 ? null : { from: addDays(daysOf(fresh).from, -BOOKING_DAYS), to: daysOf(fresh).to }
}

/**
 * How the file dates beside those before it: one that dates otherwise, or of a bank that lists what is held under the day of the purchase and books it
 * under another. Learned from the rows that it shows again, where some were told under two days before also from amounts that stand alone. `left`: what it does not show.
 */
function otherDaysOf(decisions: readonly Decision[], left: readonly Candidate[], candidates: Candidates, context: MatchContext): OtherDays {
  const stored = byId(candidates)
  const again = decisions.flatMap((decision) => (decision.kind === 'seen' && decision.row.content.status === 'posted' ? [{ own: decision.row.content.postedOn, reports: stored.get(decision.transactionId)?.reports ?? [], key: decision.row.key }] : []))
  const twice = again.flatMap(({ own, reports, key }) => {
    const other = reports.findLast((report) => report.counts && report.status === 'posted' && report.key !== key)
    return other === undefined ? [] : [{ own, other: other.postedOn }]
  })
  const known = otherDaysIn(twice)
  if (known !== null) return known
  const single = singlesIn(undoubted(decisions), left.filter((candidate) => candidate.state === 'posted' && isWithin(candidate, context)))
  return areDatedTwice(candidates.transactions, context.sourceId) ? oneSide(single) : otherDaysIn([...again.map(({ own }) => ({ own, other: own })), ...single])
}

/**
 * Its rows that are stored under another day. What lies within its days, it would show if it dated as those before; what lies beyond is the like
 * of a row only where files before showed the days of that row, too: they have its like somewhere.
 */
function apartOf(decisions: readonly Decision[], left: readonly Candidate[], otherDays: OtherDays, context: MatchContext, before: readonly DayRange[]): ReadonlyMap<Incoming, Candidate> {
  const costIn = (row: Incoming, candidate: Candidate): number | null => (isWithin(candidate, context, otherDays) || coversDay(before, row.content.postedOn) ? costApart(row, candidate) : null)
  const once = left.filter((candidate) => candidate.state === 'posted' && dayUnder(otherDays, candidate, context.sourceId) === null)
  return new Map(pairApart(undoubted(decisions), once, otherDays, costIn).map(({ row, candidate }) => [row, candidate]))
}

/** Posted rows of the source that the file leaves out, on its days. */
export function leftOut(posted: readonly Candidate[], decisions: readonly Decision[], context: MatchContext): readonly Candidate[] {
  const taken = takenBy(decisions)
  return posted.filter((candidate) => isWithin(candidate, context) && isBookedBy(candidate, context.sourceId) && !taken.has(candidate.id) && !isReported(candidate, context))
}

/** Not on the first of its days, which may be cut off where it does not show it later. */
function isWithin({ postedOn }: Candidate, { covers }: MatchContext, otherDays: OtherDays = null): boolean {
  return covers.some(({ from, to }) => (otherDays === 1 ? postedOn >= from : postedOn > from) && postedOn <= to)
}

/** Posted rows of which nothing is known, and nobody is asked yet. */
function undoubted(decisions: readonly Decision[]): readonly Incoming[] {
  return decisions.flatMap((decision) => (isUndoubted(decision) && decision.row.content.status === 'posted' ? [decision.row] : []))
}

/** One text is the beginning of the other: some formats have room for so many letters. */
function isCutOff(text: string, other: string): boolean {
  return Math.min(text.length, other.length) >= WHOLE_BEGINNING && (text.startsWith(other) || other.startsWith(text))
}

/** The same words in another order: of two columns either may be the first. */
function isReordered(text: string, other: string): boolean {
  return text.length === other.length && text.split(' ').sort().join(' ') === other.split(' ').sort().join(' ')
}

/** Rows that the file may show in other words than they are stored in. `left`: what it does not show. */
function rewordedOf(decisions: readonly Decision[], left: readonly Candidate[], candidates: Candidates, sourceId: string): ReadonlyMap<Incoming, SameMoney> {
  const rows = undoubted(decisions)
  const stored = left.filter(({ state }) => state === 'posted')
  if (rows.length === 0 || stored.length === 0) return new Map()
  const known = decisions.filter(({ kind }) => kind !== 'new').map(({ row }) => row.content.postedOn)
  const held = [...known, ...candidates.transactions.filter((candidate) => isOwn(candidate, sourceId)).map(({ postedOn }) => postedOn)]
  return new Map(sameMoney(rows, stored, daysOf(decisions.map(({ row }) => row.content.postedOn)), daysOf(held)).map((pair) => [pair.row, pair]))
}

/** Equal rows of a day that two files may have cut in two, `others` by another program: each stays a row of its own, and a person compares it with the one of before. */
export function doubtEqual(decisions: readonly Decision[], candidates: Candidates, sourceId: string, { on, others }: DoubtedDay): readonly Decision[] {
  const asked = new Set<Candidate>()
  return decisions.map((decision): Decision => {
    if (isMet(decision) && decision.row.content.postedOn === on && others.has(decision.transaction.id)) return { kind: 'new', row: decision.row, other: decision.transaction, otherRow: null }
    if (!isUndoubted(decision) || decision.row.providerId !== null || decision.row.content.postedOn !== on) return decision
    const other = candidates.transactions.find((candidate) => candidate.state === 'posted' && candidate.contentKey === decision.row.contentKey && isOwn(candidate, sourceId) && !asked.has(candidate))
    if (other === undefined) return decision
    asked.add(other)
    return { ...decision, other }
  })
}

/** Which of them a row most likely is. */
function likest(row: Incoming, candidates: readonly Candidate[]): Candidate | undefined {
  const cost = (candidate: Candidate): number => costOf(row, candidate, Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)))
  return candidates.length < 2 ? candidates[0] : candidates.toSorted((a, b) => cost(a) - cost(b))[0]
}

/** Of an amount that stands once here and there, within the days of the file, words and days tell less: it may be dated otherwise. */
function singleIn({ content }: Incoming, [candidate, ...others]: readonly Candidate[], { covers }: MatchContext): Candidate | undefined {
  if (candidate === undefined || others.length > 0 || candidate.state !== 'posted' || candidate.currency !== content.currency) return undefined
  const isWithin = covers.some(({ from, to }) => candidate.postedOn > from && candidate.postedOn < to)
  return isWithin && Math.abs(daysBetween(candidate.postedOn, content.postedOn)) <= MOST_APART_DAYS ? candidate : undefined
}

/** Of an amount and words that stand once here and there, a few days before the file begins: it may have been held then, and listed as booked. */
function singleBefore({ content, text }: Incoming, [candidate, ...others]: readonly Candidate[]): Candidate | undefined {
  if (candidate === undefined || others.length > 0 || candidate.currency !== content.currency || textOf(candidate) !== text) return undefined
  const days = daysBetween(candidate.postedOn, content.postedOn)
  return days > 0 && days <= NEAR_DAYS ? candidate : undefined
}

/** Whether a person should compare them: near days, like texts, and the file should have shown the stored one. */
function resembles({ row }: NewRow, candidate: Candidate, { covers }: MatchContext, nearDays = NEAR_DAYS): boolean {
  if (!coversDay(covers, candidate.postedOn) || candidate.state === 'withdrawn' || candidate.currency !== row.content.currency) return false
  return Math.abs(daysBetween(candidate.postedOn, row.content.postedOn)) <= nearDays && resemblance(row.text, textOf(candidate)) >= LIKE && purchaseOf(row, candidate) !== 'another'
}
