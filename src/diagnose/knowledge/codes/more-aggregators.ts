/**
 * Codes of aggregators that no protocol of ours is named after: Flinks, Basiq, Fintoc, Stripe, Bridge, finAPI, Qwist,
 * Belvo, and the numbers of FDX that Akoya and others answer with. Numbers count only where a record names the system.
 */
import { codeTable } from '../../knowledge.ts'

export const FLINKS = codeTable({
  system: 'flinks',
  title: 'Flinks',
  protocols: ['other'],
  seenBy: 'programs that read Canadian and US banks through Flinks',
  source: 'Flinks documentation, error codes, and lists of them in public clients',
  doubt: 0.1,
}, [
  ['INVALID_USERNAME INVALID_PASSWORD INVALID_LOGIN', 'The bank did not accept user name or password.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['INVALID_SECURITY_RESPONSE SECURITYRESPONSES_INCOMPLETE UNKNOWN_CHALLENGE_KEY', 'The answer to the bank\'s question was wrong, incomplete, or to another question.', [['mfa_invalid', 7, 'update_mfa']]],
  ['QUESTION_NOT_FOUND', 'The bank asked a question whose answer is not stored.', [['mfa_required', 7, 'update_mfa'], ['mfa_method_changed', 1.5, 'update_mfa']]],
  ['RETRY_LATER', 'Flinks could not open a connection to the bank.', [['institution_down', 6, 'auto_retry'], ['aggregator_down', 1, 'auto_retry']]],
  ['UNAUTHORIZED', 'The bank did not let the person in: something must be done on its own site, or data were asked for before the sign-in.', [['bank_action_required', 5, 'act_at_bank_site'], ['client_bug', 0.4, 'update_software', 'nobody had signed in yet'], ['institution_error', 1, 'auto_retry']], { doubt: 0.25 }],
  ['NEW_ACCOUNT', 'The person must first do something on the bank\'s own site, such as accept terms.', [['bank_action_required', 7, 'act_at_bank_site'], ['enrollment_required', 1, 'enroll_at_bank']]],
  ['DISABLED_LOGIN', 'The bank has switched this login off; the person asks the bank.', [['login_locked', 8, 'contact_bank'], ['account_closed', 1, 'contact_bank']]],
  ['DISABLED_INSTITUTION', 'The bank is not available for the moment.', [['institution_down', 6, 'wait_for_bank'], ['aggregator_down', 2, 'auto_retry']]],
  ['AGGREGATION_ERROR', 'Flinks itself failed.', [['aggregator_down', 7, 'auto_retry'], ['institution_error', 1, 'auto_retry']]],
  ['CONCURRENT_SESSION CARD_IN_USE', 'Another read of the same login is going on.', [['rate_limited', 7, 'auto_retry']]],
  ['SESSION_NONEXISTENT SESSION_EXPIRED', 'The session ended before it was finished.', [['mfa_timeout', 7, 'reconnect']], { doubt: 0.15 }],
  ['ALREADY_AUTHORIZED', 'The program signed in a second time.', [['client_bug', 8, 'update_software']]],
  ['METHOD_NOT_AVAILABLE', 'The program\'s account with Flinks does not have this function.', [['access_restricted', 7, 'contact_support']]],
  ['NO_TRANSACTION', 'The account holds too few transactions for what was asked. No failure of the feed.', []],
  ['OPERATION_PENDING OPERATION_DISPATCHED', 'The read goes on in the background. No failure.', []],
])

export const BASIQ = codeTable({
  system: 'basiq',
  title: 'Basiq',
  protocols: ['other'],
  seenBy: 'programs that read Australian banks through Basiq',
  source: 'Basiq documentation, response codes (api.basiq.io/docs/codes)',
  doubt: 0.1,
}, [
  ['invalid-credentials', 'The bank did not accept the sign-in; its title says whether password, lock or second factor.', [['credentials_invalid', 6, 'fix_credentials'], ['mfa_required', 1, 'update_mfa'], ['login_locked', 1, 'unlock_at_bank']]],
  ['invalid-username-or-password', 'The bank did not accept user name or password.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['locked-account', 'The bank has locked the login.', [['login_locked', 8, 'unlock_at_bank']]],
  ['multi-factor-authentication', 'The bank asks for a second factor.', [['mfa_required', 8, 'update_mfa']]],
  ['account-not-accessible-requires-user-action', 'The person must do something on the bank\'s own site before the account can be read.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['maintenance-error', 'The bank\'s service is under maintenance.', [['scheduled_maintenance', 8, 'wait_for_bank']]],
  ['institution-not-supported', 'Basiq does not serve this bank here.', [['access_restricted', 8, 'import_file']]],
  ['no-production-access too-many-sandbox-connections', 'The program\'s account with Basiq does not reach this far.', [['access_restricted', 7, 'contact_support']]],
  ['too-many-requests', 'More was asked than is allowed in this time.', [['rate_limited', 8, 'auto_retry']]],
  ['internal-server-error service-unavailable', 'Basiq itself failed.', [['aggregator_down', 7, 'auto_retry']]],
  ['invalid-authorization-token invalid-authorization-request unauthorized-access', 'The program\'s own key or token was refused.', [['configuration', 6, 'fix_configuration'], ['client_bug', 2, 'update_software', 'it let its token run out']]],
  ['parameter-not-supplied parameter-not-valid invalid-content unsupported-content-type unsupported-accept method-not-allowed request-not-valid', 'The request has the wrong form.', [['client_bug', 8, 'update_software']]],
])

export const FINTOC = codeTable({
  system: 'fintoc',
  title: 'Fintoc',
  protocols: ['other'],
  seenBy: 'programs that read Chilean and Mexican banks through Fintoc',
  source: 'Fintoc documentation, errors of refresh intents, reconnecting of links, reasons of errors',
  doubt: 0.1,
}, [
  ['rejected_refresh_intent login_invalid_credentials', 'The bank does not accept the stored sign-in any more; the link is connected again.', [['credentials_invalid', 7, 'reconnect'], ['consent_expired', 1, 'reconnect']]],
  ['login_required', 'The stored sign-in was deleted or changed; the person signs in again.', [['credentials_invalid', 5, 'reconnect'], ['consent_expired', 3, 'reconnect']], { doubt: 0.15 }],
  ['login_credentials_locked', 'The bank has locked the login.', [['login_locked', 8, 'unlock_at_bank']]],
  ['refresh_intent_in_progress rate_limit_exceeded', 'Another refresh is going on, or was five minutes ago.', [['rate_limited', 8, 'auto_retry']]],
  ['bank_not_available bank_connection_error', 'Fintoc did not reach the bank.', [['institution_down', 7, 'auto_retry'], ['institution_error', 1, 'auto_retry']]],
  ['mfa_authorization_timeout', 'The second factor was not given in time.', [['mfa_timeout', 8, 'reconnect']]],
  ['mfa_invalid_authorization', 'The second factor was not accepted.', [['mfa_invalid', 8, 'update_mfa']]],
  ['mfa_locked mfa_unavailable', 'The person\'s second factor is locked or cannot be used.', [['mfa_method_changed', 6, 'update_mfa'], ['login_locked', 1, 'unlock_at_bank']]],
])

export const STRIPE = codeTable({
  system: 'stripe-financial-connections',
  title: 'Stripe Financial Connections',
  protocols: ['other'],
  seenBy: 'programs that read US banks through Stripe',
  names: ['stripe', 'financial connections'],
  source: 'Stripe Financial Connections, error codes of its events',
  doubt: 0.12,
}, [
  ['institution_unavailable_planned', 'The bank is closed for planned maintenance.', [['scheduled_maintenance', 8, 'wait_for_bank']]],
  ['institution_unavailable_unplanned institution_timeout', 'The bank does not answer, and nobody announced it.', [['institution_down', 8, 'auto_retry']]],
  ['authorization_failed', 'The permission at the bank did not come about.', [['account_not_authorized', 6, 'reconnect'], ['credentials_invalid', 1, 'fix_credentials']], { doubt: 0.2 }],
  ['accounts_unavailable account_numbers_unavailable', 'The bank did not give its accounts or their numbers.', [['institution_error', 5, 'auto_retry'], ['account_not_authorized', 1, 'reconnect']], { doubt: 0.2 }],
  ['no_debitable_account', 'The person has no account of the kind that is asked for.', [['account_not_authorized', 6, 'reconnect']], { doubt: 0.2 }],
  ['session_expired', 'The connecting step ran out.', [['mfa_timeout', 6, 'reconnect']]],
  ['failed_bot_detection', 'A check against robots was not passed.', [['bank_action_required', 5, 'reconnect'], ['access_restricted', 3, 'contact_support']], { doubt: 0.2 }],
])

export const BRIDGE = codeTable({
  system: 'bridge',
  title: 'Bridge (Bankin\')',
  protocols: ['other'],
  seenBy: 'programs that read French banks through Bridge',
  names: ['bankin', 'bridgeapi', 'bridge api', 'bridge item'],
  ownNumbers: true,
  source: 'Bridge documentation, states of an item (docs.bridgeapi.io/docs/items-status)',
  doubt: 0.1,
}, [
  ['402 login_failed', 'The bank did not accept the sign-in.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['429 needs_human_action', 'The person must do something on the bank\'s own site.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['430 needs_password_rotation', 'The bank wants a new password.', [['password_change_required', 8, 'act_at_bank_site']]],
  ['1003 could_not_refresh', 'The read failed this time.', [['institution_error', 6, 'auto_retry'], ['aggregator_down', 2, 'auto_retry']], { doubt: 0.2 }],
  ['1005', 'The account or login is not supported.', [['access_restricted', 8, 'import_file']]],
  ['1007 disabled_temporarily', 'Bridge has switched reading of this bank off for the moment.', [['aggregator_down', 6, 'auto_retry'], ['institution_down', 2, 'auto_retry']], { doubt: 0.2 }],
  ['1009', 'The balance changed, but no new transaction was found.', [['institution_error', 3, 'auto_retry']], { doubt: 0.4 }],
  ['1010 needs_manual_refresh', 'The bank asks for strong authentication, and nobody was there.', [['mfa_required', 8, 'reconnect']]],
  ['1099', 'The item moves to another entry of the bank.', [['connection_migrated', 8, 'reconnect']]],
  ['1100 pro_account_locked', 'Business accounts were found that the provider must release first.', [['account_not_authorized', 6, 'contact_support'], ['access_restricted', 2, 'contact_support']], { doubt: 0.15 }],
])

export const FINAPI = codeTable({
  system: 'finapi',
  title: 'finAPI',
  protocols: ['other'],
  seenBy: 'programs that read German banks through finAPI',
  source: 'finAPI, error responses (finapi.zendesk.com), Web Form and task errors as its clients describe them',
  doubt: 0.12,
}, [
  ['BANK_SERVER_REJECTION', 'The bank ended the request, for example because of wrong credentials; its own text stands beside.', [['credentials_invalid', 5, 'fix_credentials'], ['mfa_invalid', 1.5, 'update_mfa'], ['institution_error', 0.7, 'auto_retry'], ['bank_action_required', 1, 'act_at_bank_site'], ['login_locked', 1, 'unlock_at_bank']], { doubt: 0.3 }],
  ['INVALID_TWO_STEP_PROCEDURE MISSING_TWO_STEP_PROCEDURE', 'The TAN procedure is missing, or not one that the person has.', [['mfa_method_changed', 8, 'update_mfa']]],
  ['ADDITIONAL_AUTHENTICATION_REQUIRED WEB_FORM_REQUIRED', 'The person must sign in or approve.', [['mfa_required', 7, 'reconnect'], ['consent_expired', 1, 'reconnect']]],
  ['WEB_FORM_ABORTED', 'The person broke off the form.', [['account_not_authorized', 5, 'reconnect'], ['mfa_timeout', 3, 'reconnect']], { doubt: 0.2 }],
  ['NO_ACCOUNTS_FOR_TYPE_LIST', 'The login has no account of the kinds that were asked for.', [['account_not_authorized', 6, 'reconnect'], ['configuration', 0.7, 'fix_configuration']], { doubt: 0.2 }],
  ['UNSUPPORTED_BANK UNSUPPORTED_ORDER', 'finAPI does not serve this bank, or not this.', [['access_restricted', 7, 'import_file']]],
  ['MANDATOR_MISCONFIGURATION', 'The program\'s account with finAPI is not set up for this.', [['configuration', 7, 'contact_support'], ['access_restricted', 1, 'contact_support']]],
  ['UNEXPECTED_ACCESS_RESPONSE', 'finAPI itself failed, and wants it reported.', [['aggregator_down', 7, 'contact_support']]],
  ['MISSING_FIELD ILLEGAL_FIELD_VALUE ILLEGAL_PAGE_SIZE INVALID_FILTER_OPTIONS TOO_MANY_IDS ILLEGAL_ENTITY_STATE', 'The request has the wrong form.', [['client_bug', 8, 'update_software']]],
])

export const QWIST = codeTable({
  system: 'qwist',
  title: 'Qwist (finleap connect)',
  protocols: ['other'],
  seenBy: 'programs that read German banks through Qwist',
  names: ['qwist', 'finleap', 'ndgit'],
  ownNumbers: true,
  source: 'Qwist documentation, error codes (docs.qwist.com/reference/errors)',
  doubt: 0.1,
}, [
  ['10000 10001', 'The bank did not accept user name or PIN.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['10002', 'The bank has locked online access.', [['login_locked', 8, 'unlock_at_bank']]],
  ['10003 10009', 'A TAN procedure, or HBCI, is not switched on yet.', [['enrollment_required', 8, 'enroll_at_bank']]],
  ['10004', 'The TAN is not valid.', [['mfa_invalid', 8, 'update_mfa']]],
  ['10005 10008', 'The login may not do this, or not with this account.', [['account_not_authorized', 8, 'contact_bank']]],
  ['10007', 'The bank wants a new PIN.', [['password_change_required', 8, 'act_at_bank_site']]],
  ['10010', 'The bank has blocked the account.', [['account_not_authorized', 5, 'contact_bank'], ['login_locked', 2, 'contact_bank'], ['account_closed', 1, 'remove_account']], { doubt: 0.2 }],
  ['10011', 'The account does not exist any more.', [['account_closed', 8, 'remove_account']]],
  ['10012', 'The person\'s TAN procedure is blocked.', [['mfa_method_changed', 6, 'update_mfa'], ['login_locked', 2, 'unlock_at_bank']]],
  ['1003 1004', 'The program\'s own keys were refused.', [['configuration', 7, 'fix_configuration']]],
  ['1000 1006 1021 1011', 'The request has the wrong form or lacks something.', [['client_bug', 7, 'update_software']]],
  ['1008 1020', 'Another read goes on, or the number of reads is used up.', [['rate_limited', 8, 'auto_retry']]],
])

export const FDX = codeTable({
  system: 'fdx',
  title: 'FDX',
  protocols: ['other'],
  seenBy: 'US and Canadian banks with an FDX interface, Akoya and others in front of them',
  names: ['fdx', 'akoya', 'financial data exchange'],
  ownNumbers: true,
  source: 'FDX error codes as Flinks lists them (docs.flinks.com, FDX errors)',
  doubt: 0.12,
}, [
  ['401', 'The request has the wrong form.', [['client_bug', 7, 'update_software']]],
  ['403', 'The program has no subscription for this.', [['access_restricted', 5, 'contact_support'], ['configuration', 2, 'fix_configuration']]],
  ['500', 'The bank\'s interface failed.', [['institution_error', 7, 'auto_retry']]],
  ['501', 'A part of the bank\'s system is not available.', [['institution_down', 7, 'auto_retry']]],
  ['503', 'Planned maintenance.', [['scheduled_maintenance', 8, 'wait_for_bank']]],
  ['601', 'The bank does not know this customer.', [['account_not_found', 6, 'reconnect'], ['consent_revoked', 1, 'reconnect']], { doubt: 0.2 }],
  ['602', 'The person did not permit this, or may not.', [['account_not_authorized', 6, 'reconnect'], ['consent_revoked', 2, 'reconnect']]],
  ['701', 'The bank does not know this account.', [['account_not_found', 8, 'reconnect']]],
  ['702 703', 'The asked days are not given.', [['history_limit', 7, 'shorten_range']]],
  ['704', 'This kind of account is not served.', [['access_restricted', 8, 'import_file']]],
  ['705', 'The account is closed.', [['account_closed', 8, 'remove_account']]],
  ['1107', 'There are no data for the request. No failure.', []],
  ['1207', 'Too many requests in a short time.', [['rate_limited', 8, 'auto_retry']]],
])

export const BELVO = codeTable({
  system: 'belvo',
  title: 'Belvo',
  protocols: ['other'],
  seenBy: 'programs that read banks through Belvo',
  source: 'Belvo documentation, status codes and errors',
  doubt: 0.15,
}, [
  ['428', 'The bank asks for a code (MFA token).', [['mfa_required', 8, 'update_mfa']], { name: 'MFA Token Required' }],
  ['token_required', 'The bank asks for a code (MFA token).', [['mfa_required', 8, 'update_mfa']]],
  ['401', 'The program\'s own keys are not valid.', [['configuration', 6, 'fix_configuration']], { name: 'Unauthorized' }],
  ['login_error', 'The bank did not accept the sign-in.', [['credentials_invalid', 7, 'fix_credentials'], ['bank_action_required', 0.7, 'act_at_bank_site']]],
  ['session_expired unconfirmed_link', 'The code was not given in time.', [['mfa_timeout', 7, 'reconnect']]],
  ['too_many_sessions', 'Another session of the same login is open.', [['rate_limited', 8, 'auto_retry']]],
  ['institution_down institution_unavailable', 'The bank does not answer.', [['institution_down', 7, 'auto_retry'], ['scheduled_maintenance', 1, 'wait_for_bank']]],
  ['institution_inactive', 'Belvo has switched off its link to this bank.', [['access_restricted', 5, 'import_file'], ['aggregator_down', 2, 'contact_support']]],
  ['access_to_resource_denied', 'The person or the program may not read this.', [['account_not_authorized', 6, 'reconnect']], { doubt: 0.2 }],
  ['unsupported_operation', 'Belvo cannot do this at this bank.', [['access_restricted', 7, 'import_file']]],
])
