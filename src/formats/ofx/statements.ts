/**
 * From aggregates to statements: walks the tables of wire.ts and gives events in the order of the file. It holds at
 * most one batch of rows. It promises that a statement's account and currency are known before its first row, and that
 * a row without day or amount is a failure, never a row left out.
 */
import type { Day } from '../../domain/day.ts'
import type { Currency, Decimal } from '../../domain/money.ts'
import type { AccountKind, BalanceKind, StatementPart } from '../../domain/statement.ts'
import { readCurrency } from '../written-currency.ts'
import { parseAmount } from './amount.ts'
import { isBlankDate, likelyDay, parseOfxInstant, plainDay, possibleDays } from './datetime.ts'
import { isUsualDay } from '../written-date.ts'
import { FileDays, type Period, type Unclear } from './file-days.ts'
import { LoneMarks, type Unread } from './lone-marks.ts'
import { isBalanceLine, isMaybeDeposit, isMaybePayout, Remarks } from './remarks.ts'
import { RowBatch } from './row-batch.ts'
import { bookedOf, rowOf } from './row.ts'
import type { Place } from './scanner.ts'
import { DIRECTIONS } from './signs.ts'
import type { StructureSink } from './structure.ts'
import { LEVEL, tagId, type Tag } from './tags.ts'
import { ANSWER, BALANCE, DOCUMENT, OPAQUE, ROW, SLOTS, STATEMENT, STATUS, type Field, type Scope, type Values } from './wire.ts'

/** What is said about a statement by its reader, not by the bank. */
export type OfxRemark = { readonly part: 'remark'; readonly code: string; readonly severity: string; readonly message: string; readonly line: number }

export type OfxStatus = { readonly code: string; readonly severity: string; readonly message: string | null; readonly line: number }

/** Statement parts in file order, and what is said about them: the status comes before the statement it belongs to. */
export type OfxEvent =
  | Exclude<StatementPart, { readonly part: 'notice' }>
  | OfxRemark
  | { readonly part: 'status'; readonly of: string; readonly status: OfxStatus }
  | { readonly part: 'answer'; readonly of: string; readonly trnuid: string | null; readonly cookie: string | null }

const PLUS = 43
/** What programs print of a balance that is not there. */
const NO_BALANCE = /^(none|null|nil|nan|n\/a|undefined)$/i

const AMOUNT = tagId('TRNAMT')
/** What holds rows, and no amount beside them. */
const LISTS_ROWS: ReadonlySet<string> = new Set(['STMTRS', 'CCSTMTRS', 'INVSTMTRS', 'BANKTRANLIST', 'BANKTRANLISTP', 'INVTRANLIST', 'INVBANKTRAN'])

/** ISO 4217's code for "no currency": a balance of a statement that does not name its currency (an empty CURDEF). */
export const NO_CURRENCY: Currency = 'XXX'

const NOTHING: Values = new Array<string | null>(SLOTS).fill(null)

/** A copy: twice as fast as filling a new array, once for each row. */
function blank(): Values {
  return NOTHING.slice()
}

type Frame = { readonly scope: Scope | null; readonly values: Values; readonly saved: Values | null; readonly line: number }

/** What stands in its place outside of any. Nothing is written to it. */
const NO_STATEMENT: Frame = { scope: null, values: blank(), saved: null, line: 0 }

/** OFX 2.2 section 11.3.1.1. */
export const ACCOUNT_KINDS: Readonly<Record<string, AccountKind>> = {
  CHECKING: 'checking',
  SAVINGS: 'savings',
  MONEYMRKT: 'money_market',
  CREDITLINE: 'credit_line',
  CD: 'certificate',
}
const KIND_OF_STATEMENT: Readonly<Record<string, AccountKind>> = { CCSTMTRS: 'credit_card', INVSTMTRS: 'investment' }

/** The day of a balance, read when its record ends. */
const AS_OF: Field = { name: 'DTASOF', type: 'asOf', slot: BALANCE.DTASOF }

type Failed = Unread & { readonly code: 'invalid_amount' | 'invalid_date' }

export class OfxStatements implements StructureSink {
  #place: Place = { line: () => 0, fail: () => undefined }
  readonly #emit: (event: OfxEvent) => void
  readonly #isFile: boolean
  readonly #frames: Frame[] = [{ scope: DOCUMENT, values: blank(), saved: null, line: 0 }]
  #top: Frame = this.#frames[0] as Frame
  #statement: Frame = NO_STATEMENT
  #currency: Currency | null = null
  #account: string | null = null
  #started = false
  #answerName = ''
  #remarks = new Remarks()
  #rows: RowBatch
  /** Whether the balance under way was written with a point or comma. */
  #isMarked = false
  /** What could not be read in the row under way: a failure, unless the row turns out to be none. */
  #unread: Failed | null = null
  /** Amounts of the row under way, without those of a vendor's tag: more than one are transactions whose tags in between were lost. */
  #amounts = 0
  readonly #marks = new LoneMarks()
  readonly #days = new FileDays()
  /** Beginnings and ends of the period that may be several days: a later date may tell. */
  #openPeriod: readonly { readonly slot: number; readonly text: string; readonly line: number }[] = []
  /** The amount of the row under way, where others must tell what it is. */
  #lone: { readonly text: string; readonly unread: Unread | null } | null = null

  /** What a bank's server sends are transactions as written; a file may leave signs to the types, and list balances among the rows. */
  constructor(emit: (event: OfxEvent) => void, from: 'server' | 'file' = 'server') {
    this.#emit = emit
    this.#isFile = from === 'file'
    this.#rows = new RowBatch(this.#isFile, this.#remarks)
  }

  attach(place: Place): void {
    this.#place = place
  }

  leaf(tag: Tag, text: string): void {
    if (tag.id === -1) return
    const field = this.#top.scope?.fields[tag.id]
    if (field === undefined && tag.id === AMOUNT) return this.#strayAmount()
    if (field === undefined || text === '') return
    const value = this.#read(field, text)
    if (value !== null) this.#top.values[field.slot] = value
  }

  /** An amount of nothing that is read: a transaction under a name that nobody knows would be left out unseen. */
  #strayAmount(): void {
    if (!LISTS_ROWS.has(this.#top.scope?.name ?? '')) return
    this.#place.fail('malformed', this.#place.line(), '<TRNAMT> stands outside of a transaction, expected <STMTTRN> before it.')
  }

  enter(tag: Tag): void {
    const top = this.#top
    const inner = top.scope?.inner.get(tag.name)
    let frame: Frame
    if (inner !== undefined) {
      const line = inner.record === null ? 0 : this.#place.line()
      frame = { scope: inner, values: inner.record === null ? top.values : blank(), saved: null, line }
      this.#begin(inner, frame)
    } else {
      // A vendor's tag: its leaves count as its parent's until its own closing tag proves it an aggregate.
      const saved = tag.shape === 'unknown' ? top.values.slice() : null
      frame = { scope: OPAQUE.has(tag.name) ? null : top.scope, values: top.values, saved, line: 0 }
      if (tag.level === LEVEL.entry) this.#remarks.security(this.#place.line())
    }
    this.#frames.push(frame)
    this.#top = frame
  }

  leave(_tag: Tag, closed: boolean): void {
    const frame = this.#frames.pop() as Frame
    const parent = this.#frames[this.#frames.length - 1] as Frame
    this.#top = parent
    if (frame.saved !== null) {
      if (closed) frame.saved.forEach((value, slot) => (frame.values[slot] = value))
      return
    }
    // Tags without a meaning here share their parent's scope; only a scope's own frame ends it.
    if (frame.scope !== null && frame.scope !== parent.scope) this.#finish(frame.scope, frame)
  }

  #begin(scope: Scope, frame: Frame): void {
    if (scope.record === 'answer') this.#answerName = scope.name
    if (scope.record === 'row' || scope.record === 'pending') {
      this.#unread = this.#lone = null
      this.#amounts = 0
    }
    if (scope.record !== 'statement') return
    this.#statement = frame
    this.#remarks = new Remarks()
    this.#rows = new RowBatch(this.#isFile, this.#remarks)
    this.#openPeriod = []
    this.#currency = null
    this.#started = false
  }

  #finish(scope: Scope, frame: Frame): void {
    const { values, line } = frame
    if (scope.record === 'row' || scope.record === 'pending') this.#addRow(values, line, scope.record)
    else if (scope.record === 'balance')
      this.#addBalance(scope.name === 'LEDGERBAL' ? 'ledger' : 'available', values[BALANCE.BALAMT], values[BALANCE.DTASOF], line)
    else if (scope.record === 'statement') this.#endStatement(scope.name, frame)
    else if (scope.record === 'answer')
      this.#emit({ part: 'answer', of: scope.name, trnuid: values[ANSWER.TRNUID] ?? null, cookie: values[ANSWER.CLTCOOKIE] ?? null })
    else if (scope.record === 'status') this.#addStatus(values, line)
  }

  #read(field: Field, text: string): string | null {
    switch (field.type) {
      case 'text':
        return text
      case 'code':
        return text.toUpperCase()
      case 'currency':
        return readCurrency(text)
      case 'asOf':
        return text
      case 'amount':
        // A balance with a plus says nothing of rows that have none.
        if (text.charCodeAt(0) === PLUS && field.slot === ROW.TRNAMT) this.#rows.signs.sawPlus()
        this.#marks.saw(text)
        if (field.slot === BALANCE.BALAMT && this.#top.scope?.record === 'balance') this.#isMarked = /[.,]/.test(text)
        this.#amounts += field.slot === ROW.TRNAMT && this.#top.saved === null ? 1 : 0
        return this.#pointed(field, text) ?? parseAmount(text, this.#currencyNow()) ?? this.#marks.read(text) ?? this.#waiting(field, text) ?? this.#bad('invalid_amount', field, text, 'an amount such as -12.50')
      case 'period':
        return plainDay(text) ?? this.#periodDay(field, text)
      default:
        return this.#usual(field, text, plainDay(text) ?? this.#otherDay(field, text))
    }
  }

  /** What rows are listed by; other days (until when a card is good) may be of any year. */
  #usual(field: Field, text: string, day: Day | null): Day | null {
    return day === null || field.type !== 'requiredDay' || isUsualDay(day) ? day : this.#bad('invalid_date', field, text, 'a date of a year from 1900 to 2059')
  }

  #otherDay(field: Field, text: string): Day | null {
    if (field.type === 'day' && isBlankDate(text)) return null
    // When the person acted, and when the money counts, may lie outside of the period.
    const read = this.#days.read(text, field.type === 'requiredDay' ? this.#period() : null)
    return isDay(read) ? read : this.#unclearDay(field, text, read)
  }

  #periodDay(field: Field, text: string): Day | null {
    if (isBlankDate(text)) return null
    const read = this.#days.read(text)
    if (isDay(read)) return read
    if (read === 'two orders') return this.#unclearDay(field, text, read)
    if (read === 'none') this.#remarks.unreadPeriod(this.#place.line())
    else this.#openPeriod = [...this.#openPeriod, { slot: field.slot, text, line: this.#place.line() }]
    return null
  }

  #unclearDay(field: Field, text: string, why: Unclear): null {
    if (why === 'none') return this.#bad('invalid_date', field, text, 'a real date as YYYYMMDD')
    return this.#bad('invalid_date', field, text, why === 'several' ? 'a date that can be one day only' : 'day and month in the order of the dates before it')
  }

  /** As far as it is told by now. */
  #period(): Period {
    this.#openPeriod = this.#openPeriod.filter(({ slot, text }) => {
      const read = this.#days.read(text)
      if (isDay(read)) this.#statement.values[slot] = read
      return !isDay(read)
    })
    return { from: this.#statement.values[STATEMENT.DTSTART] as Day | null, to: this.#statement.values[STATEMENT.DTEND] as Day | null }
  }

  /** A point that parts thousands where others of the file have a decimal comma; null where it does not, or not yet. */
  #pointed(field: Field, text: string): string | null {
    if (!this.#marks.isLonePoint(text, this.#currencyNow())) return null
    const amount = this.#marks.read(text)
    if (amount === null && this.#isAmountOfRow(field)) this.#lone = { text, unread: null }
    return amount
  }

  #isAmountOfRow(field: Field): boolean {
    return field.slot === ROW.TRNAMT && this.#top.scope?.record === 'row'
  }

  /** Only the amount of a row can wait for others. */
  #waiting(field: Field, text: string): string | null {
    const amount = this.#isAmountOfRow(field) ? this.#marks.guess(text) : null
    if (amount !== null) this.#lone = { text, unread: { line: this.#place.line(), what: `<${field.name}> is ${JSON.stringify(text)}, expected an amount such as -12.50.` } }
    return amount
  }

  #currencyNow(): Currency | null {
    return this.#statement.values[STATEMENT.CURDEF] ?? null
  }

  #bad(code: 'invalid_amount' | 'invalid_date', field: Field, text: string, expected: string): null {
    const record = this.#top.scope?.record
    // An amount without a digit, or a word for none, is how banks say that they tell no balance.
    if (record === 'balance' && code === 'invalid_amount' && (!/[\p{L}\d]/u.test(text) || NO_BALANCE.test(text))) return null
    const found = text.length > 40 ? `${text.slice(0, 40)}…` : text
    const unread = { code, line: this.#place.line(), what: `<${field.name}> is ${JSON.stringify(found)}, expected ${expected}.` }
    if (record === 'row' || record === 'pending') this.#unread ??= unread
    else this.#place.fail(unread.code, unread.line, unread.what)
    return null
  }

  #addRow(values: Values, line: number, record: 'row' | 'pending'): void {
    const isLine = this.#isFile && isBalanceLine(values[ROW.NAME] ?? null, values[ROW.MEMO] ?? null)
    // One of these may be a deposit; two of them are a list of balances.
    const isHeld = isLine && !this.#rows.holds && this.#mayMove(values)
    if (isLine) this.#rows.list(values[ROW.TRNAMT] as Decimal | null)
    if (isLine && !isHeld) return this.#remarks.balanceLine(line)
    if (this.#amounts > 1) return this.#place.fail('malformed', line, 'this transaction has two amounts (<TRNAMT>).')
    if (this.#unread !== null) return this.#place.fail(this.#unread.code, this.#unread.line, this.#unread.what)
    const postedOn = values[ROW.DTPOSTED] as Day | null
    const amount = values[ROW.TRNAMT] as Decimal | null
    if (postedOn === null || amount === null) {
      const [missing, what] = postedOn === null ? [record === 'row' ? 'DTPOSTED' : 'DTTRAN', 'date'] : ['TRNAMT', 'amount']
      this.#place.fail('missing_field', line, `this transaction has no ${what} (<${missing}> is missing or empty).`)
      return
    }
    this.#start(line)
    const booked = bookedOf(values, amount, this.#currency, this.#statement.scope?.name === 'INVSTMTRS')
    if (booked === null) {
      this.#place.fail('invalid_amount', line, `this transaction is in ${values[ROW.CURRENCY_CODE]} (<CURRENCY>) and has no rate of exchange to ${this.#currency} (<CURRATE>).`)
      return
    }
    const row = rowOf(values, postedOn, booked, record === 'row' ? 'posted' : 'pending', line)
    if (this.#lone !== null) this.#marks.wait(row, this.#lone.text, this.#lone.unread)
    if (isHeld) return this.#rows.hold(row)
    this.#rows.add(row)
    if (this.#rows.isFull) this.#flush()
  }

  /** Words of a deposit or a payment, too, with a readable amount on a readable day and a type that says which way money went. */
  #mayMove(values: Values): boolean {
    const [name, memo, amount] = [values[ROW.NAME] ?? null, values[ROW.MEMO] ?? null, values[ROW.TRNAMT] ?? null]
    if (!isMaybeDeposit(name, memo) && !isMaybePayout(name, memo, amount)) return false
    return this.#unread === null && values[ROW.DTPOSTED] != null && amount !== null && amount !== '0' && DIRECTIONS.has(values[ROW.TRNTYPE] ?? '')
  }

  #addBalance(kind: BalanceKind, amount: string | null | undefined, asOf: string | null | undefined, line: number): void {
    // An empty amount or date is how banks say that they tell no balance; a balance without its day proves nothing.
    if (amount == null || asOf == null || isBlankDate(asOf)) return
    const on = plainDay(asOf) ?? this.#balanceDay(asOf, line)
    if (on === null) return
    this.#start(this.#place.line())
    const told = this.#isMarked ? (amount as Decimal) : this.#rows.inUnits(amount as Decimal)
    this.#rows.settle(kind === 'ledger' ? told : null)
    this.#flush()
    this.#emit({
      part: 'balance',
      balance: { kind, amount: told, currency: this.#currency ?? NO_CURRENCY, on, at: parseOfxInstant(asOf) },
    })
  }

  #balanceDay(asOf: string, line: number): Day | null {
    const read = this.#days.read(asOf)
    if (isDay(read)) return read
    if (read !== 'several') return this.#unclearDay(AS_OF, asOf, read)
    // A guess, which is told: no row is read by it.
    const guess = likelyDay(possibleDays(asOf), this.#period().to ?? this.#rows.last?.postedOn ?? null)
    if (guess === null) this.#remarks.undatedBalance(line)
    else this.#remarks.guessedBalance(line)
    return guess
  }

  #addStatus(values: Values, line: number): void {
    const code = values[STATUS.CODE] ?? null
    if (code === null) return
    this.#emit({
      part: 'status',
      of: this.#answerName,
      status: { code, severity: values[STATUS.SEVERITY] ?? '', message: values[STATUS.MESSAGE] ?? null, line },
    })
  }

  /** Gives the head before the first row or balance. */
  #start(line: number): void {
    if (this.#started) return
    const { scope, values } = this.#statement
    this.#started = true
    this.#currency = values[STATEMENT.CURDEF] ?? null
    this.#account = values[STATEMENT.ACCTID] ?? null
    this.#emit({ part: 'start', head: { account: accountOf(values, scope?.name ?? ''), currency: this.#currency, covers: this.#period(), line: this.#statement.line || line, program: 'ofx' } })
  }

  #endStatement(name: string, { values, line }: Frame): void {
    this.#start(line)
    if (values[STATEMENT.AVAILCASH] != null) this.#addBalance('available', values[STATEMENT.AVAILCASH], values[STATEMENT.DTASOF], line)
    this.#rows.settle(null)
    this.#flush()
    if (values[STATEMENT.ACCTID] !== this.#account || (values[STATEMENT.CURDEF] ?? null) !== this.#currency) {
      this.#place.fail('malformed', line, `this statement (<${name}>) names its account or currency after its transactions, expected before.`)
    }
    const covers = this.#period()
    for (const open of this.#openPeriod) this.#remarks.unclearPeriod(open.line)
    for (const remark of this.#remarks.all({ isTyped: this.#rows.signs.isTyped, open: this.#rows.signs.open(name === 'CCSTMTRS') })) this.#emit(remark)
    this.#emit({ part: 'end', covers })
    this.#statement = NO_STATEMENT
    this.#started = false
  }

  #flush(): void {
    const { rows, open, contradicts } = this.#rows.take(this.#marks)
    if (open !== null) this.#place.fail('invalid_amount', open.line, open.what)
    else if (contradicts !== null) this.#place.fail('invalid_amount', contradicts, 'this debit has a minus, but debits and credits before it have no signs. Export a shorter period.')
    else if (rows.length > 0) this.#emit({ part: 'rows', rows })
  }
}

function isDay(read: Day | Unclear): read is Day {
  return /^\d/.test(read)
}

function accountOf(
  values: Values,
  statement: string,
): { number: string | null; bankId: string | null; branchId: string | null; kind: AccountKind; name: null } {
  const type = values[STATEMENT.ACCTTYPE] ?? ''
  return {
    number: values[STATEMENT.ACCTID] ?? null,
    bankId: values[STATEMENT.BANKID] ?? null,
    branchId: values[STATEMENT.BRANCHID] ?? null,
    kind: KIND_OF_STATEMENT[statement] ?? ACCOUNT_KINDS[type] ?? 'other',
    name: null,
  }
}
