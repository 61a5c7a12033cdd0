/**
 * Text as people look for it: case and accents do not matter, nor how an accent is stored, and a letter that another language writes
 * with two may be typed either way. `buro` and `BÜRO` find `Büro`, `strasse` finds `Straße`, `mueller` finds `MÜLLER`, and `Müller` finds `MUELLER`.
 * One regular expression says so to JavaScript and to PostgreSQL, so that no two stores find different rows.
 */

/** Letters that no mark makes of others, and what they are written with where they are missing. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' }
/** Where the letters with case are: Latin, Greek, Cyrillic, and what Unicode added to Latin and Greek later. */
const ALPHABETS: readonly (readonly [from: number, to: number])[] = [[0x41, 0x5a], [0x61, 0x7a], [0xc0, 0x24f], [0x370, 0x52f], [0x1e00, 0x1fff]]
/** Marks that stand behind their letter as characters of their own. */
const MARKS = '[\u0300-\u036f]*'
const UMLAUTS: Readonly<Record<string, string>> = { ae: 'äÄ', oe: 'öÖ', ue: 'üÜ' }
const DIAERESIS = '\u0308'
/** Each umlaut doubles how a text may stand in plain letters. */
const MOST_UMLAUTS = 3

/** Lower case without accents; a letter of its own (`ß`) as what it is written with. */
export function bareLetters(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replace(/[ßæœøłđı]/g, (letter) => LETTERS[letter] ?? letter).replaceAll('ς', 'σ')
}

/** All letters that are the same to whoever looks for them, by what they are without accents. */
const writtenAs = Map.groupBy(ALPHABETS.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))).filter((letter) => /^\p{L}+$/u.test(letter + bareLetters(letter))), bareLetters)
const bareOf = new Map([...writtenAs].flatMap(([bare, letters]) => letters.map((letter) => [letter, bare] as const)))

export type SoughtWords = {
  /** Finds the text anywhere in another one. */
  readonly pattern: string
  /** What the pattern finds in text of plain letters (ASCII), in lower case; null: too many to list. */
  readonly plain: readonly string[] | null
}

type Letter = { readonly bare: string; readonly isUmlaut: boolean }

/** The pattern is made of what both languages write alike: classes, groups, `?` and `*`. */
export function soughtWords(text: string): SoughtWords {
  const letters = [...text.normalize('NFC')].flatMap(lettersOf)
  let [pattern, plain]: [string, string[] | null] = ['', ['']]
  for (let at = 0; at < letters.length; at++) {
    const { bare, isUmlaut } = letters[at]!
    const pair = bare + (letters[at + 1]?.bare ?? '')
    const [umlaut, single] = [UMLAUTS[pair], pair === bare ? undefined : writtenAs.get(pair)?.join('')]
    if (umlaut !== undefined || single !== undefined) {
      at++
      pattern += `(?:${[...pair].map(anyOf).join('')}|[${umlaut ?? ''}${single ?? ''}]${umlaut === undefined ? '' : `|[${bare}${bare.toUpperCase()}]${DIAERESIS}`})`
      plain = plain?.map((before) => before + pair) ?? null
    } else {
      pattern += isUmlaut ? `${anyOf(bare)}[eE]?` : anyOf(bare)
      plain = plain?.flatMap((before) => (isUmlaut ? [before + bare, `${before}${bare}e`] : [before + bare])) ?? null
      if (plain !== null && plain.length > 2 ** MOST_UMLAUTS) plain = null
    }
  }
  return { pattern, plain }
}

/** Whether a text holds what is looked for. */
export function finder(text: string): (inside: string | null) => boolean {
  const wanted = new RegExp(soughtWords(text).pattern, 'u')
  return (inside) => inside !== null && wanted.test(inside)
}

/** What stands in no alphabet is meant as it is, but for its case. */
function lettersOf(typed: string): readonly Letter[] {
  const bare = bareOf.get(typed)
  return bare === undefined ? [{ bare: typed, isUmlaut: false }] : [...bare].map((letter) => ({ bare: letter, isUmlaut: Object.values(UMLAUTS).some((both) => both.includes(typed)) }))
}

function anyOf(bare: string): string {
  const letters = writtenAs.get(bare)
  if (letters !== undefined) return `[${letters.join('')}]${MARKS}`
  const forms = [...new Set([bare, bare.toLowerCase(), bare.toUpperCase(), bare.normalize('NFD')])].map((form) => form.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
  return forms.length === 1 ? forms[0]! : `(?:${forms.join('|')})`
}
