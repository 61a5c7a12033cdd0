/**
 * A person's answers, remembered as rules of their account: when a doubtful pair of the same pattern
 * comes again, the same answer holds without asking. A pattern is how the two sides stand to each
 * other, and the words of both without their digits; never the words of one side alone. That two of
 * one amount and the same words are two, as coffees are, tells nothing of other amounts: many banks word all alike.
 */
import { daysBetween } from '../domain/day.ts'
import type { RowContent } from '../domain/transaction.ts'
import type { FeedStore } from '../ports/feed.ts'
import { asOne, asTwo, isRepeat } from './by-balance.ts'
import { normalisedText } from './identity.ts'
import type { Decision, NewRow } from './match.ts'

/** What was answered to a pattern, for one amount or for any; the newest answer counts. */
type Rules = ReadonlyMap<string, 'same' | 'different'>

const SEPARATOR = '\u001f'

/** The pattern of a pair: of two rows that came under one id in one answer, or of an earlier and a later one. */
export function patternOf(earlier: RowContent, later: RowContent, isOneId: boolean): string {
  const days = Math.abs(daysBetween(earlier.postedOn, later.postedOn))
  const distance = days === 0 ? 'day' : days <= 3 ? 'days' : days <= 7 ? 'week' : 'far'
  const amounts = earlier.amount === later.amount ? 'amount' : 'amounts'
  const [first, second] = [wordsOf(earlier), wordsOf(later)]
  // Numbers that differ in the same words name two payments, where they do not change with each export: what is said of such a pair holds for such pairs, and not where the numbers are the same.
  const numbers = first === second && textOf(earlier) !== textOf(later) ? ['numbers'] : []
  const standing = ['v1', `${earlier.status}-${later.status}`, amounts, distance, isOneId ? 'id' : 'ids', ...numbers].join(' ')
  return [standing, first, second, ...(earlier.amount === later.amount && first === second ? [String(later.amount)] : [])].join(SEPARATOR)
}

/** The pattern for any amount. */
function ofAnyAmount(pattern: string): string {
  return pattern.split(SEPARATOR, 3).join(SEPARATOR)
}

/** Whether a question of this pattern was asked because a booked row came while a pending one like it stood. */
export function isOfStandingPending(pattern: string | null): boolean {
  return pattern?.startsWith('v1 pending-posted ') ?? false
}

/**
 * The pattern that the question of a decision has; null when it asks nothing, or without any word to go by, or which of two amounts
 * holds that two sources tell: that hangs on the days of both, and on who told them.
 */
export function patternOfDoubt({ row, other, otherRow, held }: NewRow): string | null {
  const earlier = other ?? otherRow?.content ?? null
  if (earlier === null || held === true || (wordsOf(earlier) === '' && wordsOf(row.content) === '')) return null
  return patternOf(earlier, row.content, isRepeat(row))
}

/** The decisions, with those doubts decided that a person has decided before in this account. */
export async function followRules(feed: Pick<FeedStore, 'questions'>, accountId: string, decisions: readonly Decision[]): Promise<readonly Decision[]> {
  if (!decisions.some((decision) => decision.kind === 'new' && patternOfDoubt(decision) !== null)) return decisions
  const rules = new Map<string, 'same' | 'different'>()
  const answered = [...(await feed.questions({ accountId, open: false }))].sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0))
  for (const { pattern, answer } of answered) {
    if (pattern === null || (answer !== 'same' && answer !== 'different')) continue
    rules.set(pattern, answer)
    if (answer === 'same') rules.set(ofAnyAmount(pattern), answer)
  }
  return applyRules(decisions, rules)
}

/** Pure part of `followRules`. */
function applyRules(decisions: readonly Decision[], rules: Rules): readonly Decision[] {
  if (rules.size === 0) return decisions
  const decided = new Map<Decision, Decision>()
  const doubts = decisions.flatMap((doubt) => {
    const pattern = doubt.kind === 'new' ? patternOfDoubt(doubt) : null
    // What was said of its own amount comes before what was said of others.
    const answer = pattern === null ? undefined : (rules.get(pattern) ?? rules.get(ofAnyAmount(pattern)))
    return doubt.kind === 'new' && answer !== undefined ? [{ doubt, answer }] : []
  })
  // Of several rows of one answer the nearest is it, and the others are more of its kind: what one booked row speaks for is no other one's.
  const spokenFor = new Set(decisions.flatMap((decision) => (decision.row.content.status !== 'posted' ? [] : decision.kind === 'seen' ? [decision.transactionId] : decision.kind === 'join' ? [decision.transaction.id] : [])))
  for (const { doubt, answer } of doubts.toSorted((a, b) => daysOf(a.doubt) - daysOf(b.doubt))) {
    const { row, other, otherRow } = doubt
    const isTaken = other !== null && row.content.status === 'posted' && !isRepeat(row) && spokenFor.has(other.id)
    if (answer === 'different' || isTaken) decided.set(doubt, asTwo(doubt))
    else if (otherRow?.content.status === 'pending' && row.content.status === 'posted') {
      // The posted row speaks for both; the pending one of the same answer belongs to it.
      decided.set(doubt, asTwo(doubt))
      const pending = decisions.find((decision) => decision.row === otherRow)
      if (pending?.kind === 'new') decided.set(pending, { kind: 'joinRow', row: otherRow, with: row, tier: 'rule' })
    } else {
      if (other !== null && row.content.status === 'posted') spokenFor.add(other.id)
      decided.set(doubt, asOne(doubt, 'rule'))
    }
  }
  return decisions.map((decision) => decided.get(decision) ?? decision)
}

/** Between the two sides. */
function daysOf({ row, other, otherRow }: NewRow): number {
  const earlier = other ?? otherRow?.content ?? row.content
  return Math.abs(daysBetween(earlier.postedOn, row.content.postedOn))
}

function textOf({ name, memo }: RowContent): string {
  return normalisedText(name, memo)
}

function wordsOf(content: RowContent): string {
  return textOf(content).replace(/\p{N}+/gu, '').replace(/\s+/g, ' ').trim().slice(0, 120)
}
