/**
 * An amount as a reader writes it, as the server reads it: `1.234,50` of a German is `1234.50`. A text without the
 * reader's decimal sign goes as it is, for whether its point parts thousands is not guessed; what is no amount is
 * left for the server to refuse.
 */
export function decimalOf(text: string, locale: string): string {
  const sign = decimalSign(locale)
  const typed = text.trim()
  const [whole = '', fraction, ...more] = typed.split(sign)
  return fraction === undefined || more.length > 0 ? typed : `${whole.replace(/(?<=\d)[.,’'\s](?=\d{2,3}(?:\D|$))/gu, '')}.${fraction}`
}

/** The other way round, for a field that shows what was typed before. */
export function asTyped(decimal: string, locale: string): string {
  return /^-?\d+\.\d+$/.test(decimal) ? decimal.replace('.', decimalSign(locale)) : decimal
}

export function exampleAmount(locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, useGrouping: false }).format(1234.5)
}

function decimalSign(locale: string): string {
  return new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
}
