/** In which currency an account is kept, as its rows show it beside what was paid in others. */
import type { Currency } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { magnitude, type AmountStyle } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import type { Styles } from './amount-styles.ts'
import { cellAmount } from './amounts.ts'
import { BARE_CURRENCY, readHeading } from './headings.ts'
import { amountCells, type Columns } from './layout.ts'
import { isCardHeading } from './owed.ts'
import type { CsvRecord } from './records.ts'
import type { Roles } from './roles.ts'

/** The one code in the column of currencies, where only records without a day have it, such as the sum above the rows. */
export function currencyOfSum(heading: readonly string[], rows: readonly CsvRecord[], { booked, currency }: Columns): Currency | null {
  const at = heading.findIndex((cell) => readHeading(cell).meanings[0]?.role === 'currency')
  if (at === -1 || currency !== null) return null
  const named = rows.filter(({ cells }) => (cells[at] ?? '') !== '')
  const [only = null, ...others] = new Set(named.map(({ cells }) => readCurrency(cells[at]!)))
  return others.length === 0 && named.every(({ cells }) => scanDate(cells[booked] ?? '') === null) ? only : null
}

/** The currency of the account, where the column of currencies names that of what was paid. */
export function currencyPaidIn(columns: Columns, heading: readonly string[], rows: readonly CsvRecord[], { style }: Styles): Currency | null {
  if (columns.currency === null || columns.foreignCurrency !== null) return null
  return currencyOfEqual(columns, heading, rows, style) ?? currencyBesideAbroad(columns, rows)
}

/** What calls an amount by the currency that stands in its row. */
const OF_CURRENCY = /^(currency amount|wahrungsbetrag|valuta(belop|belopp|belob)|(belop|belopp|belob) i valuta|montant en devises?|importe en divisas?|importo in valuta|bedrag in valuta|kwota w walucie)$/

/**
 * Where a second amount is that of each row in one currency, and another one in each row of all others: those are of what was
 * paid, where it is called so. It may as well be the first in another currency.
 */
function currencyOfEqual({ amount, currency, balance, fee }: Columns, heading: readonly string[], rows: readonly CsvRecord[], style: AmountStyle): Currency | null {
  if (amount.form !== 'signed' || currency === null) return null
  const told = rows.flatMap((row) => {
    const [own, named] = [cellAmount(row, amount.at, style), readCurrency(row.cells[currency] ?? '')]
    return typeof own === 'string' && own !== '0' && named !== null ? [{ row, own, named }] : []
  })
  const currencies = [...new Set(told.map(({ named }) => named))]
  if (currencies.length < 2) return null
  const isOfPaid = (cell: string): boolean => OF_CURRENCY.test(plainWords(cell)) || readHeading(cell).meanings.some(({ role }) => role === 'foreignAmount')
  const others = [...heading.keys()].filter((at) => isOfPaid(heading[at]!) && at !== amount.at && at !== balance && at !== fee && told.every(({ row }) => /\d/.test(row.cells[at] ?? '') && scanDate(row.cells[at]!) === null))
  const isHome = (home: Currency, at: number): boolean => told.every(({ row, own, named }) => (cellAmount(row, at, style) === own) === (named === home))
  return currencies.find((home) => others.some((at) => isHome(home, at))) ?? null
}

/** Another one in just those rows that tell an amount abroad. */
function currencyBesideAbroad({ amount, currency, foreignAmount }: Columns, rows: readonly CsvRecord[]): Currency | null {
  if (currency === null || foreignAmount === null) return null
  // It is that of the amount beside which it stands.
  const distance = (at: number): number => Math.abs(at - currency)
  if (amountCells(amount).some((at) => distance(at) <= distance(foreignAmount))) return null
  const [home, abroad] = [new Set<Currency>(), new Set<Currency>()]
  for (const { cells } of rows) {
    const named = readCurrency(cells[currency] ?? '')
    if (named !== null) (/^[0.,]*$/.test(cells[foreignAmount] ?? '') ? home : abroad).add(named)
  }
  const [own] = home
  return home.size === 1 && abroad.size > 0 && !abroad.has(own!) ? own! : null
}

/**
 * The column of what a card was charged, named after the currency of the card (`amount in EUR`), where what was paid and its
 * currency stand beside it; null where the file is no card's, or the two are not the same in that currency.
 */
export function chargedOnCard(heading: readonly string[], roles: Roles, rows: readonly CsvRecord[], style: AmountStyle): number | null {
  const [currency] = roles.get('currency') ?? []
  const amounts = roles.get('amount') ?? []
  const namedAt = (at: number): Currency | null => {
    const { meanings, currency: named } = readHeading(heading[at]!)
    return meanings.every(({ rank }) => rank !== BARE_CURRENCY) ? named : null
  }
  const own = amounts.filter((at) => namedAt(at) !== null)
  const paid = amounts.find((at) => namedAt(at) === null)
  if (currency === undefined || own.length !== 1 || paid === undefined || !isCardHeading(heading)) return null
  const told = rows.flatMap((row) => {
    const [charged, was, code] = [cellAmount(row, own[0]!, style), cellAmount(row, paid, style), readCurrency(row.cells[currency] ?? '')]
    return code === null ? [] : [typeof charged === 'string' && typeof was === 'string' && (code !== namedAt(own[0]!) || magnitude(charged) === magnitude(was))]
  })
  return told.length > 0 && told.every((holds) => holds) ? own[0]! : null
}
