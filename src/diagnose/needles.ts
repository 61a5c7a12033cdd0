/**
 * Tells without running a regular expression that it cannot match: most of several hundred rules ask for words of which
 * a text has none, and a search through each alternative costs far more than a look at the text's runs of two and three
 * letters, which are noted once for each text. Never says no where the expression would match: what is not understood is
 * taken to match anything.
 */

/** What a match must contain: a text, all of several, or one of several. */
type Need = string | { readonly all: readonly Need[] } | { readonly any: readonly Need[] }

/** A need as pairs of a place and where to go on if the text has no run of that place: behind the last pair it is met, at -1 it is not. */
export type Needles = Int32Array

/** What a match of an expression must contain; null where nothing can be said. */
export function needlesOf(source: string): Needles | null {
  const parser = { source, at: 0 }
  const need = alternatives(parser)
  return need === null || parser.at < source.length ? null : compiled(need)
}

type Parser = { readonly source: string; at: number }

function alternatives(parser: Parser): Need | null {
  const any = [sequence(parser)]
  while (parser.source[parser.at] === '|') {
    parser.at++
    any.push(sequence(parser))
  }
  return any.includes(null) ? null : any.length === 1 ? any[0] ?? null : { any: any as Need[] }
}

/** Of what follows one another each part is needed; letters that do are one text. */
function sequence(parser: Parser): Need | null {
  const all: Need[] = []
  let text = ''
  const end = () => {
    if (text.length > 1) all.push(text)
    text = ''
  }
  while (parser.at < parser.source.length && !'|)'.includes(parser.source[parser.at] ?? '')) {
    const part = element(parser)
    const times = quantifier(parser)
    if (typeof part === 'string' && times === 'once') text += part
    else {
      end()
      if (part !== null && typeof part !== 'string' && times !== 'maybe') all.push(part.group)
    }
  }
  end()
  return all.length === 0 ? null : { all }
}

/** One letter, or what a group needs; null is what may be anything. */
function element(parser: Parser): string | { readonly group: Need } | null {
  const rest = parser.source.slice(parser.at)
  const [escape] = /^\\(?:[pPku](?:\{[^}]*\}|<[^>]*>)|u[\da-f]{4}|x[\da-f]{2}|[\s\S])/i.exec(rest) ?? []
  const [set] = /^\[(?:\\[\s\S]|[^\]\\])*\]/.exec(rest) ?? []
  const [open, kind = ''] = /^\((\?(?:<?[=!]|:|<\w+>))?/.exec(rest) ?? []
  if (open !== undefined) {
    parser.at += open.length
    const group = alternatives(parser)
    parser.at++
    return /[=!]/.test(kind) || group === null ? null : { group }
  }
  parser.at += (escape ?? set ?? ' ').length
  if (set !== undefined) return null
  // An escaped sign is itself; `\b` is no letter, so what stands on its two sides follows one another.
  if (escape !== undefined) return /^\\[^\w\s]$/.test(escape) ? escape.slice(1) : /^\\b$/i.test(escape) ? '' : null
  return '.^$'.includes(rest[0] ?? '') ? null : rest[0] ?? null
}

function quantifier(parser: Parser): 'once' | 'maybe' | 'more' {
  const [sign] = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(parser.source.slice(parser.at)) ?? []
  if (sign === undefined) return 'once'
  parser.at += sign.length
  return /^[*?]|^\{0/.test(sign) ? 'maybe' : 'more'
}

function compiled(need: Need): Needles {
  const pairs: number[] = []
  write(need, pairs, [])
  return Int32Array.from(pairs)
}

/** Writes what is asked of a text, and into `unmet` the places of the ways from where it is not met; they lead to -1 until somebody knows better. */
function write(need: Need, pairs: number[], unmet: number[]): void {
  const ask = (place: number, ways: number[]) => ways.push(pairs.push(place, -1) - 1)
  if (typeof need === 'string') for (const place of runsOf(need)) ask(place, unmet)
  else if ('all' in need) for (const one of need.all) write(one, pairs, unmet)
  else {
    const met: number[] = []
    for (const [at, one] of need.any.entries()) {
      const next: number[] = []
      write(one, pairs, at === need.any.length - 1 ? unmet : next)
      if (at < need.any.length - 1) ask(NOWHERE, met)
      for (const way of next) pairs[way] = pairs.length
    }
    for (const way of met) pairs[way] = pairs.length
  }
}

function runsOf(text: string): readonly number[] {
  return text.length === 2 ? [placeOfTwo(text, 0)] : Array.from({ length: text.length - 2 }, (_, at) => placeOfThree(text, at))
}

/** Two runs may have one place: then a text is searched in vain. */
const PLACES = 1 << 14
/** No text has it. */
const NOWHERE = PLACES

function placeOfTwo(text: string, at: number): number {
  return ((text.charCodeAt(at) * 4_001) ^ (text.charCodeAt(at + 1) * 127)) & (PLACES - 1)
}

function placeOfThree(text: string, at: number): number {
  return ((text.charCodeAt(at) * 961) ^ (text.charCodeAt(at + 1) * 155) ^ (text.charCodeAt(at + 2) * 7_919)) & (PLACES - 1)
}

/** At each place the number of the text that had its run last. */
const noted = new Uint32Array(PLACES + 1)
let [notedText, textNumber] = ['', 0]

/** Whether a text may contain what is needed. */
export function mayContain(text: string, needles: Needles): boolean {
  if (text !== notedText) note(text)
  let at = 0
  while (at >= 0 && at < needles.length) at = noted[needles[at] ?? NOWHERE] === textNumber ? at + 2 : needles[at + 1] ?? -1
  return at >= 0
}

function note(text: string): void {
  notedText = text
  textNumber++
  for (let at = 0; at + 1 < text.length; at++) {
    noted[placeOfTwo(text, at)] = textNumber
    noted[placeOfThree(text, at)] = textNumber
  }
}
