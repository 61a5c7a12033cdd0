/**
 * Reads QIF registers as statements, as a stream. QIF says neither currency nor which number of a date
 * is the month nor what a comma means: both are decided over the first 5,000 records (evidence first,
 * then month before day, as its maker writes, and decimal point), and a later record that contradicts
 * fails with its line. Where the order of dates rests on that habit alone a notice says so.
 * Categories and splits are a person's work, not the bank's: the category is kept as `kind`, splits in
 * the memo. The "Opening Balance" record is the opening balance, no row.
 */
import { decimalsOf, type Currency, type Decimal } from '../../domain/money.ts'
import type { Day } from '../../domain/day.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementPart, StatementRow } from '../../domain/statement.ts'
import { cleanText, joinTexts } from '../clean-text.ts'
import { guessByLooks } from '../charset-guess.ts'
import { rememberedDates } from '../dates-remembered.ts'
import { orderByWords } from '../country-words.ts'
import { markOf } from '../csv/layout.ts'
import { decodeText } from '../decode.ts'
import { NO_LIMITS, readLines, type ReadLimits } from '../lines.ts'
import { balanceWords, UNSTATED_CURRENCY } from '../unstated.ts'
import { chooseStyle, magnitude, negate, readAmount, scanAmount, styleOfThousandths, type AmountStyle } from '../written-amount.ts'
import { possibleOrders, readDate, scanDate, usual, type DateOrder, type WrittenDate } from '../written-date.ts'
import { cashEffect } from './investment.ts'
import { readQifItems, type QifField, type QifItem } from './records.ts'

const SAMPLE_RECORDS = 5_000
const ROWS_A_BATCH = 500
/** Decimals of the dinars of Kuwait, Bahrain, Tunisia and others. */
const THOUSANDTHS = 3

type Notation = { readonly order: DateOrder; readonly style: AmountStyle; /** The field of a date that may be another day, where nothing proves the order. */ readonly doubtful: QifField | null; /** The order is what was said before. */ readonly isRemembered: boolean; /** No amount has a sign, and each record says in N which way its money went. */ readonly marked: boolean }
type RecordItem = Extract<QifItem, { readonly item: 'record' }>
type RegisterItem = Extract<QifItem, { readonly item: 'register' }>

/** What a person says, and said before, of the order of its dates; the currency of the account that a person named. */
export type QifAside = { readonly said: 'dmy' | 'mdy' | null; readonly remembered: 'dmy' | 'mdy' | null; readonly currency: Currency | null }

/** Reads a whole file. */
export async function* readQif(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = NO_LIMITS,
  aside: QifAside = { said: null, remembered: null, currency: null },
): AsyncGenerator<Result<StatementPart, FormatFailure>> {
  let sample: QifItem[] | null = []
  let writer: RegisterReader | null = null
  for await (const items of readQifItems(readLines(decodeText(chunks, guessByLooks), limits))) {
    if (!items.ok) return yield items
    let ready: readonly QifItem[] = items.value
    if (sample !== null) {
      for (const item of items.value) sample.push(item)
      if (sample.length < SAMPLE_RECORDS) continue
      ready = sample
      sample = null
    }
    writer ??= new RegisterReader(notationOf(ready, aside))
    yield* writer.read(ready)
    if (writer.failed) return
  }
  writer ??= new RegisterReader(notationOf(sample ?? [], aside))
  if (sample !== null) yield* writer.read(sample)
  yield* writer.finish()
}

function notationOf(items: readonly QifItem[], { said, remembered, currency }: QifAside): Notation {
  const records = items.filter((item) => item.item === 'record')
  const texts = (codes: string): readonly string[] =>
    records.flatMap(({ fields }) => fields.filter(({ code }) => codes.includes(code)).map(({ text }) => text))
  const amounts = texts('TU$')
    .map(scanAmount)
    .filter((amount) => amount !== null)
  const style = chooseStyle(amounts, currency !== null && decimalsOf(currency) === THOUSANDTHS ? styleOfThousandths(amounts) : null)
  const marked = records.length > 0 && records.every((record) => !record.investment && markOf(textOf(record, 'N') ?? '') !== null) && !texts('TU').some((text) => /[-(]/.test(text))
  const fields = records.flatMap(({ fields }) => fields.find(({ code }) => code === 'D') ?? [])
  const dates = fields.map(({ text }) => scanQifDate(text)).filter((date) => date !== null)
  const stated = said ?? items.find((item) => item.item === 'order')?.order
  if (stated !== undefined && (said !== null || dates.every((date) => readDate(date, stated) !== null))) return { style, marked, order: stated, doubtful: null, isRemembered: false }
  const left = possibleOrders(dates)
  if (left.length === 1 || style === 'comma') return { style, marked, order: left.length === 1 ? left[0]! : 'dmy', doubtful: null, isRemembered: false }
  const words = orderByWords([], texts('PM'))
  const isOpen = ({ text }: QifField): boolean => {
    const date = scanQifDate(text)
    return date !== null && readDate(date, 'dmy') !== readDate(date, 'mdy')
  }
  return { style, marked, order: remembered ?? words?.order ?? usual(dates), doubtful: fields.find(isOpen) ?? null, isRemembered: remembered !== null }
}

/** Turns items into parts. */
class RegisterReader {
  failed = false
  readonly #notation: Notation
  #register: RegisterItem | null = null
  #started = false
  #toldOrder = false
  #seen = false
  #withoutCash = 0
  #rows: StatementRow[] = []
  /** Whether a record that moved money came in this register. */
  #moved = false
  /** Its header, where it came again right before. */
  #repeated: RegisterItem | null = null
  /** What the first record of the register says, and the day of the last one. */
  #first: string | null = null
  #lastDay: string | null = null
  #lastOn: Day | null = null
  /** In which order its days stand; null where it has but one. */
  #order: 'up' | 'down' | 'mixed' | null = null
  /** Before all else money was moved to the account itself: what it began with, unless no record follows, or one of an earlier day. */
  #toItself: StatementRow | null = null

  constructor(notation: Notation) {
    this.#notation = notation
  }

  *read(items: readonly QifItem[]): Generator<Result<StatementPart, FormatFailure>> {
    for (const item of items) {
      if (item.item === 'order') continue
      if (item.item === 'register') {
        // The same register named twice in a row goes on; Quicken repeats the header of long ones.
        if (this.#register !== null && item.name === this.#register.name && item.kind === this.#register.kind) {
          this.#repeated = item
          continue
        }
        yield* this.#endRegister()
        this.#register = item
        this.#seen = true
        continue
      }
      const read = readRecord(item, this.#notation)
      if (!read.ok) {
        this.failed = true
        yield read
        return
      }
      yield* this.#beginAgain(item)
      yield* this.#accept(item, read.value)
    }
    yield* this.#flushRows()
  }

  /** Two exports of one register in one file: below the header that comes again, so does the record that the register begins with, or its days, in order so far, go back. */
  *#beginAgain(item: RecordItem): Generator<Result<StatementPart, FormatFailure>> {
    const told = item.fields.map(({ code, text }) => code + text).join('\n')
    const day = textOf(item, 'D')
    const read = dayOfRecord(item, this.#notation)
    const on = read.ok ? read.value : null
    const way = on === null || this.#lastOn === null || on === this.#lastOn ? null : on > this.#lastOn ? 'up' : 'down'
    const isBack = way !== null && this.#order !== null && this.#order !== 'mixed' && way !== this.#order
    // Of one day, two records that say the same are two payments.
    if (this.#repeated !== null && (isBack || (told === this.#first && day !== this.#lastDay))) {
      const again = this.#repeated
      yield* this.#endRegister()
      this.#register = again
    } else if (way !== null) this.#order = this.#order === null || this.#order === way ? way : 'mixed'
    this.#repeated = null
    this.#first ??= told
    this.#lastDay = day
    this.#lastOn = on
  }

  *finish(): Generator<Result<StatementPart, FormatFailure>> {
    if (this.failed) return
    yield* this.#endRegister()
    if (!this.#seen) {
      yield failed({
        code: 'not_statements',
        message:
          'The QIF file holds no register (!Type:Bank, CCard, Cash, Oth A, Oth L or Invst), only lists. Export the transactions too.',
        line: 1,
      })
    }
  }

  *#accept(item: RecordItem, read: QifRecord): Generator<Result<StatementPart, FormatFailure>> {
    if (!this.#started) yield* this.#start(read.type === 'opening' ? read.transfer : null)
    if (read.type === 'none') {
      if (item.investment) this.#withoutCash += 1
      return
    }
    const isFirst = !this.#moved
    this.#moved = true
    if (read.type === 'opening') {
      yield* this.#settle(false)
      return yield* this.#giveOpening(read.row)
    }
    if (isFirst && read.transfer !== null && read.transfer === this.#register?.name) {
      this.#toItself = read.row
      return
    }
    if (this.#toItself !== null) yield* this.#settle(read.row.postedOn >= this.#toItself.postedOn)
    this.#rows.push(read.row)
    if (this.#rows.length >= ROWS_A_BATCH) yield* this.#flushRows()
  }

  *#settle(isOpening: boolean): Generator<Result<StatementPart, FormatFailure>> {
    const row = this.#toItself
    if (row === null) return
    this.#toItself = null
    if (isOpening) yield* this.#giveOpening(row)
    else this.#rows.push(row)
  }

  *#giveOpening({ amount, postedOn }: StatementRow): Generator<Result<StatementPart, FormatFailure>> {
    yield* this.#flushRows()
    yield ok({ part: 'balance', balance: { kind: 'opening', amount, currency: UNSTATED_CURRENCY, on: postedOn, at: null } })
  }

  *#start(openingName: string | null): Generator<Result<StatementPart, FormatFailure>> {
    const register = this.#register
    if (register === null) return
    this.#started = true
    const account = { number: null, bankId: null, branchId: null, kind: register.kind, name: register.name ?? openingName }
    yield ok({ part: 'start', head: { account, currency: null, covers: { from: null, to: null }, line: register.line, program: 'qif' } })
    const { order, doubtful, isRemembered } = this.#notation
    if (doubtful === null || this.#toldOrder) return
    this.#toldOrder = true
    if (isRemembered) return yield ok({ part: 'notice', code: 'dates_remembered', severity: 'INFO', message: rememberedDates(order), line: 0 })
    const [is, other] = order === 'dmy' ? ['day', 'month'] : ['month', 'day']
    const message = `The dates can be read in two ways: ${shown(doubtful)} on line ${doubtful.line} was read with the ${is} first. If that is wrong, take this import back and import the file with its dates ${other}-first.`
    yield ok({ part: 'notice', code: 'date_order', severity: 'INFO', message, line: 0 })
  }

  *#endRegister(): Generator<Result<StatementPart, FormatFailure>> {
    const register = this.#register
    if (register === null) return
    if (!this.#started) yield* this.#start(null)
    yield* this.#settle(this.#toItself?.name === null)
    yield* this.#flushRows()
    if (this.#withoutCash > 0) {
      const message = `${this.#withoutCash} investment records move no cash of this account and were left out.`
      yield ok({ part: 'notice', code: 'no_cash', severity: 'INFO', message, line: register.line })
    }
    yield ok({ part: 'end', covers: { from: null, to: null } })
    this.#register = this.#repeated = this.#first = this.#lastDay = this.#lastOn = this.#order = null
    this.#started = this.#moved = false
    this.#withoutCash = 0
  }

  *#flushRows(): Generator<Result<StatementPart, FormatFailure>> {
    const rows = this.#rows
    this.#rows = []
    if (rows.length > 0) yield ok({ part: 'rows', rows })
  }
}

type QifRecord =
  /** `opening`: its words say that it is the opening balance. `transfer`: the account that a row went to or came from. */
  | { readonly type: 'row' | 'opening'; readonly row: StatementRow; readonly transfer: string | null }
  | { readonly type: 'none' }

function readRecord(record: RecordItem, notation: Notation): Result<QifRecord, FormatFailure> {
  const on = dayOfRecord(record, notation)
  if (!on.ok) return on
  const amount = amountOfRecord(record, notation)
  if (!amount.ok) return amount
  if (amount.value === null) return ok({ type: 'none' })
  const payee = textOf(record, 'P')
  const category = textOf(record, 'L')
  const transfer = cleanText(/^\[(.*)\]$/.exec(category ?? '')?.[1])
  const isOpening = payee !== null && balanceWords(payee) === 'opening' && (category === null || transfer !== null)
  return ok({ type: isOpening ? 'opening' : 'row', row: rowOf(record, on.value, amount.value), transfer })
}

function rowOf(record: RecordItem, postedOn: Day, amount: Decimal): StatementRow {
  const number = record.investment ? null : textOf(record, 'N')
  const isCheck = number !== null && /^\d+$/.test(number)
  return {
    providerId: null,
    pendingProviderId: null,
    status: 'posted',
    postedOn,
    transactedOn: null,
    valueOn: null,
    amount,
    foreign: null,
    kind: cleanText(textOf(record, record.investment ? 'N' : 'L')),
    name: cleanText(textOf(record, 'P') ?? textOf(record, 'Y')),
    memo: joinTexts([...record.fields.filter(({ code }) => code === 'M').map(({ text }) => text), splitsOf(record)]),
    checkNumber: isCheck ? number : null,
    reference: isCheck ? null : cleanText(number),
    corrects: null,
    line: record.line,
  }
}

/** Programs that count years from 1900 write `099` for 1999 and `101` for 2001; some put the payee behind the date. */
function scanQifDate(text: string): WrittenDate | null {
  const counted = /^(\d{1,2}([/.-])\d{1,2}\2)([01]\d{2})(?=\p{L}|$)/u.exec(text.trim())
  return scanDate(counted === null ? text : `${counted[1]}${1900 + Number(counted[3])}`)
}

/** The first D; one that stands among the splits belongs to a split. */
function dayOfRecord(record: RecordItem, { order }: Notation): Result<Day, FormatFailure> {
  const field = record.fields.find(({ code }) => code === 'D')
  if (field === undefined)
    return failed({ code: 'missing_field', message: `The record on line ${record.line} has no date (D).`, line: record.line })
  const date = scanQifDate(field.text)
  const on = date === null ? null : readDate(date, order)
  if (on !== null) return ok(on)
  const message = date === null ? `The date ${shown(field)} on line ${field.line} is not a date.` : `The date ${shown(field)} on line ${field.line} does not fit the order (${order}) of the other dates.`
  return failed({ code: 'invalid_date', message, line: field.line })
}

/** T, else U (the same amount for large numbers), else $ of an investment record; null when no cash moves. */
function amountOfRecord(record: RecordItem, { style, marked }: Notation): Result<Decimal | null, FormatFailure> {
  const action = textOf(record, 'N') ?? ''
  const effect = record.investment ? cashEffect(action) : marked ? markOf(action) : 'signed'
  if (effect === null)
    return failed({
      code: 'malformed',
      message: record.investment
        ? `The investment action ${JSON.stringify(action.slice(0, 20))} on line ${record.line} is not known.`
        : `The record on line ${record.line} does not say which way its money went (N), as those before it do.`,
      line: record.line,
    })
  if (effect === 'none') return ok(null)
  const find = (wanted: string): QifField | undefined => record.fields.find(({ code, text }) => code === wanted && text !== '')
  const field = find('T') ?? find('U') ?? (record.investment ? find('$') : undefined)
  if (field === undefined) {
    // Quicken opens an empty investment account with a cash record that has no amount.
    if (record.investment && effect === 'signed') return ok(null)
    return failed({ code: 'missing_field', message: `The record on line ${record.line} has no amount (T).`, line: record.line })
  }
  const written = scanAmount(field.text)
  const amount = written === null ? null : readAmount(written, style)
  if (amount === null)
    return failed({
      code: 'invalid_amount',
      message: `The amount ${shown(field)} on line ${field.line} is not a number with a decimal ${style}.`,
      line: field.line,
    })
  if (effect === 'signed') return ok(amount)
  return ok(effect === 'in' ? magnitude(amount) : negate(magnitude(amount)))
}

/** S category, E memo, $ amount of each split as `category amount memo`, joined; null without splits. */
function splitsOf(record: RecordItem): string | null {
  const splits: string[][] = []
  for (const { code, text } of record.fields) {
    if (code === 'S') splits.push([text])
    else if ((code === '$' || code === 'E') && splits.length > 0) splits.at(-1)!.push(text)
  }
  return splits.length === 0 ? null : splits.map((split) => split.filter((text) => text !== '').join(' ')).join('; ')
}

function textOf(record: RecordItem, wanted: string): string | null {
  const text = record.fields.find(({ code }) => code === wanted)?.text ?? ''
  return text === '' ? null : text
}

function shown(field: QifField): string {
  return JSON.stringify(field.text.slice(0, 40))
}
