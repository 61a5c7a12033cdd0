/**
 * What ends each cause: shares of the actions that did, as data; and what shifts them. The numbers
 * are rounded from documented and real cases, smoothed towards what the cause means.
 */
import type { ActionCode, CauseCode } from '../../domain/cause.ts'
import type { Pattern } from '../knowledge.ts'

export const ACTIONS_BY_CAUSE: { readonly [C in CauseCode]: { readonly [A in ActionCode]?: number } } = {
  institution_down: { wait_for_bank: 0.65, auto_retry: 0.35 },
  institution_error: { auto_retry: 0.33, wait_for_bank: 0.3, contact_bank: 0.22, contact_support: 0.05, reconnect: 0.05, update_software: 0.05 },
  credentials_invalid: { fix_credentials: 0.85, reconnect: 0.1, act_at_bank_site: 0.05 },
  login_locked: { unlock_at_bank: 0.7, contact_bank: 0.3 },
  password_change_required: { act_at_bank_site: 0.8, contact_bank: 0.1, fix_credentials: 0.1 },
  bank_action_required: { act_at_bank_site: 0.85, reconnect: 0.15 },
  enrollment_required: { enroll_at_bank: 0.55, contact_bank: 0.35, wait_for_bank: 0.1 },
  account_closed: { remove_account: 1 },
  account_not_found: { reconnect: 0.85, remove_account: 0.15 },
  account_not_authorized: { reconnect: 0.3, contact_bank: 0.3, act_at_bank_site: 0.27, contact_support: 0.13 },
  mfa_required: { update_mfa: 0.6, act_at_bank_site: 0.12, update_software: 0.15, reconnect: 0.08, contact_bank: 0.05 },
  mfa_invalid: { update_mfa: 0.9, contact_bank: 0.1 },
  mfa_timeout: { reconnect: 0.8, update_mfa: 0.2 },
  mfa_method_changed: { update_mfa: 0.8, update_software: 0.1, reconnect: 0.1 },
  consent_expired: { reconnect: 1 },
  consent_revoked: { reconnect: 0.92, remove_account: 0.08 },
  endpoint_moved: { update_connection: 0.65, update_software: 0.17, reconnect: 0.1, import_file: 0.08 },
  protocol_outdated: { update_software: 0.65, update_connection: 0.35 },
  connection_migrated: { reconnect: 0.55, fix_configuration: 0.1, import_file: 0.1, update_connection: 0.1, contact_support: 0.05, enroll_at_bank: 0.05, update_software: 0.05 },
  access_restricted: { import_file: 0.28, update_software: 0.25, contact_support: 0.2, contact_bank: 0.1, update_connection: 0.09, act_at_bank_site: 0.08 },
  rate_limited: { auto_retry: 0.8, fix_configuration: 0.2 },
  history_limit: { shorten_range: 0.9, import_file: 0.1 },
  scheduled_maintenance: { wait_for_bank: 0.65, auto_retry: 0.35 },
  client_bug: { update_software: 0.88, reconnect: 0.06, contact_support: 0.03, auto_retry: 0.03 },
  aggregator_down: { auto_retry: 0.6, contact_support: 0.35, update_software: 0.05 },
  configuration: { fix_configuration: 0.82, reconnect: 0.08, update_connection: 0.05, toggle_feed: 0.03, import_file: 0.02 },
  local_network: { fix_network: 1 },
  unknown: { contact_support: 0.6, auto_retry: 0.4 },
}

export type ActionRule = { readonly causes: readonly CauseCode[]; readonly when: Pattern; readonly favours: { readonly [A in ActionCode]?: number }; readonly why: string }

/** Neither message nor body beside the code (`readRecord` puts the words of codes behind these). */
const CODE_ALONE = '^ \\.\\n'

export const ACTION_RULES: readonly ActionRule[] = [
  { causes: ['institution_down', 'institution_error', 'aggregator_down', 'scheduled_maintenance'], when: { context: { intermittent: [true] } }, favours: { auto_retry: 4 }, why: 'what comes and goes is answered by asking again' },
  { causes: ['institution_down', 'scheduled_maintenance'], when: { context: { sameBank: ['some', 'all'] } }, favours: { wait_for_bank: 3 }, why: 'an outage for all is the bank\'s to end' },
  { causes: ['institution_error'], when: { context: { sameBank: ['all'] } }, favours: { wait_for_bank: 4 }, why: 'an error that everybody meets is the bank\'s to mend' },
  { causes: ['institution_down'], when: { networkError: '^(ETIMEDOUT|ECONNRESET|ESOCKETTIMEDOUT)' }, favours: { auto_retry: 2 }, why: 'one slow answer is no outage' },
  { causes: ['institution_down'], when: { text: 'tim(e|ed)[- ]?out' }, favours: { auto_retry: 2 }, why: 'one slow answer is no outage' },
  { causes: ['access_restricted'], when: { httpStatus: '403', context: { otherClientWorks: [true] } }, favours: { update_software: 5, update_connection: 3 }, why: 'what lets another program in, can let ours in' },
  { causes: ['access_restricted'], when: { protocol: ['ofx'], httpStatus: '403' }, favours: { update_connection: 3, update_software: 2 }, why: 'OFX servers refuse by header and address' },
  { causes: ['access_restricted'], when: { protocol: ['plaid', 'pluggy', 'teller', 'mx', 'berlin-group', 'truelayer'] }, favours: { contact_support: 2 }, why: 'registration with the bank is the provider\'s to do' },
  { causes: ['access_restricted'], when: { protocol: ['scraper', 'other'], httpStatus: '403', not: { context: { connection: ['new'] } } }, favours: { update_software: 12 }, why: 'a 403 is for the way of asking; newer versions of web readers ask in a way that is let in' },
  { causes: ['access_restricted'], when: { protocol: ['scraper', 'other'] }, favours: { import_file: 1.2, update_software: 5 }, why: 'web readers are let in again by a newer version; files are there meanwhile' },
  { causes: ['access_restricted'], when: { text: "(not |no longer )(permit|allow|approv|registered|accept|welcome)|third[- ]part|automat|aggregat|polic(y|ies)|prohibit|(your|this) (country|region|location)" }, favours: { contact_support: 4, contact_bank: 2, act_at_bank_site: 0.4 }, why: 'what is refused on purpose is lifted by talking, not by trying' },
  { causes: ['access_restricted'], when: { protocol: ['qbo-api', 'quickbooks'] }, favours: { act_at_bank_site: 5 }, why: 'a subscription or switch at the site decides' },
  { causes: ['protocol_outdated'], when: { protocol: ['ofx'], context: { connection: ['new'] } }, favours: { update_connection: 3 }, why: 'the version belongs to the bank\'s entry' },
  { causes: ['protocol_outdated'], when: { protocol: ['ofx'], text: 'software version|current version' }, favours: { update_connection: 3 }, why: 'the version sent belongs to the bank\'s entry' },
  { causes: ['protocol_outdated'], when: { stage: ['tls'] }, favours: { update_software: 3 }, why: 'the encryption belongs to the program' },
  { causes: ['connection_migrated'], when: { protocol: ['plaid'], stage: ['consent'] }, favours: { fix_configuration: 4 }, why: 'the bank\'s own page needs a return address in the settings' },
  { causes: ['connection_migrated'], when: { protocol: ['ofx'] }, favours: { import_file: 2, enroll_at_bank: 2, update_connection: 1.5 }, why: 'what follows Direct Connect differs by bank' },
  { causes: ['connection_migrated'], when: { protocol: ['fints'] }, favours: { update_software: 3 }, why: 'the new way needs a new program' },
  { causes: ['endpoint_moved'], when: { protocol: ['scraper', 'gocardless', 'other'] }, favours: { update_software: 6 }, why: 'the address is in the program' },
  { causes: ['mfa_required'], when: { protocol: ['scraper', 'other'] }, favours: { update_software: 10 }, why: 'the program must learn the step' },
  { causes: ['mfa_method_changed'], when: { protocol: ['scraper'] }, favours: { update_software: 10 }, why: 'the program must learn the step' },
  { causes: ['mfa_required', 'mfa_method_changed'], when: { protocol: ['other'], code: '[a-z]', text: CODE_ALONE }, favours: { update_mfa: 25 }, why: 'a code without any words is an aggregator\'s, whose own page takes the second factor' },
  { causes: ['access_restricted'], when: { protocol: ['other'], code: '[a-z]', text: CODE_ALONE }, favours: { import_file: 12 }, why: 'what an aggregator does not serve, no newer program reads through it' },
  { causes: ['mfa_required'], when: { protocol: ['other'], context: { sameBank: ['some', 'all'] } }, favours: { update_software: 2 }, why: 'what several people meet at once is for the program to learn' },
  { causes: ['mfa_method_changed'], when: { protocol: ['other'] }, favours: { update_software: 8.5 }, why: 'the person must set up the new method, or the program must learn it: each was the first step in half of them' },
  { causes: ['mfa_required', 'mfa_method_changed'], when: { text: '(use|choose|select|try|set up|switch to|verwenden|wahlen)[^.]{0,25}(another|other|different|an alternative|anderes?) (verification |authentication )?(method|factor|option|verfahren)|(enable|activate|set up|register)[^.]{0,20}(2fa|two-factor|authenticator|totp)|\\btotp ?needed|sms ?needed' }, favours: { update_mfa: 8 }, why: 'the answer itself tells what the person is to set up or choose' },
  { causes: ['institution_error', 'access_restricted', 'enrollment_required', 'account_not_authorized'], when: { context: { intermittent: [false] } }, favours: { contact_bank: 5 }, why: 'what the bank refuses each time it does not mend unasked' },
  { causes: ['mfa_required'], when: { protocol: ['plaid', 'obie'] }, favours: { reconnect: 4 }, why: 'a fresh sign-in carries the code' },
  { causes: ['rate_limited'], when: { context: { unattended: [true], attemptsToday: { min: 20 } } }, favours: { auto_retry: 1.2 }, why: 'the quota refills by itself' },
  { causes: ['rate_limited'], when: { context: { attemptsToday: { min: 10, max: 100 } } }, favours: { fix_configuration: 2 }, why: 'a schedule that asks too often is a setting' },
  { causes: ['institution_error'], when: { protocol: ['web-connect', 'file'] }, favours: { contact_bank: 1.3, update_software: 3, fix_configuration: 2, auto_retry: 0.1, wait_for_bank: 0.1 }, why: 'the bank\'s file does not mend by asking again' },
  { causes: ['client_bug'], when: { code: 'invalid_grant' }, favours: { reconnect: 12 }, why: 'a lost token comes back only by connecting anew' },
  { causes: ['client_bug'], when: { text: 'refresh[ _-]?token|invalid_grant|(refresh|renew|acquire)\\w* [^.]{0,25}tokens?\\b' }, favours: { reconnect: 25 }, why: 'a lost token comes back only by connecting anew' },
  { causes: ['account_not_found'], when: { context: { otherAccounts: ['ok'] } }, favours: { remove_account: 1.5 }, why: 'the other accounts show that the login is right' },
  { causes: ['enrollment_required'], when: { protocol: ['ebics'] }, favours: { contact_bank: 5 }, why: 'the bank releases keys by hand' },
  { causes: ['configuration'], when: { protocol: ['ebics'] }, favours: { reconnect: 3 }, why: 'keys that differ are made anew' },
  { causes: ['configuration'], when: { protocol: ['quickbooks', 'quicken'] }, favours: { update_connection: 3, toggle_feed: 3 }, why: 'the bank\'s entry or the feed\'s state is the setting' },
  { causes: ['aggregator_down'], when: { context: { connection: ['new'] } }, favours: { contact_support: 3 }, why: 'nothing shows that it ever worked' },
]
