/**
 * Which days to ask a bank for. The first sync walks back through history, newest first, to the
 * bank's floor; later ones read again the days in which banks still book late, and fill every gap
 * oldest first, so that a crash never leaves a hole behind the newest day. Decided for each account
 * by itself: a sibling's history says nothing. "Today" is the bank's day, not this host's.
 */
import { addDays, daysBetween, joinRanges, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { Json, JsonObject } from '../domain/institution.ts'
import { gapsIn } from './coverage.ts'
import type { Reach } from './reach.ts'

export type WindowPlan = {
  readonly covered: readonly DayRange[]
  /** Day of the oldest row that is pending in the account, of those that a read can reach back to (old-holds.ts). */
  readonly pendingFrom: Day | null
  readonly progress: Progress
  readonly today: Day
  /** Where the account's feed starts, if a person said so. */
  readonly startOn: Day | null
  readonly maxWindowDays: number
  readonly overlapDays: number
}

export type Unsettled = DayRange & { readonly until: Day }

/** Days that were read once, and when they are looked at again. */
export type Look = DayRange & { readonly on: Day }

/** Days of pending rows that are asked for by themselves: when the next time is, and how often it was in vain. */
export type Hold = Look & { readonly vain: number }

/** `askedOn`: when that was last; absent in what earlier versions wrote. `told`: an answer that told its days began after them. */
export type Gap = DayRange & { readonly asked: number; readonly askedOn?: Day; readonly told?: true }

/** What the engine remembers of a source beside the connector's own cursor; lives in the same record. */
export type Progress = {
  readonly connector: JsonObject | null
  /** History before this day is not asked for any more: the bank does not give it. Null: not known yet. */
  readonly floor: Day | null
  /** Days that the bank left out of an answer, and on how many days they were asked for: a bank that is still loading an account leaves out the same ones all day. */
  readonly gaps: readonly Gap[]
  /**
   * Known rows were amended, or rows and balance disagree: what the bank shows today it may take back
   * tomorrow, so these days are read again until `until` and, where no read worked then, once after it, however old they get meanwhile.
   */
  readonly unsettled: readonly Unsettled[]
  /**
   * Days that an answer brought when they were long past: history, or what an outage had kept back. The newest days are
   * read again and again while they get older; these have the one look that the others have last.
   */
  readonly looks: readonly Look[]
  /** The day after which balance and rows disagreed when older days were asked for because of it; once for each failure. */
  readonly rechecked: Day | null
  /** Days that a person wants to be asked for again; they stay until they were asked for, whatever comes between. */
  readonly wanted: readonly DayRange[]
  /** Days of pending rows that are too old to be read again each time. */
  readonly holds: readonly Hold[]
  /** The account's start when its days were read: what is older was not taken. Absent: not known. */
  readonly since?: Day | null
  /** How many rows the last answer about the newest days held: a bank that lists its newest rows alone lists as many each time. Absent: not known. */
  readonly listed?: number
  /** How many of the newest days the bank gives at once. Absent: it never refused any. */
  readonly reach?: Reach | undefined
}

/** How far back the first sync goes at most, and on how many days a gap is asked for. */
const HISTORY_DAYS = 731
export const GAP_LIMIT = 5
/** For how long amended rows are read again, and how many stretches of days at once. */
const UNSETTLED_DAYS = 14
const MAX_UNSETTLED = 8
/** A balance that never agrees again must not make each read longer: how far back it is looked into. */
const DISAGREEMENT_REACH_DAYS = 60
/** When days that came late are looked at once more: as long after the first look as the newest days have their last one. */
const SECOND_LOOK_DAYS = 10
/** Days so young are read again with the newest ones; older ones than that banks often give only when somebody has just signed in. */
const FRESH_DAYS = 2
const SECOND_LOOK_REACH_DAYS = 90
/** More than a bank makes that is some days behind: each of its days has one, most of which come due within the days that are read again anyway. */
const MAX_LOOKS = 32
/** How far before a failed balance rows are looked for that were booked back. */
const RECHECK_DAYS = 31

/** Holds of hotels and rented cars last a month. */
const LONGEST_HOLD_DAYS = 45

export const NO_PROGRESS: Progress = { connector: null, floor: null, gaps: [], unsettled: [], looks: [], rechecked: null, wanted: [], holds: [] }

/** The windows of this sync in the order in which to ask; never empty. */
export function planWindows(plan: WindowPlan): readonly DayRange[] {
  const { today, progress } = plan
  const oldest = oldestDay(plan)
  const covered = joinRanges(plan.covered).filter((range) => range.from <= today)
  const newest = covered.at(-1)
  if (newest === undefined) return backwards({ from: oldest, to: today }, plan.maxWindowDays)
  const overlapping = newestFrom(plan)
  // From the first day that was ever read: a hole that the bank leaves for good must not hide the days before it.
  const start = minDay(plan.startOn ?? covered[0]!.from, today)
  // Also past their time, where no read has worked since: after an outage they get the one that they have last.
  const again = progress.unsettled.filter(({ to, until }) => (today <= until || to >= addDays(today, -SECOND_LOOK_REACH_DAYS)) && to >= start).map(({ from, to }) => ({ from: maxDay(from, start), to: minDay(to, today) }))
  const rereads = joinRanges([...again, { from: pendingReach(plan, overlapping, maxDay(oldest, covered[0]!.from)), to: today }])
  const recent = rereads.at(-1)!
  const windows: DayRange[] = []
  // Holes between answered days first (an outage in the middle), except those the bank keeps leaving out.
  const given = progress.gaps.filter((gap) => gap.asked >= GAP_LIMIT)
  const first = maxDay(oldest, covered[0]!.from)
  if (first < recent.from) for (const gap of gapsIn({ from: first, to: addDays(recent.from, -1) }, [...covered, ...given])) windows.push(...forwards(gap, plan.maxWindowDays))
  // Older days in doubt come after the newest: with today's rows stored, today's balance can judge them.
  for (const range of [recent, ...rereads.slice(0, -1)]) windows.push(...forwards(range, plan.maxWindowDays))
  // History that the first sync did not reach, because it was interrupted or the person moved the start back.
  if (oldest < covered[0]!.from) {
    for (const gap of [...gapsIn({ from: oldest, to: addDays(covered[0]!.from, -1) }, given)].reverse()) windows.push(...backwards(gap, plan.maxWindowDays))
  }
  return windows
}

/** Where the history of the account begins, as far as is known. */
function oldestDay({ today, startOn, progress }: Pick<WindowPlan, 'today' | 'startOn' | 'progress'>): Day {
  return minDay(today, maxDay(startOn ?? addDays(today, -HISTORY_DAYS), progress.floor ?? addDays(today, -HISTORY_DAYS)))
}

/** History that was not asked for yet; null: none. */
export function historyLeft(plan: Pick<WindowPlan, 'covered' | 'today' | 'startOn' | 'progress'>): DayRange | null {
  const [first] = joinRanges(plan.covered)
  const range = { from: oldestDay(plan), to: first === undefined ? plan.today : addDays(first.from, -1) }
  return range.from <= range.to ? range : null
}

/** The first of the newest days, which are read each time. */
export function newestFrom({ covered, today, startOn, overlapDays }: Pick<WindowPlan, 'covered' | 'today' | 'startOn' | 'overlapDays'>): Day {
  const newest = joinRanges(covered).filter((range) => range.from <= today).at(-1)
  return newest === undefined ? today : maxDay(addDays(minDay(newest.to, today), -overlapDays), minDay(startOn ?? newest.from, today))
}

/** Only an answer for its day can say that a pending row is gone, so each read reaches back to the oldest one, as far as holds last. */
function pendingReach({ pendingFrom }: WindowPlan, from: Day, oldest: Day): Day {
  return pendingFrom === null || pendingFrom >= from ? from : [pendingFrom, longestReach(from), oldest].reduce(maxDay)
}

/** How far before the newest days a read reaches back to what is pending; what is older is asked for by itself. */
export function longestReach(from: Day): Day {
  return addDays(from, -LONGEST_HOLD_DAYS)
}

/** The next days to ask for because a person wants it; null: none. Of more than a window holds the oldest come first. */
export function wantedWindow(plan: { readonly progress: Progress; readonly today: Day; readonly startOn: Day | null; readonly maxWindowDays: number }): DayRange | null {
  for (const { from, to } of plan.progress.wanted) {
    const range = { from: plan.startOn === null ? from : maxDay(from, plan.startOn), to: minDay(to, plan.today) }
    if (range.from <= range.to) return forwards(range, plan.maxWindowDays)[0]!
  }
  return null
}

/** The progress under the account's start as it is now: where a person put it back, days that were read without the rows before the former one are wanted again. */
export function sinceStart(progress: Progress, covered: readonly DayRange[], startOn: Day | null): Progress {
  const { since } = progress
  if (since == null || (startOn !== null && startOn >= since)) return { ...progress, looks: progress.looks.filter(({ to }) => startOn === null || to >= startOn), since: startOn }
  const again = covered.flatMap(({ from, to }) => {
    const days = { from: maxDay(from, startOn ?? from), to: minDay(to, addDays(since, -1)) }
    return days.from <= days.to ? [days] : []
  })
  return { ...progress, since: startOn, wanted: [...progress.wanted.flatMap((range) => gapsIn(range, again)), ...again] }
}

/** The progress without days that were asked for. */
export function withoutWanted(progress: Progress, asked: DayRange): Progress {
  return { ...progress, wanted: progress.wanted.flatMap((range) => gapsIn(range, [asked])) }
}

/**
 * Days to ask for once more when balance and rows begin to disagree: older than what was asked just
 * now, because a row may have been booked back further than a read reaches. Null: asked already.
 */
export function recheckWindow(plan: { readonly progress: Progress; readonly disagreesFrom: Day; readonly oldestAsked: Day; readonly startOn: Day | null; readonly maxWindowDays: number }): DayRange | null {
  const { progress, disagreesFrom, oldestAsked, startOn, maxWindowDays } = plan
  if (progress.rechecked !== null && disagreesFrom <= progress.rechecked) return null
  const to = addDays(oldestAsked, -1)
  const oldest = [startOn, progress.floor, addDays(to, 1 - maxWindowDays)].reduce<Day>((latest, day) => (day === null ? latest : maxDay(latest, day)), addDays(disagreesFrom, -RECHECK_DAYS))
  return oldest <= to ? { from: oldest, to } : null
}

/** The days to look at for the second time today; null: none. Also those that are long overdue: after a pause they get the look that they have last. */
export function lookWindow(plan: { readonly progress: Progress; readonly today: Day; readonly startOn: Day | null; readonly maxWindowDays: number }): DayRange | null {
  const { progress, today, startOn, maxWindowDays } = plan
  const [look] = joinRanges(progress.looks.filter(({ on }) => on <= today)).filter(({ to }) => startOn === null || to >= startOn)
  if (look === undefined) return null
  return { from: [startOn ?? look.from, look.from, addDays(look.to, 1 - maxWindowDays)].reduce(maxDay), to: look.to }
}

/**
 * The progress when the bank refused a look that was due: it may refuse so many days, or days so old, for a while only, so they are looked
 * at later, until they are too old.
 */
export function withLookPutOff(progress: Progress, window: DayRange, today: Day): Progress {
  const oldest = addDays(today, -SECOND_LOOK_REACH_DAYS)
  const isRefused = ({ from, to, on }: Look): boolean => on <= today && to >= window.from && from <= window.to
  return { ...progress, looks: progress.looks.flatMap((look) => (!isRefused(look) ? [look] : look.to < oldest ? [] : [{ from: maxDay(look.from, oldest), to: look.to, on: addDays(today, SECOND_LOOK_DAYS) }])) }
}

/** The progress when a look that was due came to nothing for another reason: it stays due for a while. */
export function withoutLooksOverdue(progress: Progress, window: DayRange, today: Day): Progress {
  return { ...progress, looks: progress.looks.flatMap((look) => (daysBetween(look.on, today) <= UNSETTLED_DAYS ? [look] : without(look, window))) }
}

/** What an answer was. `coveredBefore`: the days that had been read. `reread`: those to read again. */
export type AnswerSeen = {
  readonly asked: DayRange
  readonly covers: DayRange | null
  readonly coveredBefore: readonly DayRange[]
  readonly connector: JsonObject | null
  readonly reread: DayRange | null
  readonly today: Day
  /** How many rows it held. */
  readonly listed: number
}

/** Whether the newest days were asked for, and not older ones once more. */
export function isOfNewest(asked: DayRange, today: Day): boolean {
  return daysBetween(asked.to, today) <= FRESH_DAYS
}

/** The progress after an answer: what it left out of the window is a gap, and what it filled is none any more. */
export function afterAnswer(before: Progress, seen: AnswerSeen): Progress {
  const { asked, covers, connector, reread, today } = seen
  const listed = isOfNewest(asked, today) ? seen.listed : before.listed
  return { connector: connector ?? before.connector, floor: before.floor, gaps: gapsAfter(before.gaps, asked, covers, today), unsettled: unsettledAfter(before.unsettled, asked, reread, maxDay(asked.to, today)), looks: looksAfter(before.looks, seen), rechecked: before.rechecked, wanted: withoutWanted(before, asked).wanted, holds: before.holds, ...(before.since === undefined ? {} : { since: before.since }), ...(listed === undefined ? {} : { listed }), ...(before.reach === undefined ? {} : { reach: before.reach }) }
}

/** The progress when the bank refused days that it does not give any more: they count as left out. */
export function leftOut(before: Progress, asked: DayRange, today: Day): Progress {
  return { ...before, gaps: gapsAfter(before.gaps, asked, null, today), unsettled: before.unsettled.filter(({ from, to }) => to < asked.from || from > asked.to) }
}

/**
 * The progress when the bank refused days that were read before and are read again, as because it gives fewer of the newest ones: they
 * get the look that they would have had. Of many reads that were cut the first says when, or it would never come.
 */
export function lookedAtLater(before: Progress, refused: DayRange, covered: readonly DayRange[], today: Day): Progress {
  const young = { from: maxDay(refused.from, addDays(today, -SECOND_LOOK_REACH_DAYS)), to: refused.to }
  if (young.from > young.to) return before
  const cut = gapsIn(young, gapsIn(young, covered))
  return { ...before, looks: cut.reduce<readonly Look[]>((looks, days) => {
    const next = looks.find(({ from, to, on }) => on > today && from <= addDays(days.to, 1) && days.from <= addDays(to, 1))
    if (next === undefined) return firstDue([...looks, { ...days, on: addDays(today, SECOND_LOOK_DAYS) }])
    return looks.map((look) => (look === next ? { from: minDay(look.from, days.from), to: maxDay(look.to, days.to), on: look.on } : look))
  }, before.looks) }
}

/** The progress when a read of these days failed: what is past its time has had the last one. */
export function withoutOverdue(before: Progress, asked: DayRange, today: Day): Progress {
  return { ...before, unsettled: before.unsettled.filter(({ to, until }) => today <= until || to < asked.from || to > asked.to) }
}

function gapsAfter(before: readonly Gap[], asked: DayRange, covers: DayRange | null, today: Day): readonly Gap[] {
  const left = covers === null ? [asked] : gapsIn(asked, [covers])
  const earlier = (gap: DayRange) => before.filter((g) => g.from <= gap.to && gap.from <= g.to)
  const days = (gap: DayRange) => Math.max(1, ...earlier(gap).map((g) => (g.askedOn === today ? g.asked : g.asked + 1)))
  const told = (gap: DayRange) => (covers !== null && gap.to < covers.from) || earlier(gap).some((g) => g.told === true)
  const others = before.flatMap((gap) => gapsIn(gap, [asked]).map((rest) => ({ ...gap, ...rest })))
  return [...others, ...left.map((gap) => ({ ...gap, asked: days(gap), askedOn: today, ...(told(gap) ? { told: true as const } : {}) }))].sort((a, b) => (a.from < b.from ? -1 : 1))
}

/** The days of an answer in which the reason lies that rows and balance disagree. */
export function disputedDays(asked: DayRange, today: Day): DayRange {
  return { from: minDay(asked.to, maxDay(asked.from, addDays(today, -DISAGREEMENT_REACH_DAYS))), to: asked.to }
}

function unsettledAfter(before: readonly Unsettled[], asked: DayRange, reread: DayRange | null, today: Day): readonly Unsettled[] {
  const still = before.filter(({ to, until }) => today <= until || to < asked.from || to > asked.to)
  if (reread === null) return still
  // A day more: a row that was dated wrongly may lie on the other side of the window's edge.
  const range = { from: addDays(reread.from, -1), to: addDays(reread.to, 1), until: addDays(today, UNSETTLED_DAYS) }
  return [...still.filter(({ from, to }) => from < range.from || to > range.to), range].slice(-MAX_UNSETTLED)
}

function looksAfter(before: readonly Look[], { asked, covers, coveredBefore, today }: AnswerSeen): readonly Look[] {
  if (covers === null) return before
  const still = before.flatMap((look) => (look.on > today ? [look] : without(look, asked)))
  const [on, oldest, newest] = [addDays(today, SECOND_LOOK_DAYS), addDays(today, -SECOND_LOOK_REACH_DAYS), addDays(today, -1 - FRESH_DAYS)]
  const fresh = gapsIn(covers, coveredBefore).map(({ from, to }) => ({ from: maxDay(from, oldest), to: minDay(to, newest) })).filter(({ from, to }) => from <= to)
  const others = still.filter((look) => look.on !== on)
  return firstDue([...others, ...joinRanges([...still.filter((look) => look.on === on), ...fresh]).map((range) => ({ ...range, on }))])
}

function without(look: Look, asked: DayRange): readonly Look[] {
  return gapsIn(look, [asked]).map((rest) => ({ ...rest, on: look.on }))
}

/** Of too many the first that come due: where new ones displaced them, none would ever come due. */
function firstDue(looks: readonly Look[]): readonly Look[] {
  return looks.length <= MAX_LOOKS ? looks : looks.toSorted((a, b) => daysBetween(b.on, a.on)).slice(0, MAX_LOOKS)
}

/** Reads what `writeProgress` wrote; anything else is no progress. */
export function readProgress(cursor: JsonObject | null): Progress {
  if (cursor === null || cursor['v'] !== 1) return NO_PROGRESS
  const gaps = (cursor['gaps'] ?? []) as unknown as readonly Gap[]
  return { connector: (cursor['connector'] ?? null) as JsonObject | null, floor: (cursor['floor'] ?? null) as Day | null, gaps, unsettled: Array.isArray(cursor['unsettled']) ? (cursor['unsettled'] as unknown as Progress['unsettled']) : [], looks: (cursor['looks'] ?? []) as unknown as Progress['looks'], rechecked: (cursor['rechecked'] ?? null) as Day | null, wanted: (cursor['wanted'] ?? []) as unknown as Progress['wanted'], holds: (cursor['holds'] ?? []) as unknown as Progress['holds'], ...(cursor['since'] === undefined ? {} : { since: cursor['since'] as Day | null }), ...(typeof cursor['listed'] === 'number' ? { listed: cursor['listed'] } : {}), ...(cursor['reach'] == null ? {} : { reach: cursor['reach'] as unknown as Reach }) }
}

export function writeProgress(progress: Progress): JsonObject {
  return { v: 1, connector: progress.connector, floor: progress.floor, gaps: progress.gaps as unknown as Json, unsettled: progress.unsettled as unknown as Json, looks: progress.looks as unknown as Json, rechecked: progress.rechecked, wanted: progress.wanted as unknown as Json, holds: progress.holds as unknown as Json, ...(progress.since === undefined ? {} : { since: progress.since }), ...(progress.listed === undefined ? {} : { listed: progress.listed }), ...(progress.reach === undefined ? {} : { reach: progress.reach }) }
}

function backwards(range: DayRange, days: number): readonly DayRange[] {
  const windows: DayRange[] = []
  for (let to = range.to; to >= range.from; to = addDays(to, -days)) windows.push({ from: maxDay(range.from, addDays(to, 1 - days)), to })
  return windows
}

function forwards(range: DayRange, days: number): readonly DayRange[] {
  const windows: DayRange[] = []
  for (let from = range.from; from <= range.to; from = addDays(from, days)) windows.push({ from, to: minDay(range.to, addDays(from, days - 1)) })
  return windows
}
