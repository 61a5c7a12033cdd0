/**
 * Codes that people see in QuickBooks Online, QuickBooks Desktop, Quicken and MSN Money, and those
 * of the QuickBooks Online API. Numbers for which no source could be found are listed as such, so
 * that `explain` says so instead of guessing.
 */
import { codeTable } from '../../knowledge.ts'

const VENDOR = 'Intuit help pages'
const INFERRED = 'Mastercard Open Finance (Finicity), the same number; that QuickBooks shares its numbers is an inference'
const THIRD = 'third-party help pages, weak'

export const QUICKBOOKS = codeTable({
  system: 'quickbooks',
  title: 'QuickBooks Online bank feeds',
  protocols: ['quickbooks'],
  seenBy: 'QuickBooks Online',
  source: VENDOR,
  doubt: 0.12,
}, [
  ['102', 'The bank\'s site has difficulties or is under maintenance, the transfer failed, or the account is too new.', [['institution_down', 4, 'wait_for_bank'], ['scheduled_maintenance', 2.5, 'wait_for_bank'], ['aggregator_down', 2, 'auto_retry'], ['enrollment_required', 1.5, 'contact_bank', 'the account is new'], ['configuration', 1, 'reconnect', 'the bank\'s own site works normally']]],
  ['103', 'The sign-in does not match what the bank has on file.', [['credentials_invalid', 6, 'fix_credentials'], ['configuration', 2, 'update_connection', 'a wrong entry of the bank was chosen'], ['access_restricted', 2, 'act_at_bank_site', 'access for third parties is off at the bank'], ['bank_action_required', 1.5, 'act_at_bank_site', 'the bank has a message or terms waiting']]],
  ['105', 'The bank\'s site is under maintenance.', [['scheduled_maintenance', 7, 'wait_for_bank'], ['institution_down', 1.5, 'wait_for_bank']], { source: THIRD }],
  ['106', 'The account cannot be found at the bank.', [['account_not_found', 4, 'reconnect', 'it has a new number'], ['account_closed', 3, 'remove_account'], ['connection_migrated', 2, 'reconnect', 'the bank moved to another system']], { source: THIRD }],
  ['179', 'Sources contradict each other: a wrong stored login, or something unexpected at the bank\'s site.', [['institution_error', 3, 'auto_retry'], ['credentials_invalid', 2, 'fix_credentials']], { doubt: 0.3, source: THIRD }],
  ['185', 'The bank asks for more than the password, or the answer was not accepted.', [['mfa_required', 5, 'update_mfa'], ['mfa_invalid', 3, 'update_mfa']], { source: THIRD }],
  ['187', 'The extra check at sign-in was not completed.', [['mfa_invalid', 4, 'update_mfa'], ['mfa_timeout', 3, 'update_mfa'], ['mfa_method_changed', 2, 'reconnect']], { source: THIRD }],
  ['310', 'Sign-in was paused so that the bank does not lock the login.', [['credentials_invalid', 6, 'fix_credentials'], ['login_locked', 1, 'unlock_at_bank']], { source: THIRD }],
  ['324', 'The account cannot be found: new number, closed, moved to another server, equal names, or not shared.', [['account_not_found', 4, 'reconnect'], ['account_closed', 3, 'remove_account'], ['connection_migrated', 2, 'reconnect'], ['configuration', 1.5, 'fix_configuration', 'two accounts have the same name'], ['account_not_authorized', 1.5, 'reconnect', 'it was not shared on the bank\'s page']]],
  ['9999', 'A general trouble of connection or token; nobody publishes more.', [['aggregator_down', 2, 'auto_retry'], ['institution_error', 2, 'auto_retry'], ['consent_expired', 1, 'reconnect']], { doubt: 0.5, source: THIRD }],
  ['101 104', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for a connection to the bank that is down; that it means so here is an inference.', [['institution_down', 5, 'wait_for_bank'], ['scheduled_maintenance', 1.5, 'wait_for_bank']], { doubt: 0.35, source: INFERRED }],
  ['107 108', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for something that the person must do on the bank\'s own site, such as terms or a message; that it means so here is an inference.', [['bank_action_required', 6, 'act_at_bank_site']], { doubt: 0.35, source: INFERRED }],
  ['109', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for a new password that the bank wants; that it means so here is an inference.', [['password_change_required', 8, 'act_at_bank_site'], ['bank_action_required', 0.7, 'act_at_bank_site']], { doubt: 0.35, source: INFERRED }],
  ['168 169', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for an account that is there twice; that it means so here is an inference.', [['configuration', 5, 'remove_account'], ['account_not_found', 1, 'reconnect']], { doubt: 0.35, source: INFERRED }],
  ['171 194 197', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for something unexpected at the bank\'s site; that it means so here is an inference.', [['institution_error', 6, 'auto_retry']], { doubt: 0.35, source: INFERRED }],
  ['325', 'No source defines this number for QuickBooks. Finicity, whose numbers QuickBooks seems to share, has it for a read that still goes on; that it means so here is an inference.', [['rate_limited', 5, 'auto_retry'], ['client_bug', 1, 'update_software']], { doubt: 0.4, source: INFERRED }],
  ['155 163 192 320 321 322 323 326 332 350 355 356 377 390 401 504', 'No source defines this number for QuickBooks bank feeds; the same number may mean something elsewhere.', [], { doubt: 1, source: 'none found' }],
])

export const QUICKEN = codeTable({
  system: 'quicken',
  title: 'QuickBooks Desktop and Quicken (OL-)',
  protocols: ['quickbooks', 'quicken'],
  seenBy: 'QuickBooks Desktop and Quicken',
  source: THIRD,
  doubt: 0.15,
}, [
  ['OL-202', 'The last online session was not completed and left something stuck; security software or the network can be the reason too.', [['configuration', 4, 'fix_configuration'], ['local_network', 3, 'fix_network']]],
  ['OL-203', 'The program cannot verify or reach the bank: the method changed, or an alert is waiting.', [['connection_migrated', 4, 'update_connection'], ['bank_action_required', 3, 'act_at_bank_site']]],
  ['OL-222', 'Sources contradict each other: trouble at the bank\'s server, or the login.', [['institution_error', 3, 'wait_for_bank'], ['credentials_invalid', 2, 'fix_credentials']], { doubt: 0.4 }],
  ['OL-293 OL-293-A', 'The bank\'s server failed while the program talked to it.', [['institution_error', 5, 'wait_for_bank'], ['institution_down', 1, 'wait_for_bank']], { source: 'one incident' }],
  ['OL-301', 'The bank sent an error; the code alone does not say which.', [['bank_action_required', 2.5, 'act_at_bank_site', 'an identity check or message waits at the bank'], ['credentials_invalid', 2.5, 'fix_credentials'], ['enrollment_required', 2, 'enroll_at_bank', 'the service is not switched on'], ['account_closed', 1.5, 'remove_account', 'an account of the login is inactive'], ['scheduled_maintenance', 1.5, 'wait_for_bank'], ['institution_error', 1.5, 'contact_bank'], ['configuration', 1, 'toggle_feed', 'the company file is damaged']], { source: VENDOR }],
  ['OL-332', 'The bank\'s data cannot be verified: a wrong customer id or PIN, the company file, or an alert at the bank.', [['credentials_invalid', 4, 'fix_credentials'], ['configuration', 3, 'toggle_feed'], ['bank_action_required', 2.5, 'act_at_bank_site']]],
  ['OL-393', 'The data of the account are out of step between the program and the bank.', [['configuration', 4, 'fix_configuration'], ['account_closed', 3, 'remove_account', 'an account is inactive']], { source: VENDOR }],
  ['CC-501 CC-502 CC-503 CC-505 CC-506 CC-508 CC-585 CC-800', 'No page could be found that defines this Quicken code.', [], { doubt: 1, source: 'none found' }],
])

export const MSN_MONEY = codeTable({
  system: 'msn-money',
  title: 'MSN Money',
  protocols: ['other'],
  seenBy: 'MSN Money and Microsoft Money',
  source: 'Microsoft support, MSN Money error codes',
  doubt: 0.1,
}, [
  ['1050', 'The bank\'s online service is switched off for the moment.', [['institution_down', 6, 'wait_for_bank'], ['scheduled_maintenance', 1, 'wait_for_bank']]],
  ['1051', 'The bank moved to another provider and must be set up again.', [['connection_migrated', 8, 'toggle_feed']]],
])

export const QBO_API = codeTable({
  system: 'qbo-api',
  title: 'QuickBooks Online API',
  protocols: ['qbo-api'],
  seenBy: 'programs that write into QuickBooks Online',
  ownNumbers: true,
  source: 'Intuit Developer, error codes and their handling; answers of Intuit staff and library maintainers in public trackers',
  doubt: 0.1,
}, [
  ['invalid_grant', 'The refresh token is not the latest that was issued (it changes about daily), or access was withdrawn.', [['client_bug', 5, 'reconnect'], ['consent_revoked', 2, 'reconnect'], ['consent_expired', 2, 'reconnect']]],
  ['3200 003200 AuthenticationFailed', 'The token is expired, malformed or withdrawn.', [['client_bug', 3, 'update_software', 'the token is malformed'], ['consent_revoked', 3, 'reconnect', 'it was valid until now'], ['consent_expired', 1, 'reconnect']]],
  ['100 SRV-110', 'The access token is older than an hour and was not renewed.', [['client_bug', 6, 'update_software'], ['consent_expired', 1, 'reconnect']]],
  ['130 WrongClusterError', 'The address and the company belong to different environments.', [['configuration', 8, 'fix_configuration']]],
  ['3100 003100 ApplicationAuthorizationFailed', 'The program may not use this company here, for example a sandbox company at the live address.', [['configuration', 6, 'fix_configuration'], ['consent_revoked', 1, 'reconnect']]],
  ['120 AuthorizationFault', 'The person who connected the program may not use this company any more; an administrator connects it again.', [['account_not_authorized', 5, 'reconnect'], ['institution_error', 0.5, 'auto_retry', 'Intuit failed while it looked'], ['consent_revoked', 1, 'reconnect']], { doubt: 0.2 }],
  ['AuthenticationFault', 'The token is not valid any more.', [['consent_revoked', 4, 'reconnect'], ['consent_expired', 3, 'reconnect']], { doubt: 0.15 }],
  ['610', 'Something that the program names, such as an account, was made inactive in the company.', [['configuration', 6, 'fix_configuration'], ['client_bug', 1, 'update_software']]],
  ['500 2010 2020 2500 4000 4001 5010 6140 6210 6240 ValidationFault', 'The request has the wrong form, or names what exists already or has changed.', [['client_bug', 7, 'update_software'], ['configuration', 0.7, 'fix_configuration']], { doubt: 0.12 }],
  ['10000 SystemFault SERVICE', 'QuickBooks Online itself failed.', [['aggregator_down', 7, 'auto_retry']], { doubt: 0.12 }],
  ['7001', 'The subscription lapsed, or the address is wrong.', [['access_restricted', 3, 'act_at_bank_site'], ['configuration', 3, 'fix_configuration']]],
  ['3001 003001 ThrottleExceeded', 'More than 500 calls in a minute for one company.', [['rate_limited', 8, 'auto_retry']]],
  ['6190', 'The subscription or trial of the company ended, or there is a billing trouble.', [['access_restricted', 8, 'act_at_bank_site']], { name: 'Invalid Company Status' }],
])
