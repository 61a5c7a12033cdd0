/**
 * Words with which programs that read a bank's own web site end a run: the result types of
 * israeli-bank-scrapers and the exceptions of Woob (with the names Kresus gives them). The program
 * wrote them, not the bank: "wrong password" can be a page that changed, "time-out" a page in between.
 */
import { codeTable } from '../../knowledge.ts'

export const SCRAPERS = codeTable({
  system: 'scraper',
  title: 'Web site readers (israeli-bank-scrapers, Woob, Kresus)',
  protocols: ['scraper'],
  seenBy: 'programs that read a bank\'s own web site',
  source: 'israeli-bank-scrapers, README, error types; Woob, core/exceptions; Kresus, error codes',
  doubt: 0.2,
}, [
  ['INVALID_PASSWORD BrowserIncorrectPassword', 'The program thinks that the site refused user name or password; a changed page looks the same to it.', [['credentials_invalid', 6, 'fix_credentials'], ['client_bug', 2, 'update_software', 'the page changed, or the sign-in works at the site'], ['login_locked', 0.7, 'unlock_at_bank']]],
  ['CHANGE_PASSWORD EXPIRED_PASSWORD', 'The site asks for a new password.', [['password_change_required', 6, 'act_at_bank_site'], ['client_bug', 1, 'update_software', 'no such page is shown at the site']], { doubt: 0.1 }],
  ['ACCOUNT_BLOCKED BrowserUserBanned', 'The site says that this login is blocked.', [['login_locked', 6, 'unlock_at_bank'], ['access_restricted', 1, 'import_file']], { doubt: 0.1 }],
  ['ACTION_NEEDED ActionNeeded', 'The site shows a page that the person must deal with first.', [['bank_action_required', 6, 'act_at_bank_site'], ['password_change_required', 1, 'act_at_bank_site']], { doubt: 0.1 }],
  ['TWO_FACTOR_RETRIEVER_MISSING AUTH_METHOD_NYI AuthMethodNotImplemented', 'The site wants a second factor in a way that the program cannot give.', [['mfa_required', 4, 'update_mfa'], ['mfa_method_changed', 3, 'update_software']], { doubt: 0.1 }],
  ['BROWSER_QUESTION BrowserQuestion NeedInteractive NeedInteractiveFor2FA AppValidation DecoupledValidation OTPSentType SentOTPQuestion', 'The site wants a code or an approval in the bank\'s app.', [['mfa_required', 8, 'update_mfa']], { doubt: 0.1 }],
  ['AppValidationExpired OTPExpired', 'The code or the approval came too late.', [['mfa_timeout', 8, 'reconnect']], { doubt: 0.1 }],
  ['AppValidationCancelled', 'The approval was refused in the app.', [['mfa_invalid', 4, 'update_mfa'], ['consent_revoked', 2, 'reconnect']], { doubt: 0.2 }],
  ['BrowserUnavailable', 'The site says that it is closed for the moment, or failed.', [['institution_down', 5, 'auto_retry'], ['scheduled_maintenance', 2, 'wait_for_bank'], ['client_bug', 1, 'update_software']]],
  ['BrowserHTTPNotFound', 'A page that the program knows is gone: the site changed.', [['endpoint_moved', 4, 'update_software'], ['client_bug', 3, 'update_software']]],
  ['BrowserSSLError', 'The site\'s certificate is not the one that the program expects.', [['local_network', 2, 'fix_network'], ['client_bug', 2, 'update_software'], ['institution_error', 1, 'contact_bank']]],
  ['WAF_BLOCKED', 'A filter of the site took the program for a robot.', [['access_restricted', 8, 'update_software']], { doubt: 0.08 }],
  ['UNKNOWN_WOOB_MODULE ModuleLoadError', 'The program has no part for this bank, or a part of it is missing.', [['client_bug', 4, 'update_software'], ['configuration', 3, 'fix_configuration']]],
  ['TIMEOUT', 'What the program waited for on the page did not come: a slow site, a changed page, or a page in between.', [['client_bug', 4, 'update_software'], ['institution_down', 1.5, 'auto_retry'], ['password_change_required', 1, 'act_at_bank_site', 'the site shows a notice about the password'], ['bank_action_required', 1, 'act_at_bank_site'], ['access_restricted', 1, 'update_software'], ['endpoint_moved', 1, 'update_software']], { doubt: 0.35 }],
  ['CAPTCHA_REQUIRED WrongCaptchaResponse CaptchaQuestion NocaptchaQuestion RecaptchaQuestion RecaptchaV2Question HcaptchaQuestion', 'The site wants a proof that a person is there.', [['access_restricted', 4, 'update_software'], ['bank_action_required', 3, 'act_at_bank_site']], { doubt: 0.15 }],
  ['BrowserPasswordExpired PasswordExpired', 'The site asks for a new password.', [['password_change_required', 6, 'act_at_bank_site'], ['client_bug', 1, 'update_software']], { doubt: 0.1 }],
  ['BrowserRedirect BrowserHTTPError BrowserForbidden ClientError ServerError', 'The site answered in a way that the program does not expect.', [['client_bug', 3, 'update_software'], ['endpoint_moved', 3, 'update_software'], ['access_restricted', 2, 'update_software'], ['institution_error', 2, 'auto_retry']], { doubt: 0.3 }],
  ['NoAccountsException ACCOUNT_NOT_FOUND UserError', 'The program found no account, or not the one that was asked for.', [['client_bug', 3, 'update_software'], ['account_not_found', 3, 'reconnect'], ['configuration', 1.5, 'fix_configuration']], { doubt: 0.3 }],
  ['NotImplementedError ParseError UnexpectedPage LoggedOut', 'The site shows something that the program has no part for.', [['client_bug', 6, 'update_software'], ['endpoint_moved', 1, 'update_software']], { doubt: 0.2 }],
  ['GENERIC GENERAL_ERROR UNKNOWN_ERROR GENERIC_EXCEPTION', 'The program met something that it does not know; the text beside it says more.', [], { doubt: 0.6 }],
])
