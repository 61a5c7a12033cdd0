/** What a person would know of their own login at the sandbox bank; the password may have been changed by a fault. */
import type { Bank } from '../../bank/bank.ts'
import { ANA, CUSTOMERS, type MfaMethod } from '../../bank/customers.ts'
import { message, type Language } from '../language/language.ts'
import { say } from '../language/say.ts'

export function hintsOf(language: Language, bank: Bank): readonly string[] {
  const password = bank.state.logins.get(ANA.user)?.password ?? ANA.password
  const others = CUSTOMERS.filter((customer) => customer !== ANA)
  return [
    say(language, 'At the bank\'s own site sign in as {user} with the password “{password}”: unlock, accept or renew there what the bank asks for.', { user: ANA.user, password }),
    say(language, 'A code that the bank sends is on its page Phone, after signing in there.'),
    say(language, 'More logins to connect: {logins}.', { logins: others.map(({ user, password: secret, mfa }) => say(language, MFA_WORDS[mfa], { user, password: secret })).join(', ') }),
  ]
}

const MFA_WORDS: Record<MfaMethod, string> = {
  none: message('{user} (“{password}”, password only)'), question: message('{user} (“{password}”, asks a question)'), text: message('{user} (“{password}”, sends a code)'),
  token: message('{user} (“{password}”, wants the code of a device)'), push: message('{user} (“{password}”, asks in its app)'),
}
