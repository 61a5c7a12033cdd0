/** Why a list has no day to book its rows on, where that shows: another calendar, or no year. */
import { plainDigits } from '../plain-digits.ts'
import type { CsvRecord } from './records.ts'

/** Years of the Persian and Islamic calendars that are now, and of Nepal's (57 ahead). */
const OTHER_CALENDAR = /^(1[34]\d\d|20[6-9]\d)[-/.](\d{1,2})[-/.](\d{1,2})$|^(\d{1,2})[-/.](\d{1,2})[-/.](1[34]\d\d|20[6-9]\d)$/
/** `'02/01`, `Jan 02`. */
const NO_YEAR = /^'?(\d{1,2}[-/.]\d{1,2}\.?|\p{L}{3,9}\.? \d{1,2}|\d{1,2}[ -]\p{L}{3,9}\.?)$/u

/** The sentence for the person; `line`: of the heading above the rows. */
export function whyUndated(line: number, rows: readonly CsvRecord[]): string {
  const first = (is: RegExp): string | undefined => rows.flatMap(({ cells }) => cells).find((cell) => is.test(plainDigits(cell).trim()))
  const [foreign, yearless] = [first(OTHER_CALENDAR), first(NO_YEAR)]
  if (foreign !== undefined) return `The dates under the heading on line ${line} are of another calendar (“${foreign}”). Export the file with dates of the common one, as 2024-01-31.`
  if (yearless !== undefined) return `The dates under the heading on line ${line} have no year (“${yearless}”), and nothing above them names one. Export the file with its period, or with whole dates.`
  return `The columns under the heading on line ${line} hold no readable dates.`
}
