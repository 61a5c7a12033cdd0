/**
 * Reads CSV exports of banks without configuration, as a stream: the first 256 kB decide delimiter,
 * columns and notation (infer.ts), then rows flow in flat memory. A file that cannot be understood, or
 * a row that contradicts what was understood, is a failure with its line. Several accounts or
 * currencies in one file become statements of their own.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementPart } from '../../domain/statement.ts'
import { guessCharset } from '../charset-guess.ts'
import { cleanText } from '../clean-text.ts'
import { decodeText } from '../decode.ts'
import { NO_LIMITS, type ReadLimits } from '../lines.ts'
import { balanceWords } from '../unstated.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { bareDays } from './bare-days.ts'
import { columnedAsTable, placesOf } from './columned.ts'
import { copyIn, type Copy } from './copies.ts'
import { CopyWatch } from './copy-watch.ts'
import { CutWatch } from './cut.ts'
import { countHeadings, isHeadingLine } from './headings.ts'
import { daysAbove } from './days-above.ts'
import { inferLayout, type Aside } from './infer.ts'
import { labelledAsTable, labelsOf } from './labelled.ts'
import { amountCells, type Layout } from './layout.ts'
import { isMarkupTable, MarkupTables } from './markup.ts'
import { isWrapped, likelyDialects, readRecords, unwrapped, type CsvRecord, type Dialect } from './records.ts'
import { programOf } from './program.ts'
import { reshapeOf } from './reshape.ts'
import { RowReader } from './row-reader.ts'
import { holdsFigure, misshapen } from './row-shape.ts'
import { isStanding, readRow, type CsvRow } from './rows.ts'
import { areSided, isTitle, SideWatch } from './sides.ts'
import { SignsByBalance } from './signs-by-balance.ts'
import { stateBelow } from './status.ts'
import { SumWatch } from './sum-watch.ts'
import { anotherAccount, isDated, type Table, tablesIn, TITLE_CELLS, TitleWatch } from './tables.ts'
import { yearsBeside, type WithYears } from './yearless.ts'

/** Characters of the file that decide its layout. */
const SAMPLE_LENGTH = 262_144

/** Tables of one account that are asked what the others do not tell. */
const TOLD_BY = 5

/** Dialects that are tried before a file is given up. */
const ATTEMPTS = 3

/** Reads a whole file. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = NO_LIMITS,
  aside: Aside = { fileName: null, said: null, remembered: null, today: null, currency: null },
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
  const markup = isMarkupTable(sample) ? new MarkupTables() : null
  const trueLines = markup === null ? linesAsTable(sample) : (lines: AsyncIterable<string>) => markup.asTable(lines)
  const beginning = markup === null ? trueLines : (lines: AsyncIterable<string>) => new MarkupTables().asTable(lines)
  const found = await inferDialect(await gathered(beginning(chain(sample.slice(0, SAMPLE_LENGTH), []))), whole, aside)
  if (!found.ok) return yield found
  let end = ''
  const file = new FileReader(found.value)
  for await (const record of readRecords(trueLines(chain(sample, text, (piece) => void (end = piece.at(-1) ?? end))), found.value.dialect, limits.maxLines)) {
    const failure = record.ok ? file.accept(record.value) : record.failure
    if (failure !== null) return yield failed(failure)
    if (file.hasParts) for (const part of file.take()) yield ok(part)
  }
  const failure = markup?.failure() ?? file.finish(/[\r\n]/.test(end))
  if (failure !== null) return yield failed(failure)
  for (const part of file.take()) yield ok(part)
}

/** What makes a table of lines that say it in another way. */
function linesAsTable(sample: string): (text: AsyncIterable<string>) => AsyncIterable<string> {
  if (isWrapped(sample)) return unwrapped
  const places = placesOf(sample)
  if (places !== null) return (text) => columnedAsTable(text, places)
  const labels = labelsOf(sample)
  return labels === null ? (text) => text : (text) => labelledAsTable(text, labels)
}

/** What the beginning of a file showed of all of it. */
type Found = { readonly dialect: Dialect; readonly tables: readonly ReadTable[]; /** See `StatementHead`. */ readonly program: string; /** How many records were looked at. */ readonly sampled: number; readonly inShape: WithYears; readonly copy: Copy | null; /** How many rows have the day of the one above, where no balance proves that they are rows. */ readonly undated: number; /** Titles tell which way the money went. */ readonly areSided: boolean; /** It was looked at whole. */ readonly isWhole: boolean }

/** Turns the records of a file into parts, table by table. */
class FileReader {
  readonly #found: Found
  readonly #titles = new TitleWatch()
  /** The table under way, and the index of its next record. */
  #table: ReadTable
  #tableAt = 0
  #index = 0
  #reader: RowReader
  #cut: CutWatch
  #signs: SignsByBalance | null
  /** Null where the sample was all. */
  #sums: SumWatch | null = null
  #copies: CopyWatch | null = null
  /** Null where no titles tell the signs. */
  readonly #sides: SideWatch | null
  /** Below the words of a summary figures are no rows. */
  #isAboveSums = false
  /** Records since the last row that are none, but hold a figure. */
  #figures = 0
  /** What the title above the rows says of their state, and whether another one stands below it, or a heading without rows. */
  #isPending = false
  #titled: 'pending' | 'other' | 'empty' | null = null
  /** What is wrong with the shape of the row before: if no other follows, the file ends within it. */
  #lack: FormatFailure | null = null

  constructor(found: Found) {
    this.#found = found
    this.#table = found.tables[0]!
    this.#reader = new RowReader(this.#table.layout, this.#table, found.program, false)
    this.#cut = new CutWatch(this.#table.layout)
    this.#signs = signsOf(this.#table.layout)
    this.#sides = found.areSided ? new SideWatch() : null
    if (!found.isWhole) this.#watch()
  }

  #watch(): void {
    this.#sums = new SumWatch(this.#table.layout)
    this.#copies = new CopyWatch()
  }

  get hasParts(): boolean {
    return this.#reader.hasParts
  }

  take(): readonly StatementPart[] {
    return this.#reader.take()
  }

  accept(record: CsvRecord): FormatFailure | null {
    if (this.#found.copy?.lines.has(record.line) === true) return null
    if (this.#lack !== null) return this.#lack
    const ended = this.#index === this.#found.tables[this.#tableAt + 1]?.from ? this.#nextTable() : null
    if (ended !== null) return ended
    const other = this.#titles.take(record, this.#index < this.#found.sampled)
    if (other !== null) return other
    const { layout, from } = this.#table
    const place = this.#index - from
    this.#index += 1
    this.#lookAtTitle(record)
    this.#sides?.take(record)
    // The heading tells how wide a row is.
    if (place + 1 >= layout.skipped && !isStanding(record, layout)) this.#cut.take(record)
    return place < layout.skipped ? null : this.#acceptRow(this.#found.inShape(record), layout, record.line)
  }

  #acceptRow(record: CsvRecord, layout: Layout, line: number): FormatFailure | null {
    const isSum = this.#isAboveSums && isUndated(record, layout)
    const read = isSum ? ok({ type: 'total' } as const) : readRow(record, layout, this.#isPending)
    const row = read.ok && this.#sides !== null ? this.#sides.signed(read.value, line) : read
    this.#isAboveSums = isSum || namesSums(record)
    if (!row.ok) return row.failure
    const fault = this.#sums?.take(record, row.value, this.#index <= this.#found.sampled) ?? (row.value.type === 'row' ? this.#copies?.take(record, row.value.row) : null) ?? otherName(record, row.value, layout)
    if (fault !== null) return fault
    this.#lack = misshapen(record, row.value, layout)
    this.#lookForFigures(record, row.value)
    return this.#signs === null ? this.#reader.accept(row.value, line) : this.#acceptAll(this.#signs.take(row.value, line))
  }

  /** Below all rows stand what sums them up and what the bank says: between them a figure without a day may be a damaged one. */
  #lookForFigures(record: CsvRecord, { type }: CsvRow): void {
    if (type === 'none' && holdsFigure(record)) this.#figures += 1
    if (type !== 'row') return
    this.#reader.tellFigures(this.#figures)
    this.#figures = 0
  }

  /** Rows below a title of pending ones are pending until another title stands above a heading, or says that they are booked. */
  #lookAtTitle({ cells }: CsvRecord): void {
    const told = cells.filter((cell) => cell !== '').length
    if (told > TITLE_CELLS) {
      const isHeading = this.#isPending && isHeadingLine(cells)
      if (isHeading && this.#titled !== 'pending' && this.#titled !== null) this.#isPending = false
      this.#titled = isHeading && this.#titled === 'pending' ? 'empty' : null
      return
    }
    const state = stateBelow(cells)
    if (state !== null) this.#isPending = state === 'pending'
    if (state !== null || isTitle(cells)) this.#titled = state === 'pending' ? 'pending' : 'other'
  }

  #acceptAll(placed: readonly { readonly row: CsvRow; readonly line: number }[]): FormatFailure | null {
    for (const { row, line } of placed) {
      const failure = this.#reader.accept(row, line)
      if (failure !== null) return failure
    }
    return null
  }

  /** Rows that wait for their signs, and what is said of those that have none. */
  #endSigns(): FormatFailure | null {
    if (this.#signs === null) return null
    const failure = this.#acceptAll(this.#signs.finish())
    this.#reader.tell(this.#signs.told())
    return failure
  }

  #nextTable(): FormatFailure | null {
    const failure = this.#endSigns()
    this.#tableAt += 1
    if (this.#titled !== 'pending') this.#isPending = false
    this.#table = this.#found.tables[this.#tableAt]!
    this.#reader.finish()
    this.#reader = new RowReader(this.#table.layout, this.#table, this.#found.program, this.#reader.hasMinus, this.#reader.take())
    this.#cut = new CutWatch(this.#table.layout)
    this.#signs = signsOf(this.#table.layout)
    if (!this.#found.isWhole) this.#watch()
    return failure
  }

  /** `isEnded`: the file ends with the end of a line. */
  finish(isEnded: boolean): FormatFailure | null {
    const failure = (isEnded ? null : this.#cut.failure()) ?? this.#lack ?? this.#copies?.finish() ?? this.#endSigns()
    if (this.#found.copy !== null) this.#reader.tellCopy(this.#found.copy)
    this.#reader.tellDiffering(this.#sums?.differ ?? null)
    this.#reader.tellUndated(this.#found.undated)
    if (failure === null) this.#reader.finish()
    return failure
  }
}

/** The dialect in which the sample makes sense, and the layout that it has then. */
async function inferDialect(
  sample: string,
  isWhole: boolean,
  aside: Aside,
): Promise<Result<Found, FormatFailure>> {
  let firstFailure: FormatFailure | null = null
  for (const dialect of likelyDialects(sample).slice(0, ATTEMPTS)) {
    const { records: all, failure } = await sampleRecords(sample, isWhole, dialect)
    const copy = isWhole ? copyIn(all) : null
    const records = copy === null ? all : all.filter(({ line }) => !copy.lines.has(line))
    const reshape = reshapeOf(records)
    const shaped = reshape === null ? records : records.map(reshape)
    const days = bareDays(shaped, aside.today) ?? yearsBeside(shaped)
    const dated = days === null ? shaped : shaped.map(days)
    const above = daysAbove(dated)
    const inShape: WithYears = (record) => (above?.place ?? same)((days ?? same)((reshape ?? same)(record)))
    const inOrder = above === null ? dated : dated.map(above.place)
    const tables = readTables(inOrder, dialect.delimiter, aside)
    if (tables.ok) {
      const cut = tables.value.map((table, at) => ({ ...table, records: inOrder.slice(table.from, tables.value[at + 1]?.from) }))
      const isSided = areSided(cut)
      const read = isSided ? tables.value.map((table) => ({ ...table, layout: { ...table.layout, unsignedIs: null } })) : tables.value
      return ok({ dialect, tables: read, program: programOf(read.map(({ layout }) => layout)), sampled: records.length, inShape, copy, undated: above === null || read.every(({ layout }) => layout.balance !== null) ? 0 : above.count, areSided: isSided, isWhole })
    }
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
  const all = tablesIn(records)
  // A title and a heading without a row: nothing happened in that account.
  const cut = all.map((table, i) => ({ ...table, records: records.slice(table.from, all[i + 1]?.from) }))
  const found = cut.some((table) => hasRows(table.records)) ? cut.filter((table) => hasRows(table.records)) : cut
  const layoutOf = (i: number, around: Aside): Result<Layout, FormatFailure> => inferLayout(found[i]!.records, delimiter, around)
  const layouts = found.map((_, i) => layoutOf(i, aside))
  // Who writes a file writes all its dates in one order.
  const proved = [...new Set(layouts.flatMap((layout) => (layout.ok && layout.value.orderTold === null && layout.value.order !== 'ymd' ? [layout.value.order] : [])))]
  const read: ReadTable[] = []
  for (const [i, first] of layouts.entries()) {
    const isOpen = first.ok ? first.value.orderTold !== null : first.failure.code === 'dates_unclear'
    const layout = isOpen && proved.length === 1 ? layoutOf(i, { ...aside, said: proved[0]! }) : first
    if (!layout.ok) return layout
    const { from, title, group, goesOn, mayMix } = found[i]!
    read.push({ from, title, group, goesOn, mayMix, layout: layout.value })
  }
  // What one of the first does not tell, none of many does.
  const groups = Map.groupBy(read.keys(), (at) => read[at]!.group)
  return ok(read.map((table, at) => ({ ...table, layout: groups.get(table.group)!.slice(0, TOLD_BY).reduce((layout, other) => (other === at ? layout : asBeside(layout, read[other]!.layout, found[other]!.records)), table.layout) })))
}

/** The layout of a table of the same account: what its own columns do not tell is as in another table, of these records. */
function asBeside(layout: Layout, beside: Layout, records: readonly CsvRecord[]): Layout {
  const rows = records.filter((record) => !isUndated(record, beside))
  const only = <T>(column: number | null, read: (cell: string) => T): T | null => {
    const [one = null, ...others] = column === null ? [] : new Set(rows.map(({ cells }) => read(cells[column] ?? '')))
    return others.length === 0 ? one : null
  }
  const account = beside.accountNumber ?? (beside.isNamed ? null : only(beside.account, cleanText))
  const isOpen = layout.unsignedIs === 'in' && beside.unsignedIs !== 'in' && layout.amount.form === 'signed' && beside.amount.form === 'signed' && beside.amount.byBalance === undefined
  return {
    ...layout,
    accountNumber: layout.accountNumber ?? account,
    fixedCurrency: layout.fixedCurrency ?? beside.fixedCurrency ?? only(beside.currency, readCurrency),
    loneName: layout.loneName ?? beside.loneName,
    ...(isOpen ? { amount: { ...beside.amount, at: amountCells(layout.amount)[0]! }, unsignedIs: beside.unsignedIs } : {}),
  }
}

/** Behind the sample another name may stand where all of it had one. */
function otherName({ cells, line }: CsvRecord, { type }: CsvRow, { loneAt, loneName }: Layout): FormatFailure | null {
  const name = loneAt === null ? '' : (cells[loneAt] ?? '')
  return type !== 'row' || name === '' || name === loneName ? null : anotherAccount(line, name)
}

/** Whether anything but titles and sums stands below the heading. */
function hasRows(table: readonly CsvRecord[]): boolean {
  const heading = table.findIndex(({ cells }) => isHeadingLine(cells))
  return heading === -1 || table.slice(heading + 1).some((record) => isDated(record) || record.cells.filter((cell) => cell !== '').length > TITLE_CELLS)
}

function signsOf({ amount, direction }: Layout): SignsByBalance | null {
  return amount.form === 'signed' && amount.byBalance !== undefined ? new SignsByBalance(direction, amount.byBalance) : null
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

