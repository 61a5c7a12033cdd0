/**
 * The date of HTTP (RFC 9110, section 5.6.7): the form of today and the two that a recipient must still read. Nothing else
 * is one: a lenient reader takes "120.5" for the year 120.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY_NAME = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})'
/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994` */
const FORMS = [
  new RegExp(`^${DAY_NAME}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^${DAY_NAME} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
]

/** Epoch ms of a date of HTTP; null: it is none. `now` decides the century of a year of two digits. */
export function httpDate(text: string, now: number): number | null {
  const groups = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined)
  if (groups === undefined) return null
  const part = (name: string): number => Number(groups[name])
  const month = MONTHS.indexOf(groups['month']!)
  const year = groups['year']!.length === 2 ? nearestYear(part('year'), new Date(now).getUTCFullYear()) : part('year')
  // The last second of some minutes is their sixtieth.
  if (part('hour') > 23 || part('minute') > 59 || part('second') > 60) return null
  const midnight = Date.UTC(year, month, part('day'))
  if (new Date(midnight).getUTCDate() !== part('day')) return null
  return midnight + ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
}

/** More than fifty years ahead is the newest year of the past with the same digits. */
function nearestYear(twoDigits: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
