/**
 * Redirects by hand (security.md section 5): a request that carries a secret follows only inside
 * its own origin, and only where the method and body are to be repeated; a POST never turns into a
 * GET, because a bank's page is not an answer of its protocol. What is not followed is handed on as
 * the answer it is, with its location as evidence.
 */
import { originOf } from '../connector-kit/origin.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** The next request, or null when the answer is to be taken as it is. */
export function followRedirect(request: WireRequest, answer: WireAnswer, withSecrets: boolean): WireRequest | null {
  const location = answer.headers['location']
  if (location === undefined || !URL.canParse(location, request.url.href)) return null
  const repeats = answer.status === 307 || answer.status === 308
  const plain = answer.status === 301 || answer.status === 302 || answer.status === 303
  if (!repeats && !(plain && request.method === 'GET')) return null
  const url = new URL(location, request.url.href)
  url.hash = ''
  const sameOrigin = originOf(url.href) === originOf(request.url.href)
  return withSecrets && !sameOrigin ? null : { ...request, url }
}
