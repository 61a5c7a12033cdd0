/**
 * Statements as pages. What a page covers is what the source says that it answered for, cut to what
 * was asked; a source that does not tell covers nothing, however many rows it sent.
 */
import { maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { StatementPart } from '../domain/statement.ts'
import type { Page } from './connector.ts'

/** The parts of one statement as one last page. `asked` null: a file, for which nothing was asked. */
export function pageOfParts(parts: readonly StatementPart[], asked: DayRange | null): Page {
  const start = parts.find((part) => part.part === 'start')
  const end = parts.findLast((part) => part.part === 'end')
  return {
    rows: parts.flatMap((part) => (part.part === 'rows' ? part.rows : [])),
    currency: start?.head.currency ?? null,
    covers: coveredDays(end?.covers ?? start?.head.covers ?? { from: null, to: null }, asked),
    balances: parts.flatMap((part) => (part.part === 'balance' ? [part.balance] : [])),
    next: null,
    last: true,
  }
}

/** The days answered for, inside those asked for; null when an end is not told or nothing is left. */
function coveredDays(told: { readonly from: Day | null; readonly to: Day | null }, asked: DayRange | null): DayRange | null {
  if (told.from === null || told.to === null) return null
  const from = asked === null ? told.from : maxDay(told.from, asked.from)
  const to = asked === null ? told.to : minDay(told.to, asked.to)
  return from <= to ? { from, to } : null
}
