/**
 * Institutions are data. An institution has one or more routes; each route names a connector by
 * its id and carries that connector's settings, which only the connector understands.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export type Institution = {
  /** Stable, lower-case, unique: `riverbank`. */
  readonly id: string
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** The bank's own site, where a person signs in; null when not verified (then no link is shown). */
  readonly website: string | null
  /** Routing numbers or bank codes by which a person may search. */
  readonly routingNumbers: readonly string[]
  /** IANA zone of the bank's calendar; its "today" decides windows. */
  readonly timeZone: string
  /** Whom this entry of the bank is for, where it has one for each. */
  readonly customers?: 'personal' | 'business' | undefined
  /** How often the bank may be asked, where it publishes or enforces a limit. */
  readonly limits: InstitutionLimits
  readonly routes: readonly [Route, ...Route[]]
}

export type InstitutionLimits = {
  readonly requestsPerDay: number | null
  readonly minSecondsBetweenSyncs: number | null
}

export type Route = {
  readonly connector: string
  readonly settings: JsonObject
}

/**
 * Finds institutions by words of the name, by web address or by routing number, best first. An
 * empty text finds all. Accents and case do not matter.
 */
export function searchInstitutions(institutions: readonly Institution[], text: string): Institution[] {
  const wanted = plain(text)
  if (wanted === '') return [...institutions].sort(byName)
  const scored = institutions.map((institution) => ({ institution, score: scoreOf(institution, wanted, hostIn(text)) })).filter(({ score }) => score > 0)
  return scored.sort((a, b) => b.score - a.score || byName(a.institution, b.institution)).map(({ institution }) => institution)
}

/** Words that many banks have in their names. */
const COMMON = new Set(['bank', 'banco', 'banca', 'banque', 'first', 'national', 'federal', 'credit', 'union', 'savings', 'the', 'de', 'of', 'sparkasse', 'volksbank', 'caisse', 'community', 'american'])
/** So many letters at least tell a name. */
const TELLING = 4

/** Other entries that are easily confused with this one: of the same country, with its first telling word, or at an address of the same site. */
export function siblingsOf(institutions: readonly Institution[], one: Institution): readonly Institution[] {
  const [word, site] = [telling(one.name), siteOf(one.website)]
  return institutions.filter((other) => other.id !== one.id && other.country === one.country && ((word !== null && telling(other.name) === word) || (site !== null && siteOf(other.website) === site)))
}

function telling(name: string): string | null {
  return plain(name).split(' ').find((word) => word.length >= TELLING && !COMMON.has(word)) ?? null
}

/** `biz.riverbank.example` and `www.riverbank.example` are of one site. Of names below a public suffix of two parts (`co.uk`) three parts are taken. */
function siteOf(website: string | null): string | null {
  if (website === null || !URL.canParse(website)) return null
  const parts = new URL(website).hostname.split('.')
  const isNested = (parts.at(-2) ?? '').length <= 3 && (parts.at(-1) ?? '').length === 2
  return parts.length < 2 ? null : parts.slice(isNested ? -3 : -2).join('.')
}

function scoreOf(institution: Institution, wanted: string, host: string): number {
  const name = plain(institution.name)
  const address = institution.website === null ? '' : plain(institution.website.replace(/^https?:\/\/(www\.)?/, ''))
  if (institution.routingNumbers.includes(wanted.replace(/\D/g, '') || '-')) return 5
  const own = institution.website === null ? '' : hostIn(institution.website)
  // Two entries of one site may be for other customers: the very host is the one that is meant.
  if (own !== '' && host === own) return 5
  if (name === wanted || (own !== '' && host.endsWith(`.${own}`))) return 4
  if (name.startsWith(wanted)) return 3
  if (address !== '' && (address.startsWith(wanted) || wanted.replace(/^(https? )?(www )?/, '').startsWith(address.split(' ')[0] ?? '-'))) return 2
  return wanted.split(' ').every((word) => name.includes(word) || address.includes(word)) ? 1 : 0
}

function byName(a: Institution, b: Institution): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

/** The host of an address however it is typed: with its protocol, a path, `www.`, or none of them. */
function hostIn(text: string): string {
  return text.trim().toLowerCase().replace(/^\w+:\/\//, '').replace(/^www\./, '').split(/[/?#:]/)[0] ?? ''
}

/** Letters and digits in lower case without accents, words separated by one space. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}
