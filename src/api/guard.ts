/**
 * What is asked of every request before who sent it: the host name that Relink serves, and no other site
 * behind it (security.md rows 14 and 16); and the headers of every answer (section 4).
 */
import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from './problems.ts'

/** Refuses by throwing an `ApiProblem`. */
export type Guard = {
  /** Asked of everything that is served, the page and its files too: a page of another name sees nothing of this server. */
  checkHost(request: FastifyRequest): void
  /** Asked of the API: a link from elsewhere may lead to the page. */
  checkOrigin(request: FastifyRequest): void
}

/** `origins`: under which this server may be called, for example `http://127.0.0.1:7351`. */
export function createGuard(origins: () => ReadonlySet<string>): Guard {
  return {
    checkHost({ headers: { host } }) {
      if (!servesHost(origins(), host)) throw new ApiProblem('forbidden_origin', 'The host name of this request is not the one that Relink serves.')
    },
    checkOrigin: (request) => checkOrigin(request, origins()),
  }
}

/** `host`: as in the header, with the port where the address has one. */
export function servesHost(origins: ReadonlySet<string>, host: string | undefined): boolean {
  return host !== undefined && (origins.has(`https://${host}`) || origins.has(`http://${host}`))
}

/** Headers of every answer: the page may load and call nothing but this server. */
export function securityHeaders(): Readonly<Record<string, string>> {
  const nonce = randomBytes(16).toString('base64')
  return {
    'content-security-policy':
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  }
}

export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(securityHeaders())
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

function checkOrigin({ method, headers }: FastifyRequest, origins: ReadonlySet<string>): void {
  const { origin } = headers
  // A browser sends Origin with every request that could change something; programs send none.
  if (origin !== undefined && !origins.has(origin)) throw new ApiProblem('forbidden_origin')
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ApiProblem('forbidden_origin')
  // A cookie alone is no will of the person's: what changes something must show where it comes from.
  const isByCookie = headers.authorization === undefined && headers.cookie !== undefined
  if (isByCookie && !READS.has(method) && origin === undefined && site === undefined) throw new ApiProblem('forbidden_origin')
}
