/**
 * What ends each fault of the atlas in the simulated world, and what each act costs a person. Data,
 * written from what the fault is, not from what Relink believes: the planner's own table
 * (src/diagnose/knowledge/actions.ts) is what is being judged.
 */
import type { FaultDefinition } from '../../bank/faults/fault.ts'
import type { CauseCode, ActionCode } from '../../src/domain/cause.ts'

export type Ending = {
  /** The trouble is over by itself after some hours. */
  readonly passes: boolean
  /** Acts that end it, the best first; those of `AT_THE_BANK` and of Relink itself have their effect by the bank's own rules and are not set by hand. */
  readonly by: readonly ActionCode[]
}

const passes: Ending = { passes: true, by: [] }
const by = (...acts: ActionCode[]): Ending => ({ passes: false, by: acts })

const BY_CAUSE: { readonly [C in CauseCode]?: Ending } = {
  institution_down: passes, institution_error: passes, scheduled_maintenance: passes, aggregator_down: passes, rate_limited: passes,
  credentials_invalid: by('fix_credentials'),
  login_locked: by('unlock_at_bank', 'contact_bank'),
  // The site takes the new password, and Relink must be told of it.
  password_change_required: by('act_at_bank_site', 'fix_credentials'),
  bank_action_required: by('act_at_bank_site'),
  enrollment_required: by('enroll_at_bank', 'contact_bank'),
  account_closed: by('remove_account'),
  account_not_found: by('reconnect'),
  account_not_authorized: by('act_at_bank_site', 'contact_bank', 'reconnect'),
  mfa_required: by('update_mfa'), mfa_invalid: by('update_mfa'), mfa_timeout: by('update_mfa'), mfa_method_changed: by('update_mfa'),
  consent_expired: by('reconnect', 'act_at_bank_site'), consent_revoked: by('reconnect', 'act_at_bank_site'),
  // The new data of the bank come with a release of Relink.
  endpoint_moved: by('update_software', 'contact_support'),
  protocol_outdated: by('update_software', 'contact_support'),
  connection_migrated: by('reconnect', 'contact_support'),
  access_restricted: by('contact_support', 'contact_bank'),
  client_bug: by('update_software', 'contact_support'),
  configuration: by('fix_configuration', 'contact_support'),
  local_network: by('fix_network', 'contact_support'),
}

/** Faults that end in another way than their cause usually does. */
const BY_FAULT: Readonly<Record<string, Ending>> = {
  'account-list-empty': passes,
  // The list of programs that a bank lets in is brought along by a newer one.
  'client-blocked': by('update_software', 'contact_support', 'contact_bank'),
}

export function endingOf({ name, cause }: Pick<FaultDefinition, 'name' | 'cause'>): Ending {
  return BY_FAULT[name] ?? (cause === null ? passes : (BY_CAUSE[cause] ?? passes))
}

/** Who is written to or called answers on the next day. */
export const ANSWER_MS = 24 * 3_600_000

/** The eight classic steps in their fixed order, with the minutes of attention that each takes; the waiting is not counted. */
export const CLASSIC_STEPS = [
  { step: 'bank_status', minutes: 2, why: 'find the status page and read it' },
  { step: 'credentials', minutes: 4, why: 'sign in at the bank\'s own site, come back, type both' },
  { step: 'update', minutes: 1, why: 'press Update and watch' },
  { step: 'reconnect', minutes: 4, why: 'search the bank, sign in, choose accounts' },
  { step: 'toggle', minutes: 2, why: 'switch the feed off and on' },
  { step: 'mfa', minutes: 3, why: 'check the way of confirming at the bank, ask for a new code' },
  { step: 'call_bank', minutes: 15, why: 'wait in the line, prove who you are, explain' },
  { step: 'call_support', minutes: 15, why: 'describe all of the above, send pictures' },
] as const

/** After each classic step one looks whether it works now. */
export const CLASSIC_TRY_MINUTES = 0.5
/** Reading what is wrong, once for each feed that needs a person. */
export const LOOK_MINUTES = 0.5
/** One code, question or approval. */
export const CODE_MINUTES = 1
