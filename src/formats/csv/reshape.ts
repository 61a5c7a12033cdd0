/**
 * Tables that say in several columns what others say in one, brought into the usual shape before anything is inferred: a date
 * whose year, month and day have a column each, and payments that name what left one side and what reached the other,
 * with a direction that tells which side is the account's. All other tables stay as they are.
 */
import { plainWords } from '../unstated.ts'
import { isHeadingLine, readHeading } from './headings.ts'
import { markOf } from './layout.ts'
import type { CsvRecord } from './records.ts'

type Reshape = (record: CsvRecord) => CsvRecord

const HEADING_WITHIN = 100
/** Footers and single odd rows unmake no column. */
const MOST = 0.8

/** `操作日(年)`, `Year`. */
const PARTS = [/年|\b(year|jahr|annee|ano|anno|jaar|ar|rok|yil)\b/, /月|\b(month|monat|mois|mes|mese|maand|manad|miesiac|ay)\b/, /日|\b(day|tag|jour|dia|giorno|dag|dzien|gun)\b/] as const

/** What brings each record of the file into shape; null where it is in shape. */
export function reshapeOf(records: readonly CsvRecord[]): Reshape | null {
  const dates = datesTogether(records)
  const dated = dates === null ? records : records.map(dates)
  const sides = ownSides(dated)
  return dates === null || sides === null ? (dates ?? sides) : (record) => sides(dates(record))
}

function put(record: CsvRecord, cells: ReadonlyMap<number, string>): CsvRecord {
  return { ...record, cells: record.cells.map((cell, at) => cells.get(at) ?? cell) }
}

/** In the first of the three columns all of the date, in the others nothing. */
function datesTogether(records: readonly CsvRecord[]): Reshape | null {
  for (const [index, heading] of records.slice(0, HEADING_WITHIN).entries()) {
    const at = heading.cells.findIndex((_, column) => PARTS.every((part, i) => part.test(partIn(heading.cells[column + i] ?? ''))))
    if (at === -1) continue
    const rows = records.slice(index + 1)
    const dated = rows.filter((row) => dateAt(row, at) !== null)
    if (dated.length === 0 || dated.length < rows.length * MOST) continue
    return (record) => {
      if (record.line === heading.line) return put(record, new Map([[at, 'Date'], [at + 1, ''], [at + 2, '']]))
      const date = dateAt(record, at)
      return date === null ? record : put(record, new Map([[at, date], [at + 1, ''], [at + 2, '']]))
    }
  }
  return null
}

/** What a bracket tells, or else all words. */
function partIn(cell: string): string {
  return /[(（](.+)[)）]/u.exec(cell)?.[1] ?? plainWords(cell)
}

function dateAt({ cells }: CsvRecord, at: number): string | null {
  const [year = '', month = '', day = ''] = cells.slice(at, at + 3)
  return /^\d{4}$/.test(year) && /^\d{1,2}$/.test(month) && /^\d{1,2}$/.test(day) ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : null
}

const SIDES: readonly (readonly [RegExp, string])[] = [
  [/^source amount( after fees)?$/, 'debit'], [/^source currency$/, 'debit currency'], [/^source fee amount$/, 'fee'],
  [/^target amount( after fees)?$/, 'credit'], [/^target currency$/, 'credit currency'], [/^source name$/, 'payer'], [/^target name$/, 'payee'],
]

/** Of a payment out what left, of one in what came; of an exchange both. */
function ownSides(records: readonly CsvRecord[]): Reshape | null {
  const heading = records.slice(0, HEADING_WITHIN).find(({ cells }) => isHeadingLine(cells))
  if (heading === undefined) return null
  const named = new Map(heading.cells.flatMap((cell, at) => SIDES.filter(([words]) => words.test(plainWords(cell))).map(([, name]) => [name, at] as const)))
  const direction = heading.cells.findIndex((cell) => readHeading(cell).meanings.some(({ role }) => role === 'mark') && plainWords(cell) === 'direction')
  const [out, into, outCurrency, inCurrency] = ['debit', 'credit', 'debit currency', 'credit currency'].map((name) => named.get(name))
  if (direction === -1 || out === undefined || into === undefined || outCurrency === undefined || inCurrency === undefined) return null
  const fee = named.get('fee')
  const headed = new Map([...named].map(([name, at]) => [at, name === 'debit' && plainWords(heading.cells[at]!).endsWith('after fees') ? 'debit after fees' : name]))
  headed.set(direction, '')
  return (record) => {
    if (record.line === heading.line) return put(record, headed)
    const side = markOf(record.cells[direction] ?? '')
    const others = side === 'out' ? [into, inCurrency] : side === 'in' ? [out, outCurrency, ...(fee === undefined ? [] : [fee])] : []
    return put(record, new Map([...others, direction].map((at) => [at, ''])))
  }
}
