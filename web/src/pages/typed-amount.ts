import { ownSign } from '../parts/currency-sign.ts'

/** Signs between thousands: what stands between groups of digits, the last of which has three. */
const GROUPING = /(?<=\d)[.,’'\s](?=(?:\d{2,3}[.,’'\s])*\d{3}$)/gu

/**
 * An amount as a reader writes it, as the server reads it: `1.234,50` and `1.234` of a German are `1234.50` and `1234`, because
 * there a point parts thousands. A comma of a reader whose sign is the point goes as it is; what is no amount is left for the server to refuse.
 * The sign or the code of the account's own currency may stand beside it, as in what is copied from a page; that of another one is refused.
 */
export function decimalOf(text: string, locale: string, currency: string): string {
  const sign = decimalSign(locale)
  const typed = withoutCurrency(text.trim().replaceAll('\u2212', '-'), locale, currency)
  const [whole = '', fraction, ...more] = typed.split(sign)
  if (fraction === undefined) return sign !== '.' && /^[-+]?\d{1,3}(\.\d{3})+$/.test(typed) ? typed.replaceAll('.', '') : typed
  return more.length > 0 ? typed : `${whole.replace(GROUPING, '')}.${fraction}`
}

/** The other way round, for a field that shows what was typed before. */
export function asTyped(decimal: string, locale: string): string {
  return /^-?\d+\.\d+$/.test(decimal) ? decimal.replace('.', decimalSign(locale)) : decimal
}

export function exampleAmount(locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, useGrouping: false }).format(1234.5)
}

function withoutCurrency(typed: string, locale: string, currency: string): string {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/su.exec(typed) ?? []
  const named = [ownSign(currency, locale), ...(['symbol', 'narrowSymbol', 'code'] as const).flatMap((currencyDisplay) => new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }).formatToParts(0).flatMap(({ type, value }) => (type === 'currency' ? [value] : [])))]
  const before = named.find((one) => rest.startsWith(one))
  const after = named.find((one) => rest.endsWith(one))
  const amount = before !== undefined ? rest.slice(before.length) : after !== undefined ? rest.slice(0, -after.length) : rest
  return /\d/.test(amount) ? `${sign}${amount.trim()}` : typed
}

function decimalSign(locale: string): string {
  return new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
}
