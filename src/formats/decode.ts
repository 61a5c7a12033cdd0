/**
 * Bytes to text for formats that do not reliably say their encoding. A byte order mark or the zero
 * bytes of UTF-16 decide first, then a label the format itself declared or that was guessed by its
 * first bytes (charset-guess.ts); everything else is read as UTF-8 in which each byte that cannot be
 * UTF-8 is taken as Windows-1252. Text is the same however the input is cut into chunks, and it never
 * fails.
 */
import { TWICE_UTF8 } from './charset-guess.ts'
import { decoderOf, WINDOWS_1252, type Decoder } from './code-pages.ts'
import { TwiceDecoder } from './twice-encoded.ts'

type Bytes = Uint8Array<ArrayBufferLike>

const EMPTY: Bytes = new Uint8Array(0)

/** Bytes by which a charset is guessed. */
const GUESSED_BY = 65_536
/** Pairs of bytes that show UTF-16 without a mark. */
const PAIRS = 64

/**
 * Decodes a stream of bytes to a stream of text without byte order mark.
 * `declared` is the encoding label that the text names itself (an XML declaration), or what guesses one from the first
 * bytes; labels that are unknown, and the labels of UTF-8, fall back to the rule above.
 */
export function decodeText(chunks: AsyncIterable<Uint8Array>, declared: string | null | ((start: Uint8Array) => string | null) = null): AsyncGenerator<string> {
  return withoutPadding(decoded(chunks, declared))
}

/** Zeros and the end-of-file mark of DOS, which ICU makes a file separator of in Shift_JIS. */
const PADDING = /^[\0\u001a\u001c]$/
/** A longer run of zeros may be what was never downloaded: the reader of the format judges it. */
const PADDING_MAX = 255

/** The text without what it is padded with at its end. */
async function* withoutPadding(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''
  let isLong = false
  for await (const piece of pieces) {
    let end = piece.length
    while (end > 0 && PADDING.test(piece[end - 1]!)) end -= 1
    if (end > 0) yield held + piece.slice(0, end)
    held = (end > 0 ? '' : held) + piece.slice(end)
    isLong = (isLong && end === 0) || held.length > PADDING_MAX
    if (!isLong) continue
    yield held
    held = ''
  }
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, declared: string | null | ((start: Uint8Array) => string | null)): AsyncGenerator<string> {
  const guesses = typeof declared === 'function'
  const labelOf = (start: Bytes): string | null => (guesses ? declared(start.subarray(0, GUESSED_BY)) : declared)
  let decoder: ((bytes: Bytes, end: boolean) => string) | null = null
  let held = EMPTY
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : concat(held, chunk)
    if (decoder === null && bytes.length < (guesses ? GUESSED_BY : PAIRS * 2)) {
      held = bytes
      continue
    }
    held = EMPTY
    decoder ??= decoderFor(bytes, labelOf(bytes))
    const text = decoder(bytes, false)
    if (text !== '') yield text
  }
  decoder ??= decoderFor(held, labelOf(held))
  const text = decoder(held, true)
  if (text !== '') yield text
}

/** Decodes what is at hand of a file's beginning, for sniffing; a character cut at the end is dropped. */
export function decodePrefix(bytes: Uint8Array): string {
  return decoderFor(bytes, null)(bytes, false)
}

function decoderFor(start: Bytes, declared: string | null): (bytes: Bytes, end: boolean) => string {
  const utf16 = utf16Label(start)
  const decoder = utf16 === null ? declaredDecoder(declared) : new TextDecoder(utf16)
  return decoder === null ? utf8OrWindows1252() : (bytes, end) => decoder.decode(bytes, { stream: !end })
}

/** Of UTF-16 the delimiters, digits and line ends are pairs with a zero byte, always on the same side; of other letters few have one, some (`Ā`, `一`) on the other side. */
function utf16Label(start: Bytes): string | null {
  const [a, b] = start
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const pairs = Math.min(start.length >> 1, PAIRS)
  let [high, low, padded] = [0, 0, 0]
  for (let at = 0; at < pairs * 2; at += 2) {
    const [first, second] = [start[at] === 0, start[at + 1] === 0]
    if (first && second) padded += 1
    else if (first) high += 1
    else if (second) low += 1
  }
  if (padded > 0 || pairs < 2) return null
  if (low > 2 * high && low * 8 >= pairs) return 'utf-16le'
  return high > 2 * low && high * 8 >= pairs ? 'utf-16be' : null
}

function declaredDecoder(declared: string | null): Decoder | null {
  if (declared === TWICE_UTF8) return new TwiceDecoder()
  const decoder = declared === null ? null : decoderOf(declared)
  // A file which declares UTF-16 but is not is a converted one; ISO 8859-1 means Windows-1252 everywhere.
  return decoder === null || /^(utf-|windows-1252$)/.test(decoder.encoding) ? null : decoder
}

function utf8OrWindows1252(): (bytes: Bytes, end: boolean) => string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let tail = EMPTY
  let first = true
  return (chunk, end) => {
    const bytes = tail.length === 0 ? chunk : concat(tail, chunk)
    const cut = end ? bytes.length : bytes.length - incompleteTail(bytes)
    tail = bytes.slice(cut)
    const whole = bytes.subarray(0, cut)
    let text: string
    try {
      text = strict.decode(whole)
    } catch {
      text = decodeMixed(whole, strict)
    }
    if (first && text !== '') {
      first = false
      return text.startsWith('\ufeff') ? text.slice(1) : text
    }
    return text
  }
}

function decodeMixed(bytes: Bytes, strict: InstanceType<typeof TextDecoder>): string {
  let text = ''
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    text += strict.decode(bytes.subarray(from, at)) + windows1252(bytes[at]!)
    at += 1
    from = at
  }
  return text + strict.decode(bytes.subarray(from))
}

function windows1252(byte: number): string {
  return byte >= 0x80 && byte <= 0x9f ? WINDOWS_1252[byte - 0x80]! : String.fromCharCode(byte)
}

/** Bytes at the end which begin a UTF-8 sequence that the next chunk may complete: 0 to 3. */
function incompleteTail(bytes: Bytes): number {
  for (let back = Math.min(3, bytes.length); back > 0; back -= 1) {
    if (sequenceLength(bytes, bytes.length - back) === -1) return back
  }
  return 0
}

/** Length of the UTF-8 sequence at `at`; 0 when there is none, -1 when the bytes end inside it (Unicode 16, table 3-7). */
function sequenceLength(bytes: Bytes, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  if (lead < 0xc2 || lead > 0xf4) return 0
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i]
    if (byte === undefined) return -1
    const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (byte < low || byte > high) return 0
  }
  return length
}

function concat(a: Bytes, b: Bytes): Bytes {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
