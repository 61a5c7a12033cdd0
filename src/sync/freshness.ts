/**
 * How fresh an account is, told apart: when we asked, when the bank answered in full, of which day its
 * own data is, and the newest row. The word beside it claims no more than was observed; how quiet an
 * account may be is learned from its own rows. Pure.
 */
import { daysBetween, utcDay, type Day } from '../domain/day.ts'

export type FreshnessWord = 'up_to_date' | 'bank_is_behind' | 'quiet_as_usual' | 'unusually_quiet' | 'not_answering' | 'not_readable' | 'needs_you' | 'paused' | 'no_longer_read' | 'from_files' | 'not_read'

export type FreshnessFacts = {
  readonly now: number
  /** A connection reads it. */
  readonly isRead: boolean
  /** A connection reads it when a person switches that on again. */
  readonly isPaused: boolean
  /** Connections read it once, and all of them are removed. */
  readonly isEnded: boolean
  readonly askedAt: number | null
  /** When the bank last answered for this account in full. */
  readonly answeredAt: number | null
  /** A person has to act before it can be read again. */
  readonly needsPerson: boolean
  /** As far as is known it is the bank that does not answer; false: it answers that it was asked too often, this server has no internet. */
  readonly isBankSilent: boolean
  /** The day to which the bank's own newest balance belongs; null: it told none. */
  readonly bankDataOn: Day | null
  /** Days on which something was booked in the last months, each once, newest first. */
  readonly bookedOn: readonly Day[]
}

/** Banks state balances of the last business day: over a long weekend that is three days. */
const BEHIND_DAYS = 4
/** So many pauses between rows tell what is usual. */
const PAUSES_KNOWN = 6
/** Longer than this times the longest usual pause is unusual. */
const UNUSUAL = 2
const LEAST_UNUSUAL_DAYS = 5

export function freshnessWord(facts: FreshnessFacts): FreshnessWord {
  const { now, askedAt, answeredAt } = facts
  if (facts.isEnded) return 'no_longer_read'
  if (facts.isPaused) return 'paused'
  if (!facts.isRead) return 'from_files'
  if (facts.needsPerson) return 'needs_you'
  if (answeredAt === null && askedAt === null) return 'not_read'
  if (answeredAt === null || (askedAt !== null && askedAt > answeredAt)) return facts.isBankSilent ? 'not_answering' : 'not_readable'
  if (facts.bankDataOn !== null && daysBetween(facts.bankDataOn, utcDay(answeredAt)) >= BEHIND_DAYS) return 'bank_is_behind'
  return quietness(facts.bookedOn, utcDay(now))
}

/** The longest pause but for the rarest tenth is what is usual. */
function quietness(bookedOn: readonly Day[], today: Day): FreshnessWord {
  const [newest] = bookedOn
  if (newest === undefined) return 'up_to_date'
  const quiet = daysBetween(newest, today)
  const pauses = bookedOn.slice(1).map((day, at) => daysBetween(day, bookedOn[at]!)).sort((a, b) => a - b)
  const median = pauses[Math.floor(pauses.length / 2)] ?? 1
  const longest = pauses[Math.floor(pauses.length * 0.9)] ?? 1
  if (pauses.length >= PAUSES_KNOWN && quiet > Math.max(LEAST_UNUSUAL_DAYS, UNUSUAL * longest)) return 'unusually_quiet'
  return quiet > Math.max(1, median) ? 'quiet_as_usual' : 'up_to_date'
}
