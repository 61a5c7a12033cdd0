/**
 * Amounts such as `1,234` dollars, which alone could be two sums: how the other amounts of the file are written tells
 * which. A row that comes before any other amount told waits, in its batch, for those after it; where none tells, it is
 * as unreadable as it stands.
 */
import type { Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { parseAmount } from './amount.ts'

const POINT = 46
const COMMA = 44
const LONE = /^[-+(]?[1-9]\d{0,2},\d{3}[-)]?$/

/** What is said of the row when nothing tells. */
export type Unread = { readonly line: number; readonly what: string }

export class LoneCommas {
  #sawPoint = false
  #sawComma = false
  #waiting: { readonly row: StatementRow; readonly text: string; readonly unread: Unread }[] = []

  /** Every amount of the file: two decimals show what separates them. */
  saw(text: string): void {
    const mark = text.charCodeAt(text.length - 3)
    if (mark === POINT) this.#sawPoint = true
    else if (mark === COMMA) this.#sawComma = true
  }

  /** The amount where it is decided; null for other texts, and while nothing tells. */
  read(text: string): Decimal | null {
    if (this.#sawPoint === this.#sawComma || !LONE.test(text)) return null
    return parseAmount(text.replace(',', this.#sawPoint ? '' : '.'), null)
  }

  /** An amount to go on with until it is decided; null for other texts. */
  guess(text: string): Decimal | null {
    return LONE.test(text) ? parseAmount(text.replace(',', ''), null) : null
  }

  wait(row: StatementRow, text: string, unread: Unread): void {
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
