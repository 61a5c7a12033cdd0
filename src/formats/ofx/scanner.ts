/**
 * From bytes to tags. Takes chunks of any size, gives each tag with the text that follows it, in time linear in the
 * input and in constant memory. It knows the lexical habits of SGML and XML as banks mix them, and nothing of OFX's
 * structure (structure.ts) or meaning (statements.ts).
 */
import type { FormatFailure, FormatFailureCode } from '../../domain/statement.ts'
import { parseHeader, type OfxHeader } from './header.ts'
import { listedTag, nextHash, tagOf, type Tag } from './tags.ts'
import { decodeCharset, decodeEntities, tidy } from './text.ts'
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
export const TOKEN_LIMIT = 65_536
const CAPACITY = 2 * TOKEN_LIMIT
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

export class OfxScanner implements Place {
  readonly #sink: TagSink
  readonly #transcoder = new Transcoder()
  readonly #buffer = Buffer.allocUnsafe(CAPACITY)
  #end = 0
  /** The header must lie in the first block whole; later blocks may be smaller. */
  #scanAt = CAPACITY
  /** The buffer as one character per byte: slicing it is much cheaper than decoding piece by piece. */
  #text = ''
  #header: OfxHeader | null = null
  #failure: FormatFailure | null = null
  #sawContent = false

  #newline = 10
  /** Line of the first byte of the buffer, and of the tag being reported. */
  #lineBase = 1
  #placeLine = 1

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
      this.#buffer.set(bytes.subarray(at, at + size), this.#end)
      this.#end += size
      at += size
      if (this.#end === this.#scanAt) this.#scan(false)
    }
  }

  #scan(final: boolean): void {
    if (this.#failure !== null) return
    this.#text = this.#buffer.toString('latin1', 0, this.#end)
    if (this.#header === null && !this.#begin(final)) return
    const rest = this.#readTags(final)
    if (this.#failure !== null) return
    if (this.#end - rest > TOKEN_LIMIT) this.#tooLong(this.#lineBase)
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
    this.#header = parseHeader(this.#text.slice(content, content + TOKEN_LIMIT))
    return true
  }

  /** Reports every complete tag of the buffer; gives the place from which the rest must be kept. */
  #readTags(final: boolean): number {
    const bytes = this.#buffer
    const end = this.#end
    const newline = this.#newline
    let open: Tag | null = null
    let openAt = 0
    let openLine = 0
    let line = this.#lineBase
    let textAt = 0
    let collected: string | null = null
    let at = 0
    for (;;) {
      let blankAt = -1
      let decode = false
      let textEnd = -1
      let cut = false
      // One pass over the text: where it ends, and whether it is plain enough to be taken as it is.
      for (let from = at; ; from = at) {
        for (at = from; at < end; at++) {
          const byte = bytes[at] as number
          const kind = TEXT_CLASS[byte]
          if (kind === 0) continue
          if (kind === 1) break
          if (kind === 3) decode = true
          else {
            if (byte === newline) line++
            if (blankAt === -1) blankAt = at
          }
        }
        const found = at < end ? this.#readMarkup(at) : CUT
        if (found === TAG) {
          textEnd = at
          break
        }
        if (found === LITERAL) {
          at++
          continue
        }
        if (found === REFUSED) return this.#refuse(at, line)
        if (found === CUT) {
          if (!final) {
            this.#lineBase = open !== null ? openLine : line
            return open !== null ? openAt : at
          }
          textEnd = at
          cut = at < end
          break
        }
        // A comment, an instruction or CDATA inside or between tags.
        if (open !== null) {
          collected = (collected ?? '') + this.#decoded(textAt, at)
          if (found === CDATA) collected += decodeCharset(this.#text.slice(at + 9, this.#markupEnd - 3), this.#charset)
          textAt = this.#markupEnd
        }
        line += this.#newlines(at, this.#markupEnd)
        at = this.#markupEnd
      }
      if (open !== null) {
        this.#placeLine = openLine
        if (textEnd - openAt > TOKEN_LIMIT) return this.#tooLong(openLine)
        this.#sink.open(open, collected === null ? this.#value(textAt, textEnd, decode, blankAt) : tidy(collected + this.#decoded(textAt, textEnd)))
        if (this.#failure !== null) return 0
        open = null
        collected = null
      }
      this.#placeLine = line
      if (at >= end || cut) {
        this.#lineBase = line
        if (cut) this.#sink.cut(this.#text.slice(at, at + 24))
        return end
      }
      const tag = this.#tag
      if (this.#closing) {
        this.#sink.close(tag)
      } else if (this.#selfClosing) {
        this.#sink.open(tag, '')
        this.#sink.close(tag)
      } else {
        open = tag
        openAt = at
        openLine = line
      }
      if (this.#spread) line += this.#newlines(at, this.#markupEnd)
      if (this.#failure !== null) return 0
      at = textAt = this.#markupEnd
    }
  }

  /** The text between two places, trimmed; decoded only where the pass over it saw a need. */
  #value(from: number, to: number, decode: boolean, blankAt: number): string {
    const bytes = this.#buffer
    let start = from
    let end = to
    while (start < end && (bytes[start] as number) <= 32) start++
    while (end > start && (bytes[end - 1] as number) <= 32) end--
    if (start === end) return ''
    const text = this.#text.substring(start, end)
    if (decode) {
      if (text.includes(ZERO_RUN)) this.fail('malformed', this.#placeLine, `${ZERO_RUN.length} or more zero bytes where text should be. The file was damaged when it was stored or copied.`)
      return tidy(decodeEntities(decodeCharset(text, this.#charset)))
    }
    return blankAt !== -1 && blankAt < end ? tidy(text) : text
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
    this.#tag = listedTag(bytes, nameAt, nameEnd, hash) ?? tagOf(this.#text.substring(nameAt, nameEnd))
    return TAG
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

  #refuse(at: number, line: number): number {
    const html = /^<!DOCTYPE\s+html/i.test(this.#text.slice(at, at + 64))
    if (html) this.fail('unknown_format', line, 'this is a web page (HTML), not OFX. Download the statement again in the format OFX, QFX or QBO.')
    else this.fail('malformed', line, 'the file declares a document type or entities (<!DOCTYPE, <!ENTITY), which OFX does not use and Relink refuses for safety.')
    return 0
  }

  #newlines(from: number, to: number): number {
    let count = 0
    for (let at = from; at < to; at++) if (this.#buffer[at] === this.#newline) count++
    return count
  }
}
