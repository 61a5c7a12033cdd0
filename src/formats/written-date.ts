/**
 * Dates as people and banks write them in CSV and QIF. `03/04/2020` alone cannot be read: the order of
 * day and month is a property of the file. A date is scanned first, the order is chosen over many by
 * evidence, then it is read as a calendar day. Two-digit years from 70 on belong to the last century.
 */
import { dayOf, type Day } from '../domain/day.ts'
import { plainDigits } from './plain-digits.ts'

/** `ymd` only for years of two digits; a year of four digits in front is never in doubt. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

/** Either a day in no doubt, or three numbers in the order they are written. */
export type WrittenDate =
  | { readonly kind: 'day'; readonly day: Day }
  | {
      readonly kind: 'numbers'
      readonly first: number
      readonly second: number
      readonly third: number
      readonly shortYear: boolean
      readonly separator: string
    }

/** Beginnings of month names in the languages of web.md and their neighbours; the longest match is not needed, each prefix is unique. */
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'jän', 'ene', 'gen', 'sty', 'led', 'tammi'],
  ['feb', 'fév', 'fev', 'lut', 'úno', 'helmi'],
  ['mar', 'mär', 'mrt', 'maa', 'bře', 'mrz'],
  ['apr', 'avr', 'abr', 'kwi', 'dub', 'huhti'],
  ['may', 'mai', 'mag', 'mei', 'maj', 'kvě', 'touko'],
  ['jun', 'juin', 'giu', 'cze', 'kesä'],
  ['jul', 'juil', 'lug', 'lip', 'heinä'],
  ['aug', 'aoû', 'aou', 'ago', 'sie', 'elo'],
  ['sep', 'set', 'wrz', 'zář', 'syys'],
  ['oct', 'okt', 'out', 'ott', 'paź', 'říj', 'loka'],
  ['nov', 'lis', 'marras'],
  ['dec', 'déc', 'dez', 'des', 'dic', 'gru', 'pro', 'joulu'],
]

const TIME = /(?:[T\s,-]| \/)\s*\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AP]\.?M\.?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5})?$/i

const BUDDHIST = 543
const BUDDHIST_1900 = 1900 + BUDDHIST
/** Thailand's years of two digits (`68` for 2568) from this one on: no file has rows of 2060. */
const BUDDHIST_SHORT = 60
const LAST_CENTURY = 70
/** Taiwan counts years from the one after this: `113/02/05` is in 2024. */
const BEFORE_ROC = 1911
/** Japan counts from the beginning of a reign: `令和6年` and `R6` are 2024. */
const BEFORE_REIWA = 2018
const BEFORE_HEISEI = 1988

/** Two dates and the words between. */
const LONGEST = 90

/** Reads the outer form; null when the text is no date at all or names a day that does not exist in any order. */
export function scanDate(text: string): WrittenDate | null {
  const cell = plainDigits(text).trim()
  if (cell.length > LONGEST) return null
  const written = cell.replace(/^="([^"]*)"$/, '$1').replace(/^'(?=\d)/, '').replace(/ as of .*$/i, '')
  // `05/01/2024 às 10:11`, `18:22 31-01-24`.
  const trimmed = written.replace(/(?<=\d),? (?:às|as|at|um|à|om|o|kl\.?|alle|a las|ore|klo) (?=\d{1,2}[:.h]\d{2})/i, ' ').replace(/^\d{1,2}:\d{2}(?::\d{2})?,?\s+(?=\d{1,4}[-/. ])/, '')
  if (trimmed.length < 6 || trimmed.length > 40) return null
  const compact = /^(\d{4})(\d{2})(\d{2})(?:T?\d{6}(?:\.\d+)?Z?)?(?:\[[^\]]*\])?$/.exec(trimmed)
  const yearFirst = compact === null ? null : certain(Number(compact[1]), Number(compact[2]), Number(compact[3]))
  if (yearFirst !== null) return yearFirst
  const dayFirst = /^(\d{2})(\d{2})((?:19|20)\d{2})$/.exec(trimmed)
  if (dayFirst !== null) return ordered([dayFirst[1]!, dayFirst[2]!, dayFirst[3]!], '')
  return scanWords(trimmed) ?? scanWords(trimmed.replace(/^\p{L}{2,10}\.?,?\s+(?=\d)/u, '')) ?? scanBesideWeekday(trimmed)
}

/** `Monday, January 13, 2025`, `2025.11.17., hétfő`, `2024/01/14(日)`. */
function scanBesideWeekday(text: string): WrittenDate | null {
  const behind = /^(\p{L}[\p{L}\p{M}-]{0,14})\.?,?\s+(\p{L}.*)$/u.exec(text)
  if (behind !== null && weekdays().has(behind[1]!.toLowerCase())) return scanWords(behind[2]!)
  const match = /^(\d.*?\d[.年月日]?)[,\s]*[\s(（,](\p{L}[\p{L}\p{M}-]{0,14})\.?[)）]?$/u.exec(text)
  return match !== null && weekdays().has(match[2]!.toLowerCase()) ? scanWords(match[1]!) : null
}

const LOCALES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'nb', 'da', 'fi', 'pl', 'cs', 'sk', 'hu', 'ro', 'hr', 'sl', 'sr', 'bg', 'ru', 'uk', 'tr', 'el', 'lt', 'lv', 'et', 'ja', 'zh', 'ko', 'vi', 'id', 'ca', 'is', 'th', 'ar', 'he', 'hi', 'ka', 'az', 'kk', 'mk', 'sq', 'bs', 'ms', 'sw']
let known: ReadonlySet<string> | null = null

/** The names of the days of the week, long and short. */
function weekdays(): ReadonlySet<string> {
  known ??= new Set(LOCALES.flatMap((locale) => (['long', 'short'] as const).flatMap((weekday) => {
    const format = new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' })
    return Array.from({ length: 7 }, (_, day) => format.format(new Date(Date.UTC(2024, 0, 1 + day))).toLowerCase().replace(/\.$/, ''))
  })))
  return known
}

function scanWords(text: string): WrittenDate | null {
  return scanNumbers(text) ?? scanNumbers(text.replace(TIME, '')) ?? scanNamedMonth(text.replace(TIME, ''))
}

/** The day in this order; null when it does not exist (day 13 of a month in the other order, 30 February). */
export function readDate(date: WrittenDate, order: DateOrder): Day | null {
  if (date.kind === 'day') return date.day
  if (order === 'ymd') return date.shortYear ? dayOf(fullYear(date.first), date.second, date.third) : null
  const year = date.shortYear ? fullYear(date.third) : date.third
  return order === 'dmy' ? dayOf(year, date.second, date.first) : dayOf(year, date.first, date.second)
}

/**
 * The order in which all these dates exist. Evidence in this sequence: days above 12; the order in
 * which the column is sorted (a statement runs forwards or backwards in time); `hint`; days scattered over the year,
 * always on the same one of some months (the first twelve days of one month, read the wrong way); the separator
 * (day first with `.` and `-`, month first with `/`). When no order fits all, the one that fits most:
 * the reader then names the line that contradicts.
 */
export function chooseOrder(dates: readonly WrittenDate[], hint: DateOrder | null): DateOrder {
  const left = possibleOrders(dates)
  if (left.length === 1) return left[0]!
  if (hint !== null) return hint
  const plausible = plausibleOrders(left, dates)
  if (plausible.length === 1) return plausible[0]!
  return usual(dates)
}

/** What days above 12 and the order of the column leave: one, or day first and month first. */
export function possibleOrders(dates: readonly WrittenDate[]): readonly DateOrder[] {
  const open = dates.filter((date) => date.kind === 'numbers')
  const orders: readonly DateOrder[] = ['dmy', 'mdy', 'ymd']
  const fits = orders.map((order) => open.filter((date) => readDate(date, order) !== null).length)
  const most = Math.max(...fits)
  let left = orders.filter((_, i) => fits[i] === most)
  // A two-digit year in front is rare: it is believed only when nothing else fits.
  if (left.length > 1) left = left.filter((order) => order !== 'ymd')
  if (left.length === 1) return left
  const sorted = left.filter((order) => isSorted(open.map((date) => readDate(date, order))))
  return sorted.length === 1 ? sorted : left
}

/** Those in which the days are not scattered over the year on the same one of some months. `texts` go with `dates`. */
export function plausibleOrders(orders: readonly DateOrder[], dates: readonly WrittenDate[], texts: readonly string[] = []): readonly DateOrder[] {
  return orders.filter((order) => !isScattered(dates.map((date) => (date.kind === 'numbers' ? readDate(date, order) : null)), texts))
}

/** What the separator alone says. */
export function usual(dates: readonly WrittenDate[]): 'dmy' | 'mdy' {
  const open = dates.find((date) => date.kind === 'numbers')
  return open?.separator === '/' ? 'mdy' : 'dmy'
}

function scanNumbers(text: string): WrittenDate | null {
  const yearFirst = /^(\d{4})([-/. ])\s?(\d{1,2})\2\s?(\d{1,2})\.?$/.exec(text)
  if (yearFirst !== null) return certain(Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4]))
  const named = /^(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]?(?: ?\(.\))?$/.exec(text)
  if (named !== null) return certain(Number(named[1]), Number(named[2]), Number(named[3]))
  const reign = /^(令和|R|平成|H)\.? ?(\d{1,2}|元)[年./-] ?(\d{1,2})[月./-] ?(\d{1,2})日?$/.exec(text)
  if (reign !== null) return certain((/^[令R]/.test(reign[1]!) ? BEFORE_REIWA : BEFORE_HEISEI) + Number(reign[2] === '元' ? 1 : reign[2]), Number(reign[3]), Number(reign[4]))
  const republic = /^(1\d{2})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text)
  if (republic !== null) return certain(BEFORE_ROC + Number(republic[1]), Number(republic[3]), Number(republic[4]))
  const match = /^(\d{1,2})([-/. ])\s?(\d{1,2})[-/. ']\s?(\d{4}|\d{1,2})\.?$/.exec(text)
  if (match === null) return null
  const [, first = '', separator = '', second = '', third = ''] = match
  return ordered([first, second, third], separator)
}

function ordered([first, second, third]: readonly [string, string, string], separator: string): WrittenDate | null {
  const date: WrittenDate = {
    kind: 'numbers',
    first: Number(first),
    second: Number(second),
    third: commonEra(Number(third)),
    shortYear: third.length < 4,
    separator,
  }
  if (!date.shortYear && !isUsual(date.third)) return null
  const exists = readDate(date, 'dmy') ?? readDate(date, 'mdy') ?? readDate(date, 'ymd')
  return exists === null ? null : date
}

function scanNamedMonth(text: string): WrittenDate | null {
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|er|º|°)?[\s./-]*(?:de\s+)?(\p{L}[\p{L}\p{M}.]{1,14}?)\.?[\s./,-]*(?:del?\s+)?(\d{4}|\d{1,2})(?: [гр]\.?)?$/iu.exec(text)
  if (dayFirst !== null) return certain(yearOf(dayFirst[3]!), monthOf(dayFirst[2]!), Number(dayFirst[1]))
  const monthFirst = /^(\p{L}{3,12})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})$/iu.exec(text)
  if (monthFirst !== null) return certain(yearOf(monthFirst[3]!), monthOf(monthFirst[1]!), Number(monthFirst[2]))
  const yearFirst = /^(\d{4})[\s./-]*(\p{L}{3,12})\.?[\s./-]*(\d{1,2})\.?$/iu.exec(text)
  if (yearFirst !== null) return certain(yearOf(yearFirst[1]!), monthOf(yearFirst[2]!), Number(yearFirst[3]))
  return null
}

/** 0 when the word is no month. */
export function monthOf(word: string): number {
  const lower = word.toLowerCase()
  // `marras` (November) begins like March: names of full length are compared first.
  if (lower.startsWith('marras')) return 11
  return MONTHS.findIndex((names) => names.some((name) => lower.startsWith(name))) + 1 || (monthNames().get(lower) ?? 0)
}

let named: ReadonlyMap<string, number> | null = null

/** The names of the months, long and short, alone and beside a day. What two languages use of two months names none. */
function monthNames(): ReadonlyMap<string, number> {
  if (named !== null) return named
  const names = new Map<string, number>()
  for (const locale of LOCALES) {
    for (const style of ['long', 'short'] as const) {
      for (const format of [new Intl.DateTimeFormat(locale, { month: style, timeZone: 'UTC' }), new Intl.DateTimeFormat(locale, { month: style, day: 'numeric', timeZone: 'UTC' })]) {
        for (let month = 1; month <= 12; month += 1) {
          const name = format.formatToParts(Date.UTC(2024, month - 1, 15)).find(({ type }) => type === 'month')!.value.toLowerCase().replace(/\.$/, '')
          names.set(name, names.has(name) && names.get(name) !== month ? 0 : month)
        }
      }
    }
  }
  named = names
  return names
}

function certain(written: number, month: number, dayOfMonth: number): WrittenDate | null {
  const year = commonEra(written)
  const day = isUsual(year) ? dayOf(year, month, dayOfMonth) : null
  return day === null ? null : { kind: 'day', day }
}

/** Whether a row may be of that day: one of another year is of another calendar, or damaged. */
export function isUsualDay(day: Day): boolean {
  return isUsual(Number(day.slice(0, 4)))
}

/** No file has rows of other years: they are of another calendar, such as Nepal's or that of Iran. */
function isUsual(year: number): boolean {
  return year >= 1900 && year < 2000 + BUDDHIST_SHORT
}

/** Thailand counts years from the Buddha; no file has rows of the days that this would be else. */
function commonEra(year: number): number {
  return year >= BUDDHIST_1900 && year < BUDDHIST_1900 + 300 ? year - BUDDHIST : year
}

function yearOf(digits: string): number {
  return digits.length < 4 ? fullYear(Number(digits)) : Number(digits)
}

function fullYear(short: number): number {
  if (short >= BUDDHIST_SHORT && short < LAST_CENTURY) return short + 2500 - BUDDHIST
  return short < LAST_CENTURY ? 2000 + short : 1900 + short
}

/**
 * One day of the month only, in three months or more at uneven distances, or each time for something else: interest, fees
 * and dividends come every month, every quarter, every year.
 */
function isScattered(days: readonly (Day | null)[], texts: readonly string[]): boolean {
  const distinct = [...new Set(days)].filter((day) => day !== null)
  const months = distinct.map((day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7))).sort((a, b) => a - b)
  const sameDay = new Set(distinct.map((day) => day.slice(8))).size === 1
  const distances = new Set(months.slice(1).map((month, i) => month - months[i]!))
  const isVaried = distinct.length > 2 && texts.length > 0 && new Set(texts.map(purposeOf)).size >= Math.max(distinct.length, texts.length / 2)
  return sameDay && (distances.size > 1 || isVaried)
}

/** What stands behind the first word tells one month's payment from another's (`Interest for March`, `NETFLIX 9934`). */
function purposeOf(text: string): string {
  return /\p{L}+/u.exec(text)?.[0].toLowerCase() ?? ''
}

function isSorted(days: readonly (Day | null)[]): boolean {
  let rising = true
  let falling = true
  for (let i = 1; i < days.length; i += 1) {
    const before = days[i - 1]!
    const after = days[i]!
    if (after < before) rising = false
    if (after > before) falling = false
  }
  return rising || falling
}
