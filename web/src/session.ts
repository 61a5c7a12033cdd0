/**
 * The ways in by a link: its fragment carries a token, which a browser never sends. It is taken out of the
 * address before anything else happens. Nothing of a session is kept here: the cookie is out of reach of scripts.
 */
import { ask } from './api.ts'
import { keepForTab, keptForTab } from './kept.ts'

export type Arrival = { readonly kind: 'setup' | 'join' | 'reset'; readonly token: string }

/** What a bank sent a person back with. */
export type Brought = { readonly state: string; readonly code: string | null; readonly error: string | null }

let arrival: Arrival | null = null
let brought: Brought | null = null

/** Reads the link by which the page was opened; resolves when a one-time link was exchanged or refused. */
export async function arrive(): Promise<void> {
  if (location.pathname === '/return') return bringBack()
  const fragment = new URLSearchParams(location.hash.slice(1))
  const kind = (['setup', 'join', 'reset'] as const).find((one) => fragment.has(one))
  const link = fragment.get('link')
  if (kind !== undefined) arrival = { kind, token: fragment.get(kind) ?? '' }
  else if (link === null) return
  history.replaceState(null, '', arrival === null ? location.pathname : `/${arrival.kind}`)
  // A refused link leads to the page that asks to sign in; it says more than an error here could.
  if (link !== null) await ask('POST', '/sign-in/link', { token: link }).catch(() => undefined)
}

/** The link of a set-up, an invitation or a new password, as long as this page is not loaded anew. */
export function currentArrival(): Arrival | null {
  return arrival
}

/** Null: somebody opened the page by hand, or loaded it anew. */
export function currentBrought(): Brought | null {
  return brought
}

/** Before anything is asked or shown, whoever is signed in: a code does not stay in the address, nor in the history of the browser. */
function bringBack(): void {
  const given = new URLSearchParams(location.search)
  const state = given.get('state')
  if (state !== null) brought = { state, code: given.get('code'), error: given.get('error') }
  history.replaceState(null, '', location.pathname)
}

/** A fresh start under the new session, so that the event stream opens with it too. */
export function startOver(): void {
  keepForTab(WENT_ON, 'yes')
  location.replace('/')
}

/** Whether this page was loaded by somebody who went on here, once: they are led to what it begins with. */
export function takeWentOn(): boolean {
  const has = keptForTab(WENT_ON) !== null
  keepForTab(WENT_ON, null)
  return has
}

const WENT_ON = 'relink-went-on'
