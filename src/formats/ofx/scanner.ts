/**
 * From bytes to tags. Takes chunks of any size, gives each tag with the text that follows it, in time linear in the
 * input and in constant memory. It knows the lexical habits of SGML and XML as banks mix them, and nothing of OFX's
 * structure (structure.ts) or meaning (statements.ts).
 */
import type { FormatFailure, FormatFailureCode } from '../../domain/statement.ts'
import { parseHeader, type OfxHeader } from './header.ts'
import { listedTag, nextHash, tagOf, type Tag } from './tags.ts'
import { decodeCharset, decodeEntities, provedCharset, tidy } from './text.ts'
import { Transcoder } from './transcode.ts'

/** Where the reading is, and the way to stop it. The first failure counts. */
export interface Place {
  /** Line of the tag being reported, from 1. */
  line(): number
  fail(code: FormatFailureCode, line: number, what: string): void
}

/** What the scanner reports to. `text` is decoded, trimmed, and '' when the tag has none. */
export interface TagSink {
  open(tag: Tag, text: string): void
  close(tag: Tag): void
  /** The input ended inside the markup that begins with `written`. */
  cut(written: string): void
}

/** A tag with its text must fit (security.md section 5). */
const TOKEN_LIMIT = 65_536
const CAPACITY = 2 * TOKEN_LIMIT
/** Most answers of a bank fit; the buffer grows to its capacity for what is larger. */
const FIRST_CAPACITY = 16_384
/** Read this much at once: strings of that size die young, larger ones wait for a full collection. */
const WINDOW = 32_768
const NAME_LIMIT = 64
/** Padding is shorter; a lost disk page, which may have held transactions, is longer. */
const ZERO_RUN = '\0'.repeat(256)

const LESS = 60
const GREATER = 62
const SLASH = 47

/** Classes of bytes in text: 1 ends plain text, 2 is white space that may need tidying, 3 needs decoding. */
const TEXT_CLASS = new Uint8Array(256)
TEXT_CLASS.fill(3, 0, 32).fill(3, 127)
for (const code of [9, 10, 13]) TEXT_CLASS[code] = 2
TEXT_CLASS[38] = 3
TEXT_CLASS[LESS] = 1

/** Bytes of a tag name: 1 may start it, 2 may follow. */
const NAME_CLASS = new Uint8Array(256)
for (let code = 0; code < 256; code++) {
  if (/[A-Za-z_]/.test(String.fromCharCode(code))) NAME_CLASS[code] = 1
  else if (/[0-9.:-]/.test(String.fromCharCode(code))) NAME_CLASS[code] = 2
}

/** What a `<` turned out to be. */
const TAG = 0
const LITERAL = 1
const CUT = 2
const SKIP = 3
const CDATA = 4
const REFUSED = 5
const DRESS = 6

/** Tags of web pages that banks leave in texts. None is one of OFX; what they dress is text all the same. */
const BREAKS: ReadonlySet<string> = new Set(['BR', 'P', 'DIV'])
const DRESSES: ReadonlySet<string> = new Set([...BREAKS, 'SPAN', 'FONT', 'B', 'I', 'U', 'EM', 'STRONG', 'SMALL'])

export class OfxScanner implements Place {
  readonly #sink: TagSink
  readonly #transcoder = new Transcoder()
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY)
  #end = 0
  /** The header must lie in the first block whole; later blocks may be smaller. */
  #scanAt = CAPACITY
  /** The buffer as one character per byte: slicing it is much cheaper than decoding piece by piece. */
  #text = ''
  #header: OfxHeader | null = null
  #failure: FormatFailure | null = null
  #sawContent = false
  #sawTag = false

  #newline = 10
  /** Line of the first byte of the buffer, and of the tag being reported. */
  #lineBase = 1
  #placeLine = 1

  // The tag that waits for the end of its text.
  #open: Tag | null = null
  #openAt = 0
  #openLine = 0
  /** Text that cannot be sliced from the buffer: it had comments or CDATA in it. */
  #collected: string | null = null

  // The text read last by #readText.
  #line = 1
  #textAt = 0
  #blankAt = -1
  #decode = false
  #found = CUT

  // The tag read last by #readMarkup.
  #tag: Tag = tagOf('OFX')
  #closing = false
  #selfClosing = false
  /** The tag holds more than its name, so perhaps line ends. */
  #spread = false
  #markupEnd = 0

  constructor(sink: TagSink) {
    this.#sink = sink
  }

  get failure(): FormatFailure | null {
    return this.#failure
  }

  /** Known once the first block was scanned; a file without a header has one of style `none`. */
  get header(): OfxHeader | null {
    return this.#header
  }

  /** False as long as only blanks, NULs and byte order marks came. */
  get sawContent(): boolean {
    return this.#sawContent
  }

  push(chunk: Uint8Array): void {
    this.#append(this.#transcoder.push(chunk))
  }

  /** The end of the input: what is left is read as complete. */
  end(): void {
    this.#append(this.#transcoder.end())
    const last = this.#end > 0 ? this.#buffer[this.#end - 1] : 0
    this.#scan(true)
    // The line of the end is the last one that holds something.
    if (last === this.#newline && this.#lineBase > 1) this.#lineBase--
    this.#placeLine = this.#lineBase
  }

  line(): number {
    return this.#placeLine
  }

  fail(code: FormatFailureCode, line: number, what: string): void {
    this.#failure ??= { code, line, message: line > 0 ? `Line ${line}: ${what}` : what }
  }

  #append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#failure === null; ) {
      const size = Math.min(this.#scanAt - this.#end, bytes.length - at)
      if (this.#end + size > this.#buffer.length) this.#grow(this.#end + size)
      this.#buffer.set(bytes.subarray(at, at + size), this.#end)
      this.#end += size
      at += size
      if (this.#end === this.#scanAt) this.#scan(false)
    }
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.min(CAPACITY, Math.max(needed, 2 * this.#buffer.length)))
    larger.set(this.#buffer.subarray(0, this.#end))
    this.#buffer = larger
  }

  #scan(final: boolean): void {
    if (this.#failure !== null) return
    this.#text = this.#buffer.toString('latin1', 0, this.#end)
    if (this.#header === null && !this.#begin(final)) return
    const rest = this.#readTags(final)
    if (this.#failure !== null) return
    if (this.#end - rest > TOKEN_LIMIT) this.#tooLong(this.#lineBase)
    // The first block is large enough to hold any header; a file without a tag in it is something else.
    if (!this.#sawTag && !final) this.fail('unknown_format', 1, 'expected <OFX>, found none. This is not an OFX, QFX or QBO file.')
    this.#keepFrom(rest)
  }

  #tooLong(line: number): number {
    this.fail('limit_exceeded', line, `more than ${TOKEN_LIMIT} bytes without a tag. No OFX field is that long; the file is damaged.`)
    return 0
  }

  #keepFrom(at: number): void {
    this.#buffer.copyWithin(0, at, this.#end)
    this.#end -= at
    this.#scanAt = this.#end + WINDOW
  }

  /** Skips blanks before the header and reads it; false when nothing but blanks came so far. */
  #begin(final: boolean): boolean {
    const content = this.#text.search(/[^\0\s\xef\xbb\xbf]/)
    this.#newline = !this.#text.includes('\n') && this.#text.includes('\r') ? 13 : 10
    const blanks = content === -1 ? this.#end : content
    if (content === -1 || (content > TOKEN_LIMIT && !final)) {
      this.#lineBase += this.#newlines(0, blanks)
      this.#keepFrom(blanks)
      return false
    }
    this.#sawContent = true
    const header = parseHeader(this.#text.slice(content, content + TOKEN_LIMIT))
    this.#header = { ...header, charset: provedCharset(header.charset, this.#buffer.subarray(content, this.#end), this.#text) }
    if (header.rootAt > 0 && !/<!(?:DOCTYPE|ENTITY)/i.test(this.#text.slice(content, content + header.rootAt))) this.#skip(content + header.rootAt)
    return true
  }

  /** What stands before the root is not read as tags: headers in a markup of their own, instructions that never close. */
  #skip(to: number): void {
    this.#lineBase += this.#newlines(0, to)
    this.#keepFrom(to)
    this.#text = this.#text.slice(to)
  }

  /** Reports every complete tag of the buffer; gives the place from which the rest must be kept. */
  #readTags(final: boolean): number {
    const end = this.#end
    this.#line = this.#lineBase
    this.#open = null
    for (let at = 0; ; at = this.#markupEnd) {
      at = this.#readText(at)
      if (this.#found === REFUSED) return this.#refuse(at)
      if (this.#found === CUT && !final) {
        this.#lineBase = this.#open === null ? this.#line : this.#openLine
        return this.#open === null ? at : this.#openAt
      }
      if (this.#open !== null) this.#giveOpen(this.#open, at)
      this.#placeLine = this.#line
      if (this.#found === CUT) {
        this.#lineBase = this.#line
        if (at < end) this.#sink.cut(this.#text.slice(at, at + 24))
        return end
      }
      if (this.#failure === null) this.#giveTag(at)
      if (this.#failure !== null) return 0
    }
  }

  /**
   * One pass over the text from `from` on: gives where it ends (the next tag, markup that is cut, or the end of the
   * buffer) with what is there in #found, and notes whether the text is plain enough to be taken as it is.
   */
  #readText(from: number): number {
    const bytes = this.#buffer
    const end = this.#end
    const newline = this.#newline
    let at = from
    let blankAt = -1
    let decode = false
    this.#textAt = from
    for (;;) {
      let lines = 0
      for (; at < end; at++) {
        const byte = bytes[at] as number
        const kind = TEXT_CLASS[byte]
        if (kind === 0) continue
        if (kind === 1) break
        if (kind === 3) decode = true
        else {
          if (byte === newline) lines++
          if (blankAt === -1) blankAt = at
        }
      }
      this.#line += lines
      const found = at < end ? this.#readMarkup(at) : CUT
      if (found === LITERAL) at++
      else if (found === SKIP || found === CDATA || found === DRESS) at = this.#collect(at, found)
      else {
        this.#found = found
        this.#blankAt = blankAt
        this.#decode = decode
        return at
      }
    }
  }

  /** A comment, an instruction, CDATA or a tag of a web page at `at`: the text before and in it goes to the open tag; gives where it ends. */
  #collect(at: number, found: number): number {
    const end = this.#markupEnd
    this.#line += this.#newlines(at, end)
    if (this.#open === null) return end
    const inside = found === CDATA ? decodeCharset(this.#text.slice(at + 9, end - 3), this.#charset) : found === DRESS && BREAKS.has(this.#tag.name) ? ' ' : ''
    this.#collected = (this.#collected ?? '') + this.#decoded(this.#textAt, at) + inside
    this.#textAt = end
    return end
  }

  /** Reports the open tag, whose text ends at `end`. */
  #giveOpen(tag: Tag, end: number): void {
    this.#placeLine = this.#openLine
    if (end - this.#openAt > TOKEN_LIMIT) this.#tooLong(this.#openLine)
    else this.#sink.open(tag, this.#collected === null ? this.#value(this.#textAt, end) : tidy(this.#collected + this.#decoded(this.#textAt, end)))
    this.#open = null
    this.#collected = null
  }

  /** The tag at `at` was read: a closing one is reported at once, an opening one waits for its text. */
  #giveTag(at: number): void {
    const tag = this.#tag
    if (this.#closing) this.#sink.close(tag)
    else if (this.#selfClosing) {
      this.#sink.open(tag, '')
      this.#sink.close(tag)
    } else {
      this.#open = tag
      this.#openAt = at
      this.#openLine = this.#line
    }
    this.#sawTag = true
    if (this.#spread) this.#line += this.#newlines(at, this.#markupEnd)
  }

  /** The text between two places, trimmed; decoded only where the pass over it saw a need. */
  #value(from: number, to: number): string {
    const bytes = this.#buffer
    let start = from
    let end = to
    while (start < end && (bytes[start] as number) <= 32) start++
    while (end > start && (bytes[end - 1] as number) <= 32) end--
    if (start === end) return ''
    const text = this.#text.substring(start, end)
    if (this.#decode) {
      if (text.includes(ZERO_RUN))
        this.fail('malformed', this.#placeLine, `${ZERO_RUN.length} or more zero bytes where text should be. The file was damaged.`)
      return tidy(decodeEntities(decodeCharset(text, this.#charset)))
    }
    return this.#blankAt !== -1 && this.#blankAt < end ? tidy(text) : text
  }

  #decoded(from: number, to: number): string {
    return decodeEntities(decodeCharset(this.#text.slice(from, to), this.#charset))
  }

  get #charset(): OfxHeader['charset'] {
    return (this.#header as OfxHeader).charset
  }

  /** Reads what begins with the `<` at `at`; leaves its end in #markupEnd. */
  #readMarkup(at: number): number {
    const bytes = this.#buffer
    const end = this.#end
    let to = at + 1
    if (to >= end) return CUT
    this.#closing = bytes[to] === SLASH
    if (this.#closing) to++
    const nameAt = to
    if (to >= end) return CUT
    if (NAME_CLASS[bytes[to] as number] !== 1) return this.#closing ? LITERAL : this.#readSpecial(at)
    let hash = 0
    for (; to < end; to++) {
      const byte = bytes[to] as number
      if (NAME_CLASS[byte] === 0) break
      hash = nextHash(hash, byte)
    }
    if (to >= end) return CUT
    if (to - nameAt > NAME_LIMIT) return LITERAL
    const nameEnd = to
    this.#selfClosing = false
    this.#spread = bytes[to] !== GREATER
    if (this.#spread) {
      // Attributes, blanks, or no tag at all: "<5 EUR", "A <B C".
      const after = bytes[to] as number
      if (after > 32 && after !== SLASH) return LITERAL
      while (to < end && bytes[to] !== GREATER && bytes[to] !== LESS) to++
      if (to >= end) return CUT
      if (bytes[to] === LESS) return LITERAL
      this.#selfClosing = bytes[to - 1] === SLASH
    }
    this.#markupEnd = to + 1
    const listed = listedTag(bytes, nameAt, nameEnd, hash)
    const tag = listed ?? tagOf(this.#text.substring(nameAt, nameEnd))
    this.#tag = tag
    return listed === null && this.#open?.shape === 'leaf' && DRESSES.has(tag.name) ? DRESS : TAG
  }

  /** `<!-- -->`, `<![CDATA[ ]]>`, `<? ?>` and the declarations that are refused. */
  #readSpecial(at: number): number {
    const start = this.#text.slice(at, at + 9)
    if (start.startsWith('<!--')) return this.#skipTo('-->', at + 4, SKIP)
    if (start.startsWith('<![CDATA[')) return this.#skipTo(']]>', at + 9, CDATA)
    if (/^<\?[A-Za-z]/.test(start)) return this.#skipTo('>', at + 2, SKIP)
    if (/^<!(?:DOCTYPE|ENTITY)/i.test(start)) return REFUSED
    const unfinished = this.#end - at < 9 && ['<!--', '<![CDATA[', '<!DOCTYPE', '<!ENTITY'].some((word) => word.startsWith(start.toUpperCase()))
    return unfinished || start === '<?' ? CUT : LITERAL
  }

  #skipTo(mark: string, from: number, found: number): number {
    const at = this.#text.indexOf(mark, from)
    if (at === -1) return CUT
    this.#markupEnd = at + mark.length
    return found
  }

  #refuse(at: number): number {
    const line = this.#line
    const html = /^<!DOCTYPE\s+html/i.test(this.#text.slice(at, at + 64))
    if (html) this.fail('unknown_format', line, 'this is a web page (HTML), not OFX. Download the statement again in the format OFX, QFX or QBO.')
    else this.fail('malformed', line, 'the file declares a document type or entities (<!DOCTYPE, <!ENTITY), which are refused for safety.')
    return 0
  }

  #newlines(from: number, to: number): number {
    let count = 0
    for (let at = from; at < to; at++) if (this.#buffer[at] === this.#newline) count++
    return count
  }
}
