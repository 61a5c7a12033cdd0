/**
 * Field :61: (statement line) to a row, and the two date forms of MT940. Subfields by SWIFT User
 * Handbook MT940 field 61: value date, entry date, mark, funds code, amount, type, references.
 */
import { dayOf, daysBetween, type Day } from '../../domain/day.ts'
import type { Decimal } from '../../domain/money.ts'
import { parseDecimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementRow } from '../../domain/statement.ts'
import { joinTexts, cleanText } from '../clean-text.ts'
import { negate } from '../written-amount.ts'
import { readInformation, readNationalSubfields, type EntryDetails } from './details.ts'
import type { Field } from './fields.ts'

const LINE_61 = /^(\d{6})(\d{4}| {4})?(R[CD]|E[CD]|[CD])([A-Z])? ?(\d{1,3}(?:\.\d{3})+,\d*|\d+[.,]?\d*|,\d+)(?=[A-Z/ ]|$)(?:([A-Z][A-Z0-9 ]{3})| ([NFS][A-Z0-9]{3}))?(.*)$/

/** References that say that there is none. */
const NO_REFERENCE = /^(NONREF|NOTPROVIDED|KREF\+|EREF\+|X)?$/

/**
 * The row of one :61: with the :86: and :NS: fields that follow it. `interim`: the message is an MT942,
 * whose entries are not final. Fails with the line of the :61: when date or amount cannot be read.
 */
export function readEntry(field: Field, details: readonly Field[], interim: boolean): Result<StatementRow, FormatFailure> {
  const [first = '', ...more] = field.lines
  // Some systems break the statement line itself; the second line then completes it.
  const whole = LINE_61.exec(first)
  const match = whole ?? LINE_61.exec(first + (more[0] ?? ''))
  if (match === null)
    return fail(
      'malformed',
      `The statement line :61: on line ${field.line} is not "value date, entry date, C or D, amount, type": ${shown(first)}.`,
      field,
    )
  const [, value = '', entry = '', mark = '', , digits = '', unspaced, spaced, references = ''] = match
  const type = unspaced ?? spaced ?? ''
  const valueOn = readValueDay(value)
  if (valueOn === null) return fail('invalid_date', `The value date ${value} on line ${field.line} is not a day (YYMMDD).`, field)
  const bookedOn = entry.trim() === '' ? valueOn : readEntryDay(entry, valueOn)
  if (bookedOn === null) return fail('invalid_date', `The entry date ${entry} on line ${field.line} is not a day (MMDD).`, field)
  const amount = readSwiftAmount(digits)
  if (amount === null)
    return fail('invalid_amount', `The amount ${digits} on line ${field.line} is not a decimal number of at most 18 digits.`, field)
  const incoming = mark === 'C' || mark === 'EC' || mark === 'RD'
  const [customer = '', bank = ''] = references.split('//', 2).map((text) => text.trim())
  const isCheck = type === 'NCHK' && /^\d+$/.test(customer)
  const supplementary = whole === null ? more.slice(1) : more
  const told = mergeDetails(details, mark.endsWith('C'))
  return ok({
    providerId: reference(bank),
    pendingProviderId: null,
    status: interim || mark.startsWith('E') ? 'pending' : 'posted',
    postedOn: bookedOn,
    transactedOn: null,
    valueOn,
    amount: incoming ? amount : negate(amount),
    foreign: null,
    kind: cleanText(type),
    name: told.name,
    memo: joinTexts([told.memo, supplementary.join(' ')]),
    checkNumber: isCheck ? customer : null,
    reference: told.reference ?? (isCheck ? null : reference(customer)),
    corrects: null,
    line: field.line,
  })
}

/**
 * `YYMMDD`; years from 80 belong to the last century. Banks that reckon a month as 30 days write value
 * dates such as 30 February: they mean the last day of that month, and are read so.
 */
export function readValueDay(digits: string): Day | null {
  const year = Number(digits.slice(0, 2))
  return thirtyDayMonth(year + (year >= 80 ? 1900 : 2000), Number(digits.slice(2, 4)), Number(digits.slice(4, 6)))
}

/** `digits[,digits]` with a comma, as SWIFT wants, without a zero before it, with a point before one or two decimals, or with points between thousands. */
export function readSwiftAmount(digits: string): Decimal | null {
  const isGrouped = /^\d{1,3}(\.\d{3})+,\d*$/.test(digits)
  if (!isGrouped && !/^(\d+(,\d*|\.\d{1,2})?|,\d+)$/.test(digits)) return null
  if (digits.replace(/\D/g, '').replace(/^0+/, '').length > 18) return null
  return parseDecimal((isGrouped ? digits.replaceAll('.', '') : digits).replace(',', '.'))
}

/** The entry date has no year: it is the one that lies nearest to the value date, across a turn of the year too. */
function readEntryDay(digits: string, valueOn: Day): Day | null {
  const year = Number(valueOn.slice(0, 4))
  let nearest: Day | null = null
  for (const candidate of [year, year - 1, year + 1]) {
    const day = thirtyDayMonth(candidate, Number(digits.slice(0, 2)), Number(digits.slice(2, 4)))
    if (day === null) continue
    if (nearest === null || Math.abs(daysBetween(valueOn, day)) < Math.abs(daysBetween(valueOn, nearest))) nearest = day
  }
  return nearest
}

function thirtyDayMonth(year: number, month: number, dayOfMonth: number): Day | null {
  const day = dayOf(year, month, dayOfMonth)
  if (day !== null || month !== 2 || dayOfMonth > 30) return day
  return dayOf(year, 2, 29) ?? dayOf(year, 2, 28)
}

function mergeDetails(fields: readonly Field[], isCredit: boolean): EntryDetails {
  const told = fields.map((field) => (field.tag === 'NS' ? readNationalSubfields(field.lines) : readInformation(field.lines, isCredit)))
  return {
    name: told.find(({ name }) => name !== null)?.name ?? null,
    memo: joinTexts(told.map(({ memo }) => memo)),
    reference: told.find(({ reference }) => reference !== null)?.reference ?? null,
  }
}

function reference(text: string): string | null {
  return NO_REFERENCE.test(text) ? null : cleanText(text)
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

function fail(code: FormatFailure['code'], message: string, field: Field): { readonly ok: false; readonly failure: FormatFailure } {
  return failed({ code, message, line: field.line })
}
