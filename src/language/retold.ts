/**
 * What was made in English, said in the reader's language. Failures, results of steps and evidence are made where no
 * reader is known, are stored and logged in English, and are shown later to whoever asks: also those of years ago. A
 * sentence is recognised by the message that it was made from; its values are taken out and put into the translation,
 * and a value that may be a message itself, by its name, is said in that language, too. What is no
 * message of ours, such as a bank's own words, stays as it is.
 */
import { messagesIn, type Language } from './language.ts'
import { piecesOf, say } from './say.ts'

/** `texts`: what stands before, between and after the values, one more than there are names. */
type Pattern = { readonly message: string; readonly names: readonly string[]; readonly texts: readonly string[] }

/** A sentence in a sentence in a sentence is enough. */
const MOST_DEPTH = 4
/** Longer text is no sentence of ours. */
const MOST_LENGTH = 2_000

export function retold(language: Language, text: string): string {
  return language === 'en' || text.length > MOST_LENGTH ? text : anew(language, text, 0)
}

/** As one sentence of ours, else each of several by itself. */
function anew(language: Language, text: string, depth: number): string {
  return withOwnEnd(language, text, depth) ?? found(language, text, depth) ?? text.split(SENTENCES).map((sentence) => found(language, sentence, depth) ?? sentence).join(' ')
}

const SENTENCES = /(?<=[.!?…]) (?=[\p{Lu}“"])/u
/** Values by these names are one word of a short list, which the file holds. */
const WORDS: ReadonlySet<string> = new Set(['kind', 'state', 'role', 'style', 'balanceStyle', 'what', 'is'])
/** Values by these names are sentences of ours, or parts of one. All others are names, numbers, codes or a bank's own words. */
const SENTENCES_IN: ReadonlySet<string> = new Set(['sentence', 'meaning', 'message', 'result', 'title', 'why', 'what', 'value', 'value2', 'reason', 'detail', 'span', 'expected', 'PERMIT', 'setting', 'update', 'told', 'asks', 'route', 'part', 'other'])

/** Of a text whose last sentence is a message by itself: as one that has it in its own words, else both apart. Null: no such text. */
function withOwnEnd(language: Language, text: string, depth: number): string | null {
  const file = messagesIn(language)
  const end = text.split(SENTENCES).at(-1) ?? ''
  if (end === text || !Object.hasOwn(file, end)) return null
  const whole = found(language, text, depth, end)
  const first = whole === null ? found(language, text.slice(0, -end.length - 1), depth) : null
  return first === null ? whole : `${first} ${file[end]}`
}

/** Null: no message of ours. `end`: what no value may hold. */
function found(language: Language, text: string, depth: number, end = ''): string | null {
  const file = messagesIn(language)
  if (Object.hasOwn(file, text)) return file[text] ?? null
  if (depth === MOST_DEPTH) return null
  for (const { message, names, texts } of patternsOf(language)) {
    if (!(texts.at(-1) ?? '').endsWith(end)) continue
    const values = valuesIn(text, texts)
    if (values !== null && names.every((name, at) => name !== 'count' || /^\S*\d\S*$/.test(values[at] ?? ''))) return say(language, message, Object.fromEntries(names.map((name, at) => [name, valueOf(language, name, values[at] ?? '', depth)])))
  }
  return null
}

/** A name, a number or a code stays; words that are a message are said anew. */
function valueOf(language: Language, name: string, text: string, depth: number): string {
  return SENTENCES_IN.has(name) || WORDS.has(name) ? anew(language, text, depth + 1) : text
}

const patterns = new Map<Language, readonly Pattern[]>()

/** Those that begin with words of their own first, then those that say most by themselves, so that a sentence is not taken for a more general one. */
function patternsOf(language: Language): readonly Pattern[] {
  let known = patterns.get(language)
  if (known === undefined) {
    const made = Object.keys(messagesIn(language)).flatMap((message) => patternOf(message) ?? [])
    patterns.set(language, (known = made.toSorted((a, b) => Number(b.texts[0] !== '') - Number(a.texts[0] !== '') || b.weight - a.weight)))
  }
  return known
}

/** What stands between the texts, each taken where it is found first: text may come from a bank, so nothing is searched twice. Null: they do not stand there. */
function valuesIn(text: string, texts: readonly string[]): readonly string[] | null {
  const [first = '', ...rest] = texts
  const last = rest.at(-1) ?? ''
  if (!text.startsWith(first) || !text.endsWith(last)) return null
  const values: string[] = []
  let at = first.length
  for (const [index, next] of rest.entries()) {
    const end = index === rest.length - 1 ? text.length - last.length : text.indexOf(next, at + 1)
    if (end <= at) return null
    values.push(text.slice(at, end))
    at = end + next.length
  }
  return values
}

/** One with a number in words is said to a reader only, never stored. Two values that touch cannot be told apart. */
function patternOf(message: string): (Pattern & { readonly weight: number }) | null {
  const names: string[] = []
  const texts: string[] = ['']
  for (const piece of piecesOf(message)) {
    if (typeof piece === 'string') texts[texts.length - 1] += piece
    else if (piece.forms !== null) return null
    else {
      names.push(piece.name)
      texts.push('')
    }
  }
  if (names.length === 0 || texts.slice(1, -1).includes('')) return null
  return { message, names, texts, weight: texts.join('').length }
}
