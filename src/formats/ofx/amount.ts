/**
 * Amounts as banks write them (OFX 2.2 section 3.2.9.1), made exact. The specification wants digits with one point or
 * comma and no grouping; files bring grouping, currency signs, parentheses and trailing or typographic minus signs.
 * What could mean two different sums ("1,234" dollars) is refused: a wrong amount is worse than an unread file.
 */
import { decimalsOf, parseDecimal, type Currency, type Decimal } from '../../domain/money.ts'

/** Longer texts are no amount: 18 digits, grouping, sign and a currency code fit with room to spare. */
const MAX_LENGTH = 48
const POINT = 46

/**
 * The amount, or null when the text is none or is ambiguous. `currency` (null when not known) decides what a lone
 * group of three digits can be: after a comma a fraction only where the currency has three decimals, after a point
 * thousands only where it has none.
 */
export function parseAmount(text: string, currency: Currency | null): Decimal | null {
  const mayGroup = text.charCodeAt(text.length - 4) === POINT && currency !== null && decimalsOf(currency) === 0
  return (mayGroup ? null : plainAmount(text)) ?? (text.length > MAX_LENGTH ? null : writtenAmount(text, currency))
}

/** The hot path: `[+-]digits[.digits]` without a regular expression; null when the text is anything else. */
function plainAmount(text: string): Decimal | null {
  const end = text.length
  let at = 0
  const first = text.charCodeAt(0)
  if (first === 43 || first === 45) at = 1
  let start = at
  let point = -1
  for (; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) continue
    if (code !== 46 || point !== -1) return null
    point = at
  }
  // Rare shapes (".5", "5.", nothing at all, hundreds of digits) go the careful way.
  if (point === start || point === end - 1 || start === end || end > MAX_LENGTH) return null
  while (text.charCodeAt(start) === 48 && start + 1 < end && start + 1 !== point) start++
  let last = end
  if (point !== -1) {
    while (text.charCodeAt(last - 1) === 48) last--
    if (last - 1 === point) last--
  }
  if (last - start === 1 && text.charCodeAt(start) === 48) return '0' as Decimal
  if (first !== 45) return (start === 0 && last === end ? text : text.slice(start, last)) as Decimal
  return (start === 1 ? (last === end ? text : text.slice(0, last)) : `-${text.slice(start, last)}`) as Decimal
}

const MINUS = /[\u2010-\u2013\u2212\uFE63\uFF0D]/g
const CURRENCY_MARK = /^(?:\p{Sc}|[A-Z]{3}|[A-Z]{1,2}\$)\s*|\s*(?:\p{Sc}|[A-Z]{3})$/gu
/** As Java (`1.2345678E7`) and Python (`1.2E+2`) print some sums, with all their digits. Spreadsheets print `1.23E+07` or `1.23E+10`, and leave digits out. */
const POWER = /^([+-]?)(\d)(?:\.(\d+))?E(?:(?<=\..*)(-?)([1-9]|1\d)|\+([1-9]))$/
const SIGNED = /^([+-]?)\s*(.*?)\s*$/s
const GROUP_MARKS = "[\\s'\u2019]"
const SPACED = new RegExp(`^\\d{1,3}(?:${GROUP_MARKS}\\d{3})+(?:[.,]\\d*)?$`)

function writtenAmount(raw: string, currency: Currency | null): Decimal | null {
  let text = withoutPower(raw.trim().replace(MINUS, '-'))
  let negative = false
  if (text.startsWith('(') && text.endsWith(')')) {
    negative = true
    text = text.slice(1, -1).trim()
    if (/[+-]/.test(text)) return null
  }
  text = text.replace(CURRENCY_MARK, '').trim()
  if (/[+-]$/.test(text) && !/^[+-]/.test(text)) text = text.slice(-1) + text.slice(0, -1).trim()
  const [, sign = '', signed = ''] = SIGNED.exec(text) ?? []
  if (sign === '-') negative = true
  const digits = ungroup(signed.replace(CURRENCY_MARK, ''), currency)
  const amount = digits === null ? null : parseDecimal(digits)
  if (amount === null || amount === '0' || !negative) return amount
  return `-${amount}` as Decimal
}

function withoutPower(text: string): string {
  const [, sign = '', digit = '', fraction = '', minus, short, long] = POWER.exec(text) ?? []
  if (digit === '') return text
  const power = Number(short ?? long)
  if (minus === '-') return `${sign}0.${'0'.repeat(power - 1)}${digit}${fraction}`
  return `${sign}${digit}${fraction.slice(0, power).padEnd(power, '0')}.${fraction.slice(power)}`
}

/** Grouping removed and the decimal mark made a point; null when the marks do not fit together or leave a doubt. */
function ungroup(text: string, currency: Currency | null): string | null {
  if (SPACED.test(text)) return text.replace(/[\s'\u2019]/g, '').replace(',', '.')
  if (!/^[\d.,]+$/.test(text) || !/\d/.test(text)) return null
  const points = text.split('.').length - 1
  const commas = text.split(',').length - 1
  if (points === 0 && commas === 0) return text
  if (points > 0 && commas > 0) return text.lastIndexOf('.') > text.lastIndexOf(',') ? regroup(text, ',', '.') : regroup(text, '.', ',')
  if (points === 1) return currency !== null && decimalsOf(currency) === 0 && /^[1-9]\d{0,2}\.\d{3}$/.test(text) ? text.replace('.', '') : text
  if (points > 1) return regroup(text, '.', null)
  return commas > 1 ? regroup(text, ',', null) : loneComma(text, currency)
}

/** `1,234,567.89` for group `,` and mark `.`; groups of two are the Indian way (`12,34,567.89`). */
function regroup(text: string, group: string, mark: string | null): string | null {
  const [whole = '', fraction = '', ...more] = mark === null ? [text] : text.split(mark)
  if (more.length > 0 || fraction.includes(group)) return null
  const [head = '', ...groups] = whole.split(group)
  const last = groups.pop() ?? ''
  const even = groups.every((part) => part.length === 3) || groups.every((part) => part.length === 2)
  if (head.length < 1 || head.length > 3 || last.length !== 3 || !even) return null
  return `${head}${groups.join('')}${last}.${fraction}`
}

function loneComma(text: string, currency: Currency | null): string | null {
  const decimal = text.replace(',', '.')
  const couldBeGroup = /^[1-9]\d{0,2},\d{3}$/.test(text)
  if (!couldBeGroup) return decimal
  const decimals = currency === null ? 2 : decimalsOf(currency)
  if (decimals === 0) return text.replace(',', '')
  return decimals >= 3 ? decimal : null
}
