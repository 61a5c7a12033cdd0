/** Money from the exact decimal string: the formatter takes the string, so no float is involved. */
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { locale } from '../language/language.ts'
import { ownSign, sharingSign } from './currency-sign.ts'

/** ISO 4217 for "no currency": what a file without one leaves open. */
export const NO_CURRENCY = 'XXX'

/** What writes a decimal in one currency; what is no code of ISO 4217 stands behind the number. */
type Write = (amount: string) => string

const writers = new Map<string, Write>()

function writerOf(currency: string, isMixed: boolean): Write {
  const key = `${currency} ${isMixed}`
  const known = writers.get(key)
  if (known !== undefined) return known
  const made = makeWriter(currency, isMixed)
  writers.set(key, made)
  return made
}

function makeWriter(currency: string, isMixed: boolean): Write {
  if (currency === NO_CURRENCY) return withFormat(new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }))
  try {
    const sign = isMixed ? ownSign(currency, locale) : null
    return withFormat(new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: sign === currency ? 'code' : 'symbol' }), sign)
  } catch {
    return (amount) => `${amount.replace('-', '\u2212')} ${currency}`
  }
}

function withFormat(format: Intl.NumberFormat, sign: string | null = null): Write {
  return (amount) => format.formatToParts(amount as `${number}`).map(({ type, value }) => (type === 'minusSign' ? '\u2212' : type === 'currency' ? (sign ?? value) : value)).join('')
}

/** The currencies of the page whose sign another one on it has. */
const Mixed = createContext<ReadonlySet<string>>(new Set())

/** `currencies`: what the page shows; null: as around it. Of two that share a sign, such as two kinds of dollar, each is written so that neither is taken for the other: US$ and CA$. */
export function MoneyOf({ currencies, children }: { currencies: readonly string[] | null; children: ReactNode }) {
  const around = useContext(Mixed)
  const shown = [...new Set(currencies ?? [])].toSorted().join(' ')
  const mixed = useMemo(() => sharingSign(shown.split(' ').filter((one) => one !== NO_CURRENCY && one !== ''), locale), [shown])
  return <Mixed value={currencies === null ? around : mixed}>{children}</Mixed>
}

/** Writes amounts as this page does: with the reader's own sign, $ for the own dollar, CA$ for another; none where the source told no currency. */
export function useMoney(): (amount: string, currency: string) => string {
  const mixed = useContext(Mixed)
  return (amount, currency) => writerOf(currency, mixed.has(currency))(amount)
}

/** In another currency than the account's: with its code, which no sign can be taken for. */
export function formatForeign(amount: string, currency: string): string {
  try {
    const { minimumFractionDigits = 2 } = new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions()
    return `${withFormat(new Intl.NumberFormat(locale, { minimumFractionDigits }))(amount)}\u00a0${currency}`
  } catch {
    return writerOf(currency, false)(amount)
  }
}

/** A name with its currency behind it, where that is known. */
export function withCurrency(name: string, currency: string): string {
  return currency === NO_CURRENCY ? name : `${name} (${currency})`
}

/** Money coming in carries a plus and the ok colour; money going out is plain, never red. */
export function Amount({ amount, currency, signed = false }: { amount: string; currency: string; signed?: boolean }) {
  const write = useMoney()
  const incoming = signed && !amount.startsWith('-') && /[1-9]/.test(amount)
  return <span className={`amount ${incoming ? 'text-ok' : ''}`}>{(incoming ? '+' : '') + write(amount, currency)}</span>
}
