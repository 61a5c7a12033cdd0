/**
 * Whether the amounts of a statement carry their signs. OFX wants them signed (2.2 section 3.2.9.2), and they are
 * taken as written. Some banks write none and leave the direction to TRNTYPE, and some cards count what is owed: then
 * every single row that could tell contradicts its type, and the type is right. Decided once for each statement.
 */
import type { StatementRow } from '../../domain/statement.ts'
import { markOf } from '../csv/layout.ts'
import { magnitude, negate } from '../written-amount.ts'

/** Types of OFX that say nothing of it. */
const EITHER_WAY: ReadonlySet<string> = new Set(['PAYMENT', 'XFER', 'INT', 'DIV', 'REPEATPMT', 'HOLD', 'OTHER'])

/** Section 11.4.3.1: types that say which way money went; the others go either way. */
export const DIRECTIONS: ReadonlyMap<string, 'out' | 'in'> = new Map([
  ...['DEBIT', 'POS', 'ATM', 'CHECK', 'CASH', 'DIRECTDEBIT', 'FEE', 'SRVCHG'].map((type) => [type, 'out'] as const),
  ...['CREDIT', 'DEP', 'DIRECTDEP'].map((type) => [type, 'in'] as const),
])

/** Also of a type in the words of a country: `D`, `CREDITO`. Other letters mean too many things. */
function directionOf(kind: string | null): 'out' | 'in' | null {
  if (kind === null) return null
  const isWord = kind === 'D' || kind === 'C' || (kind.length > 1 && !EITHER_WAY.has(kind))
  return DIRECTIONS.get(kind) ?? (isWord ? markOf(kind) : null)
}

/** Of these section 11.4.3.1 itself says that the sign tells (`POS`, `ATM`), or they are paid in as well (`CHECK`): money at a till comes back, and a shop is paid there. */
const MAY_COME: ReadonlySet<string> = new Set(['POS', 'ATM', 'CHECK'])

/** One row alone may be a debit that was taken back. */
const SHOWS = 2
/** With rows that may come it takes more: a fee that is given back beside a returned purchase. */
const SHOWS_MIXED = 3

export class SignWatch {
  /** Null while the rows so far leave it open. */
  #typed: boolean | null = null
  #debits = 0
  /** Rows of types that may come, without a minus. */
  #maybe = 0
  /** Payments without a minus: a card is paid, and an account pays. */
  #payments = 0
  #credits = 0
  #turnedCredits = 0
  #negatives = 0
  #sawPlus = false
  /** A debit with its minus. */
  #sawOut = false

  /** An amount with a plus: signs are written here. */
  sawPlus(): void {
    this.#typed ??= false
    this.#sawPlus = true
  }

  take({ kind, amount }: StatementRow): void {
    if ((this.#typed !== null && this.#negatives + this.#credits > 0) || amount === '0') return
    const isNegative = amount.startsWith('-')
    if (isNegative) this.#negatives += 1
    const direction = directionOf(kind)
    if (isNegative && direction === 'out') [this.#typed, this.#sawOut] = [this.#typed ?? false, true]
    else if (kind === 'PAYMENT' && !isNegative) this.#payments += 1
    else if (direction === null) return
    else if (direction === 'out' && MAY_COME.has(kind ?? '')) this.#maybe += 1
    else if (direction === 'out') this.#debits += 1
    else if (isNegative) this.#turnedCredits += 1
    else this.#credits += 1
  }

  /** The rows with the signs that they have in this statement; the first that contradicts what was decided before, as a line. */
  signed(rows: readonly StatementRow[]): { readonly rows: readonly StatementRow[]; readonly contradicts: number | null } {
    const isUnsigned = this.#negatives === 0 && this.#credits > 0
    const isTurned = this.#credits === 0 && this.#turnedCredits > 0
    const outs = this.#debits + this.#maybe
    this.#typed ??= (isUnsigned && (this.#debits >= SHOWS || (this.#debits > 0 && outs >= SHOWS_MIXED))) || (isTurned && outs >= SHOWS)
    if (!this.#typed) return { rows, contradicts: null }
    const odd = rows.find(({ kind, amount }) => directionOf(kind) === 'out' && amount.startsWith('-'))
    return { rows: rows.map((row) => signedRow(row, isTurned)), contradicts: odd?.line ?? null }
  }

  get isTyped(): boolean {
    return this.#typed === true
  }

  /**
   * How many rows of types that take money out have no minus where nothing shows which way it went: it may have come back, or been
   * spent. Beside other amounts with a minus one or two may well have come back.
   */
  open(isCard: boolean): number {
    if (this.#sawPlus || this.isTyped || this.#sawOut) return 0
    const outs = this.#debits + this.#maybe + (isCard || this.#credits > 0 ? 0 : this.#payments)
    return this.#negatives === 0 || this.#debits >= SHOWS ? outs : 0
  }
}

function signedRow(row: StatementRow, isTurned: boolean): StatementRow {
  const direction = directionOf(row.kind)
  if (direction === null) return isTurned ? { ...row, amount: negate(row.amount) } : row
  const amount = direction === 'in' ? magnitude(row.amount) : negate(magnitude(row.amount))
  const { foreign } = row
  const turns = foreign !== null && foreign.amount !== null && amount !== row.amount
  return { ...row, amount, foreign: turns ? { ...foreign, amount: negate(foreign.amount!) } : foreign }
}
