/**
 * Numbers of Finicity (Mastercard Open Finance): aggregation status codes and errors of its interface, as its pages on
 * single codes and their families describe each. QuickBooks Online seems to show the same numbers (intuit.ts).
 */
import { codeTable } from '../../knowledge.ts'

export const FINICITY = codeTable({
  system: 'finicity',
  title: 'Finicity (Mastercard)',
  protocols: ['finicity'],
  seenBy: 'programs that read banks through Mastercard Open Finance',
  ownNumbers: true,
  source: 'Mastercard Open Finance documentation, pages of single codes and of their families; docs.finicity.com, aggregation status codes',
  doubt: 0.08,
}, [
  ['101 102 104 105 905 906 907 911', 'An existing connection to the bank is down.', [['institution_down', 6, 'wait_for_bank'], ['scheduled_maintenance', 1, 'wait_for_bank']]],
  ['103', 'The bank did not accept the user name or password; of an account that worked, they were changed.', [['credentials_invalid', 8, 'fix_credentials']]],
  ['45002 24303 110039', 'User name or password was not accepted.', [['credentials_invalid', 6, 'fix_credentials']], { doubt: 0.15 }],
  ['106', 'The account that is stored here and what the bank shows do not fit, or the bank wants something from the person first.', [['account_not_found', 4, 'reconnect', 'name, number or kind of the account changed'], ['bank_action_required', 3.5, 'act_at_bank_site']], { doubt: 0.2 }],
  ['107 108 936 959 961 38053', 'The bank needs something from the person on its own site: terms to accept, a message to read, data to add.', [['bank_action_required', 8, 'act_at_bank_site']]],
  ['109', 'The bank wants a new password before it lets anybody in.', [['password_change_required', 6, 'act_at_bank_site'], ['bank_action_required', 2, 'act_at_bank_site']]],
  ['168 169', 'Two accounts look the same to Finicity: one is there twice.', [['configuration', 6, 'remove_account'], ['account_not_found', 1, 'reconnect']], { doubt: 0.15 }],
  ['171 179 194 197 124 307 417 500 525 11000', 'Something unexpected happened at the bank\'s site.', [['institution_error', 8, 'auto_retry']]],
  ['204', 'The connection to the bank met an unknown error, which Finicity wants reported.', [['institution_error', 5, 'contact_support'], ['aggregator_down', 2, 'contact_support']], { doubt: 0.2 }],
  ['185', 'The bank asked a security question or for a code: it was not answered, or not rightly.', [['mfa_invalid', 8, 'update_mfa'], ['mfa_required', 1, 'update_mfa']]],
  ['187 931 938 940 971 10814 12003 38007 50024 50025', 'The answer to the security question, or the code, was not accepted.', [['mfa_invalid', 8, 'update_mfa']]],
  ['3003 3004', 'Finicity has no stored sign-in for this; the person signs in again.', [['consent_expired', 3, 'reconnect'], ['configuration', 3, 'reconnect']], { doubt: 0.3 }],
  ['331', 'The question of the bank was answered too late.', [['mfa_timeout', 8, 'reconnect']]],
  ['403', 'The account data stored here do not match the bank\'s.', [['account_not_found', 6, 'reconnect']], { doubt: 0.2 }],
  ['909 913 914 946 949 952 955 38003 38006', 'The account cannot be found at the bank; it may have been closed.', [['account_not_found', 8, 'reconnect'], ['account_closed', 1, 'remove_account']]],
  ['945 948 20007 20009', 'The bank moved to its own consent page (OAuth), and this account was not moved with it.', [['connection_migrated', 8, 'reconnect']]],
  ['947', 'The token of the account ran out or is not valid any more.', [['consent_expired', 6, 'reconnect'], ['consent_revoked', 1.5, 'reconnect']]],
  ['4034', 'The token of the account is not valid any more; it is renewed on the bank\'s own site.', [['consent_expired', 5, 'act_at_bank_site'], ['consent_revoked', 3, 'reconnect']], { doubt: 0.2 }],
  ['2001 2003 2006 2017 2024 2026 2028 2030 2031 2036 14019', 'There is no permission of the person at the bank.', [['consent_revoked', 5, 'reconnect'], ['consent_expired', 3, 'reconnect'], ['account_not_authorized', 1.5, 'reconnect']], { doubt: 0.2 }],
  ['973', 'The person may not reach this by its login, for reasons of security.', [['account_not_authorized', 7, 'reconnect'], ['bank_action_required', 1, 'act_at_bank_site']]],
  ['974', 'The session ended before the person was through.', [['mfa_timeout', 8, 'reconnect']]],
  ['1408 1440 503', 'The session ended or timed out; a later try may help.', [['mfa_timeout', 6, 'auto_retry'], ['institution_error', 1, 'auto_retry']], { doubt: 0.15 }],
  ['900 901 902 903 904 915 916', 'Finicity is still building its connection to this bank; tries help it.', [['aggregator_down', 5, 'auto_retry'], ['institution_error', 2, 'auto_retry'], ['access_restricted', 1, 'import_file']], { doubt: 0.25 }],
  ['920 921 922 923 924 925 926 927 928 929 950 960 972 975 976 14020 2032', 'Finicity does not serve this bank, or not this kind of login.', [['access_restricted', 7, 'contact_support'], ['configuration', 1, 'fix_configuration', 'another entry of the bank is meant']], { doubt: 0.12 }],
  ['325 5006 18001', 'A read of this account is still going on.', [['rate_limited', 7, 'auto_retry']], { doubt: 0.12 }],
  ['2040', 'Unexpected login error at the bank; a later try may help.', [['institution_error', 7, 'auto_retry']]],
  ['1008', 'Unexpected login error at the bank; a fresh sign-in is asked for.', [['institution_error', 5, 'reconnect'], ['credentials_invalid', 2, 'reconnect'], ['consent_expired', 2, 'reconnect']], { doubt: 0.25 }],
  ['24302', 'The program\'s own partner id, secret or key was refused.', [['configuration', 7, 'fix_configuration']]],
  ['10023', 'The program\'s own token ran out, and it did not fetch another.', [['client_bug', 7, 'update_software']]],
  ['978 981 2005 10000 10001 10005 10010 10106 14023 20002 20024', 'The request has the wrong form or lacks something.', [['client_bug', 8, 'update_software']]],
  ['12001', 'Finicity itself failed.', [['aggregator_down', 7, 'auto_retry']], { doubt: 0.15 }],
  ['9XX', 'Trouble between Finicity and the bank.', [['institution_down', 4, 'wait_for_bank'], ['institution_error', 3, 'auto_retry'], ['access_restricted', 1, 'contact_support'], ['account_not_found', 1, 'reconnect']], { doubt: 0.35 }],
])
