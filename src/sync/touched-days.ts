/** Which days an answer leaves unsure, so that they are read again. Pure. */
import { contains, type Day, type DayRange } from '../domain/day.ts'
import type { Covered } from '../domain/run.ts'
import type { Candidate, Candidates } from '../ports/feed.ts'
import { isRepeat } from './by-balance.ts'
import type { RowsCommit } from './commit.ts'
import type { Decision } from './match.ts'
import { spanning } from './settle.ts'

/** What an answer did. `coverage`: which days were read before. */
export type Settling = {
  readonly rows: RowsCommit
  readonly decisions: readonly Decision[]
  readonly candidates: Candidates
  readonly missing: readonly Candidate[]
  readonly asked: DayRange
  readonly coverage: readonly Covered[]
  readonly sourceId: string
}

/**
 * The days, as stored before, of the posted rows that it changed or left out, of rows that it showed twice or late, and of what came
 * with a row that is dated anew. What changed known rows may be wrong in the new ones after them as well: then up to its end.
 */
export function touchedDays(settling: Settling): DayRange | null {
  const { asked } = settling
  const touched = [...changed(settling), ...repeated(settling), ...late(settling), ...besideRedated(settling)].reduce<DayRange | null>((range, day) => spanning({ from: day, to: day }, range), null)
  return touched === null || !contains(asked, touched.to) ? touched : { from: touched.from, to: asked.to }
}

function changed({ rows, candidates, missing }: Settling): readonly Day[] {
  const touched = new Set([...rows.updates.map((update) => update.id), ...missing.map((candidate) => candidate.id)])
  return candidates.transactions.flatMap((candidate) => (candidate.state === 'posted' && touched.has(candidate.id) ? [candidate.postedOn] : []))
}

function repeated({ decisions }: Settling): readonly Day[] {
  return decisions.flatMap(({ row }) => (isRepeat(row) ? [row.content.postedOn] : []))
}

/** Days that were not asked for and were read before, on which it brings a row all the same. */
function late({ rows, asked, coverage, sourceId }: Settling): readonly Day[] {
  const read = coverage.filter((covered) => covered.sourceId === sourceId)
  const days = rows.inserts.flatMap(({ postedOn, state }) => (state === 'posted' && !contains(asked, postedOn) ? [postedOn] : []))
  return days.filter((day) => read.some((covered) => contains(covered, day)))
}

/** Days of rows that came with a row which is dated anew now, or after it: what had dated that one wrongly may have dated them. */
function besideRedated({ rows: { updates }, candidates: { transactions } }: Settling): readonly Day[] {
  const redated = new Set(updates.flatMap(({ id, content, state, change }) => (state === 'posted' && content.postedOn !== undefined && change.changes['state'] === undefined ? [id] : [])))
  if (redated.size === 0) return []
  const since = transactions.reduce((least, { id, createdAt }) => (redated.has(id) ? Math.min(least, createdAt) : least), Infinity)
  return transactions.flatMap(({ state, createdAt, postedOn }) => (state === 'posted' && createdAt >= since ? [postedOn] : []))
}
