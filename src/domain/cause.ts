/**
 * The vocabulary of diagnosis: eight families that people know, 27 causes inside them, and the
 * first action for each. Codes are stable and documented (docs/causes); they never change meaning.
 */

export type Family =
  | 'bank_server'
  | 'authentication'
  | 'account'
  | 'mfa'
  | 'outdated'
  | 'restriction'
  | 'maintenance'
  | 'own_side'

/** Who can end a problem of this cause. */
export type Whose = 'bank' | 'person' | 'us' | 'provider' | 'host'

type CauseEntry = { readonly family: Family; readonly whose: Whose }

/** Every cause with its family and who can end it; `CauseCode` comes from this table. */
export const CAUSES = {
  institution_down: { family: 'bank_server', whose: 'bank' },
  institution_error: { family: 'bank_server', whose: 'bank' },
  credentials_invalid: { family: 'authentication', whose: 'person' },
  login_locked: { family: 'authentication', whose: 'person' },
  password_change_required: { family: 'authentication', whose: 'person' },
  bank_action_required: { family: 'authentication', whose: 'person' },
  enrollment_required: { family: 'authentication', whose: 'person' },
  account_closed: { family: 'account', whose: 'person' },
  account_not_found: { family: 'account', whose: 'person' },
  account_not_authorized: { family: 'account', whose: 'person' },
  mfa_required: { family: 'mfa', whose: 'person' },
  mfa_invalid: { family: 'mfa', whose: 'person' },
  mfa_timeout: { family: 'mfa', whose: 'person' },
  mfa_method_changed: { family: 'mfa', whose: 'person' },
  consent_expired: { family: 'outdated', whose: 'person' },
  consent_revoked: { family: 'outdated', whose: 'person' },
  endpoint_moved: { family: 'outdated', whose: 'us' },
  protocol_outdated: { family: 'outdated', whose: 'us' },
  connection_migrated: { family: 'outdated', whose: 'person' },
  access_restricted: { family: 'restriction', whose: 'bank' },
  rate_limited: { family: 'restriction', whose: 'us' },
  history_limit: { family: 'restriction', whose: 'bank' },
  scheduled_maintenance: { family: 'maintenance', whose: 'bank' },
  client_bug: { family: 'own_side', whose: 'us' },
  aggregator_down: { family: 'own_side', whose: 'provider' },
  configuration: { family: 'own_side', whose: 'host' },
  local_network: { family: 'own_side', whose: 'host' },
} as const satisfies Record<string, CauseEntry>

export type CauseCode = keyof typeof CAUSES | 'unknown'

export const CAUSE_CODES: readonly CauseCode[] = [...(Object.keys(CAUSES) as (keyof typeof CAUSES)[]), 'unknown']

/** The bank is away: for all who use it, until it is back. */
export const OUTAGES: readonly CauseCode[] = ['institution_down', 'scheduled_maintenance']

export type ActionCode =
  | 'auto_retry'
  | 'wait_for_bank'
  | 'fix_credentials'
  | 'unlock_at_bank'
  | 'act_at_bank_site'
  | 'enroll_at_bank'
  | 'reconnect'
  | 'update_mfa'
  | 'update_connection'
  | 'update_software'
  | 'toggle_feed'
  | 'remove_account'
  | 'contact_bank'
  | 'contact_support'
  | 'fix_configuration'
  | 'fix_network'
  | 'import_file'
  | 'shorten_range'

/** The family of a cause; `unknown` has none. */
export function familyOf(cause: CauseCode): Family | null {
  return cause === 'unknown' ? null : CAUSES[cause].family
}
