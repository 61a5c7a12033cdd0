/**
 * The way in by the printed link: its fragment carries the token, which a browser never sends. It is
 * exchanged for a cookie before anything else happens, and taken out of the address.
 */
import { ask } from './api.ts'

/** Resolves when the link's token, if there is one, was exchanged or refused. */
export async function enterByLink(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null) return
  history.replaceState(null, '', location.pathname)
  // A refused token leads to the page that asks for one; it says more than an error here could.
  await enter(token).catch(() => undefined)
}

/** Exchanges the token for this browser's cookie; rejects when the server refuses it. */
export function enter(token: string): Promise<unknown> {
  return ask('POST', '/session', { token })
}
