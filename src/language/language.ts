/**
 * The languages that Relink speaks, and their files of messages. English is the source: a message stands in the code
 * as a reader of English sees it, and is its own key in the files of the others (`de.json`), as with GNU gettext.
 * `say` puts values into a message that is shown; `retold` says in another language what was made in English, because
 * it is stored so or comes from a layer that knows no reader. What a file lacks is said in English, never left out;
 * `test/language.test.ts` finds it.
 */
export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

type Messages = Readonly<Record<string, string>>

const files = new Map<Language, Messages>()

/** Reads the files, once. Who answers readers does it before the first; the command line, which speaks English, need not wait for it. */
export async function readLanguages(): Promise<void> {
  if (files.size > 0) return
  files.set('de', (await import('./de.json', { with: { type: 'json' } })).default)
}

/** Messages of a language by their English text. */
export function messagesIn(language: Language): Messages {
  return files.get(language) ?? {}
}

/** The best language for an `Accept-Language` header (RFC 9110, section 12.5.4): the known one with the highest weight, in order of the header; English where none is known. */
export function languageOf(header: string | undefined): Language {
  let best: { readonly language: Language; readonly weight: number } = { language: 'en', weight: 0 }
  for (const part of (header ?? '').split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const language = LANGUAGES.find((one) => one === tag.trim().split('-')[0])
    const q = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    if (language !== undefined && weight > best.weight) best = { language, weight }
  }
  return best.language
}

/** The language that most people of a country write, where Relink speaks it (CLDR's likely subtags); null: it does not, or there is no such country. */
export function languageOfCountry(country: string): Language | null {
  if (!/^[A-Za-z]{2}$/.test(country)) return null
  const { language } = new Intl.Locale(`und-${country}`).maximize()
  return LANGUAGES.find((one) => one === language) ?? null
}

/** The message as it stands in the file of that language, values not yet filled in. */
export function translated(language: Language, message: string): string {
  const messages = messagesIn(language)
  return Object.hasOwn(messages, message) ? (messages[message] ?? message) : message
}

/** Marks a message that is said elsewhere, so that the test of the files finds it. */
export function message<M extends string>(text: M): M {
  return text
}
