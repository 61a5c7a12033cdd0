/**
 * Reads CSV exports of banks without configuration, as a stream: the first 256 kB decide delimiter,
 * columns and notation (infer.ts), then rows flow in flat memory. A file that cannot be understood, or
 * a row that contradicts what was understood, is a failure with its line. Several accounts or
 * currencies in one file become statements of their own.
 */
import type { Currency, Decimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementPart, StatementRow } from '../../domain/statement.ts'
import { guessCharset } from '../charset-guess.ts'
import { joinTexts } from '../clean-text.ts'
import { decodeText } from '../decode.ts'
import { NO_LIMITS, type ReadLimits } from '../lines.ts'
import { balanceWords, UNSTATED_CURRENCY } from '../unstated.ts'
import { scanDate } from '../written-date.ts'
import { CutWatch } from './cut.ts'
import { countHeadings } from './headings.ts'
import { inferLayout, type Aside } from './infer.ts'
import type { Layout } from './layout.ts'
import { isWrapped, likelyDialects, readRecords, unwrapped, type CsvRecord, type Dialect } from './records.ts'
import { reshapeOf } from './reshape.ts'
import { isStanding, readRow, type CsvRow } from './rows.ts'
import { RunningBalance } from './running-balance.ts'
import { type Table, tablesIn, TitleWatch } from './tables.ts'
import { yearsBeside, type WithYears } from './yearless.ts'

/** Characters of the file that decide its layout. */
const SAMPLE_LENGTH = 262_144

/** Dialects that are tried before a file is given up. */
const ATTEMPTS = 3
const ROWS_A_BATCH = 500

/** What is said of records that are no rows. */
const LEFT_OUT = {
  declined: (count: number): string => `${count} declined or cancelled payments were left out.`,
  neutral: (count: number): string => `Rows that the file calls neither income nor expense, without saying which way their money went, were left out (${count}).`,
  noted: (count: number): string => `Entries that the file says did not change the balance were left out (${count}).`,
  undated: (count: number): string => `Pending rows without a date were left out (${count}): they come again when they are booked.`,
  words: (count: number): string => `Rows that hold only a date and words were left out (${count}).`,
  balances: (count: number): string => `Rows that only state a balance were left out (${count}): they are no transactions.`,
  total: (count: number): string => `Rows without a date that are called a total or a balance were left out (${count}).`,
  standing: (count: number): string => `Rows that hold a balance and no amount were left out (${count}).`,
  turnover: (count: number): string => `Rows that only state a turnover were left out (${count}): they are no transactions.`,
} as const

/** Said where other parties would look the same. */
const MIXED = {
  numbers: 'All rows have the number of an account, and the numbers differ. If they are of accounts of your own, all of them stand in one now: take this import back, and bring a file for each account.',
  names: 'All rows have a name in a column that is called after an account, and the names differ. If they are accounts of your own, all of them stand in one now: take this import back, and bring a file for each account.',
} as const
/** Said where money out would look the same. */
const UNSIGNED = 'No amount of this file has a sign, and nothing else in it tells which way the money went: all rows were read as money in. If some went out, take this import back, and export the file with signs, or with columns for money in and money out.'

/** Said where money in would look the same. */
const CHARGES = "The columns of this file are those of a list of a card's charges, and its rows do not tell otherwise: amounts without a minus were read as money out. If they came in, take this import back, and export the file with signs, or with columns for money in and money out."

/** Reads a whole file. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = NO_LIMITS,
  aside: Aside = { fileName: null, said: null, remembered: null, today: null },
): AsyncGenerator<Result<StatementPart, FormatFailure>> {
  const text = decodeText(chunks, (start) => guessCharset(start, countHeadings))
  let sample = ''
  let whole = false
  while (sample.length < SAMPLE_LENGTH && !whole) {
    const next = await text.next()
    if (next.done === true) whole = true
    else sample += next.value
  }
  if (sample.trim() === '') return yield failed({ code: 'empty_file', message: 'The file is empty.', line: 0 })
  const trueLines = isWrapped(sample) ? unwrapped : (lines: AsyncIterable<string>) => lines
  const dialect = await inferDialect(await gathered(trueLines(chain(sample.slice(0, SAMPLE_LENGTH), []))), whole, aside)
  if (!dialect.ok) return yield dialect
  const { dialect: written, tables, sampled, inShape } = dialect.value
  let { layout, from } = tables[0]!
  let reader = new RowReader(layout, tables[0]!, false)
  let index = 0
  let isAboveSums = false
  let end = ''
  let cut = new CutWatch(layout)
  const titles = new TitleWatch()
  const noteEnd = (piece: string): void => void (end = piece.at(-1) ?? end)
  for await (const record of readRecords(trueLines(chain(sample, text, noteEnd)), written, limits.maxLines)) {
    if (!record.ok) return yield record
    const next = tables.find((table) => table.from === index && index > 0)
    if (next !== undefined) {
      reader.finish()
      yield* reader.take()
      ;({ layout, from } = next)
      reader = new RowReader(layout, next, reader.hasMinus)
      cut = new CutWatch(layout)
    }
    const other = titles.take(record.value, index < sampled)
    if (other !== null) return yield failed(other)
    index += 1
    // The heading tells how wide a row is.
    if (index - from >= layout.skipped && !isStanding(record.value, layout)) cut.take(record.value)
    if (index - from <= layout.skipped) continue
    const shaped = inShape(record.value)
    const row = isAboveSums && isUndated(shaped, layout) ? ok({ type: 'total' } as const) : readRow(shaped, layout)
    isAboveSums = namesSums(shaped) || (isAboveSums && isUndated(shaped, layout))
    if (!row.ok) return yield row
    const refused = reader.accept(row.value, record.value.line)
    if (refused !== null) return yield failed(refused)
    if (reader.hasParts) yield* reader.take()
  }
  const failure = /[\r\n]/.test(end) ? null : cut.failure()
  if (failure !== null) return yield failed(failure)
  reader.finish()
  yield* reader.take()
}

/** The dialect in which the sample makes sense, and the layout that it has then. */
async function inferDialect(
  sample: string,
  whole: boolean,
  aside: Aside,
): Promise<Result<{ readonly dialect: Dialect; readonly tables: readonly ReadTable[]; /** How many records were looked at. */ readonly sampled: number; readonly inShape: WithYears }, FormatFailure>> {
  let firstFailure: FormatFailure | null = null
  for (const dialect of likelyDialects(sample).slice(0, ATTEMPTS)) {
    const { records, failure } = await sampleRecords(sample, whole, dialect)
    const reshape = reshapeOf(records)
    const shaped = reshape === null ? records : records.map(reshape)
    const years = yearsBeside(shaped)
    const inShape: WithYears = (record) => (years ?? same)((reshape ?? same)(record))
    const tables = readTables(years === null ? shaped : shaped.map(years), dialect.delimiter, aside)
    if (tables.ok) return ok({ dialect, tables: tables.value, sampled: records.length, inShape })
    // All else of the file was understood.
    if (tables.failure.code === 'dates_unclear') return tables
    firstFailure ??= failure ?? tables.failure
  }
  return failed(
    firstFailure ?? {
      code: 'missing_field',
      message: 'No column separator (comma, semicolon, tab or bar) was found on any line; this is no CSV of transactions.',
      line: 1,
    },
  )
}

/** A table of the file, with the index of its first record. */
type ReadTable = Table & { readonly layout: Layout }

function readTables(records: readonly CsvRecord[], delimiter: string, aside: Aside): Result<readonly ReadTable[], FormatFailure> {
  const found = tablesIn(records)
  const layoutOf = (i: number, around: Aside): Result<Layout, FormatFailure> => inferLayout(records.slice(found[i]!.from, found[i + 1]?.from), delimiter, around)
  const layouts = found.map((_, i) => layoutOf(i, aside))
  // Who writes a file writes all its dates in one order.
  const proved = [...new Set(layouts.flatMap((layout) => (layout.ok && layout.value.orderTold === null && layout.value.order !== 'ymd' ? [layout.value.order] : [])))]
  const read: ReadTable[] = []
  for (const [i, first] of layouts.entries()) {
    const isOpen = first.ok ? first.value.orderTold !== null : first.failure.code === 'dates_unclear'
    const layout = isOpen && proved.length === 1 ? layoutOf(i, { ...aside, said: proved[0]! }) : first
    if (!layout.ok) return layout
    read.push({ ...found[i]!, layout: layout.value })
  }
  return ok(read)
}

const same: WithYears = (record) => record

/** Words in which a summary below the rows names its figures, the balances first. */
function namesSums({ cells }: CsvRecord): boolean {
  const named = cells.filter((cell) => cell !== '')
  return named.length > 2 && balanceWords(named[0]!) !== null && named.every((cell) => !/\d/.test(cell))
}

function isUndated({ cells }: CsvRecord, { booked }: Layout): boolean {
  return scanDate(cells[booked] ?? '') === null
}

async function sampleRecords(
  sample: string,
  whole: boolean,
  dialect: Dialect,
): Promise<{ readonly records: readonly CsvRecord[]; readonly failure: FormatFailure | null }> {
  const records: CsvRecord[] = []
  for await (const record of readRecords(chain(sample, []), dialect, null)) {
    // A sample cut inside a quoted field ends in a failure that is none of the file; a record that is too long is one in any case.
    if (!record.ok) return { records, failure: whole || record.failure.code === 'limit_exceeded' ? record.failure : null }
    records.push(record.value)
  }
  // The last record of a cut sample is half a record.
  if (!whole) records.pop()
  return { records, failure: null }
}

async function* chain(first: string, rest: AsyncIterable<string> | readonly string[], seen: (piece: string) => void = () => {}): AsyncGenerator<string> {
  seen(first)
  yield first
  for await (const piece of rest) {
    seen(piece)
    yield piece
  }
}

async function gathered(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

/** The rows of one account in one currency. A table may change between several and come back to each. */
type Section = { readonly account: string | null; readonly currency: Currency | null; readonly balance: RunningBalance; readonly line: number }

/** Collects rows to parts; each account and currency is one statement, which goes on when the table comes back to it. */
class RowReader {
  #parts: StatementPart[] = []
  #rows: StatementRow[] = []
  readonly #sections = new Map<string, Section>()
  /** Balances in words that came before any row. */
  #early: Extract<CsvRow, { readonly type: 'balance' }>[] = []
  /** A balance beside no amount that came before any row. */
  #earlyStanding: Decimal | null = null
  /** Sections whose balances were given. */
  readonly #stated = new Set<Section>()
  #open: Section | null = null
  readonly #leftOut = new Map<keyof typeof LEFT_OUT, number>()
  #hasMinus: boolean
  readonly #layout: Layout
  /** What the file calls the account of this table, where it has several. */
  readonly #title: string | null
  readonly #goesOn: boolean

  /** `hasMinus`: a table above had an amount with a minus. */
  constructor(layout: Layout, { title, goesOn }: Table, hasMinus: boolean) {
    this.#layout = layout
    this.#title = title
    this.#goesOn = goesOn
    this.#hasMinus = hasMinus
  }

  get hasMinus(): boolean {
    return this.#hasMinus
  }

  get hasParts(): boolean {
    return this.#parts.length > 0
  }

  *take(): Generator<Result<StatementPart, FormatFailure>> {
    const parts = this.#parts
    this.#parts = []
    for (const part of parts) yield ok(part)
  }

  /** A failure when the row shows that money moved without saying how much. */
  accept(row: CsvRow, line: number): FormatFailure | null {
    if (row.type === 'sides') return row.rows.map((side) => this.accept(side, line)).find((failure) => failure !== null) ?? null
    if (row.type === 'declined' || row.type === 'neutral' || row.type === 'noted' || row.type === 'undated' || row.type === 'words' || row.type === 'turnover' || row.type === 'total') this.#leave(row.type)
    if (row.type === 'balance' && row.isListed) this.#leave('balances')
    if (row.type === 'standing') {
      if (row.isTold) this.#leave('standing')
      if (this.#open === null) this.#earlyStanding ??= row.balance
      if (this.#open?.balance.agrees(row.balance) === false)
        return { code: 'missing_field', message: `The row on line ${line} has a date and another balance than the rows before it lead to, but no amount.`, line }
    }
    if (row.type === 'balance') {
      // Before the first row it does not know account and currency yet; the row completes it.
      const open = this.#open
      if (open === null) this.#early.push(row)
      else {
        const [account, currency] = [row.account ?? open.account, row.currency ?? open.currency]
        if (account !== open.account || currency !== open.currency) this.#start(account, currency, line)
        this.#open!.balance.state(row.kind, row.amount, row.on)
      }
    }
    if (row.type === 'more') this.#goOn(row.text)
    if (row.type !== 'row') return null
    if (this.#rows.length >= ROWS_A_BATCH) this.#flushRows()
    const open = this.#open
    if (open === null || row.account !== open.account || row.currency !== open.currency) this.#start(row.account, row.currency, line)
    if (row.row.amount.startsWith('-')) this.#hasMinus = true
    if (!this.#open!.balance.move(row.row.amount, row.balance, row.row))
      return { code: 'missing_field', message: `The row on line ${line} has another balance than the one before it leads to, which stands beside no amount.`, line }
    this.#rows.push(row.row)
    return null
  }

  #leave(what: keyof typeof LEFT_OUT): void {
    this.#leftOut.set(what, (this.#leftOut.get(what) ?? 0) + 1)
  }

  /** The last row is here still: a batch goes when the next one comes. */
  #goOn(text: string): void {
    const last = this.#rows.at(-1)
    if (last !== undefined) this.#rows[this.#rows.length - 1] = { ...last, memo: joinTexts([last.memo, text]) }
  }

  /** Ends what is open; the balances of sections that ended before are known only now. */
  finish(): void {
    const isEmpty = this.#sections.size === 0
    if (isEmpty) this.#start(this.#layout.accountNumber, this.#layout.fixedCurrency, 1)
    const { mayMix, unsignedIs } = this.#layout
    if (!isEmpty && mayMix !== null) this.#parts.push({ part: 'notice', code: 'accounts_mixed', severity: 'WARN', message: MIXED[mayMix], line: 0 })
    if (!isEmpty && unsignedIs === 'out') this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'INFO', message: CHARGES, line: 0 })
    if (!isEmpty && unsignedIs === 'in' && !this.#hasMinus) this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'WARN', message: UNSIGNED, line: 0 })
    this.#endWithBalances()
    for (const section of this.#sections.values()) {
      if (section.balance.stated().length === 0 || this.#stated.has(section)) continue
      this.#start(section.account, section.currency, section.line)
      this.#endWithBalances()
    }
  }

  #start(account: string | null, currency: Currency | null, line: number): void {
    this.#end()
    const key = `${account ?? ''}\u001f${currency ?? ''}`
    const before = this.#sections.get(key)
    const section = before ?? { account, currency, balance: new RunningBalance(this.#layout.direction), line }
    this.#sections.set(key, section)
    this.#open = section
    for (const { kind, amount, on } of this.#early) section.balance.state(kind, amount, on)
    if (this.#earlyStanding !== null) section.balance.agrees(this.#earlyStanding)
    this.#early = []
    this.#earlyStanding = null
    const { isNamed, loneName } = this.#layout
    const isLone = !isNamed && account === null && loneName !== null && this.#title === null
    const [number, name] = isNamed ? [null, account] : [account, account === null && this.#title !== null ? this.#title : isLone ? loneName : null]
    const named = { number, bankId: null, branchId: null, kind: 'other' as const, name, ...(isLone ? { isNameLone: true } : {}) }
    this.#parts.push({ part: 'start', head: { account: named, currency, covers: { from: null, to: null }, line, ...(before === undefined && !this.#goesOn ? {} : { continues: true }), ...(this.#layout.unsignedIs === null ? {} : { signsOpen: true }) } })
    const { orderTold } = this.#layout
    if (orderTold !== null && this.#sections.size === 1 && before === undefined) this.#parts.push({ part: 'notice', ...orderTold, severity: 'INFO', line: 0 })
  }

  #endWithBalances(): void {
    const open = this.#open!
    this.#flushRows()
    for (const { kind, amount, on } of open.balance.stated()) {
      this.#parts.push({ part: 'balance', balance: { kind, amount, currency: open.currency ?? UNSTATED_CURRENCY, on, at: null } })
    }
    this.#stated.add(open)
    this.#end()
  }

  #end(): void {
    if (this.#open === null) return
    this.#open = null
    this.#flushRows()
    for (const [code, count] of this.#leftOut) this.#parts.push({ part: 'notice', code, severity: 'INFO', message: LEFT_OUT[code](count), line: 0 })
    this.#leftOut.clear()
    this.#parts.push({ part: 'end', covers: { from: null, to: null } })
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#parts.push({ part: 'rows', rows: this.#rows })
    this.#rows = []
  }
}
