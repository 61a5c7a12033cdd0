/**
 * From aggregates to statements: walks the tables of wire.ts and gives events in the order of the file. It holds at
 * most one batch of rows. It promises that a statement's account and currency are known before its first row, and that
 * a row without day or amount is a failure, never a row left out.
 */
import type { Day } from '../../domain/day.ts'
import { DecimalSum, exchanged, parseDecimal, type Currency, type Decimal } from '../../domain/money.ts'
import type { AccountKind, BalanceKind, StatementPart, StatementRow } from '../../domain/statement.ts'
import { readCurrency } from '../written-currency.ts'
import { parseAmount } from './amount.ts'
import { DayOrder, PADDED, isBlankDate, likelyDay, parseOfxDay, parseOfxInstant } from './datetime.ts'
import { LoneCommas } from './lone-commas.ts'
import { isBalanceLine, isMaybeDeposit, isMaybePayout, Remarks } from './remarks.ts'
import type { Place } from './scanner.ts'
import { DIRECTIONS, SignWatch } from './signs.ts'
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

export const BATCH_ROWS = 1_000
const PLUS = 43
/** What programs print of a balance that is not there. */
const NO_BALANCE = /^(none|null|nil|nan|n\/a|undefined)$/i

const AMOUNT = tagId('TRNAMT')
/** What holds rows, and no amount beside them. */
const LISTS_ROWS: ReadonlySet<string> = new Set(['STMTRS', 'CCSTMTRS', 'INVSTMTRS', 'BANKTRANLIST', 'BANKTRANLISTP', 'INVTRANLIST', 'INVBANKTRAN'])

/** ISO 4217's code for "no currency": a balance of a statement that does not name its currency (an empty CURDEF). */
export const NO_CURRENCY: Currency = 'XXX'

type Frame = { readonly scope: Scope | null; readonly values: Values; readonly saved: Values | null; readonly line: number }

/** OFX 2.2 section 11.3.1.1. */
export const ACCOUNT_KINDS: Readonly<Record<string, AccountKind>> = {
  CHECKING: 'checking',
  SAVINGS: 'savings',
  MONEYMRKT: 'money_market',
  CREDITLINE: 'credit_line',
  CD: 'certificate',
}
const KIND_OF_STATEMENT: Readonly<Record<string, AccountKind>> = { CCSTMTRS: 'credit_card', INVSTMTRS: 'investment' }

type Unread = { readonly code: 'invalid_amount' | 'invalid_date'; readonly line: number; readonly what: string }

export class OfxStatements implements StructureSink {
  #place: Place = { line: () => 0, fail: () => undefined }
  readonly #emit: (event: OfxEvent) => void
  readonly #isFile: boolean
  readonly #frames: Frame[] = [{ scope: DOCUMENT, values: blank(), saved: null, line: 0 }]
  #top: Frame = this.#frames[0] as Frame
  #rows: StatementRow[] = []
  #statement: Values = blank()
  #currency: Currency | null = null
  #account: string | null = null
  #started = false
  #answerName = ''
  #signs = new SignWatch()
  #remarks = new Remarks()
  /** "Opening balance" on a typed row with an amount: a first deposit, or a balance among the rows. The end of the list tells. */
  #held: StatementRow | null = null
  /** The first and the last balance listed among the rows. */
  #listed: readonly Decimal[] = []
  /** Whether all rows of the statement are still in memory. */
  #isWhole = true
  #isMarked = false
  /** What could not be read in the row under way: a failure, unless the row turns out to be none. */
  #unread: Unread | null = null
  /** Amounts of the row under way, without those of a vendor's tag: more than one are transactions whose tags in between were lost. */
  #amounts = 0
  readonly #commas = new LoneCommas()
  readonly #order = new DayOrder()
  /** The amount of the row under way, where others must tell what it is. */
  #lone: { readonly text: string; readonly unread: { readonly line: number; readonly what: string } } | null = null

  /** What a bank's server sends are transactions as written; a file may leave signs to the types, and list balances among the rows. */
  constructor(emit: (event: OfxEvent) => void, from: 'server' | 'file' = 'server') {
    this.#emit = emit
    this.#isFile = from === 'file'
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
    this.#statement = frame.values
    this.#signs = new SignWatch()
    this.#remarks = new Remarks()
    this.#held = null
    this.#listed = []
    this.#isWhole = true
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
        if (text.charCodeAt(0) === PLUS && field.slot === ROW.TRNAMT) this.#signs.sawPlus()
        this.#commas.saw(text)
        if (field.slot === BALANCE.BALAMT && this.#top.scope?.record === 'balance') this.#isMarked = /[.,]/.test(text)
        this.#amounts += field.slot === ROW.TRNAMT && this.#top.saved === null ? 1 : 0
        return parseAmount(text, this.#currencyNow()) ?? this.#commas.read(text) ?? this.#waiting(field, text) ?? this.#bad('invalid_amount', field, text, 'an amount such as -12.50')
      case 'period':
        return this.#periodDay(text)
      default:
        return (
          (PADDED.test(text) || !/^\d{9}/.test(text) ? parseOfxDay(text) : null) ??
          this.#dayInPeriod(this.#order.daysOf(text)) ??
          (field.type === 'day' && isBlankDate(text) ? null : this.#bad('invalid_date', field, text, 'a real date as YYYYMMDD'))
        )
    }
  }

  /** The one day, or of several the only one in the period of the statement. */
  #dayInPeriod(days: readonly Day[]): Day | null {
    const { from, to } = coversOf(this.#statement)
    const within = days.length < 2 || from === null || to === null ? days : days.filter((day) => from <= day && day <= to)
    return likelyDay(within, null)
  }

  #periodDay(text: string): Day | null {
    const day = likelyDay(this.#order.daysOf(text), null)
    if (day === null && !isBlankDate(text)) this.#remarks.unreadPeriod(this.#place.line())
    return day
  }

  /** Only the amount of a row can wait for others. */
  #waiting(field: Field, text: string): string | null {
    const amount = field.slot === ROW.TRNAMT && this.#top.scope?.record === 'row' ? this.#commas.guess(text) : null
    if (amount !== null) this.#lone = { text, unread: { line: this.#place.line(), what: `<${field.name}> is ${JSON.stringify(text)}, expected an amount such as -12.50.` } }
    return amount
  }

  #currencyNow(): Currency | null {
    return this.#statement[STATEMENT.CURDEF] ?? null
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
    const [name, memo] = [values[ROW.NAME] ?? null, values[ROW.MEMO] ?? null]
    const isLine = this.#isFile && isBalanceLine(name, memo)
    // One of these may be a deposit; two of them are a list of balances.
    const mayBeRow = isMaybeDeposit(name, memo) || isMaybePayout(name, memo, values[ROW.TRNAMT] ?? null)
    const isHeld = isLine && this.#held === null && mayBeRow && this.#moves(values)
    if (isLine) this.#list(values[ROW.TRNAMT] as Decimal | null)
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
    const booked = bookedOf(values, amount, this.#currency, this.#statementName().name === 'INVSTMTRS')
    if (booked === null) {
      this.#place.fail('invalid_amount', line, `this transaction is in ${values[ROW.CURRENCY_CODE]} (<CURRENCY>) and has no rate of exchange to ${this.#currency} (<CURRATE>).`)
      return
    }
    const row = rowOf(values, postedOn, booked, record === 'row' ? 'posted' : 'pending', line)
    if (this.#lone !== null) this.#commas.wait(row, this.#lone.text, this.#lone.unread)
    if (isHeld) {
      this.#held = row
      return
    }
    this.#rows.push(row)
    if (this.#isFile) this.#signs.take(row)
    if (this.#rows.length < BATCH_ROWS) return
    this.#flush()
    this.#isWhole = false
  }

  #list(balance: Decimal | null): void {
    if (balance !== null) this.#listed = [this.#listed[0] ?? balance, balance]
  }

  /** Itaú writes its balance in cents, without a mark: seen where the same balance stands among the rows. */
  #inUnits(balance: Decimal): Decimal {
    if (this.#isMarked) return balance
    return this.#listed.find((listed) => listed !== '0' && hundredfold(listed) === balance) ?? balance
  }

  /** A readable amount on a readable day, of a type that says which way money went. */
  #moves(values: Values): boolean {
    const amount = values[ROW.TRNAMT] ?? null
    return this.#unread === null && values[ROW.DTPOSTED] != null && amount !== null && amount !== '0' && DIRECTIONS.has(values[ROW.TRNTYPE] ?? '')
  }

  /** The held row is a balance where others are listed, too, or where the ledger balance is what the other rows make without it; else it is a row. */
  #settleHeld(ledger: string | null): void {
    const held = this.#held
    if (held === null) return
    this.#held = null
    const others = new DecimalSum()
    for (const { amount, status } of this.#rows) if (status === 'posted') others.add(amount)
    // After a pay-out nothing is left.
    const isLine = isMaybePayout(held.name, held.memo, held.amount) ? ledger !== '0' : this.#isWhole && ledger !== null && others.toDecimal() === ledger
    if (this.#remarks.listsBalances || isLine) return this.#remarks.balanceLine(held.line)
    const after = this.#rows.findIndex(({ line }) => line > held.line)
    this.#rows.splice(after === -1 ? this.#rows.length : after, 0, held)
    this.#signs.take(held)
  }

  #addBalance(kind: BalanceKind, amount: string | null | undefined, asOf: string | null | undefined, line: number): void {
    // An empty amount or date is how banks say that they tell no balance; a balance without its day proves nothing.
    if (amount == null || asOf == null || isBlankDate(asOf)) return
    const days = this.#order.daysOf(asOf)
    if (days.length === 0) {
      this.#place.fail('invalid_date', this.#place.line(), `<DTASOF> is ${JSON.stringify(asOf.slice(0, 40))}, expected a real date as YYYYMMDD.`)
      return
    }
    const on = likelyDay(days, (this.#statement[STATEMENT.DTEND] as Day | null) ?? this.#rows.at(-1)?.postedOn ?? null)
    if (on === null) return this.#remarks.undatedBalance(line)
    this.#start(this.#place.line())
    const told = this.#inUnits(amount as Decimal)
    this.#settleHeld(kind === 'ledger' ? told : null)
    this.#flush()
    this.#emit({
      part: 'balance',
      balance: { kind, amount: told, currency: this.#currency ?? NO_CURRENCY, on, at: parseOfxInstant(asOf) },
    })
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

  #statementName(): { readonly name: string; readonly line: number } {
    const frame = this.#frames.findLast((each) => each.scope?.record === 'statement')
    return { name: frame?.scope?.name ?? 'STMTRS', line: frame?.line ?? 0 }
  }

  /** Gives the head before the first row or balance. */
  #start(line: number): void {
    if (this.#started) return
    this.#startAs(this.#statementName().name, this.#statementName().line || line)
  }

  #startAs(name: string, line: number): void {
    const values = this.#statement
    this.#started = true
    this.#currency = values[STATEMENT.CURDEF] ?? null
    this.#account = values[STATEMENT.ACCTID] ?? null
    this.#emit({ part: 'start', head: { account: accountOf(values, name), currency: this.#currency, covers: coversOf(values), line } })
  }

  #endStatement(name: string, frame: Frame): void {
    const values = frame.values
    if (!this.#started) this.#startAs(name, frame.line)
    if (values[STATEMENT.AVAILCASH] != null) this.#addBalance('available', values[STATEMENT.AVAILCASH], values[STATEMENT.DTASOF], frame.line)
    this.#settleHeld(null)
    this.#flush()
    if (values[STATEMENT.ACCTID] !== this.#account || (values[STATEMENT.CURDEF] ?? null) !== this.#currency) {
      this.#place.fail('malformed', frame.line, `this statement (<${name}>) names its account or currency after its transactions, expected before.`)
    }
    for (const remark of this.#remarks.all(this.#signs)) this.#emit(remark)
    this.#emit({ part: 'end', covers: coversOf(values) })
    this.#statement = blank()
    this.#started = false
  }

  #flush(): void {
    if (this.#rows.length === 0) return
    const { rows: read, open } = this.#commas.settled(this.#rows)
    this.#rows = []
    if (open !== null) return this.#place.fail('invalid_amount', open.line, open.what)
    const { rows, contradicts } = this.#signs.signed(read)
    if (contradicts === null) return this.#emit({ part: 'rows', rows })
    this.#place.fail('invalid_amount', contradicts, 'this debit has a minus, but debits and credits before it have no signs. Export a shorter period.')
  }
}

const NOTHING: Values = new Array<string | null>(SLOTS).fill(null)

/** A copy: twice as fast as filling a new array, once for each row. */
function blank(): Values {
  return NOTHING.slice()
}

function hundredfold(amount: Decimal): Decimal | null {
  const [whole = '', fraction = ''] = amount.split('.')
  return fraction.length > 2 ? null : parseDecimal(whole + fraction.padEnd(2, '0'))
}

function coversOf(values: Values): { readonly from: Day | null; readonly to: Day | null } {
  return { from: values[STATEMENT.DTSTART] as Day | null, to: values[STATEMENT.DTEND] as Day | null }
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

function rowOf(values: Values, postedOn: Day, { amount, foreign }: Booked, status: 'posted' | 'pending', line: number): StatementRow {
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

type Booked = Pick<StatementRow, 'amount' | 'foreign'>

/**
 * OFX 2.2 section 5.2. ORIGCURRENCY: the bank has converted the amount, and does not tell the original. CURRENCY: it has
 * not, the amount is in that currency, and CURRATE is what one unit of it is in the statement's. Many banks fill in their
 * own currency with rate 1: that says nothing. An investment account holds cash of several currencies side by side and
 * converts none of it, so its rows stay as they are written. Null: an amount that cannot be converted.
 */
function bookedOf(values: Values, amount: Decimal, currency: Currency | null, isInvestment: boolean): Booked | null {
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
