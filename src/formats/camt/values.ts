/**
 * The ISO 20022 types that entries and balances share: amounts with currency and direction, days given
 * as date or date and time. Nothing is guessed: what does not fit is a failure with its line.
 */
import { parseDay, type Day } from '../../domain/day.ts'
import { parseDecimal, type Currency, type Decimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { negate } from '../written-amount.ts'
import { find, textAt, type Element } from '../xml-elements.ts'

/** `at` is ISO 8601 with offset when the bank told a time with its zone, else null. */
export type Moment = { readonly on: Day; readonly at: string | null }

export type SignedAmount = { readonly amount: Decimal; readonly currency: Currency }

/**
 * `Amt` with `CdtDbtInd` of an entry or balance, signed. CdtDbtInd is the direction of this very entry,
 * of a reversal too (ISO 20022: "if CRDT and RvslInd true, the original entry was a debit"), so
 * RvslInd does not change the sign.
 */
export function signedAmount(element: Element): Result<SignedAmount, FormatFailure> {
  const amount = plainAmount(find(element, 'Amt'), element)
  if (!amount.ok) return amount
  const direction = textAt(element, 'CdtDbtInd')
  if (direction === 'CRDT') return amount
  if (direction === 'DBIT') return ok({ ...amount.value, amount: negate(amount.value.amount) })
  return fail(
    'missing_field',
    `${element.name} on line ${element.line} has no CdtDbtInd (CRDT or DBIT): it is not known whether money came or went.`,
    element,
  )
}

/** An amount element without direction: never negative, with its currency. */
export function plainAmount(element: Element | null, owner: Element): Result<SignedAmount, FormatFailure> {
  if (element === null) return fail('missing_field', `${owner.name} on line ${owner.line} has no amount (Amt).`, owner)
  const currency = element.attributes.get('Ccy') ?? ''
  if (!/^[A-Z]{3}$/.test(currency))
    return fail('missing_field', `The amount on line ${element.line} has no currency (attribute Ccy).`, element)
  const amount = /^\+?\d*\.?\d*$/.test(element.text) ? parseDecimal(element.text) : null
  if (amount === null || amount.replace(/\D/g, '').length > 18) {
    return fail(
      'invalid_amount',
      `The amount on line ${element.line} is not a positive decimal number of at most 18 digits with a point: ${JSON.stringify(element.text.slice(0, 40))}.`,
      element,
    )
  }
  return ok({ amount, currency })
}

/** The choice of `Dt` or `DtTm` under `element`; null when the element is absent or empty. */
export function momentOf(element: Element | null): Result<Moment | null, FormatFailure> {
  if (element === null) return ok(null)
  const text = textAt(element, 'Dt') ?? textAt(element, 'DtTm') ?? (element.text === '' ? null : element.text)
  return text === null ? ok(null) : readMoment(text, element)
}

/** `2014-12-31`, with zone or time behind: the day as the bank wrote it, never moved to another zone. */
export function readMoment(text: string, element: Element): Result<Moment, FormatFailure> {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text)
  const on = match === null ? null : parseDay(match[1]!)
  if (on === null)
    return fail('invalid_date', `The date on line ${element.line} is not an ISO 8601 day: ${JSON.stringify(text.slice(0, 40))}.`, element)
  return ok({ on, at: text.includes('T') && match?.[2] !== undefined ? text : null })
}

export function fail(
  code: FormatFailure['code'],
  message: string,
  element: Element,
): { readonly ok: false; readonly failure: FormatFailure } {
  return failed({ code, message, line: element.line })
}
