/**
 * Finds a bank by what a person has of it: words of its name as they remember them, an address as they copied it, a
 * number as it is printed. It forgives what says nothing (order, accents, "bank", one slip of a finger) and never guesses a number:
 * one digit off is another bank.
 */
import { hostIn, plainWords, siteOf } from './bank-words.ts'
import type { Institution } from './institution.ts'
import { isOneSlipApart } from './one-slip.ts'

/** Words by which people complete a name that lacks them; a bank is not left out for want of one. */
const GENERIC: ReadonlySet<string> = new Set([
  'the', 'of', 'and', 'at', 'for', 'my', 'de', 'del', 'la', 'le', 'und', 'et', 'y', 'bank', 'banks', 'banking', 'online', 'com', 'www', 'banco', 'banca', 'banque', 'bancorp', 'credit', 'union', 'cu', 'fcu', 'federal', 'savings', 'loan', 'trust', 'financial',
  'sparkasse', 'volksbank', 'raiffeisenbank', 'kreditbank', 'ag', 'eg', 'se', 'sa', 'spa', 'nv', 'plc', 'inc', 'ltd', 'llc', 'na', 'fsb', 'ssb', 'gmbh', 'kg', 'co', 'company', 'corp', 'corporation', 'group', 'card', 'cards', 'account', 'login', 'usa', 'us',
].flatMap(plainWords))
/** Shorter words have too many neighbours one slip away. */
const FORGIVEN_LENGTH = 4
/** Fewer digits begin too many numbers. */
const TELLING_DIGITS = 4
/** Where the bank's code begins in the part of an IBAN behind the check digits (ISO 13616, registry of structures); elsewhere at its start. */
const CODE_AT: Readonly<Record<string, number>> = { GB: 4, IE: 4, IT: 1, SM: 1 }

/** How well a bank fits: what is certain before what is like it. 0: not at all. */
const FIT = { number: 100, host: 90, name: 80, below: 70, begins: 60, site: 50, numberBegins: 45, words: 20, short: 10, slip: 1, none: 0 } as const

/** Best first; an empty text finds all, by name. What fits only as a short form is given where nothing fits without, what fits only with a slip where nothing fits at all. */
export function searchInstitutions(institutions: readonly Institution[], text: string): Institution[] {
  const wanted = readWanted(text)
  if (text.trim() === '') return [...institutions].sort(byName)
  const scored = institutions.map((institution) => ({ institution, score: scoreOf(institution, wanted) })).filter(({ score }) => score > FIT.none)
  const tier = [FIT.words, FIT.short, FIT.slip].find((least) => scored.some(({ score }) => score >= least)) ?? FIT.none
  return scored.filter(({ score }) => score >= tier).sort((a, b) => b.score - a.score || byName(a.institution, b.institution)).map(({ institution }) => institution)
}

type Wanted = {
  readonly words: readonly string[]
  /** Of these none has to be there: what says nothing, and how an address ends. */
  readonly mayLack: ReadonlySet<string>
  readonly host: string | null
  /** Without what a printed number is divided by, in capitals. */
  readonly compact: string
}

function readWanted(text: string): Wanted {
  const host = hostIn(text.includes('@') && !text.includes('/') ? text.slice(text.lastIndexOf('@') + 1) : text)
  const words = plainWords(host?.replace(/:\d+$/, '') ?? text)
  return { words, mayLack: host === null ? GENERIC : new Set([...GENERIC, words.at(-1) ?? '']), host, compact: compactOf(text) }
}

function scoreOf(institution: Institution, { words, mayLack, host, compact }: Wanted): number {
  const { country } = institution
  const { codes, own, names, allWords } = knownOf(institution)
  const byNumber = numberFit(country, codes, compact)
  if (byNumber !== FIT.none) return byNumber
  if (host !== null && own !== null) {
    // Two entries of one site may be for other customers: the very host is the one that is meant.
    if (host === own) return FIT.host
    if (host.endsWith(`.${own}`)) return FIT.below
    if (siteOf(host) === siteOf(own)) return FIT.site
  }
  const squeezed = words.join('')
  if (squeezed === '') return FIT.none
  if (names.some((name) => name.join('') === squeezed)) return FIT.name
  const begun = names.map((name) => name.join('')).find((name) => name.startsWith(squeezed))
  if (begun !== undefined) return FIT.begins + squeezed.length / begun.length
  const fit = wordsFit(words, mayLack, allWords)
  if (fit >= FIT.words) return fit
  const telling = words.filter((word) => !mayLack.has(word))
  return telling.length === 1 && names.some((name) => isShortFor(telling[0]!, name)) ? FIT.short : fit
}

/** `amex` of American Express, `bofa` of Bank of America, `wf` of Wells Fargo: beginnings of its first words, one after the other, of two at least. */
function isShortFor(short: string, [first = '', ...others]: readonly string[], isFirst = true): boolean {
  if (short === '') return !isFirst
  for (let taken = 1; taken <= short.length && first.startsWith(short.slice(0, taken)); taken++) {
    const rest = short.slice(taken)
    if (isFirst ? rest !== '' && isShortFor(rest, others, false) : isShortFor(rest, others, false)) return true
  }
  return false
}

type Known = { readonly codes: readonly string[]; readonly own: string | null; /** Its name and what else it calls itself, in words. */ readonly names: readonly (readonly string[])[]; readonly allWords: readonly string[] }

/** An entry does not change; it is looked through at every letter that somebody types. */
const known = new WeakMap<Institution, Known>()

function knownOf(institution: Institution): Known {
  const before = known.get(institution)
  if (before !== undefined) return before
  const own = institution.website === null ? null : hostIn(institution.website)
  const names = [institution.name, ...(institution.aliases ?? [])].map(plainWords)
  const read = { codes: institution.routingNumbers.map(compactOf), own, names, allWords: [...new Set([...names.flatMap((name) => [...name, name.join('')]), ...plainWords(`${own ?? ''} ${institution.customers ?? ''}`)])] }
  known.set(institution, read)
  return read
}

function numberFit(country: string, codes: readonly string[], compact: string): number {
  if (codes.some((code) => code === compact || isSameBic(code, compact))) return FIT.number
  if (/^\d+$/.test(compact)) return compact.length >= TELLING_DIGITS && codes.some((code) => code.startsWith(compact)) ? FIT.numberBegins : FIT.none
  const [, land = '', account = ''] = /^([A-Z]{2})\d{2}([A-Z0-9]{6,30})$/.exec(compact) ?? []
  return land === country && codes.some((code) => code.length >= TELLING_DIGITS && account.startsWith(code, CODE_AT[land] ?? 0)) ? FIT.number : FIT.none
}

/** A BIC of eight characters is that of the head office, also written with `XXX` (ISO 9362); a branch's is of the same bank. */
function isSameBic(one: string, other: string): boolean {
  const BIC = /^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/
  return BIC.test(one) && BIC.test(other) && one.slice(0, 8) === other.slice(0, 8)
}

/** Every word that tells something has to be there; a generic one that is there counts for the bank. Of generic ones alone all have to be. */
function wordsFit(wanted: readonly string[], mayLack: ReadonlySet<string>, own: readonly string[]): number {
  const telling = wanted.filter((word) => !mayLack.has(word))
  const needed = new Set(telling.length > 0 ? telling : wanted)
  let [sum, slips] = [0, 0]
  for (const word of wanted) {
    const fit = Math.max(...own.map((other) => wordFit(word, other)))
    // Most banks end here, whatever else was pasted.
    if ((fit === 0 && needed.has(word)) || (fit === SLIP && ++slips > 1)) return FIT.none
    sum += fit
  }
  return (slips === 1 ? FIT.slip : FIT.words) + sum / wanted.length
}

const SLIP = 1

/** 4: the word itself; 3: its beginning; 2: a part of it; 1: with one slip, also in a beginning, because it is looked for while it is typed. */
function wordFit(wanted: string, own: string): number {
  if (own === wanted) return 4
  if (own.startsWith(wanted)) return 3
  if (wanted.length > 2 && own.includes(wanted)) return 2
  if (wanted.length < FORGIVEN_LENGTH || GENERIC.has(wanted) || /\d/.test(wanted)) return 0
  return [own, ...[-1, 0, 1].map((more) => own.slice(0, wanted.length + more))].some((part) => part.length >= FORGIVEN_LENGTH - 1 && isOneSlipApart(wanted, part)) ? SLIP : 0
}

function compactOf(text: string): string {
  return text.toUpperCase().replace(/[\s.\-–/]/g, '')
}

function byName(a: Institution, b: Institution): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
