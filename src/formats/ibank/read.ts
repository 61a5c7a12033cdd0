/**
 * Reads the statements that banks of Serbia send (`pmtnotification`, `stmtrslist`): the leaves of OFX in small letters, the amount
 * without a sign and beside it whether it was a credit or a debit. Banks do not agree whether `ledgerbal` is the balance before
 * the rows or after them: they are believed where the rows lead from one to the other, and else left out.
 */
import { parseDay, type Day } from '../../domain/day.ts'
import { DecimalSum, parseDecimal, type Currency, type Decimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementPart, StatementRow } from '../../domain/statement.ts'
import { ElementParser, textAt, type Element } from '../xml-elements.ts'
import { cleanText, joinTexts } from '../clean-text.ts'
import { decodeText } from '../decode.ts'
import { negate } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'

const ROWS_A_BATCH = 500
const ROOT = /^\s*(?:<[?!][^>]*>\s*)*<(pmtnotification|stmtrslist|stmtrs)\b/
const READ = new Set(['acctid', 'curdef', 'dtasof', 'ledgerbal', 'availbal', 'stmttrn'])

export function isIbank(text: string): boolean {
  return ROOT.test(text)
}

type Open = { account: string | null; currency: Currency | null; on: Day | null; started: boolean; balances: Decimal[]; days: Day[]; readonly line: number; readonly sum: DecimalSum }

/** Reads a whole file. */
export async function* readIbank(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Result<StatementPart, FormatFailure>> {
  const reader = new NotificationReader()
  const parser = new ElementParser({
    wanted: (path) => reader.wants(path),
    opened: (path, line) => reader.opened(path, line),
    read: (element) => reader.read(element),
    closed: (path) => reader.closed(path),
  })
  for await (const text of decodeText(chunks)) {
    const failure = parser.write(text)
    for (const part of reader.take()) yield ok(part)
    if (failure !== null) return yield failed(failure)
  }
  const failure = parser.end()
  for (const part of reader.take()) yield ok(part)
  if (failure !== null) yield failed(failure)
}

class NotificationReader {
  #parts: StatementPart[] = []
  #rows: StatementRow[] = []
  #open: Open | null = null

  take(): readonly StatementPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  wants(path: readonly string[]): boolean {
    return path.length > 1 && READ.has(path.at(-1)!)
  }

  opened(path: readonly string[], line: number): FormatFailure | null {
    if (isStatement(path)) this.#open = { account: null, currency: null, on: null, started: false, balances: [], days: [], line, sum: new DecimalSum() }
    return null
  }

  read(element: Element): FormatFailure | null {
    const open = this.#open
    if (open === null) return null
    switch (element.name) {
      case 'acctid':
        open.account = cleanText(element.text)
        return null
      case 'curdef':
        open.currency = readCurrency(element.text)
        return null
      case 'dtasof':
        open.on = dayOf(element.text)
        return null
      case 'ledgerbal':
      case 'availbal': {
        const amount = amountOf(textAt(element, 'balamt'))
        if (amount !== null) open.balances.push(amount)
        open.on ??= dayOf(textAt(element, 'dtasof'))
        return null
      }
      default:
        return this.#acceptRow(open, element)
    }
  }

  closed(path: readonly string[]): FormatFailure | null {
    const open = this.#open
    if (open === null || !isStatement(path)) return null
    this.#open = null
    const { account, line } = open
    if (account === null) return { code: 'missing_field', message: `The statement that begins on line ${line} names no account (acctid).`, line }
    this.#start(open)
    this.#flushRows()
    for (const part of balancesOf(open)) this.#parts.push(part)
    this.#parts.push({ part: 'end', covers: { from: null, to: null } })
    return null
  }

  #start(open: Open): void {
    if (open.started) return
    open.started = true
    const account = { number: open.account, bankId: null, branchId: null, kind: 'other' as const, name: null }
    this.#parts.push({ part: 'start', head: { account, currency: open.currency, covers: { from: null, to: null }, line: open.line, program: 'ibank' } })
  }

  #acceptRow(open: Open, element: Element): FormatFailure | null {
    open.currency ??= readCurrency(textAt(element, 'curdef') ?? '')
    const { line } = element
    const [amount, side] = [amountOf(textAt(element, 'trnamt')), textAt(element, 'benefit')]
    if (amount === null) return { code: 'invalid_amount', message: `The amount (trnamt) of the row on line ${line} is missing or is no number.`, line }
    if (side !== 'credit' && side !== 'debit') return { code: 'missing_field', message: `The row on line ${line} does not say whether it is a credit or a debit (benefit).`, line }
    const on = dayOf(textAt(element, 'dtposted')) ?? dayOf(textAt(element, 'dtasof')) ?? open.on
    if (on === null) return { code: 'missing_field', message: `The row on line ${line} has no date (dtposted).`, line }
    const signed = side === 'debit' ? negate(amount) : amount
    open.sum.add(signed)
    open.days.push(on)
    this.#rows.push(rowOf(element, on, signed))
    if (this.#rows.length < ROWS_A_BATCH || open.account === null) return null
    this.#start(open)
    this.#flushRows()
    return null
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#parts.push({ part: 'rows', rows: this.#rows })
    this.#rows = []
  }
}

/** A statement is the root, or one of those in a list. */
function isStatement(path: readonly string[]): boolean {
  return path.at(-1) === 'stmtrs' || (path.length === 1 && path[0] === 'pmtnotification')
}

function rowOf(element: Element, postedOn: Day, amount: Decimal): StatementRow {
  return {
    providerId: cleanText(textAt(element, 'fitid')),
    pendingProviderId: null,
    status: 'posted',
    postedOn,
    transactedOn: null,
    valueOn: dayOf(textAt(element, 'dtavail')),
    amount,
    foreign: null,
    kind: cleanText(textAt(element, 'purposecode')),
    name: cleanText(textAt(element, 'payeeinfo', 'name')),
    memo: joinTexts([textAt(element, 'purpose')]),
    checkNumber: null,
    reference: cleanText(textAt(element, amount.startsWith('-') ? 'payeerefnumber' : 'refnumber') ?? textAt(element, 'refnumber')),
    corrects: null,
    line: element.line,
  }
}

function* balancesOf({ balances, sum, currency, days }: Open): Generator<StatementPart> {
  const [opening, closing] = balances
  const sorted = days.toSorted()
  if (opening === undefined || closing === undefined || currency === null || sorted.length === 0) return
  const after = new DecimalSum()
  after.add(opening)
  after.add(sum.toDecimal())
  if (after.toDecimal() !== closing) return
  yield { part: 'balance', balance: { kind: 'opening', amount: opening, currency, on: sorted[0]!, at: null } }
  yield { part: 'balance', balance: { kind: 'closing', amount: closing, currency, on: sorted.at(-1)!, at: null } }
}

/** `1250.50`, or with a comma, as some banks write it. */
function amountOf(text: string | null): Decimal | null {
  return text !== null && /^-?\d{1,15}([.,]\d{1,2})?$/.test(text) ? parseDecimal(text.replace(',', '.')) : null
}

/** `2026-08-27T00:00:00`, or `20260827`. */
function dayOf(text: string | null): Day | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(T|$)/.exec(text ?? '')
  return match === null ? null : parseDay(`${match[1]}-${match[2]}-${match[3]}`)
}
