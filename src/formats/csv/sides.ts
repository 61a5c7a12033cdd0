/**
 * Amounts without signs below titles that tell their direction: `Deposits and Other Credits`, `Withdrawals`. They count where every
 * row of the file stands below one of money in or one of money out, both are there, and no amount has a sign.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { balanceWordsIn, isTotal, plainWords } from '../unstated.ts'
import { negate } from '../written-amount.ts'
import { scanDate } from '../written-date.ts'
import { cellAmount } from './amounts.ts'
import { isHeadingLine } from './headings.ts'
import type { Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import type { CsvRow } from './rows.ts'
import { TITLE_CELLS } from './tables.ts'

type Side = 'in' | 'out'

const IN = /\b(deposits|credits|additions|receipts|incomes?|money in|paid in|incoming|gutschriften|einnahmen|eingange|zahlungseingange|einzahlungen|recettes|entrees|encaissements|versements|abonos|ingresos|depositos|creditos|entradas|accrediti|entrate|versamenti|bijschrijvingen|inkomsten|insattningar|innbetalinger|indbetalinger|wplywy|uznania|prijmy|panot|tulot)\b/
const OUT = /\b(withdrawals|debits|subtractions|expenses|checks( paid)?|cheques( paid)?|fees|money out|paid out|outgoing|belastungen|ausgaben|ausgange|zahlungsausgange|auszahlungen|lastschriften|depenses|sorties|decaissements|retraits|prelevements|cargos|gastos|egresos|retiros|debitos|salidas|saidas|saques|addebiti|uscite|prelievi|afschrijvingen|uitgaven|uttag|utbetalinger|udbetalinger|wydatki|obciazenia|vydaje|otot|menot)\b/

/** Neither a sum below the rows nor the number of a page. */
export function isTitle(cells: readonly string[]): boolean {
  return cells.some((cell) => /\p{L}{3}/u.test(cell)) && balanceWordsIn(cells) === null && !cells.some((cell) => isTotal(cell) || /^(page|seite|pagina|side|sida|strana|sivu|oldal|blatt|folio|стр)\b/.test(plainWords(cell)))
}

/** Null where a title tells no direction, or both. */
function sideOf(cells: readonly string[]): Side | null {
  const words = plainWords(cells.find((cell) => cell !== '') ?? '')
  const [into, out] = [IN.test(words), OUT.test(words)]
  return into === out ? null : into ? 'in' : 'out'
}

/** Whether titles tell the direction of all rows; `tables` with the records of each. */
export function areSided(tables: readonly { readonly records: readonly CsvRecord[]; readonly layout: Layout }[]): boolean {
  const sides = new Set<Side>()
  const watch = new SideWatch()
  for (const { records, layout: { amount, booked, style, unsignedIs } } of tables) {
    if (amount.form !== 'signed' || unsignedIs !== 'in') return false
    for (const record of records) {
      watch.take(record)
      const moved = scanDate(record.cells[booked] ?? '') === null ? null : cellAmount(record, amount.at, style)
      if (typeof moved !== 'string' || balanceWordsIn(record.cells) !== null) continue
      if (watch.side === null || moved.startsWith('-')) return false
      sides.add(watch.side)
    }
  }
  return sides.size === 2
}

/** Goes through the records for titles, and gives the rows below them their signs. */
export class SideWatch {
  #side: Side | null = null

  get side(): Side | null {
    return this.#side
  }

  take({ cells }: CsvRecord): void {
    if (cells.filter((cell) => cell !== '').length <= TITLE_CELLS && !isHeadingLine(cells) && !cells.some((cell) => scanDate(cell) !== null) && isTitle(cells)) this.#side = sideOf(cells)
  }

  signed(row: CsvRow, line: number): Result<CsvRow, FormatFailure> {
    if (row.type !== 'row') return ok(row)
    const { amount } = row.row
    if (this.#side === null || amount.startsWith('-')) return failed({ code: 'missing_field', message: `The row on line ${line} stands below no title that tells which way its money went, or has a sign, as no row before it.`, line })
    return ok(this.#side === 'in' ? row : { ...row, row: { ...row.row, amount: negate(amount) } })
  }
}
