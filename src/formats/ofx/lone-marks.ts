/**
 * Amounts such as `1,234` dollars, which alone could be two sums, and `1.234` where others of the file have a decimal comma:
 * how the other amounts of the file are written tells which. A row that comes before any other amount told waits, in its
 * batch, for those after it; where none tells, a comma is as unreadable as it stands, and a point is that of decimals.
 */
import { decimalsOf, type Currency, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { parseAmount } from './amount.ts'

const POINT = 46
const COMMA = 44
const LONE_COMMA = /^[-+(]?[1-9]\d{0,2},\d{3}[-)]?$/
const LONE_POINT = /^[-+(]?[1-9]\d{0,2}\.\d{3}[-)]?$/

/** What is said of the row when nothing tells. */
export type Unread = { readonly line: number; readonly what: string }

export class LoneMarks {
  #sawPoint = false
  #sawComma = false
  #waiting: { readonly row: StatementRow; readonly text: string; /** Null: it can be read as it stands. */ readonly unread: Unread | null }[] = []

  /** Every amount of the file: two decimals show what separates them. */
  saw(text: string): void {
    const mark = text.charCodeAt(text.length - 3)
    if (mark === POINT) this.#sawPoint = true
    else if (mark === COMMA) this.#sawComma = true
  }

  /** The amount where it is decided by others; null for other texts, and while nothing tells. */
  read(text: string): Decimal | null {
    if (this.#sawPoint === this.#sawComma) return null
    if (LONE_COMMA.test(text)) return parseAmount(text.replace(',', this.#sawPoint ? '' : '.'), null)
    return this.#sawComma && LONE_POINT.test(text) ? parseAmount(text.replace('.', ''), null) : null
  }

  /** Whether a point may part thousands: not of a currency with three decimals. */
  isLonePoint(text: string, currency: Currency | null): boolean {
    return text.charCodeAt(text.length - 4) === POINT && LONE_POINT.test(text) && (currency === null || decimalsOf(currency) < 3)
  }

  /** An amount to go on with until it is decided; null for other texts. */
  guess(text: string): Decimal | null {
    return LONE_COMMA.test(text) ? parseAmount(text.replace(',', ''), null) : null
  }

  wait(row: StatementRow, text: string, unread: Unread | null): void {
    this.#waiting.push({ row, text, unread })
  }

  /** The rows with what is decided now; the first that stays open. */
  settled(rows: readonly StatementRow[]): { readonly rows: readonly StatementRow[]; readonly open: Unread | null } {
    if (this.#waiting.length === 0) return { rows, open: null }
    const waiting = new Map(this.#waiting.map((one) => [one.row, one]))
    this.#waiting = []
    let open: Unread | null = null
    const decided = rows.map((row) => {
      const one = waiting.get(row)
      if (one === undefined) return row
      const amount = row.foreign === null ? this.read(one.text) : null
      if (amount === null) open ??= one.unread
      return amount === null ? row : { ...row, amount }
    })
    return { rows: decided, open }
  }
}
