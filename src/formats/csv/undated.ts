/** Why a list has no day to book its rows on, where that shows: another calendar, or no year. */
import { plainDigits } from '../plain-digits.ts'
import { monthOf } from '../written-date.ts'
import { readHeading, type Role } from './headings.ts'
import type { CsvRecord } from './records.ts'

/** Years of the Persian and Islamic calendars that are now, and of Nepal's (57 ahead). */
const OTHER_CALENDAR = /^(1[34]\d\d|20[6-9]\d)[-/.](\d{1,2})[-/.](\d{1,2})$|^(\d{1,2})[-/.](\d{1,2})[-/.](1[34]\d\d|20[6-9]\d)$/
/** `'02/01`, `Jan 02`. */
const NO_YEAR = /^'?(?:\d{1,2}[-/.]\d{1,2}\.?|(\p{L}{3,9})\.? \d{1,2}|\d{1,2}[ -](\p{L}{3,9})\.?)$/u
const DAYS: readonly Role[] = ['booked', 'date', 'acted', 'value', 'bought']

/** The sentence for the person. Where a column is headed as one of days, what another one holds says nothing of it. */
export function whyUndated({ cells: titles, line }: CsvRecord, rows: readonly CsvRecord[]): string {
  const headed = titles.flatMap((title, at) => (readHeading(title).meanings.some(({ role }) => DAYS.includes(role)) ? [at] : []))
  const held = rows.flatMap(({ cells }) => (headed.length === 0 ? cells : headed.flatMap((at) => cells[at] ?? [])))
  const [foreign, yearless] = [held.find((cell) => OTHER_CALENDAR.test(plainDigits(cell).trim())), held.find(hasNoYear)]
  if (foreign !== undefined) return `The dates under the heading on line ${line} are of another calendar (“${foreign}”). Export the file with dates of the common one, as 2024-01-31.`
  if (yearless !== undefined) return `The dates under the heading on line ${line} have no year (“${yearless}”), and nothing above them names one. Export the file with its period, or with whole dates.`
  return `The columns under the heading on line ${line} hold no readable dates.`
}

function hasNoYear(cell: string): boolean {
  const written = NO_YEAR.exec(plainDigits(cell).trim())
  const month = written?.[1] ?? written?.[2]
  return written !== null && (month === undefined || monthOf(month) > 0)
}
