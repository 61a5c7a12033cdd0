/**
 * Institutions are data. An institution has one or more routes; each route names a connector by
 * its id and carries that connector's settings, which only the connector understands.
 */

import { plainWords, siteOf } from './bank-words.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export type Institution = {
  /** Stable, lower-case, unique: `riverbank`. */
  readonly id: string
  readonly name: string
  /** What else it calls itself: its legal name, its name to programs, a short form of its own. */
  readonly aliases?: readonly string[] | undefined
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
  /** By an owner, by its address: an owner can change and remove it. */
  readonly isAdded?: true
}

export type InstitutionLimits = {
  readonly requestsPerDay: number | null
  readonly minSecondsBetweenSyncs: number | null
}

export type Route = {
  readonly connector: string
  readonly settings: JsonObject
}

/** Words that many banks have in their names. */
const COMMON = new Set(['bank', 'banco', 'banca', 'banque', 'first', 'national', 'federal', 'credit', 'union', 'savings', 'the', 'de', 'of', 'sparkasse', 'volksbank', 'caisse', 'community', 'american'].flatMap(plainWords))
/** So many letters at least tell a name. */
const TELLING = 4

/** Other entries that are easily confused with this one: of the same country, with its first telling word, or at an address of the same site. */
export function siblingsOf(institutions: readonly Institution[], one: Institution): readonly Institution[] {
  const [word, site] = [telling(one.name), siteOf(one.website)]
  return institutions.filter((other) => other.id !== one.id && other.country === one.country && ((word !== null && telling(other.name) === word) || (site !== null && siteOf(other.website) === site)))
}

function telling(name: string): string | null {
  return plainWords(name).find((word) => word.length >= TELLING && !COMMON.has(word)) ?? null
}
