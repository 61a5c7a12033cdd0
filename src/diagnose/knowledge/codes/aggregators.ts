/**
 * Codes of the other aggregators: SimpleFIN, Teller, Pluggy, Finicity, Belvo, MX, Tink. What MX's
 * statuses mean is what its own widget tells a person at each; what Tink's reasons mean is what its
 * own software for telephones says of each.
 */
import { codeTable } from '../../knowledge.ts'

export const SIMPLEFIN = codeTable({
  system: 'simplefin',
  title: 'SimpleFIN',
  protocols: ['simplefin'],
  seenBy: 'programs that read banks over SimpleFIN',
  source: 'SimpleFIN protocol 1.0.7 and draft 2.0.0',
  doubt: 0.1,
}, [
  ['con.auth', 'The connection to this bank needs a fresh sign-in; other banks of the same token still work.', [['consent_expired', 5, 'reconnect'], ['credentials_invalid', 2, 'reconnect'], ['mfa_required', 1, 'reconnect']]],
  ['gen.auth', 'The SimpleFIN server refuses the access token: withdrawn, or never valid.', [['consent_revoked', 5, 'reconnect'], ['credentials_invalid', 2, 'reconnect']]],
  ['gen', 'A general message; read its text.', [], { doubt: 0.5 }],
  ['gen.api', 'A message for the developer of the program, mostly on how much or how often it asks.', [['rate_limited', 2, 'auto_retry'], ['history_limit', 2, 'shorten_range'], ['client_bug', 2, 'update_software']], { doubt: 0.4 }],
  ['con', 'Something is wrong with the connection to one bank.', [['institution_error', 3, 'auto_retry'], ['consent_expired', 2, 'reconnect']], { doubt: 0.4 }],
  ['con.mfa', 'The bank asks for a code.', [['mfa_required', 6, 'update_mfa']]],
  ['con.down', 'The bank does not answer.', [['institution_down', 6, 'wait_for_bank']]],
  ['act act.failed', 'One account could not be read this time.', [['institution_error', 5, 'auto_retry'], ['account_not_found', 1, 'reconnect']], { doubt: 0.25 }],
  ['act.missingdata', 'The list of this account is incomplete.', [['institution_error', 4, 'auto_retry'], ['history_limit', 2, 'shorten_range']], { doubt: 0.25 }],
  ['act.closed', 'The account was closed.', [['account_closed', 6, 'remove_account']]],
  ['INVALID_ACCESS_TOKEN', 'The program did not get a usable access address: the token was used before, is wrong, or the answer was not what it expected.', [['consent_revoked', 3, 'reconnect'], ['credentials_invalid', 3, 'reconnect'], ['client_bug', 3, 'update_software']], { doubt: 0.2 }],
  ['SERVER_DOWN', 'The program got no readable answer from the SimpleFIN server.', [['aggregator_down', 4, 'auto_retry'], ['client_bug', 1, 'update_software'], ['local_network', 1, 'fix_network']], { doubt: 0.2 }],
  ['ACCOUNT_MISSING', 'The account is not in the answer any more.', [['account_not_found', 5, 'reconnect'], ['account_closed', 2, 'remove_account']]],
  ['ACCOUNT_NEEDS_ATTENTION', 'The bank wants a fresh sign-in or something done at its site.', [['consent_expired', 3, 'reconnect'], ['credentials_invalid', 2, 'reconnect'], ['mfa_required', 2, 'reconnect'], ['bank_action_required', 2, 'act_at_bank_site']]],
])

const TELLER_ENDED = 'enrollment.disconnected'
export const TELLER = codeTable({
  system: 'teller',
  title: 'Teller',
  protocols: ['teller'],
  seenBy: 'programs that read banks through Teller',
  source: 'Teller documentation, errors',
  doubt: 0.06,
}, [
  ['400', 'The program\'s certificate is missing, or the request is not right.', [['configuration', 6, 'fix_configuration'], ['client_bug', 2, 'update_software']], { doubt: 0.12 }],
  ['401', 'No token was sent.', [['configuration', 6, 'fix_configuration']], { doubt: 0.15 }],
  ['403', 'The token is invalid or was withdrawn.', [['consent_revoked', 6, 'reconnect']], { doubt: 0.15 }],
  ['410', 'The account is closed for good.', [['account_closed', 8, 'remove_account']]],
  ['422', 'The request is not acceptable.', [['client_bug', 6, 'update_software']]],
  ['429', 'More was asked than is allowed.', [['rate_limited', 8, 'auto_retry']]],
  ['502', 'The bank is not available.', [['institution_down', 8, 'auto_retry']]],
  [TELLER_ENDED, 'The link ended; no more is told.', [['consent_revoked', 4, 'reconnect'], ['consent_expired', 2, 'reconnect']], { doubt: 0.2 }],
  [`${TELLER_ENDED}.account_locked`, 'The bank has restricted access to this login.', [['login_locked', 8, 'unlock_at_bank']]],
  [`${TELLER_ENDED}.credentials_invalid`, 'The password was changed at the bank.', [['credentials_invalid', 8, 'fix_credentials']]],
  [`${TELLER_ENDED}.enrollment_inactive`, 'The link was not used for long and ended.', [['consent_expired', 8, 'reconnect']]],
  [`${TELLER_ENDED}.user_action.captcha_required`, 'The bank shows a picture puzzle that only a person can solve.', [['bank_action_required', 8, 'reconnect']]],
  [`${TELLER_ENDED}.user_action.contact_information_required`, 'The bank wants contact data brought up to date.', [['bank_action_required', 8, 'act_at_bank_site']]],
  [`${TELLER_ENDED}.user_action.insufficient_permissions`, 'This login lacks rights at the bank.', [['account_not_authorized', 8, 'contact_bank']]],
  [`${TELLER_ENDED}.user_action.mfa_required`, 'The bank asks for a code.', [['mfa_required', 8, 'update_mfa']]],
  [`${TELLER_ENDED}.user_action.web_login_required`, 'The bank wants one sign-in on its own site, for example to accept terms.', [['bank_action_required', 8, 'act_at_bank_site']]],
])

export const PLUGGY = codeTable({
  system: 'pluggy',
  title: 'Pluggy',
  protocols: ['pluggy'],
  seenBy: 'programs that read banks through Pluggy',
  source: 'Pluggy documentation and SDK, errors and item states; some only by name',
  doubt: 0.08,
}, [
  ['LOGIN_ERROR', 'The sign-in failed and cannot be repeated unchanged.', [['credentials_invalid', 5, 'fix_credentials'], ['mfa_invalid', 1, 'update_mfa']]],
  ['INVALID_CREDENTIALS', 'The bank did not accept the user name or password.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['INVALID_CREDENTIALS_MFA', 'The code was not accepted.', [['mfa_invalid', 8, 'update_mfa']]],
  ['OUTDATED', 'The last reading failed; the reason stands beside it.', [['institution_error', 2, 'auto_retry'], ['aggregator_down', 2, 'auto_retry']], { doubt: 0.4 }],
  ['SITE_NOT_AVAILABLE', 'The bank does not answer.', [['institution_down', 8, 'auto_retry']]],
  ['ERROR CONNECTION_ERROR UNEXPECTED_ERROR', 'Pluggy itself failed.', [['aggregator_down', 6, 'contact_support'], ['institution_error', 1, 'auto_retry']]],
  ['ALREADY_LOGGED_IN', 'Another session of the same login is open.', [['institution_error', 5, 'auto_retry'], ['rate_limited', 1, 'auto_retry']]],
  ['PARTIAL_SUCCESS', 'Some data was read and some was not: the link is not healthy.', [['institution_error', 5, 'auto_retry']], { doubt: 0.2 }],
  ['ACCOUNT_LOCKED', 'The bank has locked this login.', [['login_locked', 8, 'unlock_at_bank']]],
  ['ACCOUNT_CREDENTIALS_RESET', 'The bank wants a new password first.', [['password_change_required', 8, 'act_at_bank_site']]],
  ['ACCOUNT_NEEDS_ACTION', 'The bank wants something done on its own site.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['USER_AUTHORIZATION_PENDING USER_AUTHORIZATION_NOT_GRANTED', 'The permission was not given, or not yet.', [['account_not_authorized', 6, 'reconnect'], ['mfa_required', 1, 'act_at_bank_site']]],
  ['USER_AUTHORIZATION_REVOKED', 'The permission was withdrawn.', [['consent_revoked', 8, 'reconnect']]],
  ['USER_INPUT_TIMEOUT', 'Nobody answered in time.', [['mfa_timeout', 8, 'reconnect']]],
  ['USER_NOT_SUPPORTED', 'This kind of login cannot be read through Pluggy.', [['access_restricted', 8, 'import_file']]],
  ['ENDPOINT_DEPRECATED', 'The program uses an address that the provider has switched off.', [['protocol_outdated', 8, 'update_software']], { doubt: 0.05 }],
])

export const FINICITY = codeTable({
  system: 'finicity',
  title: 'Finicity (Mastercard)',
  protocols: ['finicity'],
  seenBy: 'programs that read banks through Mastercard Open Finance',
  source: 'Mastercard Open Finance documentation, errors (partly read)',
  doubt: 0.08,
}, [
  ['101 102 104 105', 'An existing connection is down at the bank\'s side.', [['institution_down', 5, 'wait_for_bank'], ['scheduled_maintenance', 1.5, 'wait_for_bank']]],
  ['103', 'The bank did not accept the user name or password.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['107 108 109', 'The bank needs something from the person on its own site.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['171 179 194 197', 'Something unexpected happened at the bank\'s site.', [['institution_error', 6, 'auto_retry']]],
  ['185 187 10814 12003', 'The answer to the security question was not accepted.', [['mfa_invalid', 8, 'update_mfa']]],
  ['403', 'The account data stored here do not match the bank\'s.', [['account_not_found', 6, 'reconnect']], { doubt: 0.2 }],
  ['952', 'The account cannot be found.', [['account_not_found', 8, 'reconnect']]],
  ['974', 'The session ended before the person was through.', [['mfa_timeout', 8, 'reconnect']]],
  ['2040', 'Unexpected login error; a later try may help.', [['institution_error', 6, 'auto_retry']]],
  ['1008', 'Unexpected login error; a fresh sign-in is asked for.', [['credentials_invalid', 3, 'reconnect'], ['consent_expired', 3, 'reconnect'], ['institution_error', 2, 'auto_retry']], { doubt: 0.3 }],
])

export const BELVO = codeTable({
  system: 'belvo',
  title: 'Belvo',
  protocols: ['other'],
  seenBy: 'programs that read banks through Belvo',
  source: 'Belvo documentation, status codes',
  doubt: 0.15,
}, [
  ['428', 'The bank asks for a code (MFA token).', [['mfa_required', 8, 'update_mfa']], { name: 'MFA Token Required' }],
  ['401', 'The program\'s own keys are not valid.', [['configuration', 6, 'fix_configuration']], { name: 'Unauthorized' }],
])

export const MX = codeTable({
  system: 'mx',
  title: 'MX',
  protocols: ['mx'],
  seenBy: 'programs that read banks through MX',
  source: 'MX connect-widget (mxenabled/connect-widget), statuses and what it tells a person at each',
  doubt: 0.12,
}, [
  ['DENIED', 'What was entered does not match what the bank holds.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['PREVENTED', 'The last three tries failed; nothing more is sent until the person enters the sign-in again.', [['credentials_invalid', 6, 'fix_credentials'], ['login_locked', 2, 'unlock_at_bank']], { doubt: 0.2 }],
  ['CHALLENGED', 'The bank asks for a code or an answer.', [['mfa_required', 8, 'update_mfa']]],
  ['REJECTED', 'The answer to the bank\'s question was not right.', [['mfa_invalid', 8, 'update_mfa']]],
  ['EXPIRED', 'The answer did not come in time.', [['mfa_timeout', 8, 'reconnect']]],
  ['LOCKED', 'The login is locked; the person unlocks it on the bank\'s own site.', [['login_locked', 8, 'unlock_at_bank']]],
  ['IMPEDED', 'The sign-in was right, but the bank wants something done on its own site.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['IMPAIRED IMPORTED', 'The person must sign in anew before data come.', [['consent_expired', 3, 'reconnect'], ['credentials_invalid', 3, 'fix_credentials'], ['consent_revoked', 2, 'reconnect']], { doubt: 0.2 }],
  ['DEGRADED', 'MX is changing its link to this bank; later it goes on.', [['aggregator_down', 5, 'auto_retry'], ['institution_error', 2, 'auto_retry'], ['scheduled_maintenance', 1, 'auto_retry']], { doubt: 0.25 }],
  ['DISCONNECTED', 'The bank\'s data cannot be read; MX works on it.', [['aggregator_down', 3, 'auto_retry'], ['institution_error', 3, 'auto_retry'], ['institution_down', 2, 'auto_retry']], { doubt: 0.3 }],
  ['FAILED', 'The sign-in could not be checked with the bank this time.', [['institution_error', 4, 'auto_retry'], ['institution_down', 3, 'auto_retry'], ['aggregator_down', 1, 'auto_retry']], { doubt: 0.3 }],
  ['DELAYED', 'Reading takes longer than usual.', [['institution_error', 3, 'auto_retry'], ['aggregator_down', 3, 'auto_retry'], ['institution_down', 1, 'auto_retry']], { doubt: 0.35 }],
  ['DISCONTINUED', 'MX no longer reads this bank.', [['access_restricted', 4, 'import_file'], ['connection_migrated', 3, 'reconnect'], ['aggregator_down', 1, 'import_file']], { doubt: 0.2 }],
  ['DISABLED', 'Reading this bank was switched off.', [['access_restricted', 5, 'contact_support'], ['configuration', 1, 'fix_configuration']], { doubt: 0.25 }],
  ['CLOSED', 'The link was closed; it can be connected again.', [['consent_revoked', 4, 'reconnect'], ['account_closed', 3, 'remove_account']], { doubt: 0.25 }],
])

export const TINK = codeTable({
  system: 'tink',
  title: 'Tink',
  protocols: ['other'],
  seenBy: 'programs that read European banks through Tink',
  source: 'Tink Link SDK for Android, reasons of errors (tink-ab.github.io/tink-link-android), and docs.tink.com on provider consents',
  doubt: 0.12,
}, [
  ['STATIC_CREDENTIALS_INCORRECT', 'The bank did not accept the user name or password.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['DYNAMIC_CREDENTIALS_INCORRECT', 'The code, or the approval in the bank\'s app, was refused.', [['mfa_invalid', 8, 'update_mfa']]],
  ['DYNAMIC_CREDENTIALS_FLOW_TIMEOUT', 'The code or approval did not come in time.', [['mfa_timeout', 8, 'reconnect']]],
  ['DYNAMIC_CREDENTIALS_FLOW_CANCELLED', 'The person, or the bank in the person\'s name, broke off the approval.', [['mfa_timeout', 4, 'reconnect'], ['account_not_authorized', 3, 'reconnect']], { doubt: 0.25 }],
  ['THIRD_PARTY_AUTHENTICATION_UNAVAILABLE', 'The app or identity service that the bank signs in with does not work for the moment.', [['institution_down', 4, 'auto_retry'], ['institution_error', 4, 'auto_retry']], { doubt: 0.25 }],
  ['USER_NOT_A_CUSTOMER', 'The bank has no customer under this identity: another login, or another entry of the bank.', [['credentials_invalid', 4, 'fix_credentials'], ['configuration', 3, 'fix_configuration', 'another entry of the bank is meant'], ['enrollment_required', 2, 'enroll_at_bank']], { doubt: 0.2 }],
  ['USER_BLOCKED', 'The bank has blocked this identity.', [['login_locked', 8, 'unlock_at_bank']]],
  ['USER_CONCURRENT_LOGINS', 'Another session of the same person is open; the bank lets only one in.', [['rate_limited', 8, 'auto_retry']]],
  ['PROVIDER_UNAVAILABLE', 'The bank does not answer.', [['institution_down', 7, 'wait_for_bank'], ['institution_error', 1, 'auto_retry']], { doubt: 0.15 }],
  ['LICENSED_PARTY_REJECTED', 'The bank does not let Tink or its partner in.', [['access_restricted', 5, 'contact_support'], ['aggregator_down', 3, 'contact_support']], { doubt: 0.2 }],
  ['TINK_INTERNAL_SERVER_ERROR', 'Tink itself failed.', [['aggregator_down', 7, 'auto_retry']]],
  ['OPERATION_NOT_SUPPORTED AUTHENTICATION_METHOD_NOT_SUPPORTED', 'Tink cannot do this at this bank, or not with this person\'s kind of approval.', [['access_restricted', 4, 'import_file'], ['mfa_method_changed', 3, 'update_mfa']], { doubt: 0.25 }],
  ['USER_ACTION_REQUIRED USER_ACTION_REQUIRED_UNSIGNED_AGREEMENT', 'The bank wants something done or agreed to on its own site.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['ACTION_NOT_PERMITTED', 'The permission does not cover this, or the bank does not allow it for this person.', [['account_not_authorized', 7, 'reconnect'], ['access_restricted', 1, 'contact_support']], { doubt: 0.2 }],
  ['NO_ACCOUNTS', 'The bank shows no account that can be shared.', [['account_not_authorized', 5, 'reconnect'], ['account_not_found', 2, 'reconnect'], ['configuration', 1, 'fix_configuration']], { doubt: 0.2 }],
  ['AUTHENTICATION_ERROR', 'The sign-in at the bank failed: wrong data, or the person did not finish.', [['credentials_invalid', 4, 'fix_credentials'], ['mfa_timeout', 2, 'reconnect'], ['mfa_invalid', 2, 'update_mfa']], { doubt: 0.25 }],
  ['TEMPORARY_ERROR', 'The bank or Tink failed for the moment.', [['institution_down', 3, 'auto_retry'], ['institution_error', 3, 'auto_retry'], ['aggregator_down', 2, 'auto_retry']], { doubt: 0.25 }],
  ['SESSION_EXPIRED', 'The permission ran out.', [['consent_expired', 8, 'reconnect']]],
  ['USER_CANCELLED THIRD_PARTY_APP_CANCELLED', 'The person did not give the permission.', [['account_not_authorized', 4, 'reconnect'], ['consent_revoked', 3, 'reconnect'], ['mfa_timeout', 2, 'reconnect']], { doubt: 0.25 }],
  ['PERMANENT_ERROR', 'It fails for good: the bank has no such service for this login, or the entry was replaced.', [['access_restricted', 3, 'import_file'], ['connection_migrated', 3, 'reconnect'], ['client_bug', 2, 'update_software']], { doubt: 0.35 }],
])

export const IBKR_FLEX = codeTable({
  system: 'ibkr-flex',
  title: 'Interactive Brokers',
  protocols: ['other'],
  seenBy: 'programs that read Interactive Brokers through the Flex Web Service',
  source: 'Interactive Brokers, Flex Web Service, error codes, as clients list them',
  doubt: 0.15,
}, [
  ['1001', 'The statement could not be made just now; a broken query or token is told in the same words.', [['institution_error', 5, 'auto_retry'], ['configuration', 2, 'fix_configuration', 'it stays so for days']], { name: 'Statement could not be generated at this time', doubt: 0.25 }],
  ['1003', 'There is no such statement.', [['history_limit', 2, 'shorten_range'], ['configuration', 3, 'fix_configuration']], { name: 'Statement is not available', doubt: 0.3 }],
  ['1004 1005 1006 1007 1008', 'The numbers of the day are not complete yet.', [['institution_error', 6, 'auto_retry'], ['scheduled_maintenance', 1, 'wait_for_bank']]],
  ['1009', 'The server has too much to do.', [['institution_down', 3, 'auto_retry'], ['institution_error', 4, 'auto_retry']], { name: 'The server is under heavy load' }],
  ['1010', 'Queries of the old kind are no longer served; the query must be made anew.', [['protocol_outdated', 6, 'fix_configuration'], ['configuration', 2, 'fix_configuration']], { name: 'Legacy Flex Queries are no longer supported' }],
  ['1011', 'Access for programs is switched off in the account.', [['enrollment_required', 6, 'enroll_at_bank'], ['account_closed', 1, 'remove_account']], { name: 'Service account is inactive' }],
  ['1012', 'The token has ended; a new one is made in the account.', [['consent_expired', 8, 'reconnect']], { name: 'Token has expired' }],
  ['1013', 'The token serves another network address only.', [['configuration', 5, 'fix_configuration'], ['access_restricted', 3, 'fix_configuration']], { name: 'IP restriction' }],
  ['1014 1017', 'The query or reference is not known.', [['configuration', 7, 'fix_configuration'], ['client_bug', 1, 'update_software']]],
  ['1015', 'The token is not known: mistyped, or replaced by a newer one.', [['configuration', 4, 'fix_configuration'], ['consent_revoked', 3, 'reconnect']], { name: 'Token is invalid' }],
  ['1016', 'The account is not known under this token.', [['account_not_found', 6, 'reconnect'], ['account_not_authorized', 1, 'contact_bank']], { name: 'Account is invalid' }],
  ['1018', 'More than one request a second, or ten a minute.', [['rate_limited', 8, 'auto_retry']], { name: 'Too many requests' }],
  ['1019', 'The statement is being made; it can be fetched in a moment.', [['institution_error', 4, 'auto_retry'], ['client_bug', 2, 'update_software', 'the program did not wait for it']], { name: 'Statement generation in progress' }],
  ['1020', 'The request was not understood, or a new query or token is not known everywhere yet.', [['configuration', 3, 'fix_configuration'], ['institution_error', 3, 'auto_retry', 'query or token are minutes old'], ['client_bug', 2, 'update_software']], { name: 'Invalid request or unable to validate request', doubt: 0.3 }],
  ['1021', 'The statement could not be fetched just now.', [['institution_error', 6, 'auto_retry']], { name: 'Statement could not be retrieved at this time' }],
])
