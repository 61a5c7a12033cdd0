/**
 * Columns of a CSV file that has a heading line: those that its roles name, and among several for one role the most telling.
 */
import { plainWords } from '../unstated.ts'
import type { AmountStyle } from '../written-amount.ts'
import { readCurrency, readUnit } from '../written-currency.ts'
import { chooseOrder, readDate, scanDate } from '../written-date.ts'
import type { Styles } from './amount-styles.ts'
import { cellAmount } from './amounts.ts'
import { chooseAmount } from './choose-amount.ts'
import { BARE_CURRENCY, isBareName, isOfOther, readHeading, sideOf, type Role } from './headings.ts'
import { amountCells, filled, isText, type AmountColumns, type Columns } from './layout.ts'
import { isCardTitle } from './owed.ts'
import type { CsvRecord } from './records.ts'
import { accountOf, statusOf, type Roles } from './roles.ts'

const SETTLEMENT = /^settlement date\b/

/** What was billed is in the currency of the account; a purchase may be in another one. */
const BILLED = /\b(billing|billed|bill)\b|^(сумма|валюта) платежа$/
const OF_PURCHASE = /^(transaction|purchase|merchant|original) currency$|^валюта операции$/
/** Amount and currency of one thing, called after it. */
const OF_DEAL = /^(transaction|purchase) (amount|currency)$|^(סכום|מטבע) עסקה$/

const EACH_CURRENCY = /^(debit|credit|withdrawal|deposit|paid (in|out)|money (in|out)) currency$/

/** The columns, or null when dates or amounts are missing. */
export function headedColumns(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], styles: Styles, preamble: readonly CsvRecord[]): Columns | null {
  const first = (role: Role): number | null => roles.get(role)?.[0] ?? null
  const dates = [first('booked'), first('date'), laterOf(roles.get('acted') ?? [], rows) ?? first('acted'), first('value'), first('bought')].filter((at) => at !== null)
  // A settlement that some rows have is that of trades. Where some are posted, the others are pending.
  const counts = dates.map((at) => filled(rows, at).length)
  const booked = dates.find((at, i) => (counts[i]! > 0 || counts.every((count) => count === 0)) && (counts[i]! === Math.max(...counts) || !SETTLEMENT.test(plainWords(heading.cells[at]!))))
  if (booked === undefined) return null
  const amount = chooseAmount(heading, roles, rows, styles, booked, preamble.some(({ cells }) => cells.some(isCardTitle)))
  if (amount === null) return null
  const elsewhere = (at: number | null): number | null => (at === booked ? null : at)
  const told = (role: Role): readonly number[] => (roles.get(role) ?? []).filter((at) => filled(rows, at).length > 0)
  const named = told('name').filter((at, _, all) => !isBareName(heading.cells[at]!) || !all.some((one) => isOfOther(heading.cells[one]!)))
  const described = told('memo').flatMap((at) => [at, ...goesOn(heading, rows, at)])
  const others = described.length > 0 || named.length > 0 ? described : unclaimedTexts(roles, rows)
  // Where nothing else describes the rows, what they are called as a kind does.
  const memo = others.length > 0 || named.length > 0 ? others : told('kind').filter((at) => filled(rows, at).some((cell) => /\s/.test(cell)))
  // A text that is the same beside all rows describes the account.
  const telling = memo.find((at) => rows.length < 3 || new Set(filled(rows, at)).size > 1) ?? memo[0]
  const name = named.length > 0 ? named : telling === undefined ? [] : [telling]
  return {
    booked,
    acted: elsewhere((roles.get('acted') ?? []).find((at) => at !== booked) ?? first('acted') ?? first('bought') ?? first('date')),
    value: elsewhere(first('value')),
    ...amount,
    balance: isStanding(heading, roles, rows, styles.balanceStyle) ? null : first('balance'),
    ...currencyOf(heading, roles, rows, amount.amount),
    ...accountOf(roles),
    name,
    payer: payerAmong(heading, named),
    // The best word names the description; the others are read from left to right.
    memo: memo.filter((at) => !name.includes(at)).sort((a, b) => a - b),
    reference: first('reference'),
    id: first('id'),
    check: first('check'),
    status: statusOf(heading, roles, rows),
    impact: first('impact'),
    kind: first('kind') ?? first('mark'),
    foreignAmount: first('foreignAmount'),
    quantity: first('quantity'),
  }
}

/** Of two days of which neither is called that of the booking the one that is never before the other; null where there are not two. */
function laterOf(columns: readonly number[], rows: readonly CsvRecord[]): number | null {
  const order = chooseOrder(columns.flatMap((at) => filled(rows, at).flatMap((cell) => scanDate(cell) ?? [])), null)
  const dayIn = ({ cells }: CsvRecord, at: number): string => {
    const date = scanDate(cells[at] ?? '')
    return (date === null ? null : readDate(date, order)) ?? ''
  }
  return columns.length < 2 ? null : (columns.find((at) => rows.every((row) => columns.every((other) => dayIn(row, at) >= dayIn(row, other)))) ?? null)
}

/** Columns behind a description, without a word of their own, in which it goes on. */
function goesOn(heading: CsvRecord, rows: readonly CsvRecord[], at: number): readonly number[] {
  const next = at + 1
  return heading.cells[next] === '' && isText(filled(rows, next)) ? [next, ...goesOn(heading, rows, next)] : []
}

function payerAmong(heading: CsvRecord, names: readonly number[]): number | null {
  const of = (side: 'payer' | 'payee'): number | undefined => names.find((at) => sideOf(heading.cells[at] ?? '') === side)
  return of('payee') === undefined ? null : (of('payer') ?? null)
}

/** What tells the currency of each row. An amount under the name of one is in it: a column of currencies beside it is of what was paid elsewhere. */
function currencyOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns): Pick<Columns, 'currency' | 'currencyElse' | 'foreignCurrency'> {
  const own = currencyOfAmount(heading, roles.get('currency') ?? [], amount)
  const [foreign = null] = roles.get('foreignCurrency') ?? []
  const named = new Set(amountCells(amount).map((at) => readHeading(heading.cells[at] ?? '')).map(({ meanings, currency }) => (meanings.some(({ rank }) => rank === BARE_CURRENCY) ? null : currency)))
  const [only = null] = named
  if (named.size === 1 && only !== null && own !== null && filled(rows, own).some((cell) => readCurrency(cell) !== only)) return { currency: null, currencyElse: null, foreignCurrency: foreign ?? own }
  const headingOf = (at: number): string => plainWords(heading.cells[at] ?? '')
  if (own !== null && OF_PURCHASE.test(headingOf(own)) && amountCells(amount).some((at) => BILLED.test(headingOf(at)))) {
    const billed = (roles.get('currency') ?? []).find((at) => BILLED.test(headingOf(at)))
    return { currency: billed ?? null, currencyElse: null, foreignCurrency: foreign ?? own }
  }
  const bought = own !== null && BILLED.test(headingOf(own)) ? (roles.get('currency') ?? []).find((at) => OF_PURCHASE.test(headingOf(at))) : undefined
  const [out, into] = heading.cells.flatMap((cell, at) => (EACH_CURRENCY.test(plainWords(cell)) ? [at] : []))
  const isApart = out !== undefined && into !== undefined && rows.every(({ cells }) => cells.every((cell) => cell === '') || readCurrency(cells[out] || cells[into] || '') !== null || readUnit(cells[out] || cells[into] || '') !== null)
  // Where only what was paid is told, its currency is the amount's: not all rows are in one.
  if (own === null && foreign !== null && [foreign, ...amountCells(amount)].every((at) => OF_DEAL.test(headingOf(at)))) return { currency: foreign, currencyElse: null, foreignCurrency: null }
  return isApart ? { currency: out, currencyElse: into, foreignCurrency: foreign } : { currency: own, currencyElse: null, foreignCurrency: foreign ?? bought ?? null }
}

/** Words for a currency and its code, beside which others tell of what it is. */
const CURRENCY_WORDS = /\b(currency|ccy|curr|code|wahrung|waehrung|devise|divisa|moneda|moeda|valuta|valuuta|waluta|munt|mena|deviza)\b/g

/** Of several columns of currencies the one that is called after the amount (`Currency (Total)`, `Billed Currency` beside `Billed Amount`). */
function currencyOfAmount(heading: CsvRecord, currencies: readonly number[], amount: AmountColumns): number | null {
  const [first = null] = currencies
  if (first === null || currencies.length === 1) return first
  const words = (at: number): string => plainWords(heading.cells[at] ?? '')
  const amounts = amountCells(amount)
  const named = currencies.find((at) => amounts.some((one) => words(one) !== '' && words(at) === `currency ${words(one)}`))
  const beside = (at: number): readonly string[] => words(at).replace(CURRENCY_WORDS, ' ').split(' ').filter((word) => word !== '')
  const sharing = currencies.find((at) => beside(at).length > 0 && amounts.every((one) => beside(at).every((word) => words(one).split(' ').includes(word))))
  return named ?? sharing ?? currencies.find((at) => isAlike(heading, currencies) && amounts.includes(at - 1)) ?? first
}

/** Columns below one word. */
function isAlike(heading: CsvRecord, columns: readonly number[]): boolean {
  return new Set(columns.map((at) => plainWords(heading.cells[at] ?? ''))).size === 1
}

/** Columns of words under headings that say nothing, where no known heading describes the rows. */
function unclaimedTexts(roles: Roles, rows: readonly CsvRecord[]): readonly number[] {
  const claimed = new Set([...roles.values()].flat())
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const texts = Array.from({ length: width }, (_, at) => at).filter((at) => !claimed.has(at) && isText(filled(rows, at)))
  const telling = texts.filter((at) => new Set(filled(rows, at)).size > 1 || rows.length < 3)
  return telling.length > 0 ? telling : texts.slice(0, 1)
}

/** One and the same balance beside all rows of an account is that of the moment of the export: it runs with none of them. */
function isStanding(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], style: AmountStyle): boolean {
  const balance = roles.get('balance')?.[0]
  if (balance === undefined) return false
  const numbers = heading.cells.flatMap((cell, at) => (readHeading(cell).meanings.some(({ role }) => role === 'constantAccount') ? [at] : []))
  return [accountOf(roles).account, ...numbers].some((account) => {
    const sections = [...Map.groupBy(rows, ({ cells }) => (account === null ? '' : (cells[account] ?? ''))).values()]
    const told = sections.map((section) => section.map((row) => cellAmount(row, balance, style)).filter((amount) => typeof amount === 'string'))
    return told.every((balances) => new Set(balances).size <= 1) && told.some((balances) => balances.length > 1)
  })
}
