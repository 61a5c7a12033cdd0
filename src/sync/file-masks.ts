/**
 * Statements of one file under one masked number, parted by the account that each must be of: `****1234`
 * may be two accounts. Two statements are of two when they state different balances for one day, or
 * show the same days and share less than half of what is there; else nothing speaks against one account.
 */
import { contains } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { overlap } from './coverage.ts'
import type { StatementSum } from './statement-sum.ts'

type Rows = (sum: StatementSum) => readonly StatementRow[]

/** In the order of the file; each statement goes to the first account that it does not contradict. */
export function partByAccount(sums: readonly StatementSum[], rowsOf: Rows): readonly (readonly StatementSum[])[] {
  const parts: StatementSum[][] = []
  for (const sum of sums) {
    const part = parts.find((others) => others.some((other) => other.digest === sum.digest)) ?? parts.find((others) => !others.some((other) => contradict(other, sum, rowsOf)))
    if (part === undefined) parts.push([sum])
    else part.push(sum)
  }
  return parts
}

function contradict(a: StatementSum, b: StatementSum, rowsOf: Rows): boolean {
  const differs = a.balances.some((one) => b.balances.some((other) => one.kind === other.kind && one.kind !== 'available' && one.on === other.on && one.amount !== other.amount))
  const common = a.lying.days === null || b.lying.days === null ? null : overlap(a.lying.days, b.lying.days)
  if (common === null) return differs && followsNot(a, b)
  const shown = (sum: StatementSum): readonly string[] => rowsOf(sum).filter(({ postedOn }) => contains(common, postedOn)).map(({ postedOn, amount }) => `${postedOn} ${amount}`)
  const [left, right] = [shown(a), [...shown(b)]]
  const most = Math.max(left.length, right.length)
  const shared = left.filter((key) => {
    const at = right.indexOf(key)
    if (at !== -1) right.splice(at, 1)
    return at !== -1
  }).length
  return followsNot(a, b) && (shared * 2 < most || (differs && shared === 0))
}

/** Neither opens where the other closed. */
function followsNot({ lying: a }: StatementSum, { lying: b }: StatementSum): boolean {
  const meets = (closing: string | null, opening: string | null): boolean => closing !== null && closing === opening
  return !meets(a.closing, b.opening) && !meets(b.closing, a.opening)
}
