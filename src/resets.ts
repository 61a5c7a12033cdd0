/**
 * A new password by mail, over the mail server that an owner entered for alerts. Whoever asks is answered
 * before anybody looks whether the address is a member's, and what follows nobody waits for: answer and time
 * are the same for all (security.md row 37). The link sets a password and nothing else; second factors stay.
 */
import type { Instance } from './instance.ts'
import { readLanguages, type Language } from './language/language.ts'
import { say } from './language/say.ts'

export type Resets = {
  /** Whether a mail could go out: there is a mail server, and the address of the page is known. */
  isPossible(): Promise<boolean>
  /** Returns at once. At most five mails to one address in a quarter of an hour. */
  ask(email: string, language: Language): void
  /** Resolves when all that was asked for has been sent or given up. */
  settled(): Promise<void>
}

type Parts = Pick<Instance, 'store' | 'signIn' | 'alerting' | 'audit' | 'log'>

export function createResets(parts: Parts): Resets {
  const { alerting, log } = parts
  let last: Promise<void> = Promise.resolve()
  return {
    isPossible: async () => alerting.page !== null && (await alerting.hasMailServer()),
    ask(email, language) {
      // One after the other, so that what a mail server refuses it is not given once more by the next.
      last = last.then(() => mailLink(parts, email, language)).catch((error: unknown) => log.error('reset_not_mailed', { reason: error instanceof Error ? error.name : 'unknown' }))
    },
    settled: () => last,
  }
}

async function mailLink({ store, signIn, alerting, audit, log }: Parts, email: string, language: Language): Promise<void> {
  if (!(await signIn.mayTry(`reset ${email}`))) return
  const member = (await store.access.members()).find((one) => one.removedAt === null && one.email === email)
  if (member === undefined) return
  await readLanguages()
  const token = await signIn.beginReset(member.userId)
  const text = [
    say(language, 'Somebody asked for a new password for {email}. To set one, open this link:', { email }), `${alerting.page}/#reset=${token}`,
    say(language, 'It works once, for half an hour. A second factor is asked for as before.'),
    say(language, 'If it was not you, there is nothing to do: the password stays as it is.'),
  ].join('\n\n')
  const sent = await alerting.mailTo(email, { subject: say(language, 'A new password for Relink'), text: `${text}\n` })
  // The failure may name the server and whom it writes to; owners see it where they send a test.
  if (!sent.ok) log.warn('reset_not_mailed', { again: sent.failure.again })
  await audit.record({ actor: 'nobody', action: 'password.reset_asked', object: member.userId, codes: { sent: sent.ok } })
}
