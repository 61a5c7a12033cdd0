/**
 * The signed amount of a CSV record by the columns of its layout, and the proof by the running balance:
 * balance before + amount = balance after, forwards or backwards through the file.
 */
import { DecimalSum, type Currency, type Decimal } from '../../domain/money.ts'
import { magnitude, negate, readAmount, scanAmount, type AmountStyle } from '../written-amount.ts'
import { isNeutral, markOf, neutralSide, type AmountColumns, type Columns } from './layout.ts'
import type { CsvRecord } from './records.ts'

/** Empty, or a stroke or a word of programs for it. */
export function isNothing(cell: string): boolean {
  return cell === '' || /^(?:[-–—]{1,3}|n\/a|null|none|nil|nan)$/i.test(cell)
}

/** A cell's exact value: null when empty, undefined when it is no amount in this style. */
export function cellAmount(record: CsvRecord, column: number, style: AmountStyle): Decimal | null | undefined {
  const cell = record.cells[column] ?? ''
  if (isNothing(cell)) return null
  const written = scanAmount(cell)
  return written === null ? undefined : (readAmount(written, style) ?? undefined)
}

/** The amount with its sign (positive: money in): null when its cells are empty, undefined when they cannot be read. */
export function signedAmount(
  record: CsvRecord,
  columns: AmountColumns,
  fee: number | null,
  style: AmountStyle,
): Decimal | null | undefined {
  const amount = withoutFee(record, columns, style)
  if (fee === null || amount === undefined) return amount
  const charged = cellAmount(record, fee, style)
  // A fee alone is what moved; none alone moves nothing.
  return charged === null || (amount === null && charged === '0') ? amount : charged === undefined ? undefined : plus(amount ?? ('0' as Decimal), negate(magnitude(charged)))
}

function withoutFee(record: CsvRecord, columns: AmountColumns, style: AmountStyle): Decimal | null | undefined {
  if (columns.form === 'split') {
    const out = cellAmount(record, columns.out, style)
    const into = cellAmount(record, columns.in, style)
    if (out === undefined || into === undefined) return undefined
    if (out === null && into === null) return null
    const paid = out === null || columns.outIs === 'negative' ? out : negate(columns.outIs === 'either' ? magnitude(out) : out)
    const received = into !== null && columns.inNegative ? negate(into) : into
    return plus(paid ?? ('0' as Decimal), received ?? ('0' as Decimal))
  }
  if (columns.form === 'currencies') {
    const told = filledCurrency(record, columns, style)
    return told === null || told === undefined ? told : told.amount
  }
  const amount = cellAmount(record, columns.at, style)
  if (amount === null || amount === undefined) return amount
  if (columns.form === 'signed') {
    const told = columns.creditsMarked === true && !isCredit(record.cells[columns.at] ?? '') ? negate(amount) : amount
    return columns.inverted ? negate(told) : told
  }
  const cell = record.cells[columns.mark] ?? ''
  const mark = cell === '' ? columns.unmarked : isNeutral(cell) ? neutralSide(record.cells) : markOf(cell)
  if (mark === null && isNeutral(cell)) return null
  if (mark === null) return undefined
  return mark === 'in' ? magnitude(amount) : negate(magnitude(amount))
}

/** What the row moves the balance by: of what was paid on a loan only that which lowers it. */
export function movedAmount(record: CsvRecord, { amount, fee, principal }: Pick<Columns, 'amount' | 'fee' | 'principal'>, style: AmountStyle): Decimal | null | undefined {
  const paid = signedAmount(record, amount, fee, style)
  const lowered = principal === null || typeof paid !== 'string' ? null : cellAmount(record, principal, style)
  return typeof lowered !== 'string' ? paid : paid!.startsWith('-') ? negate(magnitude(lowered)) : magnitude(lowered)
}

/** The balance that stands beside a row, with the sign of the account: null when empty, undefined when it cannot be read. */
export function balanceIn(record: CsvRecord, { balance, balanceOwed }: Pick<Columns, 'balance' | 'balanceOwed'>, style: AmountStyle): Decimal | null | undefined {
  const written = balance === null ? null : cellAmount(record, balance, style)
  return balanceOwed && typeof written === 'string' ? negate(written) : written
}

/** `25.00 CR`, `CR 25.00`, `+25.00`. */
export function isCredit(cell: string): boolean {
  return /\d\W*cr\.?$|^cr\b.*\d$|^\s*\+/i.test(cell)
}

/** The one of the columns of currencies that a record fills: null when it fills none, undefined when several, or what is no amount. */
export function filledCurrency(
  record: CsvRecord,
  { columns }: Extract<AmountColumns, { readonly form: 'currencies' }>,
  style: AmountStyle,
): { readonly amount: Decimal; readonly currency: Currency } | null | undefined {
  const told = columns.flatMap(({ at, currency }) => {
    const amount = cellAmount(record, at, style)
    return amount === null ? [] : [{ amount, currency }]
  })
  const moved = told.filter(({ amount }) => amount !== '0')
  const [only = told[0], another] = moved
  if (only === undefined) return null
  return only.amount === undefined || another !== undefined ? undefined : { amount: only.amount, currency: only.currency }
}

/** How many steps from row to row the balance bears out in each direction, of how many. */
export type Proof = { readonly steps: number; readonly forward: number; readonly backward: number }

/** A column's amounts, one for each row: null where there is none, undefined where it cannot be read. */
export type Cells = readonly (Decimal | null | undefined)[]

/** The balances after each row, where the column tells those before it. */
export function endings(amounts: Cells, before: Cells): Cells {
  return before.map((balance, at) => (typeof balance === 'string' && typeof amounts[at] === 'string' ? plus(balance, amounts[at]) : null))
}

/** Compares each balance with its neighbour; rows without balance or amount break the chain. */
export function prove(amounts: Cells, balances: Cells): Proof {
  let steps = 0
  let forward = 0
  let backward = 0
  for (let i = 1; i < amounts.length; i += 1) {
    const [before, after, balanceBefore, balanceAfter] = [amounts[i - 1], amounts[i], balances[i - 1], balances[i]]
    if (typeof before !== 'string' || typeof after !== 'string' || typeof balanceBefore !== 'string' || typeof balanceAfter !== 'string')
      continue
    steps += 1
    if (plus(balanceBefore, after) === balanceAfter) forward += 1
    if (plus(balanceAfter, before) === balanceBefore) backward += 1
  }
  return { steps, forward, backward }
}

/** How many steps are right in the direction in which most are. */
export function stepsOf({ forward, backward }: Proof): number {
  return Math.max(forward, backward)
}

/** Whether the balance column runs with the amounts: nearly every step, in one direction. */
export function isProved({ steps, forward, backward }: Proof): boolean {
  return steps > 0 && Math.max(forward, backward) * 10 >= steps * 9
}

/** The same for balances before the rows. Those look like turned ones after them: the dates, which run so, tell which it is. */
export function isProvedBefore(proof: Proof, runs: 'forward' | 'backward' | null): boolean {
  return runs !== null && isProved(proof) && proof[runs] === Math.max(proof.forward, proof.backward)
}

/** Exact sum of two amounts. */
export function plus(a: Decimal, b: Decimal): Decimal {
  const sum = new DecimalSum()
  sum.add(a)
  sum.add(b)
  return sum.toDecimal()
}
