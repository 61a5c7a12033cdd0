/**
 * Answers that are well-formed and still not to be believed: dates a year off, all signs turned,
 * history silently cut, nothing where there was something. Each of these has doubled or lost rows
 * in real systems. Pure: says what is wrong and which days can be believed.
 */
import { addDays, contains, dayOf, daysBetween, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { Failure, Stage } from '../domain/evidence.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { dayAt, isBookedBy, isOwn, textOf } from './candidate.ts'
import { overlap } from './coverage.ts'
import { isReworded } from './identity.ts'
import type { Incoming } from './incoming.ts'
import { isGone, type Board } from './match.ts'
import { MOVED_DAYS } from './pairing.ts'

/** Rows this far outside of what was asked are looked at; nearer ones are late or early bookings. */
const FAR_DAYS = 60
/** Within this of what was asked a row may belong to it. */
const NEAR_DAYS = 5
/** A window of nearly a year holds every day of the calendar. */
const WIDE_DAYS = 300
/** Fewer missing rows than this may be true removals; so many at one end are a cut. */
export const CUT_ROWS = 3
/** No bank lists fewer of its newest rows than this. */
const LEAST_LIST = 10

/** A failure of this kind: the answer contradicts itself, the account or the question. */
export function implausible(message: string, stage: Stage = 'statement'): Failure {
  return { code: 'answer_implausible', stage, retry: { kind: 'at', at: null }, message, evidence: [{ stage, codes: ['answer_implausible'], message }] }
}

/**
 * Unknown rows whose day would fall into the window if the year were another one. Not the past ones
 * when other far rows show that the bank simply ignores the window; and none for a window so wide
 * that every day falls into it in some year. Rows dated ahead (instalments) are as they are. `shown`: all rows of the answer.
 */
export function wrongYearRows(rows: readonly Incoming[], asked: DayRange, shown: readonly Incoming[]): readonly Incoming[] {
  if (daysBetween(asked.from, asked.to) >= WIDE_DAYS) return []
  const isPast = ({ content: { postedOn } }: Incoming): boolean => daysBetween(postedOn, asked.from) > FAR_DAYS
  const isFuture = ({ content: { postedOn } }: Incoming): boolean => daysBetween(asked.to, postedOn) > FAR_DAYS
  const fits = ({ content: { postedOn } }: Incoming): boolean => fitsInOtherYear(postedOn, asked)
  const ignoresWindow = rows.some((row) => isPast(row) && !fits(row))
  return rows.filter((row) => fits(row) && (isFuture(row) || (isPast(row) && !ignoresWindow)) && !shown.some((other) => other.providerId !== null && other.providerId === row.providerId && contains(asked, other.content.postedOn) && isOtherYear(row, other.content, other.text)))
}

/** What comes every year is the same on the same day: shown beside each other under one id, both are as they are. */
function isOtherYear({ content, text }: Incoming, other: Pick<Candidate, 'postedOn' | 'amount'>, otherText: string): boolean {
  return other.amount === content.amount && otherText === text && other.postedOn !== content.postedOn && other.postedOn.slice(5) === content.postedOn.slice(5)
}

/**
 * Unknown rows that are stored already, word for word under their id, on the same day of a later year; of an earlier one, where they
 * would lie far ahead. Not where of each the answer shows the stored one as well, or begins after its day, and is right about other
 * days; nor where it is of a day that was asked for and the stored one of a later day than any in the answer, as when history is read: then it comes every year.
 */
export function movedByYears(rows: readonly Incoming[], candidates: Candidates, sourceId: string, today: Day, asked: DayRange, shown: readonly Incoming[]): readonly Incoming[] {
  const byId = new Map<string, Candidate[]>()
  for (const { providerId } of rows) if (providerId !== null) byId.set(providerId, [])
  if (byId.size === 0) return []
  for (const candidate of candidates.transactions) {
    for (const report of candidate.reports) if (report.sourceId === sourceId && report.providerId !== null) byId.get(report.providerId)?.push(candidate)
  }
  const moved = rows.filter((row) => row.providerId !== null && byId.get(row.providerId)!.some((candidate) => isMoved(row, candidate)))
  const begins = shown.reduce((first, { content: { postedOn } }) => minDay(first, postedOn), addDays(asked.from, -NEAR_DAYS))
  const ends = shown.reduce((last, { content: { postedOn } }) => maxDay(last, postedOn), addDays(asked.to, NEAR_DAYS))
  const isElsewhere = (row: Incoming, { postedOn }: Candidate): boolean =>
    postedOn < begins ? shown.some(({ content }) => contains(asked, content.postedOn)) : postedOn > ends && contains(asked, row.content.postedOn)
  const isShown = (row: Incoming, { postedOn }: Candidate): boolean => shown.some(({ providerId, content }) => providerId === row.providerId && content.postedOn === postedOn)
  const isYearly = (row: Incoming): boolean => byId.get(row.providerId!)!.every((candidate) => !isMoved(row, candidate) || isShown(row, candidate) || isElsewhere(row, candidate))
  return moved.every(isYearly) ? [] : moved

  function isMoved(row: Incoming, candidate: Candidate): boolean {
    return isOtherYear(row, candidate, textOf(candidate)) && (candidate.postedOn > row.content.postedOn || daysBetween(today, row.content.postedOn) > FAR_DAYS)
  }
}

function fitsInOtherYear(day: Day, asked: DayRange): boolean {
  const near = { from: addDays(asked.from, -NEAR_DAYS), to: addDays(asked.to, NEAR_DAYS) }
  const [month, dayOfMonth] = [Number(day.slice(5, 7)), Number(day.slice(8, 10))]
  for (let year = Number(near.from.slice(0, 4)); year <= Number(near.to.slice(0, 4)); year++) {
    const moved = dayOf(year, month, Math.min(dayOfMonth, month === 2 ? 28 : dayOfMonth))
    if (moved !== null && contains(near, moved)) return true
  }
  return false
}

/**
 * Whether most of the booked rows that are stored already come back with their amounts turned round: on their days, or, under other ids, all of them so many days beside these.
 * A bank may turn these alone, so what is pending says nothing of it; nor do rows of the days since which rows and balance have not
 * agreed (`failsAfter`; null: they do), which may have come turned themselves.
 */
export function signsFlipped(rows: readonly Incoming[], candidates: Candidates, board: Board, failsAfter: Day | null): boolean {
  let byDay: ReadonlyMap<Day, readonly Candidate[]> | null = null
  let [same, turned] = [0, 0]
  const unlike: Incoming[] = []
  for (const row of rows) {
    if (row.content.amount === 0n || row.content.status === 'pending') continue
    const isProved = failsAfter === null || row.content.postedOn <= failsAfter
    if (candidates.known.has(row.key)) {
      if (isProved) same++
      continue
    }
    const sameId = row.providerId === null ? [] : (board.byProviderId.get(row.providerId) ?? [])
    byDay ??= Map.groupBy(candidates.transactions, (candidate) => candidate.postedOn)
    const sameDay = (byDay.get(row.content.postedOn) ?? []).filter((candidate) => isOwn(candidate, board.context.sourceId) && isGone(board, candidate))
    const alike = [...sameId, ...sameDay].filter((candidate) => textOf(candidate) === row.text)
    if (alike.some((candidate) => candidate.amount === row.content.amount)) {
      if (isProved) same++
    } else if (alike.some((candidate) => candidate.amount === -row.content.amount)) turned++
    else unlike.push(row)
  }
  if (turned > same || byDay === null || unlike.length < CUT_ROWS || turned + unlike.length <= same) return turned > same
  const own = new Map([...byDay].map(([day, all]) => [day, all.filter((candidate) => isOwn(candidate, board.context.sourceId) && isGone(board, candidate))]))
  const movedBy = (days: number): number =>
    unlike.filter(({ text, content: { postedOn, amount } }) => own.get(addDays(postedOn, -days))?.some((candidate) => candidate.amount === -amount && textOf(candidate) === text)).length
  return MOVES.some((days) => movedBy(days) >= Math.max(CUT_ROWS, same - turned + 1))
}

/** By so many days a bank moves all of its rows. */
const MOVES = Array.from({ length: MOVED_DAYS }, (_, n) => [n + 1, -n - 1]).flat()

/** So many rows told the other way round are no refunds. */
const OPPOSED_ROWS = 2

/** Whether a source that has told nothing so far that others told, too, tells most of what they booked the other way round. */
export function signsOpposed(rows: readonly Incoming[], { transactions }: Candidates, sourceId: string): boolean {
  if (transactions.every((candidate) => isOwn(candidate, sourceId))) return false
  const byPlace = Map.groupBy(transactions.filter(({ state }) => state === 'posted'), (candidate) => `${candidate.postedOn} ${textOf(candidate)}`)
  let [same, turned] = [0, 0]
  for (const { content: { status, postedOn, amount }, text } of rows) {
    const alike = status === 'posted' && amount !== 0n && text !== '' ? (byPlace.get(`${postedOn} ${text}`) ?? []) : []
    if (alike.some((candidate) => candidate.amount === amount)) same++
    else if (alike.some((candidate) => candidate.amount === -amount && !isOwn(candidate, sourceId))) turned++
  }
  return turned >= OPPOSED_ROWS && turned > same
}

/**
 * The days whose absences can be believed. Banks cut history, show their newest hundred rows, or answer from an old copy,
 * and still claim the whole window: where several stored rows lie before the first reported row, or
 * after the last, and have not just moved, the answer covers only the days between; not that row's own day, where it lacks
 * rows of that as well. `reported`: first and last day of its posted rows; rows that it lists as pending again are not
 * missing. `atStart`: so many missing before its first row are a cut: a single one where the bank seems to list its newest rows
 * alone, as many as before, or where older days were asked for once more. Null when nothing can be believed.
 */
export function believedCovers(covers: DayRange | null, reported: DayRange | null, rows: readonly Incoming[], candidates: Candidates, sourceId: string, atStart = CUT_ROWS): DayRange | null {
  if (covers === null) return null
  const pending = new Set(rows.flatMap((row) => (row.content.status === 'pending' ? [row.contentKey] : [])))
  const stored = candidates.transactions
    .filter((candidate) => candidate.state === 'posted' && isBookedBy(candidate, sourceId) && !pending.has(candidate.contentKey))
    .map((candidate) => onItsDay(candidate, sourceId))
    .filter(({ postedOn }) => contains(covers, postedOn))
  if (reported === null) return stored.length >= atStart ? null : covers
  const { from, to } = reported
  const posted = rows.filter(({ content }) => content.status === 'posted')
  const lackingOn = (on: Day): number => Math.max(0, stored.filter(({ postedOn }) => postedOn === on).length - posted.filter(({ content }) => content.postedOn === on).length)
  const shown = new Set(posted.flatMap(({ key }) => candidates.known.get(key)?.transactionId ?? []))
  const fresh = freshOf(posted, candidates)
  // What is newer than all that is known is new: no row moves from before the first to behind the last.
  const known = posted.filter(({ key }) => candidates.known.has(key)).map(({ content }) => content.postedOn)
  const before = goneOf(stored.filter(({ postedOn }) => postedOn < from), fresh, atStart, known.length === 0 ? to : known.reduce(maxDay))
  const atFirst = Math.min(lackingOn(from), goneOf(stored.filter(({ id, postedOn }) => postedOn === from && !shown.has(id)), fresh, atStart))
  const after = goneOf(stored.filter(({ postedOn }) => postedOn > to), freshOf(posted, candidates), CUT_ROWS)
  const first = before + atFirst >= atStart ? addDays(from, lackingOn(from) === 0 ? 0 : 1) : covers.from
  const last = after >= CUT_ROWS ? addDays(to, lackingOn(to) === 0 ? 0 : -1) : covers.to
  return first <= last ? overlap(covers, { from: first, to: last }) : null
}

function onItsDay(candidate: Candidate, sourceId: string): Candidate {
  const postedOn = dayAt(candidate, sourceId)
  return postedOn === candidate.postedOn ? candidate : { ...candidate, postedOn }
}

/** Whether a list that is as long as before has moved on: what is new in it stands at its end, so that as much fell off its beginning. What was corrected stands in its middle. */
export function movedOn(rows: readonly Incoming[], { known }: Candidates): boolean {
  if (rows.length < LEAST_LIST) return false
  const [old, fresh] = [rows.filter(({ key }) => known.has(key)), rows.filter(({ key }) => !known.has(key))]
  if (old.length === 0 || fresh.length === 0) return false
  const last = old.reduce<Day>((day, { content }) => maxDay(day, content.postedOn), old[0]!.content.postedOn)
  return fresh.every(({ content }) => daysBetween(content.postedOn, last) <= MOVED_DAYS)
}

/** The rows that are not stored, by day and amount: what a stored one may have become. */
function freshOf(posted: readonly Incoming[], { known }: Candidates): ReadonlyMap<string, Incoming[]> {
  return Map.groupBy(posted.filter(({ key }) => !known.has(key)), ({ content }) => `${content.postedOn} ${content.amount}`)
}

/** How many of these stored rows, counted up to so many, the answer shows nowhere: not a few days beside their day either, up to `last`, as a row that is not stored. */
function goneOf(stored: readonly Candidate[], fresh: ReadonlyMap<string, Incoming[]>, most: number, last: Day | null = null): number {
  let gone = 0
  for (const candidate of stored) {
    if (!takesOne(fresh, candidate, last) && ++gone >= most) break
  }
  return gone
}

/** Takes the row out that the stored one may have become. */
function takesOne(fresh: ReadonlyMap<string, Incoming[]>, candidate: Candidate, last: Day | null): boolean {
  const text = textOf(candidate)
  for (let days = -MOVED_DAYS; days <= MOVED_DAYS; days++) {
    const on = addDays(candidate.postedOn, days)
    if (last !== null && on > last) break
    const rows = fresh.get(`${on} ${candidate.amount}`) ?? []
    // The last is taken at once; of a fixed fare there may be thousands.
    const at = rows.findLastIndex((row) => row.text === text || isReworded(row.text, text))
    if (at === -1) continue
    rows.splice(at, 1)
    return true
  }
  return false
}

/** Whether so many rows in the middle of the answer are missing that the answer, not the rows, is at fault. */
export function tooManyMissing(missing: number, reported: number): boolean {
  return missing > 3 && missing * 4 > reported
}
