/** From the values of a transaction to a row, with what it moved in the currency of its statement. */
import type { Day } from '../../domain/day.ts'
import { exchanged, parseDecimal, type Currency, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { ROW, type Values } from './wire.ts'

export function rowOf(values: Values, postedOn: Day, { amount, foreign }: Booked, status: 'posted' | 'pending', line: number): StatementRow {
  const corrected = values[ROW.CORRECTFITID] ?? null
  return {
    providerId: values[ROW.FITID] ?? null,
    pendingProviderId: null,
    status,
    postedOn,
    transactedOn: status === 'pending' ? postedOn : ((values[ROW.DTUSER] as Day | null) ?? null),
    valueOn: (values[ROW.DTAVAIL] as Day | null) ?? null,
    amount,
    foreign,
    kind: values[ROW.TRNTYPE] ?? null,
    name: values[ROW.EXTDNAME] ?? values[ROW.NAME] ?? values[ROW.PAYEE_NAME] ?? null,
    memo: values[ROW.MEMO] ?? null,
    checkNumber: values[ROW.CHECKNUM] ?? null,
    reference: values[ROW.REFNUM] ?? null,
    corrects: corrected === null ? null : { providerId: corrected, action: values[ROW.CORRECTACTION] === 'DELETE' ? 'delete' : 'replace' },
    line,
  }
}

export type Booked = Pick<StatementRow, 'amount' | 'foreign'>

/**
 * OFX 2.2 section 5.2. ORIGCURRENCY: the bank has converted the amount, and does not tell the original. CURRENCY: it has
 * not, the amount is in that currency, and CURRATE is what one unit of it is in the statement's. Many banks fill in their
 * own currency with rate 1: that says nothing. An investment account holds cash of several currencies side by side and
 * converts none of it, so its rows stay as they are written. Null: an amount that cannot be converted.
 */
export function bookedOf(values: Values, amount: Decimal, currency: Currency | null, isInvestment: boolean): Booked | null {
  const [original, unconverted] = [values[ROW.ORIGINAL_CODE] ?? null, values[ROW.CURRENCY_CODE] ?? null]
  if (original !== null) return { amount, foreign: original === currency ? null : { amount: null, currency: original, rate: rateOf(values[ROW.ORIGINAL_RATE]) } }
  if (unconverted === null || unconverted === currency) return { amount, foreign: null }
  const rate = rateOf(values[ROW.CURRENCY_RATE])
  const foreign = { amount, currency: unconverted, rate }
  // Where no currency of the statement is named, nobody knows what to convert to.
  if (currency === null || isInvestment) return { amount, foreign }
  return rate === null ? null : { amount: exchanged(amount, rate, currency), foreign }
}

/** Positive, or none. */
function rateOf(text: string | null | undefined): Decimal | null {
  const rate = text == null ? null : parseDecimal(text.replace(',', '.'))
  return rate === null || rate === '0' || rate.startsWith('-') ? null : rate
}
