/**
 * Rules on codes of systems that no table holds, read as words (`INSTITUTION_OFFLINE`: institution offline). Codes leave out
 * what sentences have, so some ways of saying a thing stand in codes alone: these hold only where nothing else stands in
 * the code, or in the whole line. What a code says in the words of sentences, `text-rules.ts` hears.
 */
import type { Rule } from '../knowledge.ts'

const SOURCE = 'error codes of aggregators (Flinks, Yodlee, Stripe, Tink, Lean, Deck), which word the same few things alike'

/** Whoever holds the accounts; systems that read banks call a bank their provider. */
const BANK = '(bank|(financial )?institution|provider|aspsp|issuer|site)'

/** The whole of a code, as `wordsOfCode` writes it. */
const alone = (...ways: readonly string[]): string => `(?:^|\\n )(?:${ways.join('|')})(?: \\.|$)`

export const CODE_WORDS: readonly Rule[] = [
  { id: 'code-bank-away', source: SOURCE, because: 'The code says that the bank does not answer.',
    when: { text: alone(`${BANK} (is )?(temporarily )?(not (available|reachable|responding)|unreachable|unavailable|offline|down|timeout|timed out)`) },
    weights: { institution_down: 2.4, access_restricted: -1, configuration: -1, connection_migrated: -1, client_bug: -0.7 } },
  { id: 'code-bank-failed', source: SOURCE, because: 'The code reports an error of the bank\'s own.',
    when: { text: alone('((upstream|unseen|unknown|generic|general|temporary) )?(bank|(financial )?institution|issuer)( side| server| api| system)? (error|issue|problem|failure|failed|exception)', '(unexpected|invalid|bad) (bank|institution|issuer) (response|answer)') },
    weights: { institution_error: 2.4, institution_down: 0.3, aggregator_down: -1 } },
  { id: 'code-sign-in-anew', source: SOURCE, because: 'The code says that the person must connect again.',
    when: { text: alone('re ?(auth\\w*|log ?in|link|consent|connect\\w*) (is )?(required|needed)', 'auth(entication|ori[sz]ation)? (has )?expired', '((user|item|link|connection) )?(needs|requires) (to )?re ?(auth\\w*|link|connect\\w*|consent|log ?in)') },
    weights: { consent_expired: 2.2, consent_revoked: 0.6, credentials_invalid: 0.4, mfa_required: 0.4 } },
  { id: 'code-user-unknown', source: SOURCE, because: 'The code says that the bank does not know this user name.',
    when: { text: alone('(user ?name|login ?id|user ?id) (is )?(not found|unknown|does not exist|incorrect)') },
    weights: { credentials_invalid: 2.2 } },
  { id: 'code-something-at-site', source: SOURCE, because: 'The code says that the person must do something at the bank first.',
    when: { text: alone('((end )?user|customer|psu|site|account) (needs )?action (is )?(needed|required)( at (site|bank))?', '(terms( (and )?conditions)?|tos)( update| acceptance)? (is |are )?(required|needed|pending|changed)') },
    weights: { bank_action_required: 2.4 } },
  { id: 'code-bank-not-served', source: SOURCE, because: 'The code says that this bank or kind of account is not served.',
    when: { text: alone(`(${BANK}|account type) (is )?(not|un) ?supported`, `unsupported (${BANK}|account type)`, `${BANK} (was )?(discontinued|retired|removed)`), not: { context: { connection: ['established'] } } },
    weights: { access_restricted: 1.6, client_bug: -1 } },
  { id: 'code-factor-wanted', source: SOURCE, because: 'The code says that the bank wants a second factor.',
    when: { text: alone('(needs|awaiting|pending) (mfa|otp|sca|2fa|tan|second factor)', '(mfa|otp|sca|2fa|tan|second factor) (pending|awaited)') },
    weights: { mfa_required: 2.4 } },
  { id: 'code-account-denied', source: SOURCE, because: 'The code says that this account may not be read.',
    when: { text: alone('account (access )?(denied|forbidden|not (permitted|allowed|shared))') },
    weights: { account_not_authorized: 2.6, access_restricted: -1.5 } },
  { id: 'code-wrong-form', source: SOURCE, because: 'The code says that the request has the wrong form.',
    when: { text: alone('(invalid|malformed|bad) (json|schema|xml|payload|body|syntax)', '(json|schema|xml|payload|body|syntax) (is )?(invalid|malformed|error)', '(schema|request|input) validation (error|failed)') },
    weights: { client_bug: 1.8 } },
  { id: 'code-factor-changed', source: SOURCE, because: 'The code says that the stored second factor does not serve any more.',
    when: { text: alone('(mfa|sca|otp|2fa|security|second factor|authentication) (method|device|type) (is )?(not (available|supported|found|registered)|unavailable|changed|unknown|disabled)', '(trusted|registered) device (changed|removed|lost|not found)') },
    weights: { mfa_method_changed: 2.4 } },
]
