/**
 * The card of every cause: what happened, what Relink does, the one next action. Each line is a
 * list of wordings; the first one whose facts are all known is used, so that no card ever guesses
 * or shows a gap. `{bank}` and the like are facts (sentences.ts). At most 14 words; no blame, no
 * "something went wrong", no "try again later".
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'

/** Whose move it is. */
export type Chip = 'needs_you' | 'waiting_for_bank' | 'our_side' | 'this_server'

export type NextAction = {
  readonly label: readonly string[]
  readonly action: ActionCode
  /** Leads to the bank's own site; shown as a button only when that address is verified. */
  readonly atBank?: true
  /** Shown only after this many hours of waiting. */
  readonly afterHours?: number
}

export type CardText = {
  readonly chip: Chip
  readonly what: readonly string[]
  readonly relink: readonly string[]
  /** Where it is said of every account of a login. */
  readonly ofAll?: { readonly what: readonly string[]; readonly relink: readonly string[] }
  readonly next: NextAction | null
}

export const CARDS: { readonly [C in CauseCode]: CardText } = {
  institution_down: { chip: 'waiting_for_bank', what: ['{bank} does not answer. {failing} of {connections, plural, one {# connection} other {# connections}} to it {failing, plural, one {fails} other {fail}}.', '{bank} does not answer.'], relink: ['tries {nextTry}, then all missed days', 'tries again by itself, then all missed days'], next: null },
  institution_error: { chip: 'waiting_for_bank', what: ['{bank}: its certificate {certificate}, so nothing is sent to it.', '{bank} answers, but with an error of its own.'], relink: ['tries ever less often, next {nextTry}', 'tries ever less often'], next: { label: ['Write to {bank}'], action: 'contact_bank', afterHours: 48 } },
  credentials_invalid: { chip: 'needs_you', what: ['{bank} did not accept the user name or password.'], relink: ['does not send it again unasked'], next: { label: ['Enter the password'], action: 'fix_credentials' } },
  login_locked: { chip: 'needs_you', what: ['{bank} has locked this login.'], relink: ['stopped: a try would make it worse'], next: { label: ['Unlock at {bank}, then check once'], action: 'unlock_at_bank', atBank: true } },
  password_change_required: { chip: 'needs_you', what: ['{bank} wants a new password first.'], relink: ['sends nothing'], next: { label: ['Change it at {bank}, then enter it'], action: 'act_at_bank_site', atBank: true } },
  bank_action_required: { chip: 'needs_you', what: ['{bank} wants you to read or accept something.'], relink: ['checks when you return'], next: { label: ['Open {bank}'], action: 'act_at_bank_site', atBank: true } },
  enrollment_required: { chip: 'needs_you', what: ['{bank}: the login is right; access for programs is off.'], relink: ['keeps the login, makes no tries that could lock it'], next: { label: ['How to switch it on'], action: 'enroll_at_bank', atBank: true } },
  account_closed: { chip: 'needs_you', what: ['{bank} says that {account} is closed.', '{bank} says that an account is closed.'], relink: ['keeps every row'], ofAll: { what: ['{bank} says of every account that it is closed.'], relink: ['keeps every row'] }, next: { label: ['Close this feed, keep rows'], action: 'remove_account' } },
  account_not_found: { chip: 'needs_you', what: ['{account} is no longer in the list of {bank}.', '{bank} no longer lists one of the accounts.'], relink: ['reads the others, sought a new number'], ofAll: { what: ['{bank} no longer lists any of the accounts.'], relink: ['keeps every row, sought new numbers'] }, next: { label: ['Choose the account'], action: 'reconnect' } },
  account_not_authorized: { chip: 'needs_you', what: ['{bank} lets us in, but not to {account}.', '{bank} lets us in, but not to one account.'], relink: ['reads the others'], ofAll: { what: ['{bank} lets us in, but to none of the accounts.'], relink: ['keeps every row, reads missed days after'] }, next: { label: ['Allow it at {bank}'], action: 'act_at_bank_site', atBank: true } },
  mfa_required: { chip: 'needs_you', what: ['{bank} asks for a code to know that it is you.'], relink: ['waits until you are here'], next: { label: ['Answer now'], action: 'update_mfa' } },
  mfa_invalid: { chip: 'needs_you', what: ['{bank} did not accept the code.'], relink: ['sends it no second time'], next: { label: ['Get a new code'], action: 'update_mfa' } },
  mfa_timeout: { chip: 'needs_you', what: ['The code did not reach {bank} in time.'], relink: ['kept all else'], next: { label: ['Start again, phone at hand'], action: 'update_mfa' } },
  mfa_method_changed: { chip: 'needs_you', what: ['{bank} now asks {asksNow}, not {askedBefore}.', '{bank} now asks for the code in another way.'], relink: ['remembers it'], next: { label: ['{useNow}', 'Use the new way'], action: 'update_mfa' } },
  consent_expired: { chip: 'needs_you', what: ['Your permission at {bank} ended on {consentEndedOn}.', 'Your permission at {bank} has ended.'], relink: ['keeps rows, reads missed days after'], next: { label: ['Renew at {bank}'], action: 'reconnect', atBank: true } },
  consent_revoked: { chip: 'needs_you', what: ['The permission was withdrawn at {bank}.'], relink: ['looks now and then, next {nextTry}', 'stopped asking'], next: { label: ['Allow again'], action: 'reconnect', atBank: true } },
  endpoint_moved: { chip: 'our_side', what: ['{bank} has a new address for bank feeds.'], relink: ['sends nothing to an address that is not known as the bank’s'], next: { label: ['Use the new address'], action: 'update_connection' } },
  protocol_outdated: { chip: 'our_side', what: ['{bank} no longer accepts the way we ask.'], relink: ['looks for newer data about {bank}'], next: { label: ['Update Relink'], action: 'update_software' } },
  connection_migrated: { chip: 'needs_you', what: ['{bank} moved bank feeds to another way.'], relink: ['reads it beside the old once you sign in; nothing changes before'], next: { label: ['See the preview'], action: 'reconnect' } },
  access_restricted: { chip: 'waiting_for_bank', what: ['{bank} does not let programs like Relink in.'], relink: ['tries once a day at most, next {dailyTry}', 'tries ever less often, next {nextTry}', 'tries ever less often'], next: { label: ['See other ways'], action: 'import_file' } },
  rate_limited: { chip: 'our_side', what: ['{bank} says that this login is in use {elsewhere}.', 'We asked {bank} more often than it allows.'], relink: ['waits until {nextTry}', 'waits until asking is allowed again'], next: null },
  history_limit: { chip: 'needs_you', what: ['{bank} does not give all the days we asked for.'], relink: ['reads what there is, marks the rest missing'], next: { label: ['Import a file for {missingFrom} to {missingTo}', 'Import a file for the missing days'], action: 'import_file' } },
  scheduled_maintenance: { chip: 'waiting_for_bank', what: ['{bank} is closed for maintenance until {maintenanceUntil}.', '{bank} is closed for maintenance.'], relink: ['tries {nextTry}', 'tries again when it is over'], next: null },
  client_bug: { chip: 'our_side', what: ['{bank}: Relink itself was stopped in the middle of {stops} reads.', '{bank} answered; Relink did not understand it.'], relink: ['kept the answer, stored nothing half'], next: { label: ['Update Relink; if none, send the bundle'], action: 'update_software' } },
  aggregator_down: { chip: 'waiting_for_bank', what: ['The provider, which stands between us and {bank}, is down.'], relink: ['tries {nextTry}', 'tries again by itself'], next: null },
  configuration: { chip: 'this_server', what: ['The setting {setting} does not fit {bank}.', 'A setting of this connection does not fit {bank}.'], relink: ['found the place: {setting}', 'reads again once the setting is changed'], next: { label: ['Open the setting', 'Open the settings'], action: 'fix_configuration' } },
  local_network: { chip: 'this_server', what: ['The clock of this server is {clockMinutes} minutes off, so {bank} refuses.', 'By the clock of this server the certificate of {bank} is {notYet}.', 'This server has no internet: {failingBanks} banks fail at once.', 'This server cannot reach {bank}; the fault is on this side.'], relink: ['checks every few minutes, asks no password'], next: { label: ['See the network check'], action: 'fix_network' } },
  unknown: { chip: 'our_side', what: ['{bank} could not be read; we do not know why yet.'], relink: ['runs harmless checks, reads {nextTry}', 'runs harmless checks'], next: { label: ['Tell us what you see at {bank}'], action: 'contact_support' } },
}
