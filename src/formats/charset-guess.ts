/**
 * Which charset a text has that declares none and is no UTF-8, from its first bytes. Two things tell: words that the
 * reader expects (headings of a table, and those with accents that are in all statements), and what words look like: letters of one script, accents in the minority, no
 * signs within, no capital behind a small letter, and all of them letters of one language. A charset is chosen only
 * where it explains the text better than Windows-1252.
 */
import { countAccentedWords } from './accented-words.ts'
import { decoderOf } from './code-pages.ts'
import { isTwiceEncoded } from './twice-encoded.ts'

/** In the order in which they are preferred where nothing tells them apart. */
const CHARSETS = ['windows-1252', 'windows-1250', 'iso-8859-2', 'windows-1254', 'windows-1251', 'windows-1253', 'windows-1255', 'windows-1257', 'windows-874', 'windows-1256', 'shift_jis', 'gb18030', 'euc-kr', 'big5', 'euc-jp', 'koi8-r', 'ibm850', 'ibm852', 'ibm866', 'macintosh'] as const

const OLD: ReadonlySet<string> = new Set(['iso-8859-2', 'ibm850', 'ibm852', 'ibm866', 'macintosh'])

/** An expected word weighs as much as so many words that look right. */
const EXPECTED = 5

/** By so much another charset must look better than Windows-1252. */
const MARGIN = 2

/** So much it counts that all letters are of one language. */
const ONE_LANGUAGE = 2

/** Where an account is kept in the money of a country its bank writes the letters of that country: as many words look right in others. */
const AT_HOME: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries([
  ...['PLN', 'CZK', 'HUF', 'RON', 'RSD', 'BAM'].map((currency) => [currency, new Set(['windows-1250', 'iso-8859-2', 'ibm852'])] as const),
  ...['RUB', 'UAH', 'BYN', 'BGN', 'MKD', 'KZT'].map((currency) => [currency, new Set(['windows-1251', 'koi8-r', 'ibm866'])] as const),
  ['TRY', new Set(['windows-1254'])],
  ['ILS', new Set(['windows-1255'])],
  ['THB', new Set(['windows-874'])],
  ...['SAR', 'AED', 'EGP', 'KWD', 'QAR', 'BHD', 'OMR', 'JOD', 'IQD', 'LYD'].map((currency) => [currency, new Set(['windows-1256'])] as const),
  ['JPY', new Set(['shift_jis', 'euc-jp'])],
  ['CNY', new Set(['gb18030'])],
  ['KRW', new Set(['euc-kr'])],
  ['TWD', new Set(['big5'])],
])

/** A lone letter of theirs is none: where all else is Latin it is an accent that was misread. */
const ASIAN: ReadonlySet<string> = new Set(['shift_jis', 'euc-jp', 'gb18030', 'euc-kr', 'big5'])

/** Looking at more tells no more. */
const LOOKED_AT = 16_384

/** What UTF-8 is called that was taken for another charset and written as UTF-8 once more. */
export const TWICE_UTF8 = 'twice-utf-8'

/** The label; null for UTF-8, for what is mostly UTF-8, and for Windows-1252. `expected` counts the words that a text of this kind would hold; `currency`: of the account, where the text tells it. */
export function guessCharset(start: Uint8Array, expected: (text: string) => number, currency: string | null = null): string | null {
  const bytes = start.subarray(0, LOOKED_AT)
  if (!bytes.some((byte) => byte >= 0x80)) return null
  if (isMostlyUtf8(bytes)) return isTwiceEncoded(new TextDecoder('utf-8').decode(bytes)) ? TWICE_UTF8 : null
  const atHome = AT_HOME[currency ?? '']
  const scored = CHARSETS.flatMap((label) => {
    const text = decodeStrictly(bytes, label)
    if (text === null) return []
    const looks = plausibility(text)
    return [{ label, looks, score: looks + EXPECTED * (expected(text) + countAccentedWords(text)) + (isOneLanguage(text) ? ONE_LANGUAGE : 0) + (atHome?.has(label) === true && (looks > 0 || !ASIAN.has(label)) ? ONE_LANGUAGE : 0) }]
  })
  const western = scored.find(({ label }) => label === 'windows-1252') ?? { looks: Number.NEGATIVE_INFINITY, score: Number.NEGATIVE_INFINITY }
  // Two readings of a word or two may both look like letters: what DOS and the old Mac wrote is nonsense in Windows.
  const likely = scored.filter(({ label, score }) => !OLD.has(label) || western.looks < 0 || score >= western.score + EXPECTED)
  const best = likely.reduce((former, next) => (next.score > former.score ? next : former), { label: 'windows-1252', score: western.score + MARGIN - 1 })
  return best.label === 'windows-1252' ? null : best.label
}

/** For formats that hold no words to expect. */
export function guessByLooks(start: Uint8Array, currency: string | null = null): string | null {
  return guessCharset(start, () => 0, currency)
}

/** Whether the country of that money has letters which Windows-1252 has not. */
export function hasOtherLetters(currency: string): boolean {
  return Object.hasOwn(AT_HOME, currency)
}

function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes)
  const wrong = text.match(/\ufffd/g)?.length ?? 0
  const right = text.match(/[^\x00-\x7f\ufffd]/gu)?.length ?? 0
  return wrong <= right
}

/** Null when the bytes cannot be of this charset; a character that is cut at the end does not count. */
function decodeStrictly(bytes: Uint8Array, label: string): string | null {
  try {
    return decoderOf(label, true)!.decode(bytes, { stream: true })
  } catch {
    return null
  }
}

/** Looked for from where letters begin only: a file may be one word of thousands of them. */
const WORD = /(?:(?<![\p{L}\p{M}])[\p{L}\p{M}]+)?[^\x00-\x7f\s][\p{L}\p{M}]*/gu
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ーｰﾞﾟ]/u
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u
/** A letter with an accent whose case goes with none of its neighbours: it was misread. `STRAßE` is right. */
const MIXED_CASE = /\p{Ll}(?![A-Z])\p{Lu}|\p{Lu}(?![A-Z])\p{Lu}\p{Ll}|(?![a-zß])\p{Ll}\p{Lu}/u
const SIGN_WITHIN = /\p{L}[^\p{L}\p{M}’‘´·–—°ªº]+\p{L}/u
/** Signs that stand beside words. */
const BESIDE_WORDS = /^[\x00-\x7f¡¿’‘‚“”„´·–—…•€£™®©°ªº«»]*$/
/** Signs on the side of a word where nobody writes them: what opens a quotation behind it, what stands behind before it. */
const ON_WRONG_SIDE = /\p{L}[‚„ˆ‡†¤¡¿¢‹¬¦¶±]+$|^[™›ˆ‡¢¤¬¦¶±]+\p{L}/u
/** The letters that languages of the Latin script have beside those of ASCII. */
const ALPHABETS = [
  'äöüßé', 'àâæçéèêëîïôœùûüÿ', 'åäöæøéüà', 'áðéíóúýþæö', 'áéíóúüñçªº', 'áâãàçéêíóôõúüªº', 'àèéìòù', 'àèéíïòóúüç·', 'éèëïöüáíóúä', 'ąćęłńóśźż', 'áčďéěíňóřšťúůýž',
  'áäčďéíĺľňóôŕšťúýž', 'áéíóöőúüű', 'ăâîșțşţ', 'çğıöşüİâ', 'čćđšž', 'äöõüšž', 'āčēģīķļņšūž', 'ąčęėįšųūž',
].map((letters) => new Set(letters + letters.toUpperCase()))
const ACCENTED = /(?![A-Za-z])\p{Script=Latin}/gu
const IN_WORDS = /\p{L}.*\p{L}/su
/** Beside letters: what a text of a bank never holds. */
const ODD = /[\u0080-\u009f\u2500-\u259f\ue000-\uf8ff]/
const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Hebrew}/u, /\p{Script=Thai}/u, /\p{Script=Arabic}/u]

/** Words that look right less those that look wrong, of those that are not plain ASCII. */
function plausibility(text: string): number {
  let score = 0
  for (const [word] of text.matchAll(WORD)) score += looksOf(word)
  return score
}

/** Whether all accented Latin letters in words are of one language; false where there are none, as in a text of another script. */
function isOneLanguage(text: string): boolean {
  const words = text.match(WORD)?.filter((word) => IN_WORDS.test(word)) ?? []
  const letters = new Set(words.join(' ').match(ACCENTED))
  return letters.size > 0 && !ODD.test(text) && ALPHABETS.some((alphabet) => [...letters].every((letter) => alphabet.has(letter)))
}

function looksOf(word: string): number {
  if (/[\u0080-\u009f\ue000-\uf8ff]/.test(word)) return -2
  if (EAST_ASIAN.test(word)) {
    // Writing of East Asia comes in runs; one such letter between Latin ones is an accent that was misread.
    const runs = word.match(/[^\x00-\x7f]+/g) ?? []
    if (/[A-Za-z]/.test(word) && runs.some((run) => run.length === 1)) return -2
    if (runs.every((run) => run.length === 1)) return 0
    return KANA.test(word) || /\p{Script=Hangul}/u.test(word) ? 2 : 1
  }
  const letters = [...word].filter((letter) => /\p{L}/u.test(letter))
  if (letters.length < 2) return 0
  if (ODD.test(word) || SIGN_WITHIN.test(word) || ON_WRONG_SIDE.test(word)) return -2
  if (!/(?![A-Za-z])\p{L}/u.test(word)) return BESIDE_WORDS.test(word) ? 1 : 0
  // The letter of a QIF field stands before the word itself.
  if (letters.length > 3 && SCRIPTS.slice(1).some((script) => letters.slice(1).every((letter) => script.test(letter)))) return 1
  if (SCRIPTS.filter((script) => letters.some((letter) => script.test(letter))).length > 1) return -2
  if (!SCRIPTS[0]!.test(word)) return 1
  if (MIXED_CASE.test(word)) return -1
  // `Ærø`, `été`: of three letters two may be.
  return letters.filter((letter) => letter > '\x7f').length * 2 <= letters.length + 1 ? 1 : -1
}
