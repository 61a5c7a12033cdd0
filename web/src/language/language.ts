/**
 * The page in the reader's language. English is the source: a message stands in the code as a reader of English
 * sees it, and is its own key in the file of another language (`de.json`), as with GNU gettext; messages are ICU
 * MessageFormat. What the file lacks is said in English; `test/language.test.ts` finds it. The server speaks the same
 * language, because every request names it.
 */
import { IntlMessageFormat } from 'intl-messageformat'
import { keepChoice, kept } from '../kept.ts'

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const CHOSEN = 'relink-language'
const TAB_NAME = `${CHOSEN}=`
/** A file is loaded only by who reads it. */
const FILES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ default: Readonly<Record<string, string>> }>>> = { de: () => import('./de.json') }

/** Without a choice the first language of this browser that Relink speaks; dates and money then as its first language writes them. */
function preferred(): { readonly language: Language; readonly locale: string } {
  const stored = ofThisTab() ?? kept(CHOSEN)
  const chosen = stored === null ? null : languageOf(stored)
  const language = chosen ?? navigator.languages.map(languageOf).find((one) => one !== null) ?? 'en'
  return { language, locale: chosen === null ? understood(navigator.language, language) : (navigator.languages.find((tag) => languageOf(tag) === language) ?? language) }
}

/** Some systems give a browser a tag that is none of BCP 47 (`C`, `de_DE`), which nothing that writes dates takes. */
export function understood(tag: string, otherwise: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? otherwise
  } catch {
    return otherwise
  }
}

function languageOf(tag: string): Language | null {
  const [first = ''] = tag.toLowerCase().split('-')
  return Object.hasOwn(LANGUAGES, first) ? (first as Language) : null
}

/** Both stay until the page is loaded anew. `locale`: for dates and money. */
export const { language, locale } = preferred()
/** For what is words alone, such as “5 minutes ago”: of the page's language, whatever dates and money are written in. */
export const wording = languageOf(locale) === language ? locale : language
let messages: Readonly<Record<string, string>> = {}

/** Before anything is shown. Without the file, which can be missing only while the server is away, the page speaks English. */
export async function loadLanguage(): Promise<void> {
  const loaded = language === 'en' ? {} : await FILES[language]().then((file) => file.default, () => null)
  messages = loaded ?? {}
  document.documentElement.lang = loaded === null ? 'en' : language
}

/** A browser that keeps nothing still gives a tab a name, which outlives loading the page anew. Null: nothing was chosen so. */
function ofThisTab(): string | null {
  return window.name.startsWith(TAB_NAME) ? window.name.slice(TAB_NAME.length) : null
}

/** Whether the choice ends with this tab, because this browser keeps nothing. */
export const isOfThisTab = ofThisTab() !== null

/** Loads the page anew in that language; this browser keeps the choice, or this tab where it keeps nothing. */
export function chooseLanguage(wanted: Language): void {
  window.name = keepChoice(CHOSEN, wanted) ? '' : `${TAB_NAME}${wanted}`
  location.reload()
}

const formats = new Map<string, IntlMessageFormat>()

export function formatOf(message: string): IntlMessageFormat {
  let format = formats.get(message)
  if (format === undefined) {
    format = new IntlMessageFormat(messages[message] ?? message, language)
    formats.set(message, format)
  }
  return format
}

/** A message with its values as text: for attributes, and where nothing in it is more than text. For more see `Say`. */
export function say(message: string, values?: Readonly<Record<string, string | number>>): string {
  return String(formatOf(message).format(values))
}

/** Marks a message that is said elsewhere (`say(words[state])`), so that the test of the files finds it. */
export function message<M extends string>(text: M): M {
  return text
}
