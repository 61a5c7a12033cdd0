/**
 * The day of an opening balance. Banks date it in two ways: with the day at whose end it was the former
 * statement's closing balance, or with the first day of this statement. Only the rows tell which.
 */
import { addDays, minDay, type Day } from '../domain/day.ts'

/**
 * The day to whose BEGINNING the opening balance belongs: at the latest the day after the stated one,
 * and never later than the first booking day or the closing day, so that opening balance plus rows
 * gives the closing balance.
 */
export function openingDay(stated: Day, firstRowOn: Day | null, closingOn: Day | null): Day {
  let on = firstRowOn === null && closingOn === null ? stated : addDays(stated, 1)
  if (firstRowOn !== null) on = minDay(on, firstRowOn)
  if (closingOn !== null) on = minDay(on, closingOn)
  return on
}
