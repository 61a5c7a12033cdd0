/**
 * Harmless questions as data: how long each takes, what it may find, how often it finds that in usual times, and how
 * much more likely each cause makes it (natural-log ratios, as everywhere). From the two together follows what a
 * question can be expected to tell before it is asked (choose-probe.ts). A sentence says what was found of `{bank}`.
 */
import type { ProbeKind } from '../../domain/probe.ts'
import type { Weights } from '../knowledge.ts'

export type ProbeOutcome = {
  /** How often it is found when nothing is known; those of one probe sum to 1. */
  readonly usual: number
  readonly weights: Weights
}

export type ProbeEntry = {
  readonly kind: ProbeKind
  /** Expected, with all waiting for answers. */
  readonly seconds: number
  /** Asked only after this one found one of these: what it could tell is told by that one otherwise. */
  readonly after?: { readonly probe: ProbeKind; readonly found: readonly string[] }
  readonly outcomes: { readonly [outcome: string]: ProbeOutcome }
  readonly source: string
}

/** No cause that lies with the person keeps a server from answering who does not sign in. */
const NOT_THE_PERSON: Weights = { credentials_invalid: -2.5, login_locked: -2, account_closed: -2.5, account_not_found: -2, account_not_authorized: -2, password_change_required: -2.5, bank_action_required: -2, enrollment_required: -2, mfa_required: -2, mfa_invalid: -2, mfa_timeout: -2, mfa_method_changed: -2, consent_expired: -2, consent_revoked: -2, history_limit: -2 }

export const PROBES: readonly ProbeEntry[] = [
  { kind: 'other_logins', seconds: 0.1, source: 'health of a bank comes from all its connections',
    outcomes: {
      work: { usual: 0.6, weights: { institution_down: -2, scheduled_maintenance: -2, endpoint_moved: -1, protocol_outdated: -0.8, aggregator_down: -1.5, local_network: -2, access_restricted: -0.4 } },
      fail: { usual: 0.15, weights: { institution_down: 1.2, scheduled_maintenance: 1, institution_error: 0.6, endpoint_moved: 0.7, protocol_outdated: 0.6, connection_migrated: 0.4, local_network: 0.6, ...weightsOfAll(NOT_THE_PERSON, 0.6) } },
      not_read: { usual: 0.25, weights: {} },
    } },
  { kind: 'known_address', seconds: 0.5, source: 'the address used against the one that is published now',
    outcomes: {
      // The list that came with this program may be as old as the address.
      same: { usual: 0.85, weights: { endpoint_moved: -0.15, connection_migrated: -0.15, configuration: -0.1 } },
      answers_there: { usual: 0.08, weights: { endpoint_moved: 2.8, connection_migrated: 0.8, configuration: 0.7 } },
      silent_there: { usual: 0.07, weights: { institution_down: 0.5, local_network: 0.7 } },
    } },
  { kind: 'profile', seconds: 2, source: 'the anonymous question of the protocol (OFX profile, FinTS anonymous dialog, an unauthenticated GET)',
    outcomes: {
      answers: { usual: 0.83, weights: { institution_down: -3, scheduled_maintenance: -2, local_network: -2, endpoint_moved: -0.7, aggregator_down: -1 } },
      // Something answers, and wrongly also where no sign-in is asked for: it is not this login, and not silence.
      answers_wrongly: { usual: 0.07, weights: { ...NOT_THE_PERSON, institution_error: 0.8, endpoint_moved: 1, access_restricted: 0.5, institution_down: 0.2, scheduled_maintenance: 0.3, protocol_outdated: 0.4 } },
      // It says itself, to whoever asks, that it is away.
      says_away: { usual: 0.03, weights: { ...NOT_THE_PERSON, institution_down: 1, scheduled_maintenance: 1, aggregator_down: 0.7, institution_error: 0.4 } },
      silent: { usual: 0.06, weights: { ...NOT_THE_PERSON, institution_down: 2.4, scheduled_maintenance: 1, local_network: 0.7, endpoint_moved: 0.8, aggregator_down: 0.5 } },
      // Somebody is there, and no encryption comes about.
      tls_refused: { usual: 0.01, weights: { ...NOT_THE_PERSON, institution_error: 1.4, endpoint_moved: 1, local_network: 1, protocol_outdated: 1.2, configuration: 0.7, institution_down: -0.5 } },
    } },
  { kind: 'reach', seconds: 2, after: { probe: 'profile', found: ['silent', 'tls_refused'] }, source: 'name, port and certificate fail for different reasons',
    outcomes: {
      answers: { usual: 0.3, weights: { institution_error: 0.5, protocol_outdated: 0.5, institution_down: -0.7, local_network: -1.5 } },
      no_name: { usual: 0.2, weights: { endpoint_moved: 1.2, local_network: 0.8, institution_down: -1 } },
      no_connection: { usual: 0.33, weights: { institution_down: 0.8, scheduled_maintenance: 0.4, local_network: 0.5, access_restricted: 0.3, endpoint_moved: -0.3, institution_error: -1 } },
      certificate_of_bank: { usual: 0.05, weights: { institution_error: 2.5, endpoint_moved: -0.8, local_network: -0.7, institution_down: -1.5, configuration: -0.5 } },
      // What reads the traffic shows a certificate for the right name; a page of the network here has its own, and keeps every bank away.
      certificate_of_others: { usual: 0.05, weights: { endpoint_moved: 1.2, institution_error: 0.4, local_network: 0.4, configuration: 0.5, institution_down: -1.5 } },
      certificate_untrusted: { usual: 0.01, weights: { local_network: 0.5, institution_error: 0.3, configuration: 0.3, institution_down: -1.5, endpoint_moved: -0.5 } },
      authority_ended: { usual: 0.01, weights: { local_network: 4, institution_error: -1.5, institution_down: -1.5, endpoint_moved: -1 } },
      certificate_ended: { usual: 0.05, weights: { institution_error: 1.8, local_network: 0.8, institution_down: -1.5, endpoint_moved: 0.2 } },
    } },
  { kind: 'other_version', seconds: 3, after: { probe: 'profile', found: ['answers_wrongly'] }, source: 'servers refuse versions of the protocol in many ways, also with a page or HTTP 400',
    outcomes: {
      answers: { usual: 0.1, weights: { protocol_outdated: 2.5, client_bug: 0.5, institution_error: -1.5, endpoint_moved: -2, access_restricted: -0.7, institution_down: -2.5, scheduled_maintenance: -2.5, local_network: -2 } },
      same: { usual: 0.9, weights: { protocol_outdated: -0.8 } },
    } },
  { kind: 'way_out', seconds: 3, source: 'many banks failing at once is this host; one is not',
    outcomes: {
      open: { usual: 0.92, weights: { local_network: -2.5 } },
      closed: { usual: 0.05, weights: { local_network: 3.5, institution_down: -1.5, endpoint_moved: -1 } },
      certificates_refused: { usual: 0.03, weights: { local_network: 4, institution_error: -1.5, endpoint_moved: -1 } },
    } },
  { kind: 'notices', seconds: 4, source: 'what the bank announces on its public site',
    outcomes: {
      maintenance: { usual: 0.05, weights: { scheduled_maintenance: 2, institution_down: 0.5 } },
      trouble: { usual: 0.04, weights: { institution_down: 1.8, institution_error: 0.8 } },
      migration: { usual: 0.03, weights: { connection_migrated: 1.5, endpoint_moved: 1, protocol_outdated: 0.4 } },
      nothing: { usual: 0.8, weights: { scheduled_maintenance: -0.7, institution_down: -0.3 } },
      silent: { usual: 0.08, weights: { institution_down: 1.3, scheduled_maintenance: 0.8, local_network: 0.8 } },
    } },
  { kind: 'clock', seconds: 0, after: { probe: 'profile', found: [] }, source: 'certificates, tokens and signatures carry times',
    outcomes: {
      wrong: { usual: 0.004, weights: { local_network: 7, client_bug: -0.5 } },
      right: { usual: 0.996, weights: {} },
    } },
]

/** The same, weaker. */
function weightsOfAll(weights: Weights, share: number): Weights {
  return Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, weight * share]))
}
