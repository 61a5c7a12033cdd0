/**
 * Tables that banks name `.xls` and write as HTML, or as the XML of spreadsheets (2003), brought into CSV: a record for each row
 * of whatever tables there are, those that are laid out above the list among them. Everything outside of cells goes.
 */
import type { FormatFailure } from '../../domain/statement.ts'
import { isHeadingLine } from './headings.ts'
import { quotedRecord } from './quoted-record.ts'

const ROW = /^(?:\w+:)?(?:tr|row)$/i
const CELL = /^(?:\w+:)?(?:td|th|cell)$/i
/** A cell over several columns has none beside it. */
const SPAN_MAX = 50
/** Of a text that waits for the end of a tag. */
const REST_MAX = 65_536
const SKIPPED = /^(?:script|style)$/i
const MARKS: ReadonlyMap<string, string> = new Map([['acute', '\u0301'], ['grave', '\u0300'], ['circ', '\u0302'], ['uml', '\u0308'], ['tilde', '\u0303'], ['cedil', '\u0327'], ['ring', '\u030a'], ['caron', '\u030c']])
const NAMED: ReadonlyMap<string, string> = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"], ['nbsp', ' '], ['euro', '€'], ['pound', '£'], ['yen', '¥'], ['szlig', 'ß'], ['ordm', 'º'], ['ordf', 'ª'], ['oslash', 'ø'], ['Oslash', 'Ø'], ['aelig', 'æ'], ['AElig', 'Æ'], ['minus', '-'], ['ndash', '–'], ['mdash', '—'], ['shy', '']])

/** Whether a text that begins with a tag holds a table with the heading of a list: the page of a sign-in has none. */
export function isMarkupTable(sample: string): boolean {
  if (!/^\s*<[?!a-z]/i.test(sample) || !/<(?:\w+:)?(?:tr|row)[\s>]/i.test(sample)) return false
  const rows = new Rows()
  return [...rows.take(sample), ...rows.end()].some(({ cells }) => isHeadingLine(cells.map((cell) => cell.trim())))
}

/** One reading of the tables in a text. */
export class MarkupTables {
  readonly #rows = new Rows()

  async *asTable(text: AsyncIterable<string>): AsyncGenerator<string> {
    const rows = this.#rows
    let line = 1
    const written = ({ cells, from }: Row): string => {
      const gap = '\n'.repeat(Math.max(0, from - line))
      line = Math.max(line, from) + 1
      return `${gap}${quotedRecord(cells.map((cell) => cell.trim()))}\n`
    }
    for await (const piece of text) yield rows.take(piece).map(written).join('')
    yield rows.end().map(written).join('')
  }

  /** To be asked at the end of the text. */
  failure(): FormatFailure | null {
    const line = this.#rows.cutOn
    return line === null ? null : { code: 'truncated', message: `The file ends on line ${line} before its table does. Download it again.`, line }
  }
}

type Row = { readonly cells: readonly string[]; /** The line on which it begins. */ readonly from: number }

/** Rows of tables in a text that comes in pieces. Tags that end a row or a cell may be missing. */
class Rows {
  #rest = ''
  #line = 1
  #from = 1
  /** Null outside of rows. */
  #cells: string[] | null = null
  #isInCell = false
  /** Columns that the cell under way goes over, beside its own. */
  #pad = 0
  #skipped: string | null = null
  #openTables = 0
  #isBook = false
  #hasEnded = false
  #cutOn: number | null = null
  #done: Row[] = []

  take(piece: string): readonly Row[] {
    const text = this.#rest + piece
    let at = 0
    for (;;) {
      const open = text.indexOf('<', at)
      const isComment = open !== -1 && text.startsWith('<!--', open)
      const close = open === -1 ? -1 : text.indexOf(isComment ? '-->' : '>', open)
      if (close === -1) break
      this.#say(text.slice(at, open))
      const end = close + (isComment ? 3 : 1)
      this.#count(text.slice(open, end))
      if (!isComment) this.#tag(text.slice(open + 1, close))
      at = end
    }
    this.#rest = text.slice(at)
    // What never ends is no tag.
    if (this.#rest.length > REST_MAX) {
      this.#say(this.#rest)
      this.#rest = ''
    }
    return this.#taken()
  }

  /** The line on which the text ended before what it had begun: a tag, a table, or a workbook, which may have more of them. A page that ends as one may lack the ends of its tables. */
  get cutOn(): number | null {
    return this.#cutOn
  }

  end(): readonly Row[] {
    const isOpen = !this.#hasEnded && (this.#openTables > 0 || this.#isBook)
    this.#cutOn = isOpen || this.#rest.startsWith('<') ? this.#line : null
    this.#say(this.#rest)
    this.#rest = ''
    this.#flush()
    return this.#taken()
  }

  #taken(): readonly Row[] {
    const done = this.#done
    this.#done = []
    return done
  }

  #tag(tag: string): void {
    const [, slash = '', name = ''] = /^(\/?)([\w:-]+)/.exec(tag) ?? []
    const isEmpty = tag.endsWith('/')
    if (this.#skipped !== null) {
      if (slash !== '' && name.toLowerCase() === this.#skipped) this.#skipped = null
      return
    }
    const isTable = /^(?:\w+:)?table$/i.test(name)
    if (isTable && !isEmpty) this.#openTables += slash === '' ? 1 : -1
    if (/^(?:\w+:)?workbook$/i.test(name)) this.#isBook = true
    if (slash !== '' && /^(?:(?:\w+:)?workbook|html|body)$/i.test(name)) this.#hasEnded = true
    if (SKIPPED.test(name) && slash === '' && !isEmpty) this.#skipped = name.toLowerCase()
    else if (ROW.test(name) || isTable) {
      this.#flush()
      if (slash === '' && ROW.test(name) && !isEmpty) [this.#cells, this.#from] = [[], this.#line]
    } else if (CELL.test(name)) {
      this.#isInCell = slash === '' && !isEmpty
      if (slash === '') this.#begin(tag)
    } else if (this.#isInCell && /^(?:br|p|div)$/i.test(name)) this.#say(' ')
  }

  #begin(tag: string): void {
    const cells = this.#cells
    if (cells === null) return
    cells.push(...Array<string>(this.#pad).fill(''))
    // A spreadsheet leaves out empty cells, and says which one comes next.
    const next = Number(/\bIndex\s*=\s*["']?(\d{1,3})/i.exec(tag)?.[1] ?? 0) - 1
    while (cells.length < Math.min(next, 200)) cells.push('')
    cells.push('')
    const span = Math.min(Number(/\b(?:colspan|MergeAcross)\s*=\s*["']?(\d{1,3})/i.exec(tag)?.[1] ?? 1), SPAN_MAX)
    this.#pad = /MergeAcross/i.test(tag) ? span : span - 1
  }

  #say(text: string): void {
    this.#count(text)
    if (this.#isInCell && this.#cells !== null && this.#skipped === null) this.#cells[this.#cells.length - 1] += decoded(text.replace(/\s+/g, ' '))
  }

  #count(text: string): void {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#line += 1
  }

  #flush(): void {
    if (this.#cells !== null && this.#cells.some((cell) => cell.trim() !== '')) this.#done.push({ cells: this.#cells, from: this.#from })
    this.#cells = null
    this.#isInCell = false
    this.#pad = 0
  }
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([A-Za-z]{2,8}));/gi, (written, decimal?: string, hex?: string, name = '') => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : null
    if (code !== null) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).replace('\u00a0', ' ') : written
    const mark = MARKS.get(name.slice(1))
    return NAMED.get(name) ?? (mark === undefined ? written : `${name.slice(0, 1)}${mark}`.normalize('NFC'))
  })
}
