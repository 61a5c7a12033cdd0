/** Harmless questions that separate causes, and what one of them found. None carries a secret. */

export type ProbeKind =
  /** Another login of the same bank, read since: is it the bank, or this login? Asks only the store. */
  | 'other_logins'
  /** The newest data about the bank: do they name another address, and does it answer there? */
  | 'known_address'
  /** The protocol's own question that needs no sign-in. */
  | 'profile'
  /** How far a connection gets: name, port, certificate. */
  | 'reach'
  /** The protocol's question in another version of it. */
  | 'other_version'
  /** Other banks' public sites, from here. */
  | 'way_out'
  /** The bank's own public site: does it announce something? */
  | 'notices'
  /** Our clock against the `Date` headers of whoever answered; told beside another answer. */
  | 'clock'

/** From so much on a clock is wrong: certificates and tokens bear less. */
export const WRONG_CLOCK_SECONDS = 300

/** `outcome`: one of those that diagnose/knowledge/probes.ts lists for the kind. */
export type Finding = { readonly probe: ProbeKind; readonly outcome: string; readonly sentence: string }
