/**
 * What the letter to the bank says of each cause, and what it asks. The card speaks to the person; here the
 * person speaks to somebody who works at the bank, so "you" is the bank. First what seems to be
 * the matter, then what only the bank can tell or do.
 */
import type { CauseCode } from '../domain/cause.ts'
import { message } from '../language/language.ts'

export type LetterWords = { readonly what: string; readonly ask: string }

export const LETTER_WORDS: { readonly [C in CauseCode]: LetterWords } = {
  institution_down: { what: message('your server does not answer.'), ask: message('Please tell me whether there is an outage, and from when on the access will work again.') },
  institution_error: { what: message('your server answers, but with an error of its own.'), ask: message('Please look in your records for what failed at these times, and tell me from when on the access will work again.') },
  credentials_invalid: { what: message('user name or password is not accepted.'), ask: message('Please tell me whether my login is in order, and whether programs need another user name or password than your site.') },
  login_locked: { what: message('my login is locked.'), ask: message('Please unlock it or tell me how I can do so myself, and what it was locked for.') },
  password_change_required: { what: message('a new password must be chosen first.'), ask: message('Please tell me where I can change it so that it counts for programs, too.') },
  bank_action_required: { what: message('something must be read, confirmed or completed first.'), ask: message('Please tell me what it is and where I find it.') },
  enrollment_required: { what: message('access by programs is not switched on for my login.'), ask: message('Please switch it on, or tell me how I can order it and what it costs.') },
  account_closed: { what: message('an account is closed.'), ask: message('Please tell me since when it is closed, and whether another account took its place.') },
  account_not_found: { what: message('an account is missing from the list of my accounts.'), ask: message('Please tell me why it is missing, and whether it has another number now.') },
  account_not_authorized: { what: message('my login has no right to read an account by program.'), ask: message('Please give it that right, or tell me who can do so.') },
  mfa_required: { what: message('a code or another confirmation is asked for.'), ask: message('Please tell me which ways of confirming there are for programs, and how often they are asked for.') },
  mfa_invalid: { what: message('a code that was asked for is not accepted.'), ask: message('Please check whether the device, number or app that my codes come from is registered correctly.') },
  mfa_timeout: { what: message('a code or confirmation did not arrive in time.'), ask: message('Please tell me whether and to which device you sent the request, and how long an answer is valid.') },
  mfa_method_changed: { what: message('sign-ins are confirmed in another way than before.'), ask: message('Please tell me which ways of confirming there are for programs now, and what I must set up.') },
  consent_expired: { what: message('my permission for the program has ended.'), ask: message('Please tell me how I can renew it, and how long it will be valid.') },
  consent_revoked: { what: message('my permission for the program was withdrawn.'), ask: message('Please tell me when it was withdrawn and by whom, and how I can give it again.') },
  endpoint_moved: { what: message('the address for programs has changed.'), ask: message('Please tell me the address that is valid now.') },
  protocol_outdated: { what: message('the version or encryption that the program uses is no longer accepted.'), ask: message('Please tell me which versions of protocol and encryption you accept.') },
  connection_migrated: { what: message('access by programs was moved to another way.'), ask: message('Please tell me what that way is called, and what I must do to use it.') },
  access_restricted: { what: message('the program is not let in.'), ask: message('Please tell me which rule it is that keeps the program out, and how I can have it let in.') },
  rate_limited: { what: message('it was asked more often than you allow.'), ask: message('Please tell me how often programs may ask, and from when on they may ask again.') },
  history_limit: { what: message('not all of the days that were asked for are given.'), ask: message('Please tell me how many days back programs may read, and how I get what is older.') },
  scheduled_maintenance: { what: message('there is maintenance.'), ask: message('Please tell me when it will be over.') },
  client_bug: { what: message('your server answered, but the program did not understand the answer.'), ask: message('Please tell me whether something was changed in your interface for programs, and where it is described.') },
  aggregator_down: { what: message('a service between the program and your server has failed.'), ask: message('Please tell me whether requests of that service reached you at these times, and how you answered them.') },
  configuration: { what: message('a setting of the program does not fit your interface.'), ask: message('Please tell me the settings for programs that are valid now: address, bank identifiers, version.') },
  local_network: { what: message('the program does not reach your server; the fault may be on my side.'), ask: message('Please tell me whether requests of mine reached you at these times, and whether my network address is blocked.') },
  unknown: { what: message('the reason is not known yet.'), ask: message('Please tell me what is needed so that the access works again, or when it will.') },
}

/** Of a bank's server that is reached, and with which no secure connection comes about. */
export const NO_SECURE_CONNECTION: LetterWords = { what: message('no secure connection to your server comes about.'), ask: message('Please check the certificate and the encryption of your server for programs, and tell me from when on the access will work again.') }
