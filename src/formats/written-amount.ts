/**
 * Amounts as people and banks write them in CSV and QIF: `1.234,56`, `1,234.56`, `(12.00)`, `12.00-`,
 * `$ -5`, `1'000.00 CHF`, `5,00 DR`, `DR 5.00`, `5,00 S`. What is the decimal separator is a property of the file, not of
 * the number: a number is scanned first, the style is chosen over many, then it is read exactly.
 */
import { parseDecimal, type Decimal } from '../domain/money.ts'
import { plainDigits } from './plain-digits.ts'

/** Which character separates the decimals; the other one may group thousands. */
export type AmountStyle = 'point' | 'comma'

/** `number` holds digits, `.` and `,` only. `currency` is the code or symbol written beside it, null when none. */
export type WrittenAmount = { readonly negative: boolean; readonly number: string; readonly currency: string | null }

/** In Japan a triangle is a minus, filled or not. */
const SIGN = '[-+\\u2212\\u2013\\u25b2\\u25b3]?'
const CURRENCY = '(?:[A-Z]{3}|[A-Z]{0,2}\\p{Sc}|[Kk]r\\.?|zł|Kč|Ft|Fr\\.?|lei|RM|R[ps]\\.?|[KTU][Ss]h\\.?|Bs\\.?|S/\\.?|F?CFA|D[Hh]s?\\.?|TL|лв\\.?|руб\\.?|р\\.|грн\\.?|ден\\.?|дин\\.?|din\\.?|KM|R|[\\u0621-\\u064a]\\.[\\u0621-\\u064a]\\.?)?'
const NUMBER = "(?:\\d[\\d.,'\\u2019 ]*|[.,]\\d+)"
const AMOUNT = new RegExp(`^(${SIGN}) ?(${CURRENCY}) ?(${SIGN}) ?(${NUMBER}?) ?(${SIGN}) ?(${CURRENCY}) ?((?:CR|DR|DB|OD|Cr|Dr|Db|Od)\\.?|[CDHS])?$`, 'u')

/** A side before a figure with coins: without coins it may be a reference (`DR 12345`). */
const SIDE_BEFORE = /^((?:CR|DR|DB|OD|Cr|Dr|Db|Od)\b\.?|[DHS](?= )) ?([^()]*[.,]\d{1,3})$/

/** The codes of ISO 4217: other three letters before digits are a reference (`REF123`), not money. */
const CODES = new Set(Intl.supportedValuesOf('currency'))

/** 18 digits before and after the separator together (security.md section 5). */
const MAX_DIGITS = 18

/** Splits a written amount into sign, digits and currency; null when the text is something else. */
export function scanAmount(text: string): WrittenAmount | null {
  let rest = plainDigits(text).replace(/[\s\u00a0\u2007\u202f]+/g, ' ').trim()
  // A spreadsheet is told by an apostrophe that what follows is text.
  rest = (/^="?([^"]*)"?$/.exec(rest)?.[1]?.trim() ?? rest).replace(/^'(?=[\d(+-])/, '')
  rest = rest.replace(SIDE_BEFORE, '$2 $1')
  const bracketed = /^([^(]*)\(([^()]+)\)([^)]*)$/.exec(rest)
  if (bracketed !== null) rest = `${bracketed[1]}${bracketed[2]}${bracketed[3]}`.trim()
  const match = AMOUNT.exec(rest)
  if (match === null) return null
  const [, before = '', currencyBefore = '', inner = '', digits = '', after = '', currencyAfter = '', mark = ''] = match
  const signs = [before, inner, after].filter((sign) => sign !== '')
  if (signs.length > 1 || (bracketed !== null && signs.some((sign) => sign === '+'))) return null
  const number = ungroupBlanks(digits.trim())
  if (number === null) return null
  const negative = bracketed !== null || signs.some((sign) => sign !== '+') || /^(D|S|OD)/i.test(mark)
  const currency = currencyBefore === '' ? currencyAfter : currencyBefore
  if (/^[A-Z]{3}$/.test(currency) && currency !== 'CFA' && !CODES.has(currency)) return null
  // `R21.50` are rands, `R21` may be a number of a paper.
  if (currency === 'R' && !/[.,]/.test(number)) return null
  return { negative, number, currency: currency === '' ? null : currency }
}

/** The exact value, or null when the number is not written in this style or has more than 18 digits. */
export function readAmount(written: WrittenAmount, style: AmountStyle): Decimal | null {
  const [group, point] = style === 'point' ? [',', '.'] : ['.', ',']
  const parts = written.number.split(point)
  const [whole = '', fraction = ''] = parts
  if (parts.length > 2 || fraction.includes(group)) return null
  // Groups of three, or of two before the last three as in India. A group cannot start a number with zero.
  if (whole.includes(group) && !(style === 'point' ? /^[1-9]\d{0,2}(,\d{2,3})*,\d{3}$/ : /^[1-9]\d{0,2}(\.\d{3})+$/).test(whole))
    return null
  const digits = whole.replaceAll(group, '')
  if (digits.length + fraction.length > MAX_DIGITS) return null
  return parseDecimal(`${written.negative ? '-' : ''}${digits}.${fraction}`)
}

/**
 * The style in which all these numbers can be read. When both can, `hint` decides; without one the
 * style in which a lone separator groups thousands (`1.234`), because amounts with exactly three
 * decimals are rare. When none can, the style that reads most: the reader then names the line.
 */
export function chooseStyle(amounts: readonly WrittenAmount[], hint: AmountStyle | null): AmountStyle {
  let point = 0
  let comma = 0
  let lonePoint = false
  let loneComma = false
  for (const amount of amounts) {
    if (readAmount(amount, 'point') !== null) point += 1
    if (readAmount(amount, 'comma') !== null) comma += 1
    lonePoint ||= amount.number.includes('.')
    loneComma ||= amount.number.includes(',')
  }
  if (point !== comma) return point > comma ? 'point' : 'comma'
  if (hint !== null) return hint
  return lonePoint && !loneComma ? 'comma' : 'point'
}

/** Where each amount ends in three digits behind one separator, in a currency of a thousand coins: those are the coins. Null where they do not. */
export function styleOfThousandths(amounts: readonly WrittenAmount[]): AmountStyle | null {
  const separators = new Set(amounts.map(({ number }) => /^\d+([.,])\d{3}$/.exec(number)?.[1]))
  return separators.size === 1 ? (separators.has('.') ? 'point' : separators.has(',') ? 'comma' : null) : null
}

/** The amount with the other sign. */
export function negate(amount: Decimal): Decimal {
  return (amount === '0' ? '0' : amount.startsWith('-') ? amount.slice(1) : `-${amount}`) as Decimal
}

/** The amount without its sign. */
export function magnitude(amount: Decimal): Decimal {
  return (amount.startsWith('-') ? amount.slice(1) : amount) as Decimal
}

/** Blanks and apostrophes may group thousands, and nothing else. */
function ungroupBlanks(digits: string): string | null {
  if (digits === '') return null
  if (!/['’ ]/.test(digits)) return digits
  return /^\d{1,3}(['’ ]\d{3})+([.,]\d*)?$/.test(digits) ? digits.replace(/['’ ]/g, '') : null
}
