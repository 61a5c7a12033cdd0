/** Money from the exact decimal string: the formatter takes the string, so no float is involved. */
import { locale } from '../language/language.ts'

const formatters = new Map<string, Intl.NumberFormat>()

/** ISO 4217 for "no currency": what a file without one leaves open. */
export const NO_CURRENCY = 'XXX'

/** With the symbol that is unmistakable for this reader: $ for the own dollar, CA$ for another; none where the source told no currency. */
export function formatAmount(amount: string, currency: string): string {
  if (currency === NO_CURRENCY) return new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(amount as `${number}`).replace('-', '\u2212')
  let formatter = formatters.get(currency)
  if (formatter === undefined) {
    try {
      formatter = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'symbol' })
    } catch {
      return `${amount.replace('-', '\u2212')} ${currency}` // not an ISO 4217 code
    }
    formatters.set(currency, formatter)
  }
  return formatter.format(amount as `${number}`).replace('-', '\u2212')
}

/** A name with its currency behind it, where that is known. */
export function withCurrency(name: string, currency: string): string {
  return currency === NO_CURRENCY ? name : `${name} (${currency})`
}

/** Money coming in carries a plus and the ok colour; money going out is plain, never red. */
export function Amount({ amount, currency, signed = false }: { amount: string; currency: string; signed?: boolean }) {
  const incoming = signed && !amount.startsWith('-') && /[1-9]/.test(amount)
  return <span className={`amount ${incoming ? 'text-ok' : ''}`}>{(incoming ? '+' : '') + formatAmount(amount, currency)}</span>
}
