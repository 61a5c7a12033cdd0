/** Signs of currencies, some of which several share: $, ¥, kr, £. */

function signOf(currency: string, locale: string, currencyDisplay: 'symbol' | 'narrowSymbol'): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }).formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency
  } catch {
    return currency // not an ISO 4217 code
  }
}

/** What no other currency is written with: US$, CA$, JP¥; the code where nobody made a sign. CLDR's English of the world prefers no country's dollar. */
export function ownSign(currency: string, locale: string): string {
  const shared = signOf(currency, locale, 'narrowSymbol')
  return [locale, 'en-001'].map((one) => signOf(currency, one, 'symbol')).find((sign) => sign !== shared) ?? currency
}

/** Those of the currencies whose sign another one of them has, too. */
export function sharingSign(currencies: readonly string[], locale: string): ReadonlySet<string> {
  const bySign = Map.groupBy(new Set(currencies), (currency) => signOf(currency, locale, 'narrowSymbol'))
  return new Set([...bySign.values()].filter(({ length }) => length > 1).flat())
}
