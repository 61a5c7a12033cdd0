/**
 * From tags to nested aggregates. Mends what SGML and careless writers leave out: closing tags, empty leaves, the
 * root's end. Its one rule for damage: whatever the file closed is whole; a file that ends with an answer, statement
 * or list still open was cut, however many rows came before.
 */
import type { Place, TagSink } from './scanner.ts'
import { LEVEL, NO_LEVEL, tagOf, type Tag } from './tags.ts'

/** Reads aggregates and leaves. `leave` comes once for each `enter`, innermost first. */
export interface StructureSink {
  enter(tag: Tag): void
  /** `closed` is false when the aggregate ended because another tag ended it: an unknown one was then an empty leaf. */
  leave(tag: Tag, closed: boolean): void
  /** A leaf with its text; '' when it is empty. */
  leaf(tag: Tag, text: string): void
}

/** security.md section 5. */
const DEPTH_LIMIT = 64

/** `implied`: nothing opened it, so nothing need close it. */
type Open = { readonly tag: Tag; readonly line: number; readonly implied?: true }

const ROOT = 'OFX'
/** Some exports are this list alone, of a statement that is not there. */
const LIST = 'BANKTRANLIST'
const [STATEMENT, CARD_STATEMENT] = [tagOf('STMTRS'), tagOf('CCSTMTRS')]
/** What only a statement holds where nothing stands round about it but these: the statement itself was left out. */
const HEADS: ReadonlySet<string> = new Set(['CURDEF', 'BANKID', 'ACCTID', 'BANKACCTFROM', 'CCACCTFROM', 'LEDGERBAL', 'AVAILBAL'])
const ROWS: ReadonlySet<string> = new Set([LIST, 'BANKTRANLISTP', 'STMTTRN', 'STMTTRNP'])
const ROUND_ABOUT: ReadonlySet<string> = new Set([ROOT, 'BANKMSGSRSV1', 'BANKMSGSRSV2', 'CREDITCARDMSGSRSV1', 'CREDITCARDMSGSRSV2', 'STMTTRNRS', 'CCSTMTTRNRS'])
/** A statement that is not read: its payments are divided into principal, interest and escrow. */
const LOAN = 'LOANSTMTRS'
/** What the person calls the parts that a file may end in. */
const PART_NAMES: Readonly<Record<string, string>> = {
  STMTTRN: 'a transaction',
  STMTTRNP: 'a pending transaction',
  BANKTRANLIST: 'a list of transactions',
  INVTRANLIST: 'a list of transactions',
  BANKTRANLISTP: 'a list of pending transactions',
  STMTRS: 'a statement',
  CCSTMTRS: 'a statement',
  INVSTMTRS: 'a statement',
}

export class OfxStructure implements TagSink {
  readonly #sink: StructureSink
  #place: Place = { line: () => 0, fail: () => undefined }
  readonly #open: Open[] = []
  #sawRoot = false
  #rootClosed = false
  #sawLoan = false
  /** Whether a statement is open, and whether any was. */
  #inStatement = false
  #sawStatement = false

  constructor(sink: StructureSink) {
    this.#sink = sink
  }

  /** The scanner reports to the structure and the structure asks the scanner for lines: this ties the knot. */
  attach(place: Place): void {
    this.#place = place
  }

  get sawRoot(): boolean {
    return this.#sawRoot
  }

  open(tag: Tag, text: string): void {
    if (this.#open.length === 0 && !this.#start(tag)) return
    if (!this.#inStatement) this.#imply(tag)
    if (tag.shape === 'leaf' || (text !== '' && tag.level === NO_LEVEL)) {
      this.#sink.leaf(tag, text)
      return
    }
    if (tag.name === LOAN) this.#sawLoan = true
    this.#closeDown(tag)
    if (this.#open.length >= DEPTH_LIMIT) {
      this.#place.fail('limit_exceeded', this.#place.line(), `tags are nested more than ${DEPTH_LIMIT} deep. The file is damaged or not a statement.`)
      return
    }
    this.#enter({ tag, line: this.#place.line() })
  }

  close(tag: Tag): void {
    if (tag.shape === 'leaf') return
    for (let at = this.#open.length - 1; at >= 0; at--) {
      if (this.#open[at]?.tag.name !== tag.name) continue
      this.#closeTo(at, true)
      if (tag.name === ROOT) this.#rootClosed = true
      return
    }
    // A closing tag of something that is not open, or of a vendor's leaf: nothing to do.
  }

  cut(written: string): void {
    if (this.#open.length === 0 || this.#nearEnd(written)) return
    this.#place.fail('truncated', this.#place.line(), `the file ends inside a tag (${written}). Download it again.`)
  }

  /** Says whether the end of the input came at a clean boundary; a missing `</OFX>` alone is a harmless habit. */
  end(): void {
    const inner =
      this.#open.findLast((open) => PART_NAMES[open.tag.name] !== undefined && open.implied !== true) ??
      this.#open.find((open) => open.tag.level > LEVEL.root && open.tag.level !== NO_LEVEL && open.implied !== true) ??
      // Of rows that nothing else encloses only the root can tell that they are all.
      this.#open.find((open) => open.tag.name === ROOT && this.#open.some(({ implied }) => implied === true))
    if (inner !== undefined) {
      const part = PART_NAMES[inner.tag.name] ?? 'the document'
      this.#place.fail(
        'truncated',
        this.#place.line(),
        `the file ends inside ${part} (<${inner.tag.name}> opened on line ${inner.line}). Download it again.`,
      )
    } else if (this.#open.length > 0) this.#closeTo(0, false)
  }

  get sawLoan(): boolean {
    return this.#sawLoan
  }

  get rootClosed(): boolean {
    return this.#rootClosed
  }

  /** The first tag decides whether this is OFX at all. Files without a root element begin with a message set. */
  #start(tag: Tag): boolean {
    if (tag.name === ROOT || (tag.level <= LEVEL.statement && !this.#sawRoot)) {
      this.#sawRoot = true
      this.#rootClosed = false
      return true
    }
    if (this.#sawRoot) return false
    if (tag.name === LIST) {
      this.#sawRoot = true
      this.#enter({ tag: STATEMENT, line: this.#place.line(), implied: true })
      return true
    }
    const html = /^(HTML|HEAD|BODY|TITLE|META|SCRIPT)$/.test(tag.name)
    const what = html
      ? 'this is a web page (HTML), not OFX. Download the statement again in the format OFX, QFX or QBO.'
      : `expected <OFX>, found <${tag.name}>. This is not an OFX, QFX or QBO file.`
    this.#place.fail('unknown_format', this.#place.line(), what)
    return false
  }

  #enter(open: Open): void {
    if (open.tag.level === LEVEL.statement) this.#inStatement = this.#sawStatement = true
    this.#open.push(open)
    this.#sink.enter(open.tag)
  }

  /** Opens the statement that some programs leave out. Rows after a statement that was closed belong to nothing. */
  #imply({ name }: Tag): void {
    const isRow = ROWS.has(name)
    if (!isRow && !HEADS.has(name)) return
    if (!this.#open.every(({ tag }) => ROUND_ABOUT.has(tag.name) || (isRow && tag.shape === 'unknown'))) return
    if (this.#sawStatement) {
      if (isRow) this.#place.fail('malformed', this.#place.line(), `<${name}> stands outside of any statement, expected <STMTRS> before it.`)
      return
    }
    const isCard = name === 'CCACCTFROM' || this.#open.some(({ tag }) => tag.name.startsWith('C'))
    this.#closeDown(STATEMENT)
    this.#enter({ tag: isCard ? CARD_STATEMENT : STATEMENT, line: this.#place.line(), implied: true })
  }

  #nearEnd(written: string): boolean {
    const onlyRoot = this.#open.every((open) => open.tag.name === ROOT || open.tag.shape === 'unknown')
    return onlyRoot && `</${ROOT}>`.startsWith(written.trim().toUpperCase())
  }

  /** Ends what cannot contain `tag`: the same level and deeper, and an unknown empty tag of the same name before it. */
  #closeDown(tag: Tag): void {
    const open = this.#open
    if (tag.level === NO_LEVEL) {
      const top = open[open.length - 1]
      if (tag.shape === 'unknown' && top?.tag.name === tag.name) this.#closeTo(open.length - 1, false)
      return
    }
    for (let at = 0; at < open.length; at++) {
      if ((open[at] as Open).tag.level >= tag.level) return this.#closeTo(at, false)
    }
  }

  #closeTo(depth: number, closed: boolean): void {
    while (this.#open.length > depth) {
      const { tag } = this.#open.pop() as Open
      if (tag.level === LEVEL.statement) this.#inStatement = false
      this.#sink.leave(tag, closed && this.#open.length === depth)
    }
  }
}
