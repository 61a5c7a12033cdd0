/**
 * A message with its values, in the reader's language. Messages are ICU MessageFormat, of which a sentence of the server
 * needs little: `{name}` for a value and `{count, plural, one {# row} other {# rows}}` for a number. This little is read
 * here, because the library takes a command twenty milliseconds to load and writes 1,000 for 1000, and because values
 * may be more than text: a day or an amount stays one (`sayParts`) and is written by who shows it.
 */
import { translated, type Language } from './language.ts'

/** Any value of a sentence that is not text stays what it is. */
type Values<V> = Readonly<Record<string, string | number | V | readonly (string | V)[]>>

/** The message as text. Throws where a value is missing: a fault of the program. */
export function say(language: Language, message: string, values: Readonly<Record<string, string | number>> = {}): string {
  return sayParts<never>(language, message, values).join('')
}

/** The message as a list of text and of the values that are more than that, in the order of that language. */
export function sayParts<V extends object>(language: Language, message: string, values: Values<V>): readonly (string | V)[] {
  const parts: (string | V)[] = []
  for (const part of filled<V>(language, piecesOf(translated(language, message)), values, null)) {
    const last = parts.at(-1)
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
    else if (part !== '') parts.push(part)
  }
  return parts
}

function* filled<V extends object>(language: Language, pieces: readonly Piece[], values: Values<V>, count: number | null): Generator<string | V> {
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      yield count === null ? piece : piece.replaceAll('#', String(count))
      continue
    }
    const value = values[piece.name]
    if (value === undefined) throw new Error(`a message lacks the value of {${piece.name}}`)
    if (piece.forms !== null) yield* filled(language, piece.forms[rulesOf(language).select(numberOf(value))] ?? piece.forms['other'] ?? [], values, numberOf(value))
    else if (typeof value === 'object' && isList<string | V>(value)) yield* value
    else yield typeof value === 'number' ? String(value) : value
  }
}

/** Also of a number that is written by who shows it: it has a `count`. */
function numberOf(value: unknown): number {
  return Number(typeof value === 'object' && value !== null && 'count' in value ? value.count : value)
}

function isList<T>(value: object): value is readonly T[] {
  return Array.isArray(value)
}

/** Text, or the place of a value; `forms`: which text by the number that it is. */
export type Piece = string | { readonly name: string; readonly forms: Readonly<Record<string, readonly Piece[]>> | null }

const known = new Map<string, readonly Piece[]>()

/** The names of the values that a message takes. */
export function namesIn(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name, ...Object.values(piece.forms ?? {}).flatMap(namesIn)]))
}

/** A message taken apart. */
export function piecesOf(message: string): readonly Piece[] {
  let pieces = known.get(message)
  if (pieces === undefined) known.set(message, (pieces = read(message)))
  return pieces
}

function read(message: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (let open = message.indexOf('{'); open >= 0; open = message.indexOf('{', at)) {
    const end = endOf(message, open)
    const [name = '', kind, ...rest] = message.slice(open + 1, end).split(',')
    pieces.push(message.slice(at, open), { name: name.trim(), forms: kind?.trim() === 'plural' ? formsOf(rest.join(',')) : null })
    at = end + 1
  }
  return [...pieces, message.slice(at)].filter((piece) => piece !== '')
}

function formsOf(text: string): Readonly<Record<string, readonly Piece[]>> {
  const forms: Record<string, readonly Piece[]> = {}
  let at = 0
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
    const end = endOf(text, open)
    forms[text.slice(at, open).trim()] = read(text.slice(open + 1, end))
    at = end + 1
  }
  return forms
}

/** Where the brace that opens there is closed. */
function endOf(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  throw new Error('a brace of a message is not closed')
}

const rules = new Map<Language, Intl.PluralRules>()

function rulesOf(language: Language): Intl.PluralRules {
  let found = rules.get(language)
  if (found === undefined) rules.set(language, (found = new Intl.PluralRules(language)))
  return found
}
