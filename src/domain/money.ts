/**
 * Money is exact: a decimal string at the edges, an integer of minor units (bigint) with its
 * currency inside. No float touches it, so nothing here accepts or returns a `number` of money.
 */
import { failed, ok, type Result } from './result.ts'

/** An upper-case code, usually ISO 4217; others (points, crypto) are carried as the bank wrote them. */
export type Currency = string

/** `minor` is in units of the currency's smallest coin: cents for USD, yen for JPY, fils for KWD. */
export type Money = { readonly minor: bigint; readonly currency: Currency }

/** An exact decimal in canonical form: `-12.5`, `0`, `1000`. No exponent, no plus, no leading or trailing zeros. */
export type Decimal = string & { readonly __decimal: true }

export type MoneyFailure = { readonly code: 'amount_malformed' | 'amount_too_precise' | 'amount_too_large'; readonly message: string }

/** Currencies whose minor unit is not two decimals: ISO 4217 (list of 2024-06-25), and two more. */
export const UNUSUAL_DECIMALS: ReadonlyMap<Currency, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0] as const,
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ['CLF', 4],
  ['UYW', 4],
  ['BTC', 8],
  ['ETH', 8],
])

/** 18 significant digits: the limit of security.md section 5 and well inside a PostgreSQL bigint. */
const MAX_DIGITS = 18

/** Decimals of the currency's minor unit; two when the code is not known. */
export function decimalsOf(currency: Currency): number {
  return UNUSUAL_DECIMALS.get(currency) ?? 2
}

/** Accepts `[+-]digits[.digits]` and returns the canonical form; null for anything else. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = ''] = match
  if (whole === '' && fraction === '') return null
  const w = whole.replace(/^0+(?=.)/, '') || '0'
  const f = fraction.replace(/0+$/, '')
  const magnitude = f === '' ? w : `${w}.${f}`
  return (sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude) as Decimal
}

/** Money from a canonical decimal. Fails when the currency has fewer decimals than the amount needs. */
export function moneyOf(amount: Decimal, currency: Currency): Result<Money, MoneyFailure> {
  const decimals = decimalsOf(currency)
  const dot = amount.indexOf('.')
  const fraction = dot === -1 ? '' : amount.slice(dot + 1)
  if (fraction.length > decimals) {
    return failed({
      code: 'amount_too_precise',
      message: `The amount ${amount} has ${fraction.length} decimals, but ${currency} has ${decimals}.`,
    })
  }
  const digits = (dot === -1 ? amount : amount.slice(0, dot)) + fraction.padEnd(decimals, '0')
  if (digits.replace('-', '').length > MAX_DIGITS) {
    return failed({ code: 'amount_too_large', message: `The amount ${amount} ${currency} has more than ${MAX_DIGITS} digits.` })
  }
  return ok({ minor: BigInt(digits), currency })
}

/** An amount at a rate of exchange, rounded to the minor unit of `currency`, halves away from zero, as banks do. */
export function exchanged(amount: Decimal, rate: Decimal, currency: Currency): Decimal {
  const [a, b] = [unscaled(amount), unscaled(rate)]
  const product = { digits: a.digits * b.digits, scale: a.scale + b.scale }
  const decimals = decimalsOf(currency)
  const excess = product.scale - decimals
  if (excess <= 0) return parseDecimal(formatMinor(product.digits, product.scale))!
  const [unit, magnitude] = [10n ** BigInt(excess), product.digits < 0n ? -product.digits : product.digits]
  const rounded = (magnitude * 2n + unit) / (unit * 2n)
  return parseDecimal(formatMinor(product.digits < 0n ? -rounded : rounded, decimals))!
}

function unscaled(value: Decimal): { readonly digits: bigint; readonly scale: number } {
  const dot = value.indexOf('.')
  return dot === -1 ? { digits: BigInt(value), scale: 0 } : { digits: BigInt(value.slice(0, dot) + value.slice(dot + 1)), scale: value.length - dot - 1 }
}

/** The decimal string with all decimals of the currency: `-12.50`, `1000` for JPY. */
export function formatMoney(money: Money): string {
  return formatMinor(money.minor, decimalsOf(money.currency))
}

/** As `formatMoney`, for an integer of minor units with `decimals` decimals. */
export function formatMinor(minor: bigint, decimals: number): string {
  const negative = minor < 0n
  const digits = (negative ? -minor : minor).toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return negative ? `-${text}` : text
}

/** Exact sum of decimals, whatever their number of decimals, in canonical form. */
export class DecimalSum {
  #scale = 0
  #unscaled = 0n

  add(value: Decimal): void {
    const { digits, scale } = unscaled(value)
    if (scale > this.#scale) {
      this.#unscaled *= 10n ** BigInt(scale - this.#scale)
      this.#scale = scale
    }
    this.#unscaled += digits * 10n ** BigInt(this.#scale - scale)
  }

  toDecimal(): Decimal {
    const canonical = parseDecimal(formatMinor(this.#unscaled, this.#scale))
    if (canonical === null) throw new Error('a sum of decimals is a decimal')
    return canonical
  }
}
