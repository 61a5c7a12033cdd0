/**
 * From bytes to readable text. A value arrives as one character per byte; here it gets its charset and its entities,
 * each decoded exactly once. The header often lies about the charset, so text that is valid UTF-8 is read as UTF-8
 * whatever was declared; only text that is not gets the declared charset. Programs that fill in one header for all declare
 * 1252 whatever they write: bytes that 1252 does not have prove that, and then the text itself tells.
 */
import { guessByLooks, hasOtherLetters } from '../charset-guess.ts'
import { decoderOf } from '../code-pages.ts'

/** What the header and the first bytes say about characters. */
export type Charset = {
  /** A label that `decoderOf` knows; `windows-1252` for everything western. */
  readonly label: string
  /** UTF-8 was declared: a character cut in two at the end of a value is dropped instead of taken for windows-1252. */
  readonly declaredUtf8: boolean
  /** Multi-byte charsets (Shift_JIS, GBK, …) whose text can pass for UTF-8 by chance: the declaration is believed. */
  readonly believed: boolean
}

export const WESTERN: Charset = { label: 'windows-1252', declaredUtf8: false, believed: false }

const MULTI_BYTE = /^(shift_jis|gbk|gb18030|big5|euc-jp|euc-kr|iso-2022-jp)$/

/** Code pages of Microsoft whose numbers are no part of the charset's name. */
const CODE_PAGES: ReadonlyMap<string, string> = new Map([['932', 'shift_jis'], ['936', 'gbk'], ['949', 'euc-kr'], ['950', 'big5'], ['51932', 'euc-jp'], ['54936', 'gb18030'], ['20866', 'koi8-r']])

/** The charset for a declared name: `1252`, `8859-1`, `USASCII`, `ISO-8859-15`, `cp1250`, `UTF-8`. Unknown names are western. */
export function charsetOf(declared: string): Charset {
  const name = declared
    .trim()
    .toLowerCase()
    .replace(/^(cp|ibm|windows|win)[-_ ]?(?=\d{3,4}$)/, '')
  if (/^utf-?8$/.test(name)) return { label: 'windows-1252', declaredUtf8: true, believed: false }
  const guess = CODE_PAGES.get(name) ?? (/^(1\d{3}|874)$/.test(name) ? `windows-${name}` : /^8859-\d+$/.test(name) ? `iso-${name}` : name)
  const label = decoderOf(guess)?.encoding ?? 'utf-8'
  // Latin-1 text may hold the extra characters of windows-1252, never the control codes in their place.
  if (label === 'iso-8859-1' || label.startsWith('utf-')) return WESTERN
  return { label, declaredUtf8: false, believed: MULTI_BYTE.test(label) }
}

/**
 * The charset that the beginning of a file is in, where it holds bytes that are none of windows-1252 though that was declared, or nothing,
 * or where the account's money is of a country with other letters: a program that fills in one header declares it there, too.
 */
export function provedCharset(declared: Charset, start: Uint8Array, text: string): Charset {
  if (declared.declaredUtf8 && !isNoUtf8(start)) return declared
  const currency = /<CURDEF>\s*([A-Z]{3})\b/i.exec(text)?.[1]?.toUpperCase() ?? ''
  const isDoubtful = declared.declaredUtf8 || (declared.label === 'windows-1252' && (holdsUnassigned(start) || hasOtherLetters(currency)))
  const label = isDoubtful ? guessByLooks(start, currency) : null
  const told = declared.declaredUtf8 ? { ...declared, declaredUtf8: false } : declared
  return label === null ? told : { ...told, label, believed: MULTI_BYTE.test(label) }
}

/** Whether bytes that are no UTF-8 stand within a text. At its end a character may have been cut in two. */
function isNoUtf8(start: Uint8Array): boolean {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength)
  return !bytes.includes('\uFFFD') && /\uFFFD[^<\s\uFFFD]/.test(bytes.toString('utf8'))
}

/** Decodes one-character-per-byte text. */
export function decodeCharset(raw: string, charset: Charset): string {
  if (!/[\x80-\xff]/.test(raw)) return raw
  const bytes = Buffer.from(raw, 'latin1')
  if (!charset.believed) {
    const utf8 = bytes.toString('utf8')
    // A replacement character that the source did not hold itself means: not UTF-8.
    if (!utf8.includes('\uFFFD') || raw.includes('\xEF\xBF\xBD')) return encodedOnce(utf8)
    if (charset.declaredUtf8 && utf8.indexOf('\uFFFD') === utf8.length - 1) return utf8.slice(0, -1)
  }
  if (charset.label === 'windows-1252') return raw.replace(/[\x80-\x9f]/g, fromWindows1252)
  return decoderOf(charset.label)!.decode(bytes)
}

/** How UTF-8 looks that was taken for windows-1252 or Latin-1: letters with accents (`Ã©`), signs (`â‚¬`, `â€“`). */
const TWICE = /[\u00C2-\u00C5][\x80-\xBF\u0152-\u2122]|\u00E2[\x80\x82\u20AC\u201A]/

/** No letter or sign of Europe. */
const ELSEWHERE = /[^\x00-\u017F\u0192\u02C6\u02DC\u2010-\u2122]/

/** Some banks encode text twice. What is valid UTF-8 when each character is one byte again, all of it, was; a text that is meant so is not. */
function encodedOnce(text: string): string {
  if (!TWICE.test(text)) return text
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const byte = code <= 0xff ? code : toWindows1252(code)
    if (byte === -1) return text
    bytes[at] = byte
  }
  const once = Buffer.from(bytes).toString('utf8')
  return ELSEWHERE.test(once) ? text : once
}

/** U+0080 to U+009F of windows-1252; the five unassigned places keep a question mark's meaning: unknown. */
const WINDOWS_1252 = '€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ'

function fromWindows1252(character: string): string {
  return WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? '\uFFFD'
}

const UNASSIGNED: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])

/** Asked of the beginning of every answer: nearly all bytes are plain letters, which no table need be asked about. */
function holdsUnassigned(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! >= 0x80 && UNASSIGNED.has(bytes[at]!)) return true
  return false
}

/** The byte of a character in windows-1252, or -1. */
export function toWindows1252(codePoint: number): number {
  if (codePoint < 0x80 || (codePoint >= 0xa0 && codePoint <= 0xff)) return codePoint
  const place = codePoint === 0xfffd || codePoint > 0xffff ? -1 : WINDOWS_1252.indexOf(String.fromCharCode(codePoint))
  return place === -1 ? -1 : 0x80 + place
}

/** HTML's names for U+00A0 to U+00FF, in order: banks paste web text into OFX. */
const LATIN1_NAMES = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm ' +
  'raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH ' +
  'Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ' +
  'ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml ' +
  'yacute thorn yuml'
).split(' ')

/** `&nbsp;` is a plain space by OFX 2.2 section 2.3.2.1. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN1_NAMES.map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ['nbsp', ' '],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['euro', '€'],
  ['trade', '™'],
  ['hellip', '…'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['bull', '•'],
])

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,7}));/g

/** Entities replaced once; what is no entity (`AT&T`, `R&D;`) stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (whole: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? NAMED.get(name.toLowerCase()) ?? whole
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return whole
    // &#128; to &#159; are windows-1252 in practice, as in HTML.
    return code >= 0x80 && code <= 0x9f ? fromWindows1252(String.fromCharCode(code)) : String.fromCodePoint(code)
  })
}

/** Control characters (line ends in the middle of a value, NUL padding) become one space; the ends are trimmed. */
export function tidy(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim()
}
