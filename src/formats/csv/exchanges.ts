/**
 * Lists of exchanges of coins that say of each row what was traded, and beside it what that was worth: only the former is what
 * an account of the coin moved by. Bitstamp tells both sides of a trade; of Coinbase the other one may be money of a bank. A row
 * that does not tell which way it went has an amount that cannot be read, and is named by its line.
 */
import type { Decimal } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { magnitude, negate, readAmount, scanAmount } from '../written-amount.ts'
import { plus } from './amounts.ts'
import { isAsset } from './headings.ts'
import type { CsvRecord } from './records.ts'

type Reshape = (record: CsvRecord) => CsvRecord

const HEADING_WITHIN = 100
const BOUGHT = /\b(buy|market buy|limit buy)\b/
const SOLD = /\b(sell|market sell|limit sell)\b/
const CAME = /\b(receive|received|deposit|rewards?|income|interest|staking|airdrop|earn|bonus|referral|rebate|refund)\b/
const WENT = /\b(send|sent|withdrawal|withdraw|pay|payment|fee)\b/
/** What a coin is worth, and what was paid for it. */
const WORTH = /\b(price|subtotal|total|fees?|spread|spot|cost|value)\b/

/** What brings each record into shape; null for all other files. */
export function coinsMoved(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => cells.length > 4)
  const heading = records[index]
  return heading === undefined ? null : (quantities(heading, records.slice(index + 1)) ?? bothSides(heading))
}

/** `Asset,Quantity Transacted,…,Total`: the quantity moved, in the way of its type where none has a sign. */
function quantities(heading: CsvRecord, rows: readonly CsvRecord[]): Reshape | null {
  const words = heading.cells.map(plainWords)
  const quantity = heading.cells.findIndex((_, at) => at > 0 && isAsset(heading.cells[at - 1]!) && /^(quantity( transacted)?|amount transacted)$/.test(words[at]!))
  const type = words.findIndex((cell) => /^(transaction )?type$/.test(cell))
  if (quantity === -1 || type === -1) return null
  const isSigned = rows.some(({ cells }) => cells[quantity]?.startsWith('-') === true)
  return (record) => {
    // Of money a purchase goes out; of what was bought it comes.
    if (record.line === heading.line) return { ...record, cells: record.cells.map((cell, at) => (at === quantity ? 'amount' : at === type ? 'code' : WORTH.test(words[at]!) ? '' : cell)) }
    const written = record.cells[quantity] ?? ''
    if (isSigned || written === '') return record
    const kind = plainWords(record.cells[type] ?? '')
    const sign = SOLD.test(kind) || WENT.test(kind) ? '-' : BOUGHT.test(kind) || CAME.test(kind) ? '' : null
    return { ...record, cells: record.cells.map((cell, at) => (at === quantity ? (sign === null ? `${kind} ${cell}` : `${sign}${cell}`) : cell)) }
  }
}

const COLUMNS = ['date', 'description', 'debit', 'debit currency', 'credit', 'credit currency']

/** `Type,Datetime,Amount,Value,Rate,Fee,Sub Type`, each figure with its unit behind it or in a column of its own. */
function bothSides(heading: CsvRecord): Reshape | null {
  const words = heading.cells.map((cell) => plainWords(cell.replace(/([a-z])([A-Z])/g, '$1 $2')))
  const at = (name: RegExp): number => words.findIndex((cell) => name.test(cell))
  const [type, side, date, amount, value, fee] = [/^type$/, /^sub ?type$/, /^(datetime|date time|date)$/, /^amount$/, /^value$/, /^fee$/].map(at)
  if ([type, side, date, amount, value, fee].some((found) => found === -1)) return null
  const figure = ({ cells }: CsvRecord, column: number): { readonly amount: Decimal; readonly unit: string } | null => {
    const [, number = '', behind] = /^(-?[\d.,]+)(?: ([A-Z][A-Z0-9]+))?$/.exec(cells[column] ?? '') ?? []
    const scanned = scanAmount(number)
    const read = scanned === null ? null : readAmount(scanned, 'point')
    const unit = behind ?? (words[column + 1]?.endsWith('currency') === true ? (cells[column + 1] ?? '') : '')
    return read === null || unit === '' ? null : { amount: magnitude(read), unit }
  }
  return (record) => {
    if (record.line < heading.line) return record
    if (record.line === heading.line) return { ...record, cells: COLUMNS }
    const [kind, way] = [type, side].map((column) => plainWords(record.cells[column!] ?? ''))
    const [moved, paid, charged] = [amount, value, fee].map((column) => figure(record, column!))
    const text = [record.cells[type!], record.cells[side!]].filter((cell) => cell !== undefined && cell !== '').join(' ')
    const row = (...sides: readonly string[]): CsvRecord => ({ ...record, cells: [record.cells[date!] ?? '', text, ...sides] })
    const unclear = row(`${kind} ${record.cells[amount!] ?? ''}`, moved?.unit ?? '', '', '')
    if (moved == null) return record.cells.some((cell) => cell !== '') ? unclear : record
    const feeIn = (unit: string): Decimal | null => (charged == null || charged.amount === '0' ? ('0' as Decimal) : charged.unit === unit ? charged.amount : null)
    const isTrade = BOUGHT.test(way!) || SOLD.test(way!)
    const money = isTrade ? paid : moved
    const taken = money == null ? null : feeIn(money.unit)
    if (money == null || taken === null) return unclear
    if (BOUGHT.test(way!)) return row(plus(money.amount, taken), money.unit, moved.amount, moved.unit)
    if (SOLD.test(way!)) return row(moved.amount, moved.unit, plus(money.amount, negate(taken)), money.unit)
    if (CAME.test(kind!)) return row('', '', plus(moved.amount, negate(taken)), moved.unit)
    return WENT.test(kind!) ? row(plus(moved.amount, taken), moved.unit, '', '') : unclear
  }
}
