/**
 * The two ways in that need no sign-in, both by a link that only the terminal shows: the set-up of the first
 * owner, open until there is one, and one-time links, which exist in the demo alone.
 */
import { digestOf, matches, newToken } from '../access/token.ts'
import type { Entropy } from '../ports/entropy.ts'

export type Door = {
  isSetupToken(text: string): boolean
  /** Closes it for good. */
  closeSetup(): Promise<void>
  /** A link that signs this user in, once; `used` is told when. */
  newLink(userId: string, used: () => void): string
  /** Whom the link signs in; null when there is no such link, or not any more. */
  takeLink(text: string): string | null
}

/** `setupToken` null: there are members. `forget` removes the token from where it is kept. */
export function createDoor(entropy: Entropy, setupToken: string | null, forget: () => Promise<void> = async () => {}): Door {
  let expected = setupToken === null ? null : digestOf(setupToken)
  const links = new Map<string, { readonly userId: string; readonly used: () => void }>()
  return {
    isSetupToken: (text) => matches(text, expected),
    async closeSetup() {
      expected = null
      await forget()
    },
    newLink(userId, used) {
      const text = newToken(entropy)
      links.set(keyOf(text), { userId, used })
      return text
    },
    takeLink(text) {
      const link = links.get(keyOf(text))
      links.delete(keyOf(text))
      link?.used()
      return link?.userId ?? null
    },
  }
}

/** Links are looked up by digest, so that the time of it tells nothing of them. */
function keyOf(text: string): string {
  return Buffer.from(digestOf(text)).toString('hex')
}
