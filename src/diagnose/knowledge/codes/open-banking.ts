/**
 * Codes of European open banking: Berlin Group NextGenPSD2, UK Open Banking (OBIE), and the
 * providers in front of them (GoCardless, Enable Banking, TrueLayer), with the OAuth errors that
 * come back from a bank's own page.
 */
import { codeTable } from '../../knowledge.ts'

export const BERLIN_GROUP = codeTable({
  system: 'berlin-group',
  title: 'Berlin Group NextGenPSD2',
  protocols: ['berlin-group', 'enable-banking', 'gocardless', 'salt-edge'],
  seenBy: 'European banks with a Berlin Group interface (tppMessages.code)',
  source: 'NextGenPSD2 implementation guidelines, message codes',
  doubt: 0.1,
}, [
  ['CONSENT_EXPIRED', 'The permission ran out, or a newer one replaced it.', [['consent_expired', 8, 'reconnect'], ['consent_revoked', 1.5, 'reconnect', 'a newer permission replaced it']]],
  ['CONSENT_INVALID', 'The permission is not valid any more; often withdrawn by the person.', [['consent_revoked', 6, 'reconnect'], ['consent_expired', 1.5, 'reconnect']]],
  ['CONSENT_UNKNOWN', 'The bank does not know this permission, or not for this certificate.', [['consent_revoked', 5, 'reconnect'], ['access_restricted', 2, 'contact_support']]],
  ['PSU_CREDENTIALS_INVALID', 'The person is unknown or blocked, or password or code were wrong.', [['credentials_invalid', 5, 'fix_credentials'], ['login_locked', 2, 'unlock_at_bank'], ['mfa_invalid', 1.5, 'update_mfa']]],
  ['SERVICE_BLOCKED', 'The bank has blocked this person in all channels.', [['login_locked', 8, 'contact_bank']]],
  ['CORPORATE_ID_INVALID', 'The company\'s id does not match.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['TOKEN_UNKNOWN TOKEN_INVALID', 'The bank does not accept the stored token.', [['consent_revoked', 5, 'reconnect'], ['client_bug', 1, 'update_software']]],
  ['TOKEN_EXPIRED', 'The token ran out; the program should have renewed it where it can be renewed.', [['consent_expired', 5, 'reconnect'], ['client_bug', 2, 'update_software']]],
  ['ACCESS_EXCEEDED', 'More reads on one day than were consented (four without the person present).', [['rate_limited', 8, 'auto_retry']]],
  ['PERIOD_INVALID', 'The asked period is out of bounds.', [['history_limit', 8, 'shorten_range']]],
  ['EXECUTION_DATE_INVALID', 'A date is not valid; some banks say so for a period that is too long.', [['history_limit', 5, 'shorten_range'], ['client_bug', 1, 'update_software']]],
  ['RESOURCE_UNKNOWN', 'The account is not known to the bank under this id.', [['account_not_found', 8, 'reconnect']]],
  ['RESOURCE_EXPIRED', 'The account was known and cannot be reached any more.', [['account_closed', 6, 'remove_account'], ['account_not_found', 1.5, 'reconnect']]],
  ['SCA_METHOD_UNKNOWN', 'No security method of this person fits.', [['mfa_method_changed', 5, 'update_mfa'], ['enrollment_required', 2, 'enroll_at_bank']]],
  ['CERTIFICATE_* SIGNATURE_* ROLE_INVALID', 'The provider\'s certificate, seal or role was refused.', [['access_restricted', 8, 'contact_support'], ['client_bug', 1, 'update_software']]],
  ['SERVICE_INVALID SERVICE_NOT_SUPPORTED', 'The bank does not offer this service here.', [['connection_migrated', 5, 'contact_support'], ['client_bug', 1, 'update_software']]],
  ['FORMAT_ERROR', 'A part of the request has the wrong form; some banks say so for unknown accounts too.', [['client_bug', 6, 'update_software'], ['account_not_found', 0.5, 'reconnect']]],
  ['TIMESTAMP_INVALID', 'The time in the request is outside of what the bank accepts.', [['local_network', 8, 'fix_network']]],
  ['SESSIONS_NOT_SUPPORTED PARAMETER_NOT_SUPPORTED REQUESTED_FORMATS_INVALID', 'The bank does not support a part of the request.', [['client_bug', 8, 'update_software']]],
])

export const OBIE = codeTable({
  system: 'obie',
  title: 'UK Open Banking',
  protocols: ['obie'],
  seenBy: 'banks in the United Kingdom',
  source: 'OBIE read-write API profile v3.1, error codes',
  doubt: 0.12,
}, [
  ['UK.OBIE.Resource.InvalidConsentStatus', 'The permission is not active or does not exist.', [['consent_expired', 4, 'reconnect'], ['consent_revoked', 3, 'reconnect']]],
  ['UK.OBIE.Reauthenticate', 'The person must sign in at the bank again.', [['mfa_required', 4, 'reconnect'], ['consent_expired', 3, 'reconnect', 'the last sign-in is more than 90 days ago']]],
  ['UK.OBIE.Resource.NotFound', 'The bank does not know this account or resource.', [['account_not_found', 8, 'reconnect']]],
  ['UK.OBIE.Resource.ConsentMismatch', 'The request differs from what was permitted.', [['client_bug', 8, 'update_software']]],
  ['UK.OBIE.Field.Invalid UK.OBIE.Field.InvalidDate', 'A field or a date is not valid; with a date it is mostly the range.', [['history_limit', 4, 'shorten_range'], ['client_bug', 3, 'update_software']]],
  ['UK.OBIE.Field.Missing UK.OBIE.Field.Expected UK.OBIE.Field.Unexpected UK.OBIE.Header.*', 'The layout of the request was refused.', [['client_bug', 6, 'contact_support'], ['institution_error', 1, 'contact_bank']]],
  ['UK.OBIE.Signature.*', 'The signature of the request was refused.', [['client_bug', 6, 'contact_support'], ['access_restricted', 1, 'contact_support']]],
  ['UK.OBIE.Unsupported.*', 'The bank does not support a part of the request.', [['client_bug', 8, 'update_software']]],
  ['UK.OBIE.UnexpectedError', 'The bank failed.', [['institution_error', 8, 'auto_retry']]],
])

export const OAUTH = codeTable({
  system: 'oauth',
  title: 'OAuth, on the way back from the bank\'s page',
  protocols: ['obie', 'berlin-group', 'enable-banking', 'gocardless', 'truelayer', 'salt-edge', 'plaid'],
  seenBy: 'banks with their own permission page',
  source: 'RFC 6749 section 4.1.2.1; incidents at UK and Nordic banks',
  doubt: 0.2,
}, [
  ['access_denied', 'The permission was not given: cancelled, refused by the bank, or the person may not give it.', [['consent_revoked', 3, 'reconnect', 'the person cancelled'], ['account_not_authorized', 2, 'contact_bank', 'the bank asks the person to get in touch'], ['enrollment_required', 2, 'enroll_at_bank', 'access must be switched on for this login']]],
  ['server_error', 'The bank failed on its own page; at one bank, access of business customers was not switched on.', [['institution_error', 4, 'wait_for_bank'], ['enrollment_required', 1, 'enroll_at_bank']]],
  ['temporarily_unavailable', 'The bank\'s page is closed for the moment.', [['institution_down', 4, 'wait_for_bank'], ['scheduled_maintenance', 2, 'wait_for_bank']]],
  ['invalid_client unauthorized_client', 'The program\'s own identification was refused.', [['configuration', 5, 'fix_configuration'], ['access_restricted', 2, 'contact_support']]],
  ['invalid_scope invalid_request unsupported_response_type', 'The request for permission has the wrong form.', [['client_bug', 6, 'update_software'], ['configuration', 1, 'fix_configuration']]],
  ['login_required consent_required interaction_required', 'The person must be present and sign in.', [['mfa_required', 4, 'reconnect'], ['consent_expired', 3, 'reconnect']]],
])

export const GOCARDLESS = codeTable({
  system: 'gocardless',
  title: 'GoCardless Bank Account Data',
  protocols: ['gocardless'],
  seenBy: 'programs that read European banks through GoCardless (Nordigen)',
  source: 'GoCardless Bank Account Data, error types; incidents in public trackers',
  doubt: 0.1,
}, [
  ['AccessExpiredError', 'Access ran out or was withdrawn.', [['consent_expired', 6, 'reconnect'], ['consent_revoked', 1.5, 'reconnect'], ['account_not_authorized', 1, 'contact_support', 'the permission is only minutes old']]],
  ['EUAExpiredError EX', 'The agreement with the person ran out.', [['consent_expired', 8, 'reconnect']]],
  ['AccountInactiveError', 'The bank says that the account is not active.', [['account_closed', 8, 'remove_account']]],
  ['AccountSuspendedError SU', 'Reading was suspended after many errors in a row.', [['institution_error', 6, 'reconnect']], { name: 'Account suspended' }],
  ['ConnectionError InstitutionTimeoutError ServiceError', 'The provider did not reach the bank.', [['institution_down', 8, 'auto_retry'], ['institution_error', 1, 'auto_retry']]],
  ['UnknownRequestError', 'The provider failed or got an odd answer.', [['aggregator_down', 4, 'contact_support'], ['institution_error', 2, 'auto_retry']], { name: 'Something went terribly wrong on our side' }],
  ['RateLimitError', 'The daily number of reads that this bank allows is used up.', [['rate_limited', 8, 'auto_retry']]],
  ['AuthenticationFailed', 'The program\'s own keys were refused, or it calls from an address that is not on the list.', [['configuration', 5, 'fix_configuration'], ['access_restricted', 2, 'contact_support']], { name: 'Authentication failed' }],
  ['RJ', 'The permission was refused or withdrawn.', [['consent_revoked', 6, 'reconnect']]],
  ['UA', 'The person was sent to the bank to sign in and is not back.', [['mfa_required', 5, 'reconnect'], ['mfa_timeout', 1, 'reconnect']]],
])

export const ENABLE_BANKING = codeTable({
  system: 'enable-banking',
  title: 'Enable Banking',
  protocols: ['enable-banking'],
  seenBy: 'programs that read European banks through Enable Banking',
  source: 'Enable Banking error codes as copied in public clients; incidents in their trackers',
  doubt: 0.08,
}, [
  ['EXPIRED_SESSION', 'The permission ran out, sometimes before the stored date.', [['consent_expired', 8, 'reconnect']]],
  ['REVOKED_SESSION CLOSED_SESSION', 'The permission was withdrawn or closed.', [['consent_revoked', 8, 'reconnect']]],
  ['SESSION_DOES_NOT_EXIST WRONG_SESSION_STATUS', 'The permission does not exist any more.', [['consent_revoked', 6, 'reconnect'], ['configuration', 1, 'fix_configuration']]],
  ['ASPSP_PSU_ACTION_REQUIRED PsuActionRequiredException', 'The bank wants the person to do something first.', [['bank_action_required', 8, 'reconnect']]],
  ['ACCESS_DENIED', 'The bank does not let the program read this.', [['account_not_authorized', 6, 'reconnect'], ['consent_revoked', 1, 'reconnect']]],
  ['ASPSP_ACCOUNT_NOT_ACCESSIBLE AccountNotAccessibleException', 'The bank does not show this account any more.', [['account_closed', 5, 'remove_account'], ['account_not_found', 3, 'reconnect', 'account ids change with each permission']]],
  ['ACCOUNT_DOES_NOT_EXIST INVALID_ACCOUNT_ID', 'The account id is not known; ids change with each permission.', [['account_not_found', 6, 'reconnect'], ['account_closed', 2, 'remove_account']]],
  ['ASPSP_RATE_LIMIT_EXCEEDED', 'The bank\'s daily limit is used up.', [['rate_limited', 8, 'auto_retry']]],
  ['ASPSP_ERROR', 'Any refusal of the bank: its own trouble, a range that is too long, a request it dislikes.', [['institution_error', 4, 'auto_retry'], ['client_bug', 3, 'update_software'], ['history_limit', 2, 'shorten_range'], ['institution_down', 1, 'auto_retry']], { doubt: 0.2 }],
  ['ASPSP_TIMEOUT', 'The bank did not answer in time.', [['institution_down', 8, 'auto_retry']]],
  ['WRONG_TRANSACTIONS_PERIOD WRONG_DATE_INTERVAL DATE_FROM_IN_FUTURE', 'The asked days are more than the bank gives.', [['history_limit', 8, 'shorten_range']]],
  ['WRONG_REQUEST_PARAMETERS WRONG_CONTINUATION_KEY DATE_TO_WITHOUT_DATE_FROM', 'The request has the wrong form.', [['client_bug', 8, 'update_software']]],
  ['EXPIRED_AUTHORIZATION_CODE WRONG_AUTHORIZATION_CODE ALREADY_AUTHORIZED', 'The return from the bank\'s page came too late or twice.', [['mfa_timeout', 4, 'reconnect'], ['client_bug', 4, 'update_software']]],
  ['UNAUTHORIZED_ACCESS AUTHORIZATION_NOT_PROVIDED INVALID_HOST UNAUTHORIZED_IP REDIRECT_URI_NOT_ALLOWED WRONG_ASPSP_PROVIDED NO_ACCOUNTS_ADDED', 'The program\'s registration or settings do not fit.', [['configuration', 8, 'fix_configuration']]],
  ['PSU_HEADER_NOT_PROVIDED PSU_HEADER_INVALID', 'A header that this bank demands is missing or wrong.', [['client_bug', 8, 'update_software']]],
])

export const TRUELAYER = codeTable({
  system: 'truelayer',
  title: 'TrueLayer Data API',
  protocols: ['truelayer'],
  seenBy: 'programs that read banks through TrueLayer',
  source: 'TrueLayer documentation, Data API errors',
  doubt: 0.1,
}, [
  ['invalid_grant', 'The permission ran out or was withdrawn; seldom a failed renewal at the bank.', [['consent_expired', 6, 'reconnect'], ['consent_revoked', 1.5, 'reconnect'], ['institution_error', 0.5, 'auto_retry']]],
  ['invalid_date_range', 'The bank does not give these days.', [['history_limit', 8, 'shorten_range']]],
  ['deprecated_provider', 'This entry of the bank was replaced by another.', [['connection_migrated', 8, 'reconnect']]],
  ['invalid_client', 'The program\'s own identification was refused.', [['configuration', 8, 'fix_configuration']]],
  ['403', 'The permission was withdrawn, or the time after the last sign-in is over.', [['consent_revoked', 4, 'reconnect'], ['consent_expired', 3, 'reconnect']], { name: 'Forbidden', doubt: 0.15 }],
  ['429', 'Too many requests without the person present.', [['rate_limited', 8, 'auto_retry']]],
  ['502', 'The bank failed or does not offer this; "feature not supported" is not worth a second try.', [['institution_down', 5, 'auto_retry'], ['access_restricted', 1, 'import_file']], { name: 'Provider Error' }],
])
