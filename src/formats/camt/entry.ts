/**
 * One CAMT entry (`Ntry`) to one row. A collective entry stays one row, because that is what the
 * balance counts; what its payments say goes into the memo. NtryRef is no provider id: many banks
 * number entries from 1 in each file, others repeat one participant number; it is kept as reference.
 */
import type { Day } from '../../domain/day.ts'
import type { Currency, Decimal } from '../../domain/money.ts'
import { parseDecimal } from '../../domain/money.ts'
import { ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementRow } from '../../domain/statement.ts'
import { cleanText, joinTexts } from '../clean-text.ts'
import { negate } from '../written-amount.ts'
import { isUsualDay } from '../written-date.ts'
import { all, find, textAt, type Element } from '../xml-elements.ts'
import { fail, momentOf, plainAmount, signedAmount } from './values.ts'

/** What an entry says about itself: a row, or only a piece of information that is no booking (status INFO). */
export type Entry = { readonly row: StatementRow; readonly currency: Currency; readonly informationOnly: boolean }

/**
 * `fallbackOn`: the day to take where an entry has neither booking nor value date (allowed since
 * version 2 for entries of camt.052 and camt.054): the day of the report itself; null refuses.
 */
export function readEntry(entry: Element, fallbackOn: Day | null): Result<Entry, FormatFailure> {
  const amount = signedAmount(entry)
  if (!amount.ok) return amount
  const booked = momentOf(find(entry, 'BookgDt'))
  if (!booked.ok) return booked
  const value = momentOf(find(entry, 'ValDt'))
  if (!value.ok) return value
  const transactions = all(entry, 'NtryDtls').flatMap((details) => all(details, 'TxDtls'))
  // Version 1 calls the details of an entry TxDtls too, but puts them directly below it.
  const details = transactions.length > 0 ? transactions : all(entry, 'TxDtls')
  const dropped = all(entry, 'NtryDtls').reduce((sum, list) => sum + list.dropped, entry.dropped)
  const single = details.length === 1 && dropped === 0 ? details[0]! : null
  const acted = momentOf(find(single, 'RltdDts', 'TxDtTm') ?? find(single, 'RltdDts', 'AccptncDtTm'))
  if (!acted.ok) return acted
  const postedOn = booked.value?.on ?? value.value?.on ?? acted.value?.on ?? fallbackOn
  if (postedOn === null) return fail('missing_field', `The entry on line ${entry.line} has neither BookgDt nor ValDt.`, entry)
  if (!isUsualDay(postedOn)) return fail('invalid_date', `The entry on line ${entry.line} is of ${postedOn}, expected a year from 1900 to 2059.`, entry)
  const status = textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts')
  const row: StatementRow = {
    providerId: referenceOf(textAt(entry, 'AcctSvcrRef')) ?? referenceOf(textAt(single, 'Refs', 'AcctSvcrRef')),
    pendingProviderId: null,
    // A status in the bank's own words (Prtry) or none at all: what has a booking date is booked.
    status: status === 'BOOK' || (status !== 'PDNG' && status !== 'FUTR' && booked.value !== null) ? 'posted' : 'pending',
    postedOn,
    transactedOn: acted.value?.on ?? null,
    valueOn: value.value?.on ?? null,
    amount: amount.value.amount,
    foreign: foreignOf(entry, single, amount.value),
    kind: kindOf(entry),
    name: commonName(details, textAt(entry, 'CdtDbtInd') === 'CRDT', textAt(entry, 'RvslInd') === 'true'),
    memo: memoOf(entry, details, dropped),
    checkNumber: cleanText(textAt(single, 'Refs', 'ChqNb')),
    reference: single === null ? referenceOf(textAt(entry, 'NtryRef')) : (referencesOf(single) ?? referenceOf(textAt(entry, 'NtryRef'))),
    corrects: null,
    line: entry.line,
  }
  return ok({ row, currency: amount.value.currency, informationOnly: status === 'INFO' })
}

/** Bank transaction code: ISO domain as `PMNT/RCDT/BOOK`, else the bank's own code. */
function kindOf(entry: Element): string | null {
  const code = find(entry, 'BkTxCd')
  const parts = [textAt(code, 'Domn', 'Cd'), textAt(code, 'Domn', 'Fmly', 'Cd'), textAt(code, 'Domn', 'Fmly', 'SubFmlyCd')]
  const domain = parts.filter((part) => part !== null).join('/')
  return cleanText(domain === '' ? textAt(code, 'Prtry', 'Cd') : domain)
}

/** The other party: who paid for a credit, who received for a debit; in a reversal the roles are those of the original. */
function commonName(details: readonly Element[], credit: boolean, reversal: boolean): string | null {
  const role = credit !== reversal ? 'Dbtr' : 'Cdtr'
  const names = new Set(
    details.map((transaction) => {
      const parties = find(transaction, 'RltdPties')
      return (
        partyName(find(parties, role)) ??
        partyName(find(parties, `Ultmt${role}`)) ??
        cleanText(textAt(transaction, 'RltdAgts', `${role}Agt`, 'FinInstnId', 'Nm'))
      )
    }),
  )
  return names.size === 1 ? [...names][0]! : null
}

/** Since version 8 a party is a person (`Pty`) or a bank (`Agt`). */
function partyName(party: Element | null): string | null {
  return cleanText(textAt(party, 'Nm') ?? textAt(party, 'Pty', 'Nm') ?? textAt(party, 'Agt', 'FinInstnId', 'Nm'))
}

function memoOf(entry: Element, details: readonly Element[], dropped: number): string | null {
  const several = details.length + dropped > 1
  const texts = details.map((transaction) => {
    const told = joinTexts([remittance(find(transaction, 'RmtInf')), textAt(transaction, 'AddtlTxInf')])
    if (!several) return told
    const amount = find(transaction, 'Amt') ?? find(transaction, 'AmtDtls', 'TxAmt', 'Amt')
    const name = partyName(find(transaction, 'RltdPties', 'Cdtr')) ?? partyName(find(transaction, 'RltdPties', 'Dbtr'))
    const parts = [name, told, amount === null ? null : `${amount.text} ${amount.attributes.get('Ccy') ?? ''}`.trim()]
    return cleanText(parts.filter((part) => part !== null).join(', '))
  })
  const list = several ? texts.filter((text) => text !== null).join('; ') : (texts[0] ?? null)
  const rest = dropped > 0 ? `(and ${dropped} more payments)` : null
  return joinTexts([list, rest, textAt(entry, 'AddtlNtryInf')])
}

/** Free lines, then structured references and document numbers. */
function remittance(info: Element | null): string | null {
  const structured = all(info, 'Strd').flatMap((strd) => [
    textAt(strd, 'CdtrRefInf', 'Ref') ?? textAt(strd, 'CdtrRefInf', 'CdtrRef'),
    ...all(strd, 'RfrdDocInf').map((document) => textAt(document, 'Nb')),
    ...all(strd, 'AddtlRmtInf').map((line) => line.text),
  ])
  return joinTexts([
    all(info, 'Ustrd')
      .map((line) => line.text)
      .join(' '),
    ...structured,
  ])
}

function referencesOf(transaction: Element): string | null {
  const references = find(transaction, 'Refs')
  const structured = all(find(transaction, 'RmtInf'), 'Strd').map((strd) => textAt(strd, 'CdtrRefInf', 'Ref'))
  const candidates = [
    textAt(references, 'EndToEndId'),
    ...structured,
    textAt(references, 'InstrId'),
    textAt(references, 'TxId'),
    textAt(references, 'UETR'),
  ]
  return candidates.map(referenceOf).find((reference) => reference !== null) ?? null
}

function referenceOf(text: string | null): string | null {
  return text === null || /^(NOTPROVIDED|NOT PROVIDED|NONREF|NOREF)$/i.test(text) ? null : cleanText(text)
}

/** The instructed amount where it is in another currency than the entry, with the entry's sign. */
function foreignOf(
  entry: Element,
  single: Element | null,
  booked: { readonly amount: Decimal; readonly currency: Currency },
): StatementRow['foreign'] {
  for (const owner of [find(entry, 'AmtDtls'), find(single, 'AmtDtls')]) {
    const instructed = find(owner, 'InstdAmt')
    const amount = instructed === null ? null : plainAmount(find(instructed, 'Amt'), instructed)
    if (amount === null || !amount.ok || amount.value.currency === booked.currency) continue
    const exchange = find(instructed, 'CcyXchg') ?? find(owner, 'TxAmt', 'CcyXchg') ?? find(owner, 'CntrValAmt', 'CcyXchg')
    const value = booked.amount.startsWith('-') ? negate(amount.value.amount) : amount.value.amount
    return { amount: value, currency: amount.value.currency, rate: parseDecimal(textAt(exchange, 'XchgRate') ?? '') }
  }
  return null
}
