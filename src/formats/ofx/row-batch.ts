/**
 * The rows of one statement on their way, a batch at most, while the rows beside them or the balance may still tell what
 * they are: which of them only state a balance, which way money went that has no sign, what a lone comma means.
 */
import { DecimalSum, parseDecimal, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import type { LoneMarks, Unread } from './lone-marks.ts'
import { isMaybePayout, type Remarks } from './remarks.ts'
import { SignWatch } from './signs.ts'

export const BATCH_ROWS = 1_000

export class RowBatch {
  readonly signs = new SignWatch()
  readonly #isFile: boolean
  readonly #remarks: Remarks
  #rows: StatementRow[] = []
  /** "Opening balance" on a typed row with an amount: a first deposit, or a balance among the rows. The end of the list tells. */
  #held: StatementRow | null = null
  /** The first and the last balance listed among the rows. */
  #listed: readonly Decimal[] = []
  /** Whether all rows of the statement are still in memory. */
  #isWhole = true

  /** `isFile`: as of `OfxStatements`. */
  constructor(isFile: boolean, remarks: Remarks) {
    this.#isFile = isFile
    this.#remarks = remarks
  }

  get isFull(): boolean {
    return this.#rows.length >= BATCH_ROWS
  }

  get last(): StatementRow | null {
    return this.#rows.at(-1) ?? null
  }

  get holds(): boolean {
    return this.#held !== null
  }

  add(row: StatementRow): void {
    this.#rows.push(row)
    if (this.#isFile) this.signs.take(row)
  }

  /** A row that may be a balance: it waits for `settle`. */
  hold(row: StatementRow): void {
    this.#held = row
  }

  /** A balance that is stated among the rows. */
  list(balance: Decimal | null): void {
    if (balance !== null) this.#listed = [this.#listed[0] ?? balance, balance]
  }

  /** Itaú writes its balance in cents, without a mark: seen where the same balance stands among the rows. */
  inUnits(balance: Decimal): Decimal {
    return this.#listed.find((listed) => listed !== '0' && hundredfold(listed) === balance) ?? balance
  }

  /** The held row is a balance where others are listed, too, or where the ledger balance is what the other rows make without it; else it is a row. */
  settle(ledger: string | null): void {
    const held = this.#held
    if (held === null) return
    this.#held = null
    const others = new DecimalSum()
    for (const { amount, status } of this.#rows) if (status === 'posted') others.add(amount)
    // After a pay-out nothing is left.
    const isLine = isMaybePayout(held.name, held.memo, held.amount) ? ledger !== '0' : this.#isWhole && ledger !== null && others.toDecimal() === ledger
    if (this.#remarks.listsBalances || isLine) return this.#remarks.balanceLine(held.line)
    const after = this.#rows.findIndex(({ line }) => line > held.line)
    this.#rows.splice(after === -1 ? this.#rows.length : after, 0, held)
    this.signs.take(held)
  }

  /** The rows so far with what is decided of them; none where the amount of one stays open, or one contradicts the signs before it, as its line. */
  take(marks: LoneMarks): { readonly rows: readonly StatementRow[]; readonly open: Unread | null; readonly contradicts: number | null } {
    const { rows: read, open } = marks.settled(this.#rows)
    this.#isWhole = false
    this.#rows = []
    return open !== null || read.length === 0 ? { rows: [], open, contradicts: null } : { open, ...this.signs.signed(read) }
  }
}

function hundredfold(amount: Decimal): Decimal | null {
  const [whole = '', fraction = ''] = amount.split('.')
  return fraction.length > 2 ? null : parseDecimal(whole + fraction.padEnd(2, '0'))
}
