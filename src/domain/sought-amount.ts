/**
 * Which amounts somebody may mean by what they typed into a search: `12.50`, `12,50`, `-1.234,56`, `€ 12.50`. A text with no sign
 * means both directions. One mark before three digits can part thousands or be the decimal sign: then both are meant. Pure.
 */
import { moneyOf, parseDecimal, type Currency, type Decimal } from './money.ts'

const AMOUNT = /^([-+]?)\s*(?:[A-Z]{3}|\p{Sc})?\s*(\d[\d.,'’\s]*?|[.,]\d+)\s*(?:[A-Z]{3}|\p{Sc})?$/u
const THOUSANDS = /^\d{1,3}(?:(?<mark>[.,'’\s])\d{3})(?:\k<mark>\d{3})*$/u
const THOUSANDS_AND_MORE = /^(\d{1,3}(?:([.,'’\s])\d{3})(?:\2\d{3})*)(?!\2)[.,](\d+)$/u
const PLAIN = /^(\d*)(?:[.,](\d*))?$/

/** Canonical decimals with their sign; empty: the text is no amount. */
export function soughtAmounts(text: string): readonly Decimal[] {
  const [, sign, digits] = AMOUNT.exec(text.trim().replaceAll('\u2212', '-')) ?? []
  if (digits === undefined) return []
  const values = new Set([...plain(digits), ...(THOUSANDS.test(digits) ? [digits.replace(/\D/g, '')] : [])].flatMap((value) => parseDecimal(value) ?? []))
  return [...values].flatMap((value) => (sign === '-' ? [negative(value)] : sign === '+' ? [value] : [...new Set([value, negative(value)])]))
}

function plain(digits: string): readonly string[] {
  const [, grouped, , fraction] = THOUSANDS_AND_MORE.exec(digits) ?? []
  if (grouped !== undefined) return [`${grouped.replace(/\D/g, '')}.${fraction}`]
  return PLAIN.test(digits) ? [digits.replace(',', '.')] : []
}

function negative(value: Decimal): Decimal {
  return value === '0' ? value : (`-${value}` as Decimal)
}

/** These in the smallest coins of a currency; what it has no coins for is left out. */
export function inMinor(amounts: readonly Decimal[], currency: Currency): readonly bigint[] {
  return amounts.flatMap((amount) => {
    const money = moneyOf(amount, currency)
    return money.ok ? [money.value.minor] : []
  })
}
