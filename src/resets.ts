/**
 * A new password by mail, over the mail server that an owner entered for alerts. Whoever asks is answered
 * before anybody looks whether the address is a member's, and what follows nobody waits for: answer and time
 * are the same for all (security.md row 37). The link sets a password and nothing else; second factors stay.
 */
import type { Member } from './domain/access.ts'
import type { Instance } from './instance.ts'
import { readLanguages, type Language } from './language/language.ts'
import { say } from './language/say.ts'

export type Resets = {
  /** Whether a mail could go out: there is a mail server, and the address of the page is known. */
  isPossible(): Promise<boolean>
  /** Returns at once. At most five mails to one address in a quarter of an hour, and none where too many wait for a slow mail server. */
  ask(email: string, language: Language): void
  /** Resolves when all that was asked for has been sent or given up. */
  settled(): Promise<void>
  /** The same, and what waits is given up: at most the mail that is under way is waited for. */
  close(): Promise<void>
}

type Parts = Pick<Instance, 'store' | 'signIn' | 'alerting' | 'audit' | 'log'>

/** Each may take a minute; whoever is behind them all asks again. */
const MOST_WAITING = 20

export function createResets(parts: Parts): Resets {
  const { alerting, log } = parts
  const open = new Set<Promise<void>>()
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  let isClosing = false
  // One after the other, so that what a mail server refuses it is not given once more by the next.
  const mailed = async (member: Member, language: Language): Promise<void> => {
    if (waiting >= MOST_WAITING) return log.warn('reset_not_mailed', { waiting })
    waiting += 1
    const mine = last.then(() => isClosing ? undefined : mailLink(parts, member, language)).finally(() => { waiting -= 1 })
    last = mine.catch(() => undefined)
    return mine
  }
  const settled = async (): Promise<void> => void (await Promise.all(open))
  return {
    isPossible: async () => alerting.page !== null && (await alerting.hasMailServer()),
    ask(email, language) {
      // Looked up before it waits: an address that is nobody's takes no place in the line.
      const asked = memberToMail(parts, email)
        .then((member) => member === null ? undefined : mailed(member, language))
        .catch((error: unknown) => log.error('reset_not_mailed', { reason: error instanceof Error ? error.name : 'unknown' }))
        .finally(() => open.delete(asked))
      open.add(asked)
    },
    settled,
    close() {
      isClosing = true
      return settled()
    },
  }
}

/** Who signs in with that address; null: nobody, or it was asked for too often. */
async function memberToMail({ store, signIn }: Parts, email: string): Promise<Member | null> {
  if (!(await signIn.mayTry(`reset ${email}`))) return null
  return (await store.access.members()).find((one) => one.removedAt === null && one.email === email) ?? null
}

async function mailLink({ store, signIn, alerting, audit, log }: Parts, { userId, email }: Member, language: Language): Promise<void> {
  // Removed while it waited.
  if ((await store.access.member(userId))?.removedAt !== null) return
  await readLanguages()
  const token = await signIn.beginReset(userId)
  const text = [
    say(language, 'Somebody asked for a new password for {email}. To set one, open this link:', { email }), `${alerting.page}/#reset=${token}`,
    say(language, 'It works once, for half an hour. A second factor is asked for as before.'),
    say(language, 'If it was not you, there is nothing to do: the password stays as it is.'),
  ].join('\n\n')
  const sent = await alerting.mailTo(email, { subject: say(language, 'A new password for Relink'), text: `${text}\n` })
  // The failure may name the server and whom it writes to; owners see it where they send a test.
  if (!sent.ok) log.warn('reset_not_mailed', { again: sent.failure.again })
  await audit.record({ actor: 'nobody', action: 'password.reset_asked', object: userId, codes: { sent: sent.ok } })
}
