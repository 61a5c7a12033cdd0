/**
 * Statements of brokers that list tables of several kinds one below the other, where each line begins with the name of its table
 * and with what it is there: `Dividends,Header,Currency,Date,…`, `Dividends,Data,USD,2024-01-12,…`. Those tables in which money
 * moved become one; what a trade brought and its commission are one row, an exchange has two sides. All other tables go.
 */
import { decimalsOf } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { negate, readAmount, scanAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { plus } from './amounts.ts'
import { readHeading } from './headings.ts'
import type { CsvRecord } from './records.ts'

const PART = /^(header|data|subtotal|total|notes)$/i
const MOST = 0.9
const AMOUNT = /^(cash )?(amount|betrag|montant|importe|importo)$/
const PROCEEDS = /^(proceeds|erlose?|produits?|ingresos|proventi|ricavi)$/
const COMMISSION = /^(comm|commission|kommission|provision|prov|comision|commissione)\b/
const DATES: ReadonlySet<string> = new Set(['booked', 'date', 'acted', 'value'])

const COLUMNS = ['date', 'description', 'debit', 'debit currency', 'credit', 'credit currency']

/** The columns of a table in which money moved, as indexes into its records. */
type Moves = { readonly date: number; readonly currency: number; readonly amount: number; readonly commission: number | null; readonly commissionIn: string | null; readonly texts: readonly number[]; readonly symbol: number; readonly quantity: number; readonly detail: number }

/** What brings each record into the one table; null for all other files. */
export function sectionsTogether(records: readonly CsvRecord[]): ((record: CsvRecord) => CsvRecord) | null {
  if (records.length < 3 || records.filter(({ cells }) => PART.test(cells[1] ?? '')).length < records.length * MOST) return null
  const heading = records.find((record) => movesIn(record) !== null)
  if (heading === undefined) return null
  // Where orders are listed, their executions are parts of them; lots that a sale closed are no rows in any case.
  const detail = records.some(({ cells }) => cells[2] === 'Order') ? 'Order' : 'Trade'
  const tables = new Map<string, Moves | null>()
  return (record) => {
    const [table = '', part = ''] = record.cells
    if (/^header$/i.test(part)) tables.set(table, movesIn(record))
    const moves = tables.get(table) ?? null
    if (record.line === heading.line) return { ...record, cells: COLUMNS }
    if (!/^data$/i.test(part)) return { ...record, cells: [''] }
    // What is said of the account stands above the rows.
    if (moves === null) return { ...record, cells: record.line < heading.line ? record.cells.slice(2) : [''] }
    return { ...record, cells: rowOf(record, moves, detail) ?? [''] }
  }
}

function movesIn({ cells }: CsvRecord): Moves | null {
  if (!/^header$/i.test(cells[1] ?? '')) return null
  const words = cells.map(plainWords)
  const roles = cells.map((cell) => readHeading(cell).meanings.map(({ role }) => role as string))
  const find = (test: (at: number) => boolean): number => cells.findIndex((_, at) => at > 1 && test(at))
  const dates = cells.flatMap((cell, at) => (at < 2 ? [] : readHeading(cell).meanings.flatMap(({ role, rank }) => (DATES.has(role) ? [{ at, rank }] : []))))
  const date = dates.sort((a, b) => a.rank - b.rank)[0]?.at ?? -1
  const currency = find((at) => roles[at]!.includes('currency'))
  const whole = find((at) => AMOUNT.test(words[at]!))
  const proceeds = find((at) => PROCEEDS.test(words[at]!))
  const amount = whole === -1 ? proceeds : whole
  if (date === -1 || currency === -1 || amount === -1) return null
  const commission = proceeds === -1 ? -1 : find((at) => COMMISSION.test(words[at]!))
  const texts = cells.flatMap((_, at) => (at > 1 && (roles[at]!.includes('memo') || words[at] === 'symbol') ? [at] : []))
  return { date, currency, amount, commission: commission === -1 ? null : commission, commissionIn: commission === -1 ? null : readCurrency(cells[commission]!.split(' ').at(-1)!), texts, symbol: words.indexOf('symbol'), quantity: find((at) => roles[at]!.includes('quantity')), detail: words.indexOf('datadiscriminator') }
}

/** Null for what is no row: sums, executions of orders, and lots. A cell that cannot be read stands in the row, for the failure to name. */
function rowOf({ cells }: CsvRecord, { date, currency, amount, commission, commissionIn, texts, symbol, quantity, detail }: Moves, wanted: string): readonly string[] | null {
  const cell = (at: number): string => cells[at] ?? ''
  const money = readCurrency(cell(currency))
  const day = cell(date).split(/[,;]\s*\d{1,2}:/)[0]!
  if (money === null || scanDate(day) === null || (detail !== -1 && cell(detail) !== wanted)) return null
  const text = [cells[0]!, ...texts.map(cell)].filter((one) => one !== '').join(' ')
  const valueOf = (written: string): ReturnType<typeof readAmount> => {
    const scanned = scanAmount(written === '' ? '0' : written)
    return scanned === null ? null : readAmount(scanned, 'point')
  }
  const [base = '', quote = ''] = cell(symbol).split('.')
  const bought = quote === money ? readCurrency(base) : null
  const [moved, charged, other] = [valueOf(cell(amount)), commission === null ? valueOf('0') : valueOf(cell(commission)), bought === null ? null : valueOf(cell(quantity))]
  if (moved === null || charged === null || (bought !== null && other === null)) return [day, text, moved === null ? cell(amount) : charged === null ? cell(commission!) : cell(quantity), money, '', '']
  const feeIn = commissionIn ?? money
  if (charged !== '0' && feeIn !== money && feeIn !== bought) return [day, text, `${cell(amount)} and ${cell(commission!)} ${feeIn}`, money, '', '']
  const own = rounded(feeIn === money ? plus(moved, charged) : moved, money)
  const side = (value: string, code: string): readonly string[] => (value.startsWith('-') ? [value.slice(1), code, '', ''] : ['', '', value, code])
  if (bought === null) return [day, text, ...side(own, money)]
  const their = rounded(feeIn === bought ? plus(other!, charged) : other!, bought)
  const [paid, got] = own.startsWith('-') ? [[own, money], [their, bought]] : [[their, bought], [own, money]]
  return [day, text, paid[0]!.replace('-', ''), paid[1]!, got[0]!, got[1]!]
}

/** Brokers reckon with more places than a currency has coins. */
function rounded(value: string, code: string): string {
  const places = decimalsOf(code)
  const [whole = '0', fraction = ''] = value.split('.')
  if (fraction.length <= places) return value
  const cut = places === 0 ? whole : `${whole}.${fraction.slice(0, places)}`
  if (fraction[places]! < '5') return cut
  const coin = (places === 0 ? '1' : `0.${'1'.padStart(places, '0')}`) as Parameters<typeof plus>[0]
  return plus(cut as typeof coin, value.startsWith('-') ? negate(coin) : coin)
}
