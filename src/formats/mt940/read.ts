/**
 * Reads MT940 (customer statement) and MT942 (interim report) as a stream, in flat memory. Messages of
 * one statement that continue each other (:62M: of one is :60M: of the next) become one statement. A
 * message without opening or closing balance is a fragment and fails: half a statement is no statement.
 * Entries of an MT942 are pending: the bank repeats them, final, in its MT940.
 */
import { type Day, minDay } from '../../domain/day.ts'
import { DecimalSum, decimalsOf, type Currency, type Decimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatedBalance, StatementAccount, StatementPart, StatementRow } from '../../domain/statement.ts'
import { totalsAt } from '../adds-up.ts'
import { cleanText } from '../clean-text.ts'
import { guessByLooks } from '../charset-guess.ts'
import { decodeText } from '../decode.ts'
import { NO_LIMITS, readLines, type ReadLimits } from '../lines.ts'
import { openingDay } from '../opening-day.ts'
import { magnitude, negate } from '../written-amount.ts'
import { readNationalHead } from './details.ts'
import { readEntry, readSwiftAmount, readValueDay } from './entry.ts'
import { readFields, type Field } from './fields.ts'

const ROWS_A_BATCH = 500

type Balance = { readonly amount: Decimal; readonly currency: Currency | null; readonly on: Day }

/** A statement under way, over all its messages. */
type Open = {
  readonly account: StatementAccount
  readonly currency: Currency | null
  readonly opening: Balance | null
  /** Set once a message has closed; `final` when by :62F:. */
  closing: Balance | null
  final: boolean
  firstRowOn: Day | null
  readonly sum: DecimalSum
  /** Of an interim report, by direction. */
  readonly moved: Readonly<Record<'D' | 'C', { count: number; readonly sum: DecimalSum }>>
  /** Whether one that goes back counts with its own direction or with that of what it takes back, banks do not agree. */
  hasReversals: boolean
}

/** The message under way: phases follow the order of fields that MT940 prescribes. */
type Message = {
  phase: 'head' | 'entries' | 'closed'
  account: StatementAccount | null
  accountCurrency: Currency | null
  interim: boolean
  /** Field 28C: of the statement, and of the page. */
  number: readonly number[]
  line: number
}

/** Reads a whole file. Encoding is found out; see `FormatFailureCode` for what can go wrong. */
export async function* readMt940(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = NO_LIMITS,
): AsyncGenerator<Result<StatementPart, FormatFailure>> {
  const reader = new MessageReader()
  for await (const fields of readFields(readLines(decodeText(chunks, charsetOf), limits))) {
    if (!fields.ok) return yield fields
    for (const field of fields.value) {
      const failure = reader.accept(field)
      if (failure !== null) return yield failed(failure)
    }
    for (const part of reader.take()) yield ok(part)
  }
  const failure = reader.finish()
  for (const part of reader.take()) yield ok(part)
  if (failure !== null) yield failed(failure)
}

function charsetOf(start: Uint8Array): string | null {
  const currency = /^:6[02][FM]:[CD]R?\d{6}([A-Z]{3})/m.exec(Buffer.from(start).toString('latin1'))?.[1] ?? null
  return guessByLooks(start, currency)
}

/** Turns fields into parts; holds one entry, one batch of rows and one closing balance at most. */
class MessageReader {
  #parts: StatementPart[] = []
  #rows: StatementRow[] = []
  #message: Message | null = null
  #open: Open | null = null
  #entry: { readonly field: Field; readonly details: Field[] } | null = null
  #lastLine = 0
  #seen = false

  take(): readonly StatementPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  /** Null when the field fits; the failure otherwise. */
  accept(field: Field): FormatFailure | null {
    this.#lastLine = field.line + Math.max(0, field.lines.length - 1)
    if (field.tag === '86' || field.tag === 'NS') return this.#acceptDetails(field)
    const failure = this.#flushEntry()
    if (failure !== null) return failure
    if (field.tag === '-') return this.#endMessage(field.line)
    if (field.tag === '20' || (this.#message === null && field.tag === '25')) return this.#startMessage(field)
    const message = this.#message
    if (message === null) return outside(field)
    switch (field.tag) {
      case '25':
      case '25P':
        return this.#acceptAccount(message, field)
      case '28':
      case '28C':
        message.number = /^\d+(\/\d+)?/.exec((field.lines[0] ?? '').trim())?.[0].split('/').map(Number) ?? []
        return null
      case '34F':
      case '13':
      case '13D':
        message.interim = message.interim || field.tag === '34F'
        if (field.tag === '34F') message.accountCurrency ??= /^[A-Z]{3}/.exec(field.lines[0] ?? '')?.[0] ?? null
        return null
      case '60F':
      case '60M':
        return this.#acceptOpening(message, field)
      case '61':
        return this.#acceptEntry(message, field)
      case '62F':
      case '62M':
        return this.#acceptClosing(message, field)
      case '90D':
      case '90C':
        this.#compareTotals(message, field)
        return null
      case '64':
        return this.#acceptAvailable(message, field)
      default:
        return null
    }
  }

  finish(): FormatFailure | null {
    const failure = this.#flushEntry() ?? this.#endMessage(this.#lastLine)
    if (failure !== null) return failure
    this.#endStatement()
    return this.#seen ? null : { code: 'not_statements', message: 'The file holds no MT940 statement (no field :20: or :25:).', line: 0 }
  }

  #startMessage(field: Field): FormatFailure | null {
    const failure = this.#endMessage(field.line)
    if (failure !== null) return failure
    this.#seen = true
    this.#message = { phase: 'head', account: null, accountCurrency: null, interim: false, number: [], line: field.line }
    return field.tag === '25' ? this.#acceptAccount(this.#message, field) : null
  }

  #acceptAccount(message: Message, field: Field): FormatFailure | null {
    if (message.phase !== 'head') {
      return malformed(
        field,
        `The account field :25: on line ${field.line} stands among the entries; a tag is damaged (:86: was meant?) or the closing balance :62F: is missing.`,
      )
    }
    const { account, currency } = readAccount(field.lines)
    message.account = account
    message.accountCurrency = currency
    return account.number === null
      ? { code: 'missing_field', message: `The account field :25: on line ${field.line} is empty.`, line: field.line }
      : null
  }

  #acceptOpening(message: Message, field: Field): FormatFailure | null {
    if (message.account === null) return noAccount(message, field)
    if (message.phase !== 'head')
      return malformed(field, `A second opening balance :${field.tag}: on line ${field.line} before the closing balance of the first.`)
    const untold = untoldBalance(field)
    if (untold !== null) {
      message.accountCurrency ??= untold.currency
      message.phase = 'entries'
      this.#startStatement(message, null)
      return null
    }
    const balance = readBalance(field)
    if (!balance.ok) return balance.failure
    message.phase = 'entries'
    const former = this.#open
    if (field.tag === '60M' && former !== null && !former.final && continues(former, message.account, balance.value)) {
      former.closing = null
      return null
    }
    if (field.tag === '60M' && former !== null && !former.final && former.account.number === message.account.number)
      this.#parts.push({ part: 'notice', code: 'page_missing', severity: 'WARN', message: pageMissing(message.line), line: 0 })
    this.#startStatement(message, balance.value)
    return null
  }

  #startStatement(message: Message, opening: Balance | null): void {
    this.#endStatement()
    const account = message.account!
    const currency = opening?.currency ?? message.accountCurrency
    this.#open = { account, currency, opening, closing: null, final: false, firstRowOn: null, sum: new DecimalSum(), moved: { D: { count: 0, sum: new DecimalSum() }, C: { count: 0, sum: new DecimalSum() } }, hasReversals: false }
    this.#parts.push({ part: 'start', head: { account, currency, covers: { from: null, to: null }, line: message.line, program: 'mt940', ...(message.interim ? {} : { number: message.number }) } })
  }

  #acceptEntry(message: Message, field: Field): FormatFailure | null {
    if (message.phase === 'head' && message.interim) {
      if (message.account === null) return noAccount(message, field)
      message.phase = 'entries'
      this.#startStatement(message, null)
    }
    if (message.phase !== 'entries') return outside(field)
    this.#entry = { field, details: [] }
    return null
  }

  #acceptDetails(field: Field): FormatFailure | null {
    if (this.#message === null) return outside(field)
    if (this.#entry !== null) this.#entry.details.push(field)
    else if (field.tag === 'NS' && this.#message.phase === 'head' && this.#message.account !== null) {
      const { name, bankId } = readNationalHead(field.lines)
      const { account } = this.#message
      this.#message.account = { ...account, name: account.name ?? name, bankId: account.bankId ?? bankId }
    }
    // Before and after the balances :86: and :NS: speak about the statement as a whole; a row has nothing from it.
    return null
  }

  #flushEntry(): FormatFailure | null {
    const entry = this.#entry
    if (entry === null || this.#open === null) return null
    this.#entry = null
    const row = readEntry(entry.field, entry.details, this.#message?.interim === true)
    if (!row.ok) return row.failure
    const { postedOn } = row.value
    this.#open.firstRowOn = this.#open.firstRowOn === null ? postedOn : minDay(this.#open.firstRowOn, postedOn)
    this.#open.sum.add(row.value.amount)
    const moved = this.#open.moved[row.value.amount.startsWith('-') ? 'D' : 'C']
    moved.count += 1
    moved.sum.add(magnitude(row.value.amount))
    this.#open.hasReversals ||= /^\d{6}(\d{4})?R/.test(entry.field.lines[0] ?? '')
    this.#rows.push(row.value)
    if (this.#rows.length >= ROWS_A_BATCH) this.#flushRows()
    return null
  }

  #acceptClosing(message: Message, field: Field): FormatFailure | null {
    const open = this.#open
    if (open === null || message.phase !== 'entries') return outside(field)
    const balance = untoldBalance(field) === null ? readBalance(field) : ok(null)
    if (!balance.ok) return balance.failure
    if (mayBeCut(field, open.currency) && balance.value !== null && !leadsTo(open, balance.value)) return cutWithin(field)
    message.phase = 'closed'
    open.closing = balance.value
    open.final = field.tag === '62F'
    return null
  }

  /** Number and sum of the entries of one direction, below those of an interim report. */
  #compareTotals({ interim, number }: Message, { tag, lines, line }: Field): void {
    const [, count, , written = ''] = /^(\d{1,5})([A-Z]{3})([\d,]+)$/.exec((lines[0] ?? '').trim()) ?? []
    const told = readSwiftAmount(written)
    const open = this.#open
    // On a later page they may be those of all.
    if (open === null || !interim || (number[1] ?? 1) > 1 || open.hasReversals || told === null) return
    this.#flushRows()
    const moved = open.moved[tag === '90D' ? 'D' : 'C']
    if (moved.count !== Number(count) || moved.sum.toDecimal() !== told) this.#parts.push({ part: 'notice', code: 'totals_differ', severity: 'WARN', message: totalsAt(line), line: 0 })
  }

  #acceptAvailable(message: Message, field: Field): FormatFailure | null {
    const open = this.#open
    if (open === null || message.phase !== 'closed') return outside(field)
    const balance = readBalance(field)
    if (!balance.ok) return balance.failure
    if (!mayBeCut(field, open.currency)) this.#pushBalance(open, 'available', balance.value, balance.value.on)
    return null
  }

  #endMessage(line: number): FormatFailure | null {
    const message = this.#message
    this.#message = null
    if (message === null || message.phase === 'closed' || (message.interim && message.phase === 'entries')) return null
    const sentence =
      message.account === null ? `The statement that begins on line ${message.line} has no account (:25:) before line ${line}; the file is a fragment. Download it again.`
      : message.phase === 'head' ? `The statement that begins on line ${message.line} has no opening balance (:60F:) before line ${line}; the file is a fragment. Download it again.`
      : `The statement that begins on line ${message.line} has no closing balance (:62F:) before line ${line}; the file is a fragment. Download it again.`
    return {
      code: 'truncated',
      message: sentence,
      line,
    }
  }

  #endStatement(): void {
    const open = this.#open
    if (open === null) return
    this.#open = null
    this.#flushRows()
    const { opening, closing } = open
    const from = opening === null ? null : openingDay(opening.on, open.firstRowOn, closing?.on ?? null)
    if (opening !== null && from !== null) this.#pushBalance(open, 'opening', opening, from)
    if (closing !== null) this.#pushBalance(open, 'closing', closing, closing.on)
    const to = closing?.on ?? null
    this.#parts.push({ part: 'end', covers: { from, to } })
  }

  #pushBalance(open: Open, kind: StatedBalance['kind'], { amount, currency, on }: Balance, day: Day): void {
    const known = currency ?? open.currency
    // Without any currency in the file a balance cannot be stated as money; the rows still can.
    if (known !== null)
      this.#parts.push({ part: 'balance', balance: { kind, amount, currency: known, on: kind === 'opening' ? day : on, at: null } })
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#parts.push({ part: 'rows', rows: this.#rows })
    this.#rows = []
  }
}

/** `BLZ/number`, `BIC/number/currency`, an IBAN, or a plain number, each perhaps with a currency behind it (field 25, 25P). */
function readAccount(lines: readonly string[]): { readonly account: StatementAccount; readonly currency: Currency | null } {
  const parts = (lines[0] ?? '')
    .trim()
    .split('/')
    .map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
    .filter((part) => part !== '')
  let currency: Currency | null = null
  if (parts.length > 2 && /^[A-Z]{3}$/.test(parts.at(-1)!)) currency = parts.pop()!
  let number = parts.pop() ?? ''
  const trailing = /^(.*\d) ?([A-Z]{3})$/.exec(number)
  if (currency === null && trailing !== null) [number, currency] = [trailing[1]!, trailing[2]!]
  const bankId = cleanText(parts.join('/')) ?? cleanText(lines[1])
  return { account: { number: cleanText(number), bankId, branchId: null, kind: 'other', name: null }, currency }
}

/** A day of zeros is how some systems say that they know no balance. Null for a balance that is told. */
function untoldBalance(field: Field): { readonly currency: Currency | null } | null {
  const untold = /^[CD]R?000000([A-Z]{3})?/.exec((field.lines[0] ?? '').trim())
  return untold === null ? null : { currency: untold[1] ?? null }
}

/** Fields 60a, 62a, 64: mark, date, currency, amount. The currency may be missing in national variants. */
function readBalance(field: Field): Result<Balance, FormatFailure> {
  const text = (field.lines[0] ?? '').trim()
  const match = /^([CD])R?(\d{6})([A-Z]{3})? ?([\d,].*)$/.exec(text)
  if (match === null)
    return failed(malformed(field, `The balance :${field.tag}: on line ${field.line} is not "C or D, date, currency, amount".`))
  const [, mark, date = '', currency = null, digits = ''] = match
  const on = readValueDay(date)
  if (on === null)
    return failed({
      code: 'invalid_date',
      message: `The date ${date} of the balance on line ${field.line} is not a day (YYMMDD).`,
      line: field.line,
    })
  const amount = readSwiftAmount(digits)
  if (amount === null)
    return failed({
      code: 'invalid_amount',
      message: `The amount of the balance on line ${field.line} is not a decimal number.`,
      line: field.line,
    })
  return ok({ amount: mark === 'D' ? negate(amount) : amount, currency, on })
}

function pageMissing(line: number): string {
  return `The page on line ${line} does not begin where the one before it ends: a page of the statement is missing. Download it again.`
}

function continues(former: Open, account: StatementAccount, opening: Balance): boolean {
  return former.account.number === account.number && former.closing?.amount === opening.amount
}

/** Whether the rows lead to that balance, as far as this can be known. */
function leadsTo({ opening, sum }: Open, closing: Balance): boolean {
  if (opening === null) return true
  const after = new DecimalSum()
  after.add(opening.amount)
  after.add(sum.toDecimal())
  return after.toDecimal() === closing.amount
}

/** Whether the file ends behind that amount without all of its decimals: banks leave them out, or they were cut off. */
function mayBeCut({ isCut = false, lines }: Field, currency: Currency | null): boolean {
  const decimals = /[.,](\d*)$/.exec(lines.at(-1)!.trimEnd())?.[1] ?? ''
  return isCut && decimals.length < (currency === null ? 2 : decimalsOf(currency))
}

function cutWithin(field: Field): FormatFailure {
  const message = `The file ends on line ${field.line} within the balance :${field.tag}:, perhaps within its amount. Download it again.`
  return { code: 'truncated', message, line: field.line }
}

function noAccount(message: Message, field: Field): FormatFailure {
  return {
    code: 'missing_field',
    message: `The statement that begins on line ${message.line} has no account (:25:) before line ${field.line}.`,
    line: field.line,
  }
}

function outside(field: Field): FormatFailure {
  return malformed(
    field,
    `The field :${field.tag}: on line ${field.line} stands outside a statement (:20:, :25:, :60F: … :62F:); the file is a fragment or damaged.`,
  )
}

function malformed(field: Field, message: string): FormatFailure {
  return { code: 'malformed', message, line: field.line }
}
