/**
 * What somebody means by what they typed into a search: words, or an amount: `12.50`, `12,50`, `-1.234,56`, `€ 12.50`, `EUR 12.50`. One
 * without a sign means both directions. One mark before three digits can part thousands or be the decimal sign: then both are meant. Pure.
 */
import { moneyOf, parseDecimal, type Currency, type Decimal } from './money.ts'
import type { Transaction } from './transaction.ts'

/** `currency`: the only one that is meant; null: any. */
export type SoughtAmounts = { readonly values: readonly Decimal[]; readonly currency: Currency | null }

const AMOUNT = /^([-+]?)\s*(?:([A-Z]{3})|\p{Sc})?\s*(\d[\d.,'’\s]*?|[.,]\d+)\s*(?:([A-Z]{3})|\p{Sc})?$/u
const THOUSANDS = /^\d{1,3}(?:(?<mark>[.,'’\s])\d{3})(?:\k<mark>\d{3})*$/u
const THOUSANDS_AND_MORE = /^(\d{1,3}(?:([.,'’\s])\d{3})(?:\2\d{3})*)(?!\2)[.,](\d+)$/u
const PLAIN = /^(\d*)(?:[.,](\d*))?$/

/** Canonical decimals with their sign; none: the text is no amount. */
export function soughtAmounts(text: string): SoughtAmounts {
  const [, sign, before, digits, after] = AMOUNT.exec(text.trim().replaceAll('\u2212', '-')) ?? []
  if (digits === undefined) return { values: [], currency: null }
  const values = new Set([...plain(digits), ...(THOUSANDS.test(digits) ? [digits.replace(/\D/g, '')] : [])].flatMap((value) => parseDecimal(value) ?? []))
  return { values: [...values].flatMap((value) => (sign === '-' ? [negative(value)] : sign === '+' ? [value] : [...new Set([value, negative(value)])])), currency: before ?? after ?? null }
}

/** Whether a row is meant: in what the bank or a person wrote, or by its amount. */
export function isSought({ name, memo, reference, checkNumber, decisions, amount, currency }: Pick<Transaction, 'name' | 'memo' | 'reference' | 'checkNumber' | 'decisions' | 'amount' | 'currency'>, text: string): boolean {
  const typed = text.toLowerCase()
  return [name, memo, reference, checkNumber, decisions.note, decisions.category].some((part) => part !== null && part.toLowerCase().includes(typed)) || inMinor(soughtAmounts(text), currency).includes(amount)
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
