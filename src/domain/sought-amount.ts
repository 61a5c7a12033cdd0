/**
 * What somebody means by what they typed into a search: words, a booking day (`2026-10-04`, `04.10.2026`, `10/4/2026`, `Sun, Oct 4, 2026`, `4. Oktober 2026`), or an amount: `12.50`, `12,50`, `-1.234,56`, `€ 12.50`, `EUR 12.50`. One
 * without a sign means both directions; `(12.50)` and `12.50-` go out, as in some books. One mark before three digits can part thousands or be the decimal sign: then both are meant. Pure.
 */
import { parseDay, type Day } from './day.ts'
import { moneyOf, parseDecimal, type Currency, type Decimal } from './money.ts'
import { finder } from './sought-words.ts'
import type { Transaction } from './transaction.ts'

/** `currency`: the only one that is meant; null: any. */
export type SoughtAmounts = { readonly values: readonly Decimal[]; readonly currency: Currency | null }

const AMOUNT = /^([-+]?)\s*(?:([A-Z]{3})|\p{Sc})?\s*(\d[\d.,'’\s]*?|[.,]\d+)\s*(?:([A-Z]{3})|\p{Sc})?$/u
const OUTGOING = /^\(\s*([^()+-]+?)\s*\)$|^([^()+-]+?)\s*-$/
const THOUSANDS = /^\d{1,3}(?:(?<mark>[.,'’\s])\d{3})(?:\k<mark>\d{3})*$/u
const THOUSANDS_AND_MORE = /^(\d{1,3}(?:([.,'’\s])\d{3})(?:\2\d{3})*)(?!\2)[.,](\d+)$/u
const PLAIN = /^(\d*)(?:[.,](\d*))?$/

/** How the page writes days. */
const LOCALES = ['en', 'en-GB', 'de', 'de-AT']
const MONTHS = namesOf(12, 'month', (at) => Date.UTC(2026, at, 15))
const WEEKDAYS = namesOf(7, 'weekday', (at) => Date.UTC(2026, 1, 1 + at))

/** Canonical decimals with their sign; none: the text is no amount. */
export function soughtAmounts(text: string): SoughtAmounts {
  const typed = text.trim().replaceAll('\u2212', '-')
  const [, sign, before, digits, after] = AMOUNT.exec(typed.replace(OUTGOING, (_, inBrackets?: string, withSign?: string) => `-${inBrackets ?? withSign}`)) ?? []
  if (digits === undefined) return { values: [], currency: null }
  const values = new Set([...plain(digits), ...(THOUSANDS.test(digits) ? [digits.replace(/\D/g, '')] : [])].flatMap((value) => parseDecimal(value) ?? []))
  return { values: [...values].flatMap((value) => (sign === '-' ? [negative(value)] : sign === '+' ? [value] : [...new Set([value, negative(value)])])), currency: before ?? after ?? null }
}

/** Whether a row is meant: in what the bank or a person wrote, by its day or by its amount. */
export function isSought({ postedOn, name, memo, reference, checkNumber, decisions, amount, currency }: Pick<Transaction, 'postedOn' | 'name' | 'memo' | 'reference' | 'checkNumber' | 'decisions' | 'amount' | 'currency'>, text: string): boolean {
  return [name, memo, reference, checkNumber, decisions.note, decisions.category].some(finder(text)) || soughtDays(text).includes(postedOn) || inMinor(soughtAmounts(text), currency).includes(amount)
}

/** The days that are meant; of two numbers before a year either may be the month. */
export function soughtDays(text: string): readonly Day[] {
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim()) ?? []
  const [, first, mark, second, last] = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})$/.exec(text.trim()) ?? []
  const written = year !== undefined ? [[year, month, date]] : first === undefined ? inWords(text) : mark === '.' ? [[last, second, first]] : [[last, first, second], [last, second, first]]
  return [...new Set(written.flatMap(([y, m, d]) => parseDay(`${y}-${m!.padStart(2, '0')}-${d!.padStart(2, '0')}`) ?? []))]
}

/** Year, month and date where the month is a word, in any order, with a weekday or without. */
function inWords(text: string): readonly (readonly string[])[] {
  const parts = text.toLowerCase().split(/[\s.,]+/).filter((part) => part !== '' && !WEEKDAYS.has(part))
  const [year, date, month] = [parts.find((part) => /^\d{4}$/.test(part)), parts.find((part) => /^\d{1,2}$/.test(part)), parts.find((part) => MONTHS.has(part))]
  return parts.length !== 3 || year === undefined || date === undefined || month === undefined ? [] : [[year, String(MONTHS.get(month)! + 1), date]]
}

/** By name, long or short, in the page's languages: how many come before it. */
function namesOf(count: number, what: 'month' | 'weekday', instant: (at: number) => number): ReadonlyMap<string, number> {
  const names = LOCALES.flatMap((locale) => (['long', 'short'] as const).flatMap((length) => {
    // Beside a date some languages shorten a month otherwise than alone.
    const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', [what]: length, day: 'numeric' })
    return Array.from({ length: count }, (_, at) => [format.formatToParts(instant(at)).find(({ type }) => type === what)!.value.toLowerCase().replace(/\.$/, ''), at] as const)
  }))
  return new Map(names)
}

function plain(digits: string): readonly string[] {
  const [, grouped, , fraction] = THOUSANDS_AND_MORE.exec(digits) ?? []
  if (grouped !== undefined) return [`${grouped.replace(/\D/g, '')}.${fraction}`]
  return PLAIN.test(digits) ? [digits.replace(',', '.')] : []
}

function negative(value: Decimal): Decimal {
  return value === '0' ? value : (`-${value}` as Decimal)
}

/** These in the smallest coins of a currency; what it has no coins for, or is of another, is left out. */
export function inMinor({ values, currency: only }: SoughtAmounts, currency: Currency): readonly bigint[] {
  return (only === null || only === currency ? values : []).flatMap((amount) => {
    const money = moneyOf(amount, currency)
    return money.ok ? [money.value.minor] : []
  })
}
