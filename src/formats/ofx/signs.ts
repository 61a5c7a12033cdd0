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

/** One row alone may be a debit that was taken back. */
const SHOWS = 2

export class SignWatch {
  /** Null while the rows so far leave it open. */
  #typed: boolean | null = null
  #debits = 0
  #credits = 0
  #turnedCredits = 0
  #negatives = 0
  #sawPlus = false

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
    if (isNegative && direction === 'out') this.#typed ??= false
    // Only the plain types count: money at a till or for a check may well come back.
    else if (direction === null || (DIRECTIONS.has(kind ?? '') && kind !== 'DEBIT' && kind !== 'CREDIT')) return
    else if (direction === 'out') this.#debits += 1
    else if (isNegative) this.#turnedCredits += 1
    else this.#credits += 1
  }

  /** The rows with the signs that they have in this statement; the first that contradicts what was decided before, as a line. */
  signed(rows: readonly StatementRow[]): { readonly rows: readonly StatementRow[]; readonly contradicts: number | null } {
    const isUnsigned = this.#negatives === 0 && this.#credits > 0
    const isTurned = this.#credits === 0 && this.#turnedCredits > 0
    this.#typed ??= this.#debits >= SHOWS && (isUnsigned || isTurned)
    if (!this.#typed) return { rows, contradicts: null }
    const odd = rows.find(({ kind, amount }) => directionOf(kind) === 'out' && amount.startsWith('-'))
    return { rows: rows.map((row) => signedRow(row, isTurned)), contradicts: odd?.line ?? null }
  }

  get isTyped(): boolean {
    return this.#typed === true
  }

  /** Debits without a minus, and nothing that shows which way money went: it may have come back, or been spent. */
  get isOpen(): boolean {
    return !this.#sawPlus && this.#debits >= SHOWS && this.#negatives + this.#credits === 0
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
