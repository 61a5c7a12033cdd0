/**
 * A file whose rows have numbers of their own, and which begins where the one before ended or later: what that listed as booked while
 * it was held comes under its number again, on the day of booking and with the amount that was booked. No day that both show tells
 * it, so a person compares the two. Pure.
 */
import { daysBetween } from '../domain/day.ts'
import type { Candidate } from '../ports/feed.ts'
import { textOf } from './candidate.ts'
import { takenBy } from './commit.ts'
import { NAMING, timesOf } from './file-equals.ts'
import type { Incoming } from './incoming.ts'
import { isUndoubted, type Decision } from './match.ts'
import { LONGEST_BOOKING_DAYS } from './purchase-day.ts'

/** Fewer may have different numbers by chance: those of the shops. */
const NUMBERED_ROWS = 5

/** Whether it gives each row a number of its own: most have one, and none comes twice. */
export function givesNumbers(decisions: readonly Decision[]): boolean {
  const texts = decisions.map(({ row }) => row.text)
  const numbered = texts.filter((text) => NAMING.test(text))
  return numbered.length >= NUMBERED_ROWS && numbered.length * 4 >= texts.length * 3 && new Set(numbered).size === numbered.length && decisions.some(isUndoubted)
}

/** The decisions, with rows asked about whose number a stored one has. `stored`: what the source booked on the days before the file, and on its first. */
export function doubtNumbered(decisions: readonly Decision[], stored: readonly Candidate[]): readonly Decision[] {
  const taken = takenBy(decisions)
  const times = timesOf(stored.map(textOf))
  const byText = new Map(stored.filter((candidate) => !taken.has(candidate.id) && times.get(textOf(candidate)) === 1).map((candidate) => [textOf(candidate), candidate]))
  return decisions.map((decision): Decision => {
    const other = isUndoubted(decision) && NAMING.test(decision.row.text) ? byText.get(decision.row.text) : undefined
    return other !== undefined && isUndoubted(decision) && mayBe(decision.row, other) ? { ...decision, other } : decision
  })
}

function mayBe({ content }: Incoming, candidate: Candidate): boolean {
  const took = daysBetween(candidate.postedOn, content.postedOn)
  return content.status === 'posted' && took >= 0 && took <= LONGEST_BOOKING_DAYS && content.currency === candidate.currency && content.amount < 0n === candidate.amount < 0n
}
