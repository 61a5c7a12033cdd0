/** How the amounts and balances of a CSV file are written: with a point or a comma before the coins. */
import { decimalsOf, type Currency } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { chooseStyle, scanAmount, styleOfThousandths, type AmountStyle, type WrittenAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { readHeading, type Role } from './headings.ts'
import { filled } from './layout.ts'
import type { CsvRecord } from './records.ts'
import type { Roles } from './roles.ts'

const THOUSANDTHS = 3

const RATE = /\b(rate|kurs|wechselkurs|umrechnungskurs|taux|cours|koers|wisselkoers|wisselkurs|tasso|cambio|curs|valutakurs|vaxlingskurs|kurz|arfolyam|kur|курс)\b|kurs$/u

export type Styles = { readonly style: AmountStyle; readonly balanceStyle: AmountStyle }

/** How amounts and balances are written, in a file that may not tell the currency of its account; each helps out where the other does not tell. */
export function stylesOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], ofAccount: Currency | null): Styles {
  const written = (...wanted: readonly Role[]): ReturnType<typeof scanAmount>[] =>
    wanted.flatMap((role) => roles.get(role) ?? []).flatMap((at) => filled(rows, at).map(scanAmount))
  const balances = written('balance').filter((amount) => amount !== null)
  const amounts = written('amount', 'debit', 'credit', 'fee').filter((amount) => amount !== null)
  const beside = styleOfCoins(heading, roles, rows, [...amounts, ...balances], ofAccount) ?? styleBeside(heading, rows)
  const style = chooseStyle(amounts, balances.length === 0 ? beside : chooseStyle(balances, beside))
  return { style, balanceStyle: chooseStyle(balances, style) }
}

/** How the rates of the rows are written (`0.8482`), where `29.000` may be two amounts; null when there are none. Places and quantities are written by other programs' habits. */
function styleBeside(heading: CsvRecord, rows: readonly CsvRecord[]): AmountStyle | null {
  const rates = heading.cells.flatMap((cell, at) => (RATE.test(plainWords(cell)) ? filled(rows, at) : []))
  const told = new Set(rates.flatMap((cell) => /^-?\d+([.,])\d{4,}$/.exec(cell)?.[1] ?? []))
  return told.size === 1 ? (told.has('.') ? 'point' : 'comma') : null
}

/** Where all is in currencies of a thousand coins and each amount ends in three digits behind one separator, those are the coins. */
function styleOfCoins(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amounts: readonly WrittenAmount[], ofAccount: Currency | null): AmountStyle | null {
  const codes = [...heading.cells.map((cell) => readHeading(cell).currency ?? ''), ...(roles.get('currency') ?? []).flatMap((at) => filled(rows, at)), ...amounts.map(({ currency }) => currency ?? '')]
  const told = codes.map(readCurrency).filter((code) => code !== null)
  const currencies = told.length === 0 && ofAccount !== null ? [ofAccount] : told
  if (currencies.length === 0 || currencies.some((code) => decimalsOf(code) !== THOUSANDTHS)) return null
  return styleOfThousandths(amounts)
}
