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
